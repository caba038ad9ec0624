// SPDX-License-Identifier: Apache-2.0
/* What the kernel side reports: flow events and counters. */
#include "datapath/events.h"

#include <assert.h>
#include <errno.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/alloc.h"
#include "datapath/bpf/wire.h"
#include "datapath/program.h"
#include "datapath/repeats.h"
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
	struct ward_repeats_view repeats;
	uint64_t session;
	ward_flow_fn fn; /* of the poll that is running */
	void *userdata;
};

static struct ward_ip wire_ip(const uint64_t *address, uint8_t family)
{
	return (struct ward_ip){.hi = address[0], .lo = address[1], .family = family};
}

/* As this process numbers them. */
static uint64_t version_of(const struct ward_events *events, uint64_t wire)
{
	uint64_t mine = WARD_WIRE_VERSION(events->session, wire);

	return mine == wire ? wire - WARD_WIRE_VERSION(events->session, 0) : WARD_VERSION_OF_OTHERS;
}

static void event_tell(void *userdata, const struct ward_wire_event *wire)
{
	struct ward_events *events = userdata;
	const struct ward_wire_flow *flow = &wire->flow;
	const struct ward_flow_event event = {
		.time_ns = wire->time_ns,
		.count = wire->count,
		.version = version_of(events, flow->version),
		.src = wire_ip(flow->src, flow->family),
		.dst = wire_ip(flow->dst, flow->family),
		.sport = wire->sport,
		.dport = flow->dport,
		.protocol = flow->protocol,
		.accept = flow->accept,
		.reason = (enum ward_flow_reason)flow->outcome,
		.decision = {flow->decision[0], flow->decision[1]},
	};

	events->fn(events->userdata, &event);
}

static int event_take(void *userdata, void *bytes, size_t size)
{
	if (size < sizeof(struct ward_wire_event))
		return -EBADMSG;
	event_tell(userdata, bytes);
	return 0;
}

int ward_events_open(const struct ward_program *program, struct ward_events **ret_events)
{
	struct ward_events *events = ward_new(struct ward_events);
	int r = ward_repeats_open(&events->repeats, program->repeats_fd);

	events->session = program->session;
	if (r == 0) {
		events->ring = ring_buffer__new(program->flows_fd, event_take, events, NULL);
		r = events->ring ? 0 : -errno;
	}
	if (r < 0)
		ward_events_close(events);
	else
		*ret_events = events;
	return r;
}

struct ward_events *ward_events_close(struct ward_events *events)
{
	if (!events)
		return NULL;
	ring_buffer__free(events->ring);
	ward_repeats_close(&events->repeats);
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

int ward_events_sweep(struct ward_events *events, ward_flow_fn fn, void *userdata)
{
	events->fn = fn;
	events->userdata = userdata;
	return ward_repeats_take(&events->repeats, event_tell, events);
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
