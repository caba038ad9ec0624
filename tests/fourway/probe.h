/* SPDX-License-Identifier: Apache-2.0 */
/* A question as a packet: the first of a flow, with checksums, and known again when it arrives; and
 * the answer. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"

enum {
	PROBE_MAX = 128,
};

struct probe {
	struct ward_ip src, dst;
	uint8_t protocol;      /* IP protocol number */
	uint16_t sport, dport; /* sport also where it is the number of an echo request */
	uint32_t id;
	bool answers; /* another: */
	uint32_t answered_id;
	uint32_t size;
	uint8_t bytes[PROBE_MAX];
};

/* Fills in the bytes. */
void probe_build(struct probe *probe);

/* What the receiver would say to it first, as another probe. */
void probe_answer(const struct probe *probe, uint32_t id, struct probe *ret_answer);

/* The number of the probe that these bytes may be, or false. */
bool probe_id_of(const uint8_t *bytes, size_t size, uint32_t *ret_id);

/* Are these its bytes, after however many hops? */
bool probe_is(const struct probe *probe, const uint8_t *bytes, size_t size);
