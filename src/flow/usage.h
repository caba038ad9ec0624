/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and bytes by pod and rule. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "flow/flow.h"

enum {
	WARD_USAGES_MAX = 65536
};

/* What was decided about packets of one pod, and how much that was. */
struct ward_usage {
	ward_sym ns, name; /* of the pod; WARD_NONE: one that was gone when it was asked for */
	enum ward_direction direction; /* which end of the flows the pod was */
	enum ward_flow_why why;
	bool accept;
	struct ward_flow_policy rule;  /* BY_RULE */
	uint64_t packets[2], bytes[2]; /* of who opened the flow, of replies */
};

/* Bounded: what finds no room is counted together. */
struct ward_usages {
	struct ward_intern keys;
	WARD_VEC(struct ward_usage) list;
	uint64_t n_untold; /* packets */
};

void ward_usages_add(struct ward_usages *usages, const struct ward_usage *usage);
void ward_usages_done(struct ward_usages *usages);
