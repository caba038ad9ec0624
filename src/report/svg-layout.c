/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes within boxes: each unit is laid out after its children.
 *
 * Children with wires stand in the columns of their ranks, the others on shelves below.  Curves
 * bend only between columns and run straight through them, past the nodes; so no wire ever enters
 * a box that it has no business in. */
#include "report/svg-layer.h"
#include "report/svg-style.h"

#include <math.h>

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

int ward_svg_unit_pad(const struct svg_unit *unit)
{
	static const int pads[] = {
		[SVG_CITY] = 0,	 [SVG_DISTRICT] = 20, [SVG_BLOCK] = 20,
		[SVG_PART] = 12, [SVG_HOUSE] = 0,     [SVG_OUTSIDE] = 0,
	};

	return pads[unit->kind];
}

int ward_svg_unit_head(const struct svg_unit *unit)
{
	static const int heads[] = {
		[SVG_CITY] = 0,	 [SVG_DISTRICT] = 36, [SVG_BLOCK] = 38,
		[SVG_PART] = 30, [SVG_HOUSE] = 34,    [SVG_OUTSIDE] = 36,
	};

	if (unit->kind == SVG_CITY)
		return 0;
	if (unit->kind == SVG_PART && !*unit->name)
		return 12 + (int)unit->signs.n * SVG_LINE;
	return heads[unit->kind] + (int)unit->signs.n * SVG_LINE;
}

static struct svg_font unit_font(const struct svg_unit *unit)
{
	switch (unit->kind) {
	case SVG_HOUSE:
	case SVG_OUTSIDE:
		return SVG_FONT_HOUSE;
	case SVG_PART:
		return SVG_FONT_PART;
	default:
		return SVG_FONT_BLOCK;
	}
}

const char *ward_svg_unit_summary(struct ward_arena *arena, const struct svg_picture *pic,
				  const struct svg_unit *unit)
{
	bool leaf = unit->kind == SVG_BLOCK ? pic->grain == SVG_BY_BLOCK
					    : unit->kind == SVG_PART && pic->grain == SVG_BY_PART;
	uint32_t open = unit->n_open[WARD_INGRESS] > unit->n_open[WARD_EGRESS]
				? unit->n_open[WARD_INGRESS]
				: unit->n_open[WARD_EGRESS];

	if (!leaf)
		return NULL;
	return ward_svg_text_format(arena, open ? "%u workload%s, %u open" : "%u workload%s",
				    unit->n_places, unit->n_places == 1 ? "" : "s", open);
}

/* What the texts of a unit need. */
static void unit_measure(struct svg_picture *pic, struct svg_unit *unit)
{
	int width = ward_svg_text_width(unit->name, unit_font(unit));
	const char *summary = ward_svg_unit_summary(&pic->arena, pic, unit);
	bool has_icon = unit->kind == SVG_HOUSE || unit->kind == SVG_OUTSIDE;

	if (width > SVG_NAME_MAX)
		width = SVG_NAME_MAX;
	if (has_icon)
		width += SVG_ICON;
	if (unit->place && unit->place->n_groups > 1)
		width += 4 + SVG_DOT * (int)(unit->place->n_groups - 1);
	if (summary)
		width = max_int(width, ward_svg_text_width(summary, SVG_FONT_SMALL));
	for (uint32_t i = 0; i < unit->signs.n; i++) {
		int sign = ward_svg_text_width(unit->signs.items[i], SVG_FONT_SMALL);

		width = max_int(width, sign > SVG_SIGN_MAX ? SVG_SIGN_MAX : sign);
	}
	unit->w = max_int(unit->kind == SVG_CITY ? 0 : 96, width + 2 * SVG_INSET);
	unit->h = ward_svg_unit_head(unit) + (summary ? SVG_LINE + 4 : 0);
}

/* Room for the wires that end on the unit's sides. */
static void unit_make_room(const struct svg_picture *pic, uint32_t unit)
{
	int n[SVG_N_SIDE] = {};

	for (uint32_t i = 0; i < pic->slots.n; i++)
		if (pic->slots.items[i].unit == unit)
			n[pic->slots.items[i].side]++;
	pic->units.items[unit].h = max_int(pic->units.items[unit].h,
					   SVG_SLOT_GAP * max_int(n[SVG_LEFT], n[SVG_RIGHT]) + 6);
}

