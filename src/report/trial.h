/* SPDX-License-Identifier: Apache-2.0 */
/* The answer to `ward test` in its forms. */
#pragma once

#include "analysis/trial.h"
#include "report/text.h"

void ward_report_trials_text(const struct ward_trials *trials, const struct ward_text *text);

/* Kind TestReport. */
void ward_report_trials_json(const struct ward_trials *trials, FILE *out);

/* JUnit XML, as build servers read it. */
void ward_report_trials_junit(const struct ward_trials *trials, FILE *out);

/* TAP version 14. */
void ward_report_trials_tap(const struct ward_trials *trials, FILE *out);
