/* SPDX-License-Identifier: Apache-2.0 */
/* Which place of the one map is which of the other. */
#include <string.h>

#include "analysis/diff-parts.h"
#include "kube/pod.h"

static const struct ward_map *map_of(const struct ward_differ *differ, int version)
{
	return &differ->diff->maps[version];
}

/* Texts live as long as the sides do. */
static uint32_t place_add(struct ward_differ *differ, struct ward_intern *ids, int version,
			  uint32_t index)
{
	const struct ward_map *map = map_of(differ, version);
	const struct ward_place *place = &map->places[index];
	uint32_t number = ward_intern(ids, place->id, strlen(place->id));

	if (number == differ->places.n)
		ward_vec_push(&differ->places,
			      ((struct ward_diff_place){
				      .id = place->id,
				      .kind = place->kind,
				      .ns = ward_symbol_str(map->symbols, place->ns),
				      .name = ward_symbol_str(map->symbols, place->name),
				      .at = {WARD_NONE, WARD_NONE},
			      }));
	differ->places.items[number].at[version] = index;
	return number;
}

/* The workload of a pod that is shown for itself, on the other map; or WARD_NONE. */
static uint32_t owner_number(const struct ward_differ *differ, const struct ward_intern *ids,
			     int version, const struct ward_diff_place *place)
{
	const char *workload = map_of(differ, version)->places[place->at[version]].differs;

	return workload ? ward_intern_find(ids, workload, strlen(workload)) : WARD_NONE;
}

/* Pods that differ on this side stand beside their whole workload on the other, whose own entry
 * then goes. */
static void places_split(struct ward_differ *differ, const struct ward_intern *ids, int version)
{
	int other = WARD_N_VERSION - 1 - version;
	WARD_VEC(uint32_t) split = {};

	for (uint32_t i = 0; i < differ->places.n; i++) {
		struct ward_diff_place *place = &differ->places.items[i];
		uint32_t owner;

		if (place->at[version] == WARD_NONE || place->at[other] != WARD_NONE)
			continue;
		owner = owner_number(differ, ids, version, place);
		if (owner == WARD_NONE || differ->places.items[owner].at[version] != WARD_NONE)
			continue;
		place->at[other] = differ->places.items[owner].at[other];
		ward_vec_push(&split, owner);
	}
	for (uint32_t i = 0; i < split.n; i++)
		differ->places.items[split.items[i]].at[other] = WARD_NONE;
	ward_vec_done(&split);
}

static bool is_nowhere(const struct ward_diff_place *place)
{
	return place->at[WARD_OLD] == WARD_NONE && place->at[WARD_NEW] == WARD_NONE;
}

static int place_cmp(const void *a, const void *b)
{
	const struct ward_diff_place *x = a, *y = b;
	int cmp = strcmp(x->ns, y->ns);

	if (!cmp)
		cmp = strcmp(x->name, y->name);
	return cmp ? cmp : strcmp(ward_kind_str(x->kind), ward_kind_str(y->kind));
}

static void match_workloads(struct ward_differ *differ)
{
	struct ward_intern ids = {};
	uint32_t n = 0;

	for (int version = 0; version < WARD_N_VERSION; version++)
		for (uint32_t i = 0; i < map_of(differ, version)->n_places; i++)
			if (!map_of(differ, version)->places[i].external)
				place_add(differ, &ids, version, i);
	for (int version = 0; version < WARD_N_VERSION; version++)
		places_split(differ, &ids, version);
	for (uint32_t i = 0; i < differ->places.n; i++)
		if (!is_nowhere(&differ->places.items[i]))
			differ->places.items[n++] = differ->places.items[i];
	differ->places.n = n;
	if (n)
		qsort(differ->places.items, n, sizeof(*differ->places.items), place_cmp);
	ward_intern_done(&ids);
}

static uint32_t first_range(const struct ward_map *map)
{
	uint32_t i = 0;

	while (i < map->n_places && !map->places[i].external)
		i++;
	return i;
}

/* The range that @ip is in, or that comes next: ranges before it are passed. */
static const struct ward_place *range_at(const struct ward_map *map, uint32_t *cursor,
					 struct ward_ip ip)
{
	while (*cursor < map->n_places && ward_ip_cmp(map->places[*cursor].range.last, ip) < 0)
		++*cursor;
	return *cursor < map->n_places ? &map->places[*cursor] : NULL;
}

/* Does @ip have a range of its own?  Where it ends, or the gap before the next one: into
 * @ret_last. */
static bool piece_end(const struct ward_place *place, struct ward_ip ip, struct ward_ip *ret_last)
{
	bool inside = place && ward_ip_cmp(place->range.first, ip) <= 0;
	struct ward_ip last = ward_ip_max(ip.family);

	if (inside)
		last = place->range.last;
	else if (place && place->range.first.family == ip.family)
		last = ward_ip_prev(place->range.first);
	if (ward_ip_cmp(last, *ret_last) < 0)
		*ret_last = last;
	return inside;
}

/* Cuts a family's addresses wherever either map does. */
static void match_family(struct ward_differ *differ, enum ward_family family,
			 uint32_t cursors[WARD_N_VERSION])
{
	struct ward_ip ip = {.family = family}, last;

	for (;; ip = ward_ip_next(last)) {
		struct ward_diff_place piece = {.external = true, .ns = "", .name = ""};

		last = ward_ip_max(family);
		for (int version = 0; version < WARD_N_VERSION; version++) {
			const struct ward_place *place =
				range_at(map_of(differ, version), &cursors[version], ip);

			piece.at[version] =
				piece_end(place, ip, &last) ? cursors[version] : WARD_NONE;
		}
		piece.range = (struct ward_ip_range){ip, last};
		if (!is_nowhere(&piece))
			ward_vec_push(&differ->places, piece);
		if (ward_ip_is_max(last))
			return;
	}
}

void ward_diff_match(struct ward_differ *differ)
{
	uint32_t cursors[WARD_N_VERSION];

	for (int version = 0; version < WARD_N_VERSION; version++)
		cursors[version] = first_range(map_of(differ, version));
	match_workloads(differ);
	match_family(differ, WARD_FAMILY_4, cursors);
	match_family(differ, WARD_FAMILY_6, cursors);
	differ->diff->n_places = differ->places.n;
	differ->diff->places = ward_arena_copy(&differ->diff->arena, differ->places.items,
					       differ->places.n * sizeof(*differ->places.items));
}

bool ward_diff_is_asked(const struct ward_differ *differ, const struct ward_diff_place *place)
{
	return !differ->options->ns ||
	       (!place->external && strcmp(place->ns, differ->options->ns) == 0);
}