static bool unit_is_leaf(const struct svg_picture *pic, uint32_t unit)
{
	return unit + 1 >= pic->units.n || pic->units.items[unit + 1].parent != unit;
}

static struct svg_unit *node_unit(const struct svg_layer *layer, uint32_t node)
{
	uint32_t unit = layer->nodes.items[node].unit;

	return unit == WARD_NONE ? NULL : &layer->pic->units.items[unit];
}

static void column_margins(struct svg_layer *layer, struct svg_column *column)
{
	struct svg_picture *pic = layer->pic;

	for (uint32_t i = 0; i < pic->slots.n; i++) {
		const struct svg_slot *slot = &pic->slots.items[i];
		bool here = false;
		int width = 6;

		for (uint32_t j = 0; j < column->nodes.n && !here; j++)
			here = layer->nodes.items[column->nodes.items[j]].unit == slot->unit;
		if (!here)
			continue;
		if (slot->is_target)
			width = 22 + ward_svg_text_width(ward_svg_flow_ports(&pic->arena, pic,
									     slot->ports,
									     slot->partial, 3),
							 SVG_FONT_SMALL);
		column->margin[slot->side] = max_int(column->margin[slot->side], width);
	}
}

static void column_measure(struct svg_layer *layer, struct svg_column *column)
{
	for (uint32_t i = 0; i < column->nodes.n; i++) {
		const struct svg_unit *unit = node_unit(layer, column->nodes.items[i]);

		if (unit)
			column->w = max_int(column->w, unit->w);
	}
	for (uint32_t i = 0; i < column->nodes.n; i++) {
		struct svg_unit *unit = node_unit(layer, column->nodes.items[i]);

		if (unit &&
		    unit_is_leaf(layer->pic, layer->nodes.items[column->nodes.items[i]].unit))
			unit->w = column->w;
	}
	column_margins(layer, column);
}

/* The width that the curves between a column and the next need; 0 when there are none. */
static int bend_width(const struct svg_layer *layer, uint32_t col)
{
	int steepest = -1;

	for (uint32_t i = 0; i < layer->segments.n; i++) {
		const struct svg_segment *segment = &layer->segments.items[i];
		int dy = ward_svg_segment_y(layer, segment, SVG_LEFT) -
			 ward_svg_segment_y(layer, segment, SVG_RIGHT);

		if (layer->nodes.items[segment->node[SVG_LEFT]].col == col)
			steepest = max_int(steepest, abs(dy));
	}
	if (steepest < 0)
		return 0;
	if (steepest == 0)
		return col == 0 || col + 2 == layer->n_cols ? 8 : 24;
	return 26 + (steepest > 280 ? 70 : steepest / 4);
}

static void columns_place(struct svg_layer *layer)
{
	int x = ward_svg_unit_pad(&layer->pic->units.items[layer->unit]);

	for (uint32_t col = 1; col < layer->n_cols; col++) {
		struct svg_column *column = &layer->cols[col];

		x += bend_width(layer, col - 1) + column->margin[SVG_LEFT];
		column->x = x;
		x += column->w + column->margin[SVG_RIGHT];
	}
}

static void children_place(struct svg_layer *layer, int top)
{
	for (uint32_t i = 0; i < layer->nodes.n; i++) {
		struct svg_node *node = &layer->nodes.items[i];
		struct svg_unit *child = node_unit(layer, i);

		node->y += top;
		if (child) {
			child->x = layer->cols[node->col].x;
			child->y = node->y;
		} else if (node->slot != WARD_NONE) {
			layer->pic->slots.items[node->slot].y = node->y;
		}
	}
}

static int layer_bottom(const struct svg_layer *layer)
{
	int bottom = 0;

	for (uint32_t i = 0; i < layer->nodes.n; i++)
		bottom = max_int(bottom,
				 layer->nodes.items[i].y + max_int(layer->nodes.items[i].h, 10));
	return bottom;
}

struct shelves {
	struct svg_picture *pic;
	uint32_t unit;
	int pad, gap, limit; /* the limit is what a shelf may reach to the right */
	int x, y, h;	     /* of the shelf being filled */
	int width, bottom;
};

