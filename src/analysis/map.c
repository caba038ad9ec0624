/* SPDX-License-Identifier: Apache-2.0 */
/* From tables to the map: places (map-pods.c, map-external.c), then the links between them.
 *
 * Links are computed per pair of classes and kept sparse; then every place writes out the links of
 * its class in the order of the places, so that the result needs no sorting. */
#include "analysis/map.h"

#include <string.h>

#include "analysis/map-build.h"
#include "base/bits.h"

enum {
	UNPACKED_MAX = 1 << 25, /* cells of rows, 4 bytes each */
};

/* What each class may open to which others: entries from start[class] to start[class + 1]. */
struct matrix_entry {
	uint32_t to, set;
};

struct matrix {
	uint32_t n;
	uint32_t *start;
	WARD_VEC(struct matrix_entry) entries;
};

const struct ward_place_class *ward_map_class(const struct ward_map_builder *builder,
					      uint32_t class)
{
	return ward_intern_bytes(&builder->classes, class, NULL);
}

static uint32_t row_judge(struct ward_map_builder *builder, uint32_t row, uint32_t identity)
{
	return ward_port_sets_of_map(&builder->sets,
				     ward_row_cell(&builder->tables->rows[row], identity));
}

/* Every row is asked once for each pair of places, so its cells are unpacked, within reason. */
static void row_unpack(struct ward_map_builder *builder, uint32_t row)
{
	const struct ward_row *from = &builder->tables->rows[row];
	uint32_t n = builder->tables->n_identities;
	uint32_t rest, *sets;

	if (row == WARD_NONE || builder->unpacked[row] || builder->n_unpacked + n > UNPACKED_MAX)
		return;
	builder->n_unpacked += n;
	builder->unpacked[row] = sets = ward_new_n(uint32_t, n);
	rest = ward_port_sets_of_map(&builder->sets, from->rest);
	for (uint32_t i = 0; i < n; i++)
		sets[i] = rest;
	for (uint32_t i = 0; i < from->n_cells; i++)
		sets[from->cells[i].identity] =
			ward_port_sets_of_map(&builder->sets, from->cells[i].map);
}

static void rows_unpack(struct ward_map_builder *builder)
{
	uint32_t n = builder->tables->n_rows;

	builder->unpacked = ward_alloc(n * sizeof(*builder->unpacked));
	for (uint32_t i = 0; i < builder->classes.n; i++)
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			row_unpack(builder, ward_map_class(builder, i)->row[d]);
}

static void rows_pack(struct ward_map_builder *builder)
{
	for (uint32_t i = 0; i < builder->tables->n_rows; i++)
		free(builder->unpacked[i]);
	free(builder->unpacked);
	ward_vec_done(&builder->views);
}

static uint32_t class_first_identity(const struct ward_place_class *class)
{
	for (int family = 0; family <= WARD_FAMILY_6; family++)
		if (class->identity[family] != WARD_NONE)
			return class->identity[family];
	return WARD_NONE;
}

static void views_make(struct ward_map_builder *builder)
{
	while (builder->views.n < builder->classes.n) {
		struct ward_class_view view = {.class = *ward_map_class(builder, builder->views.n)};

		view.first = class_first_identity(&view.class);
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			if (view.class.row[d] != WARD_NONE)
				view.opens[d] = builder->unpacked[view.class.row[d]];
		ward_vec_push(&builder->views, view);
	}
}

/* What the row of @view says to @identity; a side that is not judged allows all. */
static uint32_t side_judge(struct ward_map_builder *builder, const struct ward_class_view *view,
			   enum ward_direction direction, uint32_t identity)
{
	if (view->opens[direction])
		return view->opens[direction][identity];
	if (view->class.row[direction] == WARD_NONE)
		return WARD_PORTS_ALL;
	return row_judge(builder, view->class.row[direction], identity);
}

/* Egress at the source, then ingress at the destination (F7). */
static uint32_t pair_judge(struct ward_map_builder *builder, const struct ward_class_view *from,
			   const struct ward_class_view *to, uint32_t from_identity,
			   uint32_t to_identity)
{
	uint32_t out = side_judge(builder, from, WARD_EGRESS, to_identity), in;

	if (out == WARD_PORTS_NONE)
		return WARD_PORTS_NONE;
	in = side_judge(builder, to, WARD_INGRESS, from_identity);
	return in == WARD_PORTS_NONE ? in : ward_port_sets_and(&builder->sets, out, in);
}

/* A connection has one family (A13.1): what any family that both have allows.  A place without
 * addresses is judged by its labels (F7.4). */
