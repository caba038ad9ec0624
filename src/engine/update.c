/* SPDX-License-Identifier: Apache-2.0 */
/* One commit: what was put and removed becomes tables, and the cost is that of the change.
 *
 * Every stage takes what the stages before have touched, and touches what follows from it:
 *
 *	policies    came or went ──► the pod shapes they select
 *	pods        came, went or changed ──► their pod shapes
 *	subjects    touched pod shapes: which policies apply now ──► lists that are used, or not
 *	uses	    lists ──► policies ──► peer scopes, names of ports, block sets that are asked
 *		    for, or no longer ──► the pod shapes and addresses that these tell apart
 *	addresses   of changed pods and nodes; those within touched block sets ──► shapes
 *	identities  touched pod shapes are signed again; shapes get their identity
 *
 * Rows and port maps come last and by themselves: they are laid out when somebody wants them.
 *
 * That nothing is forgotten is held by one property: what each stage computes depends only on
 * numbers whose meaning never changes (a policy's slot, a scope, a block set, a signature), so a
 * thing is either still right or has been touched.  Computing everything anew is the same with
 * everything touched; a test compares the two after every step of random runs. */
#include "engine/internal.h"

#include <string.h>

static void touch_subjects(struct compiled *compiled, const struct inventory *inventory,
			   uint32_t slot)
{
	const struct policy_state *state = &compiled->ruleset.states.items[slot];
	number_list found = {};

	for (uint32_t i = 0; i < state->n_subjects && !compiled->is_fresh; i++)
		shapes_find(&compiled->shapes, inventory,
			    &compiled->ruleset.subjects.list.items[state->subjects[i]], &found);
	for (uint32_t i = 0; i < found.n; i++)
		if (compiled->shapes.states.items[found.items[i]].n_subjects)
			shapes_touch_subject(&compiled->shapes, found.items[i]);
	ward_vec_done(&found);
}

/* Rules about nodes are rules about the addresses that these have now (B4.3). */
static void renew_node_rules(const struct compiled *compiled, struct policies *policies)
{
	for (uint32_t slot = 0; slot < policies->n_committed; slot++)
		if (policies->slots.items[slot] && compiled->ruleset.states.items[slot].has_nodes)
			policies_renew(policies, slot);
}

static void memo_forget(struct compiled *compiled)
{
	ward_intern_clear(&compiled->subject_scopes);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		ward_vec_clear(&compiled->memo[d]);
}

static void update_policies(struct compiled *compiled, struct ward_engine *engine)
{
	struct policies *policies = &engine->policies;
	uint32_t number;
	bool used;

	if (policies->removed.n || policies->n_committed < policies->slots.n)
		memo_forget(compiled);
	for (uint32_t i = 0; i < policies->removed.n; i++) {
		touch_subjects(compiled, &engine->inventory, policies->removed.items[i].slot);
		ruleset_remove(&compiled->ruleset, policies->removed.items[i].slot);
	}
	for (uint32_t slot = policies->n_committed; slot < policies->slots.n; slot++) {
		if (!policies->slots.items[slot])
			continue;
		ruleset_add(&compiled->ruleset, engine->inventory.symbols, slot,
			    policies->slots.items[slot]);
		touch_subjects(compiled, &engine->inventory, slot);
	}
	while (uses_settle(&compiled->ruleset.subjects.uses, &number, &used))
		; /* who is concerned has been touched */
}

static void update_namespaces(struct compiled *compiled, const struct inventory *inventory)
{
	number_list found = {};

	for (uint32_t i = 0; i < inventory->changed_namespaces.n; i++) {
		uint32_t ns = inventory->changed_namespaces.items[i];

		index_namespace(&compiled->shapes.index, ns);
		if (!compiled->is_fresh)
			shapes_find_namespace(&compiled->shapes, inventory, ns, &found);
	}
	for (uint32_t i = 0; i < found.n; i++) {
		shapes_touch_subject(&compiled->shapes, found.items[i]);
		shapes_touch_peer(&compiled->shapes, found.items[i]);
	}
	ward_vec_done(&found);
}

/* The memo's number of a set of subject scopes; a new one is yet to be filled in. */
static uint32_t memo_number(struct compiled *compiled, const struct inventory *inventory,
			    uint32_t pod_shape, number_list *scopes)
{
	const struct pod_shape *shape = shapes_pod(&compiled->shapes, pod_shape);
	uint32_t ns = inventory->namespaces.items[shape->ns].labels;

	scopes_match_used(&compiled->ruleset.subjects, inventory_labels(inventory, ns),
			  inventory_labels(inventory, shape->labels), scopes);
	return ward_intern(&compiled->subject_scopes, scopes->items,
			   scopes->n * sizeof(*scopes->items));
}

