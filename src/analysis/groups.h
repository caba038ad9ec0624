/* SPDX-License-Identifier: Apache-2.0 */
/* The user groups of a snapshot and who is in them. */
#pragma once

#include "base/vec.h"
#include "engine/engine.h"
#include "group/members.h"

/* A UserGroup, or a group that a GroupPolicy declares. */
struct ward_group_entry {
	const struct ward_grouppolicy *policy; /* NULL: a UserGroup */
	const struct ward_usergroup *group;    /* or NULL */
	ward_sym name;
	struct ward_mark mark;
	struct ward_members members;
};

/* In the order read. */
struct ward_groups {
	struct ward_group_resolver resolver;
	WARD_VEC(struct ward_group_entry) list;
};

/* @snapshot must not change until they are done with. */
void ward_groups_init(struct ward_groups *groups, const struct ward_snapshot *snapshot);
void ward_groups_done(struct ward_groups *groups);

/* Members are pods that policies see (groups.md 8.5). */
bool ward_members_have(const struct ward_engine *engine, const struct ward_members *members,
		       const struct ward_endpoint *endpoint);
