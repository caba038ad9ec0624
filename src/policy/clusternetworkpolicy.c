/* SPDX-License-Identifier: Apache-2.0 */
/* ClusterNetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy → IR: one policy for one
 * policy, which isolates nobody (B2.28).
 *
 * A rule with a part that cannot be used is not cut down to the parts that can: a Deny that lost a
 * peer would deny less.  It fails closed, as a whole (B7.2, B7.4):
 *
 *	Accept      a rule for nobody; it keeps its place, so that rules are counted as written
 *	Deny, Pass  Deny, everyone, everything; for this direction, at this place in the order
 *
 * An action that is not known is a Deny of everything too (B7.3).  Domain names are such a part:
 * which addresses a name has is not known here (B6.6, B7.8). */
#include "kube/clusternetworkpolicy.h"
#include "policy/build.h"

static const enum ward_tier tiers[WARD_N_CNP_TIER] = {
	[WARD_CNP_ADMIN] = WARD_TIER_ADMIN,
	[WARD_CNP_BASELINE] = WARD_TIER_BASELINE,
};

static const enum ward_action actions[WARD_N_CNP_ACTION] = {
	[WARD_CNP_ACCEPT] = WARD_ACCEPT,
	[WARD_CNP_DENY] = WARD_DENY,
	[WARD_CNP_PASS] = WARD_PASS,
	[WARD_CNP_UNKNOWN_ACTION] = WARD_DENY,
};

/* Nobody outside the pods is a peer of ingress (B4.5). */
static bool peer_is_usable(const struct ward_cnp_peer *peer, enum ward_direction direction)
{
	return peer->kind == WARD_CNP_PODS ||
	       (direction == WARD_EGRESS &&
		(peer->kind == WARD_CNP_NETWORKS || peer->kind == WARD_CNP_NODES));
}

static bool rule_is_usable(const struct ward_cnp_rule *rule, enum ward_direction direction)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (!peer_is_usable(&rule->peers[i], direction))
			return false;
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		if (rule->protocols[i].unusable)
			return false;
	return true;
}

static void lower_peer(struct ward_arena *arena, const struct ward_cnp_peer *from,
		       struct ward_peer *peer)
{
	peer->mark = from->mark;
	switch (from->kind) {
	case WARD_CNP_PODS:
		peer->kind = WARD_PEER_SCOPE;
		peer->scope.namespaces = ward_build_selector(arena, &from->namespaces);
		peer->scope.pods = ward_build_selector(arena, &from->pods);
		break;
	case WARD_CNP_NODES:
		peer->kind = WARD_PEER_NODES;
		peer->nodes = ward_build_selector(arena, &from->nodes);
		break;
	default:
		peer->kind = WARD_PEER_BLOCKS;
		peer->n_cidrs = from->n_networks;
		peer->cidrs = ward_arena_copy(arena, from->networks,
					      from->n_networks * sizeof(*from->networks));
		break;
	}
}

static void lower_protocols(struct ward_arena *arena, const struct ward_cnp_rule *from,
			    struct ward_rule *rule)
{
	struct ward_port *ports = ward_arena_new_n(arena, struct ward_port, from->n_protocols);

	for (uint32_t i = 0; i < from->n_protocols; i++) {
		const struct ward_cnp_protocol *protocol = &from->protocols[i];

		ports[i] = (struct ward_port){
			.mark = protocol->mark,
			.proto = protocol->proto,
			.name = protocol->name,
			.low = protocol->low,
			.high = protocol->high,
		};
	}
	rule->any_port = from->n_protocols == 0;
	rule->n_ports = from->n_protocols;
	rule->ports = ports;
}

static void lower_rule(struct ward_arena *arena, const struct ward_cnp_rule *from,
		       struct ward_rule *rule)
{
	struct ward_peer *peers;

	rule->mark = from->mark;
	rule->action = actions[from->action];
	if (from->action == WARD_CNP_UNKNOWN_ACTION || !rule_is_usable(from, rule->direction)) {
		rule->fails_closed = rule->any_port = true;
		rule->any_peer = from->action != WARD_CNP_ACCEPT;
		if (from->action == WARD_CNP_PASS)
			rule->action = WARD_DENY;
		return;
	}
	rule->n_peers = from->n_peers;
	rule->peers = peers = ward_arena_new_n(arena, struct ward_peer, from->n_peers);
	for (uint32_t i = 0; i < from->n_peers; i++)
		lower_peer(arena, &from->peers[i], &peers[i]);
	lower_protocols(arena, from, rule);
}

static void lower_rules(const struct ward_clusternetworkpolicy *cnp, struct ward_policy *policy)
{
	struct ward_rule *rules =
		ward_arena_new_n(&policy->arena, struct ward_rule,
				 cnp->n_rules[WARD_INGRESS] + cnp->n_rules[WARD_EGRESS]);

	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		for (uint32_t i = 0; i < cnp->n_rules[dir]; i++) {
			struct ward_rule *rule = &rules[policy->n_rules++];

			rule->direction = dir;
			rule->index = i;
			if (cnp->rules[dir][i].name != WARD_NONE)
				rule->name = cnp->rules[dir][i].name;
			lower_rule(&policy->arena, &cnp->rules[dir][i], rule);
		}
	policy->rules = rules;
}

void ward_lower_clusternetworkpolicy(struct ward_symbols *symbols,
				     const struct ward_clusternetworkpolicy *cnp,
				     struct ward_policies *policies)
{
	struct ward_policy *policy = ward_policy_new(&cnp->object);
	struct ward_scope *subject = ward_arena_new(&policy->arena, struct ward_scope);

	(void)symbols;
	subject->namespaces = ward_build_selector(&policy->arena, &cnp->namespaces);
	subject->pods = ward_build_selector(&policy->arena, &cnp->pods);
	policy->tier = tiers[cnp->tier];
	policy->order = (int32_t)cnp->priority;
	policy->rank = cnp->api_rank;
	policy->n_subjects = 1;
	policy->subjects = subject;
	lower_rules(cnp, policy);
	ward_vec_push(&policies->list, policy);
}
