// SPDX-License-Identifier: Apache-2.0
/* What the kernel side reports: flow events and counters. */
#include "datapath/events.h"

#include <assert.h>
#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "datapath/bpf/wire.h"
#include "image/lookup.h"

static_assert((int)WARD_FLOW_RULES == (int)WARD_OUTCOME_RULES &&
		      (int)WARD_FLOW_SPOOFED == (int)WARD_OUTCOME_SPOOFED &&
		      (int)WARD_FLOW_NOT_READY == (int)WARD_OUTCOME_NOT_READY &&
		      (int)WARD_FLOW_MALFORMED == (int)WARD_OUTCOME_MALFORMED,
	      "reasons of events are outcomes");
static_assert((int)WARD_N_OUTCOME == WARD_COUNT_LOST - WARD_COUNT_REFUSED,
	      "one counter per outcome");

struct ward_events {
	struct ring_buffer *ring;
	ward_flow_fn fn; /* of the poll that is running */
	void *userdata;
};

static struct ward_ip wire_ip(const uint64_t *address, uint8_t family)
{
	return (struct ward_ip){.hi = address[0], .lo = address[1], .family = family};
}

static int event_take(void *userdata, void *bytes, size_t size)
{
	struct ward_events *events = userdata;
	const struct ward_wire_event *wire = bytes;
	struct ward_flow_event event;

	if (size < sizeof(*wire))
		return -EBADMSG;
	event = (struct ward_flow_event){
		.time_ns = wire->time_ns,
		.version = wire->version,
		.src = wire_ip(wire->src, wire->family),
		.dst = wire_ip(wire->dst, wire->family),
		.sport = wire->sport,
		.dport = wire->dport,
		.protocol = wire->protocol,
		.accept = wire->accept,
		.reason = (enum ward_flow_reason)wire->outcome,
		.decision = {wire->decision[0], wire->decision[1]},
	};
	events->fn(events->userdata, &event);
	return 0;
}

int ward_events_open(int ring_fd, struct ward_events **ret_events)
{
	struct ward_events *events = ward_new(struct ward_events);

	events->ring = ring_buffer__new(ring_fd, event_take, events, NULL);
	if (!events->ring) {
		free(events);
		return -errno;
	}
	*ret_events = events;
	return 0;
}

struct ward_events *ward_events_close(struct ward_events *events)
{
	if (!events)
		return NULL;
	ring_buffer__free(events->ring);
	free(events);
	return NULL;
}

int ward_events_fd(const struct ward_events *events)
{
	return ring_buffer__epoll_fd(events->ring);
}

int ward_events_poll(struct ward_events *events, ward_flow_fn fn, void *userdata)
{
	events->fn = fn;
	events->userdata = userdata;
	return ring_buffer__consume(events->ring);
}

static int counter_sum(int map_fd, uint32_t slot, uint64_t *per_cpu, int n_cpus, uint64_t *ret_sum)
{
	int r = bpf_map_lookup_elem(map_fd, &slot, per_cpu);
	uint64_t sum = 0;

	if (r < 0)
		return r;
	for (int i = 0; i < n_cpus; i++)
		sum += per_cpu[i];
	*ret_sum = sum;
	return 0;
}

int ward_counters_read(int map_fd, struct ward_datapath_counters *ret_counters)
{
	int n_cpus = libbpf_num_possible_cpus();
	_cleanup_free_ uint64_t *per_cpu = NULL;
	uint64_t sum[WARD_N_COUNT];

	if (n_cpus < 0)
		return n_cpus;
	per_cpu = ward_new_n(uint64_t, n_cpus);
	for (uint32_t slot = 0; slot < WARD_N_COUNT; slot++) {
		int r = counter_sum(map_fd, slot, per_cpu, n_cpus, &sum[slot]);

		if (r < 0)
			return r;
	}
	*ret_counters = (struct ward_datapath_counters){
		.accepted = sum[WARD_COUNT_ACCEPTED],
		.denied = sum[WARD_COUNT_REFUSED + WARD_OUTCOME_RULES],
		.spoofed = sum[WARD_COUNT_REFUSED + WARD_OUTCOME_SPOOFED],
		.not_ready = sum[WARD_COUNT_REFUSED + WARD_OUTCOME_NOT_READY],
		.malformed = sum[WARD_COUNT_REFUSED + WARD_OUTCOME_MALFORMED],
		.events_lost = sum[WARD_COUNT_LOST],
	};
	return 0;
}