static void subject_match(struct compiled *compiled, const struct inventory *inventory,
			  uint32_t pod_shape, uint32_t lists[WARD_N_DIRECTION])
{
	number_list scopes = {};
	uint32_t number = memo_number(compiled, inventory, pod_shape, &scopes);

	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (number == compiled->memo[d].n)
			ward_vec_push(&compiled->memo[d],
				      rows_policies(&compiled->rows, &compiled->ruleset, &scopes,
						    d));
		lists[d] = compiled->memo[d].items[number];
	}
	ward_vec_done(&scopes);
}

/* List 0 is empty, and not counted. */
static void uses_change(struct uses *uses, uint32_t from, uint32_t to)
{
	if (to)
		uses_add(uses, to);
	if (from)
		uses_drop(uses, from);
}

static void update_subject(struct compiled *compiled, const struct inventory *inventory,
			   uint32_t pod_shape)
{
	struct pod_shape_state *state = &compiled->shapes.states.items[pod_shape];
	uint32_t lists[WARD_N_DIRECTION] = {};

	state->is_subject_dirty = false;
	if (state->n_subjects)
		subject_match(compiled, inventory, pod_shape, lists);
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		uses_change(&compiled->rows.used, state->list[d], lists[d]);
		state->list[d] = lists[d];
		rows_drop(&compiled->rows, state->row[d]);
		state->row[d] = WARD_NONE;
		if (!state->n_subjects)
			continue;
		state->row[d] = rows_intern(&compiled->rows, &compiled->identities,
					    &compiled->ruleset, inventory, d, lists[d],
					    shapes_pod(&compiled->shapes, pod_shape));
		rows_add(&compiled->rows, state->row[d]);
	}
	endpoints_take_rows(compiled, pod_shape);
}

static void update_subjects(struct compiled *compiled, const struct inventory *inventory)
{
	number_list *dirty = &compiled->shapes.dirty_subjects;

	for (uint32_t i = 0; i < dirty->n; i++)
		update_subject(compiled, inventory, dirty->items[i]);
	ward_vec_clear(dirty);
}

/* Lists of policies that came into use or went out of it, and so the policies in them. */
static void update_uses(struct compiled *compiled, const struct inventory *inventory)
{
	struct ruleset *ruleset = &compiled->ruleset;
	uint32_t number, n;
	bool used;

	while (uses_settle(&compiled->rows.used, &number, &used)) {
		const uint32_t *policies = rows_list(&compiled->rows, number, &n);

		for (uint32_t i = 0; i < n; i++) {
			if (used)
				uses_add(&ruleset->used, policies[i]);
			else
				uses_drop(&ruleset->used, policies[i]);
		}
	}
	while (uses_settle(&ruleset->used, &number, &used))
		ruleset_use(ruleset, number, used, inventory);
}

/* Who holds a scope that rules have begun, or ceased, to ask for is told apart from others, or no
 * longer.  One scope after the other: all that are found for many do not fit into memory. */
static void touch_scope(struct compiled *compiled, const struct inventory *inventory,
			const struct scope_form *scope)
{
	number_list found = {};

	shapes_find(&compiled->shapes, inventory, scope, &found);
	for (uint32_t i = 0; i < found.n; i++)
		shapes_touch_peer(&compiled->shapes, found.items[i]);
	ward_vec_done(&found);
}

/* And so is whoever has a port whose name they mention. */
static void touch_port(struct compiled *compiled, const struct inventory *inventory, ward_sym name)
{
	number_list found = {};

	shapes_find_port(&compiled->shapes, inventory, name, &found);
	for (uint32_t i = 0; i < found.n; i++)
		shapes_touch_peer(&compiled->shapes, found.items[i]);
	ward_vec_done(&found);
}

static void touch_peers(struct compiled *compiled, const struct inventory *inventory)
{
	struct ruleset *ruleset = &compiled->ruleset;
	struct uses *of_scopes[] = {&ruleset->scopes.uses, &ruleset->bound};
	uint32_t number;
	bool used;

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(of_scopes); i++)
		while (uses_settle(of_scopes[i], &number, &used))
			if (!compiled->is_fresh)
				touch_scope(compiled, inventory,
					    &ruleset->scopes.list.items[number]);
	while (uses_settle(&ruleset->names, &number, &used))
		if (!compiled->is_fresh)
			touch_port(compiled, inventory, number);
}

