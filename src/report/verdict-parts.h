/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the verdict as text: what its parts share. */
#pragma once

#include "report/verdict.h"

struct ward_verdict_writer {
	const struct ward_question *question;
	const struct ward_answer *answer;
	struct ward_sources *sources;
	const struct ward_text *text;
};

void ward_verdict_put_line(const struct ward_verdict_writer *writer, const char *line);

/* Several lines, with something before the first and the others. */
void ward_verdict_put_lines(const struct ward_verdict_writer *writer, const char *first,
			    const char *next, const char *text);

/* What one end says and why. */
void ward_verdict_put_side(const struct ward_verdict_writer *writer, enum ward_direction direction);

/* What would change the verdict. */
void ward_verdict_put_fixes(const struct ward_verdict_writer *writer);
