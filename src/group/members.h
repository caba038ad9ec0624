/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a group: what its author wrote, with nesting and exclusion worked out.
 *
 * A group that is named and not there is empty, and so is one that is named on a way round: a
 * reference from A to B counts for nothing when B leads back to A.  Which references these are does
 * not depend on where one begins. */
#pragma once

#include "base/intern.h"
#include "base/ranges.h"
#include "group/boxes.h"
#include "group/grouppolicy.h"
#include "group/usergroup.h"

struct ward_members {
	struct ward_boxes pods;
	struct ward_ranges addresses;
};

/* Finds a UserGroup by name, or NULL. */
typedef const struct ward_usergroup *(*ward_group_find_fn)(const void *userdata, ward_sym name);

/* Each group once. */
struct ward_group_resolver {
	ward_group_find_fn find;
	const void *userdata;
	struct ward_intern names;
	WARD_VEC(struct ward_members *) members; /* by number of their name; NULL: in the making */
	uint32_t depth;
	struct ward_arena arena;
};

/* Of the UserGroups of a snapshot, which must not change while the resolver is used. */
struct ward_snapshot;
void ward_group_resolver_init(struct ward_group_resolver *resolver,
			      const struct ward_snapshot *snapshot);
void ward_group_resolver_done(struct ward_group_resolver *resolver);

/* The members of a UserGroup; NULL when there is no such group.  They live as long as the
 * resolver. */
const struct ward_members *ward_group_members(struct ward_group_resolver *resolver, ward_sym name);

void ward_members_done(struct ward_members *members);

/* What a GroupPolicy governs: the pods of the namespaces and environments that it lists; of these
 * only the ones that are staged, or only the others, or all.  Everything if it lists neither. */
enum ward_home_part {
	WARD_HOME_ALL,
	WARD_HOME_ENFORCED,
	WARD_HOME_STAGED,
};
void ward_grouppolicy_home(struct ward_arena *arena, const struct ward_grouppolicy *policy,
			   enum ward_home_part part, struct ward_boxes *ret_boxes);

/* Who is in a group of a policy.  An entry that is declared there and says nothing of namespaces
 * means those of the policy. */
void ward_grouppolicy_members(struct ward_group_resolver *resolver,
			      const struct ward_grouppolicy *policy, uint32_t group,
			      struct ward_members *ret_members);

/* Pods of namespaces whose environment is one of these. */
void ward_boxes_in_environments(struct ward_arena *arena, const ward_sym *names, uint32_t n,
				struct ward_boxes *boxes);

/* Is it the UserGroup @target, or made of it, however far down? */
bool ward_group_leads_to(const struct ward_group_resolver *resolver, ward_sym group,
			 ward_sym target);
bool ward_membership_leads_to(const struct ward_group_resolver *resolver,
			      const struct ward_membership *membership, ward_sym target);
