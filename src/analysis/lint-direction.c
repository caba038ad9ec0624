/* SPDX-License-Identifier: Apache-2.0 */
/* What policyTypes says and the rules do not, or the other way round; and `ports: [{}]`. */
#include "analysis/lint-parts.h"

static const char *const type_of[] = {[WARD_INGRESS] = "Ingress", [WARD_EGRESS] = "Egress"};

/* A2.4 */
static void unlisted_check(struct ward_lint *lint, const struct ward_networkpolicy *np,
			   enum ward_direction direction)
{
	if (np->isolates[direction] || !np->n_rules[direction])
		return;
	ward_lint_report(lint, WARD_WARNING, "unlisted-direction", &np->object,
			 np->rules[direction][0].mark,
			 ward_lint_text(lint, "add %s to policyTypes, or remove the rules",
					type_of[direction]),
			 "policyTypes does not list %s, so the %s rules have no effect and %s is "
			 "left open",
			 type_of[direction], ward_direction_str(direction),
			 ward_direction_str(direction));
}

/* A2.2 */
static void implied_check(struct ward_lint *lint, const struct ward_networkpolicy *np)
{
	if (!np->types_implied || !np->n_rules[WARD_EGRESS] || np->n_rules[WARD_INGRESS])
		return;
	ward_lint_report(lint, WARD_WARNING, "closes-ingress-too", &np->object, np->spec_mark,
			 "write policyTypes: [Egress], or [Ingress, Egress] if that is meant",
			 "without policyTypes a policy closes ingress too, and this one has egress "
			 "rules only: nobody may connect to the pods it selects");
}

/* A6.6 */
static void ports_check(struct ward_lint *lint, const struct ward_networkpolicy *np,
			const struct ward_np_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].is_empty)
			ward_lint_report(lint, WARD_WARNING, "empty-port", &np->object,
					 rule->ports[i].mark,
					 "for every port of every protocol leave ports out; for "
					 "TCP write protocol: TCP",
					 "a port element without fields is every TCP port, and "
					 "neither UDP nor anything else");
}

static void policy_check(struct ward_lint *lint, const struct ward_networkpolicy *np)
{
	implied_check(lint, np);
	for (enum ward_direction direction = 0; direction < WARD_N_DIRECTION; direction++) {
		unlisted_check(lint, np, direction);
		for (uint32_t i = 0; i < np->n_rules[direction]; i++)
			ports_check(lint, np, &np->rules[direction][i]);
	}
}

void ward_lint_directions(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->tables->n_policies; i++)
		if (lint->policies[i].np)
			policy_check(lint, lint->policies[i].np);
}