static bool unit_is_quiet(const struct svg_picture *pic, uint32_t unit, uint32_t parent)
{
	return pic->units.items[unit].parent == parent && !pic->units.items[unit].wired;
}

/* About twice as wide as they are all together high. */
static int shelves_limit(const struct shelves *shelves)
{
	int64_t area = 0;
	int widest = 0;

	for (uint32_t i = 0; i < shelves->pic->units.n; i++) {
		const struct svg_unit *child = &shelves->pic->units.items[i];

		if (!unit_is_quiet(shelves->pic, i, shelves->unit))
			continue;
		area += (int64_t)(child->w + shelves->gap) * (child->h + shelves->gap);
		widest = max_int(widest, child->w);
	}
	widest = max_int(widest, (int)sqrt(area * 2.4));
	return max_int(shelves->width - shelves->pad, shelves->pad + widest);
}

static void shelf_next(struct shelves *shelves)
{
	if (shelves->x == shelves->pad)
		return;
	shelves->x = shelves->pad;
	shelves->y += shelves->h + shelves->gap;
	shelves->h = 0;
}

static void shelf_put(struct shelves *shelves, struct svg_unit *child)
{
	if (shelves->x + child->w > shelves->limit)
		shelf_next(shelves);
	child->x = shelves->x;
	child->y = shelves->y;
	shelves->x += child->w + shelves->gap;
	shelves->h = max_int(shelves->h, child->h);
	shelves->width = max_int(shelves->width, child->x + child->w + shelves->pad);
	shelves->bottom = shelves->y + shelves->h;
}

/* Children without wires, on shelves; the outside on one of its own. */
static void quiet_place(struct svg_picture *pic, uint32_t unit, int *width, int *bottom)
{
	int pad = ward_svg_unit_pad(&pic->units.items[unit]);
	struct shelves shelves = {.pic = pic,
				  .unit = unit,
				  .pad = pad,
				  .gap = pad == 12 ? 9 : 16,
				  .x = pad,
				  .y = *bottom,
				  .width = *width,
				  .bottom = *bottom};

	shelves.limit = shelves_limit(&shelves);
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = unit + 1; i < pic->units.n; i++)
			if (unit_is_quiet(pic, i, unit) &&
			    (pic->units.items[i].kind == SVG_OUTSIDE) == !pass)
				shelf_put(&shelves, &pic->units.items[i]);
		shelf_next(&shelves);
	}
	*width = shelves.width;
	if (shelves.bottom > *bottom)
		*bottom = shelves.bottom;
}

/* Houses that stand in a grid are equally wide. */
static void quiet_align(struct svg_picture *pic, uint32_t unit)
{
	int widest = 0;

	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t i = unit + 1; i < pic->units.n; i++) {
			struct svg_unit *child = &pic->units.items[i];

			if (!unit_is_quiet(pic, i, unit) || !unit_is_leaf(pic, i))
				continue;
			widest = max_int(widest, child->w);
			child->w = pass ? widest : child->w;
		}
}

static int node_x(const struct svg_layer *layer, uint32_t node, enum svg_side side)
{
	const struct svg_unit *child = node_unit(layer, node);
	uint32_t col = layer->nodes.items[node].col;

	if (child)
		return child->x + (side == SVG_LEFT ? child->w : 0);
	return layer->cols[col].x;
}

/* Lines end a little before the tip of their arrow. */
static int tip_of(const struct svg_layer *layer, uint32_t slot)
{
	return slot != WARD_NONE && layer->pic->slots.items[slot].unit != layer->unit &&
			       layer->pic->slots.items[slot].is_target
		       ? 6
		       : 0;
}

static void strokes_add(struct svg_layer *layer)
{
	for (uint32_t i = 0; i < layer->segments.n; i++) {
		const struct svg_segment *segment = &layer->segments.items[i];
		uint32_t left = segment->node[SVG_LEFT], right = segment->node[SVG_RIGHT];
		const struct svg_column *from = &layer->cols[layer->nodes.items[left].col];
		const struct svg_column *to = from + 1;

		ward_vec_push(&layer->pic->strokes,
			      ((struct svg_stroke){
				      .unit = layer->unit,
				      .net = segment->net,
				      .x0 = node_x(layer, left, SVG_LEFT) +
					    tip_of(layer, segment->slot[SVG_LEFT]),
				      .y0 = ward_svg_segment_y(layer, segment, SVG_LEFT),
				      .bend0 = from->x + from->w + from->margin[SVG_RIGHT],
				      .bend1 = to->x - to->margin[SVG_LEFT],
				      .x1 = node_x(layer, right, SVG_RIGHT) -
					    tip_of(layer, segment->slot[SVG_RIGHT]),
				      .y1 = ward_svg_segment_y(layer, segment, SVG_RIGHT),
			      }));
	}
}

