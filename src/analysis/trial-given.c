/* SPDX-License-Identifier: Apache-2.0 */
/* A claim among the pods, nodes and addresses that were given.
 *
 * Those of one shape are judged alike, so two of each are enough: one to meet the others, and one
 * that meets its own kind. */
#include <string.h>

#include "analysis/explain.h"
#include "analysis/space-why.h"
#include "analysis/trial-parts.h"
#include "analysis/who.h"

enum {
	ALIKE = 2,
	TAKEN_MAX = 4096 /* addresses of pods in a row, before one that is outside */
};

struct end_list {
	WARD_VEC(struct ward_end) list;
};

struct trying {
	struct ward_trials *trials;
	const struct ward_engine *engine;
	const struct ward_tables *tables;
	const struct ward_claim *claim;
	struct ward_counter *counter;
	struct ward_end from, to;
};

/* ---- who there is ---- */

static bool is_among(const struct ward_who *who, uint32_t endpoint)
{
	for (uint32_t i = 0; who && i < who->members.n; i++)
		if (who->members.items[i].endpoint == endpoint)
			return true;
	return !who;
}

static void pod_add(const struct trying *trying, uint32_t endpoint, enum ward_family family,
		    uint8_t *seen, struct end_list *ends)
{
	struct ward_end end;

	ward_engine_end_of(trying->engine, endpoint, family, &end);
	if (end.ip.family != family || seen[end.shape] == ALIKE)
		return;
	seen[end.shape]++;
	ward_vec_push(&ends->list, end);
}

/* By an address of each family that it has; without one by its labels alone. */
static void pods_add(const struct trying *trying, const struct ward_who *who, struct end_list *ends)
{
	const struct ward_tables *tables = trying->tables;
	_cleanup_free_ uint8_t *seen = ward_alloc(tables->n_shapes + 1);

	memset(seen, 0, tables->n_shapes + 1);
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		if (!tables->endpoints[i].managed || !is_among(who, i))
			continue;
		for (enum ward_family family = WARD_FAMILY_NONE; family <= WARD_FAMILY_6; family++)
			pod_add(trying, i, family, seen, ends);
	}
}

static void nodes_add(const struct trying *trying, struct end_list *ends)
{
	const struct ward_tables *tables = trying->tables;

	for (uint32_t i = 0; i < tables->n_addresses; i++) {
		struct ward_end end;

		if (tables->addresses[i].node == WARD_NONE)
			continue;
		ward_engine_resolve(trying->engine, tables->addresses[i].ip, &end);
		ward_vec_push(&ends->list, end);
	}
}

/* The first address from @range that is nobody's, if there is one near its beginning. */
static void range_add(const struct trying *trying, struct ward_ip_range range,
		      struct end_list *ends)
{
	struct ward_end end;

	for (uint32_t i = 0; i < TAKEN_MAX; i++) {
		ward_engine_resolve(trying->engine, range.first, &end);
		if (end.kind == WARD_END_EXTERNAL) {
			ward_vec_push(&ends->list, end);
			return;
		}
		if (ward_ip_eq(range.first, range.last))
			return;
		range.first = ward_ip_next(range.first);
	}
}

/* Where the blocks of the claim begin, and behind their ends. */
static void blocks_add(const struct trying *trying, const struct ward_rule *rule,
		       struct end_list *ends)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		for (uint32_t k = 0; k < rule->peers[i].n_cidrs; k++) {
			struct ward_ip_range range = ward_cidr_range(rule->peers[i].cidrs[k]);

			range_add(trying, range, ends);
			if (ward_ip_is_max(range.last))
				continue;
			range.first = ward_ip_next(range.last);
			range.last = ward_ip_max(range.first.family);
			range_add(trying, range, ends);
		}
}

/* One of each piece of the external addresses that is judged alike, and claimed alike. */
static void outside_add(const struct trying *trying, struct end_list *ends)
{
	const struct ward_tables *tables = trying->tables;
	const struct ward_policy *policy = trying->claim->policy;

	for (uint32_t i = 0; i < tables->n_prefixes; i++) {
		struct ward_ip first = tables->prefixes[i].first;
		struct ward_ip_range range = {first, ward_ip_max(first.family)};

		if (i + 1 < tables->n_prefixes &&
		    tables->prefixes[i + 1].first.family == first.family)
			range.last = ward_ip_prev(tables->prefixes[i + 1].first);
		range_add(trying, range, ends);
	}
	for (uint32_t i = 0; i < policy->n_rules; i++)
		blocks_add(trying, &policy->rules[i], ends);
}

