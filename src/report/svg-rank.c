/* SPDX-License-Identifier: Apache-2.0 */
/* Ranks: how far right each unit stands among its siblings, so that traffic flows to the right.
 *
 * Cycles are broken where that turns the fewest flows around (the greedy order of Eades, Lin and
 * Smyth); then each unit stands one right of the last of those that it hears from.  The outside
 * that may come in stands leftmost, the outside that is only gone to rightmost. */
#include "report/svg-picture.h"

struct ranks {
	struct svg_picture *pic;
	uint32_t unit;	    /* whose children are ranked */
	uint32_t *children; /* units */
	uint32_t n;
	uint32_t *index;  /* of units among the children */
	uint32_t *weight; /* n * n: flows */
	int *pull;	  /* of each child: ways out to the right less those to the left */
	uint32_t *order;  /* children, in the order that breaks the cycles */
	bool *done;
};

static uint32_t *weight_at(const struct ranks *ranks, uint32_t from, uint32_t to)
{
	return &ranks->weight[(size_t)from * ranks->n + to];
}

static struct svg_unit *child_at(const struct ranks *ranks, uint32_t i)
{
	return &ranks->pic->units.items[ranks->children[i]];
}

/* The child of ranks->unit that holds @unit, or WARD_NONE. */
static uint32_t child_around(const struct ranks *ranks, uint32_t unit)
{
	const struct svg_unit *units = ranks->pic->units.items;

	while (units[unit].parent != WARD_NONE && units[unit].parent != ranks->unit)
		unit = units[unit].parent;
	return units[unit].parent == WARD_NONE ? WARD_NONE : unit;
}

static void flow_weigh(struct ranks *ranks, uint32_t from, uint32_t to)
{
	struct svg_unit *units = ranks->pic->units.items;
	struct svg_meeting meet = ward_svg_units_meet(ranks->pic, from, to);
	uint32_t child;

	if (meet.unit == ranks->unit) {
		units[meet.a].wired = units[meet.b].wired = true;
		++*weight_at(ranks, ranks->index[meet.a], ranks->index[meet.b]);
		return;
	}
	for (uint32_t end = 0; end < 2; end++) {
		uint32_t near = end ? meet.b : meet.a, far = end ? meet.a : meet.b;

		child = child_around(ranks, end ? to : from);
		if (child == WARD_NONE || !ward_svg_unit_is_in(ranks->pic, ranks->unit, near))
			continue;
		units[child].wired = true;
		ranks->pull[ranks->index[child]] += units[near].rank < units[far].rank ? 1 : -1;
	}
}

static void flows_weigh(struct ranks *ranks)
{
	for (uint32_t i = 0; i < ranks->pic->flows.n; i++)
		flow_weigh(ranks, ranks->pic->flows.items[i].from, ranks->pic->flows.items[i].to);
}

static void degrees_of(const struct ranks *ranks, uint32_t i, uint32_t *ret_out, uint32_t *ret_in)
{
	*ret_out = *ret_in = 0;
	for (uint32_t j = 0; j < ranks->n; j++)
		if (!ranks->done[j]) {
			*ret_out += *weight_at(ranks, i, j);
			*ret_in += *weight_at(ranks, j, i);
		}
}

/* The next child of the order: a sink for its end if there is one, otherwise the best source. */
static uint32_t child_choose(const struct ranks *ranks, bool *ret_is_sink)
{
	int64_t best_surplus = INT64_MIN;
	uint32_t best = 0;

	*ret_is_sink = false;
	for (uint32_t i = 0; i < ranks->n; i++) {
		uint32_t out, in;
		int64_t surplus;

		if (ranks->done[i])
			continue;
		degrees_of(ranks, i, &out, &in);
		if (!out && in) {
			*ret_is_sink = true;
			return i;
		}
		surplus = !in ? INT64_MAX : (int64_t)out - in;
		if (surplus > best_surplus) {
			best = i;
			best_surplus = surplus;
		}
	}
	return best;
}

static void order_build(struct ranks *ranks)
{
	uint32_t head = 0, tail = ranks->n;

	for (uint32_t i = 0; i < ranks->n; i++)
		if (child_at(ranks, i)->kind == SVG_OUTSIDE) {
			ranks->done[i] = true;
			ranks->order[head++] = i;
		}
	while (head < tail) {
		bool is_sink;
		uint32_t i = child_choose(ranks, &is_sink);

		ranks->done[i] = true;
		ranks->order[is_sink ? --tail : head++] = i;
	}
}

