/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/world.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <time.h>

#include "agent/put.h"
#include "base/alloc.h"
#include "base/day.h"
#include "lab/outside.h"
#include "lab/wire.h"
#include "lab/service.h"
#include "net/netns.h"

uint64_t lab_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void engines_put(struct lab *lab, const struct ward_object *object)
{
	ward_put(lab->judge, &lab->world, object);
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].agent)
			ward_agent_put(lab->nodes[i].agent, &lab->world, object);
}

/* Another day: what has expired since is left out from here on. */
static void day_turn(struct lab *lab)
{
	int32_t today = ward_day_today();

	if (lab->world.today == today)
		return;
	lab->world.today = today;
	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];

		if (object && object->kind == WARD_KIND_GROUPPOLICY)
			engines_put(lab, object);
	}
}

void lab_put(struct lab *lab, struct ward_object *object)
{
	ward_snapshot_remove(&lab->world, object->kind, object->ns, object->name);
	ward_snapshot_add(&lab->world, object);
	engines_put(lab, object);
}

bool lab_remove(struct lab *lab, enum ward_kind kind, ward_sym ns, ward_sym name)
{
	if (!ward_snapshot_remove(&lab->world, kind, ns, name))
		return false;
	ward_remove(lab->judge, &lab->world, kind, ns, name);
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].agent)
			ward_agent_remove(lab->nodes[i].agent, &lab->world, kind, ns, name);
	return true;
}

void lab_pod_put(struct lab *lab, struct lab_pod *pod)
{
	const struct ward_object *object = &pod->pod.object;

	lab_put(lab, &pod->pod.object);
	if (pod->node->agent)
		ward_agent_wire(pod->node->agent, object->ns, object->name, lab_pod_ifindex(pod));
}

void lab_pod_remove(struct lab *lab, struct lab_pod *pod)
{
	const struct ward_object *object = &pod->pod.object;

	lab_remove(lab, object->kind, object->ns, object->name);
	if (pod->node->agent)
		ward_agent_wire(pod->node->agent, object->ns, object->name, 0);
	lab_pod_unlist(lab, pod);
}

int lab_commit(struct lab *lab, uint64_t *ret_ns)
{
	int r = 0;

	day_turn(lab);
	lab_settle_wait(lab);
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		int committed = lab->nodes[i].agent ? ward_agent_commit(lab->nodes[i].agent) : 0;

		r = r < 0 ? r : committed;
	}
	if (ret_ns)
		*ret_ns = lab_now_ns();
	lab_settle_begin(lab);
	ward_engine_recompute(lab->judge); /* sorted, as people want to see it */
	lab_outside_serve(lab);
	ward_groups_done(&lab->groups);
	ward_groups_init(&lab->groups, &lab->world);
	return r;
}

static bool end_of(const struct lab *lab, const struct lab_pod *pod, uint32_t family,
		   struct ward_end *ret_end)
{
	const struct ward_object *object = &pod->pod.object;
	uint32_t endpoint = ward_engine_find(lab->judge, object->kind, object->ns, object->name);

	if (endpoint == WARD_NONE)
		return false;
	ward_engine_end_of(lab->judge, endpoint, pod->ip[family].family, ret_end);
	return true;
}

static bool ends_judge(const struct lab *lab, const struct ward_end *from,
		       const struct ward_end *to, enum ward_proto proto, uint16_t port)
{
	struct ward_verdict verdict;

	ward_engine_judge(lab->judge, from, to, proto, port, &verdict);
	return verdict.accept;
}

struct ward_ip lab_node_source(const struct lab_node *node, const struct lab_pod *to,
			       uint32_t family)
{
	bool is_tunnelled =
		node->lab->network == WARD_LAB_VXLAN && !to->pod.host_network && to->node != node;

	return is_tunnelled ? node->range[family].ip : node->ip[family];
}

