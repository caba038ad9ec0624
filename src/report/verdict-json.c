/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "doc/json-writer.h"
#include "report/map.h"
#include "report/verdict.h"

bool ward_report_verdict_is_yes(const struct ward_question *question,
				const struct ward_answer *answer)
{
	return question->any ? answer->n_allowed > 0 : answer->n_allowed == answer->pairs.n;
}

static const char *answer_word(const struct ward_answer *answer)
{
	if (answer->n_allowed == answer->pairs.n)
		return "yes";
	return answer->n_allowed ? "some" : "no";
}

static const char *tier_name(const struct ward_why *why)
{
	if (why->node_exempt)
		return "node";
	return why->tier == WARD_N_TIER ? "default" : ward_tier_str(why->tier);
}

static void rule_json(struct ward_json *json, const struct ward_symbols *symbols,
		      const struct ward_rule_ref *at)
{
	_cleanup_free_ char *path = ward_rule_ref_path(at);
	const struct ward_object *origin = &at->policy->origin;

	ward_json_str(json, "kind", ward_kind_str(origin->kind));
	ward_json_str(json, "namespace",
		      origin->ns == WARD_NONE ? NULL : ward_symbol_str(symbols, origin->ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, origin->name));
	ward_json_int(json, "rule", at->rule->index);
	if (at->name)
		ward_json_str(json, "ruleName", at->name);
	ward_json_str(json, "path", path);
	ward_json_str(json, "file", ward_symbol_str(symbols, at->rule->mark.file));
	ward_json_int(json, "line", at->rule->mark.line);
}

static void isolating_json(struct ward_json *json, const struct ward_symbols *symbols,
			   const struct ward_object *origin)
{
	_cleanup_free_ char *id =
		origin->ns == WARD_NONE ? ward_strdup(ward_symbol_str(symbols, origin->name))
					: ward_format("%s/%s", ward_symbol_str(symbols, origin->ns),
						      ward_symbol_str(symbols, origin->name));

	ward_json_str(json, NULL, id);
}

/* In one line. */
static void because_json(struct ward_json *json, const char *because)
{
	_cleanup_free_ char *text = ward_strdup("");

	while (*because) {
		size_t len = strcspn(because, "\n");
		char *more = ward_format("%s%s%.*s", text, *text ? ", " : "", (int)len, because);

		free(text);
		text = more;
		because += len + (because[len] == '\n');
	}
	ward_json_str(json, "because", text);
}

