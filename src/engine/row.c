/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/row.h"

#include <string.h>

#include "engine/portmap.h"

void rows_init(struct rows *rows)
{
	*rows = (struct rows){};
	ward_intern(&rows->policy_lists, NULL, 0);
}

void rows_done(struct rows *rows)
{
	ward_intern_done(&rows->policy_lists);
	ward_intern_done(&rows->keys);
	ward_intern_done(&rows->map_keys);
	ward_vec_done(&rows->list);
	ward_vec_done(&rows->maps);
	ward_arena_done(&rows->arena);
}

uint32_t rows_policies(struct rows *rows, struct ruleset *ruleset,
		       const struct inventory *inventory, const scope_list *subject_scopes,
		       enum ward_direction direction)
{
	scope_list policies = {};
	uint32_t id;

	ruleset_applying(ruleset, subject_scopes, direction, &policies);
	for (uint32_t i = 0; i < policies.n; i++)
		ruleset_use(ruleset, policies.items[i], inventory);
	id = ward_intern(&rows->policy_lists, policies.items, policies.n * sizeof(*policies.items));
	ward_vec_done(&policies);
	return id;
}

/* One identity's matched rules while a row is filled: a chain of hits in the order of rules. */
struct hit {
	uint32_t decision;
	uint32_t next;
};

struct fill {
	struct rows *rows;
	const struct identities *identities;
	const struct ruleset *ruleset;
	const struct row_key *key;
	bool isolated;
	uint32_t *head, *tail; /* by identity: into hits, or WARD_NONE */
	scope_list touched;    /* identities with a chain */
	scope_list any;	       /* decisions of rules for anyone */
	WARD_VEC(struct hit) hits;
};

static void fill_hit(struct fill *fill, uint32_t identity, uint32_t decision)
{
	uint32_t tail = fill->tail[identity];
	struct hit hit = {.decision = decision, .next = WARD_NONE};

	if (tail != WARD_NONE && fill->hits.items[tail].decision == decision)
		return; /* by another peer of the same rule */
	if (tail == WARD_NONE) {
		fill->head[identity] = fill->hits.n;
		ward_vec_push(&fill->touched, identity);
	} else {
		fill->hits.items[tail].next = fill->hits.n;
	}
	fill->tail[identity] = fill->hits.n;
	ward_vec_push(&fill->hits, hit);
}

static void fill_scope(struct fill *fill, const struct peer_scope *peer, uint32_t decision)
{
	const scope_list *list = &fill->identities->of_scope.items[peer->scope];

	for (uint32_t i = 0; i < list->n; i++) {
		uint32_t identity = list->items[i];

		if (!peer->same_environment ||
		    identity_environment(fill->identities, identity) == fill->key->environment)
			fill_hit(fill, identity, decision);
	}
}

static void fill_rule(struct fill *fill, uint32_t decision)
{
	const struct rule_peers *peers = &fill->ruleset->peers[decision];

	if (ruleset_rule(fill->ruleset, decision)->any_peer) {
		ward_vec_push(&fill->any, decision);
		return;
	}
	for (uint32_t i = 0; i < peers->n_scopes; i++)
		fill_scope(fill, &peers->scopes[i], decision);
	if (peers->block_set != WARD_NONE) {
		const scope_list *list = &fill->identities->of_set.items[peers->block_set];

		for (uint32_t i = 0; i < list->n; i++)
			fill_hit(fill, list->items[i], decision);
	}
}

/* The chain of an identity merged with the rules for anyone; both ascend. */
static void fill_matched(const struct fill *fill, uint32_t identity, scope_list *ret_decisions)
{
	uint32_t hit = identity == WARD_NONE ? WARD_NONE : fill->head[identity], any = 0;

	while (hit != WARD_NONE || any < fill->any.n) {
		bool take_any =
			hit == WARD_NONE || (any < fill->any.n &&
					     fill->any.items[any] < fill->hits.items[hit].decision);

		if (take_any) {
			ward_vec_push(ret_decisions, fill->any.items[any++]);
		} else {
			ward_vec_push(ret_decisions, fill->hits.items[hit].decision);
			hit = fill->hits.items[hit].next;
		}
	}
}

static bool rule_has_names(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE)
			return true;
	return false;
}

/* What names mean here: the ports of the destination, or WARD_NONE when no rule names one. */
static uint32_t fill_ports(const struct fill *fill, const scope_list *decisions, uint32_t identity)
{
	for (uint32_t i = 0; i < decisions->n; i++) {
		if (!rule_has_names(ruleset_rule(fill->ruleset, decisions->items[i])))
			continue;
		if (fill->key->direction == WARD_INGRESS)
			return fill->key->ports;
		return identity == WARD_NONE ? 0 : identity_ports(fill->identities, identity);
	}
	return WARD_NONE;
}

static struct ward_port_map fill_build_map(const struct fill *fill, const scope_list *decisions,
					   uint32_t ports)
{
	struct matched_rule *rules = ward_new_n(struct matched_rule, decisions->n);
	struct port_map_spec spec = {
		.rules = rules,
		.n_rules = decisions->n,
		.isolated = fill->isolated,
	};
	struct ward_port_map map;
	size_t size;

	for (uint32_t i = 0; i < decisions->n; i++) {
		uint32_t decision = decisions->items[i];
		const struct ward_decision *made = &fill->ruleset->decisions[decision];

		rules[i] = (struct matched_rule){
			.policy = fill->ruleset->policies[made->policy],
			.rule = ruleset_rule(fill->ruleset, decision),
			.decision = decision,
		};
	}
	if (ports != WARD_NONE) {
		spec.ports = ward_intern_bytes(&fill->identities->port_sets, ports, &size);
		spec.n_ports = (uint32_t)(size / sizeof(*spec.ports));
	}
	map = port_map_build(&fill->rows->arena, &spec);
	free(rules);
	return map;
}

