/* SPDX-License-Identifier: Apache-2.0 */
/* The tree of units and the matrix of cells.
 *
 * Places are sorted by environment, namespace, group and likeness, so that every unit is a range of
 * atoms.  A place in several groups lives in the first one that declares it.  Workloads without a
 * group that have the same links to everybody else are neighbours too: their part has no name. */
#include "report/svg-city.h"

#include <string.h>

#include "base/intern.h"

struct key {
	const char *environment, *ns, *group; /* NULL sorts last */
	uint32_t alike, place;
};

struct city {
	struct svg_picture *pic;
	struct ward_intern ports;
	uint32_t *link_ports;
	struct svg_likeness likeness;
	struct key *keys;
	uint32_t n_keys;
	uint32_t *atom_of_place;
	uint32_t rest, n_rest; /* the unit of the namespaces that are too many, and their number */
};

static uint32_t ports_number(struct city *city, const struct ward_port_set *set)
{
	size_t size = set->n * sizeof(*set->ranges);
	_cleanup_free_ char *bytes = ward_alloc(size + 1);
	uint32_t number;

	if (size)
		memcpy(bytes, set->ranges, size);
	bytes[size] = set->other;
	number = ward_intern(&city->ports, bytes, size + 1);
	if (number == city->pic->ports.n)
		ward_vec_push(&city->pic->ports, set);
	return number;
}

static void ports_number_all(struct city *city)
{
	const struct ward_map *map = city->pic->map;

	city->link_ports = ward_new_n(uint32_t, map->n_links);
	for (uint32_t i = 0; i < map->n_links; i++) {
		bool same = i && map->links[i].allow == map->links[i - 1].allow;

		city->link_ports[i] =
			same ? city->link_ports[i - 1] : ports_number(city, map->links[i].allow);
	}
}

static const char *text_of(struct svg_picture *pic, ward_sym sym)
{
	return ward_svg_text_clean(&pic->arena, ward_symbol_str(pic->map->symbols, sym));
}

static int text_cmp(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !a - !b;
}

static int key_cmp(const void *left, const void *right)
{
	const struct key *a = left, *b = right;
	int r = text_cmp(a->environment, b->environment);

	r = r ? r : text_cmp(a->ns, b->ns);
	r = r ? r : text_cmp(a->group, b->group);
	r = r ? r : (a->alike > b->alike) - (a->alike < b->alike);
	return r ? r : (a->place > b->place) - (a->place < b->place);
}

static void keys_build(struct city *city)
{
	struct svg_picture *pic = city->pic;

	city->keys = ward_new_n(struct key, pic->map->n_places);
	for (uint32_t i = 0; i < pic->map->n_places; i++) {
		const struct ward_place *place = &pic->map->places[i];
		struct key *key = &city->keys[city->n_keys];

		if (place->external)
			continue;
		city->n_keys++;
		*key = (struct key){
			.environment = place->environment == WARD_NONE
					       ? NULL
					       : text_of(pic, place->environment),
			.ns = text_of(pic, place->ns),
			.group = place->n_groups ? text_of(pic, place->groups[0]) : NULL,
			.alike = place->n_groups ? 0 : city->likeness.first[i],
			.place = i,
		};
	}
	qsort(city->keys, city->n_keys, sizeof(*city->keys), key_cmp);
}

static uint32_t unit_new(struct svg_picture *pic, enum svg_kind kind, uint32_t parent,
			 const char *name)
{
	struct svg_unit unit = {
		.kind = kind,
		.parent = parent,
		.first = pic->n_atoms,
		.depth = parent == WARD_NONE ? 0 : pic->units.items[parent].depth + 1,
		.group = WARD_NONE,
		.name = name,
	};

	ward_vec_push(&pic->units, unit);
	return pic->units.n - 1;
}

uint32_t ward_svg_group_number(struct svg_picture *pic, ward_sym group)
{
	for (uint32_t i = 0; i < pic->groups.n; i++)
		if (pic->groups.items[i] == group)
			return i;
	ward_vec_push(&pic->groups, group);
	return pic->groups.n - 1;
}

/* The last unit of this kind if it is still the one to fill, otherwise a new one. */
static uint32_t unit_reach(struct svg_picture *pic, bool same, uint32_t old, enum svg_kind kind,
			   uint32_t parent, const char *name)
{
	return same && old != WARD_NONE ? old : unit_new(pic, kind, parent, name);
}

