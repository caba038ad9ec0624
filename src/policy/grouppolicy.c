/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicy → IR.
 *
 * One GroupPolicy becomes several policies of the NetworkPolicy tier, so that it adds up with
 * NetworkPolicies exactly as they add up with each other.  Part 0 is the baseline; then each line
 * of `allow` has two halves, because a connection is judged at both of its ends:
 *
 *	allow:                                 part 1  subject db       ingress from backend, 5432
 *	- {from: backend, to: db, ports: …} ─► part 2  subject backend  egress to db, 5432
 *
 * A group is always the group's pods *in the policy's namespaces*, as subject and as peer alike.
 * With `environment: same` a peer must also share the subject's environment.
 *
 * Which part closes what:
 *
 *	            part 0                          the halves
 *	DefaultDeny every pod, both directions      only open
 *	IngressOnly every pod, ingress              only open, and there are no egress halves
 *	None        nobody                          each closes its subject in its direction
 *
 * `any` is everyone: pods of any namespace and environment, nodes, external addresses.  As a peer
 * it is the absent peer list.  As a subject it is nobody: a half opens a pod only where a line
 * names a group of that pod.  So {from: frontend, to: any} opens the way out of frontend, but not
 * the way into a db that this policy closes; and with baseline None it closes frontend, not the
 * world.  The other reading would open every pod of the namespaces by a line that names none of
 * them.  The half that is then missing is what an explanation shows (a flow needs both).
 *
 * From the day that a line `expires`, its halves open nothing.  They still close what they closed
 * before: with baseline None its subjects are not open to everyone from that day.
 *
 * `exempt: [dns]` keeps DNS open for every pod whose egress this policy closes: an egress rule on
 * part 0 (with baseline None its subjects are the groups with an egress half) to UDP and TCP 53 of
 * the pods k8s-app=kube-dns in kube-system.  That label is what CoreDNS and kube-dns both carry,
 * and policies see the resolver's pods, not the address of its Service (A11.2).  Nothing wider:
 * a resolver elsewhere, and a cache on the node such as NodeLocal DNSCache, whose address every
 * installation chooses, need a NetworkPolicy of their own. */
#include "policy/build.h"

struct lowering {
	struct ward_symbols *symbols;
	int32_t today;
	const struct ward_grouppolicy *gp;
	struct ward_policies *policies;
};

static const bool baseline_isolates[WARD_N_BASELINE][WARD_N_DIRECTION] = {
	[WARD_BASELINE_DEFAULT_DENY] = {[WARD_INGRESS] = true, [WARD_EGRESS] = true},
	[WARD_BASELINE_INGRESS_ONLY] = {[WARD_INGRESS] = true},
};

static struct ward_policy *part_new(const struct lowering *lowering, uint32_t part,
				    uint32_t n_subjects, struct ward_scope **ret_subjects)
{
	struct ward_policy *policy = ward_policy_new(&lowering->gp->object);

	*ret_subjects = ward_arena_new_n(&policy->arena, struct ward_scope, n_subjects);
	policy->part = part;
	policy->staged = lowering->gp->staged;
	policy->tier = WARD_TIER_NETWORKPOLICY;
	policy->subjects = *ret_subjects;
	ward_vec_push(&lowering->policies->list, policy);
	return policy;
}

static struct ward_selector own_namespaces(struct ward_arena *arena,
					   const struct ward_grouppolicy *gp)
{
	return ward_build_in(arena, WARD_SYM_METADATA_NAME, gp->namespaces, gp->n_namespaces);
}

static struct ward_scope group_scope(struct ward_arena *arena, const struct ward_grouppolicy *gp,
				     uint32_t group)
{
	return (struct ward_scope){
		.namespaces = own_namespaces(arena, gp),
		.pods = ward_build_selector(arena, &gp->groups[group].pods),
	};
}

/* kube-system, k8s-app=kube-dns. */
static struct ward_scope dns_scope(struct ward_symbols *symbols, struct ward_arena *arena)
{
	ward_sym ns = ward_symbol(symbols, "kube-system");
	ward_sym app = ward_symbol(symbols, "kube-dns");

	return (struct ward_scope){
		.namespaces = ward_build_in(arena, WARD_SYM_METADATA_NAME, &ns, 1),
		.pods = ward_build_in(arena, ward_symbol(symbols, "k8s-app"), &app, 1),
	};
}

