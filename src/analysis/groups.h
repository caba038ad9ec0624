/* SPDX-License-Identifier: Apache-2.0 */
/* The user groups of a snapshot and who is in them. */
#pragma once

#include "base/vec.h"
#include "engine/engine.h"
#include "group/grouppolicy.h"

struct ward_group_entry {
	const struct ward_grouppolicy *policy;
	const struct ward_group *group;
};

/* Every inline group of every GroupPolicy, in the order read. */
struct ward_groups {
	WARD_VEC(struct ward_group_entry) list;
};

void ward_groups_init(struct ward_groups *groups, const struct ward_snapshot *snapshot);
void ward_groups_done(struct ward_groups *groups);

/* Members are pods that policies see (groups.md 8.5), of the policy's namespaces. */
bool ward_group_has(const struct ward_engine *engine, const struct ward_group_entry *entry,
		    const struct ward_endpoint *endpoint);
