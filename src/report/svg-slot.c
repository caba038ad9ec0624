/* SPDX-License-Identifier: Apache-2.0 */
/* Where wires meet the sides of boxes. */
#include "report/svg-layer.h"

#include <math.h>
#include <stdlib.h>

enum {
	SNAP = 4, /* wires that are off by so little are made straight */
	SLOT_EDGE = 7,
	SLOT_NEAR = 14, /* closer together, a label would touch the wire above it */
};

/* The mean y of the other ends of the segments that end in @slot, relative to the slot's unit. */
static double slot_wish(const struct svg_layer *layer, uint32_t slot)
{
	double sum = 0;
	uint32_t n = 0;

	for (uint32_t i = 0; i < layer->segments.n; i++) {
		const struct svg_segment *segment = &layer->segments.items[i];

		for (enum svg_side side = 0; side < SVG_N_SIDE; side++)
			if (segment->slot[side] == slot) {
				sum += ward_svg_segment_y(layer, segment, !side) -
				       layer->nodes.items[segment->node[side]].y;
				n++;
			}
	}
	return n ? sum / n : layer->pic->slots.items[slot].y;
}

struct shelf {
	uint32_t slot;
	double want, weight;
};

static int shelf_cmp(const void *left, const void *right)
{
	const struct shelf *a = left, *b = right;

	if (a->want != b->want)
		return a->want < b->want ? -1 : 1;
	return (a->slot > b->slot) - (a->slot < b->slot);
}

/* Is there room on its side for this slot at @y? */
static bool slot_fits(const struct svg_picture *pic, uint32_t slot, int y)
{
	const struct svg_slot *slots = pic->slots.items;

	if (y < SLOT_EDGE || y > pic->units.items[slots[slot].unit].h - SLOT_EDGE)
		return false;
	for (uint32_t i = 0; i < pic->slots.n; i++)
		if (i != slot && slots[i].unit == slots[slot].unit &&
		    slots[i].side == slots[slot].side && abs(slots[i].y - y) < SLOT_NEAR)
			return false;
	return true;
}

/* Moves a slot away from wires that go through nearby, which cannot move themselves. */
static void slot_dodge(struct svg_picture *pic, uint32_t slot)
{
	int y = pic->slots.items[slot].y, h = pic->units.items[pic->slots.items[slot].unit].h;

	for (int by = 0; by < h; by++)
		for (int sign = -1; sign <= 1; sign += 2)
			if (slot_fits(pic, slot, y + sign * by)) {
				pic->slots.items[slot].y = y + sign * by;
				return;
			}
}

/* Wires that end on a side may slide along it, those that go through stay where they are. */
static void side_settle(struct svg_layer *layer, const struct svg_unit *unit, uint32_t n,
			struct shelf *shelves)
{
	_cleanup_free_ double *wants = ward_new_n(double, n);
	_cleanup_free_ double *weights = ward_new_n(double, n);
	_cleanup_free_ int *gaps = ward_new_n(int, n);

	qsort(shelves, n, sizeof(*shelves), shelf_cmp);
	for (uint32_t i = 0; i < n; i++) {
		double low = SVG_SLOT_GAP * (i + 0.6);
		double high = unit->h - SVG_SLOT_GAP * (n - 1 - i + 0.6);

		wants[i] = shelves[i].want;
		if (shelves[i].weight < 2 && n * SVG_SLOT_GAP <= unit->h)
			wants[i] = fmax(low, fmin(high, wants[i]));
		else if (shelves[i].weight < 2)
			wants[i] = (low + high) / 2;
		weights[i] = shelves[i].weight;
		gaps[i] = SVG_SLOT_GAP;
	}
	ward_svg_spread(n, wants, weights, gaps);
	for (uint32_t i = 0; i < n; i++)
		if (shelves[i].weight < 2)
			layer->pic->slots.items[shelves[i].slot].y = (int)lround(wants[i]);
	for (uint32_t i = 0; i < n; i++)
		if (shelves[i].weight < 2)
			slot_dodge(layer->pic, shelves[i].slot);
}

void ward_svg_slots_settle(struct svg_layer *layer)
{
	_cleanup_free_ struct shelf *shelves = ward_new_n(struct shelf, layer->pic->slots.n);

	for (uint32_t i = 0; i < layer->nodes.n; i++)
		for (enum svg_side side = 0; side < SVG_N_SIDE; side++) {
			const struct svg_node *node = &layer->nodes.items[i];
			uint32_t n = 0;

			for (uint32_t j = 0; j < layer->pic->slots.n && node->unit != WARD_NONE;
			     j++) {
				const struct svg_slot *slot = &layer->pic->slots.items[j];
				bool passes = slot->net != WARD_NONE;

				if (slot->unit == node->unit && slot->side == side)
					shelves[n++] = (struct shelf){j,
								      passes ? slot->y
									     : slot_wish(layer, j),
								      passes ? 1e6 : 1};
			}
			if (n)
				side_settle(layer, &layer->pic->units.items[node->unit], n,
					    shelves);
		}
}

/* Moves a slot where only one wire ends by a hair, if that makes the wire straight. */
static bool slot_snap(struct svg_layer *layer, uint32_t slot, int by)
{
	struct svg_slot *slots = layer->pic->slots.items;

	if (slot == WARD_NONE || slots[slot].unit == layer->unit || slots[slot].net != WARD_NONE ||
	    !slot_fits(layer->pic, slot, slots[slot].y + by))
		return false;
	for (uint32_t i = 0, n = 0; i < layer->segments.n; i++) {
		n += layer->segments.items[i].slot[SVG_LEFT] == slot ||
		     layer->segments.items[i].slot[SVG_RIGHT] == slot;
		if (n > 1)
			return false;
	}
	slots[slot].y += by;
	return true;
}

void ward_svg_slots_snap(struct svg_layer *layer)
{
	for (uint32_t i = 0; i < layer->segments.n; i++) {
		const struct svg_segment *segment = &layer->segments.items[i];
		int dy = ward_svg_segment_y(layer, segment, SVG_RIGHT) -
			 ward_svg_segment_y(layer, segment, SVG_LEFT);

		if (dy && abs(dy) <= SNAP && !slot_snap(layer, segment->slot[SVG_LEFT], dy))
			slot_snap(layer, segment->slot[SVG_RIGHT], -dy);
	}
}
