/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg-layer.h"

#include <math.h>
#include <string.h>

enum {
	N_SWEEPS = 16,
	N_SETTLES = 12,
};

static uint32_t node_new(struct svg_layer *layer, struct svg_node node)
{
	ward_vec_push(&layer->nodes, node);
	ward_vec_push(&layer->cols[node.col].nodes, layer->nodes.n - 1);
	return layer->nodes.n - 1;
}

static void children_add(struct svg_layer *layer)
{
	for (uint32_t i = 0; i < layer->pic->units.n; i++) {
		const struct svg_unit *child = &layer->pic->units.items[i];

		if (child->parent == layer->unit && child->wired)
			node_new(layer, (struct svg_node){.unit = i,
							  .slot = WARD_NONE,
							  .net = WARD_NONE,
							  .col = child->rank + 1,
							  .h = child->h});
	}
}

static uint32_t node_of_slot(struct svg_layer *layer, uint32_t slot)
{
	const struct svg_slot *of = &layer->pic->slots.items[slot];
	struct svg_node gate = {.unit = WARD_NONE, .slot = slot, .net = WARD_NONE};

	for (uint32_t i = 0; i < layer->nodes.n; i++)
		if (layer->nodes.items[i].slot == slot ||
		    (of->unit != layer->unit && layer->nodes.items[i].unit == of->unit))
			return i;
	gate.col = of->side == SVG_LEFT ? 0 : layer->n_cols - 1;
	return node_new(layer, gate);
}

static uint32_t node_of_pass(struct svg_layer *layer, uint32_t net, uint32_t col)
{
	struct svg_node pass = {.unit = WARD_NONE, .slot = WARD_NONE, .net = net, .col = col};

	for (uint32_t i = 0; i < layer->cols[col].nodes.n; i++)
		if (layer->nodes.items[layer->cols[col].nodes.items[i]].net == net)
			return layer->cols[col].nodes.items[i];
	return node_new(layer, pass);
}

static void segment_reach(struct svg_layer *layer, struct svg_segment want)
{
	for (uint32_t i = 0; i < layer->segments.n; i++)
		if (!memcmp(&layer->segments.items[i], &want, sizeof(want)))
			return;
	ward_vec_push(&layer->segments, want);
}

static void wire_add(struct svg_layer *layer, const struct svg_wire *wire)
{
	uint32_t left = node_of_slot(layer, wire->slot[SVG_LEFT]);
	uint32_t right = node_of_slot(layer, wire->slot[SVG_RIGHT]);
	uint32_t last = layer->nodes.items[right].col, slot = wire->slot[SVG_LEFT];

	for (uint32_t col = layer->nodes.items[left].col + 1; col <= last; col++) {
		uint32_t next = col < last ? node_of_pass(layer, wire->net, col) : right;
		uint32_t next_slot = col < last ? WARD_NONE : wire->slot[SVG_RIGHT];

		segment_reach(layer,
			      (struct svg_segment){{left, next}, {slot, next_slot}, wire->net});
		left = next;
		slot = next_slot;
	}
}

void ward_svg_layer_init(struct svg_layer *layer, struct svg_picture *pic, uint32_t unit)
{
	uint32_t max = 0;

	*layer = (struct svg_layer){.pic = pic, .unit = unit};
	for (uint32_t i = 0; i < pic->units.n; i++)
		if (pic->units.items[i].parent == unit && pic->units.items[i].wired &&
		    pic->units.items[i].rank > max)
			max = pic->units.items[i].rank;
	layer->n_cols = max + 3;
	layer->cols = ward_alloc(layer->n_cols * sizeof(*layer->cols));
	children_add(layer);
	for (uint32_t i = 0; i < pic->wires.n; i++)
		if (pic->wires.items[i].unit == unit)
			wire_add(layer, &pic->wires.items[i]);
}

void ward_svg_layer_done(struct svg_layer *layer)
{
	for (uint32_t i = 0; i < layer->n_cols; i++)
		ward_vec_done(&layer->cols[i].nodes);
	free(layer->cols);
	ward_vec_done(&layer->nodes);
	ward_vec_done(&layer->segments);
}

