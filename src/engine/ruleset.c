/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/ruleset.h"

#include <string.h>

/* Between the ranks of neighbours when there is all the room in the world. */
#define RANK_STEP (UINT64_C(1) << 32)

static uint64_t rank_at(const struct ruleset *ruleset, uint32_t place)
{
	return ruleset->states.items[ruleset->order.items[place]].rank;
}

static void ranks_spread(struct ruleset *ruleset)
{
	for (uint32_t i = 0; i < ruleset->order.n; i++)
		ruleset->states.items[ruleset->order.items[i]].rank = (i + 1) * RANK_STEP;
}

/* Where in the order a policy belongs. */
static uint32_t order_place(const struct ruleset *ruleset, const struct ward_symbols *symbols,
			    const struct ward_policy *policy)
{
	uint32_t low = 0, high = ruleset->order.n;

	/* What is computed anew comes in order. */
	if (!high || policies_cmp(symbols, ruleset->policies.items[ruleset->order.items[high - 1]],
				  policy) < 0)
		return high;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		uint32_t slot = ruleset->order.items[middle];

		if (policies_cmp(symbols, ruleset->policies.items[slot], policy) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void order_insert(struct ruleset *ruleset, const struct ward_symbols *symbols, uint32_t slot)
{
	uint32_t place = order_place(ruleset, symbols, ruleset->policies.items[slot]);
	uint64_t before = place ? rank_at(ruleset, place - 1) : 0, after;

	after = place < ruleset->order.n ? rank_at(ruleset, place) : before + 2 * RANK_STEP;
	ward_vec_push(&ruleset->order, 0);
	memmove(&ruleset->order.items[place + 1], &ruleset->order.items[place],
		(ruleset->order.n - 1 - place) * sizeof(*ruleset->order.items));
	ruleset->order.items[place] = slot;
	ruleset->states.items[slot].rank = before + (after - before) / 2;
	if (after - before < 2)
		ranks_spread(ruleset);
}

static void order_remove(struct ruleset *ruleset, uint32_t slot)
{
	uint64_t rank = ruleset->states.items[slot].rank;
	uint32_t low = 0, high = ruleset->order.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (rank_at(ruleset, middle) < rank)
			low = middle + 1;
		else
			high = middle;
	}
	ruleset->order.n--;
	memmove(&ruleset->order.items[low], &ruleset->order.items[low + 1],
		(ruleset->order.n - low) * sizeof(*ruleset->order.items));
}

static void rules_number(struct ruleset *ruleset, uint32_t slot)
{
	const struct ward_policy *policy = ruleset->policies.items[slot];

	ruleset->states.items[slot].first_decision = ruleset->decisions.n;
	ruleset->n_live_rules += policy->n_rules;
	for (uint32_t r = 0; r < policy->n_rules; r++) {
		ward_vec_push(&ruleset->decisions,
			      ((struct ward_decision){
				      .accept = policy->rules[r].action == WARD_ACCEPT,
				      .policy = slot,
				      .rule = r,
			      }));
		ward_vec_push(&ruleset->peers, (struct rule_peers){});
	}
}

bool rule_has_names(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE)
			return true;
	return false;
}

static void state_describe(struct policy_state *state, const struct ward_policy *policy)
{
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		state->has_say[d] = policy->isolates[d];
	for (uint32_t r = 0; r < policy->n_rules; r++) {
		const struct ward_rule *rule = &policy->rules[r];

		state->has_say[rule->direction] = true;
		state->names_ports |= rule->direction == WARD_INGRESS && rule_has_names(rule);
		for (uint32_t i = 0; i < rule->n_peers; i++) {
			state->is_bound |= rule->peers[i].same_environment;
			state->has_nodes |= rule->peers[i].kind == WARD_PEER_NODES;
		}
	}
}

