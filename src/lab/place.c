/* SPDX-License-Identifier: Apache-2.0 */
/* Which nodes and pods there are, their names and addresses. */
#include "lab/wire.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"

enum {
	DEFAULT_NODES = 2,
};

struct node_names {
	WARD_VEC(ward_sym) list;
};

static void node_name_add(struct node_names *names, ward_sym name)
{
	for (uint32_t i = 0; i < names->list.n; i++)
		if (names->list.items[i] == name)
			return;
	ward_vec_push(&names->list, name);
}

static void node_names_collect(const struct ward_snapshot *input, struct node_names *names)
{
	for (uint32_t i = 0; i < input->objects.n; i++) {
		const struct ward_object *object = input->objects.items[i];

		if (object && object->kind == WARD_KIND_NODE)
			node_name_add(names, object->name);
	}
	for (uint32_t i = 0; i < input->objects.n; i++) {
		const struct ward_object *object = input->objects.items[i];

		if (object && ward_kind_is_pod(object->kind) &&
		    ((const struct ward_pod *)object)->node != WARD_NONE)
			node_name_add(names, ((const struct ward_pod *)object)->node);
	}
}

static void node_init(struct lab *lab, uint32_t index, ward_sym name)
{
	lab->nodes[index] = (struct lab_node){
		.lab = lab,
		.index = index,
		.name = name,
		/* 172.30.0.n, fd00:172:30::n */
		.ip = {{.lo = 0xac1e0000 + index + 1, .family = WARD_FAMILY_4},
		       {0xfd00017200300000, index + 1, WARD_FAMILY_6}},
		/* 10.244.n.0/24, fd00:10:244:n::/64 */
		.range = {{{.lo = 0x0af40000 + ((index + 1) << 8), .family = WARD_FAMILY_4}, 24},
			  {{0xfd00001002440000 + index + 1, 0, WARD_FAMILY_6}, 64}},
		.ns = -1,
	};
}

int lab_nodes_plan(struct lab *lab, const struct ward_snapshot *input, uint32_t n_nodes,
		   char **ret_why)
{
	struct node_names names = {};
	uint32_t want;

	node_names_collect(input, &names);
	want = n_nodes ? n_nodes : DEFAULT_NODES;
	for (uint32_t i = 1; names.list.n < want && i <= LAB_NODES_MAX; i++) {
		_cleanup_free_ char *name = ward_format("node-%u", i);

		node_name_add(&names, ward_symbol(lab->symbols, name));
	}
	if (want > LAB_NODES_MAX || names.list.n > LAB_NODES_MAX) {
		*ret_why = ward_format("a lab has at most %u nodes, and this would be %u: give "
				       "--nodes %u, or an input that names fewer",
				       LAB_NODES_MAX, want > names.list.n ? want : names.list.n,
				       LAB_NODES_MAX);
		ward_vec_done(&names.list);
		return -E2BIG;
	}
	lab->n_nodes = names.list.n;
	lab->nodes = ward_alloc(lab->n_nodes * sizeof(*lab->nodes));
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		node_init(lab, i, names.list.items[i]);
	ward_vec_done(&names.list);
	return 0;
}

static int pod_cmp(const struct lab *lab, const struct lab_pod *pod, ward_sym ns, ward_sym name)
{
	int c = strcmp(ward_symbol_str(lab->symbols, pod->pod.object.ns),
		       ward_symbol_str(lab->symbols, ns));

	return c ? c
		 : strcmp(ward_symbol_str(lab->symbols, pod->pod.object.name),
			  ward_symbol_str(lab->symbols, name));
}

