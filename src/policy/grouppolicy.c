/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicy → IR.
 *
 * One GroupPolicy becomes several policies.  In tier Application they are of the NetworkPolicy
 * tier, so that it adds up with NetworkPolicies exactly as they add up with each other.  Part 0 is
 * the baseline; then each line has two halves, because a connection is judged at both of its ends:
 *
 *	allow:                                 part 1  subject db       ingress from backend, 5432
 *	- {from: backend, to: db, ports: …} ─► part 2  subject backend  egress to db, 5432
 *
 * A policy governs the namespaces and environments that it lists; a subject is the group's pods in
 * there.  A group that is declared in the policy and says nothing of namespaces is the same set as
 * a peer; any other is, as a peer, all of its members wherever they are.  With `environment: same`
 * a peer must share the subject's environment, with a list its namespace must be in one of these.
 * That narrows what lines of `allow` open; a deny is about a group wherever it is.
 *
 * Which part closes what:
 *
 *	            part 0                            the halves
 *	DefaultDeny what it governs, both directions  only open
 *	IngressOnly what it governs, ingress          only open, and there are no egress halves
 *	None        nobody                            each closes its subject in its direction
 *
 * Without namespaces and environments it governs the members of the groups that its lines name.
 *
 * `any` is everyone: pods of any namespace and environment, nodes, external addresses.  As a peer
 * it is the absent peer list.  As a subject it is nobody: a half opens a pod only where a line
 * names a group of that pod.  So {from: frontend, to: any} opens the way out of frontend, but not
 * the way into a db that this policy closes; and with baseline None it closes frontend, not the
 * world.  The other reading would open every pod of the namespaces by a line that names none of
 * them.  The half that is then missing is what an explanation shows (a flow needs both).
 *
 * From the day that a line of `allow` `expires`, its halves open nothing.  They still close what
 * they closed before: with baseline None its subjects are not open to everyone from that day.
 *
 * Above NetworkPolicies (tiers Emergency and Platform) nothing is isolated: a line accepts or
 * denies, what no line matches goes on to the tiers below.  Emergency has the places 0 to 199 of
 * the Admin tier's order, Platform 200 to 999.  Below them (tier Baseline) the lines accept, and
 * after all of them the baseline denies.
 *
 * Environments that are staged have parts of their own, which only a rehearsal sees. */
#include "policy/group-scope.h"

enum {
	STAGED_PARTS = 1 << 24,
	LAST_PART = STAGED_PARTS - 1,
	PLATFORM_ORDER = 200,
};

static const bool baseline_closes[WARD_N_BASELINE][WARD_N_DIRECTION] = {
	[WARD_BASELINE_DEFAULT_DENY] = {[WARD_INGRESS] = true, [WARD_EGRESS] = true},
	[WARD_BASELINE_INGRESS_ONLY] = {[WARD_INGRESS] = true},
};

static const enum ward_tier tiers[WARD_N_GROUP_TIER] = {
	[WARD_GROUP_EMERGENCY] = WARD_TIER_ADMIN,
	[WARD_GROUP_PLATFORM] = WARD_TIER_ADMIN,
	[WARD_GROUP_APPLICATION] = WARD_TIER_NETWORKPOLICY,
	[WARD_GROUP_BASELINE] = WARD_TIER_BASELINE,
};

static int32_t order_of(const struct ward_grouppolicy *gp)
{
	if (gp->tier == WARD_GROUP_APPLICATION)
		return 0;
	return gp->order + (gp->tier == WARD_GROUP_PLATFORM ? PLATFORM_ORDER : 0);
}

static struct ward_policy *part_new(const struct group_lowering *in, uint32_t part)
{
	struct ward_policy *policy = ward_policy_new(&in->gp->object);

	policy->part = part + (in->staged ? STAGED_PARTS : 0);
	policy->staged = in->staged;
	policy->tier = tiers[in->gp->tier];
	policy->order = order_of(in->gp);
	ward_vec_push(&in->policies->list, policy);
	return policy;
}

static bool baseline_has(const struct ward_grouppolicy *gp, enum ward_direction dir)
{
	return baseline_closes[gp->baseline][dir];
}

/* Part 0 where the baseline closes. */
static void lower_baseline(struct group_lowering *in)
{
	struct ward_policy *policy = part_new(in, 0);
	bool exempts[WARD_N_DIRECTION];

	group_subjects_governed(in, policy);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		exempts[dir] = baseline_has(in->gp, dir);
		policy->isolates[dir] = exempts[dir] && policy->tier == WARD_TIER_NETWORKPOLICY;
	}
	group_exempt(in, exempts, policy);
}

static struct ward_rule deny_everyone(const struct ward_grouppolicy *gp, enum ward_direction dir)
{
	return (struct ward_rule){
		.mark = gp->baseline_mark,
		.direction = dir,
		.action = WARD_DENY,
		.name = WARD_SYM_EMPTY,
		.index = gp->n_rules,
		.any_peer = true,
		.any_port = true,
	};
}

