/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Telling user space what happens, and of what happens again and again only how often.
 *
 * The first packet of a flow, and each denied one, would be an event; a flood of them would fill
 * the ring and keep user space busy with what it knows.  So every CPU remembers the flows that it
 * told of last, in a small table with two places for each.  A flow that is there is counted, and
 * told at most once a second, with the count; user space takes what is left (../repeats.c).  One
 * that is not takes the place of the older of the two and is told at once.  A flood of ever other
 * flows finds an end as well: so many events a CPU and tenth of a second are tried, and what then
 * loses its place untold is lost, and counted as that. */
#pragma once

#include "kernel.h"

#include "image/lookup.h"
#include "wire.h"

#define REPEAT_NS UINT64_C(1000000000)
#define WINDOW_NS UINT64_C(100000000)

enum {
	WINDOW_EVENTS = 1024,
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ward_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* one a CPU: set when loaded */
	__type(key, uint32_t);
	__type(value, struct ward_repeats);
} ward_repeats SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WARD_N_COUNT);
	__type(key, uint32_t);
	__type(value, uint64_t);
} ward_counters SEC(".maps");

static __always_inline void count_add(uint32_t slot, uint64_t n)
{
	uint64_t *counter = bpf_map_lookup_elem(&ward_counters, &slot);

	if (counter)
		*counter += n;
}

static __always_inline bool is_same_flow(const struct ward_wire_flow *one,
					 const struct ward_wire_flow *other)
{
	const uint64_t *a = (const void *)one, *b = (const void *)other;
	uint64_t difference = 0;

#pragma clang loop unroll(full)
	for (uint32_t i = 0; i < sizeof(*one) / sizeof(*a); i++)
		difference |= a[i] ^ b[i];
	return !difference;
}

static __always_inline uint64_t flow_set(const struct ward_wire_flow *flow)
{
	uint64_t hash = ward_mix(flow->src[1] ^ flow->src[0] ^ (uint64_t)flow->dport << 40);

	return ward_mix(hash ^ flow->dst[1] ^ flow->dst[0]) % WARD_REPEAT_SETS;
}

/* Tells of all that is not told yet of it, if it can be told now. */
static __always_inline void repeat_tell(struct ward_repeats *all, struct ward_repeat *repeat,
					uint64_t now)
{
	struct ward_wire_event *event;
	uint64_t untold;

	if (now - all->window_ns >= WINDOW_NS) {
		all->window_ns = now;
		all->n_tried = 0;
	}
	if (all->n_tried >= WINDOW_EVENTS)
		return;
	all->n_tried++;
	event = bpf_ringbuf_reserve(&ward_flows, sizeof(*event), 0);
	if (!event)
		return;
	untold = __sync_fetch_and_and(&repeat->state, ~WARD_REPEAT_COUNT) & WARD_REPEAT_COUNT;
	if (!untold) { /* user space has just taken it */
		bpf_ringbuf_discard(event, 0);
		return;
	}
	event->time_ns = now;
	event->count = untold;
	event->flow = repeat->flow;
	event->sport = repeat->sport;
	bpf_ringbuf_submit(event, 0);
	repeat->told_ns = now;
}

/* Gives the place to another flow, of which nothing is told yet. */
static __always_inline void repeat_replace(struct ward_repeats *all, struct ward_repeat *repeat,
					   const struct ward_wire_flow *flow, uint64_t now)
{
	uint64_t turn;

	if (repeat->state & WARD_REPEAT_COUNT)
		repeat_tell(all, repeat, now);
	turn = (repeat->state & ~WARD_REPEAT_COUNT) + WARD_REPEAT_TURN;
	count_add(WARD_COUNT_LOST,
		  __sync_lock_test_and_set(&repeat->state, turn) & WARD_REPEAT_COUNT);
	repeat->flow = *flow;
	repeat->told_ns = 0;
	__sync_lock_test_and_set(&repeat->state, turn + WARD_REPEAT_TURN);
}

/* One more of this flow. */
static __always_inline void repeat_count(const struct ward_wire_flow *flow, uint16_t sport)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	struct ward_repeats *all = bpf_map_lookup_elem(&ward_repeats, &cpu);
	uint64_t now = bpf_ktime_get_ns(), first = flow_set(flow) * WARD_REPEAT_WAYS;
	struct ward_repeat *repeat, *other;

	if (!all) {
		count_add(WARD_COUNT_LOST, 1);
		return;
	}
	repeat = &all->slots[first];
	other = &all->slots[first + 1];
	if (!is_same_flow(&repeat->flow, flow)) {
		bool is_other = is_same_flow(&other->flow, flow);

		if (is_other || other->last_ns < repeat->last_ns)
			repeat = other;
		if (!is_other)
			repeat_replace(all, repeat, flow, now);
	}
	__sync_fetch_and_add(&repeat->state, 1);
	repeat->last_ns = now;
	repeat->sport = sport;
	if (now - repeat->told_ns >= REPEAT_NS)
		repeat_tell(all, repeat, now);
	all->n++;
}

/* An event of its own. */
static __always_inline void tell_once(const struct ward_wire_flow *flow, uint16_t sport)
{
	struct ward_wire_event *event = bpf_ringbuf_reserve(&ward_flows, sizeof(*event), 0);

	if (!event) {
		count_add(WARD_COUNT_LOST, 1);
		return;
	}
	event->time_ns = bpf_ktime_get_ns();
	event->count = 1;
	event->flow = *flow;
	event->sport = sport;
	bpf_ringbuf_submit(event, 0);
}
