/* SPDX-License-Identifier: Apache-2.0 */
/* ClusterNetworkPolicies in the making, in the order of evaluation. */
#pragma once

#include "render/parts.h"

struct cluster_slot {
	const struct ward_policy *part; /* the first that speaks in it */
	uint32_t run;			/* of rules that may change places */
	const char *text;		/* of the subject */
	struct ward_node subject, rules[WARD_N_DIRECTION];
	uint32_t priority;
};

struct cluster_slots {
	WARD_VEC(struct cluster_slot) list;
};

/* The one of the same run and subject with room for a rule, or a new one. */
struct cluster_slot *cluster_slot_of(struct cluster_slots *slots, const struct cluster_slot *wanted,
				     enum ward_direction direction);

/* Gives them priorities and writes them. */
void cluster_write(struct render *in, struct cluster_slots *slots);