/* Tier Baseline closes with the last rule. */
static void lower_closing(struct group_lowering *in)
{
	struct ward_policy *policy = part_new(in, LAST_PART);
	struct ward_rule *rules =
		ward_arena_new_n(&policy->arena, struct ward_rule, WARD_N_DIRECTION);

	group_subjects_governed(in, policy);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		if (baseline_has(in->gp, dir))
			rules[policy->n_rules++] = deny_everyone(in->gp, dir);
	policy->rules = rules;
}

static bool group_has_half(const struct ward_grouppolicy *gp, uint32_t group,
			   enum ward_direction dir)
{
	for (uint32_t i = 0; i < gp->n_rules; i++)
		if ((dir == WARD_EGRESS ? gp->rules[i].from : gp->rules[i].to) == group)
			return true;
	return false;
}

/* With baseline None nobody is closed but by halves: whom these close is exempted. */
static void lower_exemptions(struct group_lowering *in, enum ward_direction dir)
{
	const bool exempts[WARD_N_DIRECTION] = {dir == WARD_INGRESS, dir == WARD_EGRESS};
	struct ward_policy *policy;
	bool exact = true;

	if (!group_exempts(in->gp, dir))
		return;
	policy = part_new(in, LAST_PART - 1 - dir);
	for (uint32_t i = 0; i < in->gp->n_groups; i++)
		if (group_has_half(in->gp, i, dir))
			exact &= group_subjects_add(in, i, policy);
	if (exact)
		group_exempt(in, exempts, policy);
}

static void half_rule(struct group_lowering *in, const struct ward_group_rule *line,
		      enum ward_direction dir, uint32_t peer, struct ward_policy *policy)
{
	struct ward_rule *rule = ward_arena_new(&policy->arena, struct ward_rule);

	*rule = (struct ward_rule){
		.mark = line->mark,
		.direction = dir,
		.action = line->denies ? WARD_DENY : WARD_ACCEPT,
		.name = line->name == WARD_NONE ? WARD_SYM_EMPTY : line->name,
		.index = line->index,
	};
	if (peer == WARD_GROUP_ANY)
		rule->any_peer = true;
	else
		group_peers(in, peer, line->denies, policy, rule);
	ward_build_ports(&policy->arena, rule, line->ports, line->n_ports);
	policy->n_rules = 1;
	policy->rules = rule;
}

static void lower_half(struct group_lowering *in, uint32_t number, enum ward_direction dir)
{
	const struct ward_grouppolicy *gp = in->gp;
	const struct ward_group_rule *line = &gp->rules[number];
	uint32_t own = dir == WARD_INGRESS ? line->to : line->from;
	uint32_t other = dir == WARD_INGRESS ? line->from : line->to;
	struct ward_policy *policy;
	bool exact;

	if (own == WARD_GROUP_ANY)
		return;
	policy = part_new(in, 1 + number * WARD_N_DIRECTION + dir);
	exact = group_subjects_add(in, own, policy);
	policy->group = gp->groups[own].name;
	policy->isolates[dir] =
		gp->baseline == WARD_BASELINE_NONE && policy->tier == WARD_TIER_NETWORKPOLICY;
	if (!ward_group_rule_has_expired(line, in->lowering->today) && (exact || line->denies))
		half_rule(in, line, dir, other, policy);
}

static void lower_parts(struct group_lowering *in)
{
	const struct ward_grouppolicy *gp = in->gp;

	if (gp->baseline != WARD_BASELINE_NONE)
		lower_baseline(in);
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		lower_half(in, i, WARD_INGRESS);
		if (gp->baseline != WARD_BASELINE_INGRESS_ONLY)
			lower_half(in, i, WARD_EGRESS);
	}
	if (gp->baseline == WARD_BASELINE_NONE)
		for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
			lower_exemptions(in, dir);
	else if (gp->tier == WARD_GROUP_BASELINE)
		lower_closing(in);
}

/* Is anything enforced, or staged? */
static bool has_mode(const struct ward_grouppolicy *gp, bool staged)
{
	for (uint32_t i = 0; i < gp->n_environments; i++)
		if (gp->environments[i].staged == staged)
			return true;
	return !gp->n_environments && gp->staged == staged;
}

void ward_lower_grouppolicy(const struct ward_lowering *lowering, const struct ward_grouppolicy *gp,
			    struct ward_policies *policies)
{
	for (int staged = 0; staged < 2; staged++) {
		struct group_lowering in;

		if (!has_mode(gp, staged))
			continue;
		group_lowering_init(&in, lowering, gp, staged, policies);
		lower_parts(&in);
		group_lowering_done(&in);
	}
}
