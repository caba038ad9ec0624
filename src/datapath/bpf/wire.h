/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* What the kernel side tells user space, and what it is told when it is loaded. */
#pragma once

#include <stdint.h>

/* One flow event in the ring buffer; addresses and ports in host order, as the flow was opened. */
struct ward_wire_event {
	uint64_t time_ns;
	uint64_t version;
	uint64_t src[2], dst[2]; /* hi, lo as in struct ward_ip */
	uint32_t decision[2];	 /* by enum ward_direction */
	uint16_t sport, dport;
	uint8_t family; /* enum ward_family */
	uint8_t protocol;
	uint8_t accept;
	uint8_t outcome; /* enum ward_outcome */
};

/* Slots of the per-CPU counters: packets accepted, packets refused by enum ward_outcome, events
 * that did not fit into the ring. */
enum {
	WARD_COUNT_ACCEPTED,
	WARD_COUNT_REFUSED, /* + enum ward_outcome */
	WARD_COUNT_LOST = WARD_COUNT_REFUSED + 4,
	WARD_N_COUNT,
};
