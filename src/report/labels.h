/* SPDX-License-Identifier: Apache-2.0 */
/* The audit of labels, beside its findings. */
#pragma once

#include "analysis/labels.h"
#include "report/text.h"

/* How each dimension does, in all namespaces and in those where it does not do well. */
void ward_report_labels_table(const struct ward_label_audit *audit,
			      const struct ward_symbols *symbols, const struct ward_text *text);

/* Kind LabelAudit: the findings, the summary of every namespace, the suggestions. */
void ward_report_labels_json(const struct ward_label_audit *audit,
			     const struct ward_symbols *symbols, FILE *out);

/* A script of kubectl commands that applies the suggestions: one for each object. */
void ward_report_labels_patch(const struct ward_label_audit *audit,
			      const struct ward_symbols *symbols, FILE *out);