static bool has_number(const uint32_t *numbers, uint32_t n, uint32_t number)
{
	for (uint32_t i = 0; i < n; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static void subjects_add(struct ruleset *ruleset, uint32_t slot)
{
	const struct ward_policy *policy = ruleset->policies.items[slot];
	struct policy_state *state = &ruleset->states.items[slot];
	uint32_t *subjects = ward_arena_new_n(&ruleset->arena, uint32_t, policy->n_subjects);

	for (uint32_t s = 0; s < policy->n_subjects; s++) {
		uint32_t scope = scopes_intern(&ruleset->subjects, &policy->subjects[s]);

		if (scope == WARD_NONE || has_number(subjects, state->n_subjects, scope))
			continue;
		subjects[state->n_subjects++] = scope;
		while (scope >= ruleset->applying.n)
			ward_vec_push(&ruleset->applying, (number_list){});
		ward_vec_push(&ruleset->applying.items[scope], slot);
		uses_add(&ruleset->subjects.uses, scope);
	}
	state->subjects = subjects;
}

void ruleset_add(struct ruleset *ruleset, const struct ward_symbols *symbols, uint32_t slot,
		 const struct ward_policy *policy)
{
	while (ruleset->policies.n <= slot) {
		ward_vec_push(&ruleset->policies, NULL);
		ward_vec_push(&ruleset->states, (struct policy_state){});
	}
	ruleset->policies.items[slot] = policy;
	state_describe(&ruleset->states.items[slot], policy);
	order_insert(ruleset, symbols, slot);
	rules_number(ruleset, slot);
	subjects_add(ruleset, slot);
}

void ruleset_remove(struct ruleset *ruleset, uint32_t slot)
{
	const struct policy_state *state = &ruleset->states.items[slot];

	for (uint32_t s = 0; s < state->n_subjects; s++) {
		number_list *applying = &ruleset->applying.items[state->subjects[s]];
		uint32_t i = 0;

		while (applying->items[i] != slot)
			i++;
		applying->items[i] = applying->items[--applying->n];
		uses_drop(&ruleset->subjects.uses, state->subjects[s]);
	}
	order_remove(ruleset, slot);
	ruleset->n_live_rules -= ruleset->policies.items[slot]->n_rules;
}

void ruleset_init(struct ruleset *ruleset)
{
	*ruleset = (struct ruleset){};
	prefixes_init(&ruleset->prefixes);
	ward_vec_push(&ruleset->decisions,
		      ((struct ward_decision){.accept = false, .policy = WARD_NONE}));
	ward_vec_push(&ruleset->decisions,
		      ((struct ward_decision){.accept = true, .policy = WARD_NONE}));
	for (int i = 0; i < WARD_N_FIXED_DECISION; i++)
		ward_vec_push(&ruleset->peers, (struct rule_peers){});
}

void ruleset_done(struct ruleset *ruleset)
{
	for (uint32_t i = 0; i < ruleset->applying.n; i++)
		ward_vec_done(&ruleset->applying.items[i]);
	ward_vec_done(&ruleset->applying);
	ward_vec_done(&ruleset->policies);
	ward_vec_done(&ruleset->states);
	ward_vec_done(&ruleset->order);
	ward_vec_done(&ruleset->decisions);
	ward_vec_done(&ruleset->peers);
	uses_done(&ruleset->used);
	uses_done(&ruleset->names);
	uses_done(&ruleset->bound);
	scopes_done(&ruleset->subjects);
	scopes_done(&ruleset->scopes);
	prefixes_done(&ruleset->prefixes);
	ward_arena_done(&ruleset->arena);
}

struct ranked {
	uint64_t rank;
	uint32_t policy;
};

static int cmp_ranked(const void *a, const void *b)
{
	uint64_t x = ((const struct ranked *)a)->rank, y = ((const struct ranked *)b)->rank;

	return x < y ? -1 : x > y;
}

void ruleset_applying(const struct ruleset *ruleset, const number_list *subject_scopes,
		      enum ward_direction direction, number_list *ret_policies)
{
	WARD_VEC(struct ranked) found = {};

	for (uint32_t s = 0; s < subject_scopes->n; s++) {
		const number_list *applying = &ruleset->applying.items[subject_scopes->items[s]];

		for (uint32_t i = 0; i < applying->n; i++) {
			uint32_t policy = applying->items[i];
			const struct policy_state *state = &ruleset->states.items[policy];

			if (state->has_say[direction])
				ward_vec_push(&found, ((struct ranked){state->rank, policy}));
		}
	}
	if (found.n)
		qsort(found.items, found.n, sizeof(*found.items), cmp_ranked);
	for (uint32_t i = 0; i < found.n; i++)
		if (!i || found.items[i].policy != found.items[i - 1].policy)
			ward_vec_push(ret_policies, found.items[i].policy);
	ward_vec_done(&found);
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
		if (scope != WARD_NONE)
			scopes[peers->n_scopes++] =
				(struct peer_scope){scope, peer->same_environment};
	}
}

static void count(struct uses *uses, uint32_t number, bool used)
{
	if (used)
		uses_add(uses, number);
	else
		uses_drop(uses, number);
}

static void rule_use(struct ruleset *ruleset, const struct ward_rule *rule,
		     const struct rule_peers *peers, bool used)
{
	for (uint32_t i = 0; i < peers->n_scopes; i++) {
		count(&ruleset->scopes.uses, peers->scopes[i].scope, used);
		if (peers->scopes[i].same_environment)
			count(&ruleset->bound, peers->scopes[i].scope, used);
	}
	if (peers->block_set != WARD_NONE)
		count(&ruleset->prefixes.uses, peers->block_set, used);
	for (uint32_t i = 0; rule->direction == WARD_EGRESS && i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE)
			count(&ruleset->names, rule->ports[i].name, used);
}

void ruleset_use(struct ruleset *ruleset, uint32_t policy, bool used,
		 const struct inventory *inventory)
{
	struct policy_state *state = &ruleset->states.items[policy];
	const struct ward_policy *rules = ruleset->policies.items[policy];

	for (uint32_t r = 0; r < rules->n_rules; r++) {
		struct rule_peers *peers = &ruleset->peers.items[state->first_decision + r];

		if (!state->is_resolved)
			rule_resolve(ruleset, &rules->rules[r], inventory, peers);
		rule_use(ruleset, &rules->rules[r], peers, used);
	}
	state->is_resolved = true;
}

const struct ward_rule *ruleset_rule(const struct ruleset *ruleset, uint32_t decision)
{
	const struct ward_decision *made = &ruleset->decisions.items[decision];

	return &ruleset->policies.items[made->policy]->rules[made->rule];
}
