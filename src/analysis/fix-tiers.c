/* SPDX-License-Identifier: Apache-2.0 */
/* What would allow a denied connection, tier by tier.
 *
 * A denial of the Admin tier is passed by, and then the tiers below have their say: whatever of
 * them would deny needs a change too, so that with one change for each the connection is allowed.
 * Two pods with addresses of both families are judged once for each, and what is said holds for
 * both: the place before a denying rule is before the first that denies either. */
#include <string.h>

#include "analysis/explain-parts.h"

enum {
	N_FAMILIES = 2
};

/* One side of the explained connection, in each family. */
struct ends {
	enum ward_direction direction;
	uint32_t n;
	const struct ward_pair *pairs[N_FAMILIES];
	struct ward_view views[N_FAMILIES];
	struct ward_stack stacks[N_FAMILIES];
	bool open[N_FAMILIES]; /* a tier has said yes */
};

static void fix_add(struct ward_explainer *explainer, enum ward_direction direction,
		    enum ward_tier tier, const char *text, bool relabels)
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
		if (fixes[i].tier == tier && strcmp(fixes[i].text, text) == 0) {
			fixes[i].of[direction] = true;
			return;
		}
	}
	fixes[answer->n_fixes].text = text;
	fixes[answer->n_fixes].tier = tier;
	fixes[answer->n_fixes].relabels = relabels;
	fixes[answer->n_fixes++].of[direction] = true;
}

void ward_fix_add(struct ward_explainer *explainer, enum ward_direction direction,
		  enum ward_tier tier, const char *text)
{
	fix_add(explainer, direction, tier, text, false);
}

void ward_fix_add_label(struct ward_explainer *explainer, enum ward_direction direction,
			const char *text)
{
	fix_add(explainer, direction, WARD_TIER_NETWORKPOLICY, text, true);
}

const struct ward_pair *ward_explain_family(const struct ward_answer *answer, uint32_t *ret_n)
{
	const struct ward_pair *first = answer->explained, *last = answer->explained;
	const struct ward_pair *pairs = answer->pairs.items, *end = pairs + answer->pairs.n;

	if (first > pairs && first[-1].from == first->from && first[-1].to == first->to)
		first--;
	else if (last + 1 < end && last[1].from == last->from && last[1].to == last->to)
		last++;
	*ret_n = (uint32_t)(last - first) + 1;
	return first;
}

static struct ends ends_of(struct ward_explainer *explainer, enum ward_direction direction)
{
	struct ends ends = {.direction = direction};
	uint32_t n;
	const struct ward_pair *pairs = ward_explain_family(explainer->answer, &n);

	for (uint32_t i = 0; i < n; i++)
		if (pairs[i].verdict.side[direction].judged &&
		    !pairs[i].verdict.side[direction].node_exempt)
			ends.pairs[ends.n++] = &pairs[i];
	for (uint32_t i = 0; i < ends.n; i++)
		ends.views[i] = ward_view_of(ends.pairs[i], direction);
	return ends;
}

static bool is_before(const struct ward_rule_ref *a, const struct ward_rule_ref *b,
		      const struct ward_stack *stack)
{
	if (a->policy == b->policy)
		return a->rule < b->rule;
	for (uint32_t i = 0; i < stack->n; i++)
		if (stack->policies[i] == a->policy || stack->policies[i] == b->policy)
			return stack->policies[i] == a->policy;
	return false;
}

/* What denies has to go where nothing can be said before it: a part of it cannot be used, and so it
 * denies everyone (B7.2); or it is a line of `deny`, for a GroupPolicy passes nothing on.  Returns
 * what the tier says then. */
static struct ward_step fix_away(struct ward_explainer *explainer, const struct ends *ends,
				 uint32_t end, enum ward_tier tier, bool is_line)
{
	const char *text =
		is_line ? "delete or narrow what denies it:\n"
			: "mend or delete what denies everyone as a part of it cannot be used:\n";
	struct ward_step step = {.tier = tier};
	struct ward_cursor cursor = {};

	while (ward_stack_next(explainer, &ends->stacks[end], tier, &cursor, &step.at)) {
		if (step.at.rule->action != WARD_DENY) {
			step.says = step.at.rule->action == WARD_ACCEPT ? WARD_SAYS_ACCEPT
									: WARD_SAYS_PASS;
			break;
		}
		text = ward_explain_format(explainer, "%s%s\n", text,
					   ward_fix_rule_name(explainer, &step.at));
	}
	ward_fix_add(explainer, ends->direction, tier, text);
	return step;
}