/* Of the end within its node. */
static int end_offset(const struct svg_layer *layer, const struct svg_segment *segment,
		      enum svg_side side)
{
	const struct svg_node *node = &layer->nodes.items[segment->node[side]];

	if (node->unit == WARD_NONE)
		return 0;
	return layer->pic->slots.items[segment->slot[side]].y;
}

int ward_svg_segment_y(const struct svg_layer *layer, const struct svg_segment *segment,
		       enum svg_side side)
{
	return layer->nodes.items[segment->node[side]].y + end_offset(layer, segment, side);
}

static bool node_is_pass(const struct svg_node *node)
{
	return node->unit == WARD_NONE;
}

static int gap_between(const struct svg_node *above, const struct svg_node *below)
{
	if (node_is_pass(above) && node_is_pass(below))
		return SVG_WIRE_GAP;
	return above->h +
	       (node_is_pass(above) || node_is_pass(below) ? SVG_WIRE_GAP + 4 : SVG_BOX_GAP);
}

/* Long wires are straight before short ones are, and bend near where they come from. */
static double pull_of(const struct svg_node *node, const struct svg_node *other, enum svg_side side)
{
	if (!node_is_pass(node))
		return 1;
	return node_is_pass(other) ? 6 : side == SVG_LEFT ? 200 : 1;
}

/* Where the nodes of a column want to be for their wires on the given sides to be straight. */
static void column_wish(struct svg_layer *layer, uint32_t col, unsigned sides, double *weights)
{
	const struct svg_column *column = &layer->cols[col];

	for (uint32_t i = 0; i < column->nodes.n; i++) {
		layer->nodes.items[column->nodes.items[i]].want = 0;
		weights[column->nodes.items[i]] = 0;
	}
	for (uint32_t i = 0; i < layer->segments.n; i++) {
		const struct svg_segment *segment = &layer->segments.items[i];

		for (enum svg_side side = 0; side < SVG_N_SIDE; side++) {
			struct svg_node *node = &layer->nodes.items[segment->node[side]];
			struct svg_node *other = &layer->nodes.items[segment->node[!side]];
			double weight = pull_of(node, other, side);

			if (node->col != col || !(sides >> !side & 1))
				continue;
			node->want += weight * (ward_svg_segment_y(layer, segment, !side) -
						end_offset(layer, segment, side));
			weights[segment->node[side]] += weight;
		}
	}
	for (uint32_t i = 0; i < column->nodes.n; i++) {
		uint32_t at = column->nodes.items[i];
		struct svg_node *node = &layer->nodes.items[at];

		node->want = weights[at] > 0 ? node->want / weights[at] : node->y;
		weights[at] = weights[at] > 0 ? weights[at] : 0.05;
	}
}

/* Insertion sort by the middle of where they want to be: stable, and columns are short. */
static void column_sort(struct svg_layer *layer, uint32_t col)
{
	uint32_t *nodes = layer->cols[col].nodes.items;

	for (uint32_t i = 1; i < layer->cols[col].nodes.n; i++) {
		uint32_t at = nodes[i], j = i;
		double key = layer->nodes.items[at].want + layer->nodes.items[at].h / 2.0;

		for (; j > 0; j--) {
			const struct svg_node *above = &layer->nodes.items[nodes[j - 1]];

			if (above->want + above->h / 2.0 <= key)
				break;
			nodes[j] = nodes[j - 1];
		}
		nodes[j] = at;
	}
}

static void column_place(struct svg_layer *layer, uint32_t col, const double *weights)
{
	const struct svg_column *column = &layer->cols[col];
	uint32_t n = column->nodes.n;
	_cleanup_free_ double *wants = ward_new_n(double, n);
	_cleanup_free_ double *heavy = ward_new_n(double, n);
	_cleanup_free_ int *gaps = ward_new_n(int, n);
	const struct svg_node *above = NULL;

	for (uint32_t i = 0; i < n; i++) {
		const struct svg_node *node = &layer->nodes.items[column->nodes.items[i]];

		wants[i] = node->want;
		heavy[i] = weights[column->nodes.items[i]];
		gaps[i] = above ? gap_between(above, node) : 0;
		above = node;
	}
	ward_svg_spread(n, wants, heavy, gaps);
	for (uint32_t i = 0; i < n; i++)
		layer->nodes.items[column->nodes.items[i]].y = (int)lround(wants[i]);
}

