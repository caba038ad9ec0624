/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/claim.h"

#include <string.h>

#include "analysis/nearest.h"
#include "analysis/who.h"

/* One end, worked out. */
struct side {
	bool everyone;		/* pods, nodes and addresses */
	struct ward_boxes pods; /* else these */
	struct ward_ranges addresses;
	const struct ward_who *who;
};

/* An expectation being turned into claims, for one environment. */
struct claiming {
	struct ward_claims *claims;
	const struct ward_policytest *test;
	const struct ward_grouppolicy *policy; /* or NULL */
	const struct ward_expectation *expectation;
	ward_sym env; /* of groups that say none, or WARD_NONE */
	char *why;
};

void ward_claims_init(struct ward_claims *claims, const struct ward_engine *engine,
		      const struct ward_snapshot *snapshot)
{
	*claims = (struct ward_claims){.engine = engine, .snapshot = snapshot};
	ward_groups_init(&claims->groups, snapshot);
}

void ward_claims_done(struct ward_claims *claims)
{
	for (uint32_t i = 0; i < claims->list.n; i++)
		ward_policy_free(claims->list.items[i].policy);
	for (uint32_t i = 0; i < claims->whos.n; i++)
		ward_who_done(claims->whos.items[i]);
	ward_vec_done(&claims->list);
	ward_vec_done(&claims->whos);
	ward_groups_done(&claims->groups);
	ward_arena_done(&claims->arena);
}

static void side_done(struct side *side)
{
	ward_boxes_done(&side->pods);
	ward_ranges_done(&side->addresses);
}

/* ---- whom an end means ---- */

/* A group of the policy, else a UserGroup; without a policy also one that any policy declares. */
static bool is_meant(const struct claiming *in, const struct ward_group_entry *group, ward_sym name,
		     bool declared)
{
	if (group->name != name || !group->policy == declared)
		return false;
	return !group->policy || !in->policy || group->policy == in->policy;
}

static bool group_add(struct claiming *in, ward_sym name, bool declared, struct side *side)
{
	const struct ward_groups *groups = &in->claims->groups;
	bool found = false;

	for (uint32_t i = 0; i < groups->list.n; i++) {
		const struct ward_members *members = &groups->list.items[i].members;

		if (!is_meant(in, &groups->list.items[i], name, declared))
			continue;
		ward_boxes_or(&side->pods, &members->pods);
		ward_ranges_or(&side->addresses, members->addresses.list.items,
			       members->addresses.list.n);
		found = true;
	}
	return found;
}

static char *unknown_group(const struct claiming *in, ward_sym name)
{
	const struct ward_symbols *symbols = in->claims->snapshot->symbols;
	const struct ward_groups *groups = &in->claims->groups;
	_cleanup_free_ const char **words = ward_new_n(const char *, groups->list.n);
	uint32_t nearest[WARD_NEAREST_MAX], n = 0;

	for (uint32_t i = 0; i < groups->list.n; i++)
		words[n++] = ward_symbol_str(symbols, groups->list.items[i].name);
	if (!ward_nearest(ward_symbol_str(symbols, name), words, n, nearest))
		return ward_format("there is no user group \"%s\"", ward_symbol_str(symbols, name));
	return ward_format("there is no user group \"%s\"; did you mean %s?",
			   ward_symbol_str(symbols, name), words[nearest[0]]);
}

/* Only pods that the policy governs, and in the environment that is meant. */
static void side_narrow(struct claiming *in, ward_sym env, struct side *side)
{
	struct ward_arena *arena = &in->claims->arena;
	struct ward_boxes home;

	if (in->policy) {
		ward_grouppolicy_home(arena, in->policy, WARD_HOME_ALL, &home);
		ward_boxes_and(arena, &side->pods, &home);
		ward_boxes_done(&home);
	}
	if (env != WARD_NONE)
		ward_boxes_in_environments(arena, &env, 1, &side->pods);
}

static bool group_side(struct claiming *in, const struct ward_test_end *end, struct side *side)
{
	static const struct ward_selector all;
	ward_sym env = end->env != WARD_NONE ? end->env : in->env;

	if (end->name == WARD_NONE) {
		ward_boxes_add(&in->claims->arena, &side->pods, &all, &all);
		ward_boxes_in_environments(&in->claims->arena, &env, 1, &side->pods);
		return true;
	}
	if (!(in->policy && group_add(in, end->name, true, side)) &&
	    !group_add(in, end->name, false, side) && !group_add(in, end->name, true, side)) {
		in->why = unknown_group(in, end->name);
		return false;
	}
	side_narrow(in, env, side);
	return true;
}

