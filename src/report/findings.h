/* SPDX-License-Identifier: Apache-2.0 */
/* Findings for machines; cli/diag.h has them for people. */
#pragma once

#include <stdio.h>

#include "analysis/lint.h"

struct ward_json;

/* The list `findings`, inside a map that is open. */
void ward_report_findings_list(struct ward_json *json, const struct ward_findings *findings,
			       const struct ward_symbols *symbols);

/* Kind Findings. */
void ward_report_findings_json(const struct ward_findings *findings,
			       const struct ward_symbols *symbols, FILE *out);

/* SARIF 2.1.0, as code hosts read it.  Ignored findings are there, suppressed. */
void ward_report_findings_sarif(const struct ward_findings *findings,
				const struct ward_symbols *symbols, const char *version, FILE *out);

/* JUnit XML, as build servers read it: a finding of @least severity or above is a failure, a milder
 * one a test that passes and says something, an ignored one a test that is skipped.  The suite is
 * named "ward COMMAND". */
void ward_report_findings_junit(const struct ward_findings *findings,
				const struct ward_symbols *symbols, const char *command,
				enum ward_severity least, FILE *out);
