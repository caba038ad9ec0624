/* SPDX-License-Identifier: Apache-2.0 */
/* As few flows as say exactly what the cells say.
 *
 * A pair of units may stand for all pairs of their atoms when every one of those cells holds the
 * same ports.  Pairs are tried from the largest down, and one is taken when it says something that
 * no larger one has said: "monitoring to all of shop: 9090" is one arrow, and a namespace in which
 * everybody may talk to everybody is one remark.  Where one unit is a crowd around the other, it
 * may have exceptions, which are named, and what some of it are allowed beyond that is said once
 * more in full.  What is left at the end are single cells, so nothing is lost and nothing is said
 * that is not so. */
#include "report/svg-picture.h"

enum {
	CROWD_MIN =
		3, /* so many others at least before "everybody here" is said instead of drawn */
};

struct pair {
	uint64_t area;
	uint32_t from, to;
};

struct flows {
	struct svg_picture *pic;
	bool *said; /* n_atoms * n_atoms */
	WARD_VEC(struct pair) pairs;
};

/* Of units that hold the same atoms, the one that arrows should point to. */
static int kind_rank(enum svg_kind kind)
{
	static const int ranks[] = {
		[SVG_PART] = 0,	 [SVG_HOUSE] = 1,    [SVG_OUTSIDE] = 1,
		[SVG_BLOCK] = 2, [SVG_DISTRICT] = 3, [SVG_CITY] = 4,
	};

	return ranks[kind];
}

static bool unit_is_shadowed(const struct svg_picture *pic, uint32_t unit)
{
	const struct svg_unit *self = &pic->units.items[unit];

	for (uint32_t i = 0; i < pic->units.n; i++) {
		const struct svg_unit *other = &pic->units.items[i];

		if (other->first == self->first && other->n == self->n &&
		    kind_rank(other->kind) < kind_rank(self->kind))
			return true;
	}
	return self->n == 0;
}

static int pair_cmp(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->area != b->area)
		return a->area < b->area ? 1 : -1;
	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static void pairs_build(struct flows *flows)
{
	const struct svg_picture *pic = flows->pic;
	WARD_VEC(uint32_t) units = {};

	for (uint32_t i = 0; i < pic->units.n; i++)
		if (!unit_is_shadowed(pic, i))
			ward_vec_push(&units, i);
	for (uint32_t i = 0; i < units.n; i++)
		for (uint32_t j = 0; j < units.n; j++) {
			uint32_t from = units.items[i], to = units.items[j];
			uint64_t area = (uint64_t)pic->units.items[from].n;
			struct pair pair = {area * pic->units.items[to].n, from, to};

			ward_vec_push(&flows->pairs, pair);
		}
	ward_vec_done(&units);
	if (flows->pairs.n)
		qsort(flows->pairs.items, flows->pairs.n, sizeof(*flows->pairs.items), pair_cmp);
}

static bool ports_hold(const struct ward_port_set *outer, const struct ward_port_range *range)
{
	for (uint32_t i = 0; i < outer->n; i++)
		if (outer->ranges[i].proto == range->proto && outer->ranges[i].low <= range->low &&
		    outer->ranges[i].high >= range->high)
			return true;
	return false;
}

/* Does the cell allow all of these ports, and perhaps more? */
static bool cell_holds(const struct svg_picture *pic, const struct svg_cell *cell, uint32_t ports)
{
	const struct ward_port_set *inner = pic->ports.items[ports - 1], *outer;

	if (cell->ports == ports)
		return true;
	outer = pic->ports.items[cell->ports - 1];
	for (uint32_t i = 0; i < inner->n; i++)
		if (!ports_hold(outer, &inner->ranges[i]))
			return false;
	return outer->other || !inner->other;
}

static uint32_t ports_size(const struct ward_port_set *set)
{
	uint32_t size = set->other;

	for (uint32_t i = 0; i < set->n; i++)
		size += set->ranges[i].high - set->ranges[i].low + 1;
	return size;
}

