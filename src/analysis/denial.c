/* SPDX-License-Identifier: Apache-2.0 */
/* A side that denies: the rule that came nearest to allowing, and the changes that would allow. */
#include <string.h>

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
		     const struct ward_policy *policy, bool applies, struct nearest *nearest)
{
	for (uint32_t i = 0; i < policy->n_rules; i++) {
		struct ward_rule_ref at = ward_rule_ref_of(explainer, policy, i);
		struct ward_miss miss;

		if (at.rule->direction != view->direction || at.rule->action != WARD_ACCEPT ||
		    at.exempts_dns)
			continue;
		miss = ward_miss_of(explainer, view, &at);
		if (miss.weight && miss.weight < nearest->miss.weight &&
		    (applies || miss.weight <= FOREIGN_MAX))
			*nearest = (struct nearest){at, miss};
	}
}

/* Ties go to the first in (policy name, rule) order. */
static bool nearest_find(struct ward_explainer *explainer, const struct ward_view *view,
			 struct nearest *ret_nearest)
{
	const struct ward_tables *tables = explainer->tables;
	const struct ward_endpoint *subject = &tables->endpoints[view->subject->endpoint];
	struct nearest nearest = {.miss.weight = WARD_MISS_FAR};

	for (uint32_t i = 0; i < tables->n_policies; i++)
		consider(explainer, view, tables->policies[i],
			 ward_policy_selects(explainer, tables->policies[i], subject), &nearest);
	*ret_nearest = nearest;
	return nearest.at.rule;
}

static void fix_add(struct ward_explainer *explainer, const struct ward_view *view,
		    const char *text)
{
	struct ward_answer *answer = explainer->answer;
	struct ward_fix *fixes;

	if (!text)
		return;
	fixes = ward_arena_new_n(&answer->arena, struct ward_fix, answer->n_fixes + 1);
	for (uint32_t i = 0; i < answer->n_fixes; i++)
		fixes[i] = answer->fixes[i];
	answer->fixes = fixes;
	for (uint32_t i = 0; i < answer->n_fixes; i++) {
		if (strcmp(fixes[i].text, text) == 0) {
			fixes[i].of[view->direction] = true;
			return;
		}
	}
	fixes[answer->n_fixes].text = text;
	fixes[answer->n_fixes++].of[view->direction] = true;
}

static const char *place_text(struct ward_explainer *explainer, struct ward_mark mark)
{
	if (mark.file == WARD_NONE || !mark.line)
		return "";
	return ward_explain_format(explainer, " (%s:%u)",
				   ward_symbol_str(explainer->symbols, mark.file), mark.line);
}

/* A label that other pods of the namespace carry says what they are: taking it would be posing as
 * one of them.  One that nobody carries, or that this pod lacks, was probably forgotten. */
static bool label_is_free(const struct ward_explainer *explainer, const struct ward_miss *miss)
{
	const struct ward_tables *tables = explainer->tables;
	const struct ward_engine *engine = explainer->question->engine;
	const struct ward_endpoint *pod = &tables->endpoints[miss->label_endpoint];

	if (ward_labels_get(ward_engine_labels(engine, pod->labels), miss->key) == WARD_NONE)
		return true;
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *other = &tables->endpoints[i];

		if (other->object.ns == pod->object.ns &&
		    ward_labels_get(ward_engine_labels(engine, other->labels), miss->key) ==
			    miss->value)
			return false;
	}
	return true;
}

/* When only one thing is wrong, changing that is the smallest fix. */
static void fix_nearest(struct ward_explainer *explainer, const struct ward_view *view,
			const struct nearest *nearest)
{
	const struct ward_question *question = explainer->question;
	const struct ward_miss *miss = &nearest->miss;
	const char *place = place_text(explainer, nearest->at.rule->mark);

	if (miss->n != 1)
		return;
	if (miss->label_of && label_is_free(explainer, miss))
		fix_add(explainer, view,
			ward_explain_format(explainer, "give %s the label %s=%s",
					    miss->label_of->id,
					    ward_symbol_str(explainer->symbols, miss->key),
					    ward_symbol_str(explainer->symbols, miss->value)));
	if (miss->wrong_port && question->proto != WARD_OTHER)
		fix_add(explainer, view,
			ward_explain_format(explainer, "add port %u/%s to that rule%s",
					    question->port, ward_proto_str(question->proto),
					    place));
}

void ward_explain_denial(struct ward_explainer *explainer, const struct ward_view *view,
			 struct ward_why *why)
{
	struct ward_near_miss *miss;
	struct nearest nearest;

	if (nearest_find(explainer, view, &nearest)) {
		miss = ward_arena_new(&explainer->answer->arena, struct ward_near_miss);
		*miss = (struct ward_near_miss){nearest.at, nearest.miss.because};
		why->nearest = miss;
		fix_nearest(explainer, view, &nearest);
	}
	fix_add(explainer, view, ward_fix_rule(explainer, view, why));
}
