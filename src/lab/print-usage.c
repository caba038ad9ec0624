/* SPDX-License-Identifier: Apache-2.0 */
/* POD         END      VERDICT  PACKETS  BYTES    BY
 * shop/web-0  egress   allowed  31       4.1 kB   GroupPolicy shop "calls" (groups.yaml:23) */
#include <inttypes.h>

#include "base/alloc.h"
#include "lab/print-flow.h"
#include "lab/usage.h"

char *lab_bytes_str(uint64_t bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 999.5 && unit + 1 < WARD_ARRAY_SIZE(units); unit++)
		value /= 1000;
	return ward_format(unit && value < 9.95 ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static char *pod_str(const struct ward_symbols *symbols, const struct ward_usage *usage)
{
	if (usage->name == WARD_NONE)
		return ward_strdup("(gone)");
	return ward_format("%s/%s", ward_symbol_str(symbols, usage->ns),
			   ward_symbol_str(symbols, usage->name));
}

static const char *why_str(const struct ward_usage *usage)
{
	return usage->why == WARD_FLOW_ISOLATED ? "isolated, no rule"
	       : usage->why == WARD_FLOW_OPEN	? "open, no policy"
						: "an earlier policy";
}

static void usage_table(const struct lab_usage_list *list, const struct ward_text *text)
{
	static const char *const header[] = {"POD", "END", "VERDICT", "PACKETS", "BYTES", "BY"};
	const struct ward_symbols *symbols = list->lab->symbols;
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < list->n; i++) {
		const struct ward_usage *usage = list->items[i];
		_cleanup_free_ char *pod = pod_str(symbols, usage);
		_cleanup_free_ char *packets =
			ward_format("%" PRIu64, usage->packets[0] + usage->packets[1]);
		_cleanup_free_ char *bytes = lab_bytes_str(usage->bytes[0] + usage->bytes[1]);
		_cleanup_free_ char *rule =
			usage->why == WARD_FLOW_BY_RULE
				? lab_flow_policy_str(symbols, &usage->rule, usage->direction)
				: ward_strdup(why_str(usage));

		ward_table_cell(&table, pod);
		ward_table_cell(&table, ward_direction_str(usage->direction));
		ward_table_cell(&table, usage->accept ? "allowed" : "denied");
		ward_table_cell(&table, packets);
		ward_table_cell(&table, bytes);
		ward_table_cell(&table, rule);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
	if (list->n_untold)
		fprintf(text->out, "%" PRIu64 " packets found no room to be counted here\n",
			list->n_untold);
}

void lab_json_count(struct ward_json *json, const char *key, const uint64_t counts[2])
{
	ward_json_map(json, key);
	ward_json_int(json, "opener", (int64_t)counts[0]);
	ward_json_int(json, "replies", (int64_t)counts[1]);
	ward_json_end_map(json);
}

static void usage_json(struct ward_json *json, const struct ward_symbols *symbols,
		       const struct ward_usage *usage)
{
	static const char *const reasons[] = {
		[WARD_FLOW_NOT_JUDGED] = "not-judged",	[WARD_FLOW_BY_RULE] = "rule",
		[WARD_FLOW_ISOLATED] = "isolated",	[WARD_FLOW_OPEN] = "no-policy",
		[WARD_FLOW_UNKNOWN] = "earlier-policy",
	};

	ward_json_map(json, NULL);
	if (usage->name != WARD_NONE) {
		ward_json_str(json, "namespace", ward_symbol_str(symbols, usage->ns));
		ward_json_str(json, "pod", ward_symbol_str(symbols, usage->name));
	}
	ward_json_str(json, "direction", ward_direction_str(usage->direction));
	ward_json_str(json, "verdict", usage->accept ? "allowed" : "denied");
	ward_json_str(json, "reason", reasons[usage->why]);
	if (usage->why == WARD_FLOW_BY_RULE)
		lab_json_policy(json, "decidedBy", symbols, &usage->rule, usage->direction);
	lab_json_count(json, "packets", usage->packets);
	lab_json_count(json, "bytes", usage->bytes);
	ward_json_end_map(json);
}

static void list_json(const struct lab_usage_list *list, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "FlowCounters");
	ward_json_int(&json, "uncounted", (int64_t)list->n_untold);
	ward_json_list(&json, "counters");
	for (uint32_t i = 0; i < list->n; i++)
		usage_json(&json, list->lab->symbols, list->items[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

void lab_print_usage(const struct lab_usage_list *list, enum ward_lab_format format,
		     const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		list_json(list, text->out);
	else
		usage_table(list, text);
}
