/* SPDX-License-Identifier: Apache-2.0 */
/* How one pod stands to one group: a member by this entry, excluded by that one, or how far from
 * being one.
 *
 * Who is a member is said by group/members.h, for the whole group at once; here the same is asked
 * of one pod, entry by entry, because people ask which line it is.  Both agree, and a test holds
 * them together. */
#pragma once

#include "analysis/groups.h"

enum ward_standing_kind {
	WARD_STANDING_MEMBER,
	WARD_STANDING_EXCLUDED, /* by an entry of `exclude` */
	WARD_STANDING_LACKING,	/* it lacks a label, and `lacking: Exclude` */
	WARD_STANDING_OUTSIDE,	/* no entry matches */
	WARD_N_STANDING,
};

/* The labels that decide. */
struct ward_candidate {
	ward_sym ns;
	struct ward_labels namespace_labels, labels;
};

struct ward_standing {
	enum ward_standing_kind kind;
	uint32_t index; /* of the entry that matches */
	const struct ward_member_entry *entry;
	uint32_t exclude_index; /* EXCLUDED */
	const struct ward_member_entry *exclude;
	ward_sym lacks; /* LACKING */
};

/* What keeps a pod out of an entry. */
struct ward_distance {
	uint32_t weight;     /* 1 for each of its labels, 2 for anything else; 0: nothing */
	uint32_t edits;	     /* between the words, where the value of one label is it */
	ward_sym key;	     /* that label, or WARD_NONE */
	const char *differs; /* one a line */
	const struct ward_member_entry *entry;
	uint32_t index;
};

/* A group, made ready for such questions. */
struct ward_standings {
	struct ward_group_resolver *resolver;
	const struct ward_symbols *symbols;
	const struct ward_group_entry *group;
	const struct ward_membership *membership;
	bool has_home; /* entries that say nothing of namespaces mean those of the policy */
	struct ward_boxes home;
	struct ward_arena arena;
};

void ward_standings_init(struct ward_standings *standings, struct ward_groups *groups,
			 const struct ward_symbols *symbols, const struct ward_group_entry *group);
void ward_standings_done(struct ward_standings *standings);

struct ward_standing ward_standing_of(const struct ward_standings *standings,
				      const struct ward_candidate *candidate);

/* The entry that is nearest to matching, with words in @arena; false if none is about pods. */
bool ward_standing_distance(const struct ward_standings *standings,
			    const struct ward_candidate *candidate, struct ward_arena *arena,
			    struct ward_distance *ret_distance);

struct ward_candidate ward_candidate_of(const struct ward_engine *engine, uint32_t endpoint);
