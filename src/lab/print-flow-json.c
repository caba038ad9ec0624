/* SPDX-License-Identifier: Apache-2.0 */
/* One object a line a flow (-o json). */
#include <stdio.h>
#include <time.h>

#include "base/alloc.h"
#include "lab/print-flow.h"

const char *lab_time_utc(int64_t time_us, char buf[static LAB_TIME_SIZE])
{
	time_t seconds = time_us / 1000000;
	size_t len;
	struct tm tm;

	len = strftime(buf, LAB_TIME_SIZE, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(buf + len, LAB_TIME_SIZE - len, ".%06uZ", (unsigned)(time_us % 1000000));
	return buf;
}

static void end_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_flow_end *end)
{
	char ip[WARD_IP_TEXT];

	if (end->ip.family != WARD_FAMILY_NONE)
		ward_json_str(json, "address", ward_ip_str(end->ip, ip));
	if (end->kind == WARD_FLOW_POD) {
		ward_json_str(json, "namespace", ward_symbol_str(symbols, end->ns));
		ward_json_str(json, "pod", ward_symbol_str(symbols, end->name));
		ward_json_list(json, "groups");
		for (uint32_t i = 0; i < end->n_groups; i++)
			ward_json_str(json, NULL, ward_symbol_str(symbols, end->groups[i]));
		ward_json_end_list(json);
	} else if (end->kind == WARD_FLOW_NODE && end->name != WARD_NONE) {
		ward_json_str(json, "node", ward_symbol_str(symbols, end->name));
	}
}

static void flow_end_json(struct ward_json *json, const char *key,
			  const struct ward_symbols *symbols, const struct ward_flow_end *end)
{
	ward_json_map(json, key);
	end_json(json, symbols, end);
	ward_json_end_map(json);
}

void lab_json_workload(struct ward_json *json, const char *key, const struct ward_symbols *symbols,
		       const struct ward_flow_end *end, const struct ward_flow_end *pod)
{
	ward_json_map(json, key);
	if (end->kind == WARD_FLOW_POD)
		ward_json_str(json, "workload", ward_symbol_str(symbols, end->name));
	end_json(json, symbols, pod);
	ward_json_end_map(json);
}

void lab_json_policy(struct ward_json *json, const char *key, const struct ward_symbols *symbols,
		     const struct ward_flow_policy *policy, enum ward_direction direction)
{
	ward_json_map(json, key);
	ward_json_str(json, "kind", policy->kind);
	if (policy->ns != WARD_NONE)
		ward_json_str(json, "namespace", ward_symbol_str(symbols, policy->ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, policy->name));
	if (direction != WARD_N_DIRECTION) {
		_cleanup_free_ char *path = lab_flow_rule_path(policy, direction);

		ward_json_int(json, "rule", policy->rule);
		ward_json_str(json, "path", path);
		if (policy->rule_name != WARD_NONE)
			ward_json_str(json, "ruleName",
				      ward_symbol_str(symbols, policy->rule_name));
	}
	if (policy->file != WARD_NONE)
		ward_json_str(json, "file", ward_symbol_str(symbols, policy->file));
	ward_json_int(json, "line", policy->line);
	ward_json_end_map(json);
}

static void side_json(struct ward_json *json, const struct ward_symbols *symbols,
		      const struct ward_flow_side *side, enum ward_direction direction)
{
	if (side->why == WARD_FLOW_NOT_JUDGED)
		return;
	ward_json_map(json, ward_direction_str(direction));
	ward_json_bool(json, "allowed", side->accept);
	if (side->n_policies) {
		bool by_rule = side->why == WARD_FLOW_BY_RULE;

		ward_json_list(json, by_rule ? "decidedBy" : "isolatedBy");
		for (uint32_t i = 0; i < lab_flow_named(side); i++)
			lab_json_policy(json, NULL, symbols, &side->policies[i],
					by_rule ? direction : WARD_N_DIRECTION);
		ward_json_end_list(json);
	}
	ward_json_end_map(json);
}

void lab_json_sides(struct ward_json *json, const struct ward_symbols *symbols,
		    const struct ward_flow *flow)
{
	side_json(json, symbols, &flow->side[WARD_EGRESS], WARD_EGRESS);
	side_json(json, symbols, &flow->side[WARD_INGRESS], WARD_INGRESS);
}

/* If what is staged were enforced. */
static void staged_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_flow *flow)
{
	if (!flow->is_rehearsed)
		return;
	ward_json_map(json, "staged");
	ward_json_str(json, "verdict", flow->staged_accept ? "allowed" : "denied");
	side_json(json, symbols, &flow->staged[WARD_EGRESS], WARD_EGRESS);
	side_json(json, symbols, &flow->staged[WARD_INGRESS], WARD_INGRESS);
	ward_json_end_map(json);
}

void lab_json_protocol(struct ward_json *json, const struct ward_flow *flow)
{
	char protocol[8];

	ward_json_str(json, "protocol", lab_flow_protocol_str(flow->protocol, protocol));
	if (ward_proto_of_number(flow->protocol) != WARD_OTHER)
		ward_json_int(json, "port", flow->dport);
}

/* Both sides judged here and alike: neither direction decided alone. */
const char *lab_flow_direction_str(const struct ward_flow *flow)
{
	enum ward_direction decider = ward_flow_decider(flow);

	return decider == WARD_N_DIRECTION ? "none" : ward_direction_str(decider);
}

void lab_print_flow_json(const struct ward_symbols *symbols, const struct ward_flow *flow,
			 FILE *out)
{
	struct ward_json json;
	char time[LAB_TIME_SIZE];

	ward_json_init(&json, out, true);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "time", lab_time_utc(flow->time_us, time));
	if (flow->first_us != flow->time_us)
		ward_json_str(&json, "firstTime", lab_time_utc(flow->first_us, time));
	ward_json_int(&json, "count", (int64_t)flow->count);
	ward_json_str(&json, "verdict", flow->accept ? "allowed" : "denied");
	if (flow->closed)
		ward_json_str(&json, "event", "closed");
	ward_json_str(&json, "direction", lab_flow_direction_str(flow));
	ward_json_str(&json, "reason", ward_flow_reason_str(flow));
	ward_json_str(&json, "node", ward_symbol_str(symbols, flow->node));
	flow_end_json(&json, "from", symbols, &flow->from);
	flow_end_json(&json, "to", symbols, &flow->to);
	lab_json_protocol(&json, flow);
	if (ward_proto_of_number(flow->protocol) != WARD_OTHER)
		ward_json_int(&json, "sourcePort", flow->sport);
	lab_json_sides(&json, symbols, flow);
	staged_json(&json, symbols, flow);
	if (flow->is_counted) {
		lab_json_count(&json, "packets", flow->packets);
		lab_json_count(&json, "bytes", flow->bytes);
	}
	ward_json_end_map(&json);
}
