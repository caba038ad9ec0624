/* SPDX-License-Identifier: Apache-2.0 */
/* What one endpoint is to the groups and the policies: the answer to `ward whoami`. */
#pragma once

#include "analysis/standing.h"
#include "analysis/who.h"

enum {
	WARD_NEAR_MAX = 3,   /* near misses that are told */
	WARD_NEAR_WEIGHT = 2 /* of what differs; more is not near */
};

/* A group that it is in: by an entry, or by the address that it has. */
struct ward_profile_group {
	const struct ward_group_entry *group;
	struct ward_standing standing;
	bool by_address;
	struct ward_ip ip;
};

/* A group that it is almost in. */
struct ward_near {
	const struct ward_group_entry *group;
	struct ward_standing standing; /* EXCLUDED, LACKING, or else OUTSIDE by this: */
	struct ward_distance distance;
};

/* A policy that it is a subject of, in one mode. */
struct ward_governing {
	struct ward_object policy;
	enum ward_tier tier;
	bool staged;
	bool judges[WARD_N_DIRECTION], isolates[WARD_N_DIRECTION];
};

struct ward_profile {
	const struct ward_member *member;
	uint32_t endpoint; /* WARD_NONE: an address */
	ward_sym environment;
	WARD_VEC(struct ward_profile_group) groups;
	WARD_VEC(struct ward_near) near; /* nearest first */
	WARD_VEC(struct ward_governing) policies;
};

struct ward_profiles {
	const struct ward_engine *engine;
	const struct ward_symbols *symbols;
	struct ward_groups groups;
	struct ward_arena arena;
	WARD_VEC(struct ward_profile) list;
};

/* Of everyone in @who, who must outlive them: pods, or single addresses.  The engine rehearses, so
 * that what is staged is seen too. */
void ward_profiles_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
			 const struct ward_who *who, struct ward_profiles *profiles);
void ward_profiles_done(struct ward_profiles *profiles);

/* Is any of them in a group? */
bool ward_profiles_have_groups(const struct ward_profiles *profiles);