static uint32_t families_judge(struct ward_map_builder *builder, const struct ward_class_view *from,
			       const struct ward_class_view *to)
{
	const uint32_t *ours = from->class.identity, *theirs = to->class.identity;
	uint32_t set = WARD_PORTS_NONE;

	if (ours[WARD_FAMILY_NONE] != WARD_NONE || theirs[WARD_FAMILY_NONE] != WARD_NONE)
		return pair_judge(builder, from, to, from->first, to->first);
	for (int family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++)
		if (ours[family] != WARD_NONE && theirs[family] != WARD_NONE)
			set = ward_port_sets_or(&builder->sets, set,
						pair_judge(builder, from, to, ours[family],
							   theirs[family]));
	return set;
}

uint32_t ward_map_judge(struct ward_map_builder *builder, uint32_t from_class, uint32_t to_class)
{
	const struct ward_class_view *from, *to;
	uint32_t set;

	if (builder->views.n < builder->classes.n)
		views_make(builder);
	from = &builder->views.items[from_class];
	to = &builder->views.items[to_class];
	if (from->class.row[WARD_EGRESS] == WARD_NONE && to->class.row[WARD_INGRESS] == WARD_NONE)
		return WARD_PORTS_NONE;
	set = families_judge(builder, from, to);
	return set == WARD_PORTS_NONE ? set
				      : ward_port_sets_and(&builder->sets, set, builder->only);
}

static void matrix_build(struct ward_map_builder *builder, struct matrix *ret_matrix)
{
	struct matrix matrix = {.n = builder->classes.n};
	struct ward_bits used = {};

	for (uint32_t i = 0; i < builder->places.n; i++)
		ward_bits_add(&used, builder->places.items[i].class);
	matrix.start = ward_new_n(uint32_t, matrix.n + 1);
	for (uint32_t from = 0; from < matrix.n; from++) {
		matrix.start[from] = matrix.entries.n;
		for (uint32_t to = 0; to < matrix.n && ward_bits_has(&used, from); to++) {
			uint32_t set = WARD_PORTS_NONE;

			if (ward_bits_has(&used, to))
				set = ward_map_judge(builder, from, to);
			if (set != WARD_PORTS_NONE)
				ward_vec_push(&matrix.entries, ((struct matrix_entry){to, set}));
		}
	}
	matrix.start[matrix.n] = matrix.entries.n;
	ward_bits_done(&used);
	*ret_matrix = matrix;
}

/* A place may have links to others; a workload, when asked for, to itself: between its pods. */
static bool is_pair(const struct ward_map_builder *builder, uint32_t from, uint32_t to)
{
	const struct ward_place *place = &builder->places.items[from].place;

	return from != to ||
	       (builder->options->twins && !place->external && place->kind != WARD_KIND_POD);
}

static const struct ward_port_set *sets_copy(struct ward_map_builder *builder)
{
	struct ward_arena *arena = &builder->map->arena;
	uint32_t n = builder->sets.sets.n;
	struct ward_port_set *copy = ward_arena_new_n(arena, struct ward_port_set, n);

	for (uint32_t i = 0; i < n; i++) {
		copy[i] = ward_port_sets_get(&builder->sets, i);
		copy[i].ranges =
			ward_arena_copy(arena, copy[i].ranges, copy[i].n * sizeof(*copy[i].ranges));
	}
	return copy;
}

/* How many links there will be at most: a place to itself is counted, too. */
static uint64_t links_count(const struct ward_map_builder *builder, const struct matrix *matrix)
{
	_cleanup_free_ uint64_t *all = ward_alloc(matrix->n * sizeof(uint64_t));
	_cleanup_free_ uint64_t *aside =
		ward_alloc(matrix->n * sizeof(uint64_t)); /* not asked for */
	uint64_t n = 0;

	for (uint32_t i = 0; i < builder->places.n; i++) {
		const struct ward_place_draft *draft = &builder->places.items[i];

		all[draft->class]++;
		aside[draft->class] += !draft->place.asked;
	}
	for (uint32_t from = 0; from < matrix->n; from++)
		for (uint32_t i = matrix->start[from]; i < matrix->start[from + 1]; i++) {
			uint32_t to = matrix->entries.items[i].to;

			n += all[from] * all[to] - aside[from] * aside[to];
		}
	return n;
}

