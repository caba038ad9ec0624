/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that a network namespace remembers. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

/* From whom to whom packets go in one direction of a connection. */
struct ward_tuple {
	struct ward_ip from, to;
	uint16_t from_port, to_port;
	uint8_t protocol; /* IPPROTO_* */
};

/* @reply differs from the reverse of @original by what is translated. */
struct ward_tracked {
	struct ward_tuple original, reply;
	bool answered; /* a packet came back */
};

typedef bool (*ward_tracked_fn)(void *userdata, const struct ward_tracked *tracked);

/* Makes the namespace of the calling thread forget the connections, of protocols that have ports,
 * for which @fn says so: their next packet is the first of a new one.  0 or a negative errno. */
int ward_tracked_forget(enum ward_family family, ward_tracked_fn fn, void *userdata);
