/* SPDX-License-Identifier: Apache-2.0 */
/* Does one rule allow all that another does?
 *
 * Selectors are compared in the canonical form of their scopes (engine/scope.h), so the answer is
 * about every pod there could ever be; where that fails, about the pods of the input. */
#pragma once

#include "analysis/lint-parts.h"

enum ward_cover {
	WARD_COVER_NOT,
	WARD_COVER_GIVEN,  /* for the pods of the input */
	WARD_COVER_ALWAYS, /* whatever pods there are */
	WARD_COVER_EQUAL,  /* and the other way round: they are the same rule */
};

/* Does rule @outer_rule of @outer_policy allow what the inner one allows, to the same pods? */
enum ward_cover ward_lint_covers(const struct ward_lint *lint,
				 const struct ward_lint_policy *outer_policy, uint32_t outer_rule,
				 const struct ward_lint_policy *inner_policy, uint32_t inner_rule);