static void labels_add(struct svg_layer *layer)
{
	struct svg_picture *pic = layer->pic;

	for (uint32_t i = 0; i < pic->slots.n; i++) {
		const struct svg_slot *slot = &pic->slots.items[i];
		const struct svg_unit *unit = &pic->units.items[slot->unit];
		struct svg_label label = {
			.unit = layer->unit,
			.slot = i,
			.x = unit->x + (slot->side == SVG_LEFT ? 0 : unit->w),
			.y = unit->y + slot->y,
		};

		if (slot->is_target && unit->parent == layer->unit)
			ward_vec_push(&pic->labels, label);
	}
}

static uint32_t quiet_count(const struct svg_picture *pic, uint32_t unit)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pic->units.n; i++)
		n += unit_is_quiet(pic, i, unit);
	return n;
}

static void unit_layout(struct svg_picture *pic, uint32_t unit)
{
	struct svg_layer layer;
	struct svg_unit *self = &pic->units.items[unit];
	int head = ward_svg_unit_head(self), bottom = head, width = self->w;
	int gap = quiet_count(pic, unit) ? 18 : 0;

	ward_svg_layer_init(&layer, pic, unit);
	for (uint32_t i = 1; i < layer.n_cols - 1; i++)
		column_measure(&layer, &layer.cols[i]);
	if (layer.nodes.n) {
		ward_svg_layer_arrange(&layer);
		columns_place(&layer);
		children_place(&layer, head + 4);
		bottom = layer_bottom(&layer) + gap;
		width = max_int(width, layer.cols[layer.n_cols - 1].x + ward_svg_unit_pad(self));
	}
	quiet_align(pic, unit);
	quiet_place(pic, unit, &width, &bottom);
	self->w = width;
	self->h = bottom + max_int(ward_svg_unit_pad(self), 4);
	layer.cols[layer.n_cols - 1].x = width;
	strokes_add(&layer);
	labels_add(&layer);
	ward_svg_layer_done(&layer);
}

/* Makes everything absolute; parents come before their children. */
static void picture_place(struct svg_picture *pic)
{
	struct svg_unit *units = pic->units.items;

	for (uint32_t i = 1; i < pic->units.n; i++) {
		units[i].x += units[units[i].parent].x;
		units[i].y += units[units[i].parent].y;
	}
	for (uint32_t i = 0; i < pic->strokes.n; i++) {
		struct svg_stroke *stroke = &pic->strokes.items[i];
		int x = units[stroke->unit].x, y = units[stroke->unit].y;

		stroke->x0 += x;
		stroke->bend0 += x;
		stroke->bend1 += x;
		stroke->x1 += x;
		stroke->y0 += y;
		stroke->y1 += y;
	}
	for (uint32_t i = 0; i < pic->labels.n; i++) {
		pic->labels.items[i].x += units[pic->labels.items[i].unit].x;
		pic->labels.items[i].y += units[pic->labels.items[i].unit].y;
	}
}

void ward_svg_layout(struct svg_picture *pic)
{
	struct svg_unit *city = &pic->units.items[SVG_CITY_UNIT];

	for (uint32_t i = pic->units.n; i-- > 0;) {
		unit_measure(pic, &pic->units.items[i]);
		if (!unit_is_leaf(pic, i) || i == SVG_CITY_UNIT)
			unit_layout(pic, i);
		unit_make_room(pic, i);
	}
	city->x = SVG_MARGIN;
	city->y = SVG_HEAD + SVG_MARGIN + (int)city->signs.n * SVG_LINE;
	picture_place(pic);
	pic->width = max_int(city->w, 760) + 2 * SVG_MARGIN;
	pic->height = city->y + city->h + SVG_LEGEND + SVG_MARGIN;
}
