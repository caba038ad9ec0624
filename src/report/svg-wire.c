/* SPDX-License-Identifier: Apache-2.0 */
/* From flows to wires.
 *
 * Flows that leave one unit, or arrive at one with the same ports, share their way as a net.  A
 * flow climbs from its source through the sides of every unit around it up to the one that holds
 * both ends, and descends to its target: in each of those it is one wire.  Which sides it leaves
 * and enters by follows from the ranks: what has a smaller rank stands further left. */
#include "report/svg-picture.h"

struct bundle {
	uint32_t n, first;
	bool by_source;
};

/* What comes from outside keeps its own colour. */
static bool flow_is_foreign(const struct svg_picture *pic, const struct svg_flow *flow)
{
	return pic->units.items[flow->from].kind == SVG_OUTSIDE;
}

static bool flows_bundle(const struct svg_picture *pic, const struct svg_flow *a,
			 const struct svg_flow *b, bool by_source)
{
	if (a->partial != b->partial)
		return false;
	if (by_source)
		return a->from == b->from;
	return a->to == b->to && a->ports == b->ports && !flow_is_foreign(pic, b);
}

/* The largest set of free flows that can share a hub. */
static struct bundle bundle_find(const struct svg_picture *pic, const bool *taken)
{
	struct bundle best = {};

	for (uint32_t i = 0; i < pic->flows.n; i++)
		for (uint32_t by = 0; by < 2 && !taken[i]; by++) {
			struct bundle bundle = {.first = i, .by_source = by};

			if (!by && flow_is_foreign(pic, &pic->flows.items[i]))
				continue;
			for (uint32_t j = i; j < pic->flows.n; j++)
				bundle.n += !taken[j] && flows_bundle(pic, &pic->flows.items[i],
								      &pic->flows.items[j], by);
			if (bundle.n > best.n)
				best = bundle;
		}
	return best;
}

static void net_add(struct svg_picture *pic, struct bundle bundle, bool *taken)
{
	struct svg_flow first = pic->flows.items[bundle.first];
	struct svg_net net = {
		.hub = bundle.by_source ? first.from : first.to,
		.hub_is_source = bundle.by_source,
		.partial = first.partial,
	};

	for (uint32_t i = bundle.first; i < pic->flows.n; i++) {
		struct svg_flow *flow = &pic->flows.items[i];
		struct svg_spoke spoke;

		if (taken[i] || !flows_bundle(pic, &first, flow, bundle.by_source))
			continue;
		taken[i] = true;
		spoke.unit = bundle.by_source ? flow->to : flow->from;
		spoke.ports = flow->ports;
		ward_vec_push(&net.spokes, spoke);
	}
	ward_vec_push(&pic->nets, net);
}

static void nets_build(struct svg_picture *pic)
{
	_cleanup_free_ bool *taken = ward_alloc(pic->flows.n);
	struct bundle bundle;

	while ((bundle = bundle_find(pic, taken)).n)
		net_add(pic, bundle, taken);
}

/* Without groups the colours are free to tell apart what leaves the busiest workloads. */
static void nets_colour(struct svg_picture *pic)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pic->nets.n && !pic->groups.n; i++) {
		const struct svg_net *net = &pic->nets.items[i];
		struct svg_unit *hub = &pic->units.items[net->hub];

		if (net->hub_is_source && net->spokes.n > 1 && hub->kind == SVG_HOUSE &&
		    hub->group == WARD_NONE)
			hub->group = n++;
	}
}

static uint32_t slot_reach(struct svg_picture *pic, struct svg_slot want)
{
	for (uint32_t i = 0; i < pic->slots.n; i++) {
		const struct svg_slot *slot = &pic->slots.items[i];

		if (slot->unit == want.unit && slot->side == want.side && slot->net == want.net &&
		    slot->is_target == want.is_target && slot->ports == want.ports &&
		    slot->partial == want.partial)
			return i;
	}
	ward_vec_push(&pic->slots, want);
	return pic->slots.n - 1;
}

/* Where a flow of @net leaves @unit: at its @end, or on its way through. */
static uint32_t slot_of(struct svg_picture *pic, uint32_t net, uint32_t ports, uint32_t unit,
			uint32_t end, enum svg_side side)
{
	const struct svg_net *of = &pic->nets.items[net];
	bool is_target = of->hub_is_source == (end != of->hub);
	struct svg_slot slot = {.unit = unit, .side = side, .net = net, .ports = WARD_NONE};

	if (unit == end) {
		slot.net = WARD_NONE;
		slot.is_target = is_target;
		slot.ports = is_target ? ports : WARD_NONE;
		slot.partial = is_target && of->partial;
	}
	return slot_reach(pic, slot);
}

static void wire_reach(struct svg_picture *pic, uint32_t unit, uint32_t net, uint32_t left,
		       uint32_t right)
{
	struct svg_wire want = {unit, net, {left, right}};

	for (uint32_t i = 0; i < pic->wires.n; i++) {
		const struct svg_wire *wire = &pic->wires.items[i];

		if (wire->unit == unit && wire->net == net && wire->slot[SVG_LEFT] == left &&
		    wire->slot[SVG_RIGHT] == right)
			return;
	}
	ward_vec_push(&pic->wires, want);
}

/* Wires from @end out through the @side of everything around it below @above; the last slot. */
static uint32_t wire_climb(struct svg_picture *pic, uint32_t net, uint32_t ports, uint32_t end,
			   uint32_t above, enum svg_side side)
{
	uint32_t inner = slot_of(pic, net, ports, end, end, side);

	for (uint32_t at = pic->units.items[end].parent; at != above;
	     at = pic->units.items[at].parent) {
		uint32_t gate = slot_of(pic, net, ports, at, end, side);

		if (side == SVG_LEFT)
			wire_reach(pic, at, net, gate, inner);
		else
			wire_reach(pic, at, net, inner, gate);
		inner = gate;
	}
	return inner;
}

struct svg_meeting ward_svg_units_meet(const struct svg_picture *pic, uint32_t a, uint32_t b)
{
	const struct svg_unit *units = pic->units.items;

	while (units[a].parent != units[b].parent) {
		if (units[a].depth >= units[b].depth)
			a = units[a].parent;
		else
			b = units[b].parent;
	}
	return (struct svg_meeting){units[a].parent, a, b};
}

static void spoke_wire(struct svg_picture *pic, uint32_t net, const struct svg_spoke *spoke)
{
	uint32_t hub = pic->nets.items[net].hub, far = spoke->unit, ports = spoke->ports;
	struct svg_meeting meet = ward_svg_units_meet(pic, hub, far);
	bool hub_is_left = pic->units.items[meet.a].rank < pic->units.items[meet.b].rank;
	uint32_t left = wire_climb(pic, net, ports, hub_is_left ? hub : far, meet.unit, SVG_RIGHT);
	uint32_t right = wire_climb(pic, net, ports, hub_is_left ? far : hub, meet.unit, SVG_LEFT);

	wire_reach(pic, meet.unit, net, left, right);
}

void ward_svg_wires_build(struct svg_picture *pic)
{
	nets_build(pic);
	nets_colour(pic);
	ward_svg_ranks_build(pic);
	for (uint32_t i = 0; i < pic->nets.n; i++)
		for (uint32_t j = 0; j < pic->nets.items[i].spokes.n; j++)
			spoke_wire(pic, i, &pic->nets.items[i].spokes.items[j]);
}