static bool is_linked(const struct ranks *ranks, uint32_t a, uint32_t b)
{
	return *weight_at(ranks, a, b) || *weight_at(ranks, b, a);
}

static bool is_outside(const struct ranks *ranks, uint32_t i)
{
	return child_at(ranks, i)->kind == SVG_OUTSIDE;
}

/* The longest path along the order, for what is inside the city. */
static uint32_t ranks_push(struct ranks *ranks)
{
	uint32_t max = 0;

	for (uint32_t i = 0; i < ranks->n; i++) {
		struct svg_unit *child = child_at(ranks, ranks->order[i]);

		child->rank = 0;
		for (uint32_t j = 0; j < i; j++) {
			const struct svg_unit *before = child_at(ranks, ranks->order[j]);

			if (is_linked(ranks, ranks->order[j], ranks->order[i]) &&
			    before->kind != SVG_OUTSIDE && before->rank >= child->rank)
				child->rank = before->rank + 1;
		}
		if (!is_outside(ranks, ranks->order[i]) && child->rank > max)
			max = child->rank;
	}
	return max;
}

/* Moves what only sends close to what it sends to, and what is pulled rightwards to the right. */
static void ranks_pull(struct ranks *ranks, uint32_t max)
{
	for (uint32_t i = ranks->n; i-- > 0;) {
		uint32_t at = ranks->order[i], next = UINT32_MAX;
		struct svg_unit *child = child_at(ranks, at);
		bool has_before = false;

		for (uint32_t j = 0; j < ranks->n; j++) {
			uint32_t other = ranks->order[j];
			uint32_t rank = child_at(ranks, other)->rank;

			if (!is_linked(ranks, at, other) || is_outside(ranks, other))
				continue;
			has_before |= j < i;
			if (j > i && rank < next)
				next = rank;
		}
		if (next == UINT32_MAX && ranks->pull[at] > 0)
			child->rank = max;
		else if (next != UINT32_MAX && !has_before && ranks->pull[at] >= 0)
			child->rank = next - 1;
	}
}

static void outside_rank(struct ranks *ranks, uint32_t max)
{
	bool any = false;

	for (uint32_t i = 0; i < ranks->n; i++) {
		uint32_t out = 0;

		if (!is_outside(ranks, i))
			continue;
		for (uint32_t j = 0; j < ranks->n; j++)
			out += *weight_at(ranks, i, j);
		child_at(ranks, i)->rank = out ? 0 : max + 1;
		any |= out > 0;
	}
	for (uint32_t i = 0; i < ranks->n; i++)
		if (child_at(ranks, i)->rank || !is_outside(ranks, i))
			child_at(ranks, i)->rank += any;
}

static void ranks_free(struct ranks *ranks)
{
	free(ranks->children);
	free(ranks->weight);
	free(ranks->pull);
	free(ranks->order);
	free(ranks->done);
}

static void unit_rank(struct svg_picture *pic, uint32_t unit, uint32_t *index)
{
	struct ranks ranks = {.pic = pic, .unit = unit, .index = index};
	uint32_t max;

	ranks.children = ward_new_n(uint32_t, pic->units.n);
	for (uint32_t i = 0; i < pic->units.n; i++)
		if (pic->units.items[i].parent == unit) {
			index[i] = ranks.n;
			ranks.children[ranks.n++] = i;
		}
	ranks.weight = ward_alloc((size_t)ranks.n * ranks.n * sizeof(uint32_t));
	ranks.pull = ward_alloc(ranks.n * sizeof(int));
	ranks.order = ward_alloc(ranks.n * sizeof(uint32_t));
	ranks.done = ward_alloc(ranks.n * sizeof(bool));
	flows_weigh(&ranks);
	order_build(&ranks);
	max = ranks_push(&ranks);
	ranks_pull(&ranks, max);
	outside_rank(&ranks, max);
	ranks_free(&ranks);
}

void ward_svg_ranks_build(struct svg_picture *pic)
{
	_cleanup_free_ uint32_t *index = ward_new_n(uint32_t, pic->units.n);

	for (uint32_t i = 0; i < pic->units.n; i++)
		if (i == SVG_CITY_UNIT || pic->units.items[i].kind < SVG_HOUSE)
			unit_rank(pic, i, index);
}
