/* SPDX-License-Identifier: Apache-2.0 */
/* What one end says and why: the rules that decide, the policies that isolate, the way there. */
#include "analysis/explain-parts.h"

static bool rule_matches(const struct ward_explainer *explainer, const struct ward_view *view,
			 const struct ward_rule *rule)
{
	const struct ward_question *question = explainer->question;

	return rule->direction == view->direction &&
	       ward_rule_matches_peer(question->engine, rule, view->subject, view->other) &&
	       (question->any_port ||
		ward_rule_matches_port(question->engine, rule, view->destination, question->proto,
				       question->port));
}

struct deciding {
	WARD_VEC(struct ward_rule_ref) rules;
};

/* The rule that the tables say decided, of any port that is closed: about what has no ports. */
static const struct ward_decision *decision_of(const struct ward_explainer *explainer,
					       const struct ward_view *view,
					       const struct ward_side *side)
{
	const struct ward_tables *tables = explainer->tables;
	uint32_t decision = side->decision;

	if (explainer->question->any_port)
		decision = tables->port_maps[ward_explain_cell(explainer, side->row, view->other)]
				   .other;
	return &tables->decisions[decision];
}

/* Rules of the tier that say the same: of one that goes by order only those before another says
 * otherwise.  Of any port that is open, whatever opens one, in any tier. */
static void deciding_add(struct ward_explainer *explainer, const struct ward_view *view,
			 const struct ward_row *row, enum ward_action action, struct deciding *list)
{
	const struct ward_question *question = explainer->question;
	const struct ward_rule *first = list->rules.n ? list->rules.items[0].rule : NULL;
	enum ward_tier tier = list->rules.n ? list->rules.items[0].policy->tier : WARD_N_TIER;

	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = explainer->tables->policies[row->policies[i]];

		for (uint32_t r = 0; r < policy->n_rules; r++) {
			const struct ward_rule *rule = &policy->rules[r];

			if ((tier != WARD_N_TIER && policy->tier != tier) || rule == first ||
			    !rule_matches(explainer, view, rule))
				continue;
			if (rule->action == action)
				ward_vec_push(&list->rules, ward_rule_ref_of(explainer, policy, r));
			else if (!question->any_port)
				return;
		}
	}
}

/* The rule that the tables name comes first.  None when no rule decided. */
static void why_deciding(struct ward_explainer *explainer, const struct ward_view *view,
			 const struct ward_side *side, struct ward_why *why)
{
	const struct ward_tables *tables = explainer->tables;
	const struct ward_decision *decision = decision_of(explainer, view, side);
	bool opens = explainer->question->any_port && why->accept;
	struct deciding list = {};

	if (!opens && decision->policy == WARD_NONE)
		return;
	if (!opens)
		ward_vec_push(&list.rules,
			      ward_rule_ref_of(explainer, tables->policies[decision->policy],
					       decision->rule));
	deciding_add(explainer, view, &tables->rows[side->row],
		     why->accept ? WARD_ACCEPT : WARD_DENY, &list);
	why->n_deciding = list.rules.n;
	why->deciding = ward_arena_copy(&explainer->answer->arena, list.rules.items,
					list.rules.n * sizeof(*list.rules.items));
	ward_vec_done(&list.rules);
}

static void why_isolating(struct ward_explainer *explainer, enum ward_direction direction,
			  const struct ward_row *row, struct ward_why *why)
{
	const struct ward_policy **isolating =
		ward_arena_new_n(&explainer->answer->arena, const struct ward_policy *,
				 row->n_policies);

	why->isolating = isolating;
	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = explainer->tables->policies[row->policies[i]];

		if (policy->isolates[direction])
			isolating[why->n_isolating++] = policy;
	}
}

/* The tiers that have something to say about this pod, up to the one that decides. */
static void why_path(struct ward_explainer *explainer, const struct ward_pair *pair,
		     const struct ward_view *view, struct ward_why *why)
{
	struct ward_stack stack = ward_stack_of(explainer, pair, view);
	struct ward_step *path =
		ward_arena_new_n(&explainer->answer->arena, struct ward_step, WARD_N_TIER);

	why->path = path;
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		struct ward_step step = ward_stack_step(explainer, &stack, tier);

		if (ward_stack_has(&stack, tier))
			path[why->n_steps++] = step;
		if (step.says != WARD_SAYS_NOTHING && step.says != WARD_SAYS_PASS)
			break;
	}
}

void ward_explain_why(struct ward_explainer *explainer, const struct ward_pair *pair,
		      enum ward_direction direction, struct ward_why *why)
{
	const struct ward_tables *tables = explainer->tables;
	const struct ward_side *side = &pair->verdict.side[direction];
	struct ward_view view = ward_view_of(pair, direction);

	*why = (struct ward_why){
		.judged = side->judged,
		.accept = explainer->question->any_port ? pair->opens[direction] : side->accept,
		.node_exempt = side->node_exempt,
		.self_exempt = side->self_exempt,
		.tier = WARD_N_TIER,
	};
	if (!side->judged || side->node_exempt)
		return;
	why_deciding(explainer, &view, side, why);
	why_isolating(explainer, direction, &tables->rows[side->row], why);
	if (why->n_deciding)
		why->tier = why->deciding[0].policy->tier;
	else if (why->n_isolating)
		why->tier = WARD_TIER_NETWORKPOLICY;
	if (!explainer->question->any_port && !explainer->question->brief)
		why_path(explainer, pair, &view, why);
}
