/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/explain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/ports.h"

const char *ward_explain_format(struct ward_explainer *explainer, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = ward_arena_vformat(&explainer->answer->arena, fmt, args);
	va_end(args);
	return text;
}

const struct ward_grouppolicy *ward_explain_grouppolicy(const struct ward_explainer *explainer,
							const struct ward_policy *policy)
{
	const struct ward_object *origin = &policy->origin;

	if (origin->kind != WARD_KIND_GROUPPOLICY)
		return NULL;
	return (const struct ward_grouppolicy *)ward_snapshot_find(explainer->question->snapshot,
								   origin->kind, origin->ns,
								   origin->name);
}

/* Is it what the tier Baseline closes with? */
static bool rule_closes(const struct ward_rule_ref *at)
{
	return at->policy->origin.kind == WARD_KIND_GROUPPOLICY &&
	       at->policy->tier == WARD_TIER_BASELINE && at->rule->action == WARD_DENY;
}

char *ward_rule_ref_path(const struct ward_rule_ref *at)
{
	if (at->exempts)
		return ward_strdup("spec.exempt");
	if (rule_closes(at))
		return ward_strdup("spec.baseline");
	return ward_format("spec.%s[%u]",
			   at->policy->origin.kind != WARD_KIND_GROUPPOLICY
				   ? ward_direction_str(at->rule->direction)
			   : at->rule->action == WARD_DENY ? "deny"
							   : "allow",
			   at->rule->index);
}

struct ward_rule_ref ward_rule_ref_of(const struct ward_explainer *explainer,
				      const struct ward_policy *policy, uint32_t index)
{
	const struct ward_rule *rule = &policy->rules[index];

	return (struct ward_rule_ref){
		.policy = policy,
		.rule = rule,
		.name = rule->name == WARD_SYM_EMPTY
				? NULL
				: ward_symbol_str(explainer->symbols, rule->name),
		.exempts = rule->is_exemption ? ward_exemptions[rule->index].name : NULL,
		.exempts_what = rule->is_exemption ? ward_exemptions[rule->index].summary : NULL,
	};
}

struct ward_view ward_view_of(const struct ward_pair *pair, enum ward_direction direction)
{
	bool out = direction == WARD_EGRESS;

	return (struct ward_view){
		.direction = direction,
		.subject_member = out ? pair->from : pair->to,
		.other_member = out ? pair->to : pair->from,
		.subject = out ? &pair->from_end : &pair->to_end,
		.other = out ? &pair->to_end : &pair->from_end,
		.destination = &pair->to_end,
	};
}

/* The end of a member in a family, NONE: any; false if it has no address of it. */
static bool member_end(const struct ward_explainer *explainer, const struct ward_member *member,
		       enum ward_family family, struct ward_end *ret_end)
{
	if (member->endpoint == WARD_NONE) {
		*ret_end = member->end;
		return family == WARD_FAMILY_NONE || member->end.ip.family == family;
	}
	ward_engine_end_of(explainer->question->engine, member->endpoint, family, ret_end);
	return family == WARD_FAMILY_NONE || ret_end->ip.family == family;
}

static bool member_has_address(const struct ward_explainer *explainer,
			       const struct ward_member *member)
{
	return member->endpoint == WARD_NONE ||
	       explainer->tables->endpoints[member->endpoint].n_addresses > 0;
}

/* Two pods of one workload that has only been written down: they are one endpoint to the engine,
 * which would take them for a pod talking to itself. */
static bool pair_is_twins(const struct ward_explainer *explainer, const struct ward_pair *pair)
{
	uint32_t endpoint = pair->from_end.endpoint;

	return endpoint != WARD_NONE && endpoint == pair->to_end.endpoint &&
	       pair->from_end.kind == WARD_END_POD &&
	       explainer->tables->endpoints[endpoint].object.kind != WARD_KIND_POD;
}

uint32_t ward_explain_cell(const struct ward_explainer *explainer, uint32_t row,
			   const struct ward_end *other)
{
	const struct ward_tables *tables = explainer->tables;

	return ward_row_cell(&tables->rows[row], tables->shape_identity[other->shape]);
}