/* A tier of rules: what it denies is passed by.  Who it accepts at a place that comes after that is
 * passed by too. */
static void fix_rules(struct ward_explainer *explainer, struct ends *ends, enum ward_tier tier)
{
	struct ward_step steps[N_FAMILIES];
	uint32_t first = WARD_NONE;
	bool is_group, is_line;
	const char *text = NULL;

	for (uint32_t i = 0; i < ends->n; i++) {
		steps[i] = ward_stack_step(explainer, &ends->stacks[i], tier);
		if (!ends->open[i] && steps[i].says == WARD_SAYS_DENY &&
		    (first == WARD_NONE ||
		     is_before(&steps[i].at, &steps[first].at, &ends->stacks[i])))
			first = i;
	}
	is_group =
		first != WARD_NONE && steps[first].at.policy->origin.kind == WARD_KIND_GROUPPOLICY;
	is_line = is_group && tier == WARD_TIER_ADMIN;
	if (first != WARD_NONE && !is_line)
		text = (is_group ? ward_fix_closed : ward_fix_before)(explainer,
								      &ends->views[first],
								      &steps[first].at);
	ward_fix_add(explainer, ends->direction, tier, text);
	for (uint32_t i = 0; i < ends->n; i++) {
		if (ends->open[i])
			continue;
		if (first != WARD_NONE && !text && steps[i].says == WARD_SAYS_DENY)
			steps[i] = fix_away(explainer, ends, i, tier, is_line);
		ends->open[i] =
			steps[i].says == WARD_SAYS_ACCEPT &&
			!(text && is_before(&steps[first].at, &steps[i].at, &ends->stacks[i]));
	}
}

static void fix_isolated(struct ward_explainer *explainer, struct ends *ends, uint32_t end)
{
	struct ward_why *why = &explainer->answer->why[ends->direction];
	struct ward_why then = *why;
	/* The nearest miss is told of what denies now, not of what would deny then. */
	bool is_told = ends->pairs[end] == explainer->answer->explained && !why->accept &&
		       !why->n_deciding;

	ward_explain_denial(explainer, ends->pairs[end], &ends->views[end], is_told,
			    is_told ? why : &then);
}

static void fix_networkpolicies(struct ward_explainer *explainer, struct ends *ends)
{
	for (uint32_t i = 0; i < ends->n; i++) {
		struct ward_step step =
			ward_stack_step(explainer, &ends->stacks[i], WARD_TIER_NETWORKPOLICY);

		if (!ends->open[i] && step.says == WARD_SAYS_ISOLATED)
			fix_isolated(explainer, ends, i);
		ends->open[i] |= step.says != WARD_SAYS_NOTHING;
	}
}

static bool is_denied(const struct ward_explainer *explainer, const struct ends *ends)
{
	bool denied = false;

	for (uint32_t i = 0; i < ends->n; i++)
		denied |= explainer->question->any_port
				  ? !ends->pairs[i]->opens[ends->direction]
				  : !ends->pairs[i]->verdict.side[ends->direction].accept;
	return denied;
}

void ward_explain_fixes(struct ward_explainer *explainer)
{
	for (int direction = WARD_N_DIRECTION - 1; direction >= 0; direction--) {
		struct ends ends = ends_of(explainer, direction);

		if (!is_denied(explainer, &ends))
			continue;
		for (uint32_t i = 0; i < ends.n; i++)
			ends.stacks[i] = ward_stack_of(explainer, ends.pairs[i], &ends.views[i]);
		fix_rules(explainer, &ends, WARD_TIER_ADMIN);
		fix_networkpolicies(explainer, &ends);
		fix_rules(explainer, &ends, WARD_TIER_BASELINE);
	}
}
