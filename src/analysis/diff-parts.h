/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the comparison: what its parts share. */
#pragma once

#include "analysis/diff.h"
#include "analysis/ports.h"

struct ward_differ {
	const struct ward_diff_side *sides;
	const struct ward_diff_options *options;
	struct ward_diff *diff;
	WARD_VEC(struct ward_diff_place) places;
	struct ward_port_sets sets; /* of both maps */
	uint32_t n_explained;
};

/* Matches the places of both maps. */
void ward_diff_match(struct ward_differ *differ);

/* Is the place one that the options ask about? */
bool ward_diff_is_asked(const struct ward_differ *differ, const struct ward_diff_place *place);

/* Compares every pair and bundles what changed. */
void ward_diff_compare(struct ward_differ *differ);

/* Finds out why, for the example of a change. */
void ward_diff_explain(struct ward_differ *differ, struct ward_diff_change *change);

/* Compares what could be. */
void ward_diff_find_possible(struct ward_differ *differ);

/* One endpoint of a place on that side, or WARD_NONE. */
uint32_t ward_diff_endpoint(const struct ward_differ *differ, int version, uint32_t place);
