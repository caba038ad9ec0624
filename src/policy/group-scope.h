/* SPDX-License-Identifier: Apache-2.0 */
/* Whom the parts of a GroupPolicy are about: groups as subjects and as peers. */
#pragma once

#include "policy/build.h"

/* A GroupPolicy being lowered, in one mode. */
struct group_lowering {
	const struct ward_lowering *lowering;
	const struct ward_grouppolicy *gp;
	bool staged;
	struct ward_policies *policies;
	bool governs;		   /* it lists namespaces or environments */
	struct ward_boxes subject; /* the pods of those, in this mode */
	struct ward_group_resolver none, *groups;
	struct ward_members *members; /* of each group */
	struct ward_arena arena;
};

void group_lowering_init(struct group_lowering *in, const struct ward_lowering *lowering,
			 const struct ward_grouppolicy *gp, bool staged,
			 struct ward_policies *policies);
void group_lowering_done(struct group_lowering *in);

/* The subjects of a policy: all that is governed, or a group's pods in there.  False: the group
 * takes too many selectors to say, so that these are more than its pods.  They may be closed, but
 * nothing may be opened. */
void group_subjects_governed(struct group_lowering *in, struct ward_policy *policy);
bool group_subjects_add(struct group_lowering *in, uint32_t group, struct ward_policy *policy);

/* A group as the peers of a rule; @anywhere: whatever `environment` says. */
void group_peers(struct group_lowering *in, uint32_t group, bool anywhere,
		 struct ward_policy *policy, struct ward_rule *rule);

/* Does the policy exempt anything in this direction? */
bool group_exempts(const struct ward_grouppolicy *gp, enum ward_direction dir);

/* The rules for what it exempts in these directions. */
void group_exempt(const struct group_lowering *in, const bool directions[WARD_N_DIRECTION],
		  struct ward_policy *policy);
