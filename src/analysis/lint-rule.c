/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that decide nothing.  In the NetworkPolicy tier: another rule allows all that they do.  In
 * the tiers of the cluster, where the first rule that matches decides: one before them matches all
 * that they do, whatever the two say.
 *
 * The rule that does so applies to the same pods, so it is looked for among the policies of one of
 * them: the one with the fewest.  Of two that say the same, the later one is reported. */
#include <string.h>

#include "analysis/lint-cover.h"

struct cover {
	enum ward_cover grade;
	uint32_t policy, rule; /* that covers */
};

/* The subject with the shortest list of policies. */
static const struct ward_row *row_shortest(const struct ward_lint *lint,
					   const struct ward_lint_policy *policy,
					   enum ward_direction direction)
{
	const struct ward_row *best = NULL;

	for (uint32_t i = 0; i < policy->subjects.n; i++) {
		const struct ward_row *row =
			ward_lint_row(lint, policy->subjects.items[i], direction);

		if (!best || row->n_policies < best->n_policies)
			best = row;
	}
	return best;
}

static bool is_before(const struct cover *cover, uint32_t policy, uint32_t rule)
{
	return cover->policy < policy || (cover->policy == policy && cover->rule < rule);
}

/* Policies are in the order of evaluation.  Where that means nothing: of two rules that cover each
 * other, the one that does so more surely stays, or else the earlier.  Thus all that are reported
 * can be removed together. */
static bool stays(const struct ward_lint *lint, const struct cover *cover, uint32_t policy,
		  uint32_t rule)
{
	enum ward_cover back;

	if (lint->policies[policy].policy->tier != WARD_TIER_NETWORKPOLICY)
		return is_before(cover, policy, rule);
	back = ward_lint_covers(lint, &lint->policies[policy], rule, &lint->policies[cover->policy],
				cover->rule);
	return back == cover->grade ? is_before(cover, policy, rule) : back < cover->grade;
}

static struct cover cover_find(const struct ward_lint *lint, uint32_t policy, uint32_t rule)
{
	const struct ward_lint_policy *inner = &lint->policies[policy];
	const struct ward_row *row =
		row_shortest(lint, inner, inner->policy->rules[rule].direction);
	struct cover best = {};

	for (uint32_t p = 0; row && p < row->n_policies; p++) {
		const struct ward_lint_policy *outer = &lint->policies[row->policies[p]];

		if (outer->policy->tier != inner->policy->tier)
			continue;
		for (uint32_t r = 0; r < outer->policy->n_rules; r++) {
			struct cover cover = {.policy = row->policies[p], .rule = r};

			if (cover.policy == policy && r == rule)
				continue;
			cover.grade = ward_lint_covers(lint, outer, r, inner, rule);
			if (cover.grade > best.grade && stays(lint, &cover, policy, rule))
				best = cover;
		}
	}
	return best;
}

static const char *rule_place(struct ward_lint *lint, const struct cover *by,
			      const struct ward_lint_policy *than)
{
	const struct ward_lint_policy *policy = &lint->policies[by->policy];
	const struct ward_rule *rule = &policy->policy->rules[by->rule];

	if (policy->object == than->object)
		return ward_lint_text(lint, "the rule of line %u", rule->mark.line);
	return ward_lint_place(lint, policy->object, rule->mark);
}

static void cover_report(struct ward_lint *lint, uint32_t policy, uint32_t rule,
			 enum ward_cover grade, const char *place)
{
	const struct ward_lint_policy *inner = &lint->policies[policy];
	struct ward_mark mark = inner->policy->rules[rule].mark;

	if (grade == WARD_COVER_EQUAL)
		ward_lint_report(lint, WARD_WARNING, "duplicate-rule", inner->object, mark,
				 "remove one of the two", "says the same as %s", place);
	else if (grade == WARD_COVER_ALWAYS)
		ward_lint_report(lint, WARD_WARNING, "shadowed-rule", inner->object, mark,
				 "remove it, or narrow the other rule to what was meant",
				 "allows nothing that is not allowed already, more widely, by %s",
				 place);
	else
		ward_lint_report(lint, WARD_NOTE, "redundant-rule", inner->object, mark,
				 "if the labels are meant to differ some day, nothing is wrong",
				 "for the pods given, allows nothing that is not allowed already "
				 "by %s",
				 place);
}

/* In a tier of the cluster. */
static void late_report(struct ward_lint *lint, uint32_t policy, uint32_t rule,
			const struct cover *by)
{
	const struct ward_lint_policy *inner = &lint->policies[policy];
	struct ward_mark mark = inner->policy->rules[rule].mark;
	const char *place = rule_place(lint, by, inner);

	if (by->grade == WARD_COVER_GIVEN)
		ward_lint_report(lint, WARD_NOTE, "redundant-rule", inner->object, mark,
				 "if the labels are meant to differ some day, nothing is wrong",
				 "for the pods given, never decides: %s comes first and matches "
				 "all that it does",
				 place);
	else
		ward_lint_report(lint, WARD_WARNING, "shadowed-rule", inner->object, mark,
				 "remove it, or let it come before the other",
				 "never decides: %s comes first and matches all that it does",
				 place);
}

static void rule_check(struct ward_lint *lint, uint32_t policy, uint32_t rule)
{
	struct cover cover = cover_find(lint, policy, rule);

	if (cover.grade && lint->policies[policy].np)
		cover_report(lint, policy, rule, cover.grade,
			     rule_place(lint, &cover, &lint->policies[policy]));
	else if (cover.grade)
		late_report(lint, policy, rule, &cover);
}

/* Half a line of a GroupPolicy: not its baseline, and not one that has expired. */
static bool is_half(const struct ward_policy *policy)
{
	return policy->n_rules == 1 && policy->tier == WARD_TIER_NETWORKPOLICY &&
	       !policy->rules[0].is_exemption;
}

/* A line of a GroupPolicy is as superfluous as the less superfluous of its halves, which stand next
 * to each other.  Returns how many there are.  With baseline None a line closes pods too. */
static uint32_t line_check(struct ward_lint *lint, uint32_t first)
{
	const struct ward_lint_policy *half = &lint->policies[first];
	uint32_t line = half->policy->rules[0].index, p = first;
	enum ward_cover worst = WARD_COVER_EQUAL;
	const char *places = "";

	for (; p < lint->tables->n_policies && lint->policies[p].object == half->object; p++) {
		const char *place;
		struct cover cover;

		if (!is_half(lint->policies[p].policy) ||
		    lint->policies[p].policy->rules[0].index != line)
			break;
		cover = cover_find(lint, p, 0);
		worst = cover.grade < worst ? cover.grade : worst;
		place = cover.grade ? rule_place(lint, &cover, half) : "";
		if (p == first)
			places = place;
		else if (strcmp(places, place) != 0)
			places = ward_lint_text(lint, "%s and %s", places, place);
	}
	if (worst && half->gp->baseline != WARD_BASELINE_NONE)
		cover_report(lint, first, 0, worst, places);
	return p - first;
}

void ward_lint_rules(struct ward_lint *lint)
{
	for (uint32_t p = 0; p < lint->tables->n_policies;) {
		const struct ward_lint_policy *policy = &lint->policies[p];

		if (policy->gp && is_half(policy->policy)) {
			p += line_check(lint, p);
			continue;
		}
		for (uint32_t r = 0; !policy->gp && r < policy->policy->n_rules; r++)
			rule_check(lint, p, r);
		p++;
	}
}
