/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a GroupPolicy that open nothing.  `any` is a peer, never a subject
 * (policy/grouppolicy.c), so a line needs a group at the end that the policy closes. */
#include "analysis/lint-parts.h"

static const char *line_text(struct ward_lint *lint, const struct ward_grouppolicy *gp,
			     const struct ward_group_rule *rule)
{
	const uint32_t ends[] = {rule->from, rule->to};
	const char *names[2];

	for (uint32_t i = 0; i < 2; i++)
		names[i] = ends[i] == WARD_GROUP_ANY
				   ? "any"
				   : ward_symbol_str(lint->symbols, gp->groups[ends[i]].name);
	return ward_lint_text(lint, "from %s to %s", names[0], names[1]);
}

static void line_check(struct ward_lint *lint, const struct ward_grouppolicy *gp,
		       const struct ward_group_rule *rule)
{
	if (rule->to != WARD_GROUP_ANY)
		return;
	if (rule->from == WARD_GROUP_ANY)
		ward_lint_report(lint, WARD_WARNING, "needless-allow", &gp->object, rule->mark,
				 "name a group at one end at least",
				 "%s opens nothing: a line opens the pods of the groups that it "
				 "names",
				 line_text(lint, gp, rule));
	else if (gp->baseline == WARD_BASELINE_INGRESS_ONLY)
		ward_lint_report(lint, WARD_WARNING, "needless-allow", &gp->object, rule->mark,
				 "remove it, or write baseline: DefaultDeny",
				 "%s opens nothing: with baseline IngressOnly egress is not closed",
				 line_text(lint, gp, rule));
}

void ward_lint_lines(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->snapshot->objects.n; i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];
		const struct ward_grouppolicy *gp = (const struct ward_grouppolicy *)object;

		if (!object || object->kind != WARD_KIND_GROUPPOLICY)
			continue;
		for (uint32_t r = 0; r < gp->n_rules; r++)
			line_check(lint, gp, &gp->rules[r]);
	}
}