/* ---- one connection ---- */

static const char *end_text(struct trying *trying, const struct ward_end *end)
{
	struct ward_arena *arena = &trying->trials->arena;
	const struct ward_symbols *symbols = trying->trials->symbols;
	const struct ward_object *pod;
	char ip[WARD_IP_TEXT];

	if (end->kind == WARD_END_NODE && end->node != WARD_NONE)
		return ward_arena_format(arena, "node:%s",
					 ward_symbol_str(symbols,
							 trying->tables->nodes[end->node].name));
	if (end->endpoint == WARD_NONE)
		return ward_arena_format(arena, "%s", ward_ip_str(end->ip, ip));
	pod = &trying->tables->endpoints[end->endpoint].object;
	return ward_arena_format(arena, "%s/%s[%s]", ward_symbol_str(symbols, pod->ns),
				 ward_symbol_str(symbols, pod->name), ward_kind_str(pod->kind));
}

static void side_why(struct trying *trying, const struct ward_side *side,
		     enum ward_direction direction, struct ward_diff_why *why)
{
	const struct ward_tables *tables = trying->tables;
	const struct ward_row *row = &tables->rows[side->row];
	const struct ward_decision *decision = &tables->decisions[side->decision];
	struct ward_diff_reason reason = {};

	if (!side->judged || side->node_exempt || side->accept != why->accept)
		return;
	if (decision->policy != WARD_NONE) {
		reason.policy = tables->policies[decision->policy];
		reason.mark = reason.policy->rules[decision->rule].mark;
		ward_diff_why_add(&trying->trials->arena, why, &reason);
	}
	for (uint32_t i = 0; side->decision == WARD_DECISION_ISOLATED && i < row->n_policies; i++) {
		reason.policy = tables->policies[row->policies[i]];
		reason.mark = reason.policy->origin.mark;
		reason.isolates = true;
		if (reason.policy->isolates[direction])
			ward_diff_why_add(&trying->trials->arena, why, &reason);
	}
}

static bool judge(struct trying *trying, enum ward_proto proto, uint16_t port)
{
	struct ward_counter *counter = trying->counter;
	struct ward_verdict verdict;

	ward_engine_judge(trying->engine, &trying->from, &trying->to, proto, port, &verdict);
	if (verdict.reason != WARD_REASON_RULES || verdict.side[WARD_INGRESS].node_exempt ||
	    verdict.accept == trying->claim->allow)
		return false;
	*counter = (struct ward_counter){
		.given = true,
		.from = end_text(trying, &trying->from),
		.to = end_text(trying, &trying->to),
		.proto = proto,
		.port = port,
		.why = {.known = true, .accept = verdict.accept},
	};
	for (int direction = WARD_N_DIRECTION - 1; direction >= 0; direction--)
		side_why(trying, &verdict.side[direction], direction, &counter->why);
	return true;
}

/* ---- all ports that are judged apart ---- */

/* The port map that a side looks into; WARD_NONE: it is not judged. */
static uint32_t map_of(const struct trying *trying, enum ward_direction direction)
{
	const struct ward_end *subject = direction == WARD_EGRESS ? &trying->from : &trying->to;
	const struct ward_end *other = direction == WARD_EGRESS ? &trying->to : &trying->from;
	const struct ward_tables *tables = trying->tables;
	uint32_t row;

	if (subject->kind != WARD_END_POD)
		return WARD_NONE;
	row = tables->endpoints[subject->endpoint].row[direction];
	return row == WARD_NONE
		       ? WARD_NONE
		       : ward_row_cell(&tables->rows[row], tables->shape_identity[other->shape]);
}

/* From @low to @high the ports where a span begins, or follows one. */
static bool range_judge(struct trying *trying, enum ward_proto proto, uint16_t low, uint16_t high)
{
	if (judge(trying, proto, low))
		return true;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		uint32_t map = map_of(trying, dir);
		const struct ward_port_map *spans = &trying->tables->port_maps[map];

		for (uint32_t i = 0; map != WARD_NONE && i < spans->n; i++) {
			const struct ward_port_span *span = &spans->spans[i];

			if (span->proto != proto)
				continue;
			if (span->low > low && span->low <= high && judge(trying, proto, span->low))
				return true;
			if (span->high >= low && span->high < high &&
			    judge(trying, proto, span->high + 1))
				return true;
		}
	}
	return false;
}

