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

/* One pod of each class of a set. */
struct alike {
	uint32_t endpoint, n;
};
struct alikes {
	WARD_VEC(struct alike) list;
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

static void alikes_collect(const struct ward_lint *lint, struct ward_pod_set pods,
			   struct alikes *alikes)
{
	_cleanup_free_ uint32_t *place = ward_alloc(lint->n_classes * sizeof(uint32_t));

	for (uint32_t i = 0; i < pods.n; i++) {
		uint32_t *at = &place[lint->classes[pods.items[i]]];

		if (!*at) {
			ward_vec_push(&alikes->list, ((struct alike){.endpoint = pods.items[i]}));
			*at = alikes->list.n;
		}
		alikes->list.items[*at - 1].n++;
	}
}

/* A pod and its own replicas are a pair too; a single pod and itself are not. */
static bool is_pair(const struct ward_lint *lint, const struct alike *a, const struct alike *b)
{
	return a->endpoint != b->endpoint || a->n > 1 || b->n > 1 ||
	       lint->tables->endpoints[a->endpoint].object.kind != WARD_KIND_POD;
}

static bool some_pair_works(const struct ward_lint *lint, const struct half *half,
			    const struct alikes *subjects, const struct alikes *others,
			    struct denied *denied)
{
	for (uint32_t s = 0; s < subjects->list.n; s++)
		for (uint32_t o = 0; o < others->list.n; o++) {
			const struct alike *a = &subjects->list.items[s];
			const struct alike *b = &others->list.items[o];

			if (is_pair(lint, a, b) &&
			    pair_works(lint, half, a->endpoint, b->endpoint, denied))
				return true;
		}
	return false;
}

/* Is every pair denied by the other end?  Then @ret_denied is one.  Mostly the first pair works,
 * and no more is looked at. */
static bool peer_is_denied(const struct ward_lint *lint, const struct half *half,
			   struct ward_pod_set pods, struct denied *ret_denied)
{
	struct alikes subjects = {}, others = {};
	bool works;

	*ret_denied = (struct denied){WARD_NONE, WARD_NONE};
	if (half->policy->subjects.items[0] != pods.items[0] &&
	    pair_works(lint, half, half->policy->subjects.items[0], pods.items[0], ret_denied))
		return false;
	alikes_collect(lint, half->policy->subjects, &subjects);
	alikes_collect(lint, pods, &others);
	works = (uint64_t)subjects.list.n * others.list.n > PAIRS_MAX ||
		some_pair_works(lint, half, &subjects, &others, ret_denied);
	ward_vec_done(&subjects.list);
	ward_vec_done(&others.list);
	return !works && ret_denied->subject != WARD_NONE;
}

/* What closes the other end: the rule that denies, or the first policy that isolates. */
static const struct ward_lint_policy *closing(const struct ward_lint *lint,
					      const struct ward_row *row, uint32_t subject,
					      const struct ward_rule *rule)
{
	const struct ward_tables *tables = lint->tables;
	uint32_t identity = tables->shape_identity[tables->endpoints[subject].shape];
	const struct ward_port *port = rule->n_ports ? &rule->ports[0] : NULL;
	uint32_t decision = ward_port_map_lookup(&tables->port_maps[ward_row_cell(row, identity)],
						 port ? port->proto : WARD_TCP,
						 port && port->low ? port->low : 1);

	if (decision >= WARD_N_FIXED_DECISION)
		return &lint->policies[tables->decisions[decision].policy];
	for (uint32_t p = 0; p < row->n_policies; p++)
		if (tables->policies[row->policies[p]]->isolates[row->direction])
			return &lint->policies[row->policies[p]];
	return NULL;
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
	const struct ward_lint_policy *by = closing(lint, row, denied->subject, half->rule->rule);
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