static void prefixes_to_tables(struct compiled *compiled)
{
	const struct prefixes *from = &compiled->ruleset.prefixes;

	ward_vec_clear(&compiled->prefixes);
	for (uint32_t i = 0; i < from->boundaries.n; i++)
		ward_vec_push(&compiled->prefixes,
			      ((struct ward_prefix){
				      .first = from->boundaries.items[i].first,
				      .shape = shapes_intern(&compiled->shapes, WARD_NONE,
							     from->boundaries.items[i].class),
			      }));
}

/* Appends the addresses in any of the sets, each once: many sets may hold most of them. */
static void addresses_of_sets(struct compiled *compiled, const number_list *sets,
			      number_list *ret_addresses)
{
	ip_range_list ranges = {};

	prefixes_union(&compiled->ruleset.prefixes, sets->items, sets->n, &ranges);
	for (uint32_t i = 0; i < ranges.n; i++)
		addresses_within(&compiled->addresses, ranges.items[i].first, ranges.items[i].last,
				 ret_addresses);
	ward_vec_done(&ranges);
}

/* All claims to an address have new shapes: its class is another. */
static void address_reshape(struct compiled *compiled, uint32_t address)
{
	struct addresses *addresses = &compiled->addresses;

	for (uint32_t claim = addresses->claims.items[address]; claim != WARD_NONE;
	     claim = addresses->next.items[claim]) {
		struct claim_span one = {claim, 1};
		uint32_t endpoint = addresses->own.items[claim].endpoint;

		addresses_shape(addresses, &compiled->shapes, &compiled->ruleset.prefixes, &one,
				endpoint == WARD_NONE ? WARD_NONE
						      : compiled->states.items[endpoint].pod_shape);
	}
}

static void update_prefixes(struct compiled *compiled)
{
	struct prefixes *prefixes = &compiled->ruleset.prefixes;
	number_list sets = {}, found = {};
	uint32_t set;
	bool used;

	while (uses_settle(&prefixes->uses, &set, &used))
		ward_vec_push(&sets, set);
	if (sets.n || compiled->is_fresh) {
		prefixes_sweep(prefixes);
		prefixes_to_tables(compiled);
		compiled->delta.prefixes = true;
	}
	addresses_of_sets(compiled, &sets, &found);
	for (uint32_t i = 0; i < found.n; i++)
		address_reshape(compiled, found.items[i]);
	ward_vec_done(&sets);
	ward_vec_done(&found);
}

static void node_update(struct compiled *compiled, const struct inventory *inventory, uint32_t slot)
{
	const struct inventory_node *node = &inventory->nodes.items[slot];
	struct ward_address as = {.endpoint = WARD_NONE, .node = slot};
	struct claim_span *span = &compiled->node_spans.items[slot];

	compiled->nodes.items[slot] = (struct ward_node_info){
		.name = node->live ? node->name : WARD_NONE,
		.labels = node->labels,
	};
	addresses_claim(&compiled->addresses, &as, node->ips.items, node->live ? node->ips.n : 0,
			span);
	addresses_shape(&compiled->addresses, &compiled->shapes, &compiled->ruleset.prefixes, span,
			WARD_NONE);
}

static void update_nodes(struct compiled *compiled, const struct ward_engine *engine)
{
	const struct inventory *inventory = &engine->inventory;

	while (compiled->nodes.n < inventory->nodes.n) {
		ward_vec_push(&compiled->nodes, (struct ward_node_info){});
		ward_vec_push(&compiled->node_spans, (struct claim_span){});
	}
	for (uint32_t i = 0; i < inventory->changed_nodes.n; i++)
		node_update(compiled, inventory, inventory->changed_nodes.items[i]);
	/* Pods of a node's network are on a node that may not have been known. */
	for (uint32_t slot = 0; slot < compiled->endpoints.n && inventory->nodes_came_or_went;
	     slot++)
		if (!compiled->endpoints.items[slot].managed)
			endpoint_claim(compiled, engine, slot);
}

static void shape_assign(struct compiled *compiled, uint32_t shape, uint32_t signature)
{
	if (identities_assign(&compiled->identities, &compiled->ruleset, &compiled->shapes, shape,
			      signature))
		ward_vec_push(&compiled->changed_shapes, shape);
}

static void update_signature(struct compiled *compiled, const struct inventory *inventory,
			     uint32_t pod_shape)
{
	struct pod_shape_state *state = &compiled->shapes.states.items[pod_shape];

	state->is_peer_dirty = false;
	if (!state->n_pods)
		return;
	state->signature = identities_sign(&compiled->identities, &compiled->ruleset, inventory,
					   shapes_pod(&compiled->shapes, pod_shape));
	for (uint32_t shape = state->first_shape; shape != WARD_NONE;
	     shape = compiled->shapes.next.items[shape])
		shape_assign(compiled, shape, state->signature);
}