bool lab_judge(const struct lab *lab, const struct lab_pod *from, const struct lab_pod *to,
	       uint32_t family, enum ward_proto proto, uint16_t port)
{
	struct ward_end source, destination;

	if (!lab->enforce)
		return true;
	if (!end_of(lab, from, family, &source) || !end_of(lab, to, family, &destination))
		return false;
	if (from->pod.host_network)
		ward_engine_resolve(lab->judge, lab_node_source(from->node, to, family), &source);
	return ends_judge(lab, &source, &destination, proto, port);
}

bool lab_judge_outside(const struct lab *lab, const struct lab_pod *from, const struct lab_pod *to,
		       struct ward_ip outside, enum ward_proto proto, uint16_t port)
{
	uint32_t family = outside.family - WARD_FAMILY_4;
	struct ward_end world, pod;

	if (!lab->enforce)
		return true;
	ward_engine_resolve(lab->judge, outside, &world);
	if (from == lab->outside)
		return end_of(lab, to, family, &pod) && ends_judge(lab, &world, &pod, proto, port);
	return end_of(lab, from, family, &pod) && ends_judge(lab, &pod, &world, proto, port);
}

static bool has_name(const ward_sym *names, uint32_t n, ward_sym name)
{
	for (uint32_t i = 0; i < n; i++)
		if (names[i] == name)
			return true;
	return false;
}

uint32_t lab_pod_groups(const struct lab *lab, const struct lab_pod *pod, ward_sym *groups,
			uint32_t max)
{
	const struct ward_object *object = &pod->pod.object;
	uint32_t endpoint = ward_engine_find(lab->judge, object->kind, object->ns, object->name);
	uint32_t n = 0;

	if (endpoint == WARD_NONE)
		return 0;
	for (uint32_t i = 0; i < lab->groups.list.n && n < max; i++) {
		const struct ward_group_entry *entry = &lab->groups.list.items[i];

		if (!has_name(groups, n, entry->name) &&
		    ward_members_have(lab->judge, &entry->members,
				      &ward_engine_tables(lab->judge)->endpoints[endpoint]))
			groups[n++] = entry->name;
	}
	return n;
}

char *lab_pod_groups_str(const struct lab *lab, const struct lab_pod *pod)
{
	ward_sym groups[16];
	uint32_t n = lab_pod_groups(lab, pod, groups, WARD_ARRAY_SIZE(groups));
	char *text = ward_strdup("");

	for (uint32_t i = 0; i < n; i++) {
		char *longer = ward_format("%s%s%s", text, i ? ", " : "",
					   ward_symbol_str(lab->symbols, groups[i]));

		free(text);
		text = longer;
	}
	return text;
}

/* What it is called by others; by them too if it speaks to them through a tunnel. */
static void ips_list(struct lab *lab, const struct lab_node *node, struct ward_node_object *object)
{
	struct ward_ip ips[2 * LAB_FAMILIES];
	uint32_t n = 0;

	for (uint32_t f = 0; f < lab->n_families; f++)
		ips[n++] = node->ip[f];
	for (uint32_t f = 0; lab->network == WARD_LAB_VXLAN && f < lab->n_families; f++)
		ips[n++] = node->range[f].ip;
	object->n_ips = n;
	object->ips = ward_arena_copy(&lab->world.arena, ips, n * sizeof(*ips));
}

/* The lab's own Node object: the labels of the input's, the address of the lab. */
static void node_put(struct lab *lab, struct lab_node *node, const struct ward_snapshot *input)
{
	const struct ward_object *given =
		ward_snapshot_find(input, WARD_KIND_NODE, WARD_NONE, node->name);
	struct ward_node_object *object =
		ward_arena_new(&lab->world.arena, struct ward_node_object);

	if (given)
		*object = *(const struct ward_node_object *)given;
	object->object.kind = WARD_KIND_NODE;
	object->object.ns = WARD_NONE;
	object->object.name = node->name;
	if (!given)
		object->object.mark.file = WARD_NONE;
	ips_list(lab, node, object);
	lab_put(lab, &object->object);
}

