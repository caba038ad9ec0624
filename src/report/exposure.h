/* SPDX-License-Identifier: Apache-2.0 */
/* The exposure of workloads in its forms. */
#pragma once

#include "analysis/exposure.h"
#include "report/text.h"

void ward_report_exposure_table(const struct ward_exposure *exposure, const struct ward_text *text);
void ward_report_exposure_markdown(const struct ward_exposure *exposure, FILE *out);

/* One peer a line: workload, direction, peer and ports, separated by tabs. */
void ward_report_exposure_list(const struct ward_exposure *exposure, FILE *out);

/* Kind Exposure. */
void ward_report_exposure_json(const struct ward_exposure *exposure, FILE *out);