static uint32_t fill_map(const struct fill *fill, uint32_t identity)
{
	scope_list decisions = {}, key = {};
	uint32_t ports, map;

	fill_matched(fill, identity, &decisions);
	ports = fill_ports(fill, &decisions, identity);
	ward_vec_push(&key, fill->isolated);
	ward_vec_push(&key, ports);
	for (uint32_t i = 0; i < decisions.n; i++)
		ward_vec_push(&key, decisions.items[i]);
	map = ward_intern(&fill->rows->map_keys, key.items, key.n * sizeof(*key.items));
	if (map == fill->rows->maps.n) {
		struct ward_port_map built = fill_build_map(fill, &decisions, ports);

		ward_vec_push(&fill->rows->maps, built);
	}
	ward_vec_done(&decisions);
	ward_vec_done(&key);
	return map;
}

/* Cells that no peer singled out differ only if an egress rule for anyone names a port, which is
 * then looked up at each destination. */
static bool fill_is_uniform(const struct fill *fill)
{
	if (fill->key->direction == WARD_INGRESS)
		return true;
	for (uint32_t i = 0; i < fill->any.n; i++)
		if (rule_has_names(ruleset_rule(fill->ruleset, fill->any.items[i])))
			return false;
	return true;
}

static const uint32_t *fill_cells(struct fill *fill)
{
	uint32_t n = fill->identities->all.n;
	uint32_t *cells = ward_arena_new_n(&fill->rows->arena, uint32_t, n);

	if (!fill_is_uniform(fill)) {
		for (uint32_t i = 0; i < n; i++)
			cells[i] = fill_map(fill, i);
		return cells;
	}
	if (n > fill->touched.n) {
		uint32_t map = fill_map(fill, WARD_NONE);

		for (uint32_t i = 0; i < n; i++)
			cells[i] = map;
	}
	for (uint32_t i = 0; i < fill->touched.n; i++)
		cells[fill->touched.items[i]] = fill_map(fill, fill->touched.items[i]);
	return cells;
}

static void fill_policy(struct fill *fill, uint32_t policy)
{
	const struct ward_policy *from = fill->ruleset->policies[policy];

	fill->isolated |= from->isolates[fill->key->direction];
	for (uint32_t r = 0; r < from->n_rules; r++)
		if (from->rules[r].direction == fill->key->direction)
			fill_rule(fill, fill->ruleset->first_decision[policy] + r);
}

static struct ward_row row_fill(struct rows *rows, const struct identities *identities,
				const struct ruleset *ruleset, const struct row_key *key)
{
	size_t bytes = (identities->all.n + 1) * sizeof(uint32_t), size;
	const uint32_t *policies = ward_intern_bytes(&rows->policy_lists, key->policies, &size);
	struct ward_row row = {
		.direction = key->direction,
		.n_policies = (uint32_t)(size / sizeof(*policies)),
		.policies = policies,
	};
	struct fill fill = {
		.rows = rows,
		.identities = identities,
		.ruleset = ruleset,
		.key = key,
		.head = memset(ward_alloc(bytes), 0xff, bytes),
		.tail = memset(ward_alloc(bytes), 0xff, bytes),
	};

	for (uint32_t i = 0; i < row.n_policies; i++)
		fill_policy(&fill, policies[i]);
	row.isolated = fill.isolated;
	row.cells = fill_cells(&fill);
	ward_vec_done(&fill.touched);
	ward_vec_done(&fill.any);
	ward_vec_done(&fill.hits);
	free(fill.head);
	free(fill.tail);
	return row;
}

/* What the rules of these policies ask of the subject itself. */
static void key_bind(struct row_key *key, const struct rows *rows, struct identities *identities,
		     const struct ruleset *ruleset, const struct inventory *inventory,
		     const struct pod_shape *subject)
{
	size_t size;
	const uint32_t *policies = ward_intern_bytes(&rows->policy_lists, key->policies, &size);

	for (uint32_t i = 0; i < size / sizeof(*policies); i++) {
		const struct ward_policy *policy = ruleset->policies[policies[i]];

		for (uint32_t r = 0; r < policy->n_rules; r++) {
			const struct ward_rule *rule = &policy->rules[r];

			if (rule->direction != key->direction)
				continue;
			if (rule->direction == WARD_INGRESS && rule_has_names(rule))
				key->ports = identities_ports(identities, ruleset, inventory,
							      subject->ports, WARD_INGRESS);
			for (uint32_t p = 0; p < rule->n_peers; p++)
				if (rule->peers[p].same_environment)
					key->environment = inventory->namespaces.items[subject->ns]
								   .environment;
		}
	}
}

uint32_t rows_intern(struct rows *rows, struct identities *identities,
		     const struct ruleset *ruleset, const struct inventory *inventory,
		     enum ward_direction direction, uint32_t policies,
		     const struct pod_shape *subject)
{
	struct row_key key = {direction, policies, WARD_NONE, WARD_NONE};
	uint32_t id;

	if (policies == 0)
		key.direction = 0; /* row 0, open, is one for both */
	else
		key_bind(&key, rows, identities, ruleset, inventory, subject);
	id = ward_intern(&rows->keys, &key, sizeof(key));
	if (id == rows->list.n) {
		struct ward_row row = row_fill(rows, identities, ruleset, &key);

		ward_vec_push(&rows->list, row);
	}
	return id;
}