/* Where it is, or where it would have to be. */
static uint32_t pod_index(const struct lab *lab, ward_sym ns, ward_sym name, bool *ret_found)
{
	uint32_t low = 0, high = lab->pods.n;

	*ret_found = false;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int c = pod_cmp(lab, lab->pods.items[middle], ns, name);

		if (c == 0) {
			*ret_found = true;
			return middle;
		}
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct lab_pod *lab_pod_find(const struct lab *lab, ward_sym ns, ward_sym name)
{
	bool found;
	uint32_t i = pod_index(lab, ns, name, &found);

	return found ? lab->pods.items[i] : NULL;
}

struct lab_pod *lab_pod_at(const struct lab *lab, struct ward_ip ip)
{
	for (uint32_t i = 0; i < lab->pods.n; i++)
		for (uint32_t f = 0; f < lab->n_families; f++)
			if (ward_ip_eq(lab->pods.items[i]->ip[f], ip))
				return lab->pods.items[i];
	return NULL;
}

struct lab_pod *lab_pod_free(struct lab_pod *pod)
{
	ward_vec_done(&pod->servers);
	free(pod->id);
	free(pod);
	return NULL;
}

/* The node that is asked for, else the one with the fewest pods. */
static struct lab_node *node_choose(struct lab *lab, ward_sym name)
{
	uint32_t n_pods[LAB_NODES_MAX] = {}, least = 0;

	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (lab->nodes[i].name == name)
			return &lab->nodes[i];
	for (uint32_t i = 0; i < lab->pods.n; i++)
		n_pods[lab->pods.items[i]->node->index]++;
	for (uint32_t i = 1; i < lab->n_nodes; i++)
		if (n_pods[i] < n_pods[least])
			least = i;
	return &lab->nodes[least];
}

static int slot_take(struct lab_pod *pod, char **ret_why)
{
	struct lab_node *node = pod->node;
	int r = lab_bridge_admit(node, ret_why);

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < LAB_PODS_PER_NODE; i++) {
		if (node->taken[i])
			continue;
		node->taken[i] = true;
		pod->slot = i;
		for (int f = 0; f < LAB_FAMILIES; f++) {
			pod->ip[f] = node->range[f].ip;
			pod->ip[f].lo += i + 1;
		}
		return 0;
	}
	*ret_why = ward_format("node %s is full, it has %u pods: give the lab more --nodes",
			       ward_symbol_str(node->lab->symbols, node->name), LAB_PODS_PER_NODE);
	return -ENOSPC;
}

static const void *array_copy(struct lab *lab, const void *items, size_t size)
{
	return size ? ward_arena_copy(&lab->world.arena, items, size) : NULL;
}

bool lab_labels_are_equal(struct ward_labels a, struct ward_labels b)
{
	for (uint32_t i = 0; i < a.n && i < b.n; i++)
		if (a.items[i].key != b.items[i].key || a.items[i].value != b.items[i].value)
			return false;
	return a.n == b.n;
}

static bool ports_are_equal(const struct ward_pod *a, const struct ward_pod *b)
{
	for (uint32_t i = 0; i < a->n_ports && i < b->n_ports; i++)
		if (a->ports[i].name != b->ports[i].name ||
		    a->ports[i].proto != b->ports[i].proto ||
		    a->ports[i].number != b->ports[i].number)
			return false;
	return a->n_ports == b->n_ports;
}

/* Would lab_pod_change() change more than the line it stands on? */
static bool pod_differs(const struct lab_pod *pod, const struct ward_pod *to)
{
	return !lab_labels_are_equal(pod->pod.labels, to->labels) ||
	       !ports_are_equal(&pod->pod, to) || pod->pod.service_account != to->service_account;
}

void lab_pod_change(struct lab *lab, struct lab_pod *pod, const struct ward_pod *to)
{
	struct ward_pod *own = &pod->pod;

	own->labels = (struct ward_labels){
		.n = to->labels.n,
		.items =
			array_copy(lab, to->labels.items, to->labels.n * sizeof(*to->labels.items)),
	};
	own->n_ports = to->n_ports;
	own->ports = array_copy(lab, to->ports, to->n_ports * sizeof(*to->ports));
	own->service_account = to->service_account;
	own->object.mark = to->object.mark;
}

static int pod_new(struct lab *lab, const struct ward_pod *from, ward_sym name,
		   struct lab_node *node, struct lab_pod **ret_pod, char **ret_why)
{
	struct lab_pod *pod = ward_new(struct lab_pod);
	int r = 0;

	pod->pod = *from;
	pod->pod.object.kind = WARD_KIND_POD;
	pod->pod.object.name = name;
	pod->pod.replicas = 1;
	pod->pod.node = node->name;
	pod->pod.n_ips = lab->n_families;
	pod->pod.ips = pod->ip;
	pod->node = node;
	pod->ns = -1;
	memcpy(pod->ip, node->ip, sizeof(pod->ip));
	if (!from->host_network)
		r = slot_take(pod, ret_why);
	if (r < 0) {
		lab_pod_free(pod);
		return r;
	}
	pod->id = ward_format("%s/%s", ward_symbol_str(lab->symbols, from->object.ns),
			      ward_symbol_str(lab->symbols, name));
	lab_pod_change(lab, pod, from);
	*ret_pod = pod;
	return 0;
}

static void pod_insert(struct lab *lab, struct lab_pod *pod)
{
	bool found;
	uint32_t i = pod_index(lab, pod->pod.object.ns, pod->pod.object.name, &found);

	ward_vec_push(&lab->pods, pod);
	memmove(lab->pods.items + i + 1, lab->pods.items + i,
		(lab->pods.n - 1 - i) * sizeof(*lab->pods.items));
	lab->pods.items[i] = pod;
}