static bool pod_side(struct claiming *in, const struct ward_test_end *end, struct side *side)
{
	static const struct ward_selector all;
	struct ward_claims *claims = in->claims;
	struct ward_who *who = ward_arena_new(&claims->arena, struct ward_who);

	if (ward_who_find(claims->engine, claims->snapshot, WARD_NONE,
			  ward_symbol_str(claims->snapshot->symbols, end->name), who, &in->why) < 0)
		return false;
	ward_vec_push(&claims->whos, who);
	side->who = who;
	ward_boxes_add(&claims->arena, &side->pods, &all, &all);
	return true;
}

static void range_add(struct side *side, struct ward_cidr cidr)
{
	struct ward_ip_range range = ward_cidr_range(cidr);

	ward_ranges_or(&side->addresses, &range, 1);
}

static bool side_find(struct claiming *in, const struct ward_test_end *end, struct side *side)
{
	switch (end->kind) {
	case WARD_TEST_ANY:
		side->everyone = true;
		return true;
	case WARD_TEST_GROUP:
		return group_side(in, end, side);
	case WARD_TEST_POD:
		return pod_side(in, end, side);
	case WARD_TEST_BLOCK:
		range_add(side, end->cidr);
		return true;
	case WARD_TEST_WORLD:
		range_add(side, (struct ward_cidr){ward_ip_min(WARD_FAMILY_4), 0});
		range_add(side, (struct ward_cidr){ward_ip_min(WARD_FAMILY_6), 0});
		return true;
	}
	return false;
}

/* ---- as rules ---- */

static struct ward_scope *scopes_of(struct ward_arena *arena, const struct side *side,
				    uint32_t *ret_n)
{
	struct ward_scope *scopes =
		ward_arena_new_n(arena, struct ward_scope, side->pods.list.n + 1);
	uint32_t n = side->pods.list.n;

	for (uint32_t i = 0; i < n; i++)
		ward_box_selectors(arena, &side->pods.list.items[i], &scopes[i].namespaces,
				   &scopes[i].pods);
	*ret_n = side->everyone ? 1 : n; /* the last one is of everyone */
	return side->everyone ? scopes + n : scopes;
}

static void peers_of_pods(struct ward_arena *arena, const struct side *side, bool same,
			  struct ward_peer *peers, uint32_t *n)
{
	uint32_t n_scopes;
	const struct ward_scope *scopes = scopes_of(arena, side, &n_scopes);

	for (uint32_t i = 0; i < n_scopes; i++)
		peers[(*n)++] = (struct ward_peer){.kind = WARD_PEER_SCOPE,
						   .same_environment = same,
						   .scope = scopes[i]};
}

static void peers_of_addresses(struct ward_arena *arena, const struct side *side,
			       struct ward_peer *peers, uint32_t *n)
{
	struct ward_cidrs cidrs = {};

	if (!side->addresses.list.n)
		return;
	ward_ranges_cidrs(&side->addresses, &cidrs);
	peers[(*n)++] = (struct ward_peer){
		.kind = WARD_PEER_BLOCKS,
		.n_cidrs = cidrs.list.n,
		.cidrs = ward_arena_copy(arena, cidrs.list.items,
					 cidrs.list.n * sizeof(*cidrs.list.items)),
	};
	ward_vec_done(&cidrs.list);
}

static struct ward_rule rule_of(struct ward_arena *arena,
				const struct ward_expectation *expectation,
				enum ward_direction direction)
{
	struct ward_port *port = ward_arena_new(arena, struct ward_port);

	*port = (struct ward_port){
		.proto = expectation->port.proto,
		.name = expectation->port.name,
		.low = expectation->port.low,
		.high = expectation->port.high,
	};
	return (struct ward_rule){
		.mark = expectation->mark,
		.direction = direction,
		.name = WARD_SYM_EMPTY,
		.any_port = !expectation->n_ports,
		.n_ports = expectation->n_ports,
		.ports = port,
	};
}

/* A claim of these subjects, without rules. */
static struct ward_claim *claim_new(struct claiming *in, enum ward_direction direction,
				    const struct side *subject, const struct side *peer)
{
	struct ward_policy *policy = ward_policy_new(&in->test->object);
	const struct ward_claim claim = {
		.expectation = in->expectation,
		.direction = direction,
		.allow = in->expectation->allow,
		.policy = policy,
		.from = direction == WARD_EGRESS ? subject->who : peer->who,
		.to = direction == WARD_EGRESS ? peer->who : subject->who,
	};

	policy->tier = WARD_TIER_NETWORKPOLICY;
	policy->part = in->claims->list.n;
	policy->subjects = scopes_of(&policy->arena, subject, &policy->n_subjects);
	ward_vec_push(&in->claims->list, claim);
	return &in->claims->list.items[in->claims->list.n - 1];
}

static void rules_set(struct ward_claim *claim, const struct ward_rule *rules, uint32_t n)
{
	claim->policy->n_rules = n;
	claim->policy->rules = ward_arena_copy(&claim->policy->arena, rules, n * sizeof(*rules));
}

