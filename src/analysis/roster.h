/* SPDX-License-Identifier: Apache-2.0 */
/* The roster of a group: who is in it by which line, who is left out and why, and the plain
 * selectors that it comes down to.  The answer to `ward members`. */
#pragma once

#include "analysis/standing.h"

struct ward_roster_pod {
	uint32_t endpoint;
	ward_sym environment; /* WARD_NONE: in none */
	struct ward_standing standing;
	bool skipped; /* it matches, but uses its node's network or is finished (groups.md 8.5) */
};

/* Of one group. */
struct ward_roster {
	const struct ward_group_entry *group;
	WARD_VEC(struct ward_roster_pod) members;
	WARD_VEC(struct ward_roster_pod) left_out; /* some entry matches them */
};

/* Of all groups that one name means. */
struct ward_rosters {
	const struct ward_engine *engine;
	const struct ward_symbols *symbols;
	const char *name;
	bool narrowed; /* to pods of a namespace or an environment */
	struct ward_groups groups;
	WARD_VEC(struct ward_roster) list; /* at least one */
};

/* @name is "db", "group:db"; "shop/db" is the one that GroupPolicy shop declares, or those in
 * environment shop.  @ns: only members there, or WARD_NONE.  0, or -ENOENT with @ret_why (the
 * caller frees). */
int ward_rosters_find(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		      ward_sym ns, const char *name, struct ward_rosters *ret_rosters,
		      char **ret_why);
void ward_rosters_done(struct ward_rosters *rosters);

/* Has any of them a member? */
bool ward_rosters_have_members(const struct ward_rosters *rosters);
