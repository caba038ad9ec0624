/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/closes.h"

#include <time.h>

#include "base/alloc.h"
#include "lab/flows.h"
#include "net/closes.h"
#include "net/netns.h"

struct lab_closes {
	uint32_t n_wanting;
	uint64_t n_lost; /* by those that are closed */
	struct ward_pollset set;
	struct ward_closes *of[LAB_NODES_MAX];
};

/* What a poll is about. */
struct told {
	struct lab *lab;
	const struct lab_node *node;
};

static struct ward_flow_end end_of(const struct lab *lab, struct ward_ip ip)
{
	const struct lab_pod *pod = lab_pod_at(lab, ip);
	struct ward_flow_end end = {
		.kind = WARD_FLOW_EXTERNAL, .ip = ip, .ns = WARD_NONE, .name = WARD_NONE};

	if (pod && pod->ns != pod->node->ns) {
		end.kind = WARD_FLOW_POD;
		end.ns = pod->pod.object.ns;
		end.name = pod->pod.object.name;
		return end;
	}
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		for (uint32_t f = 0; f < lab->n_families; f++)
			if (ward_ip_eq(lab->nodes[i].ip[f], ip)) {
				end.kind = WARD_FLOW_NODE;
				end.name = lab->nodes[i].name;
			}
	return end;
}

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

/* Why it was allowed, its opening says. */
static void close_take(void *userdata, const struct ward_close *close)
{
	const struct told *told = userdata;
	int64_t now = now_us();
	struct ward_flow flow = {
		.time_us = now,
		.first_us = now,
		.count = 1,
		.node = told->node->name,
		.accept = true,
		.closed = true,
		.is_counted = close->is_counted,
		.protocol = close->protocol,
		.sport = close->sport,
		.dport = close->dport,
		.packets = {close->packets[0], close->packets[1]},
		.bytes = {close->bytes[0], close->bytes[1]},
		.from = end_of(told->lab, close->from),
		.to = end_of(told->lab, close->to),
	};
	const struct ward_flow *opened =
		ward_flow_history_opened(lab_flows_history(told->lab), &flow);

	for (int d = 0; opened && d < WARD_N_DIRECTION; d++)
		flow.side[d] = opened->side[d];
	lab_flows_take(told->lab, &flow);
}

static void node_tells(void *userdata, uint64_t tag, uint32_t events)
{
	struct lab *lab = userdata;
	struct told told = {lab, &lab->nodes[tag]};

	if (lab->closes->of[tag])
		ward_closes_poll(lab->closes->of[tag], close_take, &told);
}

static int node_listen(struct lab *lab, uint32_t i)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(lab->nodes[i].ns);
	int r = home < 0 ? home : ward_closes_open(&lab->closes->of[i]);

	return r < 0 ? r
		     : ward_pollset_add(&lab->closes->set, ward_closes_fd(lab->closes->of[i]),
					EPOLLIN, i);
}

static void node_ignore(struct lab *lab, uint32_t i)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(lab->nodes[i].ns);

	if (lab->closes->of[i])
		lab->closes->n_lost += ward_closes_overruns(lab->closes->of[i]);
	lab->closes->of[i] = ward_closes_close(lab->closes->of[i]);
}

static int closes_new(struct lab *lab)
{
	lab->closes = ward_new(struct lab_closes);
	return ward_pollset_init(&lab->closes->set, &lab->loop, node_tells, lab);
}

int lab_closes_want(struct lab *lab)
{
	int r = lab->closes ? 0 : closes_new(lab);

	if (lab->closes->n_wanting++)
		return r;
	for (uint32_t i = 0; r == 0 && i < lab->n_nodes; i++)
		r = node_listen(lab, i);
	if (r < 0)
		lab_closes_release(lab);
	return r;
}

void lab_closes_release(struct lab *lab)
{
	if (--lab->closes->n_wanting)
		return;
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		node_ignore(lab, i);
}

uint64_t lab_closes_lost(const struct lab *lab)
{
	uint64_t n = lab->closes ? lab->closes->n_lost : 0;

	for (uint32_t i = 0; lab->closes && i < lab->n_nodes; i++)
		if (lab->closes->of[i])
			n += ward_closes_overruns(lab->closes->of[i]);
	return n;
}