static void judge_twins(const struct ward_explainer *explainer, struct ward_pair *pair)
{
	const struct ward_question *question = explainer->question;
	const struct ward_tables *tables = explainer->tables;
	struct ward_verdict verdict = {.accept = true};

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		struct ward_side *side = &verdict.side[direction];

		side->row = tables->endpoints[pair->from_end.endpoint].row[direction];
		side->judged = side->row != WARD_NONE;
		if (!side->judged)
			continue;
		side->decision = ward_port_map_lookup(
			&tables->port_maps[ward_explain_cell(explainer, side->row, &pair->to_end)],
			question->proto, question->port);
		side->accept = tables->decisions[side->decision].accept;
		verdict.accept &= side->accept;
	}
	pair->verdict = verdict;
}

/* All ports that both sides accept. */
static void pair_open_ports(struct ward_explainer *explainer, struct ward_port_sets *sets,
			    struct ward_pair *pair)
{
	uint32_t set = WARD_PORTS_ALL;

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		const struct ward_side *side = &pair->verdict.side[direction];
		struct ward_view view = ward_view_of(pair, direction);

		uint32_t own = WARD_PORTS_ALL;

		if (side->judged && !side->node_exempt)
			own = ward_port_sets_of_map(sets, ward_explain_cell(explainer, side->row,
									    view.other));
		pair->opens[direction] = own != WARD_PORTS_NONE;
		set = ward_port_sets_and(sets, set, own);
	}
	pair->ports = ward_port_sets_get(sets, set);
	pair->ports.ranges = ward_arena_copy(&explainer->answer->arena, pair->ports.ranges,
					     pair->ports.n * sizeof(*pair->ports.ranges));
	pair->allowed = set != WARD_PORTS_NONE;
}

/* Is the destination's address that of a Service, until it is translated? */
static bool is_translated(const struct ward_question *question)
{
	return question->to->service && !question->to->service->headless;
}

static void pair_add(struct ward_explainer *explainer, struct ward_port_sets *sets,
		     struct ward_pair *pair)
{
	const struct ward_question *question = explainer->question;
	struct ward_via via = {.service = is_translated(question)};

	if (pair_is_twins(explainer, pair))
		judge_twins(explainer, pair);
	else
		ward_engine_judge_via(question->engine, &pair->from_end, &pair->to_end,
				      question->proto, question->port, &via, &pair->verdict);
	pair->allowed = pair->verdict.accept;
	if (question->any_port)
		pair_open_ports(explainer, sets, pair);
	explainer->answer->n_allowed += pair->allowed;
	ward_vec_push(&explainer->answer->pairs, *pair);
}

/* A connection has one family (A13.1); who has no address is judged by labels (F7.4). */
static void pairs_add(struct ward_explainer *explainer, struct ward_port_sets *sets,
		      const struct ward_member *from, const struct ward_member *to)
{
	struct ward_pair pair = {.from = from, .to = to, .port = to->port};
	bool known = member_has_address(explainer, from) && member_has_address(explainer, to);
	enum ward_family family = known ? WARD_FAMILY_4 : WARD_FAMILY_NONE;
	enum ward_family last = known ? WARD_FAMILY_6 : WARD_FAMILY_NONE;

	if (!pair.port)
		pair.port = explainer->question->port;
	explainer->asked.port = pair.port;
	for (; family <= last; family++)
		if (member_end(explainer, from, family, &pair.from_end) &&
		    member_end(explainer, to, family, &pair.to_end))
			pair_add(explainer, sets, &pair);
}

/* Among many, that each pod may talk to itself is no news; through a Service it is judged. */
static bool is_itself(const struct ward_explainer *explainer, const struct ward_member *a,
		      const struct ward_member *b)
{
	return !is_translated(explainer->question) && a->endpoint != WARD_NONE &&
	       a->endpoint == b->endpoint &&
	       explainer->tables->endpoints[a->endpoint].object.kind == WARD_KIND_POD;
}