static void path_json(struct ward_json *json, const struct ward_symbols *symbols,
		      const struct ward_why *why)
{
	static const char *const sayings[WARD_N_SAYING] = {
		[WARD_SAYS_NOTHING] = NULL,	  [WARD_SAYS_PASS] = "Pass",
		[WARD_SAYS_ACCEPT] = "Accept",	  [WARD_SAYS_DENY] = "Deny",
		[WARD_SAYS_ISOLATED] = "Isolate", [WARD_SAYS_SELF] = "Self",
	};

	ward_json_list(json, "path");
	for (uint32_t i = 0; i < why->n_steps; i++) {
		const struct ward_step *step = &why->path[i];

		ward_json_map(json, NULL);
		ward_json_str(json, "tier", ward_tier_str(step->tier));
		ward_json_str(json, "says", sayings[step->says]);
		if (step->at.rule) {
			ward_json_map(json, "by");
			rule_json(json, symbols, &step->at);
			ward_json_end_map(json);
		}
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void why_json(struct ward_json *json, const struct ward_symbols *symbols, const char *key,
		     const struct ward_why *why)
{
	if (!why->judged) {
		ward_json_str(json, key, NULL);
		return;
	}
	ward_json_map(json, key);
	ward_json_bool(json, "allowed", why->accept);
	ward_json_str(json, "tier", tier_name(why));
	ward_json_list(json, "isolatedBy");
	for (uint32_t i = 0; i < why->n_isolating; i++)
		isolating_json(json, symbols, &why->isolating[i]->origin);
	ward_json_end_list(json);
	ward_json_list(json, "decidedBy");
	for (uint32_t i = 0; i < why->n_deciding; i++) {
		ward_json_map(json, NULL);
		rule_json(json, symbols, &why->deciding[i]);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
	path_json(json, symbols, why);
	if (why->nearest) {
		ward_json_map(json, "nearest");
		rule_json(json, symbols, &why->nearest->at);
		because_json(json, why->nearest->because);
		ward_json_end_map(json);
	}
	ward_json_end_map(json);
}

static void open_json(struct ward_json *json, const struct ward_question *question,
		      const struct ward_pair *pair)
{
	ward_json_bool(json, "allowed", pair->allowed);
	if (!question->any_port)
		return;
	ward_report_ports_json(json, "allow", &pair->ports);
	ward_json_bool(json, "other", pair->ports.other);
}

static void pair_json(struct ward_json *json, const struct ward_question *question,
		      const struct ward_pair *pair)
{
	static const char *const families[] = {
		[WARD_FAMILY_NONE] = NULL,
		[WARD_FAMILY_4] = "IPv4",
		[WARD_FAMILY_6] = "IPv6",
	};

	ward_json_map(json, NULL);
	ward_json_str(json, "from", pair->from->id);
	ward_json_str(json, "to", pair->to->id);
	ward_json_str(json, "family", families[pair->from_end.ip.family]);
	if (question->to->service_port)
		ward_json_int(json, "port", pair->port);
	open_json(json, question, pair);
	ward_json_end_map(json);
}

static void port_json(struct ward_json *json, const struct ward_question *question,
		      const struct ward_pair *pair)
{
	if (question->any_port || question->proto == WARD_OTHER)
		ward_json_str(json, "port", NULL);
	else
		ward_json_int(json, "port", pair->port);
	ward_json_str(json, "protocol",
		      question->any_port ? NULL : ward_proto_str(question->proto));
}

/* A Service and its port that was asked about. */
static void service_json(struct ward_json *json, const struct ward_question *question,
			 const char *key, const struct ward_service *service)
{
	const struct ward_symbols *symbols = question->snapshot->symbols;

	ward_json_map(json, key);
	ward_json_str(json, "namespace", ward_symbol_str(symbols, service->object.ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, service->object.name));
	if (question->any_port)
		ward_json_str(json, "port", NULL);
	else
		ward_json_int(json, "port", question->port);
	ward_json_end_map(json);
}

void ward_report_verdict_json(const struct ward_question *question,
			      const struct ward_answer *answer, FILE *out)
{
	const struct ward_symbols *symbols = question->snapshot->symbols;
	const struct ward_pair *pair = answer->explained;
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Verdict");
	ward_json_str(&json, "answer", answer_word(answer));
	ward_json_str(&json, "from", pair->from->id);
	ward_json_str(&json, "to", pair->to->id);
	port_json(&json, question, pair);
	if (question->to->service)
		service_json(&json, question, "service", question->to->service);
	else if (answer->detour.service)
		service_json(&json, question, "perhapsMeant", answer->detour.service);
	if (ward_service_hides(question->to, question->from))
		ward_json_bool(&json, "sourceMayBeNode", true);
	open_json(&json, question, pair);
	why_json(&json, symbols, "egress", &answer->why[WARD_EGRESS]);
	why_json(&json, symbols, "ingress", &answer->why[WARD_INGRESS]);
	if (answer->is_rehearsed) {
		ward_json_map(&json, "staged");
		ward_json_bool(&json, "allowed", answer->rehearsed_yes);
		ward_json_end_map(&json);
	}
	ward_json_list(&json, "fix");
	for (uint32_t i = 0; i < answer->n_fixes; i++)
		ward_json_str(&json, NULL, answer->fixes[i].text);
	ward_json_end_list(&json);
	if (answer->pairs.n > 1) {
		ward_json_list(&json, "pairs");
		for (uint32_t i = 0; i < answer->pairs.n; i++)
			pair_json(&json, question, &answer->pairs.items[i]);
		ward_json_end_list(&json);
	}
	ward_json_end_map(&json);
}
