/* SPDX-License-Identifier: Apache-2.0 */
/* One computation, stage after stage. */
#include "engine/internal.h"

#include <stdlib.h>
#include <string.h>

/* Endpoints, their addresses and those of nodes. */

/* Who has an address if several claim it (F2): managed pods before nodes before pods of a node's
 * network; among pods the newest, and of two as new the first by name (A12.5). */
enum claimant {
	CLAIM_HOST_POD,
	CLAIM_NODE,
	CLAIM_POD,
};

struct claim {
	struct ward_address address;
	enum claimant claimant;
	int64_t started;
	uint32_t place; /* in the order of endpoints, or of nodes */
};

typedef WARD_VEC(struct claim) claim_list;

static int cmp_text(const struct ward_symbols *symbols, ward_sym a, ward_sym b)
{
	return a == b ? 0 : strcmp(ward_symbol_str(symbols, a), ward_symbol_str(symbols, b));
}

static int cmp_pod(const void *a, const void *b, void *userdata)
{
	const struct inventory *inventory = userdata;
	const struct ward_object *x = &inventory->pods.items[*(const uint32_t *)a].object;
	const struct ward_object *y = &inventory->pods.items[*(const uint32_t *)b].object;
	int cmp = cmp_text(inventory->symbols, x->ns, y->ns);

	if (!cmp)
		cmp = cmp_text(inventory->symbols, x->name, y->name);
	return cmp ? cmp : (int)x->kind - (int)y->kind;
}

/* The live pods in the order of endpoints. */
static uint32_t *pods_sorted(const struct inventory *inventory, uint32_t *ret_n)
{
	uint32_t *order = ward_new_n(uint32_t, inventory->pods.n), n = 0;

	for (uint32_t i = 0; i < inventory->pods.n; i++)
		if (inventory->pods.items[i].live)
			order[n++] = i;
	if (n)
		qsort_r(order, n, sizeof(*order), cmp_pod, (void *)inventory);
	*ret_n = n;
	return order;
}

static void compile_nodes(struct compiled *compiled, const struct inventory *inventory)
{
	struct ward_node_info *nodes =
		ward_arena_new_n(&compiled->arena, struct ward_node_info, inventory->nodes.n);

	for (uint32_t i = 0; i < inventory->nodes.n; i++)
		nodes[i] = (struct ward_node_info){
			.name = inventory->nodes.items[i].name,
			.labels = inventory->nodes.items[i].labels,
		};
	compiled->tables.nodes = nodes;
	compiled->tables.n_nodes = inventory->nodes.n;
}

static uint32_t node_find(const struct inventory *inventory, ward_sym name)
{
	for (uint32_t i = 0; i < inventory->nodes.n; i++)
		if (inventory->nodes.items[i].name == name)
			return i;
	return WARD_NONE;
}

/* Which policies apply to a pod shape, by direction: numbers of policy lists. */
struct subject {
	bool known;
	uint32_t policies[WARD_N_DIRECTION];
};

static void subject_match(struct compiled *compiled, const struct inventory *inventory,
			  uint32_t pod_shape, struct subject *subject)
{
	const struct pod_shape *shape = shapes_pod(&compiled->shapes, pod_shape);
	const struct inventory_namespace *ns = &inventory->namespaces.items[shape->ns];
	scope_list scopes = {};

	scopes_match(&compiled->ruleset.subjects, inventory_labels(inventory, ns->labels),
		     inventory_labels(inventory, shape->labels), &scopes);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		subject->policies[d] =
			rows_policies(&compiled->rows, &compiled->ruleset, inventory, &scopes, d);
	subject->known = true;
	ward_vec_done(&scopes);
}

static bool pod_is_of_interest(const struct ward_engine *engine, const struct inventory_pod *pod)
{
	return inventory_pod_is_managed(pod) &&
	       (engine->node == WARD_NONE || engine->node == pod->node);
}

/* Pod shapes of all pods, and the policies of those that are of interest.  After this it is known
 * which policies are in use. */
static struct subject *compile_subjects(struct compiled *compiled, const struct ward_engine *engine,
					const uint32_t *order, uint32_t n)
{
	struct subject *subjects = ward_alloc((n + 1) * sizeof(*subjects)); /* by pod shape */

	for (uint32_t i = 0; i < n; i++) {
		const struct inventory_pod *pod = &engine->inventory.pods.items[order[i]];
		uint32_t shape;

		if (!inventory_pod_is_managed(pod))
			continue;
		shape = shapes_intern_pod(&compiled->shapes, pod);
		if (pod_is_of_interest(engine, pod) && !subjects[shape].known)
			subject_match(compiled, &engine->inventory, shape, &subjects[shape]);
	}
	return subjects;
}

