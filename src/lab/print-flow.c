/* SPDX-License-Identifier: Apache-2.0 */
/* 09:14:02.113 node-1 denied  shop/web-0 → shop/db-0:5432/TCP  …
 *
 * One line a flow and node that judged it; what follows names the policy, and the rule by its name
 * or by its place in the policy: NetworkPolicy shop/db-in spec.ingress[0] (a.yaml:31) */
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "doc/json-writer.h"
#include "lab/print.h"

static const char *protocol_str(uint8_t protocol, char buf[static 8])
{
	enum ward_proto proto = ward_proto_of_number(protocol);

	if (proto != WARD_OTHER)
		return ward_proto_str(proto);
	if (protocol == IPPROTO_ICMP)
		return "ICMP";
	snprintf(buf, 8, "IP-%u", protocol);
	return buf;
}

static void end_json(struct ward_json *json, const char *key, const struct ward_symbols *symbols,
		     const struct ward_flow_end *end)
{
	char ip[WARD_IP_TEXT];

	ward_json_map(json, key);
	ward_json_str(json, "address", ward_ip_str(end->ip, ip));
	if (end->kind == WARD_FLOW_POD) {
		ward_json_str(json, "namespace", ward_symbol_str(symbols, end->ns));
		ward_json_str(json, "pod", ward_symbol_str(symbols, end->name));
		ward_json_list(json, "groups");
		for (uint32_t i = 0; i < end->n_groups; i++)
			ward_json_str(json, NULL, ward_symbol_str(symbols, end->groups[i]));
		ward_json_end_list(json);
	} else if (end->kind == WARD_FLOW_NODE) {
		ward_json_str(json, "node", ward_symbol_str(symbols, end->name));
	}
	ward_json_end_map(json);
}

static uint32_t policies_named(const struct ward_flow_side *side)
{
	return side->n_policies < WARD_FLOW_POLICIES ? side->n_policies : WARD_FLOW_POLICIES;
}

/* "spec.ingress[0]", as findings call it; the caller frees. */
static char *rule_path(const struct ward_flow_policy *policy, enum ward_direction direction)
{
	bool is_group = strcmp(policy->kind, ward_kind_str(WARD_KIND_GROUPPOLICY)) == 0;

	if (policy->exempts_dns)
		return ward_strdup("spec.exempt");
	return ward_format("spec.%s[%u]", is_group ? "allow" : ward_direction_str(direction),
			   policy->rule);
}

