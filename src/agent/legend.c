/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/legend.h"

#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/intern.h"
#include "base/vec.h"

/* The policies that isolate in one row. */
struct isolation {
	uint32_t n;				 /* all of them */
	const struct ward_flow_policy *policies; /* as many as a flow names */
};

struct meaning {
	bool accept;
	struct ward_flow_policy rule; /* unless one of the fixed decisions */
};

/* The rows of an address. */
struct subject {
	uint32_t row[WARD_N_DIRECTION]; /* WARD_NONE: it was not judged here */
};

/* What it had before a version. */
struct change {
	uint64_t version;
	uint32_t number;
	struct subject before;
};

struct ward_legend {
	uint64_t first, version; /* those that it knows */
	WARD_VEC(struct meaning) decisions;
	WARD_VEC(struct isolation) rows;
	struct ward_intern ips; /* of all who were ever judged here */
	WARD_VEC(struct subject) subjects;
	WARD_VEC(struct change) changes; /* since the first version, in order */
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

/* Of which list of spec a rule is. */
static const char *list_of(const struct ward_policy *policy, const struct ward_rule *rule)
{
	if (policy->origin.kind != WARD_KIND_GROUPPOLICY)
		return NULL;
	if (rule->is_exemption)
		return "exempt";
	if (rule->action != WARD_DENY)
		return "allow";
	return policy->tier == WARD_TIER_BASELINE ? "baseline" : "deny";
}

static struct meaning meaning_of(const struct ward_tables *tables, uint32_t number)
{
	const struct ward_decision *decision = &tables->decisions[number];
	struct meaning meaning = {.accept = decision->accept};
	const struct ward_policy *policy;

	if (decision->policy == WARD_NONE)
		return meaning;
	policy = tables->policies[decision->policy];
	if (!policy) /* removed */
		return meaning;
	meaning.rule = policy_name(policy, policy->rules[decision->rule].mark);
	meaning.rule.rule = policy->rules[decision->rule].index;
	meaning.rule.list = list_of(policy, &policy->rules[decision->rule]);
	return meaning;
}

/* A policy that was lowered to several parts is one to its author. */
static bool is_same_origin(const struct ward_policy *a, const struct ward_policy *b)
{
	return a->origin.kind == b->origin.kind && a->origin.ns == b->origin.ns &&
	       a->origin.name == b->origin.name;
}

static struct isolation isolation_of(struct ward_legend *legend, const struct ward_tables *tables,
				     const struct ward_row *row)
{
	struct ward_flow_policy names[WARD_FLOW_POLICIES], *kept;
	const struct ward_policy *last = NULL;
	uint32_t n = 0, n_named;

	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = tables->policies[row->policies[i]];

		if (!policy || !policy->isolates[row->direction] ||
		    (last && is_same_origin(policy, last)))
			continue;
		last = policy;
		if (n < WARD_FLOW_POLICIES)
			names[n] = policy_name(policy, policy->origin.mark);
		n++;
	}
	n_named = n < WARD_FLOW_POLICIES ? n : WARD_FLOW_POLICIES;
	kept = ward_arena_new_n(&legend->arena, struct ward_flow_policy, n_named);
	if (n_named)
		memcpy(kept, names, n_named * sizeof(*names));
	return (struct isolation){n, kept};
}

struct ip_key {
	uint64_t family, hi, lo;
};

static struct ip_key key_of(struct ward_ip ip)
{
	return (struct ip_key){ip.family, ip.hi, ip.lo};
}

static struct subject subject_of(const struct ward_engine *engine, struct ward_ip ip)
{
	struct subject subject = {{WARD_NONE, WARD_NONE}};
	struct ward_end end;

	ward_engine_resolve(engine, ip, &end);
	if (end.kind == WARD_END_POD)
		memcpy(subject.row, ward_engine_tables(engine)->endpoints[end.endpoint].row,
		       sizeof(subject.row));
	return subject;
}

static bool is_judged(const struct subject *subject)
{
	return subject->row[WARD_INGRESS] != WARD_NONE || subject->row[WARD_EGRESS] != WARD_NONE;
}

/* Whoever has the address has these rows now.  Nobody asks what it had before it was judged. */
static void subject_follow(struct ward_legend *legend, const struct ward_engine *engine,
			   struct ward_ip ip)
{
	struct ip_key key = key_of(ip);
	struct subject now, *known;
	uint32_t number;

	if (ip.family == WARD_FAMILY_NONE)
		return;
	now = subject_of(engine, ip);
	if (!is_judged(&now))
		return; /* what it had may still be asked for */
	number = ward_intern(&legend->ips, &key, sizeof(key));
	if (number == legend->subjects.n)
		ward_vec_push(&legend->subjects, now);
	known = &legend->subjects.items[number];
	if (memcmp(known, &now, sizeof(now)) == 0)
		return;
	ward_vec_push(&legend->changes, ((struct change){legend->version, number, *known}));
	*known = now;
}