/* A pod that this node has not heard of is closed, wherever it is. */
static int node_enforce(struct lab *lab, struct lab_node *node, char **ret_why)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);
	struct ward_cidr ranges[LAB_FAMILIES * LAB_NODES_MAX];
	const uint32_t uplinks[] = {LAB_UPLINK, LAB_TUNNEL};
	struct ward_agent_config config = {
		.symbols = lab->symbols,
		.node = node->name,
		.n_pod_ranges = lab->n_families * lab->n_nodes,
		.pod_ranges = ranges,
		.n_uplinks = lab->network == WARD_LAB_VXLAN ? 2 : 1,
		.uplinks = uplinks,
		.tunnel_port = lab->network == WARD_LAB_VXLAN ? LAB_TUNNEL_PORT : 0,
	};

	for (uint32_t i = 0; i < config.n_pod_ranges; i++)
		ranges[i] = lab->nodes[i / lab->n_families].range[i % lab->n_families];
	return home < 0 ? home : ward_agent_open(&config, &node->agent, ret_why);
}

static int nodes_open(struct lab *lab, char **ret_why)
{
	int r = lab_fabric_open(lab);

	if (r == 0)
		r = lab_outside_open(lab);
	for (uint32_t i = 0; r == 0 && i < lab->n_nodes; i++) {
		r = lab_node_open(&lab->nodes[i], ret_why);
		if (r == 0 && lab->enforce)
			r = node_enforce(lab, &lab->nodes[i], ret_why);
	}
	return r;
}

int lab_plan_make(struct lab *lab, const struct lab_plan *plan, char **ret_why)
{
	int r = lab_pods_wire(lab, &plan->fresh, ret_why);

	for (uint32_t i = 0; r == 0 && i < plan->fresh.list.n; i++) {
		lab_pod_serve(lab, plan->fresh.list.items[i]);
		lab_pod_put(lab, plan->fresh.list.items[i]);
	}
	for (uint32_t i = 0; r == 0 && i < plan->changed.list.n; i++) {
		struct lab_pod *pod = plan->changed.list.items[i];

		lab_pod_change(lab, pod, plan->changed_to.items[i]);
		lab_pod_silence(lab, pod);
		lab_pod_serve(lab, pod);
		lab_pod_put(lab, pod);
	}
	for (uint32_t i = 0; r == 0 && i < plan->stale.list.n; i++)
		lab_pod_remove(lab, plan->stale.list.items[i]);
	return r;
}

static int pods_open(struct lab *lab, const struct ward_snapshot *input, char **ret_why)
{
	_cleanup_(lab_plan_done) struct lab_plan plan = {};
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < input->objects.n; i++) {
		struct ward_object *object = input->objects.items[i];

		if (object && ward_kind_is_pod(object->kind))
			r = lab_plan_add(lab, &plan, (struct ward_pod *)object, ret_why);
		else if (object && object->kind != WARD_KIND_NODE)
			lab_put(lab, object);
	}
	return r < 0 ? r : lab_plan_make(lab, &plan, ret_why);
}

int lab_open(struct lab *lab, const struct ward_snapshot *input, uint32_t n_nodes, char **ret_why)
{
	int r;

	lab->symbols = input->symbols;
	ward_snapshot_init(&lab->world, lab->symbols, &lab->diags);
	lab->world.today = ward_day_today();
	lab->judge = ward_engine_new(lab->symbols, WARD_NONE);
	lab_services_open(lab);
	lab->n_families = access("/proc/sys/net/ipv6", F_OK) == 0 ? LAB_FAMILIES : 1;
	r = lab_nodes_plan(lab, input, n_nodes, ret_why);
	if (r == 0)
		r = nodes_open(lab, ret_why);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		node_put(lab, &lab->nodes[i], input);
	r = pods_open(lab, input, ret_why);
	if (r == 0)
		r = lab_commit(lab, NULL);
	return r < 0 ? r : lab_services_follow(lab, ret_why);
}