/* What the policy joins in one environment only is expected there only. */
static bool is_same_environment(const struct claiming *in)
{
	return in->policy && in->policy->peer_environment == WARD_PEER_ENVIRONMENT_SAME;
}

static bool says_environment(const struct ward_expectation *expectation)
{
	return expectation->from.env != WARD_NONE || expectation->to.env != WARD_NONE;
}

/* @of_pods: the peer's pods; else its addresses. */
static void flow_claim(struct claiming *in, enum ward_direction direction,
		       const struct side *subject, const struct side *peer, bool of_pods)
{
	struct ward_claim *claim = claim_new(in, direction, subject, peer);
	struct ward_arena *arena = &claim->policy->arena;
	struct ward_rule rule = rule_of(arena, in->expectation, direction);
	struct ward_peer *peers = ward_arena_new_n(arena, struct ward_peer, peer->pods.list.n + 1);
	bool same = in->expectation->allow && is_same_environment(in) &&
		    !says_environment(in->expectation);

	if (peer->everyone)
		rule.any_peer = true;
	else if (of_pods)
		peers_of_pods(arena, peer, same, peers, &rule.n_peers);
	else
		peers_of_addresses(arena, peer, peers, &rule.n_peers);
	rule.peers = peers;
	claim->outside_only = !of_pods;
	rules_set(claim, &rule, 1);
}

static bool side_has_pods(const struct side *side)
{
	return side->everyone || side->pods.list.n;
}

static void flow_claims(struct claiming *in, const struct side *from, const struct side *to)
{
	if (side_has_pods(from) && side_has_pods(to))
		flow_claim(in, WARD_EGRESS, from, to, true);
	if (side_has_pods(from) && to->addresses.list.n)
		flow_claim(in, WARD_EGRESS, from, to, false);
	if (side_has_pods(to) && from->addresses.list.n)
		flow_claim(in, WARD_INGRESS, to, from, false);
	if (from->everyone && side_has_pods(to)) /* who is no pod */
		flow_claim(in, WARD_INGRESS, to, from, true);
}

/* Nobody, unless he is one of the others. */
static void closure_claim(struct claiming *in, const struct side *own, const struct side *others)
{
	bool from = in->expectation->kind == WARD_EXPECT_ONLY_FROM;
	enum ward_direction direction = from ? WARD_INGRESS : WARD_EGRESS;
	static const struct side anybody;
	struct ward_claim *claim = claim_new(in, direction, own, &anybody);
	struct ward_arena *arena = &claim->policy->arena;
	struct ward_rule rules[2];
	struct ward_peer *peers =
		ward_arena_new_n(arena, struct ward_peer, others->pods.list.n + 2);

	rules[0] = rules[1] = rule_of(arena, in->expectation, direction);
	rules[0].any_peer = true;
	rules[1].any_peer = others->everyone;
	peers_of_pods(arena, others, is_same_environment(in), peers, &rules[1].n_peers);
	peers_of_addresses(arena, others, peers, &rules[1].n_peers);
	rules[1].peers = peers;
	rules_set(claim, rules, 2);
}

static void expectation_add(struct claiming *in)
{
	const struct ward_expectation *expectation = in->expectation;
	struct side from = {}, to = {}, others = {};
	bool good = true;

	if (expectation->kind != WARD_EXPECT_ONLY_FROM)
		good = side_find(in, &expectation->from, &from);
	if (expectation->kind != WARD_EXPECT_ONLY_TO && good)
		good = side_find(in, &expectation->to, &to);
	for (uint32_t i = 0; i < expectation->n_others && good; i++)
		good = side_find(in, &expectation->others[i], &others);
	if (good && expectation->kind == WARD_EXPECT_FLOW)
		flow_claims(in, &from, &to);
	else if (good)
		closure_claim(in, expectation->kind == WARD_EXPECT_ONLY_FROM ? &to : &from,
			      &others);
	side_done(&from);
	side_done(&to);
	side_done(&others);
}

char *ward_claims_add(struct ward_claims *claims, const struct ward_policytest *test,
		      const struct ward_expectation *expectation)
{
	const struct ward_snapshot *snapshot = claims->snapshot;
	struct claiming in = {
		.claims = claims,
		.test = test,
		.expectation = expectation,
		.env = WARD_NONE,
	};

	if (test->policy != WARD_NONE) {
		in.policy = (const struct ward_grouppolicy *)ward_snapshot_find(
			snapshot, WARD_KIND_GROUPPOLICY, WARD_NONE, test->policy);
		if (!in.policy)
			return ward_format("there is no GroupPolicy \"%s\"",
					   ward_symbol_str(snapshot->symbols, test->policy));
	}
	for (uint32_t i = 0; i < test->n_environments && !in.why; i++) {
		in.env = test->environments[i];
		expectation_add(&in);
	}
	if (!test->n_environments)
		expectation_add(&in);
	return in.why;
}
