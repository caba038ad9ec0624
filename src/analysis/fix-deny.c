/* SPDX-License-Identifier: Apache-2.0 */
/* What would deny an allowed connection, at the end where that takes less.
 *
 * Rules add up: while one of several that open a connection stays, it stays open.  So all of them
 * have to go, and what they passed by then has its say: of a cluster-wide tier the next rule that
 * matches, of NetworkPolicies the isolation, if there is any left.  Where there is none, a policy
 * has to close the pod, and that closes it to all others too: it comes last. */
#include "analysis/explain-parts.h"
#include "kube/networkpolicy.h"

enum {
	COST_RULE = 1,
	COST_POLICY = 10,
};

/* What has to change at one end. */
struct denying {
	enum ward_direction direction;
	const struct ward_endpoint *subject;
	WARD_VEC(struct ward_rule_ref) rules; /* that have to go */
	bool isolates;			      /* a policy has to be written */
};

static void denying_add(struct denying *denying, const struct ward_rule_ref *at)
{
	for (uint32_t i = 0; i < denying->rules.n; i++)
		if (denying->rules.items[i].rule == at->rule)
			return;
	ward_vec_push(&denying->rules, *at);
}

/* Is the policy about nobody any more?  One that lists no namespaces is about the groups that its
 * lines name. */
static bool leaves(const struct ward_explainer *explainer, const struct denying *denying,
		   const struct ward_policy *policy)
{
	const struct ward_grouppolicy *gp = ward_explain_grouppolicy(explainer, policy);

	if (!gp || gp->namespaces.n || gp->n_environments)
		return false;
	for (uint32_t i = 0; i < denying->rules.n; i++)
		if (denying->rules.items[i].policy->origin.kind == WARD_KIND_GROUPPOLICY &&
		    denying->rules.items[i].policy->origin.name == policy->origin.name &&
		    !denying->rules.items[i].exempts)
			return true;
	return false;
}

/* All that accept go, down to what does not.  Does the tier deny then? */
static bool tier_denies(struct ward_explainer *explainer, const struct ward_stack *stack,
			enum ward_tier tier, struct denying *denying)
{
	struct ward_cursor cursor = {};
	struct ward_rule_ref at;

	while (ward_stack_next(explainer, stack, tier, &cursor, &at)) {
		if (at.rule->action == WARD_DENY && leaves(explainer, denying, at.policy))
			continue;
		if (at.rule->action != WARD_ACCEPT)
			return at.rule->action == WARD_DENY;
		denying_add(denying, &at);
	}
	return false;
}

/* How many of the policy's rules of this direction go. */
static uint32_t n_going(const struct denying *denying, const struct ward_policy *policy)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < denying->rules.n; i++)
		n += denying->rules.items[i].policy == policy;
	return n;
}

/* Does the policy isolate without the rules that go?  A line of a GroupPolicy that closes what it
 * names does so no longer, and policyTypes that are not written say Egress only while there is a
 * rule of it (A2.2). */
static bool policy_stays(const struct ward_explainer *explainer, const struct denying *denying,
			 const struct ward_policy *policy)
{
	uint32_t n = n_going(denying, policy);
	const struct ward_object *origin = &policy->origin;
	const struct ward_networkpolicy *np;

	if (!policy->isolates[denying->direction] || leaves(explainer, denying, policy))
		return false;
	if (!n || origin->kind != WARD_KIND_NETWORKPOLICY)
		return !n || policy->part == 0;
	np = (const struct ward_networkpolicy *)ward_snapshot_find(explainer->question->snapshot,
								   origin->kind, origin->ns,
								   origin->name);
	return !np || denying->direction == WARD_INGRESS || !np->types_implied ||
	       n < np->n_rules[WARD_EGRESS];
}

static bool stays_isolated(const struct ward_explainer *explainer, const struct ward_stack *stack,
			   const struct denying *denying)
{
	for (uint32_t i = 0; i < stack->n; i++)
		if (policy_stays(explainer, denying, stack->policies[i]))
			return true;
	return false;
}

/* Nothing is left to say no: rules of the Baseline tier need not go then, as a policy has the last
 * word before them. */
static void deny_by_policy(struct denying *denying, uint32_t n_rules)
{
	denying->rules.n = n_rules;
	denying->isolates = true;
}

