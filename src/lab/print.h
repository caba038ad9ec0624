/* SPDX-License-Identifier: Apache-2.0 */
/* The lab's answers as people and scripts read them. */
#pragma once

#include "doc/json-writer.h"
#include "doc/json-writer.h"
#include "flow/flow.h"
#include "lab/lab.h"
#include "lab/prober.h"
#include "lab/tour.h"
#include "report/text.h"

static inline const char *lab_plural(uint32_t n)
{
	return n == 1 ? "" : "s";
}

/* What all attempts brought. */
struct lab_report {
	const struct lab *lab;
	const struct lab_attempt *attempts; /* ordered by source, then destination */
	uint32_t n;
	uint32_t n_pairs, n_agree; /* ordered pairs, the world is one of the ends; those whose every
				      attempt agreed */
	uint32_t n_outsiders, n_left_out; /* addresses of the world that were tried, or not */
	uint32_t n_wrong;		  /* attempts */
	struct lab_tour_report tour;	  /* through Services */
	double seconds;
};

void lab_print_probe(const struct lab_report *report, enum ward_lab_format format,
		     const struct ward_text *text);

/* Did something else happen than was predicted? */
bool lab_attempt_is_wrong(const struct lab_attempt *attempt);

/* Groups (or workloads, where there are no groups) against each other. */
void lab_print_matrix(const struct lab_report *report, const struct ward_text *text);

void lab_print_scan(const struct lab_report *report, const struct lab_pod *from,
		    enum ward_lab_format format, const struct ward_text *text);

void lab_print_status(const struct lab *lab, enum ward_lab_format format,
		      const struct ward_text *text);

/* What Services there are: a member of the map that is being written; a table, if any. */
void lab_services_json(struct ward_json *json, const struct lab *lab);
void lab_services_table(const struct lab *lab, const struct ward_text *text);

/* Of a tour: items of the list of what is wrong, a member of the report, and lines for people. */
void lab_astray_json(struct ward_json *json, const struct lab *lab,
		     const struct lab_tour_report *report);
void lab_tour_json(struct ward_json *json, const struct lab_tour_report *report);
void lab_print_tour(const struct lab *lab, const struct lab_tour_report *report,
		    const struct ward_text *text);

/* How full the nodes' images and tables of connections are; and a member of a node's object. */
void lab_print_room(const struct lab *lab, const struct ward_text *text);
void lab_room_json(struct ward_json *json, const struct lab_node *node);

/* What leads packets past the judgement, on which node; a line each. */
void lab_print_bypasses(const struct lab *lab, const struct ward_text *text);
void lab_json_bypasses(struct ward_json *json, const struct lab *lab);

/* One line. */
void lab_print_flow(const struct ward_symbols *symbols, const struct ward_flow *flow,
		    enum ward_lab_format format, const struct ward_text *text);

/* Ports that nothing answers on, and why: counted by reason, one line each. */
void lab_print_skipped(const struct lab *lab, const struct ward_text *text);
uint32_t lab_count_skipped(const struct lab *lab);

/* "TCP", "ICMP", …: what an attempt was made with. */
const char *lab_proto_str(enum ward_proto proto);
