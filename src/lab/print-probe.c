/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doc/json-writer.h"
#include "lab/print.h"

enum {
	WRONG_MAX = 20, /* shown to people; scripts get all */
};

const char *lab_proto_str(enum ward_proto proto)
{
	return proto == WARD_OTHER ? "ICMP" : ward_proto_str(proto);
}

static const char *open_str(bool open)
{
	return open ? "open" : "closed";
}

/* The world is called by its address. */
static const char *end_str(const struct lab_attempt *attempt, const struct lab_pod *end,
			   char buf[static WARD_IP_TEXT])
{
	return end->node ? end->id : ward_ip_str(attempt->outside, buf);
}

static void wrong_json(struct ward_json *json, const struct lab_attempt *attempt)
{
	char buf[WARD_IP_TEXT];

	ward_json_map(json, NULL);
	ward_json_str(json, "from", end_str(attempt, attempt->from, buf));
	ward_json_str(json, "to", end_str(attempt, attempt->to, buf));
	if (attempt->proto != WARD_OTHER)
		ward_json_int(json, "port", attempt->port);
	ward_json_str(json, "protocol", lab_proto_str(attempt->proto));
	ward_json_str(json, "family", attempt->family ? "IPv6" : "IPv4");
	ward_json_str(json, "expected", open_str(attempt->expected == LAB_OPEN));
	ward_json_str(json, "observed", open_str(attempt->answered));
	ward_json_end_map(json);
}

static void probe_json(const struct lab_report *report, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "ProbeReport");
	ward_json_int(&json, "pods", report->lab->pods.n);
	ward_json_int(&json, "outsideAddresses", report->n_outsiders);
	ward_json_int(&json, "leftOutAddresses", report->n_left_out);
	ward_json_int(&json, "pairs", report->n_pairs);
	ward_json_int(&json, "agree", report->n_agree);
	ward_json_int(&json, "attempts", report->n);
	ward_json_int(&json, "skippedPorts", lab_count_skipped(report->lab));
	ward_json_bool(&json, "enforced", report->lab->enforce);
	ward_json_list(&json, "wrong");
	for (uint32_t i = 0; i < report->n; i++)
		if (lab_attempt_is_wrong(&report->attempts[i]))
			wrong_json(&json, &report->attempts[i]);
	lab_astray_json(&json, report->lab, &report->tour);
	ward_json_end_list(&json);
	lab_tour_json(&json, &report->tour);
	ward_json_real(&json, "seconds", report->seconds);
	ward_json_end_map(&json);
}

static void wrong_line(const struct lab_attempt *attempt, const struct ward_text *text)
{
	char from[WARD_IP_TEXT], to[WARD_IP_TEXT];

	fprintf(text->out, "wrong  %s → %s ", end_str(attempt, attempt->from, from),
		end_str(attempt, attempt->to, to));
	if (attempt->proto != WARD_OTHER)
		fprintf(text->out, "%u/", attempt->port);
	fprintf(text->out, "%s%s: predicted %s, observed %s\n", lab_proto_str(attempt->proto),
		attempt->family ? " over IPv6" : "", open_str(attempt->expected == LAB_OPEN),
		open_str(attempt->answered));
}

static void wrong_print(const struct lab_report *report, const struct ward_text *text)
{
	uint32_t n = 0;

	if (!report->n_wrong)
		return;
	ward_text_color(text, WARD_COLOR_RED);
	for (uint32_t i = 0; i < report->n && n < WRONG_MAX; i++) {
		const struct lab_attempt *attempt = &report->attempts[i];

		if (!lab_attempt_is_wrong(attempt))
			continue;
		n++;
		wrong_line(attempt, text);
	}
	if (report->n_wrong > n)
		fprintf(text->out, "wrong  … and %u more (-o json lists all)\n",
			report->n_wrong - n);
	ward_text_color(text, WARD_COLOR_NONE);
}

static void probe_table(const struct lab_report *report, const struct ward_text *text)
{
	if (!report->n) {
		fputs("no pods to probe\n", text->out);
		return;
	}
	lab_print_matrix(report, text);
	wrong_print(report, text);
	fprintf(text->out, "%u pod%s and the world at %u address%s: %u attempts in %.2f s\n",
		report->lab->pods.n, lab_plural(report->lab->pods.n), report->n_outsiders,
		report->n_outsiders == 1 ? "" : "es", report->n, report->seconds);
	if (report->n_left_out)
		fprintf(text->out, "%u addresses at which rules differ were left out\n",
			report->n_left_out);
	lab_print_tour(report->lab, &report->tour, text);
	if (report->n_wrong)
		fprintf(text->out, "pairs that are not as predicted: %u of %u\n",
			report->n_pairs - report->n_agree, report->n_pairs);
	else if (!report->lab->enforce)
		fprintf(text->out, "nothing is enforced, all is open\n");
	else if (!report->tour.astray.n)
		fprintf(text->out, "every packet did as predicted\n");
	lab_print_skipped(report->lab, text);
}

void lab_print_probe(const struct lab_report *report, enum ward_lab_format format,
		     const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		probe_json(report, text->out);
	else
		probe_table(report, text);
}
