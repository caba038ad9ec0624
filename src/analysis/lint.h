/* SPDX-License-Identifier: Apache-2.0 */
/* Findings: known mistakes, looked for in a world that was judged (docs/findings/).
 *
 * Each check is a thin reader of the engine's tables.  What a policy means is never decided here,
 * and what the input does not show is never held against it: a finding says what is so for the
 * objects given.  Of the severities, an error is certainly not what anybody wants, a warning almost
 * certainly, and a note is worth a look. */
#pragma once

#include "base/diag.h"
#include "engine/engine.h"
#include "kube/snapshot.h"

struct ward_finding {
	struct ward_diag diag;
	const char *ignored; /* the reason that its object gives for ignoring it, or NULL */
};

struct ward_findings {
	WARD_VEC(struct ward_finding) list; /* by file in the order read, then line, column */
	uint32_t n_of[WARD_N_SEVERITY];	    /* those that are not ignored */
	uint32_t n_ignored;
	uint32_t n_dropped; /* of the reader's, which keeps WARD_DIAGS_MAX */
	struct ward_arena arena;
};

/* What the reader found (snapshot->diags) and, when @engine is not NULL, what all checks find; then
 * takes out what objects ask to ignore with a reason. */
void ward_findings_init(struct ward_findings *findings, const struct ward_snapshot *snapshot,
			const struct ward_engine *engine);
void ward_findings_done(struct ward_findings *findings);

/* Whose findings an annotation may ask to ignore: the other analysis has others. */
typedef bool (*ward_code_fn)(const char *code);

/* When all are there: takes out what is to be ignored, and sorts.  Of the annotations that nothing
 * was found for, only those about codes of this analysis are said to be superfluous. */
void ward_findings_finish(struct ward_findings *findings, const struct ward_snapshot *snapshot,
			  ward_code_fn is_own);
