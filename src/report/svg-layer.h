/* SPDX-License-Identifier: Apache-2.0 */
/* One unit's children in columns, and the wires between them: nodes, segments, their order and
 * their heights.  Columns are the ranks; wires that pass a column have a node of their own there,
 * and the wires that pass the unit's sides have one in the first or the last column. */
#pragma once

#include "report/svg-picture.h"

struct svg_node {
	uint32_t unit; /* the child, or WARD_NONE */
	uint32_t slot; /* the unit's own that wires pass, or WARD_NONE */
	uint32_t net;  /* of what passes a column */
	uint32_t col;
	int y, h;
	double want; /* scratch */
};

struct svg_segment {
	uint32_t node[SVG_N_SIDE]; /* in neighbouring columns */
	uint32_t slot[SVG_N_SIDE]; /* WARD_NONE where a wire passes a column */
	uint32_t net;
};

struct svg_column {
	WARD_VEC(uint32_t) nodes; /* top down */
	int x, w;
	int margin[SVG_N_SIDE]; /* for labels, before and after the column */
};

struct svg_layer {
	struct svg_picture *pic;
	uint32_t unit;
	uint32_t n_cols;
	struct svg_column *cols;
	WARD_VEC(struct svg_node) nodes;
	WARD_VEC(struct svg_segment) segments;
};

enum {
	SVG_SLOT_GAP = 17, /* between wires that end on one side: room for a label */
	SVG_WIRE_GAP = 14,
	SVG_BOX_GAP = 22,
};

/* Builds the nodes from wires and ranks.  The children have their sizes and, if they have children
 * of their own, the places of the slots that wires go through. */
void ward_svg_layer_init(struct svg_layer *layer, struct svg_picture *pic, uint32_t unit);
void ward_svg_layer_done(struct svg_layer *layer);

/* Orders the columns so that few wires cross, and sets the y of every node and slot. */
void ward_svg_layer_arrange(struct svg_layer *layer);

/* The y of a segment's end. */
int ward_svg_segment_y(const struct svg_layer *layer, const struct svg_segment *segment,
		       enum svg_side side);

static inline int ward_svg_max(int a, int b)
{
	return a > b ? a : b;
}

bool ward_svg_unit_is_leaf(const struct svg_picture *pic, uint32_t unit);

/* The size that its texts need, and then the height that the wires ending on its sides need. */
void ward_svg_unit_measure(struct svg_picture *pic, struct svg_unit *unit);
void ward_svg_unit_make_room(const struct svg_picture *pic, uint32_t unit);

/* Puts the children of @unit that have no wires below @bottom, and adds to @width and @bottom what
 * they need. */
void ward_svg_shelves_fill(struct svg_picture *pic, uint32_t unit, int *width, int *bottom);
uint32_t ward_svg_shelves_count(const struct svg_picture *pic, uint32_t unit);

/* Slides the ends of wires along the sides of the children to where the wires are straightest. */
void ward_svg_slots_settle(struct svg_layer *layer);
void ward_svg_slots_snap(struct svg_layer *layer);

/* Where items of one order go: as near as can be to where each wants to be (least squares), none
 * closer to the one before than its gap.  @wants becomes the answer. */
void ward_svg_spread(uint32_t n, double *wants, const double *weights, const int *gaps);
