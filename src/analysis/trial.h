/* SPDX-License-Identifier: Apache-2.0 */
/* PolicyTests put to the policies: the answer to `ward test`.
 *
 * Every claim (claim.h) is judged twice: by the engine, over the pods that were given; and over
 * every pod, namespace and address that could be (space.h), because a policy that is right for the
 * pods of today may be wrong for those of tomorrow.  What breaks it is shown. */
#pragma once

#include "analysis/claim.h"
#include "analysis/diff.h"
#include "analysis/witness.h"

enum ward_outcome {
	WARD_OUTCOME_PASS,
	WARD_OUTCOME_FAIL,
	WARD_OUTCOME_UNDECIDED, /* too many pods could be: no counter-example was found in time */
	WARD_OUTCOME_ERROR,	/* it cannot be judged as it is written */
	WARD_N_OUTCOME,
};

/* A connection that goes the other way than expected. */
struct ward_counter {
	bool given; /* between those that were given: @from, @to */
	const char *from, *to;
	enum ward_proto proto;
	uint16_t port;
	struct ward_witness witness; /* else */
	struct ward_diff_why why;    /* what decides it */
};

struct ward_result {
	const struct ward_expectation *expectation;
	enum ward_outcome outcome;
	uint32_t n_judged;	     /* pairs of those given, alike ones once */
	const char *error;	     /* ERROR */
	struct ward_counter counter; /* FAIL */
};

struct ward_trial {
	const struct ward_policytest *test;
	uint32_t n_results;
	struct ward_result *results;
};

struct ward_trials {
	const struct ward_symbols *symbols;
	struct ward_claims claims;
	struct ward_arena arena;
	WARD_VEC(struct ward_trial) list;
	uint32_t n_of[WARD_N_OUTCOME];
};

/* All PolicyTests of the snapshot, in the order read, or those of one name.  @effort: where a
 * search is given up; 0: the usual. */
void ward_trials_run(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		     const char *name, uint64_t effort, struct ward_trials *ret_trials);
void ward_trials_done(struct ward_trials *trials);
