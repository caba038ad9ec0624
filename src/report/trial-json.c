/* SPDX-License-Identifier: Apache-2.0 */
#include "report/group-words.h"
#include "report/trial-words.h"
#include "report/trial.h"
#include "report/witness-words.h"

static void why_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_diff_why *why)
{
	ward_json_bool(json, "allowed", why->accept);
	ward_json_list(json, "decidedBy");
	for (uint32_t i = 0; i < why->n; i++) {
		const struct ward_diff_reason *reason = &why->reasons[i];
		const struct ward_object *origin = &reason->policy->origin;

		ward_json_line(json, NULL);
		ward_json_str(json, "kind", ward_kind_str(origin->kind));
		ward_json_str(json, "namespace",
			      origin->ns == WARD_NONE ? NULL
						      : ward_symbol_str(symbols, origin->ns));
		ward_json_str(json, "name", ward_symbol_str(symbols, origin->name));
		ward_json_bool(json, "isolates", reason->isolates);
		ward_json_str(json, "file", ward_symbol_str(symbols, reason->mark.file));
		ward_json_int(json, "line", reason->mark.line);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void counter_json(struct ward_json *json, const struct ward_symbols *symbols,
			 const struct ward_counter *counter)
{
	ward_json_map(json, "counterExample");
	ward_json_bool(json, "given", counter->given);
	if (counter->given) {
		ward_json_str(json, "from", counter->from);
		ward_json_str(json, "to", counter->to);
		ward_json_str(json, "protocol", ward_proto_str(counter->proto));
		ward_json_int(json, "port", counter->port);
	} else {
		ward_witness_json(json, &counter->witness);
	}
	why_json(json, symbols, &counter->why);
	ward_json_end_map(json);
}

static void result_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_result *result)
{
	const struct ward_expectation *expectation = result->expectation;
	_cleanup_free_ char *text = ward_expectation_text(symbols, expectation);

	ward_json_map(json, NULL);
	ward_json_str(json, "name",
		      expectation->name == WARD_NONE ? NULL
						     : ward_symbol_str(symbols, expectation->name));
	ward_json_str(json, "text", text);
	ward_json_str(json, "file", ward_symbol_str(symbols, expectation->mark.file));
	ward_json_int(json, "line", expectation->mark.line);
	ward_json_str(json, "outcome", ward_outcome_str(result->outcome));
	ward_json_bool(json, "anybodyGiven", result->n_judged);
	if (result->error)
		ward_json_str(json, "error", result->error);
	if (result->outcome == WARD_OUTCOME_FAIL)
		counter_json(json, symbols, &result->counter);
	ward_json_end_map(json);
}

void ward_report_trials_json(const struct ward_trials *trials, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "TestReport");
	ward_json_list(&json, "tests");
	for (uint32_t i = 0; i < trials->list.n; i++) {
		const struct ward_trial *trial = &trials->list.items[i];

		ward_json_map(&json, NULL);
		ward_json_str(&json, "name",
			      ward_symbol_str(trials->symbols, trial->test->object.name));
		ward_json_list(&json, "expectations");
		for (uint32_t k = 0; k < trial->n_results; k++)
			result_json(&json, trials->symbols, &trial->results[k]);
		ward_json_end_list(&json);
		ward_json_end_map(&json);
	}
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}
