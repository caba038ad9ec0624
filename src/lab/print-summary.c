/* SPDX-License-Identifier: Apache-2.0 */
/* 312 packets were denied since 09:14:02.
 *
 *    300  last 09:20:41  shop/web (frontend) → shop/postgres:5432/TCP (db)
 *         egress no rule; isolated by GroupPolicy shop (groups.yaml:8)
 *         to allow it: add to spec.allow of GroupPolicy shop (groups.yaml:8):
 *           - {from: frontend, to: db, ports: [5432]} */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "lab/print-flow.h"
#include "lab/summary.h"

enum {
	INDENT = 9,
};

static void put_indented(const char *text, uint32_t indent, const struct ward_text *to)
{
	fprintf(to->out, "%*s", (int)indent, "");
	lab_put_folded(text, indent + 2, indent, to);
}

/* The lines of a rule, which are YAML and are not folded. */
static void put_rule(const char *rule, const struct ward_text *to)
{
	size_t first = strcspn(rule, "\n");
	_cleanup_free_ char *where = ward_format("to allow it: %.*s", (int)first, rule);

	put_indented(where, INDENT, to);
	for (rule += first; *rule == '\n' && rule[1]; rule += strcspn(rule, "\n")) {
		size_t len = strcspn(++rule, "\n");
		_cleanup_free_ char *line = ward_format("%.*s", (int)len, rule);

		fprintf(to->out, "%*s", INDENT, "");
		ward_text_put(to->out, line);
		fputc('\n', to->out);
	}
}

static void put_remedy(const struct lab_remedy *remedy, const struct ward_text *to)
{
	if (remedy->kind == LAB_REMEDY_ALLOWED)
		put_indented("it is allowed by now", INDENT, to);
	else if (remedy->kind == LAB_REMEDY_UNKNOWN)
		put_indented("who it was is not here any more", INDENT, to);
	for (uint32_t i = 0; i < remedy->n; i++)
		put_rule(remedy->rules[i], to);
}

static void put_reasons(const struct lab *lab, const struct ward_flow *flow,
			const struct ward_text *to)
{
	char *reasons[WARD_N_DIRECTION];
	uint32_t n = lab_flow_reasons(lab->symbols, flow, reasons);

	for (uint32_t i = 0; i < n; i++) {
		put_indented(reasons[i], INDENT, to);
		free(reasons[i]);
	}
}

static void put_denial(const struct lab *lab, const struct ward_denial *denial,
		       const struct lab_remedy *remedy, const struct ward_text *to)
{
	_cleanup_free_ char *words = NULL;
	size_t size;
	FILE *out = open_memstream(&words, &size);

	lab_put_ends(lab->symbols, &denial->from, &denial->to, &denial->last, out);
	fclose(out);
	ward_text_color(to, WARD_COLOR_RED);
	fprintf(to->out, "%7" PRIu64, denial->count);
	ward_text_color(to, WARD_COLOR_NONE);
	fputs("  last ", to->out);
	lab_put_time(denial->last.time_us, false, to->out);
	fputs("  ", to->out);
	lab_put_folded(words, INDENT, INDENT + strlen("last 00:00:00  "), to);
	put_reasons(lab, &denial->last, to);
	put_remedy(remedy, to);
}

static void summary_print(const struct lab_summary *summary, const struct ward_text *text)
{
	uint32_t n = summary->denials.list.n;

	if (n) {
		fprintf(text->out, "%" PRIu64 " packet%s denied since ", summary->n_packets,
			summary->n_packets == 1 ? " was" : "s were");
		lab_put_time(summary->since_us, false, text->out);
		fputs(".\n", text->out);
	} else {
		fputs("Nothing was denied.\n", text->out);
	}
	for (uint32_t i = 0; i < summary->n_shown; i++) {
		fputc('\n', text->out);
		put_denial(summary->lab, &summary->denials.list.items[i], &summary->remedies[i],
			   text);
	}
	if (n > summary->n_shown)
		fprintf(text->out, "\n… and %u more; -o json lists them.\n", n - summary->n_shown);
	if (summary->n_lost)
		fprintf(text->out,
			"\n%" PRIu64 " flows and denied packets were too many to be told.\n",
			summary->n_lost);
}

static void remedy_json(struct ward_json *json, const struct lab_remedy *remedy)
{
	if (remedy->kind == LAB_REMEDY_ALLOWED)
		ward_json_bool(json, "allowedNow", true);
	if (!remedy->n)
		return;
	ward_json_list(json, "fix");
	for (uint32_t i = 0; i < remedy->n; i++)
		ward_json_str(json, NULL, remedy->rules[i]);
	ward_json_end_list(json);
}

static void denial_json(struct ward_json *json, const struct lab *lab,
			const struct ward_denial *denial, const struct lab_remedy *remedy)
{
	char time[LAB_TIME_SIZE];

	ward_json_map(json, NULL);
	ward_json_int(json, "count", (int64_t)denial->count);
	ward_json_str(json, "firstTime", lab_time_utc(denial->first_us, time));
	ward_json_str(json, "time", lab_time_utc(denial->last.time_us, time));
	ward_json_str(json, "direction", lab_flow_direction_str(&denial->last));
	ward_json_str(json, "reason", ward_flow_reason_str(&denial->last));
	lab_json_workload(json, "from", lab->symbols, &denial->from, &denial->last.from);
	lab_json_workload(json, "to", lab->symbols, &denial->to, &denial->last.to);
	lab_json_protocol(json, &denial->last);
	lab_json_sides(json, lab->symbols, &denial->last);
	remedy_json(json, remedy);
	ward_json_end_map(json);
}

static void summary_json(const struct lab_summary *summary, FILE *out)
{
	struct ward_json json;
	char time[LAB_TIME_SIZE];

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "DenialSummary");
	if (summary->since_us)
		ward_json_str(&json, "since", lab_time_utc(summary->since_us, time));
	ward_json_int(&json, "packets", (int64_t)summary->n_packets);
	ward_json_int(&json, "eventsLost", (int64_t)summary->n_lost);
	ward_json_int(&json, "more", summary->denials.list.n - summary->n_shown);
	ward_json_list(&json, "denied");
	for (uint32_t i = 0; i < summary->n_shown; i++)
		denial_json(&json, summary->lab, &summary->denials.list.items[i],
			    &summary->remedies[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

void lab_print_summary(const struct lab_summary *summary, enum ward_lab_format format,
		       const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		summary_json(summary, text->out);
	else
		summary_print(summary, text);
}