/* @direction: of the rule, or WARD_N_DIRECTION when it is about the policy. */
static void policy_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_flow_policy *policy, enum ward_direction direction)
{
	ward_json_map(json, NULL);
	ward_json_str(json, "kind", policy->kind);
	if (policy->ns != WARD_NONE)
		ward_json_str(json, "namespace", ward_symbol_str(symbols, policy->ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, policy->name));
	if (direction != WARD_N_DIRECTION) {
		_cleanup_free_ char *path = rule_path(policy, direction);

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
		      const struct ward_flow *flow, enum ward_direction direction)
{
	const struct ward_flow_side *side = &flow->side[direction];

	if (side->why == WARD_FLOW_NOT_JUDGED)
		return;
	ward_json_map(json, ward_direction_str(direction));
	ward_json_bool(json, "allowed", side->accept);
	if (side->n_policies) {
		bool by_rule = side->why == WARD_FLOW_BY_RULE;

		ward_json_list(json, by_rule ? "decidedBy" : "isolatedBy");
		for (uint32_t i = 0; i < policies_named(side); i++)
			policy_json(json, symbols, &side->policies[i],
				    by_rule ? direction : WARD_N_DIRECTION);
		ward_json_end_list(json);
	}
	ward_json_end_map(json);
}

/* Both sides judged here and alike: neither direction decided alone. */
static const char *direction_str(const struct ward_flow *flow)
{
	enum ward_direction decider = ward_flow_decider(flow);

	return decider == WARD_N_DIRECTION ? "none" : ward_direction_str(decider);
}

/* For scripts: RFC 3339 with microseconds, in UTC. */
static void time_put_utc(int64_t time_us, char *buf, size_t size)
{
	time_t seconds = time_us / 1000000;
	size_t len;
	struct tm tm;

	len = strftime(buf, size, "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(buf + len, size - len, ".%06uZ", (unsigned)(time_us % 1000000));
}

/* For people: the time of day. */
static void time_put_local(int64_t time_us, char *buf, size_t size)
{
	time_t seconds = time_us / 1000000;
	size_t len;
	struct tm tm;

	len = strftime(buf, size, "%H:%M:%S", localtime_r(&seconds, &tm));
	snprintf(buf + len, size - len, ".%03u", (unsigned)(time_us % 1000000) / 1000);
}

static void flow_json(const struct ward_symbols *symbols, const struct ward_flow *flow, FILE *out)
{
	struct ward_json json;
	char time[48], protocol[8];

	time_put_utc(flow->time_us, time, sizeof(time));
	ward_json_init(&json, out, true);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "time", time);
	ward_json_str(&json, "verdict", flow->accept ? "allowed" : "denied");
	ward_json_str(&json, "direction", direction_str(flow));
	ward_json_str(&json, "reason", ward_flow_reason_str(flow));
	ward_json_str(&json, "node", ward_symbol_str(symbols, flow->node));
	end_json(&json, "from", symbols, &flow->from);
	end_json(&json, "to", symbols, &flow->to);
	ward_json_str(&json, "protocol", protocol_str(flow->protocol, protocol));
	if (ward_proto_of_number(flow->protocol) != WARD_OTHER) {
		ward_json_int(&json, "sourcePort", flow->sport);
		ward_json_int(&json, "port", flow->dport);
	}
	side_json(&json, symbols, flow, WARD_EGRESS);
	side_json(&json, symbols, flow, WARD_INGRESS);
	ward_json_end_map(&json);
}

static void end_print(const struct ward_symbols *symbols, const struct ward_flow_end *end,
		      FILE *out)
{
	char ip[WARD_IP_TEXT];

	if (end->kind == WARD_FLOW_POD)
		ward_text_printf(out, "%s/%s", ward_symbol_str(symbols, end->ns),
				 ward_symbol_str(symbols, end->name));
	else if (end->kind == WARD_FLOW_NODE && end->name != WARD_NONE)
		ward_text_printf(out, "node:%s", ward_symbol_str(symbols, end->name));
	else
		fputs(ward_ip_str(end->ip, ip), out);
}

static void policy_print(const struct ward_symbols *symbols, const struct ward_flow_policy *policy,
			 enum ward_direction direction, FILE *out)
{
	ward_text_printf(out, "%s %s%s%s", policy->kind, ward_symbol_str(symbols, policy->ns),
			 policy->ns == WARD_NONE ? "" : "/",
			 ward_symbol_str(symbols, policy->name));
	if (direction != WARD_N_DIRECTION && policy->rule_name != WARD_NONE) {
		ward_text_printf(out, " \"%s\"", ward_symbol_str(symbols, policy->rule_name));
	} else if (direction != WARD_N_DIRECTION) {
		_cleanup_free_ char *path = rule_path(policy, direction);

		fprintf(out, " %s", path);
	}
	if (policy->file != WARD_NONE)
		ward_text_printf(out, " (%s:%u)", ward_symbol_str(symbols, policy->file),
				 policy->line);
}

static void side_print(const struct ward_symbols *symbols, const struct ward_flow *flow,
		       enum ward_direction direction, FILE *out)
{
	const struct ward_flow_side *side = &flow->side[direction];

	fprintf(out, "  %s ", ward_direction_str(direction));
	if (side->why == WARD_FLOW_BY_RULE)
		fputs("by ", out);
	else if (side->why == WARD_FLOW_ISOLATED)
		fputs("no rule; isolated by ", out);
	else if (side->why == WARD_FLOW_OPEN)
		fputs("open", out);
	else
		fputs("by an earlier policy", out);
	for (uint32_t i = 0; i < policies_named(side); i++) {
		fputs(i ? ", " : "", out);
		policy_print(symbols, &side->policies[i],
			     side->why == WARD_FLOW_BY_RULE ? direction : WARD_N_DIRECTION, out);
	}
	if (side->n_policies > WARD_FLOW_POLICIES)
		fprintf(out, " and %u more", side->n_policies - WARD_FLOW_POLICIES);
}

/* A denial is explained by the side that denied; an acceptance by each side that was asked. */
static void reasons_print(const struct ward_symbols *symbols, const struct ward_flow *flow,
			  FILE *out)
{
	if (flow->cause != WARD_FLOW_CAUSE_POLICY) {
		fprintf(out, "  %s", ward_flow_reason_str(flow));
		return;
	}
	for (int i = 0; i < WARD_N_DIRECTION; i++) {
		enum ward_direction direction = i == 0 ? WARD_EGRESS : WARD_INGRESS;
		const struct ward_flow_side *side = &flow->side[direction];

		if (side->why != WARD_FLOW_NOT_JUDGED && side->accept == flow->accept)
			side_print(symbols, flow, direction, out);
	}
}

static void flow_line(const struct ward_symbols *symbols, const struct ward_flow *flow,
		      const struct ward_text *text)
{
	char time[48], protocol[8];

	time_put_local(flow->time_us, time, sizeof(time));
	fprintf(text->out, "%s ", time);
	ward_text_printf(text->out, "%s ", ward_symbol_str(symbols, flow->node));
	ward_text_color(text, flow->accept ? WARD_COLOR_GREEN : WARD_COLOR_RED);
	fputs(flow->accept ? "allowed " : "denied  ", text->out);
	ward_text_color(text, WARD_COLOR_NONE);
	end_print(symbols, &flow->from, text->out);
	fputs(" → ", text->out);
	end_print(symbols, &flow->to, text->out);
	if (ward_proto_of_number(flow->protocol) != WARD_OTHER)
		fprintf(text->out, ":%u", flow->dport);
	fprintf(text->out, "/%s", protocol_str(flow->protocol, protocol));
	reasons_print(symbols, flow, text->out);
	fputc('\n', text->out);
}

void lab_print_flow(const struct ward_symbols *symbols, const struct ward_flow *flow,
		    enum ward_lab_format format, const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		flow_json(symbols, flow, text->out);
	else
		flow_line(symbols, flow, text);
}
