/* SPDX-License-Identifier: Apache-2.0 */
#include "fourway/seats.h"

#include <string.h>

#include "net/netlink.h"

struct fabric_place seats_find(const struct seats *seats, struct ward_ip ip)
{
	for (uint32_t i = 0; i < seats->list.n; i++) {
		if (ward_ip_eq(seats->list.items[i].ip, ip))
			return seats->list.items[i].place;
	}
	return (struct fabric_place){};
}

/* Who comes first has the address. */
static void seat_put(struct seats *seats, struct ward_ip ip, struct fabric_place place)
{
	struct seat seat = {ip, place};

	if (!seats_find(seats, ip).node)
		ward_vec_push(&seats->list, seat);
}

static const struct ward_pod *pod_at(const struct world *world, uint32_t i)
{
	const struct ward_object *object = world->objects.items[i];

	return ward_kind_is_pod(object->kind) ? (const struct ward_pod *)object : NULL;
}

/* Does it hang on a node, with an interface of its own? */
static bool hangs(const struct ward_pod *pod)
{
	return pod && pod->object.kind == WARD_KIND_POD && !pod->host_network && !pod->finished;
}

static struct fabric_node *node_use(struct seats *seats, ward_sym name, uint32_t n_pods)
{
	struct fabric_node *node = fabric_node(seats->fabric, name, n_pods);

	node->used = true;
	return node;
}

/* The pods that hang on the node of @pod and come before it in the world. */
static uint32_t rank_of(const struct world *world, const struct ward_pod *pod)
{
	uint32_t rank = 0;

	for (uint32_t i = 0; pod_at(world, i) != pod; i++) {
		const struct ward_pod *before = pod_at(world, i);

		rank += hangs(before) && before->node == pod->node;
	}
	return rank;
}

static void pod_sit(struct seats *seats, const struct world *world, const struct ward_pod *pod)
{
	uint32_t rank = rank_of(world, pod);
	struct fabric_place place = {node_use(seats, pod->node, rank + 1), FABRIC_POD + rank};

	ward_agent_wire(place.node->agent, pod->object.ns, pod->object.name,
			fabric_ifindex(place.port));
	for (uint32_t i = 0; i < pod->n_ips; i++) {
		if (oracle_pod_of(world, pod->ips[i]) == pod)
			seat_put(seats, pod->ips[i], place);
	}
}

static void host_sit(struct seats *seats, ward_sym node, uint32_t n_ips, const struct ward_ip *ips)
{
	struct fabric_place place = {node_use(seats, node, 0), FABRIC_HOST};

	for (uint32_t i = 0; i < n_ips; i++)
		seat_put(seats, ips[i], place);
}

/* The first by name that is not before @after. */
static const struct ward_node_object *next_node(const struct world *world, const char *after)
{
	const struct ward_node_object *first = NULL;
	const char *first_name = NULL;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];
		const char *name = ward_symbol_str(world->symbols, object->name);

		if (object->kind != WARD_KIND_NODE || strcmp(name, after) <= 0 ||
		    (first && strcmp(name, first_name) >= 0))
			continue;
		first = (const struct ward_node_object *)object;
		first_name = name;
	}
	return first;
}

/* In the order of F2: pods, nodes, and who shares the network of one. */
static void all_sit(struct seats *seats, const struct world *world)
{
	const struct ward_node_object *node = NULL;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		if (hangs(pod_at(world, i)))
			pod_sit(seats, world, pod_at(world, i));
	}
	while ((node = next_node(world,
				 node ? ward_symbol_str(world->symbols, node->object.name) : "")))
		host_sit(seats, node->object.name, node->n_ips, node->ips);
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_pod *pod = pod_at(world, i);

		if (pod && pod->host_network && !pod->finished && pod->node != WARD_NONE)
			host_sit(seats, pod->node, pod->n_ips, pod->ips);
	}
}

/* ---- what the nodes are told ---- */

static void routes_tell(const struct seats *seats, struct fabric_node *node)
{
	for (uint32_t i = 0; i < node->ways.n; i++) {
		struct fabric_place place = seats_find(seats, node->ways.items[i].ip);

		fabric_route(node, node->ways.items[i].ip,
			     place.node == node ? place.port : (uint32_t)FABRIC_UPLINK);
	}
	for (uint32_t i = 0; i < seats->list.n; i++) {
		const struct seat *seat = &seats->list.items[i];

		if (seat->place.node == node)
			fabric_route(node, seat->ip, seat->place.port);
	}
	fabric_check(ward_netlink_flush(node->netlink), "changing routes");
}

static bool is_same_key(const struct ward_object *a, const struct ward_object *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->name == b->name;
}

static bool world_has(const struct world *world, const struct ward_object *key)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		if (is_same_key(world->objects.items[i], key))
			return true;
	}
	return false;
}

static struct fabric_object *object_find(struct fabric_node *node, const struct ward_object *key)
{
	for (uint32_t i = 0; i < node->objects.n; i++) {
		if (is_same_key(&node->objects.items[i].object, key))
			return &node->objects.items[i];
	}
	return NULL;
}

static void objects_remove(struct fabric_node *node, const struct dressed *dressed)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < node->objects.n; i++) {
		const struct ward_object *old = &node->objects.items[i].object;

		if (world_has(&dressed->world, old))
			node->objects.items[n++] = node->objects.items[i];
		else
			ward_agent_remove(node->agent, &dressed->snapshot, old->kind, old->ns,
					  old->name);
	}
	node->objects.n = n;
}

static void objects_tell(struct fabric_node *node, const struct dressed *dressed)
{
	const struct world *world = &dressed->world;

	objects_remove(node, dressed);
	for (uint32_t i = 0; i < world->objects.n; i++) {
		struct fabric_object new = {*world->objects.items[i],
					    dressed_was(dressed, world->objects.items[i])};
		struct fabric_object *old = object_find(node, &new.object);

		if (old && old->was == new.was)
			continue;
		ward_agent_put(node->agent, &dressed->snapshot, world->objects.items[i]);
		if (old)
			*old = new;
		else
			ward_vec_push(&node->objects, new);
	}
}

static void node_begin(struct fabric_node *node, bool goes_on)
{
	node->used = false;
	for (uint32_t i = 0; !goes_on && i < node->objects.n; i++)
		node->objects.items[i].was = NULL;
}

int seats_take(struct seats *seats, const struct dressed *dressed, bool goes_on)
{
	struct fabric *fabric = seats->fabric;
	int r = 0;

	ward_vec_clear(&seats->list);
	for (uint32_t i = 0; i < fabric->n_nodes; i++)
		node_begin(&fabric->nodes[i], goes_on);
	all_sit(seats, &dressed->world);
	for (uint32_t i = 0; r == 0 && i < fabric->n_nodes; i++) {
		struct fabric_node *node = &fabric->nodes[i];

		if (!node->used)
			continue;
		routes_tell(seats, node);
		objects_tell(node, dressed);
		r = ward_agent_commit(node->agent);
		fabric_forget(node);
	}
	return r;
}

void seats_done(struct seats *seats)
{
	ward_vec_done(&seats->list);
}