static void explain_first(struct ward_explainer *explainer)
{
	struct ward_answer *answer = explainer->answer;
	const struct ward_question *question = explainer->question;
	bool wanted = question->any || question->deny;

	answer->explained = &answer->pairs.items[0];
	for (uint32_t i = 0; i < answer->pairs.n && answer->explained->allowed != wanted; i++)
		if (answer->pairs.items[i].allowed == wanted)
			answer->explained = &answer->pairs.items[i];
	explainer->asked.port = answer->explained->port;
	for (int direction = WARD_N_DIRECTION - 1; direction >= 0; direction--)
		ward_explain_why(explainer, answer->explained, direction, &answer->why[direction]);
	if (question->brief)
		return;
	if (!answer->explained->allowed)
		ward_explain_fixes(explainer);
	else if (question->deny)
		ward_explain_denying(explainer);
}

static bool declares(const struct ward_question *question, const struct ward_endpoint *endpoint)
{
	const struct ward_object *object = &endpoint->object;
	const struct ward_pod *pod =
		(const struct ward_pod *)ward_snapshot_find(question->snapshot, object->kind,
							    object->ns, object->name);

	for (uint32_t i = 0; pod && i < pod->n_ports; i++)
		if (pod->ports[i].proto == question->proto &&
		    pod->ports[i].number == question->port)
			return true;
	return false;
}

/* Does this Service send the port asked about elsewhere? */
static bool service_diverts(const struct ward_question *question,
			    const struct ward_service *service,
			    const struct ward_endpoint *endpoint, uint16_t *ret_port)
{
	if (service->headless || !ward_service_selects(question->engine, service, endpoint))
		return false;
	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct ward_service_port *port = &service->ports[i];

		if (port->proto == question->proto && port->port == question->port)
			return ward_service_target(question->snapshot, port, endpoint, ret_port) ==
				       WARD_TARGET_ONE &&
			       *ret_port != question->port;
	}
	return false;
}

/* Who asks a pod for a port that it does not declare, but its Service has, means the Service's. */
static struct ward_detour detour_find(const struct ward_question *question,
				      const struct ward_pair *pair)
{
	const struct ward_snapshot *snapshot = question->snapshot;
	const struct ward_endpoint *endpoint;
	struct ward_detour detour = {};

	if (question->any_port || question->proto == WARD_OTHER || question->to->service ||
	    pair->to_end.kind != WARD_END_POD)
		return detour;
	endpoint = &ward_engine_tables(question->engine)->endpoints[pair->to_end.endpoint];
	if (declares(question, endpoint))
		return detour;
	for (uint32_t i = 0; i < snapshot->objects.n && !detour.service; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_SERVICE &&
		    service_diverts(question, (const struct ward_service *)object, endpoint,
				    &detour.port))
			detour.service = (const struct ward_service *)object;
	}
	return detour;
}

int ward_explain(const struct ward_question *question, struct ward_answer *ret_answer)
{
	struct ward_answer answer = {};
	struct ward_explainer explainer = {
		.asked = *question,
		.question = &explainer.asked,
		.tables = ward_engine_tables(question->engine),
		.symbols = question->snapshot->symbols,
		.answer = &answer,
	};
	const struct ward_who *from = question->from, *to = question->to;
	struct ward_port_sets sets;

	ward_port_sets_init(&sets, explainer.tables);
	for (uint32_t f = 0; f < from->members.n; f++) {
		for (uint32_t t = 0; t < to->members.n; t++) {
			const struct ward_member *a = &from->members.items[f];
			const struct ward_member *b = &to->members.items[t];

			if (from->members.n + to->members.n == 2 || !is_itself(&explainer, a, b))
				pairs_add(&explainer, &sets, a, b);
		}
	}
	ward_port_sets_done(&sets);
	if (!answer.pairs.n)
		return -ENOTCONN;
	explain_first(&explainer);
	answer.detour = detour_find(question, answer.explained);
	*ret_answer = answer;
	return 0;
}

void ward_answer_done(struct ward_answer *answer)
{
	ward_vec_done(&answer->pairs);
	ward_arena_done(&answer->arena);
}
