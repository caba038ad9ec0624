/* SPDX-License-Identifier: Apache-2.0 */
/* `ward observe --summary`: the denied flows of the past, counted by workload, and for the most
 * frequent the rules that `ward can` would advise. */
#include "lab/summary.h"

#include "analysis/explain.h"
#include "analysis/who.h"
#include "base/alloc.h"
#include "lab/flows.h"
#include "lab/observe.h"

enum {
	SHOWN_TABLE = 20,
	SHOWN_JSON = 200,
};

/* A pod is counted as its workload; @pod lives no longer than this call. */
static struct ward_flow_end counted_as(const struct lab *lab, const struct ward_flow_end *pod)
{
	struct ward_flow_end end = *pod;
	uint32_t endpoint = pod->kind == WARD_FLOW_POD ? ward_engine_find(lab->judge, WARD_KIND_POD,
									  pod->ns, pod->name)
						       : WARD_NONE;

	if (endpoint != WARD_NONE)
		end.name = ward_who_owner(&lab->world,
					  &ward_engine_tables(lab->judge)->endpoints[endpoint])
				   .name;
	return end;
}

/* As a person would call it to `ward can`; the caller frees. */
static char *end_text(const struct lab *lab, const struct ward_flow_end *end)
{
	char ip[WARD_IP_TEXT];

	if (end->kind == WARD_FLOW_POD)
		return ward_format("%s/%s", ward_symbol_str(lab->symbols, end->ns),
				   ward_symbol_str(lab->symbols, end->name));
	if (end->kind == WARD_FLOW_NODE && end->name != WARD_NONE)
		return ward_format("node:%s", ward_symbol_str(lab->symbols, end->name));
	return ward_strdup(ward_ip_str(end->ip, ip));
}

static bool who_of(const struct lab *lab, const struct ward_flow_end *end, struct ward_who *ret_who)
{
	_cleanup_free_ char *text = end_text(lab, end), *why = NULL;

	return ward_who_find(lab->judge, &lab->world, WARD_NONE, text, ret_who, &why) == 0;
}

static void remedy_take(struct lab_remedy *remedy, const struct ward_question *question)
{
	const struct ward_fix *rules[LAB_REMEDY_RULES];
	struct ward_answer answer;

	remedy->kind = LAB_REMEDY_UNKNOWN;
	if (ward_explain(question, &answer) < 0)
		return;
	remedy->kind = answer.n_allowed == answer.pairs.n ? LAB_REMEDY_ALLOWED : LAB_REMEDY_RULE;
	remedy->n = ward_answer_rules(&answer, rules, LAB_REMEDY_RULES);
	for (uint32_t i = 0; i < remedy->n; i++)
		remedy->rules[i] = ward_strdup(rules[i]->text);
	ward_answer_done(&answer);
}

static void remedy_find(const struct lab *lab, const struct ward_flow *flow,
			struct lab_remedy *remedy)
{
	struct ward_who from, to;
	const struct ward_question question = {
		.engine = lab->judge,
		.snapshot = &lab->world,
		.from = &from,
		.to = &to,
		.proto = ward_proto_of_number(flow->protocol),
		.port = flow->dport,
	};

	*remedy = (struct lab_remedy){};
	if (flow->cause != WARD_FLOW_CAUSE_POLICY)
		return;
	remedy->kind = LAB_REMEDY_UNKNOWN;
	if (!who_of(lab, &flow->from, &from))
		return;
	if (who_of(lab, &flow->to, &to)) {
		remedy_take(remedy, &question);
		ward_who_done(&to);
	}
	ward_who_done(&from);
}

static void denials_collect(struct lab_summary *summary, const struct lab_filter *filter)
{
	const struct lab *lab = summary->lab;
	uint32_t n;
	_cleanup_free_ const struct ward_flow **list = lab_filter_past(lab, filter, &n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_flow_end from = counted_as(lab, &list[i]->from);
		struct ward_flow_end to = counted_as(lab, &list[i]->to);

		if (list[i]->accept)
			continue;
		summary->n_packets += list[i]->count;
		ward_denials_add(&summary->denials, list[i], &from, &to);
	}
	ward_denials_sort(&summary->denials);
}

/* What is older than the oldest that is kept is not known. */
static int64_t known_since(const struct lab *lab, const struct lab_filter *filter)
{
	const struct ward_flow_history *history = lab_flows_history(lab);
	uint64_t first = ward_flow_history_first(history);
	int64_t oldest = history->n ? ward_flow_history_at(history, first)->first_us : 0;

	return filter->since_us > oldest ? filter->since_us : oldest;
}

static uint64_t lost_count(const struct lab *lab)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_datapath_counters counters;

		if (!lab->nodes[i].agent)
			continue;
		ward_agent_counters(lab->nodes[i].agent, &counters);
		n += counters.events_lost;
	}
	return n;
}

static void summary_done(struct lab_summary *summary)
{
	for (uint32_t i = 0; i < summary->n_shown; i++)
		for (uint32_t r = 0; r < summary->remedies[i].n; r++)
			free(summary->remedies[i].rules[r]);
	free(summary->remedies);
	ward_denials_done(&summary->denials);
}

void lab_summarize(struct lab_request *request, struct lab_filter *filter)
{
	const struct lab *lab = request->lab;
	uint32_t max = request->format == WARD_LAB_JSON ? SHOWN_JSON : SHOWN_TABLE;
	struct lab_summary summary = {
		.lab = lab,
		.since_us = known_since(lab, filter),
		.n_lost = lost_count(lab),
	};

	denials_collect(&summary, filter);
	summary.n_shown = summary.denials.list.n < max ? summary.denials.list.n : max;
	summary.remedies = ward_new_n(struct lab_remedy, summary.n_shown);
	for (uint32_t i = 0; i < summary.n_shown; i++)
		remedy_find(lab, &summary.denials.list.items[i].last, &summary.remedies[i]);
	lab_answer_text(request);
	lab_print_summary(&summary, request->format, &request->text);
	summary_done(&summary);
	lab_filter_done(filter);
	lab_answer_done(request, 0);
}
