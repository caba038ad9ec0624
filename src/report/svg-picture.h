/* SPDX-License-Identifier: Apache-2.0 */
/* What the stages of the picture share, in the order in which they fill it:
 *
 *   svg-city    places become *atoms* (the smallest things drawn) in a tree of *units*: city,
 *               district (environment), block (namespace), part (group), house (workload);
 *               links become a matrix of *cells*, atom by atom
 *   svg-flow    cells become *flows* between units: as few as say exactly the same, or *signs*,
 * which are written on a unit where an arrow would have to enter its own street svg-wire    flows
 * become *nets* (flows that share an arrow's trunk) and nets become *wires*, one in every unit that
 * they run through, ending in *slots* on the sides of boxes svg-layout  boxes get their places,
 * wires become *strokes* that meet no box but their ends svg-draw    all that as XML
 *
 * Coordinates are whole pixels; those of a unit, a slot and a stroke are relative to the unit
 * around them until ward_svg_layout() is done, absolute afterwards. */
#pragma once

#include "analysis/map.h"
#include "base/arena.h"
#include "base/vec.h"
#include "report/svg-text.h"

enum svg_kind {
	SVG_CITY,
	SVG_DISTRICT,
	SVG_BLOCK,
	SVG_PART,
	SVG_HOUSE,
	SVG_OUTSIDE,
};

/* What an atom is: more than fits is drawn coarser. */
enum svg_grain {
	SVG_BY_HOUSE,
	SVG_BY_PART,
	SVG_BY_BLOCK,
	SVG_BARE, /* the same without arrows */
	SVG_N_GRAIN,
};

enum svg_side {
	SVG_LEFT,
	SVG_RIGHT,
	SVG_N_SIDE,
};

enum {
	SVG_ATOMS_MAX = 150,
	SVG_FLOWS_MAX = 220,
	SVG_BUT_MAX = 2,
	SVG_WIDTH_MAX = 12000,
	SVG_CITY_UNIT = 0, /* the root of the tree */
};

struct svg_unit {
	enum svg_kind kind;
	uint32_t parent;   /* WARD_NONE for the city */
	uint32_t first, n; /* its atoms; none for the outside ones are in the city's range */
	uint32_t depth;
	uint32_t n_places, n_open[WARD_N_DIRECTION];
	uint32_t group;			/* index of its colour, or WARD_NONE */
	const char *name;		/* clean, whole; "" for parts that are no group */
	const struct ward_place *place; /* houses */
	WARD_VEC(const char *) signs;

	bool wired; /* has a wire of its parent's */
	uint32_t rank;
	int x, y, w, h;
};

struct svg_cell {
	uint32_t ports; /* index into ports + 1; 0 when nothing is allowed */
	bool partial;	/* not every pair of places, or not all the same ports */
	uint32_t n_links;
};

struct svg_flow {
	uint32_t from, to; /* units */
	uint32_t ports;
	bool partial;
	uint32_t n_but, but[SVG_BUT_MAX]; /* units in the crowd that it does not hold for */
};

struct svg_spoke {
	uint32_t unit, ports;
};

/* Flows that share their way: from one unit, or with the same ports to one.  That is the hub. */
struct svg_net {
	uint32_t hub;
	bool hub_is_source;
	bool partial;
	WARD_VEC(struct svg_spoke) spokes;
};

/* Where wires meet the side of a box. */
struct svg_slot {
	uint32_t unit;
	enum svg_side side;
	uint32_t net;	/* the net that goes through, or WARD_NONE when wires end here */
	bool is_target; /* wires end here with an arrow, labelled with the ports */
	uint32_t ports;
	bool partial;
	int y;
};

struct svg_wire {
	uint32_t unit; /* it runs within */
	uint32_t net;
	uint32_t slot[SVG_N_SIDE]; /* its left end and its right end */
};

/* A curve between x0 and x1 that is straight before @bend0 and after @bend1. */
struct svg_stroke {
	uint32_t unit, net;
	int x0, y0, bend0, bend1, x1, y1;
};

struct svg_label {
	uint32_t unit, slot;
	int x, y; /* the arrow's tip; the text stands beside it, over the line */
};

struct svg_picture {
	const struct ward_map *map;
	enum svg_grain grain;
	struct ward_arena arena;
	WARD_VEC(struct svg_unit) units; /* a parent comes before its children */
	uint32_t n_namespaces;		 /* more than blocks where they are too many */
	uint32_t n_atoms;
	uint32_t *unit_of_atom;
	WARD_VEC(const struct ward_port_set *) ports;
	struct svg_cell *cells;	   /* n_atoms * n_atoms, from * n_atoms + to */
	WARD_VEC(ward_sym) groups; /* in order of colour */
	WARD_VEC(struct svg_flow) flows;
	WARD_VEC(struct svg_net) nets;
	WARD_VEC(struct svg_slot) slots;
	WARD_VEC(struct svg_wire) wires;
	WARD_VEC(struct svg_stroke) strokes;
	WARD_VEC(struct svg_label) labels;
	uint32_t n_hidden; /* flows that a bare picture leaves out */
	int width, height;
};

static inline struct svg_cell *svg_cell_at(const struct svg_picture *pic, uint32_t from,
					   uint32_t to)
{
	return &pic->cells[(size_t)from * pic->n_atoms + to];
}

/* Is @inner @outer itself or somewhere within it? */
bool ward_svg_unit_is_in(const struct svg_picture *pic, uint32_t inner, uint32_t outer);

/* The unit that holds both, and its children that hold one each. */
struct svg_meeting {
	uint32_t unit, a, b;
};
struct svg_meeting ward_svg_units_meet(const struct svg_picture *pic, uint32_t a, uint32_t b);

/* The ports as a label: "80, 443", or "some" where not all pairs have the same. */
const char *ward_svg_flow_ports(struct ward_arena *arena, const struct svg_picture *pic,
				uint32_t ports, bool partial, uint32_t max);

void ward_svg_city_build(struct svg_picture *pic);
void ward_svg_flows_build(struct svg_picture *pic);
void ward_svg_signs_build(struct svg_picture *pic);
void ward_svg_ranks_build(struct svg_picture *pic);
void ward_svg_wires_build(struct svg_picture *pic);
void ward_svg_layout(struct svg_picture *pic);
void ward_svg_draw(const struct svg_picture *pic, FILE *out);

/* All stages but the last, as coarse as needed. */
void ward_svg_picture_init(struct svg_picture *pic, const struct ward_map *map);
void ward_svg_picture_done(struct svg_picture *pic);
