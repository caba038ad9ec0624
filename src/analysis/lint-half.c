/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that open one end of connections that the other end always denies (A5.4).
 *
 * A peer of a rule is reported when none of its pods, with none of the pods that the rule is for,
 * has the other half open on any port of the rule.  Pairs are compared until one is found; pods
 * that policies treat alike are compared once. */
#include "analysis/lint-parts.h"

struct half {
	const struct ward_lint_policy *policy;
	const struct ward_lint_rule *rule;
	enum ward_direction direction;
};

/* The first pair of which this end opens and the other denies. */
struct denied {
	uint32_t subject, other; /* WARD_NONE: none */
};

enum {
	PAIRS_MAX = 4096 /* beyond that nothing is said */
};

/* True when both ends accept. */
static bool pair_works(const struct ward_lint *lint, const struct half *half, uint32_t subject,
		       uint32_t other, struct denied *denied)
{
	bool in = half->direction == WARD_INGRESS;
	enum ward_direction opposite = in ? WARD_EGRESS : WARD_INGRESS;
	uint32_t destination = in ? subject : other;
	const struct ward_rule *rule = half->rule->rule;

	if (!ward_lint_row_accepts(lint, ward_lint_row(lint, subject, half->direction), other, rule,
				   destination))
		return false;
	if (ward_lint_row_accepts(lint, ward_lint_row(lint, other, opposite), subject, rule,
				  destination))
		return true;
	if (denied->subject == WARD_NONE)
		*denied = (struct denied){subject, other};
	return false;
}

/* A pod and its own replicas are a pair too; a single pod and itself are not. */
static bool is_pair(const struct ward_lint *lint, uint32_t a, uint32_t b)
{
	return a != b || lint->tables->endpoints[a].object.kind != WARD_KIND_POD;
}

/* Is every pair denied by the other end?  Then @ret_denied is one. */
static bool peer_is_denied(const struct ward_lint *lint, const struct half *half,
			   struct ward_pod_set others, struct denied *ret_denied)
{
	struct ward_pod_set subjects = half->policy->subjects;

	*ret_denied = (struct denied){WARD_NONE, WARD_NONE};
	if ((uint64_t)subjects.n * others.n > PAIRS_MAX &&
	    pair_works(lint, half, subjects.items[0], others.items[0], ret_denied))
		return false;
	for (uint32_t s = 0, n = 0; s < subjects.n; s++)
		for (uint32_t o = 0; o < others.n; o++) {
			if (!is_pair(lint, subjects.items[s], others.items[o]))
				continue;
			if (n++ == PAIRS_MAX ||
			    pair_works(lint, half, subjects.items[s], others.items[o], ret_denied))
				return false;
		}
	return ret_denied->subject != WARD_NONE;
}

/* The first policy that closes the other end. */
static const struct ward_lint_policy *closing(const struct ward_lint *lint,
					      const struct ward_row *row)
{
	for (uint32_t p = 0; p < row->n_policies; p++)
		if (lint->tables->policies[row->policies[p]]->isolates[row->direction])
			return &lint->policies[row->policies[p]];
	return row->n_policies ? &lint->policies[row->policies[0]] : NULL;
}

static const char *pod_text(struct ward_lint *lint, uint32_t endpoint)
{
	return ward_lint_pods(lint, (struct ward_pod_set){.n = 1, .items = &endpoint});
}

static void half_report(struct ward_lint *lint, const struct half *half,
			const struct ward_peer *peer, const struct denied *denied)
{
	bool in = half->direction == WARD_INGRESS;
	const struct ward_row *row =
		ward_lint_row(lint, denied->other, in ? WARD_EGRESS : WARD_INGRESS);
	const struct ward_lint_policy *by = closing(lint, row);
	const char *other = pod_text(lint, denied->other);
	const char *subject = pod_text(lint, denied->subject);
	struct ward_mark mark = half->policy->gp ? half->rule->rule->mark : peer->mark;
	const char *policy =
		by ? ward_lint_place(lint, by->object, by->object->mark) : "another policy";

	if (in)
		ward_lint_report(lint, WARD_WARNING, "half-open", half->policy->object, mark,
				 ward_lint_text(lint, "allow egress of %s to %s too", other,
						subject),
				 "lets %s in, but %s is not let out to %s: %s closes its egress",
				 other, other, subject, policy);
	else
		ward_lint_report(lint, WARD_WARNING, "half-open", half->policy->object, mark,
				 ward_lint_text(lint, "allow ingress of %s from %s too", other,
						subject),
				 "lets %s out to %s, which does not let it in: %s closes its "
				 "ingress",
				 subject, other, policy);
}

static void rule_check(struct ward_lint *lint, const struct half *half)
{
	for (uint32_t i = 0; i < half->rule->rule->n_peers; i++) {
		struct ward_pod_set others = ward_lint_scope_pods(lint, half->rule->scopes[i]);
		struct denied denied;

		if (others.n && peer_is_denied(lint, half, others, &denied))
			half_report(lint, half, &half->rule->rule->peers[i], &denied);
	}
}

void ward_lint_halves(struct ward_lint *lint)
{
	for (uint32_t p = 0; p < lint->tables->n_policies; p++) {
		const struct ward_lint_policy *policy = &lint->policies[p];

		if (policy->policy->tier != WARD_TIER_NETWORKPOLICY || !policy->subjects.n)
			continue;
		for (uint32_t r = 0; r < policy->policy->n_rules; r++)
			rule_check(lint, &(struct half){
						 .policy = policy,
						 .rule = &policy->rules[r],
						 .direction = policy->policy->rules[r].direction,
					 });
	}
}
