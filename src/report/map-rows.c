/* SPDX-License-Identifier: Apache-2.0 */
#include "report/map-rows.h"

#include <string.h>

#include "report/map.h"

/* What one workload may exchange with a range of addresses. */
struct span {
	uint32_t place; /* the workload */
	bool out;
	bool world;  /* stands for all addresses of the other family too */
	bool joined; /* the other one does */
	struct ward_ip_range range;
	const struct ward_port_set *allow;
};

struct spans {
	WARD_VEC(struct span) list;
	uint32_t *newest[2]; /* place → its newest span, in and out; WARD_NONE: none yet */
};

/* The length of the prefix that is exactly this range, or -1. */
static int range_prefix(struct ward_ip_range range)
{
	for (int bits = range.first.family == WARD_FAMILY_4 ? 32 : 128; bits >= 0; bits--) {
		struct ward_cidr cidr = {range.first, (uint8_t)bits};

		if (ward_ip_eq(ward_cidr_range(cidr).last, range.last))
			return ward_cidr_has(cidr, range.first) ? bits : -1;
	}
	return -1;
}

char *ward_report_range_name(struct ward_ip_range range)
{
	char text[WARD_RANGE_TEXT];
	int bits = range_prefix(range);

	if (bits == 0)
		return ward_strdup(range.first.family == WARD_FAMILY_4 ? "any IPv4" : "any IPv6");
	if (bits < 0)
		return ward_strdup(ward_range_str(range, text));
	ward_ip_str(range.first, text);
	return ward_ip_eq(range.first, range.last) ? ward_strdup(text)
						   : ward_format("%s/%d", text, bits);
}

/* Is there another kind of the same name? */
static bool needs_kind(const struct ward_map *map, uint32_t place)
{
	const struct ward_place *this = &map->places[place];

	for (int step = -1; step <= 1; step += 2) {
		const struct ward_place *other = this + step;

		if ((step < 0 ? place > 0 : place + 1 < map->n_places) && !other->external &&
		    other->ns == this->ns && other->name == this->name)
			return true;
	}
	return false;
}

char *ward_report_place_name(const struct ward_map *map, uint32_t place)
{
	const struct ward_place *this = &map->places[place];

	if (this->external)
		return ward_report_range_name(this->range);
	if (needs_kind(map, place))
		return ward_strdup(this->id);
	return ward_format("%s/%s", ward_symbol_str(map->symbols, this->ns),
			   ward_symbol_str(map->symbols, this->name));
}

/* Joins with the workload's newest span if nothing lies between. */
static void spans_add(struct spans *spans, const struct span *span)
{
	uint32_t *newest = &spans->newest[span->out][span->place];
	struct span *before = *newest == WARD_NONE ? NULL : &spans->list.items[*newest];

	if (before && before->allow == span->allow && !ward_ip_is_max(before->range.last) &&
	    ward_ip_eq(ward_ip_next(before->range.last), span->range.first)) {
		before->range.last = span->range.last;
		return;
	}
	*newest = spans->list.n;
	ward_vec_push(&spans->list, *span);
}

/* All of IPv4 and all of IPv6 become the world.  IPv6 comes last in the map, so the second one is
 * its workload's newest span. */
static void spans_join_families(struct spans *spans)
{
	for (uint32_t i = 0; i < spans->list.n; i++) {
		struct span *v4 = &spans->list.items[i];
		struct span *v6 = &spans->list.items[spans->newest[v4->out][v4->place]];

		if (v4 == v6 || v4->allow != v6->allow || range_prefix(v4->range) != 0 ||
		    range_prefix(v6->range) != 0)
			continue;
		v4->world = true;
		v6->joined = true;
	}
}

static void spans_init(struct spans *spans, const struct ward_map *map)
{
	for (int out = 0; out < 2; out++) {
		spans->newest[out] = ward_new_n(uint32_t, map->n_places);
		memset(spans->newest[out], 0xff, map->n_places * sizeof(uint32_t));
	}
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];
		bool out = map->places[link->to].external;
		uint32_t outside = out ? link->to : link->from;

		if (map->places[outside].external)
			spans_add(spans, &(struct span){
						 .place = out ? link->from : link->to,
						 .out = out,
						 .range = map->places[outside].range,
						 .allow = link->allow,
					 });
	}
	spans_join_families(spans);
}

static void spans_done(struct spans *spans)
{
	ward_vec_done(&spans->list);
	free(spans->newest[0]);
	free(spans->newest[1]);
}

static char *span_name(const struct span *span)
{
	return span->world ? ward_strdup("world") : ward_report_range_name(span->range);
}

static void rows_add(struct ward_map_rows *rows, char *from, char *to,
		     const struct ward_port_set *allow)
{
	ward_vec_push(&rows->list, ((struct ward_map_row){from, to, allow}));
}

/* The world first, then by address, then by workload. */
static int span_cmp(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int cmp = (int)y->world - (int)x->world;

	if (!cmp)
		cmp = ward_ip_cmp(x->range.first, y->range.first);
	if (!cmp)
		cmp = ward_ip_cmp(x->range.last, y->range.last);
	return cmp ? cmp : (x->place > y->place) - (x->place < y->place);
}

static void rows_from_outside(struct ward_map_rows *rows, const struct ward_map *map,
			      const struct spans *spans)
{
	WARD_VEC(struct span) in = {};

	for (uint32_t i = 0; i < spans->list.n; i++)
		if (!spans->list.items[i].out && !spans->list.items[i].joined)
			ward_vec_push(&in, spans->list.items[i]);
	if (in.n)
		qsort(in.items, in.n, sizeof(*in.items), span_cmp);
	for (uint32_t i = 0; i < in.n; i++)
		rows_add(rows, span_name(&in.items[i]),
			 ward_report_place_name(map, in.items[i].place), in.items[i].allow);
	ward_vec_done(&in);
}

/* Every workload's links to others, then its spans; both are in the order of the workloads. */
static void rows_from_inside(struct ward_map_rows *rows, const struct ward_map *map,
			     const struct spans *spans)
{
	const struct span *span = spans->list.items, *end = span + spans->list.n;
	const struct ward_link *link = map->links, *last = link + map->n_links;

	for (uint32_t place = 0; place < map->n_places; place++) {
		for (; link < last && link->from == place; link++)
			if (!map->places[link->from].external && !map->places[link->to].external)
				rows_add(rows, ward_report_place_name(map, place),
					 ward_report_place_name(map, link->to), link->allow);
		for (; span < end && span->out && span->place == place; span++)
			if (!span->joined)
				rows_add(rows, ward_report_place_name(map, place), span_name(span),
					 span->allow);
	}
}

void ward_map_rows_init(struct ward_map_rows *rows, const struct ward_map *map)
{
	struct spans spans = {};

	*rows = (struct ward_map_rows){};
	spans_init(&spans, map);
	rows_from_inside(rows, map, &spans);
	rows_from_outside(rows, map, &spans);
	spans_done(&spans);
}

void ward_map_rows_done(struct ward_map_rows *rows)
{
	for (uint32_t i = 0; i < rows->list.n; i++) {
		free(rows->list.items[i].from);
		free(rows->list.items[i].to);
	}
	ward_vec_done(&rows->list);
}
