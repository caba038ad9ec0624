/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison of two sets of policies in its forms. */
#pragma once

#include "analysis/diff.h"
#include "report/text.h"

void ward_report_diff_text(const struct ward_diff *diff, const struct ward_text *text);

/* Tables for a pull request. */
void ward_report_diff_markdown(const struct ward_diff *diff, FILE *out);

/* Kind Diff. */
void ward_report_diff_json(const struct ward_diff *diff, FILE *out);
