/* SPDX-License-Identifier: Apache-2.0 */
/* The flows of the past: a bounded number of records.
 *
 * What is like a record of the last moments is added to it instead of becoming one of its own, so
 * that who tries again and again does not push all others out. */
#pragma once

#include "flow/flow.h"

struct ward_flow_history {
	struct ward_flow *ring;
	uint64_t
		*before; /* of each in the ring: 1 + the number of the one before it in its chain */
	uint64_t *chains; /* 1 + the number of the last in each; 0: none */
	uint32_t cap;
	int64_t window_us; /* from the first to the last of a record */
	uint64_t n;	   /* ever; the newest is number n - 1 */
};

void ward_flow_history_init(struct ward_flow_history *history, uint32_t cap, int64_t window_us);
void ward_flow_history_done(struct ward_flow_history *history);
void ward_flow_history_add(struct ward_flow_history *history, const struct ward_flow *flow);

/* The number of the oldest that is still kept. */
uint64_t ward_flow_history_first(const struct ward_flow_history *history);

/* Flow number @i, first <= i < n. */
const struct ward_flow *ward_flow_history_at(const struct ward_flow_history *history, uint64_t i);

/* The last record of flows that were opened by the ends and to the port of this one, on its node;
 * NULL: it is not kept any more. */
const struct ward_flow *ward_flow_history_opened(const struct ward_flow_history *history,
						 const struct ward_flow *flow);

/* All that have happened since @since_us, in the order of their last time; the caller frees the
 * array, and the records are valid until one is added. */
const struct ward_flow **ward_flow_history_since(const struct ward_flow_history *history,
						 int64_t since_us, uint32_t *ret_n);