static void atom_add(struct svg_picture *pic, uint32_t unit)
{
	pic->unit_of_atom[pic->n_atoms++] = unit;
	for (; unit != WARD_NONE; unit = pic->units.items[unit].parent)
		pic->units.items[unit].n++;
}

static void place_count(struct svg_picture *pic, uint32_t unit, const struct ward_place *place)
{
	for (; unit != WARD_NONE; unit = pic->units.items[unit].parent) {
		struct svg_unit *at = &pic->units.items[unit];

		at->n_places++;
		for (uint32_t dir = 0; dir < WARD_N_DIRECTION; dir++)
			at->n_open[dir] += !place->isolated[dir];
	}
}

/* The units around a place, and how much of the previous place's it can share. */
struct path {
	uint32_t district, block, part, leaf;
	bool same_district, same_block, same_part;
};

static bool keys_share_part(const struct key *a, const struct key *b)
{
	return text_cmp(a->group, b->group) == 0 && a->alike == b->alike;
}

/* Is the place at @at alone, or is its whole namespace alike?  Then a frame would say nothing. */
static bool part_is_frame(const struct city *city, uint32_t at)
{
	const struct key *keys = city->keys, *key = &keys[at];
	bool near = (at && keys_share_part(key, key - 1) && !text_cmp(key->ns, key[-1].ns)) ||
		    (at + 1 < city->n_keys && keys_share_part(key, key + 1) &&
		     !text_cmp(key->ns, key[1].ns));
	bool whole = true;

	if (key->group)
		return true;
	for (uint32_t i = 0; i < city->n_keys && near && whole; i++)
		whole = text_cmp(keys[i].ns, key->ns) || keys_share_part(key, &keys[i]);
	return near && !whole;
}

static void path_block(struct city *city, struct path *path, const struct key *key)
{
	struct svg_picture *pic = city->pic;
	uint32_t parent = SVG_CITY_UNIT;

	if (pic->grain >= SVG_BY_BLOCK && !path->same_block && pic->n_atoms >= SVG_ATOMS_MAX - 1) {
		city->n_rest++;
		if (city->rest == WARD_NONE)
			city->rest = unit_new(pic, SVG_BLOCK, SVG_CITY_UNIT, "");
		path->block = city->rest;
		return;
	}
	if (key->environment) {
		path->district = unit_reach(pic, path->same_district, path->district, SVG_DISTRICT,
					    SVG_CITY_UNIT, key->environment);
		parent = path->district;
	}
	path->block = unit_reach(pic, path->same_block, path->block, SVG_BLOCK, parent, key->ns);
}

/* Groups sort first: it has none if its first place has none. */
static bool block_has_groups(const struct city *city, uint32_t at)
{
	const struct key *keys = city->keys;

	while (at && !text_cmp(keys[at - 1].ns, keys[at].ns))
		at--;
	return keys[at].group;
}

static void path_leaf(struct city *city, struct path *path, uint32_t at)
{
	struct svg_picture *pic = city->pic;
	const struct key *key = &city->keys[at];
	const struct ward_place *place = &pic->map->places[key->place];
	uint32_t parent = path->block;

	path->leaf = path->block;
	if (pic->grain >= SVG_BY_BLOCK ||
	    (pic->grain == SVG_BY_PART && !block_has_groups(city, at)))
		return;
	if (pic->grain == SVG_BY_PART || part_is_frame(city, at)) {
		const char *none = pic->grain == SVG_BY_PART ? "in no group" : "";

		parent = path->part = unit_reach(pic, path->same_part, path->part, SVG_PART,
						 path->block, key->group ? key->group : none);
		if (key->group)
			pic->units.items[parent].group =
				ward_svg_group_number(pic, place->groups[0]);
		path->leaf = parent;
	}
	if (pic->grain == SVG_BY_HOUSE) {
		path->leaf = unit_new(pic, SVG_HOUSE, parent, text_of(pic, place->name));
		pic->units.items[path->leaf].place = place;
	}
}

