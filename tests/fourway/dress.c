/* SPDX-License-Identifier: Apache-2.0 */
#include "fourway/dress.h"

#include "base/alloc.h"

/* Nobody's addresses (RFC 2544, RFC 4193). */
static const struct ward_ip first_free[] = {
	{.lo = 0xc6120001, .family = WARD_FAMILY_4},
	{.hi = UINT64_C(0xfd12) << 48, .lo = 1, .family = WARD_FAMILY_6},
};

/* A number that a pod has in whatever world it is (FNV-1a). */
static uint32_t number_of(const struct world *world, const struct ward_pod *pod)
{
	const char *texts[] = {ward_symbol_str(world->symbols, pod->object.ns),
			       ward_symbol_str(world->symbols, pod->object.name)};
	uint32_t hash = 2166136261;

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(texts); i++) {
		for (const char *at = texts[i]; *at; at++)
			hash = (hash ^ (uint8_t)*at) * 16777619;
	}
	return hash >> 16;
}

static bool is_taken(const struct world *world, const struct ward_pod *pod)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind == WARD_KIND_POD && object->ns == pod->object.ns &&
		    object->name == pod->object.name)
			return true;
	}
	return false;
}

/* Pods of the network of a node are that node to others, so they get one apart. */
static ward_sym some_node(struct world *world, const struct ward_pod *pod, uint32_t n)
{
	static const char *const names[] = {"somewhere", "elsewhere"};

	return ward_symbol(world->symbols,
			   pod->host_network ? "nowhere" : names[n % WARD_ARRAY_SIZE(names)]);
}

static void give_addresses(struct world *world, struct ward_pod *pod, uint32_t n)
{
	struct ward_ip *ips =
		ward_arena_new_n(&world->arena, struct ward_ip, WARD_ARRAY_SIZE(first_free));

	for (uint32_t f = 0; f < WARD_ARRAY_SIZE(first_free); f++) {
		ips[f] = first_free[f];
		ips[f].lo += n;
	}
	pod->ips = ips;
	pod->n_ips = WARD_ARRAY_SIZE(first_free);
}

/* A workload stays one where there is a pod of its name. */
static const struct ward_pod *pod_dress(struct world *world, const struct ward_pod *was)
{
	struct ward_pod *pod = ward_arena_new(&world->arena, struct ward_pod);
	uint32_t n = number_of(world, was);

	*pod = *was;
	if (pod->object.kind != WARD_KIND_POD && is_taken(world, pod))
		return was;
	pod->object.kind = WARD_KIND_POD;
	if (pod->node == WARD_NONE)
		pod->node = some_node(world, pod, n);
	if (!pod->n_ips && !pod->finished)
		give_addresses(world, pod, n);
	return pod;
}

static void snapshot_fill(struct dressed *dressed)
{
	ward_snapshot_init(&dressed->snapshot, dressed->world.symbols, &dressed->diags);
	dressed->snapshot.today = dressed->world.today;
	for (uint32_t i = 0; i < dressed->world.objects.n; i++)
		ward_snapshot_add(&dressed->snapshot,
				  (struct ward_object *)dressed->world.objects.items[i]);
}

void dressed_init(struct dressed *dressed, const struct world *from)
{
	*dressed = (struct dressed){};
	world_copy(&dressed->world, from);
	for (uint32_t i = 0; i < from->objects.n; i++) {
		struct dressed_pod pod = {.was = (const struct ward_pod *)from->objects.items[i]};

		if (!ward_kind_is_pod(pod.was->object.kind))
			continue;
		pod.is = pod_dress(&dressed->world, pod.was);
		dressed->world.objects.items[i] = &pod.is->object;
		ward_vec_push(&dressed->pods, pod);
	}
	snapshot_fill(dressed);
}

void dressed_done(struct dressed *dressed)
{
	ward_vec_done(&dressed->pods);
	ward_snapshot_done(&dressed->snapshot);
	ward_diags_done(&dressed->diags);
	world_done(&dressed->world);
}

const struct ward_object *dressed_was(const struct dressed *dressed,
				      const struct ward_object *object)
{
	for (uint32_t i = 0; i < dressed->pods.n; i++) {
		if (&dressed->pods.items[i].is->object == object)
			return &dressed->pods.items[i].was->object;
	}
	return object;
}

static void end_dress(const struct dressed *dressed, enum ward_family family, struct conn_end *end)
{
	for (uint32_t i = 0; i < dressed->pods.n; i++) {
		if (dressed->pods.items[i].was != end->pod)
			continue;
		end->pod = dressed->pods.items[i].is;
		break;
	}
	for (uint32_t i = 0; end->pod && end->ip.family == WARD_FAMILY_NONE && i < end->pod->n_ips;
	     i++) {
		if (end->pod->ips[i].family == family)
			end->ip = end->pod->ips[i];
	}
}

void dressed_conn(const struct dressed *dressed, const struct conn *conn, struct conn *ret_conn)
{
	enum ward_family family = conn->from.ip.family;

	if (family == WARD_FAMILY_NONE)
		family = conn->to.ip.family;
	if (family == WARD_FAMILY_NONE)
		family = WARD_FAMILY_4;
	*ret_conn = *conn;
	end_dress(dressed, family, &ret_conn->from);
	end_dress(dressed, family, &ret_conn->to);
}
