/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/ruleset.h"

#include <string.h>

static int cmp_text(const struct ward_symbols *symbols, ward_sym a, ward_sym b)
{
	return a == b ? 0 : strcmp(ward_symbol_str(symbols, a), ward_symbol_str(symbols, b));
}

/* Tier, order, rank, name; then whatever makes the order total, whatever order they came in. */
static int cmp_policy(const void *a, const void *b, void *symbols)
{
	const struct ward_policy *x = *(const struct ward_policy *const *)a;
	const struct ward_policy *y = *(const struct ward_policy *const *)b;
	int cmp;

	if (x->tier != y->tier)
		return (int)x->tier - (int)y->tier;
	if (x->order != y->order)
		return x->order < y->order ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	cmp = cmp_text(symbols, x->origin.name, y->origin.name);
	if (!cmp)
		cmp = cmp_text(symbols, x->origin.ns, y->origin.ns);
	if (!cmp)
		cmp = (int)x->origin.kind - (int)y->origin.kind;
	return cmp ? cmp : (int)x->part - (int)y->part;
}

static void ruleset_number_rules(struct ruleset *ruleset)
{
	uint32_t n = WARD_N_FIXED_DECISION;

	ruleset->first_decision = ward_arena_new_n(&ruleset->arena, uint32_t, ruleset->n_policies);
	for (uint32_t p = 0; p < ruleset->n_policies; p++) {
		ruleset->first_decision[p] = n;
		n += ruleset->policies[p]->n_rules;
	}
	ruleset->n_decisions = n;
	ruleset->decisions = ward_arena_new_n(&ruleset->arena, struct ward_decision, n);
	ruleset->peers = ward_arena_new_n(&ruleset->arena, struct rule_peers, n);
	ruleset->decisions[WARD_DECISION_ISOLATED] =
		(struct ward_decision){.accept = false, .policy = WARD_NONE};
	ruleset->decisions[WARD_DECISION_OPEN] =
		(struct ward_decision){.accept = true, .policy = WARD_NONE};
	for (uint32_t p = 0; p < ruleset->n_policies; p++)
		for (uint32_t r = 0; r < ruleset->policies[p]->n_rules; r++)
			ruleset->decisions[ruleset->first_decision[p] + r] = (struct ward_decision){
				.accept = ruleset->policies[p]->rules[r].action == WARD_ACCEPT,
				.policy = p,
				.rule = r,
			};
}

static void ruleset_index_subjects(struct ruleset *ruleset)
{
	for (uint32_t p = 0; p < ruleset->n_policies; p++) {
		const struct ward_policy *policy = ruleset->policies[p];

		for (uint32_t s = 0; s < policy->n_subjects; s++) {
			uint32_t scope = scopes_intern(&ruleset->subjects, &policy->subjects[s]);
			scope_list empty = {};

			if (scope == WARD_NONE)
				continue;
			while (scope >= ruleset->applying.n)
				ward_vec_push(&ruleset->applying, empty);
			ward_vec_push(&ruleset->applying.items[scope], p);
		}
	}
}

void ruleset_init(struct ruleset *ruleset, const struct ward_symbols *symbols,
		  struct ward_policy *const *policies, uint32_t n_policies)
{
	*ruleset = (struct ruleset){.n_policies = n_policies};
	prefixes_init(&ruleset->prefixes);
	ruleset->policies = ward_arena_copy(&ruleset->arena, policies,
					    n_policies * sizeof(struct ward_policy *));
	if (n_policies)
		qsort_r(ruleset->policies, n_policies, sizeof(*ruleset->policies), cmp_policy,
			(void *)symbols);
	ruleset_number_rules(ruleset);
	ruleset_index_subjects(ruleset);
}

void ruleset_done(struct ruleset *ruleset)
{
	for (uint32_t i = 0; i < ruleset->applying.n; i++)
		ward_vec_done(&ruleset->applying.items[i]);
	ward_vec_done(&ruleset->applying);
	scopes_done(&ruleset->subjects);
	scopes_done(&ruleset->scopes);
	prefixes_done(&ruleset->prefixes);
	ward_bits_done(&ruleset->used);
	ward_bits_done(&ruleset->bound);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		ward_bits_done(&ruleset->named[d]);
	ward_arena_done(&ruleset->arena);
}

static bool policy_has_say(const struct ward_policy *policy, enum ward_direction direction)
{
	if (policy->isolates[direction])
		return true;
	for (uint32_t r = 0; r < policy->n_rules; r++)
		if (policy->rules[r].direction == direction)
			return true;
	return false;
}

static int cmp_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

