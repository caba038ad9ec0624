/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the map: what its parts share while it is being built.
 *
 * Places are many, but most are alike.  All that decides who may talk to a place is its *class*:
 * the two rows that judge it and the identity under which others see it.  So classes are compared
 * with each other, not places. */
#pragma once

#include "analysis/groups.h"
#include "analysis/map.h"
#include "analysis/ports.h"

struct ward_place_class {
	uint32_t row[WARD_N_DIRECTION];	      /* WARD_NONE: that side is not judged */
	uint32_t identity[WARD_FAMILY_6 + 1]; /* by family, WARD_NONE: no such address;
						 NONE: it has no address at all */
};

/* A class as it is compared with others. */
struct ward_class_view {
	struct ward_place_class class;
	const uint32_t *opens[WARD_N_DIRECTION]; /* port sets by identity; NULL: ask the row */
	uint32_t first;				 /* identity */
};

struct ward_place_draft {
	struct ward_place place;
	uint32_t class;
};

struct ward_map_builder {
	const struct ward_engine *engine;
	const struct ward_tables *tables;
	const struct ward_snapshot *snapshot;
	const struct ward_map_options *options;
	struct ward_map *map;

	struct ward_groups groups;
	struct ward_port_sets sets;
	uint32_t **unpacked; /* by row: what it opens to each identity; NULL: not unpacked (yet) */
	uint64_t n_unpacked; /* cells */
	WARD_VEC(struct ward_class_view) views; /* by class */
	uint32_t only;				/* the ports asked about */
	struct ward_intern classes;		/* struct ward_place_class → number */
	WARD_VEC(struct ward_place_draft) places;
	WARD_VEC(struct ward_skipped) skipped;
};

const struct ward_place_class *ward_map_class(const struct ward_map_builder *builder,
					      uint32_t class);

/* What @from may open to @to (classes); WARD_PORTS_NONE between two external ones. */
uint32_t ward_map_judge(struct ward_map_builder *builder, uint32_t from, uint32_t to);

/* Adds a place for every workload or pod, sorted. */
void ward_map_add_pods(struct ward_map_builder *builder);

/* Adds a place for every range of external addresses from or to which something is allowed.  After
 * the pods. */
void ward_map_add_external(struct ward_map_builder *builder);
