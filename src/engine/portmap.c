/* SPDX-License-Identifier: Apache-2.0 */
/* Building is painting.  The canvas is all ports of the three protocols, and one cell for the
 * protocols without ports.  Rules paint in the order of evaluation, and only where nothing has been
 * painted before: the first matching rule decides.  A Pass paints "passed", which counts as painted
 * until its tier ends and as bare again from then on.  When the NetworkPolicy tier ends and the pod
 * is isolated, everything still bare becomes "isolated"; at the very end what is bare is open. */
#include "engine/portmap.h"

#include <string.h>

enum {
	BARE = WARD_NONE,
	PASSED = WARD_NONE - 1
};

typedef WARD_VEC(struct ward_port_span) span_list;

struct canvas {
	span_list spans; /* sorted by (proto, low); covers each protocol from 0 to 65535 */
	uint32_t other;
};

static void canvas_init(struct canvas *canvas)
{
	*canvas = (struct canvas){.other = BARE};
	for (enum ward_proto proto = 0; proto < WARD_OTHER; proto++) {
		struct ward_port_span all = {.proto = proto, .high = 65535, .decision = BARE};

		ward_vec_push(&canvas->spans, all);
	}
}

/* Appends a piece of a span, if it is not empty. */
static void piece_push(span_list *out, const struct ward_port_span *span, uint32_t low,
		       uint32_t high, uint32_t decision)
{
	struct ward_port_span piece = {
		.proto = span->proto,
		.low = (uint16_t)low,
		.high = (uint16_t)high,
		.decision = decision,
	};

	if (low <= high && high <= 65535)
		ward_vec_push(out, piece);
}

static void canvas_paint(struct canvas *canvas, enum ward_proto proto, uint32_t low, uint32_t high,
			 uint32_t colour)
{
	span_list out = {};

	for (uint32_t i = 0; i < canvas->spans.n; i++) {
		const struct ward_port_span *span = &canvas->spans.items[i];
		uint32_t from = span->low > low ? span->low : low;
		uint32_t to = span->high < high ? span->high : high;

		if (span->proto != proto || span->decision != BARE || from > to) {
			ward_vec_push(&out, *span);
			continue;
		}
		if (from > span->low)
			piece_push(&out, span, span->low, from - 1, BARE);
		piece_push(&out, span, from, to, colour);
		if (to < span->high)
			piece_push(&out, span, to + 1, span->high, BARE);
	}
	ward_vec_done(&canvas->spans);
	canvas->spans = out;
}

/* Repaints everything of one colour, the cell for other protocols too. */
static void canvas_recolour(struct canvas *canvas, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < canvas->spans.n; i++)
		if (canvas->spans.items[i].decision == from)
			canvas->spans.items[i].decision = to;
	if (canvas->other == from)
		canvas->other = to;
}

/* A9.4, A9.5, A9.7: every port of the destination with that name and protocol. */
static void paint_named(struct canvas *canvas, const struct port_map_spec *spec,
			const struct ward_port *port, uint32_t colour)
{
	for (uint32_t i = 0; i < spec->n_ports; i++) {
		const struct named_port *named = &spec->ports[i];

		if (named->name == port->name &&
		    (port->proto == WARD_N_PROTO || named->proto == port->proto))
			canvas_paint(canvas, named->proto, named->number, named->number, colour);
	}
}

static void paint_rule(struct canvas *canvas, const struct port_map_spec *spec,
		       const struct matched_rule *matched)
{
	const struct ward_rule *rule = matched->rule;
	uint32_t colour = rule->action == WARD_PASS ? PASSED : matched->decision;

	if (rule->any_port) {
		canvas_recolour(canvas, BARE, colour);
		return;
	}
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->name != WARD_NONE)
			paint_named(canvas, spec, port, colour);
		else
			canvas_paint(canvas, port->proto, port->low, port->high, colour);
	}
}

static int cmp_span(const void *a, const void *b)
{
	const struct ward_port_span *x = a, *y = b;

	if (x->proto != y->proto)
		return (int)x->proto - (int)y->proto;
	return (int)x->low - (int)y->low;
}

/* Leaves out what the rest says anyway and joins neighbours that say the same. */
static struct ward_port_map canvas_seal(struct ward_arena *arena, struct canvas *canvas,
					uint32_t rest)
{
	struct ward_port_span *spans =
		ward_arena_new_n(arena, struct ward_port_span, canvas->spans.n);
	struct ward_port_map map = {.other = canvas->other, .rest = rest, .spans = spans};

	qsort(canvas->spans.items, canvas->spans.n, sizeof(*spans), cmp_span);
	for (uint32_t i = 0; i < canvas->spans.n; i++) {
		const struct ward_port_span *span = &canvas->spans.items[i];
		struct ward_port_span *last = map.n ? &spans[map.n - 1] : NULL;

		if (span->decision == rest)
			continue;
		if (last && last->proto == span->proto && last->decision == span->decision &&
		    last->high + 1 == span->low)
			last->high = span->high;
		else
			spans[map.n++] = *span;
	}
	ward_vec_done(&canvas->spans);
	return map;
}

struct ward_port_map port_map_build(struct ward_arena *arena, const struct port_map_spec *spec)
{
	uint32_t rest = spec->isolated ? WARD_DECISION_ISOLATED : WARD_DECISION_OPEN;
	struct canvas canvas;
	uint32_t i = 0;

	canvas_init(&canvas);
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		for (; i < spec->n_rules && spec->rules[i].policy->tier == tier; i++)
			paint_rule(&canvas, spec, &spec->rules[i]);
		canvas_recolour(&canvas, PASSED, BARE);
		if (tier == WARD_TIER_NETWORKPOLICY && spec->isolated)
			canvas_recolour(&canvas, BARE, WARD_DECISION_ISOLATED);
	}
	canvas_recolour(&canvas, BARE, WARD_DECISION_OPEN);
	return canvas_seal(arena, &canvas, rest);
}

uint32_t ward_port_map_lookup(const struct ward_port_map *map, enum ward_proto proto, uint16_t port)
{
	uint32_t low = 0, high = map->n;

	if (proto == WARD_OTHER)
		return map->other;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		const struct ward_port_span *span = &map->spans[middle];

		if (span->proto < proto || (span->proto == proto && span->high < port))
			low = middle + 1;
		else if (span->proto > proto || span->low > port)
			high = middle;
		else
			return span->decision;
	}
	return map->rest;
}
