/* SPDX-License-Identifier: Apache-2.0 */
#include "base/alloc.h"
#include "flow/flow.h"

void ward_flow_history_init(struct ward_flow_history *history, uint32_t cap)
{
	*history = (struct ward_flow_history){
		.ring = ward_new_n(struct ward_flow, cap),
		.cap = cap,
	};
}

void ward_flow_history_done(struct ward_flow_history *history)
{
	free(history->ring);
	*history = (struct ward_flow_history){};
}

void ward_flow_history_add(struct ward_flow_history *history, const struct ward_flow *flow)
{
	history->ring[history->n++ % history->cap] = *flow;
}

uint64_t ward_flow_history_first(const struct ward_flow_history *history)
{
	return history->n > history->cap ? history->n - history->cap : 0;
}

const struct ward_flow *ward_flow_history_at(const struct ward_flow_history *history, uint64_t i)
{
	return &history->ring[i % history->cap];
}
