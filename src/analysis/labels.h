/* SPDX-License-Identifier: Apache-2.0 */
/* The audit of labels: against the LabelStandard, where there is one, and against what policies and
 * groups ask for (groups.md 4).
 *
 * Pods of one workload with the same labels are one subject, so that a mistake is told once and
 * what the audit costs grows with the workloads. */
#pragma once

#include "analysis/lint.h"

/* What would mend a label: of a namespace, a pod, or the template of a workload. */
struct ward_label_fix {
	enum ward_kind kind;
	ward_sym ns, name, key;
	ward_sym value; /* WARD_NONE: the label goes */
};

/* How a dimension does in a namespace. */
struct ward_label_row {
	uint32_t dimension; /* its place in the standard */
	ward_sym key, ns;
	uint32_t n_checked, n_right, n_missing, n_unknown, n_drift; /* pods, and the namespace */
};

struct ward_label_audit {
	struct ward_findings findings;
	bool complete; /* false: the input has errors, and was not looked at further */
	uint32_t n_pods, n_namespaces;
	WARD_VEC(struct ward_label_fix) fixes; /* by object, each key once */
	WARD_VEC(struct ward_label_row) rows;  /* by dimension, then namespace */
};

void ward_label_audit_init(struct ward_label_audit *audit, const struct ward_snapshot *snapshot);
void ward_label_audit_done(struct ward_label_audit *audit);

/* Is it one of the audit's findings? */
bool ward_is_label_code(const char *code);