static void path_follow(struct city *city, struct path *path, uint32_t at)
{
	const struct key *key = &city->keys[at], *last = at ? key - 1 : NULL;

	path->same_district = last && !text_cmp(last->environment, key->environment);
	path->same_block = path->same_district && !text_cmp(last->ns, key->ns);
	path->same_part = path->same_block && path->part != WARD_NONE &&
			  (city->pic->grain == SVG_BY_PART ? !text_cmp(last->group, key->group)
							   : keys_share_part(last, key));
	city->pic->n_namespaces += !path->same_block;
	path_block(city, path, key);
	path_leaf(city, path, at);
}

static void units_build(struct city *city)
{
	struct svg_picture *pic = city->pic;
	struct path path = {WARD_NONE, WARD_NONE, WARD_NONE, WARD_NONE, false, false, false};

	for (uint32_t i = 0; i < city->n_keys; i++) {
		uint32_t place = city->keys[i].place;

		path_follow(city, &path, i);
		if (!pic->units.items[path.leaf].n)
			atom_add(pic, path.leaf);
		place_count(pic, path.leaf, &pic->map->places[place]);
		city->atom_of_place[place] = pic->n_atoms - 1;
	}
	if (city->rest != WARD_NONE)
		pic->units.items[city->rest].name =
			ward_arena_format(&pic->arena, "%u more namespaces", city->n_rest);
}

static void outside_build(struct city *city)
{
	struct svg_picture *pic = city->pic;
	struct svg_outsides outsides = ward_svg_outsides_build(pic, &city->likeness);

	for (uint32_t i = 0; i < outsides.n; i++) {
		uint32_t unit = unit_new(pic, SVG_OUTSIDE, SVG_CITY_UNIT, outsides.items[i].name);

		pic->units.items[unit].n = 1;
		pic->units.items[unit].n_places = outsides.items[i].n_places;
		pic->unit_of_atom[pic->n_atoms++] = unit;
	}
	for (uint32_t i = 0; i < pic->map->n_places; i++)
		if (pic->map->places[i].external)
			city->atom_of_place[i] = pic->n_atoms - outsides.n + outsides.of_place[i];
	ward_svg_outsides_done(&outsides);
}

static void cells_build(struct city *city)
{
	struct svg_picture *pic = city->pic;

	pic->cells =
		ward_arena_new_n(&pic->arena, struct svg_cell, (size_t)pic->n_atoms * pic->n_atoms);
	for (uint32_t i = 0; i < pic->map->n_links; i++) {
		const struct ward_link *link = &pic->map->links[i];
		struct svg_cell *cell = svg_cell_at(pic, city->atom_of_place[link->from],
						    city->atom_of_place[link->to]);

		cell->partial |= cell->n_links && cell->ports != city->link_ports[i] + 1;
		cell->ports = city->link_ports[i] + 1;
		cell->n_links++;
	}
}

static void cells_check(struct svg_picture *pic)
{
	for (uint32_t from = 0; from < pic->n_atoms; from++)
		for (uint32_t to = 0; to < pic->n_atoms; to++) {
			struct svg_cell *cell = svg_cell_at(pic, from, to);
			uint64_t a = pic->units.items[pic->unit_of_atom[from]].n_places;
			uint64_t b = pic->units.items[pic->unit_of_atom[to]].n_places;

			cell->partial |=
				cell->n_links && cell->n_links != a * (from == to ? a - 1 : b);
		}
}

bool ward_svg_unit_is_in(const struct svg_picture *pic, uint32_t inner, uint32_t outer)
{
	while (inner != WARD_NONE && pic->units.items[inner].depth > pic->units.items[outer].depth)
		inner = pic->units.items[inner].parent;
	return inner == outer;
}

void ward_svg_city_build(struct svg_picture *pic)
{
	struct city city = {.pic = pic, .rest = WARD_NONE};

	city.atom_of_place = ward_new_n(uint32_t, pic->map->n_places);
	pic->unit_of_atom = ward_arena_new_n(&pic->arena, uint32_t, pic->map->n_places);
	unit_new(pic, SVG_CITY, WARD_NONE, "");
	ports_number_all(&city);
	ward_svg_likeness_build(&city.likeness, pic, city.link_ports);
	keys_build(&city);
	units_build(&city);
	if (pic->n_atoms <= SVG_ATOMS_MAX || pic->grain >= SVG_BY_BLOCK) {
		outside_build(&city);
		cells_build(&city);
		cells_check(pic);
	}
	ward_svg_likeness_done(&city.likeness);
	ward_intern_done(&city.ports);
	free(city.link_ports);
	free(city.keys);
	free(city.atom_of_place);
}
