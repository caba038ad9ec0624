/* SPDX-License-Identifier: Apache-2.0 */
/* Expectations and what breaks them, in words.  The caller frees what is returned. */
#pragma once

#include "analysis/trial.h"

/* "frontend to backend on 8080: Allow", "db only from backend" */
char *ward_expectation_text(const struct ward_symbols *symbols,
			    const struct ward_expectation *expectation);

/* Why it did not pass, in lines; NULL if it did. */
char *ward_result_text(const struct ward_symbols *symbols, const struct ward_result *result);

/* "pass", "fail", … */
const char *ward_outcome_str(enum ward_outcome outcome);