static void update_identities(struct compiled *compiled, const struct inventory *inventory)
{
	struct shapes *shapes = &compiled->shapes;

	for (uint32_t i = 0; i < shapes->dirty_peers.n; i++)
		update_signature(compiled, inventory, shapes->dirty_peers.items[i]);
	ward_vec_clear(&shapes->dirty_peers);
	for (; compiled->n_identified < shapes->all.n; compiled->n_identified++) {
		uint32_t pod = shapes_get(shapes, compiled->n_identified)->pod;

		shape_assign(compiled, compiled->n_identified,
			     pod == WARD_NONE ? WARD_NONE : shapes->states.items[pod].signature);
	}
}

static void delta_begin(struct compiled *compiled)
{
	ward_vec_clear(&compiled->changed_endpoints);
	ward_vec_clear(&compiled->changed_addresses);
	ward_vec_clear(&compiled->changed_shapes);
	compiled->delta = (struct ward_delta){
		.everything = compiled->is_fresh,
		.n_identities_before = compiled->identities.all.n,
		.n_rows_before = compiled->rows.list.n,
		.n_decisions_before = compiled->ruleset.decisions.n,
	};
}

static void delta_end(struct compiled *compiled)
{
	if (compiled->is_fresh)
		return;
	compiled->delta.n_endpoints = compiled->changed_endpoints.n;
	compiled->delta.endpoints = compiled->changed_endpoints.items;
	compiled->delta.n_addresses = compiled->changed_addresses.n;
	compiled->delta.addresses = compiled->changed_addresses.items;
	compiled->delta.n_shapes = compiled->changed_shapes.n;
	compiled->delta.shapes = compiled->changed_shapes.items;
}

/* In ascending order, as the tables promise. */
static void number_addresses(struct compiled *compiled, const struct inventory *inventory)
{
	WARD_VEC(struct ward_ip) ips = {};

	for (uint32_t i = 0; i < inventory->pods.n; i++) {
		const struct inventory_pod *pod = &inventory->pods.items[i];

		for (uint32_t k = 0; k < pod->ips.n && !pod->finished; k++)
			ward_vec_push(&ips, pod->ips.items[k]);
	}
	for (uint32_t i = 0; i < inventory->nodes.n; i++)
		for (uint32_t k = 0; k < inventory->nodes.items[i].ips.n; k++)
			ward_vec_push(&ips, inventory->nodes.items[i].ips.items[k]);
	addresses_number(&compiled->addresses, ips.items, ips.n);
	ward_vec_done(&ips);
}

/* Port map 0 is that of row 0: open. */
static void fresh_end(struct compiled *compiled)
{
	rows_lay_out(&compiled->rows, &compiled->identities, &compiled->ruleset, 0);
	compiled->fresh = (struct fresh_sizes){
		.shapes = compiled->shapes.all.n,
		.classes = compiled->ruleset.prefixes.classes.n,
		.identities = compiled->identities.all.n,
		.rows = compiled->rows.list.n,
	};
}

void compiled_update(struct compiled *compiled, struct ward_engine *engine)
{
	const struct inventory *inventory = &engine->inventory;
	const number_list *pods = &inventory->changed_pods;

	delta_begin(compiled);
	if (compiled->is_fresh)
		number_addresses(compiled, inventory);
	if (inventory->changed_nodes.n)
		renew_node_rules(compiled, &engine->policies);
	update_policies(compiled, engine);
	update_namespaces(compiled, inventory);
	for (uint32_t i = 0; i < pods->n; i++)
		endpoint_update(compiled, engine, pods->items[i]);
	update_subjects(compiled, inventory);
	update_uses(compiled, inventory);
	touch_peers(compiled, inventory);
	update_prefixes(compiled);
	for (uint32_t i = 0; i < pods->n; i++)
		endpoint_claim(compiled, engine, pods->items[i]);
	update_nodes(compiled, engine);
	addresses_elect(&compiled->addresses, inventory, &compiled->changed_addresses);
	update_identities(compiled, inventory);
	for (uint32_t i = 0; i < engine->policies.removed.n; i++)
		compiled->ruleset.policies.items[engine->policies.removed.items[i].slot] = NULL;
	if (compiled->is_fresh)
		fresh_end(compiled);
	delta_end(compiled);
	compiled->tables.dense = compiled->is_fresh;
	compiled->is_fresh = false;
	compiled_publish(compiled);
}
