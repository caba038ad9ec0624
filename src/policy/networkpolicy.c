/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicy → IR: one policy for one policy.
 *
 * Its subjects are the pods of its own namespace that spec.podSelector selects (A5.8).  Rules of a
 * direction that policyTypes does not list have no effect (A2.4) and are not lowered.
 *
 * One thing must never go wrong here: a list that is empty means everything (A6.4, A6.5), so a
 * member that means nothing must stay in its list as a member that matches nothing.  Dropping the
 * last one would turn "nobody" into "everybody". */
#include "policy/build.h"

static struct ward_selector own_namespace(struct ward_arena *arena, ward_sym ns)
{
	return ward_selector_in(arena, WARD_SYM_METADATA_NAME, &ns, 1);
}

/* A8.6: a block that is nothing keeps its place without a cidr. */
static void lower_block(struct ward_arena *arena, const struct ward_np_peer *from,
			struct ward_peer *peer)
{
	struct ward_cidr *excepts = ward_arena_new_n(arena, struct ward_cidr, from->n_excepts);

	peer->kind = WARD_PEER_BLOCKS;
	if (from->block_is_nothing)
		return;
	for (uint32_t i = 0; i < from->n_excepts; i++)
		excepts[i] = from->excepts[i].cidr;
	peer->n_cidrs = 1;
	peer->cidrs = ward_arena_copy(arena, &from->block, sizeof(from->block));
	peer->n_excepts = from->n_excepts;
	peer->excepts = excepts;
}

static void lower_scope(struct ward_arena *arena, ward_sym ns, const struct ward_np_peer *from,
			struct ward_peer *peer)
{
	peer->kind = WARD_PEER_SCOPE;
	peer->scope.namespaces = from->has_namespaces
					 ? ward_build_selector(arena, &from->namespaces)
					 : own_namespace(arena, ns);
	if (from->has_pods)
		peer->scope.pods = ward_build_selector(arena, &from->pods);
}

static void lower_peer(struct ward_arena *arena, ward_sym ns, const struct ward_np_peer *from,
		       struct ward_peer *peer)
{
	peer->mark = from->mark;
	if (from->has_block)
		lower_block(arena, from, peer);
	else if (from->has_pods || from->has_namespaces)
		lower_scope(arena, ns, from, peer);
	else
		peer->kind = WARD_PEER_BLOCKS; /* met in stored data only: nobody (A6.16) */
}

static void lower_rule(struct ward_arena *arena, ward_sym ns, const struct ward_np_rule *from,
		       struct ward_rule *rule)
{
	struct ward_peer *peers = ward_arena_new_n(arena, struct ward_peer, from->n_peers);

	for (uint32_t i = 0; i < from->n_peers; i++)
		lower_peer(arena, ns, &from->peers[i], &peers[i]);
	rule->mark = from->mark;
	rule->action = WARD_ACCEPT;
	rule->any_peer = from->n_peers == 0;
	rule->n_peers = from->n_peers;
	rule->peers = peers;
	ward_build_ports(arena, rule, from->ports, from->n_ports);
}

static void lower_rules(const struct ward_networkpolicy *np, struct ward_policy *policy)
{
	struct ward_rule *rules =
		ward_arena_new_n(&policy->arena, struct ward_rule,
				 np->n_rules[WARD_INGRESS] + np->n_rules[WARD_EGRESS]);

	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		if (!np->isolates[dir])
			continue;
		for (uint32_t i = 0; i < np->n_rules[dir]; i++) {
			struct ward_rule *rule = &rules[policy->n_rules++];

			rule->direction = dir;
			rule->index = i;
			lower_rule(&policy->arena, np->object.ns, &np->rules[dir][i], rule);
		}
	}
	policy->rules = rules;
}

void ward_lower_networkpolicy(struct ward_symbols *symbols, const struct ward_networkpolicy *np,
			      struct ward_policies *policies)
{
	struct ward_policy *policy = ward_policy_new(&np->object);
	struct ward_scope *subject = ward_arena_new(&policy->arena, struct ward_scope);

	subject->namespaces = own_namespace(&policy->arena, np->object.ns);
	subject->pods = ward_build_selector(&policy->arena, &np->pods);
	policy->tier = WARD_TIER_NETWORKPOLICY;
	policy->n_subjects = 1;
	policy->subjects = subject;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		policy->isolates[dir] = np->isolates[dir];
	lower_rules(np, policy);
	ward_vec_push(&policies->list, policy);
}