static void numbers_follow(struct ward_legend *legend, const struct ward_tables *tables)
{
	for (uint32_t i = legend->decisions.n; i < tables->n_decisions; i++)
		ward_vec_push(&legend->decisions, meaning_of(tables, i));
	for (uint32_t i = legend->rows.n; i < tables->n_rows; i++)
		ward_vec_push(&legend->rows, isolation_of(legend, tables, &tables->rows[i]));
}

struct ward_legend *ward_legend_new(const struct ward_engine *engine)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	struct ward_legend *legend = ward_new(struct ward_legend);

	legend->first = legend->version = tables->version;
	numbers_follow(legend, tables);
	for (uint32_t i = 0; i < tables->n_addresses; i++)
		if (tables->addresses[i].endpoint != WARD_NONE)
			subject_follow(legend, engine, tables->addresses[i].ip);
	return legend;
}

bool ward_legend_follow(struct ward_legend *legend, const struct ward_engine *engine)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	const struct ward_delta *delta = ward_engine_delta(engine);

	if (delta->everything || tables->version != legend->version + 1)
		return false;
	legend->version = tables->version;
	numbers_follow(legend, tables);
	for (uint32_t i = 0; i < delta->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &tables->endpoints[delta->endpoints[i]];

		for (uint32_t k = 0; k < endpoint->n_addresses; k++)
			subject_follow(legend, engine, tables->own[endpoint->first_address + k].ip);
	}
	for (uint32_t i = 0; i < delta->n_addresses; i++)
		subject_follow(legend, engine, tables->addresses[delta->addresses[i]].ip);
	return true;
}

void ward_legend_forget(struct ward_legend *legend, uint64_t version)
{
	uint32_t n = 0;

	if (version <= legend->first)
		return;
	legend->first = version;
	while (n < legend->changes.n && legend->changes.items[n].version <= version)
		n++;
	legend->changes.n -= n;
	if (n && legend->changes.n)
		memmove(legend->changes.items, legend->changes.items + n,
			legend->changes.n * sizeof(*legend->changes.items));
}

bool ward_legend_knows(const struct ward_legend *legend, uint64_t version)
{
	return legend && legend->first <= version && version <= legend->version;
}

struct ward_legend *ward_legend_free(struct ward_legend *legend)
{
	if (!legend)
		return NULL;
	ward_vec_done(&legend->decisions);
	ward_vec_done(&legend->rows);
	ward_vec_done(&legend->subjects);
	ward_vec_done(&legend->changes);
	ward_intern_done(&legend->ips);
	ward_arena_done(&legend->arena);
	free(legend);
	return NULL;
}

/* The row that an address had in a version, or WARD_NONE. */
static uint32_t row_in(const struct ward_legend *legend, uint64_t version, struct ward_ip ip,
		       enum ward_direction direction)
{
	struct ip_key key = key_of(ip);
	uint32_t number = ward_intern_find(&legend->ips, &key, sizeof(key)), row;

	if (number == WARD_NONE)
		return WARD_NONE;
	row = legend->subjects.items[number].row[direction];
	for (uint32_t i = legend->changes.n; i && legend->changes.items[i - 1].version > version;
	     i--)
		if (legend->changes.items[i - 1].number == number)
			row = legend->changes.items[i - 1].before.row[direction];
	return row;
}

static void explain_isolation(const struct isolation *isolation, struct ward_flow_side *side)
{
	uint32_t n = isolation->n < WARD_FLOW_POLICIES ? isolation->n : WARD_FLOW_POLICIES;

	side->n_policies = isolation->n;
	if (n)
		memcpy(side->policies, isolation->policies, n * sizeof(*side->policies));
}

void ward_legend_explain(const struct ward_legend *legend, uint64_t version, struct ward_ip subject,
			 enum ward_direction direction, uint32_t decision,
			 struct ward_flow_side *ret_side)
{
	*ret_side = (struct ward_flow_side){.why = WARD_FLOW_UNKNOWN};
	if (decision >= legend->decisions.n)
		return;
	ret_side->accept = legend->decisions.items[decision].accept;
	if (decision == WARD_DECISION_ISOLATED) {
		uint32_t row = row_in(legend, version, subject, direction);

		ret_side->why = WARD_FLOW_ISOLATED;
		if (row != WARD_NONE)
			explain_isolation(&legend->rows.items[row], ret_side);
	} else if (decision == WARD_DECISION_OPEN) {
		ret_side->why = WARD_FLOW_OPEN;
	} else if (legend->decisions.items[decision].rule.kind) { /* was there when it came */
		ret_side->why = WARD_FLOW_BY_RULE;
		ret_side->n_policies = 1;
		ret_side->policies[0] = legend->decisions.items[decision].rule;
	}
}