static bool cell_is_void(const struct svg_picture *pic, uint32_t from, uint32_t to)
{
	return from == to && pic->units.items[pic->unit_of_atom[from]].n_places == 1;
}

/* What a pair of units would say. */
struct saying {
	uint32_t ports; /* as in the cells */
	bool partial;
	uint32_t n, n_new;		  /* cells that it holds for, and those that it settles */
	uint32_t n_but, but[SVG_BUT_MAX]; /* atoms of the crowd that are left out */
};

/* A crowd may have exceptions, and may be allowed more than what is said of all of it. */
static bool pair_is_crowd(const struct svg_picture *pic, const struct pair *pair)
{
	const struct svg_unit *from = &pic->units.items[pair->from];
	const struct svg_unit *to = &pic->units.items[pair->to];

	if (from->kind == SVG_OUTSIDE || to->kind == SVG_OUTSIDE)
		return from->n > CROWD_MIN || to->n > CROWD_MIN;
	return pair->from != pair->to && (ward_svg_unit_is_in(pic, pair->from, pair->to) ||
					  ward_svg_unit_is_in(pic, pair->to, pair->from));
}

static bool crowd_is_source(const struct flows *flows, const struct pair *pair)
{
	const struct svg_unit *units = flows->pic->units.items;

	return units[pair->from].n > units[pair->to].n;
}

/* The atom of the crowd that the cell is about. */
static uint32_t crowd_atom(const struct flows *flows, const struct pair *pair, uint32_t from,
			   uint32_t to)
{
	return crowd_is_source(flows, pair) ? from : to;
}

static bool but_has(const struct saying *saying, uint32_t atom)
{
	for (uint32_t i = 0; i < saying->n_but; i++)
		if (saying->but[i] == atom)
			return true;
	return false;
}

static bool but_add(struct saying *saying, uint32_t atom)
{
	if (but_has(saying, atom))
		return true;
	if (saying->n_but == SVG_BUT_MAX)
		return false;
	saying->but[saying->n_but++] = atom;
	return true;
}

/* Calls @fn for every cell of the pair, until it returns false. */
static bool pair_walk(const struct flows *flows, const struct pair *pair, struct saying *saying,
		      bool (*fn)(const struct flows *flows, const struct pair *pair,
				 struct saying *saying, uint32_t from, uint32_t to))
{
	const struct svg_unit *from = &flows->pic->units.items[pair->from];
	const struct svg_unit *to = &flows->pic->units.items[pair->to];

	for (uint32_t a = from->first; a < from->first + from->n; a++)
		for (uint32_t b = to->first; b < to->first + to->n; b++)
			if (!cell_is_void(flows->pic, a, b) && !fn(flows, pair, saying, a, b))
				return false;
	return true;
}

/* Do all cells say the same? */
static bool cell_agrees(const struct flows *flows, const struct pair *pair, struct saying *saying,
			uint32_t from, uint32_t to)
{
	const struct svg_cell *cell = svg_cell_at(flows->pic, from, to);

	if (!cell->ports || (saying->ports && cell->ports != saying->ports) ||
	    (cell->partial && pair->area > 1))
		return false;
	saying->ports = cell->ports;
	saying->partial = cell->partial;
	return true;
}

/* Leaves out who is not allowed as much as is said of all; "to all but" is better drawn. */
static bool cell_excepts(const struct flows *flows, const struct pair *pair, struct saying *saying,
			 uint32_t from, uint32_t to)
{
	const struct svg_cell *cell = svg_cell_at(flows->pic, from, to);

	return (cell->ports && !cell->partial && cell_holds(flows->pic, cell, saying->ports)) ||
	       (crowd_is_source(flows, pair) && but_add(saying, crowd_atom(flows, pair, from, to)));
}

static bool cell_counts(const struct flows *flows, const struct pair *pair, struct saying *saying,
			uint32_t from, uint32_t to)
{
	const struct svg_cell *cell = svg_cell_at(flows->pic, from, to);

	if (but_has(saying, crowd_atom(flows, pair, from, to)))
		return true;
	saying->n++;
	saying->n_new += cell->ports == saying->ports &&
			 !flows->said[(size_t)from * flows->pic->n_atoms + to];
	return true;
}

