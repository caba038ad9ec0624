/* SPDX-License-Identifier: Apache-2.0 */
#include "churn.h"

#include "kube/pod.h"

static void put(struct churn *churn, const struct ward_object *object)
{
	for (int node = 0; node < N_NODES; node++)
		changing_put(&churn->by_now[node], object);
	churn->n_changes++;
}

static void take_out(struct churn *churn, const struct ward_object *object)
{
	for (int node = 0; node < N_NODES; node++)
		changing_remove(&churn->by_now[node], object);
	churn->n_changes++;
}

static bool is_namespace(enum ward_kind kind)
{
	return kind == WARD_KIND_NAMESPACE;
}

static bool is_node(enum ward_kind kind)
{
	return kind == WARD_KIND_NODE;
}

static bool is_pod(enum ward_kind kind)
{
	return kind == WARD_KIND_POD;
}

/* Some object of these kinds from some pool; all of them together have each kind. */
static const struct ward_object *some(struct churn *churn, bool (*wanted)(enum ward_kind))
{
	const struct ward_object *object;

	do {
		const struct world *pool = &churn->pool[rng_below(&churn->rng, N_POOLS)];

		object = pool->objects.items[rng_below(&churn->rng, pool->objects.n)];
	} while (!wanted(object->kind));
	return object;
}

static struct citizen *citizen_find(struct churn *churn, ward_sym ns, ward_sym name)
{
	for (uint32_t i = 0; i < churn->citizens.n; i++) {
		struct citizen *citizen = &churn->citizens.items[i];

		if (citizen->pod->object.ns == ns && citizen->pod->object.name == name)
			return citizen;
	}
	return NULL;
}

int churn_place_of(void *self, ward_sym ns, ward_sym name)
{
	const struct citizen *citizen = citizen_find(self, ns, name);

	return citizen ? citizen->wired : NOWHERE;
}

/* A pod of one of the worlds, given a place: its addresses there, of one family or both. */
static struct ward_pod *pod_new(struct churn *churn, int place)
{
	const struct ward_pod *like = (const void *)some(churn, is_pod);
	struct ward_pod *pod = ward_arena_new(&churn->arena, struct ward_pod);
	struct ward_ip *ips = ward_arena_new_n(&churn->arena, struct ward_ip, N_FAMILIES);
	int node = rng_chance(&churn->rng, 3) ? !home_of(place) : home_of(place);
	char name[16];

	*pod = *like;
	snprintf(name, sizeof(name), "p%u", rng_below(&churn->rng, POD_NAMES));
	pod->object.name = pod->owner = ward_symbol(&churn->symbols, name);
	pod->node = churn->node[node];
	pod->host_network = false;
	pod->n_ips = 0;
	pod->ips = ips;
	for (int six = 0; six < N_FAMILIES; six++)
		if (!rng_chance(&churn->rng, 5))
			ips[pod->n_ips++] = churn->town->ip[six][place];
	return pod;
}

static void pod_arrives(struct churn *churn)
{
	int place = (int)rng_below(&churn->rng, N_PODS);
	const struct ward_pod *pod = pod_new(churn, place);
	struct citizen *citizen = citizen_find(churn, pod->object.ns, pod->object.name);

	if (rng_chance(&churn->rng, 5)) /* behind another's veth */
		place = (int)rng_below(&churn->rng, N_PODS);
	if (citizen)
		*citizen = (struct citizen){pod, place};
	else
		ward_vec_push(&churn->citizens, ((struct citizen){pod, place}));
	put(churn, &pod->object);
}

static void pod_leaves(struct churn *churn)
{
	uint32_t i = rng_below(&churn->rng, churn->citizens.n);
	struct citizen *citizens = churn->citizens.items;

	if (churn->citizens.n <= N_PODS / 2)
		return;
	take_out(churn, &citizens[i].pod->object);
	citizens[i] = citizens[--churn->citizens.n];
}

