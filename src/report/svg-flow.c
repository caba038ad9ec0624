/* SPDX-License-Identifier: Apache-2.0 */
/* As few flows as say exactly what the cells say.
 *
 * A pair of units may stand for all pairs of their atoms when every one of those cells holds the
 * same ports.  Pairs are tried from the largest down, and one is taken when it says something that
 * no larger one has said: "monitoring to all of shop: 9090" is one arrow, and a namespace in which
 * everybody may talk to everybody is one remark.  What is left at the end are single cells, so
 * nothing is lost and nothing is said that is not so. */
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

/* "Everybody here" needs a crowd; two of a kind already make a self-evident "among themselves". */
static bool pair_is_worth(const struct svg_picture *pic, const struct pair *pair)
{
	uint32_t n_from = pic->units.items[pair->from].n, n_to = pic->units.items[pair->to].n;

	if (pair->from == pair->to || n_from * n_to == 1)
		return true;
	if (!ward_svg_unit_is_in(pic, pair->from, pair->to) &&
	    !ward_svg_unit_is_in(pic, pair->to, pair->from))
		return true;
	return n_from > n_to ? n_from - n_to >= CROWD_MIN : n_to - n_from >= CROWD_MIN;
}

static bool cell_is_void(const struct svg_picture *pic, uint32_t from, uint32_t to)
{
	return from == to && pic->units.items[pic->unit_of_atom[from]].n_places == 1;
}

/* Do all cells of the pair say the same, and something that was not said yet? */
static const struct svg_cell *pair_agrees(const struct flows *flows, const struct pair *pair)
{
	const struct svg_unit *from = &flows->pic->units.items[pair->from];
	const struct svg_unit *to = &flows->pic->units.items[pair->to];
	const struct svg_cell *first = NULL;
	bool new = false;

	for (uint32_t a = from->first; a < from->first + from->n; a++)
		for (uint32_t b = to->first; b < to->first + to->n; b++) {
			const struct svg_cell *cell = svg_cell_at(flows->pic, a, b);

			if (cell_is_void(flows->pic, a, b))
				continue;
			first = first ? first : cell;
			if (!cell->ports || cell->ports != first->ports ||
			    (cell->partial && pair->area > 1))
				return NULL;
			new |= !flows->said[(size_t)a * flows->pic->n_atoms + b];
		}
	return new ? first : NULL;
}

static void pair_say(struct flows *flows, const struct pair *pair, const struct svg_cell *cell)
{
	struct svg_picture *pic = flows->pic;
	const struct svg_unit *from = &pic->units.items[pair->from];
	const struct svg_unit *to = &pic->units.items[pair->to];
	struct svg_flow flow = {pair->from, pair->to, cell->ports - 1, cell->partial};

	for (uint32_t a = from->first; a < from->first + from->n; a++)
		for (uint32_t b = to->first; b < to->first + to->n; b++)
			flows->said[(size_t)a * pic->n_atoms + b] = true;
	ward_vec_push(&pic->flows, flow);
}

void ward_svg_flows_build(struct svg_picture *pic)
{
	struct flows flows = {.pic = pic};

	flows.said = ward_alloc((size_t)pic->n_atoms * pic->n_atoms);
	pairs_build(&flows);
	for (uint32_t i = 0; i < flows.pairs.n; i++) {
		const struct pair *pair = &flows.pairs.items[i];
		const struct svg_cell *cell;

		if (!pair_is_worth(pic, pair))
			continue;
		cell = pair_agrees(&flows, pair);
		if (cell)
			pair_say(&flows, pair, cell);
	}
	ward_vec_done(&flows.pairs);
	free(flows.said);
}
