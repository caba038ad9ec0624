/* SPDX-License-Identifier: Apache-2.0 */
/* A ring, and through it chains of those whose ends have the same hash, newest first.  A chain ends
 * where it leaves what is still kept: nothing has to be unlinked. */
#include "flow/history.h"

#include "base/alloc.h"

void ward_flow_history_init(struct ward_flow_history *history, uint32_t cap, int64_t window_us)
{
	*history = (struct ward_flow_history){
		.ring = ward_new_n(struct ward_flow, cap),
		.before = ward_new_n(uint64_t, cap),
		.chains = ward_alloc(cap * sizeof(uint64_t)),
		.cap = cap,
		.window_us = window_us,
	};
}

void ward_flow_history_done(struct ward_flow_history *history)
{
	free(history->ring);
	free(history->before);
	free(history->chains);
	*history = (struct ward_flow_history){};
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static uint64_t *chain_of(const struct ward_flow_history *history, const struct ward_flow *flow)
{
	uint64_t hash = mix(flow->dport, flow->protocol);

	hash = mix(mix(hash, flow->from.ip.hi), flow->from.ip.lo);
	hash = mix(mix(hash, flow->to.ip.hi), flow->to.ip.lo);
	return &history->chains[hash % history->cap];
}

static struct ward_flow *recent_find(const struct ward_flow_history *history, uint64_t next,
				     const struct ward_flow *flow)
{
	uint64_t first = ward_flow_history_first(history);

	for (; next > first; next = history->before[(next - 1) % history->cap]) {
		struct ward_flow *recent = &history->ring[(next - 1) % history->cap];

		if (ward_flow_is_alike(recent, flow))
			return flow->time_us - recent->first_us < history->window_us ? recent
										     : NULL;
	}
	return NULL;
}

const struct ward_flow *ward_flow_history_opened(const struct ward_flow_history *history,
						 const struct ward_flow *flow)
{
	uint64_t first = ward_flow_history_first(history), next = *chain_of(history, flow);

	for (; next > first; next = history->before[(next - 1) % history->cap]) {
		const struct ward_flow *opened = &history->ring[(next - 1) % history->cap];

		if (opened->accept && !opened->closed && opened->node == flow->node &&
		    opened->protocol == flow->protocol && opened->dport == flow->dport &&
		    ward_ip_eq(opened->from.ip, flow->from.ip) &&
		    ward_ip_eq(opened->to.ip, flow->to.ip))
			return opened;
	}
	return NULL;
}

void ward_flow_history_add(struct ward_flow_history *history, const struct ward_flow *flow)
{
	uint64_t *chain = chain_of(history, flow);
	struct ward_flow *recent = recent_find(history, *chain, flow);
	uint32_t at = history->n % history->cap;

	if (recent) {
		ward_flow_merge(recent, flow);
		return;
	}
	history->ring[at] = *flow;
	history->before[at] = *chain;
	*chain = ++history->n;
}

uint64_t ward_flow_history_first(const struct ward_flow_history *history)
{
	return history->n > history->cap ? history->n - history->cap : 0;
}

const struct ward_flow *ward_flow_history_at(const struct ward_flow_history *history, uint64_t i)
{
	return &history->ring[i % history->cap];
}

static int time_cmp(const void *a, const void *b)
{
	const struct ward_flow *x = *(const struct ward_flow *const *)a;
	const struct ward_flow *y = *(const struct ward_flow *const *)b;

	return (x->time_us > y->time_us) - (x->time_us < y->time_us);
}

const struct ward_flow **ward_flow_history_since(const struct ward_flow_history *history,
						 int64_t since_us, uint32_t *ret_n)
{
	uint64_t first = ward_flow_history_first(history);
	const struct ward_flow **list = ward_new_n(const struct ward_flow *, history->n - first);
	uint32_t n = 0;

	for (uint64_t i = first; i < history->n; i++) {
		const struct ward_flow *flow = ward_flow_history_at(history, i);

		if (flow->time_us >= since_us)
			list[n++] = flow;
	}
	if (n)
		qsort(list, n, sizeof(*list), time_cmp);
	*ret_n = n;
	return list;
}