/* One connection at this end; false: nothing can deny it there. */
static bool deny_pair(struct ward_explainer *explainer, const struct ward_pair *pair,
		      struct denying *denying)
{
	struct ward_view view = ward_view_of(pair, denying->direction);
	const struct ward_side *side = &pair->verdict.side[denying->direction];
	struct ward_stack stack;
	uint32_t n_rules;

	if (!side->judged || side->node_exempt || side->self_exempt)
		return false;
	denying->subject = &explainer->tables->endpoints[view.subject->endpoint];
	stack = ward_stack_of(explainer, pair, &view);
	if (tier_denies(explainer, &stack, WARD_TIER_ADMIN, denying))
		return true;
	tier_denies(explainer, &stack, WARD_TIER_NETWORKPOLICY, denying);
	if (stays_isolated(explainer, &stack, denying))
		return !stack.spares_self;
	n_rules = denying->rules.n;
	if (!tier_denies(explainer, &stack, WARD_TIER_BASELINE, denying)) {
		if (stack.spares_self)
			return false;
		deny_by_policy(denying, n_rules);
	}
	return true;
}

/* In every family; 0: it cannot be denied here.  Twice, because what goes for the second family may
 * be what still isolated in the first. */
static uint32_t deny_at(struct ward_explainer *explainer, enum ward_direction direction,
			struct denying *denying)
{
	uint32_t n;
	const struct ward_pair *pairs = ward_explain_family(explainer->answer, &n);

	*denying = (struct denying){.direction = direction};
	for (uint32_t i = 0; i < 2 * n; i++)
		if (pairs[i % n].allowed && !deny_pair(explainer, &pairs[i % n], denying))
			return 0;
	return denying->rules.n * COST_RULE + denying->isolates * COST_POLICY;
}

static const char *rule_text(struct ward_explainer *explainer, const struct ward_rule_ref *at)
{
	const struct ward_object *origin = &at->policy->origin;

	if (!at->exempts)
		return ward_explain_format(explainer, "delete or narrow %s",
					   ward_fix_rule_name(explainer, at));
	return ward_explain_format(explainer, "leave %s out of `exempt` in spec of %s %s%s",
				   at->exempts, ward_kind_str(origin->kind),
				   ward_symbol_str(explainer->symbols, origin->name),
				   ward_fix_place(explainer, at->rule->mark));
}

static const char *policy_text(struct ward_explainer *explainer, const struct denying *denying)
{
	const struct ward_symbols *symbols = explainer->symbols;
	const struct ward_endpoint *subject = denying->subject;
	const struct ward_snapshot *snapshot = explainer->question->snapshot;
	const char *direction = ward_direction_str(denying->direction);

	return ward_explain_format(
		explainer,
		"add a policy that closes it, to all others too that no rule names:\n"
		"apiVersion: networking.k8s.io/v1\n"
		"kind: NetworkPolicy\n"
		"metadata: {name: %s-deny-%s, namespace: %s}\n"
		"spec:\n"
		"  podSelector: %s\n"
		"  policyTypes: [%s]\n",
		ward_symbol_str(symbols, ward_who_owner(snapshot, subject).name), direction,
		ward_fix_word(explainer, ward_symbol_str(symbols, subject->object.ns)),
		ward_fix_selector(explainer, subject),
		denying->direction == WARD_EGRESS ? "Egress" : "Ingress");
}

static void tell(struct ward_explainer *explainer, const struct denying *denying)
{
	for (uint32_t i = 0; i < denying->rules.n; i++)
		ward_fix_add(explainer, denying->direction, denying->rules.items[i].policy->tier,
			     rule_text(explainer, &denying->rules.items[i]));
	if (denying->isolates)
		ward_fix_add(explainer, denying->direction, WARD_TIER_NETWORKPOLICY,
			     policy_text(explainer, denying));
}

/* At the destination if both ends take as much: who is connected to keeps its own door. */
void ward_explain_denying(struct ward_explainer *explainer)
{
	struct denying ends[WARD_N_DIRECTION];
	uint32_t costs[WARD_N_DIRECTION];
	enum ward_direction at = WARD_INGRESS;

	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++)
		costs[direction] = deny_at(explainer, direction, &ends[direction]);
	if (!costs[WARD_INGRESS] ||
	    (costs[WARD_EGRESS] && costs[WARD_EGRESS] < costs[WARD_INGRESS]))
		at = WARD_EGRESS;
	if (costs[at])
		tell(explainer, &ends[at]);
	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++)
		ward_vec_done(&ends[direction].rules);
}
