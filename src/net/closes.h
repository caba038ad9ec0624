/* SPDX-License-Identifier: Apache-2.0 */
/* The ends of connections, as the kernel's connection tracking tells them: who it was, and how much
 * went which way. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"

struct ward_close {
	uint8_t protocol; /* IP protocol number */
	/* Who opened it, and who it went to in truth: behind the address of a Service. */
	struct ward_ip from, to;
	uint16_t sport, dport;
	bool is_counted;	       /* false: it began before somebody listened */
	uint64_t packets[2], bytes[2]; /* of who opened it, of replies */
};

typedef void (*ward_close_fn)(void *userdata, const struct ward_close *close);

struct ward_closes;

/* Listens, and has packets and bytes counted, in the namespace that the calling thread is in now;
 * until it is closed connections cost the kernel a little more.  0 or a negative errno. */
int ward_closes_open(struct ward_closes **ret_closes);

/* In that namespace; accepts NULL. */
struct ward_closes *ward_closes_close(struct ward_closes *closes);

/* Readable when there is something; poll calls @fn for each.  0 or a negative errno. */
int ward_closes_fd(const struct ward_closes *closes);
int ward_closes_poll(struct ward_closes *closes, ward_close_fn fn, void *userdata);

/* How often the kernel had more to say than there was room for. */
uint64_t ward_closes_overruns(const struct ward_closes *closes);
