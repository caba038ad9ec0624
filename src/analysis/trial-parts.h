/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the judging of tests. */
#pragma once

#include "analysis/trial.h"

/* Among those given; true if the claim is broken, with @ret_counter. */
bool ward_claim_try_given(struct ward_trials *trials, const struct ward_claim *claim,
			  struct ward_result *result, struct ward_counter *ret_counter);

/* Sets the results of claims that nothing given breaks, from everything that could be; @results: of
 * each claim.  */
void ward_claims_try_possible(struct ward_trials *trials, struct ward_result *const *results,
			      uint64_t effort);
