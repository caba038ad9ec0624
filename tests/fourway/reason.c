/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "fourway/reason.h"

void reason_take(struct reason *reason, const struct ward_flow *flow, enum ward_direction direction)
{
	reason->told[direction] = true;
	reason->cause[direction] = flow->cause;
	reason->side[direction] = flow->side[direction];
}

static struct judged_rule rule_of(const struct world *world, const struct conn *conn,
				  enum ward_direction direction,
				  const struct ward_flow_policy *policy)
{
	struct judged_rule rule = {
		.kind = ward_kind_parse(policy->kind),
		.ns = policy->ns,
		.name = policy->name,
		.exempts = policy->list && strcmp(policy->list, "exempt") == 0,
		.index = policy->rule,
	};

	return rule;
}

static struct judged_side side_of(const struct reason *reason, const struct world *world,
				  const struct conn *conn, enum ward_direction direction,
				  const struct judged_side *expected)
{
	const struct ward_flow_side *side = &reason->side[direction];

	if (reason->cause[direction] != WARD_FLOW_CAUSE_POLICY)
		return (struct judged_side){.by = N_JUDGED_BY};
	switch (side->why) {
	case WARD_FLOW_NOT_JUDGED:
		return (struct judged_side){.by = expected->by == OWN_NODE ? OWN_NODE : NOT_JUDGED};
	case WARD_FLOW_OPEN:
		return (struct judged_side){.by = OPEN};
	case WARD_FLOW_ISOLATED: /* which does not lock a pod out from itself (F7.1) */
		return (struct judged_side){.by = expected->by == SELF ? SELF : ISOLATED};
	case WARD_FLOW_BY_RULE:
		return (struct judged_side){.by = side->accept ? BY_RULE : DENIED,
					    .rule = rule_of(world, conn, direction,
							    &side->policies[0])};
	default:
		return (struct judged_side){.by = N_JUDGED_BY};
	}
}

static bool has_to_say(const struct judgement *judgement, const struct judged_side *expected,
		       enum ward_direction direction, bool same_node)
{
	if (expected->by == NOT_JUDGED || expected->by == OWN_NODE)
		return false;
	return direction == WARD_EGRESS || same_node || !denies(judgement->side[WARD_EGRESS].by);
}

void reason_complete(const struct reason *reason, const struct world *world,
		     const struct conn *conn, bool same_node, const struct judgement *assumed,
		     struct judgement *judgement)
{
	for (enum ward_direction d = WARD_N_DIRECTION; d-- > 0;) { /* egress first */
		const struct judged_side *expected = &assumed->side[d];

		judgement->side[d] = *expected;
		if (reason->told[d])
			judgement->side[d] = side_of(reason, world, conn, d, expected);
		else if (has_to_say(judgement, expected, d, same_node))
			judgement->side[d] = (struct judged_side){.by = N_JUDGED_BY};
	}
}
