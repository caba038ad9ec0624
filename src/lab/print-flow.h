/* SPDX-License-Identifier: Apache-2.0 */
/* Flows in words and as JSON: the parts, for a line and for a summary. */
#pragma once

#include "doc/json-writer.h"
#include "lab/print.h"

/* "TCP", "ICMP", "IP-89" */
const char *lab_flow_protocol_str(uint8_t protocol, char buf[static 8]);

/* "spec.ingress[0]", as findings call it; the caller frees. */
char *lab_flow_rule_path(const struct ward_flow_policy *policy, enum ward_direction direction);

/* How many policies of a side have names here. */
static inline uint32_t lab_flow_named(const struct ward_flow_side *side)
{
	return side->n_policies < WARD_FLOW_POLICIES ? side->n_policies : WARD_FLOW_POLICIES;
}

/* "shop/web-0 (frontend) → shop/db-0:5432/TCP (db)" */
void lab_put_ends(const struct ward_symbols *symbols, const struct ward_flow_end *from,
		  const struct ward_flow_end *to, const struct ward_flow *flow, FILE *out);

/* Why it was denied or allowed, one at a time: "egress no rule; isolated by NetworkPolicy shop/db
 * (shop.yaml:3)", or what the kernel did before it asked a policy.  A denial is explained by the
 * ends that denied, an acceptance by each that was asked.  Returns how many; the caller frees. */
uint32_t lab_flow_reasons(const struct ward_symbols *symbols, const struct ward_flow *flow,
			  char *ret_reasons[WARD_N_DIRECTION]);

/* "NetworkPolicy shop/db spec.ingress[0] (shop.yaml:3)"; the caller frees. */
char *lab_flow_policy_str(const struct ward_symbols *symbols, const struct ward_flow_policy *policy,
			  enum ward_direction direction);

/* "4.1 kB"; the caller frees. */
char *lab_bytes_str(uint64_t bytes);

void lab_json_count(struct ward_json *json, const char *key, const uint64_t counts[2]);

/* "09:14:02" by the clock of the machine, or with milliseconds. */
void lab_put_time(int64_t time_us, bool exact, FILE *out);

/* Writes @text, which is escaped already, into lines of the width; all but the first begin with
 * blanks. */
void lab_put_folded(const char *text, uint32_t indent, uint32_t first_column,
		    const struct ward_text *to);

enum {
	LAB_TIME_SIZE = 48
};

/* RFC 3339 with microseconds, in UTC. */
const char *lab_time_utc(int64_t time_us, char buf[static LAB_TIME_SIZE]);

/* @direction: of the rule, or WARD_N_DIRECTION when it is about the policy. */
void lab_json_policy(struct ward_json *json, const char *key, const struct ward_symbols *symbols,
		     const struct ward_flow_policy *policy, enum ward_direction direction);

/* @end is a workload, @pod the last of its pods that it was. */
void lab_json_workload(struct ward_json *json, const char *key, const struct ward_symbols *symbols,
		       const struct ward_flow_end *end, const struct ward_flow_end *pod);
void lab_json_protocol(struct ward_json *json, const struct ward_flow *flow);
void lab_json_sides(struct ward_json *json, const struct ward_symbols *symbols,
		    const struct ward_flow *flow);

/* "egress" or "ingress": which decided, "none" */
const char *lab_flow_direction_str(const struct ward_flow *flow);

void lab_print_flow_json(const struct ward_symbols *symbols, const struct ward_flow *flow,
			 FILE *out);
