/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that build servers read: JUnit and TAP. */
#include <string.h>

#include "report/trial-words.h"
#include "report/trial.h"
#include "report/xml.h"

static void case_put(const struct ward_trials *trials, const struct ward_trial *trial,
		     const struct ward_result *result, FILE *out)
{
	const struct ward_symbols *symbols = trials->symbols;
	_cleanup_free_ char *claim = ward_expectation_text(symbols, result->expectation);
	_cleanup_free_ char *why = ward_result_text(symbols, result);
	const char *element = result->outcome == WARD_OUTCOME_ERROR ? "error" : "failure";

	fputs("    <testcase", out);
	ward_xml_attribute(out, "classname", ward_symbol_str(symbols, trial->test->object.name));
	ward_xml_attribute(out, "name", claim);
	ward_xml_attribute(out, "file", ward_symbol_str(symbols, result->expectation->mark.file));
	fprintf(out, " line=\"%u\"", result->expectation->mark.line);
	if (!why) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n      <%s", element);
	ward_xml_attribute(out, "message", ward_outcome_str(result->outcome));
	fputc('>', out);
	ward_xml_put(out, why);
	fprintf(out, "</%s>\n    </testcase>\n", element);
}

void ward_report_trials_junit(const struct ward_trials *trials, FILE *out)
{
	const uint32_t *n_of = trials->n_of;
	uint32_t n = 0;

	for (int outcome = 0; outcome < WARD_N_OUTCOME; outcome++)
		n += n_of[outcome];
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
	fprintf(out,
		"  <testsuite name=\"ward test\" tests=\"%u\" failures=\"%u\" errors=\"%u\" "
		"skipped=\"0\">\n",
		n, n_of[WARD_OUTCOME_FAIL] + n_of[WARD_OUTCOME_UNDECIDED],
		n_of[WARD_OUTCOME_ERROR]);
	for (uint32_t i = 0; i < trials->list.n; i++)
		for (uint32_t k = 0; k < trials->list.items[i].n_results; k++)
			case_put(trials, &trials->list.items[i], &trials->list.items[i].results[k],
				 out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}

/* In TAP a # begins a directive. */
static void description_put(const char *test, const char *claim, FILE *out)
{
	_cleanup_free_ char *text = ward_format("%s: %s", test, claim);

	for (char *at = text; *at; at++)
		if (*at == '#')
			*at = '_';
	ward_text_put(out, text);
	fputc('\n', out);
}

static void point_put(const struct ward_trials *trials, const struct ward_trial *trial,
		      const struct ward_result *result, uint32_t number, FILE *out)
{
	const struct ward_symbols *symbols = trials->symbols;
	_cleanup_free_ char *claim = ward_expectation_text(symbols, result->expectation);
	_cleanup_free_ char *why = ward_result_text(symbols, result);

	fprintf(out, "%sok %u - ", result->outcome == WARD_OUTCOME_PASS ? "" : "not ", number);
	description_put(ward_symbol_str(symbols, trial->test->object.name), claim, out);
	for (const char *at = why; at && *at;) {
		size_t len = strcspn(at, "\n");

		ward_text_printf(out, "# %.*s", (int)len, at);
		fputc('\n', out);
		at += len + (at[len] == '\n');
	}
}

void ward_report_trials_tap(const struct ward_trials *trials, FILE *out)
{
	uint32_t n = 0;

	fputs("TAP version 14\n", out);
	for (uint32_t i = 0; i < trials->list.n; i++)
		for (uint32_t k = 0; k < trials->list.items[i].n_results; k++)
			point_put(trials, &trials->list.items[i], &trials->list.items[i].results[k],
				  ++n, out);
	fprintf(out, "1..%u\n", n);
}