static uint32_t replicas_of(const struct lab *lab, const struct ward_pod *from)
{
	uint32_t n = from->replicas;

	switch (from->object.kind) {
	case WARD_KIND_POD:
	case WARD_KIND_JOB:
	case WARD_KIND_CRONJOB:
		return 1;
	case WARD_KIND_DAEMONSET:
		return lab->n_nodes;
	default:
		return n < LAB_REPLICAS_MAX ? n : LAB_REPLICAS_MAX;
	}
}

static ward_sym replica_name(struct lab *lab, const struct ward_pod *from, uint32_t i)
{
	_cleanup_free_ char *name = NULL;

	if (from->object.kind == WARD_KIND_POD)
		return from->object.name;
	name = ward_format("%s-%u", ward_symbol_str(lab->symbols, from->object.name), i);
	return ward_symbol(lab->symbols, name);
}

static int replica_plan(struct lab *lab, struct lab_plan *plan, const struct ward_pod *from,
			uint32_t i, char **ret_why)
{
	ward_sym name = replica_name(lab, from, i);
	struct lab_pod *pod = lab_pod_find(lab, from->object.ns, name);
	struct lab_node *node;
	int r;

	if (pod && !pod_differs(pod, from)) {
		ward_vec_push(&plan->same.list, pod);
		return 0;
	}
	if (pod) {
		ward_vec_push(&plan->changed.list, pod);
		ward_vec_push(&plan->changed_to, from);
		return 0;
	}
	node = from->object.kind == WARD_KIND_DAEMONSET ? &lab->nodes[i]
							: node_choose(lab, from->node);
	r = pod_new(lab, from, name, node, &pod, ret_why);
	if (r < 0)
		return r;
	pod_insert(lab, pod);
	ward_vec_push(&plan->fresh.list, pod);
	return 0;
}

bool lab_pod_is_of(const struct lab_pod *pod, const struct ward_object *object)
{
	if (pod->pod.object.ns != object->ns)
		return false;
	if (object->kind == WARD_KIND_POD)
		return pod->pod.object.name == object->name;
	return pod->pod.owner_kind == object->kind && pod->pod.owner == object->name;
}

/* Pods of the workload whose numbers are beyond its replicas now. */
static void surplus_find(struct lab *lab, struct lab_plan *plan, const struct ward_pod *from,
			 uint32_t n)
{
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		struct lab_pod *pod = lab->pods.items[i];
		bool wanted = false;

		for (uint32_t k = 0; k < n && !wanted; k++)
			wanted = pod->pod.object.name == replica_name(lab, from, k);
		if (lab_pod_is_of(pod, &from->object) && !wanted)
			ward_vec_push(&plan->stale.list, pod);
	}
}

int lab_plan_add(struct lab *lab, struct lab_plan *plan, const struct ward_pod *from,
		 char **ret_why)
{
	uint32_t n = replicas_of(lab, from);
	int r = 0;

	if (from->finished) {
		ward_sym key[] = {from->object.ns, from->object.name};

		ward_intern(&lab->finished, key, sizeof(key)); /* once, however often applied */
		return 0;
	}
	for (uint32_t i = 0; r == 0 && i < n; i++)
		r = replica_plan(lab, plan, from, i, ret_why);
	if (from->object.kind != WARD_KIND_POD)
		surplus_find(lab, plan, from, n);
	return r;
}

void lab_pod_unlist(struct lab *lab, struct lab_pod *pod)
{
	bool found;
	uint32_t i = pod_index(lab, pod->pod.object.ns, pod->pod.object.name, &found);

	if (!found)
		return;
	lab->pods.n--;
	memmove(lab->pods.items + i, lab->pods.items + i + 1,
		(lab->pods.n - i) * sizeof(*lab->pods.items));
	if (!pod->pod.host_network)
		pod->node->taken[pod->slot] = false;
}

void lab_plan_undo(struct lab *lab, struct lab_plan *plan)
{
	for (uint32_t i = 0; i < plan->fresh.list.n; i++) {
		lab_pod_unlist(lab, plan->fresh.list.items[i]);
		lab_pod_free(plan->fresh.list.items[i]);
	}
	ward_vec_clear(&plan->fresh.list);
}

void lab_plan_done(struct lab_plan *plan)
{
	ward_vec_done(&plan->fresh.list);
	ward_vec_done(&plan->changed.list);
	ward_vec_done(&plan->changed_to);
	ward_vec_done(&plan->same.list);
	ward_vec_done(&plan->stale.list);
}
