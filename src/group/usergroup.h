/* SPDX-License-Identifier: Apache-2.0 */
/* UserGroup: a named set of pods and addresses. */
#pragma once

#include "group/membership.h"
#include "kube/object.h"

/* Whom the guard lets place pods in the group, without asking RBAC for more. */
enum ward_join_mode {
	WARD_JOIN_AUDIT,
	WARD_JOIN_WARN,
	WARD_JOIN_DENY,
	WARD_N_JOIN_MODE,
};

struct ward_join_subject {
	ward_sym kind, name;   /* "User", "Group" or "ServiceAccount" */
	uint32_t n_namespaces; /* where; 0: wherever the group's pods may be */
	const ward_sym *namespaces;
	struct ward_mark mark;
};

struct ward_usergroup {
	struct ward_object object;
	struct ward_membership membership;
	uint32_t min_members, max_members; /* expected; UINT32_MAX: any number */
	struct ward_mark expect_mark;
	uint32_t n_disjoint; /* groups that it must not share a member with */
	const struct ward_group_name *disjoint;
	enum ward_join_mode join;
	struct ward_mark join_mark;
	uint32_t n_joins;
	const struct ward_join_subject *joins;
};
