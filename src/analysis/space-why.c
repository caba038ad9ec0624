/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/space-why.h"

#include <string.h>

static bool is_same_origin(const struct ward_object *a, const struct ward_object *b)
{
	return a->kind == b->kind && a->ns == b->ns && a->name == b->name;
}

/* A policy often isolates both ends, and a line of a GroupPolicy opens both: once is enough. */
static bool is_said(const struct ward_diff_why *why, const struct ward_diff_reason *reason)
{
	for (uint32_t i = 0; i < why->n; i++)
		if (why->reasons[i].isolates == reason->isolates &&
		    is_same_origin(&why->reasons[i].policy->origin, &reason->policy->origin) &&
		    why->reasons[i].mark.line == reason->mark.line)
			return true;
	return false;
}

void ward_diff_why_add(struct ward_arena *arena, struct ward_diff_why *why,
		       const struct ward_diff_reason *reason)
{
	struct ward_diff_reason *reasons;

	if (is_said(why, reason))
		return;
	reasons = ward_arena_new_n(arena, struct ward_diff_reason, why->n + 1);
	if (why->n)
		memcpy(reasons, why->reasons, why->n * sizeof(*reasons));
	reasons[why->n++] = *reason;
	why->reasons = reasons;
}

static void unit_add(struct ward_arena *arena, struct ward_diff_why *why, bool isolates,
		     const struct ward_unit *unit)
{
	const struct ward_diff_reason reason = {
		.isolates = isolates,
		.policy = unit->policy,
		.mark = isolates ? unit->policy->origin.mark : unit->rule->mark,
	};

	ward_diff_why_add(arena, why, &reason);
}

static void side_explain(struct ward_arena *arena, struct ward_space_judge *judge, uint32_t version,
			 enum ward_direction direction, struct ward_diff_why *why)
{
	const struct ward_space_version *of = &judge->space->versions[version];
	const struct ward_unit *by;
	struct ward_cut cut;
	bool accept = ward_space_side(judge, version, direction, &by, &cut) == WARD_YES;

	if (accept != why->accept)
		return;
	if (by && by->rule->action != WARD_PASS)
		unit_add(arena, why, false, by);
	for (uint32_t i = 0; i < of->units[direction].n && !by && !accept; i++) {
		const struct ward_unit *unit = &of->units[direction].items[i];

		if (!unit->rule &&
		    ward_unit_applies(judge, version, unit, direction, &cut) == WARD_YES)
			unit_add(arena, why, true, unit);
	}
}

void ward_space_explain(struct ward_arena *arena, struct ward_space_judge *judge, uint32_t version,
			struct ward_diff_why *why)
{
	const struct ward_unit *by;
	struct ward_cut cut;

	why->known = why->accept = true;
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		if (ward_space_side(judge, version, direction, &by, &cut) != WARD_YES)
			why->accept = false;
	for (int direction = WARD_N_DIRECTION - 1; direction >= 0; direction--)
		side_explain(arena, judge, version, direction, why);
}
