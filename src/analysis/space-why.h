/* SPDX-License-Identifier: Apache-2.0 */
/* Why a point of the space is judged as it is. */
#pragma once

#include "analysis/diff.h"
#include "analysis/space.h"

/* What decides at the point that the judge has; the reasons are in @arena. */
void ward_space_explain(struct ward_arena *arena, struct ward_space_judge *judge, uint32_t version,
			struct ward_diff_why *why);

/* Adds the rule, or that the policy isolates, unless that is said already. */
void ward_diff_why_add(struct ward_arena *arena, struct ward_diff_why *why,
		       const struct ward_diff_reason *reason);
