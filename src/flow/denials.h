/* SPDX-License-Identifier: Apache-2.0 */
/* Who was denied what, by which rule, and how often. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "flow/flow.h"

struct ward_denial {
	struct ward_flow_end from, to; /* as they are counted: a workload for its pods */
	struct ward_flow last;	       /* between the pods that it was */
	uint64_t count;		       /* packets */
	int64_t first_us;
};

struct ward_denials {
	struct ward_intern keys;
	WARD_VEC(struct ward_denial) list; /* by the number of its key, until sorted */
};

/* Counts a denied flow as one from @from to @to.  Not after the sort. */
void ward_denials_add(struct ward_denials *denials, const struct ward_flow *flow,
		      const struct ward_flow_end *from, const struct ward_flow_end *to);

/* The most frequent first. */
void ward_denials_sort(struct ward_denials *denials);
void ward_denials_done(struct ward_denials *denials);
