/* SPDX-License-Identifier: Apache-2.0 */
#include "fourway/burst.h"

#include <stdio.h>
#include <time.h>

#include "oracle/judges.h"

enum {
	/* Half of what a CPU tells of a node in a tenth of a second (bpf/repeats.h). */
	WINDOW_SHOTS = 512,
	WINDOW_NS = 100000000,
	ANSWER = 0x40000000, /* a bit of the number */
};

void burst_add(struct burst *burst, const struct seats *seats, const struct conn *conn,
	       uint8_t protocol, uint16_t sport)
{
	struct shot *shot = &burst->shots[burst->n_shots];
	struct leg *leg = &shot->there;

	*shot = (struct shot){
		.conn = conn,
		.there = {.from = seats_find(seats, conn->from.ip),
			  .to = seats_find(seats, conn->to.ip),
			  .probe = {.src = conn->from.ip,
				    .dst = conn->to.ip,
				    .protocol = protocol,
				    .sport = sport,
				    .dport = conn->port,
				    .id = burst->first_id + burst->n_shots}},
	};
	if (!leg->from.node)
		leg->from = (struct fabric_place){leg->to.node, FABRIC_UPLINK};
	if (!leg->to.node)
		leg->to = (struct fabric_place){leg->from.node, FABRIC_UPLINK};
	probe_build(&leg->probe);
	burst->n_shots++;
}

/* Waits until so many more can be told of. */
static void pace(struct burst *burst)
{
	struct timespec now, until;
	uint64_t ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ns = now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
	if (burst->n_in_window + burst->n_shots > WINDOW_SHOTS &&
	    ns < burst->window_ns + WINDOW_NS) {
		ns = burst->window_ns + WINDOW_NS;
		until = (struct timespec){ns / 1000000000, ns % 1000000000};
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	}
	if (ns >= burst->window_ns + WINDOW_NS) {
		burst->window_ns = ns;
		burst->n_in_window = 0;
	}
	burst->n_in_window += burst->n_shots;
}

/* The receiver answers. */
static void shot_answer(struct burst *burst, struct shot *shot)
{
	shot->back.from = shot->there.to;
	shot->back.to = shot->there.from;
	probe_answer(&shot->there.probe, ANSWER | shot->there.probe.id, &shot->back.probe);
	fabric_send(burst->fabric, shot->back.from, shot->back.probe.bytes, shot->back.probe.size);
}

static bool same_place(struct fabric_place a, struct fabric_place b)
{
	return a.node == b.node && a.port == b.port;
}

static struct leg *leg_of(struct burst *burst, uint32_t id)
{
	uint32_t n = (id & ~ANSWER) - burst->first_id;

	if (n >= burst->n_shots)
		return NULL;
	return id & ANSWER ? &burst->shots[n].back : &burst->shots[n].there;
}

static void packet_take(void *userdata, struct fabric_place at, const uint8_t *bytes, size_t size)
{
	struct burst *burst = userdata;
	struct fabric_place next;
	struct leg *leg;
	uint32_t id;

	leg = probe_id_of(bytes, size, &id) ? leg_of(burst, id) : NULL;
	if (!leg || !probe_is(&leg->probe, bytes, size))
		return; /* what a kernel says about it */
	next = (struct fabric_place){leg->to.node, FABRIC_UPLINK};
	if (same_place(at, leg->to))
		leg->n_arrived++;
	else if (at.port == FABRIC_UPLINK && at.node != leg->to.node)
		fabric_send(burst->fabric, next, bytes, size);
	else
		leg->strayed = true;
}

static bool is_about(const struct ward_flow *flow, const struct probe *probe)
{
	bool ports = ward_proto_of_number(probe->protocol) != WARD_OTHER;

	return flow->protocol == probe->protocol && (!ports || flow->dport == probe->dport) &&
	       ward_ip_eq(flow->from.ip, probe->src) && ward_ip_eq(flow->to.ip, probe->dst);
}

/* What is alike is told once, of all. */
void burst_flow(void *userdata, struct ward_flow *flow)
{
	struct burst *burst = userdata;

	for (uint32_t i = 0; i < burst->n_shots; i++) {
		struct shot *shot = &burst->shots[i];

		if (!is_about(flow, &shot->there.probe))
			continue;
		if (shot->there.from.node->name == flow->node)
			reason_take(&shot->reason, flow, WARD_EGRESS);
		if (shot->there.to.node->name == flow->node)
			reason_take(&shot->reason, flow, WARD_INGRESS);
	}
}

static void leg_print(const char *what, const struct leg *leg)
{
	printf("# %s: protocol %u from port %u to %u: arrived %u times%s\n", what,
	       leg->probe.protocol, leg->probe.sport, leg->probe.dport, leg->n_arrived,
	       leg->strayed ? ", and elsewhere" : "");
}

static bool shot_check(struct burst *burst, const struct shot *shot)
{
	const struct leg *there = &shot->there, *back = &shot->back;
	const struct conn *conn = shot->conn;
	struct judgement got = {.accept = there->n_arrived > 0}, assumed;
	bool agrees;

	engine_judge.judge(burst->engine, conn, &assumed);
	reason_complete(&shot->reason, burst->world, conn, there->from.node == there->to.node,
			&assumed, &got);
	agrees = judgement_check(burst->world, conn, "packets", &got) && there->n_arrived < 2 &&
		 back->n_arrived == there->n_arrived && !there->strayed && !back->strayed;
	burst->tally->n_arrived += there->n_arrived > 0;
	burst->tally->n_answered += back->n_arrived > 0;
	burst->tally->n_explained += shot->reason.told[0] || shot->reason.told[1];
	if (agrees)
		return true;
	conn_print(burst->world, conn, stdout);
	leg_print("question", there);
	if (there->n_arrived)
		leg_print("answer", back);
	return false;
}

static void events_take(struct burst *burst)
{
	for (uint32_t i = 0; i < burst->fabric->n_nodes; i++) {
		if (!burst->fabric->nodes[i].used)
			continue;
		ward_agent_poll(burst->fabric->nodes[i].agent);
		ward_agent_sweep(burst->fabric->nodes[i].agent);
	}
}

/* No packet passes more than two nodes. */
static void packets_take(struct burst *burst)
{
	for (int hop = 0; hop < 2; hop++)
		fabric_collect(burst->fabric, packet_take, burst);
}

bool burst_send(struct burst *burst)
{
	bool agrees = true;

	pace(burst);
	for (uint32_t i = 0; i < burst->n_shots; i++)
		fabric_send(burst->fabric, burst->shots[i].there.from,
			    burst->shots[i].there.probe.bytes, burst->shots[i].there.probe.size);
	packets_take(burst);
	for (uint32_t i = 0; i < burst->n_shots; i++) {
		if (burst->shots[i].there.n_arrived)
			shot_answer(burst, &burst->shots[i]);
	}
	packets_take(burst);
	events_take(burst);
	for (uint32_t i = 0; agrees && i < burst->n_shots; i++)
		agrees = shot_check(burst, &burst->shots[i]);
	burst->tally->n_packets += burst->n_shots;
	burst->first_id += burst->n_shots;
	burst->n_shots = 0;
	return agrees;
}
