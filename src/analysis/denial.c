/* SPDX-License-Identifier: Apache-2.0 */
/* A side that denies: the rule that came nearest to allowing, and the changes that would allow. */
#include "analysis/explain-parts.h"

enum {
	FOREIGN_MAX =
		5 /* a policy that does not select the subject is mentioned up to this weight */
};

struct nearest {
	struct ward_rule_ref at;
	struct ward_miss miss;
};

static void consider(struct ward_explainer *explainer, const struct ward_view *view,
		     const struct ward_policy *policy, struct nearest *nearest)
{
	const struct ward_endpoint *subject =
		&explainer->tables->endpoints[view->subject->endpoint];
	bool applies = ward_policy_selects(explainer, policy, subject);

	for (uint32_t i = 0; i < policy->n_rules; i++) {
		struct ward_rule_ref at = ward_rule_ref_of(explainer, policy, i);
		struct ward_miss miss;

		if (at.rule->direction != view->direction || at.rule->action != WARD_ACCEPT ||
		    at.exempts)
			continue;
		miss = ward_miss_of(explainer, view, &at);
		if (miss.weight && miss.weight < nearest->miss.weight &&
		    (applies || miss.weight <= FOREIGN_MAX))
			*nearest = (struct nearest){at, miss};
	}
}

/* Ties go to the first in (policy name, rule) order.  Only what comes before the isolation counts:
 * the NetworkPolicy tier, and the Admin tier unless that has passed the connection on. */
static bool nearest_find(struct ward_explainer *explainer, const struct ward_pair *pair,
			 const struct ward_view *view, struct nearest *ret_nearest)
{
	const struct ward_tables *tables = explainer->tables;
	struct ward_stack stack = ward_stack_of(explainer, pair, view);
	struct ward_step admin = ward_stack_step(explainer, &stack, WARD_TIER_ADMIN);
	struct nearest nearest = {.miss.weight = WARD_MISS_FAR};

	for (uint32_t i = 0; i < tables->n_policies; i++)
		if (tables->policies[i]->tier == WARD_TIER_NETWORKPOLICY ||
		    (tables->policies[i]->tier == WARD_TIER_ADMIN &&
		     admin.says == WARD_SAYS_NOTHING))
			consider(explainer, view, tables->policies[i], &nearest);
	*ret_nearest = nearest;
	return nearest.at.rule;
}

/* A label that other pods of the namespace carry says what they are: taking it would be posing as
 * one of them.  One that nobody carries, or that this pod lacks, was probably forgotten. */
static bool label_is_free(const struct ward_explainer *explainer,
			  const struct ward_relabel *relabel)
{
	const struct ward_tables *tables = explainer->tables;
	const struct ward_engine *engine = explainer->question->engine;
	const struct ward_endpoint *pod = &tables->endpoints[relabel->endpoint];

	if (ward_labels_get(ward_engine_labels(engine, pod->labels), relabel->key) == WARD_NONE)
		return true;
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *other = &tables->endpoints[i];

		if (other->object.ns == pod->object.ns &&
		    ward_labels_get(ward_engine_labels(engine, other->labels), relabel->key) ==
			    relabel->value)
			return false;
	}
	return true;
}

/* Would the label alone allow it at both ends?  It may take the pod out of a selector, or into that
 * of another policy; and a change that the other end needed besides could count on the labels that
 * the pod has now. */
static bool label_helps(struct ward_explainer *explainer, const struct ward_pair *pair,
			const struct ward_relabel *relabel, bool mends[WARD_N_DIRECTION])
{
	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++) {
		const struct ward_side *side = &pair->verdict.side[direction];
		struct ward_view view = ward_view_of(pair, direction);
		struct ward_stack now, then;
		struct ward_step before, after;

		if (!side->judged || side->node_exempt)
			continue;
		now = ward_stack_of(explainer, pair, &view);
		then = ward_stack_relabelled(explainer, pair, &view, relabel);
		before = ward_stack_decision(explainer, &now);
		after = ward_stack_decision(explainer, &then);
		if (!ward_step_allows(&after) || before.says == WARD_SAYS_DENY)
			return false;
		mends[direction] |= !ward_step_allows(&before);
	}
	return true;
}

static void fix_label(struct ward_explainer *explainer, const struct ward_miss *miss)
{
	struct ward_relabel relabel = {miss->label_endpoint, miss->key, miss->value};
	bool mends[WARD_N_DIRECTION] = {};
	uint32_t n;
	const struct ward_pair *pairs = ward_explain_family(explainer->answer, &n);

	if (!label_is_free(explainer, &relabel))
		return;
	for (uint32_t i = 0; i < n; i++)
		if (!label_helps(explainer, &pairs[i], &relabel, mends))
			return;
	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++)
		if (mends[direction])
			ward_fix_add_label(
				explainer, direction,
				ward_explain_format(
					explainer, "give %s the label %s=%s", miss->label_of->id,
					ward_symbol_str(explainer->symbols, miss->key),
					ward_symbol_str(explainer->symbols, miss->value)));
}

/* The rule must be about the other end in each family that it has. */
static void fix_port(struct ward_explainer *explainer, enum ward_direction direction,
		     const struct ward_rule_ref *at, bool is_told)
{
	const struct ward_question *question = explainer->question;
	uint32_t n;
	const struct ward_pair *pairs = ward_explain_family(explainer->answer, &n);
	const char *rule = is_told ? ward_explain_format(explainer, "that rule%s",
							 ward_fix_place(explainer, at->rule->mark))
				   : ward_fix_rule_name(explainer, at);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_view view = ward_view_of(&pairs[i], direction);

		if (!ward_rule_matches_peer(question->engine, at->rule, view.subject, view.other))
			return;
	}
	ward_fix_add(explainer, direction, WARD_TIER_NETWORKPOLICY,
		     ward_explain_format(explainer, "add port %u/%s to %s", question->port,
					 ward_proto_str(question->proto), rule));
}

void ward_explain_denial(struct ward_explainer *explainer, const struct ward_pair *pair,
			 const struct ward_view *view, bool is_told, struct ward_why *why)
{
	struct ward_near_miss *miss;
	struct nearest nearest;

	if (nearest_find(explainer, pair, view, &nearest)) {
		miss = ward_arena_new(&explainer->answer->arena, struct ward_near_miss);
		*miss = (struct ward_near_miss){nearest.at, nearest.miss.because};
		why->nearest = miss;
		/* When only one thing is wrong, changing that is the smallest fix. */
		if (nearest.miss.n == 1 && nearest.miss.label_of)
			fix_label(explainer, &nearest.miss);
		if (nearest.miss.n == 1 && nearest.miss.wrong_port &&
		    explainer->question->proto != WARD_OTHER)
			fix_port(explainer, view->direction, &nearest.at, is_told);
	}
	ward_fix_add(explainer, view->direction, WARD_TIER_NETWORKPOLICY,
		     ward_fix_rule(explainer, view, why));
}