static void layer_sweep(struct svg_layer *layer, bool rightwards, unsigned sides, bool sort,
			double *weights)
{
	for (uint32_t i = 0; i < layer->n_cols; i++) {
		uint32_t col = rightwards ? i : layer->n_cols - 1 - i;

		column_wish(layer, col, sides, weights);
		if (sort)
			column_sort(layer, col);
		column_place(layer, col, weights);
	}
}

static bool segments_cross(const struct svg_layer *layer, const struct svg_segment *a,
			   const struct svg_segment *b)
{
	int left = ward_svg_segment_y(layer, a, SVG_LEFT) - ward_svg_segment_y(layer, b, SVG_LEFT);
	int right =
		ward_svg_segment_y(layer, a, SVG_RIGHT) - ward_svg_segment_y(layer, b, SVG_RIGHT);

	return (left < 0 && right > 0) || (left > 0 && right < 0);
}

static uint32_t crossings_count(const struct svg_layer *layer)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < layer->segments.n; i++)
		for (uint32_t j = i + 1; j < layer->segments.n; j++) {
			const struct svg_segment *a = &layer->segments.items[i];
			const struct svg_segment *b = &layer->segments.items[j];

			n += layer->nodes.items[a->node[SVG_LEFT]].col ==
				     layer->nodes.items[b->node[SVG_LEFT]].col &&
			     segments_cross(layer, a, b);
		}
	return n;
}

static void columns_stack(struct svg_layer *layer)
{
	for (uint32_t col = 0; col < layer->n_cols; col++) {
		int y = 0;

		for (uint32_t i = 0; i < layer->cols[col].nodes.n; i++) {
			struct svg_node *node =
				&layer->nodes.items[layer->cols[col].nodes.items[i]];

			node->y = y;
			y += node->h + SVG_BOX_GAP;
		}
	}
}

static void order_save(const struct svg_layer *layer, uint32_t *saved)
{
	for (uint32_t col = 0; col < layer->n_cols; col++)
		for (uint32_t i = 0; i < layer->cols[col].nodes.n; i++)
			*saved++ = layer->cols[col].nodes.items[i];
}

static void order_restore(struct svg_layer *layer, const uint32_t *saved)
{
	for (uint32_t col = 0; col < layer->n_cols; col++)
		for (uint32_t i = 0; i < layer->cols[col].nodes.n; i++)
			layer->cols[col].nodes.items[i] = *saved++;
}

static void layer_order(struct svg_layer *layer, double *weights)
{
	_cleanup_free_ uint32_t *best = ward_new_n(uint32_t, layer->nodes.n);
	uint32_t least = UINT32_MAX;

	for (uint32_t i = 0; i < N_SWEEPS && least; i++) {
		bool rightwards = i % 2 == 0;
		uint32_t n;

		layer_sweep(layer, rightwards, rightwards ? 1 << SVG_LEFT : 1 << SVG_RIGHT, true,
			    weights);
		ward_svg_slots_settle(layer);
		n = crossings_count(layer);
		if (n < least) {
			least = n;
			order_save(layer, best);
		}
	}
	order_restore(layer, best);
}

static void layer_top(struct svg_layer *layer)
{
	int top = INT32_MAX;

	for (uint32_t i = 0; i < layer->nodes.n; i++)
		if (layer->nodes.items[i].y < top)
			top = layer->nodes.items[i].y;
	for (uint32_t i = 0; i < layer->nodes.n; i++)
		layer->nodes.items[i].y -= top;
}

void ward_svg_layer_arrange(struct svg_layer *layer)
{
	_cleanup_free_ double *weights = ward_new_n(double, layer->nodes.n);

	columns_stack(layer);
	ward_svg_slots_settle(layer);
	layer_order(layer, weights);
	for (uint32_t i = 0; i < N_SETTLES; i++) {
		layer_sweep(layer, i % 2, 1 << SVG_LEFT | 1 << SVG_RIGHT, false, weights);
		ward_svg_slots_settle(layer);
	}
	ward_svg_slots_snap(layer);
	layer_top(layer);
}
