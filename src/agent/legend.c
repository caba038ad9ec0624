/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/legend.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

/* The policies that isolate one local address; sorted by address. */
struct isolation {
	struct ward_ip ip;
	uint32_t n[WARD_N_DIRECTION];				   /* all of them */
	const struct ward_flow_policy *policies[WARD_N_DIRECTION]; /* as many as a flow names */
};

struct meaning {
	bool accept;
	struct ward_flow_policy rule; /* unless one of the fixed decisions */
};

struct ward_legend {
	uint64_t version;
	uint32_t n_decisions, n_isolations;
	struct meaning *decisions;
	struct isolation *isolations;
	struct ward_arena arena;
};

static struct ward_flow_policy policy_name(const struct ward_policy *policy, struct ward_mark mark)
{
	return (struct ward_flow_policy){
		.kind = ward_kind_str(policy->origin.kind),
		.ns = policy->origin.ns,
		.name = policy->origin.name,
		.rule_name = WARD_NONE,
		.file = mark.file,
		.line = mark.line,
	};
}

static void decisions_copy(struct ward_legend *legend, const struct ward_tables *tables)
{
	legend->n_decisions = tables->n_decisions;
	legend->decisions = ward_arena_new_n(&legend->arena, struct meaning, tables->n_decisions);
	for (uint32_t i = 0; i < tables->n_decisions; i++) {
		const struct ward_decision *decision = &tables->decisions[i];
		struct meaning *meaning = &legend->decisions[i];
		const struct ward_policy *policy;

		meaning->accept = decision->accept;
		if (decision->policy == WARD_NONE)
			continue;
		policy = tables->policies[decision->policy];
		if (!policy) /* removed */
			continue;
		meaning->rule = policy_name(policy, policy->rules[decision->rule].mark);
		meaning->rule.rule = policy->rules[decision->rule].index;
	}
}

/* A policy that was lowered to several parts is one to its author. */
static bool is_same_origin(const struct ward_policy *a, const struct ward_policy *b)
{
	return a->origin.kind == b->origin.kind && a->origin.ns == b->origin.ns &&
	       a->origin.name == b->origin.name;
}

static void row_isolation(struct ward_legend *legend, const struct ward_tables *tables,
			  uint32_t row, enum ward_direction direction, struct isolation *isolation)
{
	struct ward_flow_policy *names;
	const struct ward_policy *last = NULL;
	uint32_t n = 0;

	if (row == WARD_NONE)
		return;
	names = ward_arena_new_n(&legend->arena, struct ward_flow_policy, WARD_FLOW_POLICIES);
	for (uint32_t i = 0; i < tables->rows[row].n_policies; i++) {
		const struct ward_policy *policy = tables->policies[tables->rows[row].policies[i]];

		if (!policy->isolates[direction] || (last && is_same_origin(policy, last)))
			continue;
		last = policy;
		if (n < WARD_FLOW_POLICIES)
			names[n] = policy_name(policy, policy->origin.mark);
		n++;
	}
	isolation->n[direction] = n;
	isolation->policies[direction] = names;
}

/* Rows are there for the pods of the node only, which are few. */
static bool has_rows(const struct ward_endpoint *endpoint)
{
	return endpoint->row[WARD_INGRESS] != WARD_NONE || endpoint->row[WARD_EGRESS] != WARD_NONE;
}

static int isolation_cmp(const void *a, const void *b)
{
	return ward_ip_cmp(((const struct isolation *)a)->ip, ((const struct isolation *)b)->ip);
}

static void isolations_copy(struct ward_legend *legend, const struct ward_tables *tables)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < tables->n_addresses; i++) {
		uint32_t endpoint = tables->addresses[i].endpoint;

		n += endpoint != WARD_NONE && has_rows(&tables->endpoints[endpoint]);
	}
	legend->isolations = ward_arena_new_n(&legend->arena, struct isolation, n);
	for (uint32_t i = 0; i < tables->n_addresses; i++) {
		const struct ward_address *address = &tables->addresses[i];
		const struct ward_endpoint *endpoint =
			address->endpoint == WARD_NONE ? NULL
						       : &tables->endpoints[address->endpoint];
		struct isolation *isolation = &legend->isolations[legend->n_isolations];

		if (!endpoint || !has_rows(endpoint))
			continue;
		isolation->ip = address->ip;
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			row_isolation(legend, tables, endpoint->row[d], d, isolation);
		legend->n_isolations++;
	}
	if (legend->n_isolations)
		qsort(legend->isolations, legend->n_isolations, sizeof(*legend->isolations),
		      isolation_cmp);
}

struct ward_legend *ward_legend_new(const struct ward_engine *engine)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	struct ward_legend *legend = ward_new(struct ward_legend);

	legend->version = tables->version;
	decisions_copy(legend, tables);
	isolations_copy(legend, tables);
	return legend;
}

struct ward_legend *ward_legend_free(struct ward_legend *legend)
{
	if (legend)
		ward_arena_done(&legend->arena);
	free(legend);
	return NULL;
}

uint64_t ward_legend_version(const struct ward_legend *legend)
{
	return legend->version;
}

static void explain_isolation(const struct ward_legend *legend, struct ward_ip subject,
			      enum ward_direction direction, struct ward_flow_side *side)
{
	const struct isolation key = {.ip = subject}, *isolation = NULL;
	uint32_t n;

	side->why = WARD_FLOW_ISOLATED;
	if (legend->n_isolations)
		isolation = bsearch(&key, legend->isolations, legend->n_isolations,
				    sizeof(*isolation), isolation_cmp);
	if (!isolation)
		return;
	side->n_policies = isolation->n[direction];
	n = side->n_policies < WARD_FLOW_POLICIES ? side->n_policies : WARD_FLOW_POLICIES;
	if (n)
		memcpy(side->policies, isolation->policies[direction], n * sizeof(*side->policies));
}

void ward_legend_explain(const struct ward_legend *legend, struct ward_ip subject,
			 enum ward_direction direction, uint32_t decision,
			 struct ward_flow_side *ret_side)
{
	*ret_side = (struct ward_flow_side){.why = WARD_FLOW_UNKNOWN};
	if (decision >= legend->n_decisions)
		return;
	ret_side->accept = legend->decisions[decision].accept;
	if (decision == WARD_DECISION_ISOLATED) {
		explain_isolation(legend, subject, direction, ret_side);
	} else if (decision == WARD_DECISION_OPEN) {
		ret_side->why = WARD_FLOW_OPEN;
	} else if (legend->decisions[decision].rule.kind) { /* not of a policy that is gone */
		ret_side->why = WARD_FLOW_BY_RULE;
		ret_side->n_policies = 1;
		ret_side->policies[0] = legend->decisions[decision].rule;
	}
}
