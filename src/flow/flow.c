/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include <assert.h>

#include "base/alloc.h"

static const char *const why_names[] = {
	[WARD_FLOW_NOT_JUDGED] = "not-judged",	[WARD_FLOW_BY_RULE] = "rule",
	[WARD_FLOW_ISOLATED] = "isolated",	[WARD_FLOW_OPEN] = "no-policy",
	[WARD_FLOW_UNKNOWN] = "earlier-policy",
};
static_assert(WARD_ARRAY_SIZE(why_names) == WARD_N_FLOW_WHY, "one name per why");

static const char *const cause_names[] = {
	[WARD_FLOW_CAUSE_POLICY] = "policy",
	[WARD_FLOW_CAUSE_SPOOFED] = "spoofed",
	[WARD_FLOW_CAUSE_NOT_READY] = "not-ready",
	[WARD_FLOW_CAUSE_MALFORMED] = "malformed",
};
static_assert(WARD_ARRAY_SIZE(cause_names) == WARD_N_FLOW_CAUSE, "one name per cause");

enum ward_direction ward_flow_decider(const struct ward_flow *flow)
{
	static const enum ward_direction order[] = {WARD_EGRESS, WARD_INGRESS};
	enum ward_direction decider = WARD_N_DIRECTION;

	for (size_t i = 0; i < WARD_ARRAY_SIZE(order); i++) {
		const struct ward_flow_side *side = &flow->side[order[i]];

		if (side->why == WARD_FLOW_NOT_JUDGED)
			continue;
		if (side->accept == flow->accept)
			return order[i];
		decider = order[i];
	}
	return decider;
}

const char *ward_flow_reason_str(const struct ward_flow *flow)
{
	enum ward_direction decider = ward_flow_decider(flow);

	if (flow->cause != WARD_FLOW_CAUSE_POLICY)
		return cause_names[flow->cause];
	return why_names[decider == WARD_N_DIRECTION ? WARD_FLOW_NOT_JUDGED
						     : flow->side[decider].why];
}
