/* SPDX-License-Identifier: Apache-2.0 */
/* Boxes within boxes: each unit is laid out after its children.
 *
 * Children with wires stand in the columns of their ranks, the others on shelves below.  Curves
 * bend only between columns and run straight through them, past the nodes; so no wire ever enters
 * a box that it has no business in. */
#include "report/svg-layer.h"
#include "report/svg-style.h"

#include <stdlib.h>

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
		column->margin[slot->side] = ward_svg_max(column->margin[slot->side], width);
	}
}

static void column_measure(struct svg_layer *layer, struct svg_column *column)
{
	for (uint32_t i = 0; i < column->nodes.n; i++) {
		const struct svg_unit *unit = node_unit(layer, column->nodes.items[i]);

		if (unit)
			column->w = ward_svg_max(column->w, unit->w);
	}
	for (uint32_t i = 0; i < column->nodes.n; i++) {
		struct svg_unit *unit = node_unit(layer, column->nodes.items[i]);

		if (unit && ward_svg_unit_is_leaf(layer->pic,
						  layer->nodes.items[column->nodes.items[i]].unit))
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
			steepest = ward_svg_max(steepest, abs(dy));
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
		bottom = ward_svg_max(bottom, layer->nodes.items[i].y +
						      ward_svg_max(layer->nodes.items[i].h, 10));
	return bottom;
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

static void unit_layout(struct svg_picture *pic, uint32_t unit)
{
	struct svg_layer layer;
	struct svg_unit *self = &pic->units.items[unit];
	int head = ward_svg_unit_head(self), bottom = head, width = self->w;
	int gap = ward_svg_shelves_count(pic, unit) ? 18 : 0;

	ward_svg_layer_init(&layer, pic, unit);
	for (uint32_t i = 1; i < layer.n_cols - 1; i++)
		column_measure(&layer, &layer.cols[i]);
	if (layer.nodes.n) {
		ward_svg_layer_arrange(&layer);
		columns_place(&layer);
		children_place(&layer, head + 4);
		bottom = layer_bottom(&layer) + gap;
		width = ward_svg_max(width,
				     layer.cols[layer.n_cols - 1].x + ward_svg_unit_pad(self));
	}
	ward_svg_shelves_fill(pic, unit, &width, &bottom);
	self->w = width;
	self->h = bottom + ward_svg_max(ward_svg_unit_pad(self), 4);
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
	int header;

	for (uint32_t i = pic->units.n; i-- > 0;) {
		ward_svg_unit_measure(pic, &pic->units.items[i]);
		if (!ward_svg_unit_is_leaf(pic, i) || i == SVG_CITY_UNIT)
			unit_layout(pic, i);
		ward_svg_unit_make_room(pic, i);
	}
	city->x = SVG_MARGIN;
	city->y = SVG_HEAD + SVG_MARGIN + (int)city->signs.n * SVG_LINE;
	picture_place(pic);
	header = ward_svg_text_width(ward_svg_header_text(&pic->arena, pic), SVG_FONT_PLAIN);
	pic->width = ward_svg_max(city->w, ward_svg_max(header, 760)) + 2 * SVG_MARGIN;
	pic->height = city->y + city->h + (pic->map->n_places ? SVG_LEGEND : 0) + SVG_MARGIN;
}
