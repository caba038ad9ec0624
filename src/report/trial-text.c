/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/group-words.h"
#include "report/trial-words.h"
#include "report/trial.h"

static void put_lines(const struct ward_text *text, const char *lines)
{
	while (*lines) {
		size_t len = strcspn(lines, "\n");

		ward_text_printf(text->out, "        %.*s", (int)len, lines);
		fputc('\n', text->out);
		lines += len + (lines[len] == '\n');
	}
}

static void put_result(const struct ward_trials *trials, const struct ward_result *result,
		       const struct ward_text *text)
{
	const struct ward_expectation *expectation = result->expectation;
	bool passed = result->outcome == WARD_OUTCOME_PASS;
	_cleanup_free_ char *claim = ward_expectation_text(trials->symbols, expectation);
	_cleanup_free_ char *place = ward_place_text(trials->symbols, expectation->mark);
	_cleanup_free_ char *why = ward_result_text(trials->symbols, result);

	fputs("  ", text->out);
	ward_text_color(text, passed ? WARD_COLOR_GREEN : WARD_COLOR_RED);
	fputs(ward_outcome_str(result->outcome), text->out);
	ward_text_color(text, WARD_COLOR_NONE);
	ward_text_printf(text->out, passed ? "  %s" : "  %s (%s)", claim, place);
	fputc('\n', text->out);
	if (passed && !result->n_judged)
		put_lines(text, "nobody is given that it is about; judged for those that could be");
	if (why)
		put_lines(text, why);
}

void ward_report_trials_text(const struct ward_trials *trials, const struct ward_text *text)
{
	uint32_t n_passed = trials->n_of[WARD_OUTCOME_PASS], n = 0;

	for (uint32_t i = 0; i < trials->list.n; i++) {
		const struct ward_trial *trial = &trials->list.items[i];
		_cleanup_free_ char *place =
			ward_place_text(trials->symbols, trial->test->object.mark);

		ward_text_color(text, WARD_COLOR_BOLD);
		ward_text_printf(text->out, "%s",
				 ward_symbol_str(trials->symbols, trial->test->object.name));
		ward_text_color(text, WARD_COLOR_NONE);
		ward_text_printf(text->out, " (%s)", place);
		fputc('\n', text->out);
		for (uint32_t k = 0; k < trial->n_results; k++)
			put_result(trials, &trial->results[k], text);
		n += trial->n_results;
	}
	fprintf(text->out, "%u of %u expectations hold\n", n_passed, n);
}
