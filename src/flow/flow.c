/* SPDX-License-Identifier: Apache-2.0 */
#include "flow/flow.h"

#include <assert.h>
#include <string.h>

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

static bool end_is_alike(const struct ward_flow_end *a, const struct ward_flow_end *b)
{
	if (a->kind != b->kind || !ward_ip_eq(a->ip, b->ip) || a->ns != b->ns ||
	    a->name != b->name || a->n_groups != b->n_groups)
		return false;
	for (uint32_t i = 0; i < a->n_groups; i++)
		if (a->groups[i] != b->groups[i])
			return false;
	return true;
}

static bool policy_is_alike(const struct ward_flow_policy *a, const struct ward_flow_policy *b)
{
	return strcmp(a->kind, b->kind) == 0 && a->ns == b->ns && a->name == b->name &&
	       a->rule == b->rule && a->rule_name == b->rule_name && a->list == b->list &&
	       a->file == b->file && a->line == b->line;
}

static bool side_is_alike(const struct ward_flow_side *a, const struct ward_flow_side *b)
{
	if (a->why != b->why || a->accept != b->accept || a->n_policies != b->n_policies)
		return false;
	for (uint32_t i = 0; i < a->n_policies && i < WARD_FLOW_POLICIES; i++)
		if (!policy_is_alike(&a->policies[i], &b->policies[i]))
			return false;
	return true;
}

bool ward_flow_is_alike(const struct ward_flow *a, const struct ward_flow *b)
{
	return a->node == b->node && a->accept == b->accept && a->cause == b->cause &&
	       a->closed == b->closed && a->is_counted == b->is_counted &&
	       a->protocol == b->protocol && a->dport == b->dport &&
	       end_is_alike(&a->from, &b->from) && end_is_alike(&a->to, &b->to) &&
	       side_is_alike(&a->side[WARD_EGRESS], &b->side[WARD_EGRESS]) &&
	       side_is_alike(&a->side[WARD_INGRESS], &b->side[WARD_INGRESS]) &&
	       a->is_rehearsed == b->is_rehearsed && a->staged_accept == b->staged_accept &&
	       side_is_alike(&a->staged[WARD_EGRESS], &b->staged[WARD_EGRESS]) &&
	       side_is_alike(&a->staged[WARD_INGRESS], &b->staged[WARD_INGRESS]);
}

void ward_flow_merge(struct ward_flow *flow, const struct ward_flow *more)
{
	flow->count += more->count;
	for (int reply = 0; reply < 2; reply++) {
		flow->packets[reply] += more->packets[reply];
		flow->bytes[reply] += more->bytes[reply];
	}
	if (more->first_us < flow->first_us)
		flow->first_us = more->first_us;
	if (more->time_us > flow->time_us) {
		flow->time_us = more->time_us;
		flow->sport = more->sport;
	}
}

const char *ward_flow_reason_str(const struct ward_flow *flow)
{
	enum ward_direction decider = ward_flow_decider(flow);

	if (flow->cause != WARD_FLOW_CAUSE_POLICY)
		return cause_names[flow->cause];
	return why_names[decider == WARD_N_DIRECTION ? WARD_FLOW_NOT_JUDGED
						     : flow->side[decider].why];
}