static void exempt_dns(const struct lowering *lowering, struct ward_policy *policy)
{
	struct ward_mark mark = lowering->gp->exempt_mark;
	const struct ward_np_port ports[] = {
		{.mark = mark, .proto = WARD_UDP, .name = WARD_NONE, .low = 53, .high = 53},
		{.mark = mark, .proto = WARD_TCP, .name = WARD_NONE, .low = 53, .high = 53},
	};
	struct ward_peer *peer = ward_arena_new(&policy->arena, struct ward_peer);
	struct ward_rule *rule = ward_arena_new(&policy->arena, struct ward_rule);

	*peer = (struct ward_peer){
		.kind = WARD_PEER_SCOPE,
		.mark = mark,
		.scope = dns_scope(lowering->symbols, &policy->arena),
	};
	*rule = (struct ward_rule){
		.mark = mark,
		.direction = WARD_EGRESS,
		.action = WARD_ACCEPT,
		.n_peers = 1,
		.peers = peer,
	};
	ward_build_ports(&policy->arena, rule, ports, WARD_ARRAY_SIZE(ports));
	policy->n_rules = 1;
	policy->rules = rule;
}

static bool group_sends(const struct ward_grouppolicy *gp, uint32_t group)
{
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		if (gp->rules[i].from == group)
			return true;
	}
	return false;
}

/* Part 0 where the baseline closes: all pods of the namespaces. */
static void lower_closed_baseline(const struct lowering *lowering)
{
	const struct ward_grouppolicy *gp = lowering->gp;
	struct ward_scope *subject;
	struct ward_policy *policy = part_new(lowering, 0, 1, &subject);

	subject->namespaces = own_namespaces(&policy->arena, gp);
	policy->n_subjects = 1;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		policy->isolates[dir] = baseline_isolates[gp->baseline][dir];
	if (gp->exempt_dns && policy->isolates[WARD_EGRESS])
		exempt_dns(lowering, policy);
}

/* Part 0 of baseline None: closes nobody, exempts those that the halves close. */
static void lower_open_baseline(const struct lowering *lowering)
{
	const struct ward_grouppolicy *gp = lowering->gp;
	struct ward_scope *subjects;
	struct ward_policy *policy;

	if (!gp->exempt_dns)
		return;
	policy = part_new(lowering, 0, gp->n_groups, &subjects);
	for (uint32_t i = 0; i < gp->n_groups; i++) {
		if (group_sends(gp, i))
			subjects[policy->n_subjects++] = group_scope(&policy->arena, gp, i);
	}
	exempt_dns(lowering, policy);
}

static const struct ward_peer *group_peer(struct ward_arena *arena,
					  const struct ward_grouppolicy *gp, uint32_t group)
{
	struct ward_peer *peer = ward_arena_new(arena, struct ward_peer);

	*peer = (struct ward_peer){
		.kind = WARD_PEER_SCOPE,
		.mark = gp->groups[group].mark,
		.same_environment = gp->same_environment,
		.scope = group_scope(arena, gp, group),
	};
	return peer;
}

static void half_rule(const struct ward_grouppolicy *gp, uint32_t line, enum ward_direction dir,
		      uint32_t peer, struct ward_policy *policy)
{
	const struct ward_group_rule *from = &gp->rules[line];
	struct ward_rule *rule = ward_arena_new(&policy->arena, struct ward_rule);

	*rule = (struct ward_rule){
		.mark = from->mark,
		.direction = dir,
		.action = WARD_ACCEPT,
		.name = from->name == WARD_NONE ? WARD_SYM_EMPTY : from->name,
		.index = line,
	};
	if (peer == WARD_GROUP_ANY) {
		rule->any_peer = true;
	} else {
		rule->n_peers = 1;
		rule->peers = group_peer(&policy->arena, gp, peer);
	}
	ward_build_ports(&policy->arena, rule, from->ports, from->n_ports);
	policy->n_rules = 1;
	policy->rules = rule;
}

static void lower_half(const struct lowering *lowering, uint32_t line, enum ward_direction dir)
{
	const struct ward_grouppolicy *gp = lowering->gp;
	const struct ward_group_rule *from = &gp->rules[line];
	uint32_t own = dir == WARD_INGRESS ? from->to : from->from;
	uint32_t other = dir == WARD_INGRESS ? from->from : from->to;
	struct ward_scope *subject;
	struct ward_policy *policy;

	if (own == WARD_GROUP_ANY)
		return;
	policy = part_new(lowering, 1 + line * WARD_N_DIRECTION + dir, 1, &subject);
	*subject = group_scope(&policy->arena, gp, own);
	policy->n_subjects = 1;
	policy->isolates[dir] = gp->baseline == WARD_BASELINE_NONE;
	if (!ward_group_rule_has_expired(from, lowering->today))
		half_rule(gp, line, dir, other, policy);
}

void ward_lower_grouppolicy(struct ward_symbols *symbols, int32_t today,
			    const struct ward_grouppolicy *gp, struct ward_policies *policies)
{
	const struct lowering lowering = {
		.symbols = symbols,
		.today = today,
		.gp = gp,
		.policies = policies,
	};

	if (gp->baseline == WARD_BASELINE_NONE)
		lower_open_baseline(&lowering);
	else
		lower_closed_baseline(&lowering);
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		lower_half(&lowering, i, WARD_INGRESS);
		if (gp->baseline != WARD_BASELINE_INGRESS_ONLY)
			lower_half(&lowering, i, WARD_EGRESS);
	}
}
