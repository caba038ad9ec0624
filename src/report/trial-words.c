/* SPDX-License-Identifier: Apache-2.0 */
#include "report/trial-words.h"

#include <string.h>

#include "report/witness-words.h"

const char *ward_outcome_str(enum ward_outcome outcome)
{
	static const char *const names[WARD_N_OUTCOME] = {
		[WARD_OUTCOME_PASS] = "pass",
		[WARD_OUTCOME_FAIL] = "fail",
		[WARD_OUTCOME_UNDECIDED] = "undecided",
		[WARD_OUTCOME_ERROR] = "error",
	};

	return names[outcome];
}

static char *end_text(const struct ward_symbols *symbols, const struct ward_test_end *end)
{
	const char *name = end->name == WARD_NONE ? "any" : ward_symbol_str(symbols, end->name);
	char cidr[WARD_CIDR_TEXT];

	if (end->kind == WARD_TEST_BLOCK)
		return ward_strdup(ward_cidr_str(end->cidr, cidr));
	if (end->kind == WARD_TEST_WORLD)
		return ward_strdup("world");
	if (end->env != WARD_NONE)
		return ward_format("%s/%s", ward_symbol_str(symbols, end->env), name);
	return ward_strdup(name);
}

static char *others_text(const struct ward_symbols *symbols,
			 const struct ward_expectation *expectation)
{
	char *text = ward_strdup(expectation->n_others ? "" : "nobody");

	for (uint32_t i = 0; i < expectation->n_others; i++) {
		_cleanup_free_ char *before = text;
		_cleanup_free_ char *one = end_text(symbols, &expectation->others[i]);

		text = ward_format("%s%s%s", before, i ? ", " : "", one);
	}
	return text;
}

char *ward_expectation_text(const struct ward_symbols *symbols,
			    const struct ward_expectation *expectation)
{
	_cleanup_free_ char *from = end_text(symbols, &expectation->from);
	_cleanup_free_ char *to = end_text(symbols, &expectation->to);
	_cleanup_free_ char *others = others_text(symbols, expectation);
	_cleanup_free_ char *port = expectation->n_ports
					    ? ward_format(" on %s", expectation->port_text)
					    : ward_strdup("");

	if (expectation->kind == WARD_EXPECT_ONLY_FROM)
		return ward_format("%s%s only from %s", to, port, others);
	if (expectation->kind == WARD_EXPECT_ONLY_TO)
		return ward_format("%s only to %s%s", from, others, port);
	return ward_format("%s to %s%s: %s", from, to, port, expectation->allow ? "Allow" : "Deny");
}

static char *counter_text(const struct ward_symbols *symbols, const struct ward_counter *counter)
{
	_cleanup_free_ char *from =
		counter->given ? ward_strdup(counter->from)
			       : ward_witness_end_text(&counter->witness.end[WARD_FROM]);
	_cleanup_free_ char *to = counter->given
					  ? ward_strdup(counter->to)
					  : ward_witness_end_text(&counter->witness.end[WARD_TO]);
	const struct ward_witness given = {.proto = counter->proto, .port = counter->port};
	_cleanup_free_ char *port =
		ward_witness_port_text(counter->given ? &given : &counter->witness);
	_cleanup_free_ char *why = ward_why_text(symbols, &counter->why);

	return ward_format("from  %s\nto    %s\non    %s\nis    %s", from, to, port, why);
}

char *ward_result_text(const struct ward_symbols *symbols, const struct ward_result *result)
{
	if (result->outcome == WARD_OUTCOME_FAIL)
		return counter_text(symbols, &result->counter);
	if (result->outcome == WARD_OUTCOME_UNDECIDED)
		return ward_strdup("there are too many kinds of pods that could be to try them "
				   "all; have the selectors ask for fewer labels");
	return result->error ? ward_strdup(result->error) : NULL;
}
