/* SPDX-License-Identifier: Apache-2.0 */
/* 09:14:02.113 node-1 denied  shop/web-0 (frontend) → shop/db-0:5432/TCP (db) ×3  …
 *
 * One line a flow and node that judged it, folded on a terminal; what follows names the policy, and
 * the rule by its name or by its place in the policy: NetworkPolicy shop/db-in spec.ingress[0]
 * (a.yaml:31) */
#include <assert.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "lab/print-flow.h"

enum {
	INDENT = 4 /* of what does not fit into the first line */
};

static const char *const cause_texts[] = {
	[WARD_FLOW_CAUSE_POLICY] = NULL,
	[WARD_FLOW_CAUSE_SPOOFED] = "spoofed: where it came from nobody has this address",
	[WARD_FLOW_CAUSE_NOT_READY] = "not ready: an address for pods that no pod has",
	[WARD_FLOW_CAUSE_MALFORMED] = "malformed: cannot be judged as it stands",
};
static_assert(WARD_ARRAY_SIZE(cause_texts) == WARD_N_FLOW_CAUSE, "one text per cause");

const char *lab_flow_protocol_str(uint8_t protocol, char buf[static 8])
{
	enum ward_proto proto = ward_proto_of_number(protocol);

	if (proto != WARD_OTHER)
		return ward_proto_str(proto);
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		return protocol == IPPROTO_ICMP ? "ICMP" : "ICMPv6";
	snprintf(buf, 8, "IP-%u", protocol);
	return buf;
}

char *lab_flow_rule_path(const struct ward_flow_policy *policy, enum ward_direction direction)
{
	const char *list = policy->list ? policy->list : ward_direction_str(direction);

	if (strcmp(list, "exempt") == 0 || strcmp(list, "baseline") == 0)
		return ward_format("spec.%s", list);
	return ward_format("spec.%s[%u]", list, policy->rule);
}

void lab_put_time(int64_t time_us, bool exact, FILE *out)
{
	time_t seconds = time_us / 1000000;
	char buf[16];
	struct tm tm;

	strftime(buf, sizeof(buf), "%H:%M:%S", localtime_r(&seconds, &tm));
	fputs(buf, out);
	if (exact)
		fprintf(out, ".%03u", (unsigned)(time_us % 1000000) / 1000);
}

static void put_name(const struct ward_symbols *symbols, const struct ward_flow_end *end,
		     bool has_port, FILE *out)
{
	char ip[WARD_IP_TEXT];

	if (end->kind == WARD_FLOW_POD)
		ward_text_printf(out, "%s/%s", ward_symbol_str(symbols, end->ns),
				 ward_symbol_str(symbols, end->name));
	else if (end->kind == WARD_FLOW_NODE && end->name != WARD_NONE)
		ward_text_printf(out, "node:%s", ward_symbol_str(symbols, end->name));
	else if (end->ip.family == WARD_FAMILY_NONE)
		fputs("unknown", out);
	else
		fprintf(out, end->ip.family == WARD_FAMILY_6 && has_port ? "[%s]" : "%s",
			ward_ip_str(end->ip, ip));
}

static void put_groups(const struct ward_symbols *symbols, const struct ward_flow_end *end,
		       FILE *out)
{
	for (uint32_t i = 0; i < end->n_groups; i++) {
		fputs(i ? ", " : " (", out);
		ward_text_put(out, ward_symbol_str(symbols, end->groups[i]));
	}
	fputs(end->n_groups ? ")" : "", out);
}

void lab_put_ends(const struct ward_symbols *symbols, const struct ward_flow_end *from,
		  const struct ward_flow_end *to, const struct ward_flow *flow, FILE *out)
{
	bool has_port = ward_proto_of_number(flow->protocol) != WARD_OTHER;
	char protocol[8];

	put_name(symbols, from, false, out);
	put_groups(symbols, from, out);
	fputs(" → ", out);
	put_name(symbols, to, has_port, out);
	if (has_port)
		fprintf(out, ":%u", flow->dport);
	fprintf(out, "/%s", lab_flow_protocol_str(flow->protocol, protocol));
	put_groups(symbols, to, out);
}

static void put_policy(const struct ward_symbols *symbols, const struct ward_flow_policy *policy,
		       enum ward_direction direction, FILE *out)
{
	ward_text_printf(out, "%s %s%s%s", policy->kind, ward_symbol_str(symbols, policy->ns),
			 policy->ns == WARD_NONE ? "" : "/",
			 ward_symbol_str(symbols, policy->name));
	if (direction != WARD_N_DIRECTION && policy->rule_name != WARD_NONE) {
		ward_text_printf(out, " \"%s\"", ward_symbol_str(symbols, policy->rule_name));
	} else if (direction != WARD_N_DIRECTION) {
		_cleanup_free_ char *path = lab_flow_rule_path(policy, direction);

		fprintf(out, " %s", path);
	}
	if (policy->file != WARD_NONE)
		ward_text_printf(out, " (%s:%u)", ward_symbol_str(symbols, policy->file),
				 policy->line);
}

char *lab_flow_policy_str(const struct ward_symbols *symbols, const struct ward_flow_policy *policy,
			  enum ward_direction direction)
{
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	put_policy(symbols, policy, direction, out);
	fclose(out);
	return words;
}

