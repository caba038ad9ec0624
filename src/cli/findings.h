/* SPDX-License-Identifier: Apache-2.0 */
/* Findings as commands give them: `check` and `labels`. */
#pragma once

#include "analysis/lint.h"
#include "cli/cluster.h"

/* As -o says, where that is json, sarif or junit; false otherwise. */
bool ward_cli_findings_write(const struct ward_cli *cli, struct ward_cluster *cluster,
			     const struct ward_findings *findings);

/* For people, without those that are ignored. */
void ward_cli_findings_print(const struct ward_cli *cli, struct ward_cluster *cluster,
			     const struct ward_findings *findings);

/* "2 errors, 1 note in 3 files; MORE", on standard error; @more may be NULL. */
void ward_cli_findings_sum_up(const struct ward_cli *cli, const struct ward_cluster *cluster,
			      const struct ward_findings *findings, const char *more);

/* The exit status, by --fail-on. */
int ward_cli_findings_exit(const struct ward_cli *cli, const struct ward_findings *findings);