static void claim_pod(claim_list *claims, const struct inventory *inventory, uint32_t endpoint,
		      const struct inventory_pod *pod)
{
	bool managed = inventory_pod_is_managed(pod);

	if (pod->finished)
		return;
	for (uint32_t i = 0; i < pod->ips.n; i++) {
		struct claim claim = {
			.address.ip = pod->ips.items[i],
			.address.endpoint = endpoint,
			.address.node = managed ? WARD_NONE : node_find(inventory, pod->node),
			.claimant = managed ? CLAIM_POD : CLAIM_HOST_POD,
			.started = pod->started,
			.place = endpoint,
		};

		ward_vec_push(claims, claim);
	}
}

static void claim_node(claim_list *claims, const struct inventory *inventory, uint32_t node)
{
	for (uint32_t i = 0; i < inventory->nodes.items[node].ips.n; i++) {
		struct claim claim = {
			.address.ip = inventory->nodes.items[node].ips.items[i],
			.address.endpoint = WARD_NONE,
			.address.node = node,
			.claimant = CLAIM_NODE,
			.place = node,
		};

		ward_vec_push(claims, claim);
	}
}

static int cmp_claim(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int cmp = ward_ip_cmp(x->address.ip, y->address.ip);

	if (cmp)
		return cmp;
	if (x->claimant != y->claimant)
		return x->claimant > y->claimant ? -1 : 1;
	if (x->started != y->started)
		return x->started > y->started ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

static void claims_give_shapes(struct compiled *compiled, claim_list *claims,
			       const struct inventory *inventory, const uint32_t *order)
{
	for (uint32_t i = 0; i < claims->n; i++) {
		struct ward_address *address = &claims->items[i].address;
		const struct inventory_pod *pod =
			address->endpoint == WARD_NONE
				? NULL
				: &inventory->pods.items[order[address->endpoint]];
		uint32_t pod_shape = WARD_NONE;

		if (pod && inventory_pod_is_managed(pod))
			pod_shape = shapes_intern_pod(&compiled->shapes, pod);
		address->shape =
			shapes_intern(&compiled->shapes, pod_shape,
				      prefixes_class(&compiled->ruleset.prefixes, address->ip));
	}
}

/* By endpoint: claims still are in that order, those of nodes last. */
static void compile_own(struct compiled *compiled, const claim_list *claims,
			struct ward_endpoint *endpoints)
{
	struct ward_address *own =
		ward_arena_new_n(&compiled->arena, struct ward_address, claims->n);

	for (uint32_t i = 0; i < claims->n; i++) {
		struct ward_endpoint *endpoint;

		own[i] = claims->items[i].address;
		if (own[i].endpoint == WARD_NONE)
			continue;
		endpoint = &endpoints[own[i].endpoint];
		if (endpoint->n_addresses++ == 0)
			endpoint->first_address = i;
	}
	compiled->tables.own = own;
}

/* By address, each once: the strongest claim. */
static void compile_addresses(struct compiled *compiled, claim_list *claims)
{
	struct ward_address *addresses =
		ward_arena_new_n(&compiled->arena, struct ward_address, claims->n);
	uint32_t n = 0;

	if (claims->n)
		qsort(claims->items, claims->n, sizeof(*claims->items), cmp_claim);
	for (uint32_t i = 0; i < claims->n; i++)
		if (!n || !ward_ip_eq(addresses[n - 1].ip, claims->items[i].address.ip))
			addresses[n++] = claims->items[i].address;
	compiled->tables.addresses = addresses;
	compiled->tables.n_addresses = n;
}

static void compile_prefixes(struct compiled *compiled)
{
	const struct prefixes *from = &compiled->ruleset.prefixes;
	struct ward_prefix *prefixes =
		ward_arena_new_n(&compiled->arena, struct ward_prefix, from->boundaries.n);

	for (uint32_t i = 0; i < from->boundaries.n; i++)
		prefixes[i] = (struct ward_prefix){
			.first = from->boundaries.items[i].first,
			.shape = shapes_intern(&compiled->shapes, WARD_NONE,
					       from->boundaries.items[i].class),
		};
	compiled->tables.prefixes = prefixes;
	compiled->tables.n_prefixes = from->boundaries.n;
}

static struct ward_endpoint *compile_endpoints(struct compiled *compiled,
					       const struct inventory *inventory,
					       const uint32_t *order, uint32_t n)
{
	struct ward_endpoint *endpoints =
		ward_arena_new_n(&compiled->arena, struct ward_endpoint, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct inventory_pod *pod = &inventory->pods.items[order[i]];
		bool managed = inventory_pod_is_managed(pod);
		uint32_t pod_shape =
			managed ? shapes_intern_pod(&compiled->shapes, pod) : WARD_NONE;

		endpoints[i] = (struct ward_endpoint){
			.object = pod->object,
			.node = pod->node,
			.managed = managed,
			.host_network = pod->host_network,
			.labels = pod->labels,
			.shape = shapes_intern(&compiled->shapes, pod_shape, 0),
			.row = {WARD_NONE, WARD_NONE},
		};
	}
	compiled->tables.endpoints = endpoints;
	compiled->tables.n_endpoints = n;
	return endpoints;
}

static void compile_rows(struct compiled *compiled, const struct ward_engine *engine,
			 const uint32_t *order, const struct subject *subjects,
			 struct ward_endpoint *endpoints)
{
	const struct pod_shape none = {};

	/* Row 0, port map 0: open. */
	rows_intern(&compiled->rows, &compiled->identities, &compiled->ruleset, &engine->inventory,
		    WARD_INGRESS, 0, &none);
	for (uint32_t i = 0; i < compiled->tables.n_endpoints; i++) {
		const struct inventory_pod *pod = &engine->inventory.pods.items[order[i]];
		uint32_t shape;

		if (!pod_is_of_interest(engine, pod))
			continue;
		shape = shapes_get(&compiled->shapes, endpoints[i].shape)->pod;
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			endpoints[i].row[d] = rows_intern(&compiled->rows, &compiled->identities,
							  &compiled->ruleset, &engine->inventory, d,
							  subjects[shape].policies[d],
							  shapes_pod(&compiled->shapes, shape));
	}
}

static void compile_claims(claim_list *claims, const struct inventory *inventory,
			   const uint32_t *order, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		claim_pod(claims, inventory, i, &inventory->pods.items[order[i]]);
	for (uint32_t i = 0; i < inventory->nodes.n; i++)
		if (inventory->nodes.items[i].live)
			claim_node(claims, inventory, i);
}

/* Points the tables at what the stages made. */
static void compile_tables(struct compiled *compiled)
{
	struct ward_tables *tables = &compiled->tables;

	tables->n_shapes = compiled->identities.n_shapes;
	tables->shape_identity = compiled->identities.of_shape;
	tables->n_identities = compiled->identities.all.n;
	tables->n_rows = compiled->rows.list.n;
	tables->rows = compiled->rows.list.items;
	tables->n_port_maps = compiled->rows.maps.n;
	tables->port_maps = compiled->rows.maps.items;
	tables->n_decisions = compiled->ruleset.n_decisions;
	tables->decisions = compiled->ruleset.decisions;
	tables->n_policies = compiled->ruleset.n_policies;
	tables->policies = compiled->ruleset.policies;
}

struct compiled *compiled_new(struct ward_engine *engine)
{
	struct inventory *inventory = &engine->inventory;
	struct compiled *compiled = ward_new(struct compiled);
	_cleanup_free_ uint32_t *order = NULL;
	_cleanup_free_ struct subject *subjects = NULL;
	struct ward_endpoint *endpoints;
	claim_list claims = {};
	uint32_t n;

	rows_init(&compiled->rows);
	ruleset_init(&compiled->ruleset, inventory->symbols, engine->policies.items,
		     engine->policies.n);
	order = pods_sorted(inventory, &n);
	subjects = compile_subjects(compiled, engine, order, n);
	prefixes_sweep(&compiled->ruleset.prefixes);
	compile_nodes(compiled, inventory);
	compile_prefixes(compiled);
	endpoints = compile_endpoints(compiled, inventory, order, n);
	compile_claims(&claims, inventory, order, n);
	claims_give_shapes(compiled, &claims, inventory, order);
	compile_own(compiled, &claims, endpoints);
	compile_addresses(compiled, &claims);
	ward_vec_done(&claims);
	identities_build(&compiled->identities, &compiled->ruleset, inventory, &compiled->shapes);
	compile_rows(compiled, engine, order, subjects, endpoints);
	compile_tables(compiled);
	return compiled;
}

struct compiled *compiled_free(struct compiled *compiled)
{
	if (!compiled)
		return NULL;
	rows_done(&compiled->rows);
	identities_done(&compiled->identities);
	shapes_done(&compiled->shapes);
	ruleset_done(&compiled->ruleset);
	ward_arena_done(&compiled->arena);
	free(compiled);
	return NULL;
}