static bool cell_is_said(const struct flows *flows, const struct pair *pair, struct saying *saying,
			 uint32_t from, uint32_t to)
{
	const struct svg_cell *cell = svg_cell_at(flows->pic, from, to);

	if (cell->ports == saying->ports && !but_has(saying, crowd_atom(flows, pair, from, to)))
		flows->said[(size_t)from * flows->pic->n_atoms + to] = true;
	return true;
}

static void pair_say(struct flows *flows, const struct pair *pair, struct saying *saying)
{
	struct svg_picture *pic = flows->pic;
	struct svg_flow flow = {.from = pair->from,
				.to = pair->to,
				.ports = saying->ports - 1,
				.partial = saying->partial,
				.n_but = saying->n_but};

	for (uint32_t i = 0; i < saying->n_but; i++)
		flow.but[i] = pic->unit_of_atom[saying->but[i]];
	pair_walk(flows, pair, saying, cell_is_said);
	ward_vec_push(&pic->flows, flow);
}

/* The fewest ports that any cell of the pair allows, or those that the most of them allow. */
static uint32_t ports_choose(const struct flows *flows, const struct pair *pair, bool fewest)
{
	const struct svg_picture *pic = flows->pic;
	const struct svg_unit *from = &pic->units.items[pair->from];
	const struct svg_unit *to = &pic->units.items[pair->to];
	_cleanup_free_ uint32_t *counts = ward_alloc(pic->ports.n * sizeof(*counts));
	uint32_t best = 0;

	for (uint32_t a = from->first; a < from->first + from->n; a++)
		for (uint32_t b = to->first; b < to->first + to->n; b++) {
			uint32_t ports = svg_cell_at(pic, a, b)->ports;

			if (!ports || cell_is_void(pic, a, b))
				continue;
			counts[ports - 1]++;
			if (!best || (fewest ? ports_size(pic->ports.items[ports - 1]) <
						       ports_size(pic->ports.items[best - 1])
					     : counts[ports - 1] > counts[best - 1]))
				best = ports;
		}
	return best;
}

/* "Everybody here" needs a crowd, a good part of which has to be told about. */
static bool crowd_is_worth(const struct flows *flows, const struct pair *pair,
			   const struct saying *saying)
{
	uint32_t n_from = flows->pic->units.items[pair->from].n;
	uint32_t n_to = flows->pic->units.items[pair->to].n;
	uint32_t others = n_from > n_to ? n_from - n_to : n_to - n_from;

	return others >= CROWD_MIN + 2 * saying->n_but && saying->n_new > 1 &&
	       saying->n_new * 3 >= saying->n;
}

static void crowd_try(struct flows *flows, const struct pair *pair)
{
	for (uint32_t fewest = 0; fewest < 2; fewest++) {
		struct saying saying = {.ports = ports_choose(flows, pair, fewest)};

		if (!saying.ports || !pair_walk(flows, pair, &saying, cell_excepts))
			continue;
		pair_walk(flows, pair, &saying, cell_counts);
		if (crowd_is_worth(flows, pair, &saying))
			pair_say(flows, pair, &saying);
	}
}

static void pair_try(struct flows *flows, const struct pair *pair)
{
	struct saying saying = {};

	if (pair_is_crowd(flows->pic, pair)) {
		crowd_try(flows, pair);
		return;
	}
	if (!pair_walk(flows, pair, &saying, cell_agrees) || !saying.ports)
		return;
	pair_walk(flows, pair, &saying, cell_counts);
	if (saying.n_new)
		pair_say(flows, pair, &saying);
}

void ward_svg_flows_build(struct svg_picture *pic)
{
	struct flows flows = {.pic = pic};

	flows.said = ward_alloc((size_t)pic->n_atoms * pic->n_atoms);
	pairs_build(&flows);
	for (uint32_t i = 0; i < flows.pairs.n; i++)
		pair_try(&flows, &flows.pairs.items[i]);
	ward_vec_done(&flows.pairs);
	free(flows.said);
}