void ruleset_applying(const struct ruleset *ruleset, const scope_list *subject_scopes,
		      enum ward_direction direction, scope_list *ret_policies)
{
	uint32_t n = 0;

	for (uint32_t s = 0; s < subject_scopes->n; s++) {
		const scope_list *applying = &ruleset->applying.items[subject_scopes->items[s]];

		for (uint32_t i = 0; i < applying->n; i++)
			if (policy_has_say(ruleset->policies[applying->items[i]], direction))
				ward_vec_push(ret_policies, applying->items[i]);
	}
	if (!ret_policies->n)
		return;
	qsort(ret_policies->items, ret_policies->n, sizeof(uint32_t), cmp_u32);
	for (uint32_t i = 0; i < ret_policies->n; i++)
		if (!n || ret_policies->items[n - 1] != ret_policies->items[i])
			ret_policies->items[n++] = ret_policies->items[i];
	ret_policies->n = n;
}

static bool has_node_peers(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == WARD_PEER_NODES)
			return true;
	return false;
}

/* The addresses of the nodes that are there now, as blocks of one address each (B4.3). */
static struct ward_peer nodes_resolve(struct ward_arena *arena, const struct ward_peer *peer,
				      const struct inventory *inventory)
{
	WARD_VEC(struct ward_cidr) cidrs = {};
	struct ward_peer blocks = {.kind = WARD_PEER_BLOCKS, .mark = peer->mark};

	for (uint32_t i = 0; i < inventory->nodes.n; i++) {
		const struct inventory_node *node = &inventory->nodes.items[i];

		if (!node->live ||
		    !ward_selector_matches(&peer->nodes, inventory_labels(inventory, node->labels)))
			continue;
		for (uint32_t k = 0; k < node->ips.n; k++) {
			struct ward_cidr host = {.ip = node->ips.items[k]};

			host.bits = host.ip.family == WARD_FAMILY_4 ? 32 : 128;
			ward_vec_push(&cidrs, host);
		}
	}
	blocks.n_cidrs = cidrs.n;
	blocks.cidrs = ward_arena_copy(arena, cidrs.items, cidrs.n * sizeof(*cidrs.items));
	ward_vec_done(&cidrs);
	return blocks;
}

/* All that a rule says about addresses, as one set. */
static uint32_t blocks_resolve(struct ruleset *ruleset, const struct ward_rule *rule,
			       const struct inventory *inventory)
{
	_cleanup_(ward_arena_done) struct ward_arena scratch = {};
	struct ward_rule resolved = *rule;
	struct ward_peer *peers;

	if (!has_node_peers(rule))
		return prefixes_intern(&ruleset->prefixes, rule);
	resolved.peers = peers =
		ward_arena_copy(&scratch, rule->peers, rule->n_peers * sizeof(*rule->peers));
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (peers[i].kind == WARD_PEER_NODES)
			peers[i] = nodes_resolve(&scratch, &rule->peers[i], inventory);
	return prefixes_intern(&ruleset->prefixes, &resolved);
}

static void rule_resolve(struct ruleset *ruleset, const struct ward_rule *rule,
			 const struct inventory *inventory, struct rule_peers *peers)
{
	struct peer_scope *scopes =
		ward_arena_new_n(&ruleset->arena, struct peer_scope, rule->n_peers);

	*peers = (struct rule_peers){
		.scopes = scopes,
		.block_set = blocks_resolve(ruleset, rule, inventory),
	};
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct ward_peer *peer = &rule->peers[i];
		uint32_t scope;

		if (peer->kind != WARD_PEER_SCOPE)
			continue;
		scope = scopes_intern(&ruleset->scopes, &peer->scope);
		if (scope == WARD_NONE)
			continue;
		if (peer->same_environment)
			ward_bits_add(&ruleset->bound, scope);
		scopes[peers->n_scopes++] = (struct peer_scope){scope, peer->same_environment};
	}
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE)
			ward_bits_add(&ruleset->named[rule->direction], rule->ports[i].name);
}

void ruleset_use(struct ruleset *ruleset, uint32_t policy, const struct inventory *inventory)
{
	const struct ward_policy *used = ruleset->policies[policy];

	if (ward_bits_has(&ruleset->used, policy))
		return;
	ward_bits_add(&ruleset->used, policy);
	for (uint32_t r = 0; r < used->n_rules; r++)
		rule_resolve(ruleset, &used->rules[r], inventory,
			     &ruleset->peers[ruleset->first_decision[policy] + r]);
}

const struct ward_rule *ruleset_rule(const struct ruleset *ruleset, uint32_t decision)
{
	const struct ward_decision *made = &ruleset->decisions[decision];

	return &ruleset->policies[made->policy]->rules[made->rule];
}