static bool any_judge(struct trying *trying)
{
	for (enum ward_proto proto = 0; proto < WARD_OTHER; proto++)
		if (range_judge(trying, proto, 1, UINT16_MAX))
			return true;
	return judge(trying, WARD_OTHER, 0);
}

/* What the destination calls so. */
static bool named_judge(struct trying *trying, const struct ward_port *port)
{
	const struct ward_object *object;
	const struct ward_pod *pod;

	if (trying->to.endpoint == WARD_NONE)
		return false;
	object = &trying->tables->endpoints[trying->to.endpoint].object;
	pod = (const struct ward_pod *)ward_snapshot_find(trying->trials->claims.snapshot,
							  object->kind, object->ns, object->name);
	for (uint32_t i = 0; pod && i < pod->n_ports; i++)
		if (pod->ports[i].name == port->name && pod->ports[i].proto == port->proto &&
		    judge(trying, port->proto, pod->ports[i].number))
			return true;
	return false;
}

static bool ports_judge(struct trying *trying)
{
	const struct ward_rule *rule = trying->claim->policy->rules;

	if (rule->any_port)
		return any_judge(trying);
	if (rule->ports->name != WARD_NONE)
		return named_judge(trying, rule->ports);
	return range_judge(trying, rule->ports->proto, rule->ports->low, rule->ports->high);
}

/* ---- the claim ---- */

static bool is_subject(const struct trying *trying, const struct ward_end *end)
{
	const struct ward_policy *policy = trying->claim->policy;
	const struct ward_endpoint *pod = &trying->tables->endpoints[end->endpoint];
	struct ward_labels labels = ward_engine_labels(trying->engine, pod->labels);
	struct ward_labels ns = ward_engine_namespace_labels(trying->engine, pod->object.ns);

	for (uint32_t i = 0; i < policy->n_subjects; i++)
		if (ward_selector_matches(&policy->subjects[i].namespaces, ns) &&
		    ward_selector_matches(&policy->subjects[i].pods, labels))
			return true;
	return false;
}

static bool is_claimed(const struct trying *trying, const struct ward_end *subject,
		       const struct ward_end *other)
{
	const struct ward_claim *claim = trying->claim;
	const struct ward_rule *rules = claim->policy->rules;

	if (claim->outside_only && other->kind != WARD_END_EXTERNAL)
		return false;
	if (subject->kind == WARD_END_POD && other->kind == WARD_END_POD &&
	    subject->endpoint == other->endpoint)
		return false;
	if (subject->ip.family != WARD_FAMILY_NONE && other->ip.family != WARD_FAMILY_NONE &&
	    subject->ip.family != other->ip.family)
		return false;
	return ward_rule_matches_peer(trying->engine, &rules[0], subject, other) &&
	       (claim->policy->n_rules < 2 ||
		!ward_rule_matches_peer(trying->engine, &rules[1], subject, other));
}

static bool pairs_judge(struct trying *trying, const struct ward_end *subject,
			const struct end_list *others, struct ward_result *result)
{
	bool egress = trying->claim->direction == WARD_EGRESS;

	for (uint32_t i = 0; i < others->list.n; i++) {
		const struct ward_end *other = &others->list.items[i];

		if (!is_claimed(trying, subject, other))
			continue;
		trying->from = egress ? *subject : *other;
		trying->to = egress ? *other : *subject;
		result->n_judged++;
		if (ports_judge(trying))
			return true;
	}
	return false;
}

bool ward_claim_try_given(struct ward_trials *trials, const struct ward_claim *claim,
			  struct ward_result *result, struct ward_counter *ret_counter)
{
	struct trying trying = {
		.trials = trials,
		.engine = trials->claims.engine,
		.tables = ward_engine_tables(trials->claims.engine),
		.claim = claim,
		.counter = ret_counter,
	};
	bool egress = claim->direction == WARD_EGRESS, broken = false;
	const struct ward_who *peer = egress ? claim->to : claim->from;
	struct end_list subjects = {}, others = {};

	pods_add(&trying, egress ? claim->from : claim->to, &subjects);
	pods_add(&trying, peer, &others);
	if (!peer) {
		nodes_add(&trying, &others);
		outside_add(&trying, &others);
	}
	for (uint32_t i = 0; i < subjects.list.n && !broken; i++)
		if (is_subject(&trying, &subjects.list.items[i]))
			broken = pairs_judge(&trying, &subjects.list.items[i], &others, result);
	ward_vec_done(&subjects.list);
	ward_vec_done(&others.list);
	return broken;
}
