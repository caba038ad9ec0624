/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reports of a comparison: its parts in words. */
#pragma once

#include "report/diff.h"

/* Texts, each of them owned. */
struct ward_diff_names {
	WARD_VEC(char *) list;
};

/* Places as they are called, in as few words as are exact: all workloads of a namespace are
 * "all workloads (12)", neighbouring ranges are one.  With @ids each workload by its own
 * id. */
void ward_diff_names_init(struct ward_diff_names *names, const struct ward_diff *diff,
			  const uint32_t *places, uint32_t n, bool ids);
void ward_diff_names_done(struct ward_diff_names *names);

/* "a, b, c", at most @max of them; the caller frees, as below. */
char *ward_diff_names_text(const struct ward_diff *diff, const uint32_t *places, uint32_t n,
			   uint32_t max);

/* "NetworkPolicy shop/web (shop.yaml:3)" */
char *ward_diff_policy_text(const struct ward_symbols *symbols, const struct ward_policy *policy,
			    struct ward_mark mark);

/* "denied: isolated by …", "allowed: no policy isolates either end"; NULL when it is not known. */
char *ward_diff_why_text(const struct ward_diff *diff, const struct ward_diff_change *change,
			 enum ward_diff_version version);

/* Ordered pairs that a change stands for, a pod with itself not among them. */
uint64_t ward_diff_change_pairs(const struct ward_diff *diff,
				const struct ward_diff_change *change);

/* What is shown beyond the pods given: "Nothing becomes allowed for any pod that could be."  Empty:
 * there are examples of either way.  The caller frees. */
char *ward_diff_proof(const struct ward_diff *diff);