static void links_build(struct ward_map_builder *builder, const struct matrix *matrix, uint64_t max)
{
	const struct ward_port_set *sets = sets_copy(builder);
	_cleanup_free_ uint32_t *to_class = ward_alloc(matrix->n * sizeof(uint32_t));
	struct ward_link *links = ward_arena_new_n(&builder->map->arena, struct ward_link, max);
	uint32_t n = 0;

	for (uint32_t from = 0; from < builder->places.n; from++) {
		const struct ward_place_draft *source = &builder->places.items[from];
		uint32_t first = matrix->start[source->class];
		uint32_t end = matrix->start[source->class + 1];

		for (uint32_t i = first; i < end; i++)
			to_class[matrix->entries.items[i].to] = matrix->entries.items[i].set;
		for (uint32_t to = 0; to < builder->places.n && first < end; to++) {
			const struct ward_place_draft *target = &builder->places.items[to];
			uint32_t set = to_class[target->class];

			if (set != WARD_PORTS_NONE && is_pair(builder, from, to) &&
			    (source->place.asked || target->place.asked))
				links[n++] = (struct ward_link){from, to, &sets[set]};
		}
		for (uint32_t i = first; i < end; i++)
			to_class[matrix->entries.items[i].to] = WARD_PORTS_NONE;
	}
	builder->map->n_sets = builder->sets.sets.n;
	builder->map->sets = sets;
	builder->map->n_links = n;
	builder->map->links = links;
}

/* Moves the places into the map; those that were not asked for and have no link stay behind. */
static void places_finish(struct ward_map_builder *builder)
{
	struct ward_map *map = builder->map;
	_cleanup_free_ uint32_t *number = ward_alloc(builder->places.n * sizeof(uint32_t));
	struct ward_place *places =
		ward_arena_new_n(&map->arena, struct ward_place, builder->places.n);
	struct ward_link *links = (struct ward_link *)map->links;

	for (uint32_t i = 0; i < map->n_links; i++)
		number[links[i].from] = number[links[i].to] = 1;
	for (uint32_t i = 0; i < builder->places.n; i++) {
		if (!number[i] && !builder->places.items[i].place.asked)
			continue;
		number[i] = map->n_places;
		places[map->n_places++] = builder->places.items[i].place;
	}
	for (uint32_t i = 0; i < map->n_links; i++)
		links[i] = (struct ward_link){number[links[i].from], number[links[i].to],
					      links[i].allow};
	map->places = places;
	map->n_skipped = builder->skipped.n;
	map->skipped = ward_arena_copy(&map->arena, builder->skipped.items,
				       builder->skipped.n * sizeof(*builder->skipped.items));
}

static bool has_blocks(const struct ward_policy *policy)
{
	for (uint32_t r = 0; r < policy->n_rules; r++)
		for (uint32_t p = 0; p < policy->rules[r].n_peers; p++)
			if (policy->rules[r].peers[p].kind == WARD_PEER_BLOCKS)
				return true;
	return false;
}

/* Would knowing the addresses of all pods perhaps change the map? */
static bool is_undetermined(const struct ward_tables *tables)
{
	bool without = false;

	for (uint32_t i = 0; i < tables->n_endpoints; i++)
		without |= tables->endpoints[i].managed && !tables->endpoints[i].n_addresses;
	for (uint32_t i = 0; i < tables->n_policies && without; i++)
		if (has_blocks(tables->policies[i]))
			return true;
	return false;
}

void ward_map_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		    const struct ward_map_options *options, struct ward_map *ret_map)
{
	struct ward_map_builder builder = {
		.engine = engine,
		.tables = ward_engine_tables(engine),
		.snapshot = snapshot,
		.options = options,
		.map = ret_map,
	};
	struct matrix matrix;
	uint64_t n_links;

	*ret_map = (struct ward_map){.symbols = snapshot->symbols};
	ward_groups_init(&builder.groups, snapshot);
	ward_port_sets_init(&builder.sets, builder.tables);
	builder.only =
		options->only ? ward_port_sets_put(&builder.sets, options->only) : WARD_PORTS_ALL;
	ward_map_add_pods(&builder);
	rows_unpack(&builder); /* those of pods: there are no others */
	ward_map_add_external(&builder);
	matrix_build(&builder, &matrix);
	rows_pack(&builder);
	n_links = links_count(&builder, &matrix);
	ret_map->too_large = n_links > WARD_MAP_LINKS_MAX;
	if (!ret_map->too_large) {
		links_build(&builder, &matrix, n_links);
		places_finish(&builder);
	}
	ret_map->undetermined = is_undetermined(builder.tables);

	free(matrix.start);
	ward_vec_done(&matrix.entries);
	ward_vec_done(&builder.places);
	ward_vec_done(&builder.skipped);
	ward_intern_done(&builder.classes);
	ward_port_sets_done(&builder.sets);
	ward_groups_done(&builder.groups);
}

void ward_map_done(struct ward_map *map)
{
	ward_arena_done(&map->arena);
	*map = (struct ward_map){};
}
