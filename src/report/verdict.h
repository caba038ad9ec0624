/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to "may these connect?". */
#pragma once

#include "analysis/explain.h"
#include "report/source.h"

void ward_report_verdict_text(const struct ward_question *question,
			      const struct ward_answer *answer, struct ward_sources *sources,
			      const struct ward_text *text);

/* Kind Verdict.  With several pairs of pods, the fields of one pair are those of the explained one
 * and `pairs` lists all. */
void ward_report_verdict_json(const struct ward_question *question,
			      const struct ward_answer *answer, FILE *out);

/* Are all pairs allowed?  With any port: has every pair something open?  Asked for any: is one? */
bool ward_report_verdict_is_yes(const struct ward_question *question,
				const struct ward_answer *answer);