static void put_side(const struct ward_symbols *symbols, const struct ward_flow_side *side,
		     enum ward_direction direction, FILE *out)
{
	static const char *const whys[] = {
		[WARD_FLOW_NOT_JUDGED] = "not judged here",	[WARD_FLOW_BY_RULE] = "by ",
		[WARD_FLOW_ISOLATED] = "no rule; isolated by ", [WARD_FLOW_OPEN] = "open",
		[WARD_FLOW_UNKNOWN] = "by an earlier policy",
	};
	static_assert(WARD_ARRAY_SIZE(whys) == WARD_N_FLOW_WHY, "one text per why");
	fputs(whys[side->why], out);
	for (uint32_t i = 0; i < lab_flow_named(side); i++) {
		fputs(i ? ", " : "", out);
		put_policy(symbols, &side->policies[i],
			   side->why == WARD_FLOW_BY_RULE ? direction : WARD_N_DIRECTION, out);
	}
	if (side->n_policies > WARD_FLOW_POLICIES)
		fprintf(out, " and %u more", side->n_policies - WARD_FLOW_POLICIES);
	else if (side->why == WARD_FLOW_ISOLATED && !side->n_policies)
		fputs("a policy that is gone", out);
}

static char *reason_str(const struct ward_symbols *symbols, const struct ward_flow_side *side,
			enum ward_direction direction)
{
	char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	put_side(symbols, side, direction, out);
	fclose(out);
	return words;
}

static char *in_front(const char *place, char *reason)
{
	char *text = ward_format("%s %s", place, reason);

	free(reason);
	return text;
}

/* Of the sides that said @accept. */
static uint32_t side_reasons(const struct ward_symbols *symbols, const struct ward_flow_side *sides,
			     bool accept, char *ret_reasons[WARD_N_DIRECTION])
{
	static const enum ward_direction order[] = {WARD_EGRESS, WARD_INGRESS};
	enum ward_direction of[WARD_N_DIRECTION];
	uint32_t n = 0;
	bool both;

	for (size_t i = 0; i < WARD_ARRAY_SIZE(order); i++) {
		const struct ward_flow_side *side = &sides[order[i]];

		if (side->why == WARD_FLOW_NOT_JUDGED || side->accept != accept)
			continue;
		of[n] = order[i];
		ret_reasons[n++] = reason_str(symbols, side, order[i]);
	}
	both = n == 2 && strcmp(ret_reasons[0], ret_reasons[1]) == 0;
	if (both)
		free(ret_reasons[--n]);
	for (uint32_t i = 0; i < n; i++)
		ret_reasons[i] =
			in_front(both ? "both ends" : ward_direction_str(of[i]), ret_reasons[i]);
	return n;
}

uint32_t lab_flow_reasons(const struct ward_symbols *symbols, const struct ward_flow *flow,
			  char *ret_reasons[WARD_N_DIRECTION])
{
	if (!cause_texts[flow->cause])
		return side_reasons(symbols, flow->side, flow->accept, ret_reasons);
	ret_reasons[0] = ward_strdup(cause_texts[flow->cause]);
	return 1;
}

/* What would become of it is news where it is something else. */
static void put_staged(const struct ward_symbols *symbols, const struct ward_flow *flow, FILE *out)
{
	char *reasons[WARD_N_DIRECTION];
	uint32_t n;

	if (!ward_flow_would_change(flow))
		return;
	fprintf(out, "  staged: %s", flow->staged_accept ? "allowed" : "denied");
	n = side_reasons(symbols, flow->staged, flow->staged_accept, reasons);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(out, "  %s", reasons[i]);
		free(reasons[i]);
	}
}

void lab_put_folded(const char *text, uint32_t indent, uint32_t first_column,
		    const struct ward_text *to)
{
	uint32_t column = first_column;

	while (to->width > column) {
		size_t size = ward_text_fold(text, to->width - column);

		fprintf(to->out, "%.*s\n", (int)size, text);
		text += size + strspn(text + size, " ");
		if (!*text)
			return;
		fprintf(to->out, "%*s", (int)indent, "");
		column = indent;
	}
	fprintf(to->out, "%s\n", text);
}

/* What was sent and what came back. */
static void put_counts(const struct ward_flow *flow, FILE *out)
{
	_cleanup_free_ char *sent = lab_bytes_str(flow->bytes[0]);
	_cleanup_free_ char *back = lab_bytes_str(flow->bytes[1]);

	fprintf(out, "  %" PRIu64 " packets, %s; back %" PRIu64 ", %s", flow->packets[0], sent,
		flow->packets[1], back);
}

static void flow_line(const struct ward_symbols *symbols, const struct ward_flow *flow,
		      const struct ward_text *text)
{
	_cleanup_free_ char *words = NULL;
	const char *node = ward_symbol_str(symbols, flow->node);
	char *reasons[WARD_N_DIRECTION];
	uint32_t n;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	lab_put_ends(symbols, &flow->from, &flow->to, flow, out);
	if (flow->count > 1)
		fprintf(out, " ×%" PRIu64, flow->count);
	if (flow->is_counted)
		put_counts(flow, out);
	n = lab_flow_reasons(symbols, flow, reasons);
	for (uint32_t i = 0; i < n; i++) {
		fprintf(out, "  %s", reasons[i]);
		free(reasons[i]);
	}
	put_staged(symbols, flow, out);
	fclose(out);
	lab_put_time(flow->time_us, true, text->out);
	ward_text_printf(text->out, " %s ", node);
	ward_text_color(text, flow->closed   ? WARD_COLOR_DIM
			      : flow->accept ? WARD_COLOR_GREEN
					     : WARD_COLOR_RED);
	fputs(flow->closed ? "closed  " : flow->accept ? "allowed " : "denied  ", text->out);
	ward_text_color(text, WARD_COLOR_NONE);
	lab_put_folded(words, INDENT, strlen("00:00:00.000 ") + ward_text_width(node) + 1 + 8,
		       text);
}

void lab_print_flow(const struct ward_symbols *symbols, const struct ward_flow *flow,
		    enum ward_lab_format format, const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		lab_print_flow_json(symbols, flow, text->out);
	else
		flow_line(symbols, flow, text);
}
