/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doc/json-writer.h"
#include "lab/print.h"

struct tally {
	uint32_t n_reached, n_pods, n_pods_reached;
};

static bool is_last_of_pod(const struct lab_report *report, uint32_t i)
{
	return i + 1 == report->n || report->attempts[i + 1].to != report->attempts[i].to;
}

static struct tally tally_count(const struct lab_report *report)
{
	struct tally tally = {};
	bool reached = false;

	for (uint32_t i = 0; i < report->n; i++) {
		tally.n_reached += report->attempts[i].answered;
		reached |= report->attempts[i].answered;
		if (!is_last_of_pod(report, i))
			continue;
		tally.n_pods++;
		tally.n_pods_reached += reached;
		reached = false;
	}
	return tally;
}

static void ports_json(struct ward_json *json, const struct lab_report *report, bool answered)
{
	char ip[WARD_IP_TEXT];

	ward_json_list(json, answered ? "reached" : "blocked");
	for (uint32_t i = 0; i < report->n; i++) {
		const struct lab_attempt *attempt = &report->attempts[i];

		if (attempt->answered != answered)
			continue;
		ward_json_map(json, NULL);
		ward_json_str(json, "pod", attempt->to->id);
		ward_json_str(json, "address", ward_ip_str(attempt->to->ip[0], ip));
		ward_json_int(json, "port", attempt->port);
		ward_json_str(json, "protocol", lab_proto_str(attempt->proto));
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void scan_json(const struct lab_report *report, const struct lab_pod *from, FILE *out)
{
	struct tally tally = tally_count(report);
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "ScanReport");
	ward_json_str(&json, "from", from->id);
	ward_json_int(&json, "ports", report->n);
	ward_json_int(&json, "pods", tally.n_pods);
	ward_json_int(&json, "podsReached", tally.n_pods_reached);
	ports_json(&json, report, true);
	ports_json(&json, report, false);
	ward_json_real(&json, "seconds", report->seconds);
	ward_json_end_map(&json);
}

/* "80/TCP 53/UDP": the ports of one pod with this outcome. */
static uint32_t ports_print(const struct lab_report *report, uint32_t first, uint32_t end,
			    bool answered, FILE *out)
{
	uint32_t n = 0;

	for (uint32_t i = first; i < end; i++) {
		const struct lab_attempt *attempt = &report->attempts[i];

		if (attempt->answered == answered)
			fprintf(out, "%s%u/%s", n++ ? " " : "", attempt->port,
				lab_proto_str(attempt->proto));
	}
	return n;
}

/* One line for the ports of a pod that share an outcome. */
static void pod_print(const struct lab_report *report, uint32_t first, uint32_t end, bool answered,
		      uint32_t width, const struct ward_text *text)
{
	const struct lab_pod *pod = report->attempts[first].to;
	char ip[WARD_IP_TEXT];
	bool any = false;

	for (uint32_t i = first; i < end; i++)
		any |= report->attempts[i].answered == answered;
	if (!any)
		return;
	ward_text_color(text, answered ? WARD_COLOR_RED : WARD_COLOR_DIM);
	fprintf(text->out, "%s ", answered ? "reached" : "blocked");
	ward_text_color(text, WARD_COLOR_NONE);
	fprintf(text->out, " %-*s  %-14s ", (int)width, pod->id, ward_ip_str(pod->ip[0], ip));
	ports_print(report, first, end, answered, text->out);
	fputc('\n', text->out);
}

static void pods_print(const struct lab_report *report, bool answered, uint32_t width,
		       const struct ward_text *text)
{
	uint32_t first = 0;

	for (uint32_t i = 0; i < report->n; i++) {
		if (!is_last_of_pod(report, i))
			continue;
		pod_print(report, first, i + 1, answered, width, text);
		first = i + 1;
	}
}

void lab_print_scan(const struct lab_report *report, const struct lab_pod *from,
		    enum ward_lab_format format, const struct ward_text *text)
{
	struct tally tally = tally_count(report);
	uint32_t width = 0;

	if (format == WARD_LAB_JSON) {
		scan_json(report, from, text->out);
		return;
	}
	for (uint32_t i = 0; i < report->n; i++) {
		uint32_t len = strlen(report->attempts[i].to->id);

		width = len > width ? len : width;
	}
	pods_print(report, true, width, text);
	pods_print(report, false, width, text);
	fprintf(text->out, "%s%s reached %u of %u ports, %u of %u pods, in %.2f s\n",
		report->n ? "\n" : "", from->id, tally.n_reached, report->n, tally.n_pods_reached,
		tally.n_pods, report->seconds);
}