static void pod_is_relabelled(struct churn *churn)
{
	struct citizen *citizen;
	struct ward_pod *pod;

	if (!churn->citizens.n)
		return;
	citizen = &churn->citizens.items[rng_below(&churn->rng, churn->citizens.n)];
	pod = ward_arena_new(&churn->arena, struct ward_pod);
	*pod = *citizen->pod;
	pod->labels = ((const struct ward_pod *)some(churn, is_pod))->labels;
	citizen->pod = pod;
	put(churn, &pod->object);
}

/* The nodes keep their names and addresses. */
static void node_is_relabelled(struct churn *churn, int node)
{
	const struct ward_node_object *like = (const void *)some(churn, is_node);
	struct ward_node_object *object = ward_arena_new(&churn->arena, struct ward_node_object);
	struct ward_ip *ips = ward_arena_new_n(&churn->arena, struct ward_ip, N_FAMILIES);

	*object = *like;
	object->object.name = churn->node[node];
	for (int six = 0; six < N_FAMILIES; six++)
		ips[six] = churn->town->node_ip[six][node];
	object->n_ips = N_FAMILIES;
	object->ips = ips;
	put(churn, &object->object);
}

static void policy_changes(struct churn *churn)
{
	const struct ward_object *policy = some(churn, ward_kind_is_policy);

	if (rng_chance(&churn->rng, 35))
		put(churn, policy);
	else
		take_out(churn, policy);
}

void churn_change(struct churn *churn)
{
	uint32_t what = rng_below(&churn->rng, 100);

	if (what < 40)
		policy_changes(churn);
	else if (what < 62)
		pod_arrives(churn);
	else if (what < 72)
		pod_leaves(churn);
	else if (what < 88)
		pod_is_relabelled(churn);
	else if (what < 97)
		put(churn, some(churn, is_namespace));
	else
		node_is_relabelled(churn, (int)rng_below(&churn->rng, N_NODES));
}

int churn_publish(struct churn *churn, int node, struct ward_datapath *datapath)
{
	const struct ward_engine *engine = churn->by_now[node].engine;
	const struct ward_tables *tables = ward_engine_tables(engine);
	_cleanup_free_ uint32_t *ifindex = ward_new_n(uint32_t, tables->n_endpoints + 1);

	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *pod = &tables->endpoints[i];
		int place = churn_place_of(churn, pod->object.ns, pod->object.name);
		bool here = place != NOWHERE && pod->live && pod->node == churn->node[node] &&
			    home_of(place) == node;

		ifindex[i] = here ? churn->town->near[place] : 0;
	}
	return ward_datapath_commit(datapath, engine, ifindex);
}

/* The nodes, a pod or more a place; policies come later. */
void churn_init(struct churn *churn, const struct town *town, uint64_t seed)
{
	*churn = (struct churn){.town = town, .rng.state = seed};
	ward_symbols_init(&churn->symbols);
	for (int i = 0; i < N_POOLS; i++)
		world_random(&churn->pool[i], &churn->symbols, &churn->rng);
	for (int node = 0; node < N_NODES; node++) {
		char name[16];

		snprintf(name, sizeof(name), "node-%d", node);
		churn->node[node] = ward_symbol(&churn->symbols, name);
		changing_init(&churn->by_now[node], &churn->symbols, churn->node[node], NULL);
	}
	for (int node = 0; node < N_NODES; node++)
		node_is_relabelled(churn, node);
	for (int i = 0; i < 2 * N_PODS; i++)
		pod_arrives(churn);
	churn->n_changes = 0;
}

void churn_done(struct churn *churn)
{
	for (int node = 0; node < N_NODES; node++)
		changing_done(&churn->by_now[node]);
	for (int i = 0; i < N_POOLS; i++)
		world_done(&churn->pool[i]);
	ward_vec_done(&churn->citizens);
	ward_arena_done(&churn->arena);
	ward_symbols_done(&churn->symbols);
}
