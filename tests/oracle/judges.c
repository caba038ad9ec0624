/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/judges.h"

#include <assert.h>

#include "base/alloc.h"

const struct judge *const judges[] = {
	&engine_judge,
	&nodes_judge,
	&rules_judge,
	NULL,
};
static_assert(WARD_ARRAY_SIZE(judges) <= JUDGES_MAX, "room for every judge");

static const char *const by_names[] = {
	[NOT_JUDGED] = "not judged", [OWN_NODE] = "own node", [BY_RULE] = "by rule",
	[ISOLATED] = "isolated",     [OPEN] = "open",	      [DENIED] = "denied",
	[SELF] = "itself",
};
static_assert(WARD_ARRAY_SIZE(by_names) == N_JUDGED_BY, "one name each");

void judgement_print(const struct world *world, const struct judgement *judgement, FILE *out)
{
	fprintf(out, "%s:", judgement->accept ? "allow" : "deny");
	for (enum ward_direction dir = WARD_N_DIRECTION; dir-- > 0;) {
		const struct judged_side *side = &judgement->side[dir];
		const struct judged_rule *rule = &side->rule;

		fprintf(out, " %s %s", ward_direction_str(dir),
			side->by == N_JUDGED_BY ? "contradicts its decision" : by_names[side->by]);
		if (ward_kind_is_policy(rule->kind))
			fprintf(out, " %s %s/%s #%u%s", ward_kind_str(rule->kind),
				ward_symbol_str(world->symbols, rule->ns),
				ward_symbol_str(world->symbols, rule->name), rule->index,
				rule->exempts ? " (exempt)" : "");
		fprintf(out, "%s", dir ? "," : "\n");
	}
}

static bool same_rule(const struct judged_rule *a, const struct judged_rule *b)
{
	return a->kind == b->kind && a->name == b->name && a->index == b->index;
}

static bool side_agrees(const struct world *world, const struct conn *conn, enum ward_direction dir,
			const struct judged_side *expected, const struct judged_side *got)
{
	if (got->by != expected->by)
		return false;
	if (ward_kind_is_cluster_policy(expected->rule.kind))
		return same_rule(&expected->rule, &got->rule);
	return expected->by != BY_RULE || oracle_grants(world, conn, dir, &got->rule);
}

bool judgement_check(const struct world *world, const struct conn *conn, const char *judge,
		     const struct judgement *got)
{
	struct judgement expected;
	bool agrees;

	oracle_judge(world, conn, &expected);
	agrees = got->accept == expected.accept;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		agrees = agrees &&
			 side_agrees(world, conn, dir, &expected.side[dir], &got->side[dir]);
	if (agrees)
		return true;
	world_print(world, stdout);
	printf("# ");
	conn_print(world, conn, stdout);
	printf("# oracle: ");
	judgement_print(world, &expected, stdout);
	printf("# %s: ", judge);
	judgement_print(world, got, stdout);
	return false;
}
