/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/ports.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A set as the bytes that are interned. */
struct packed {
	uint32_t other;
	struct ward_port_range ranges[];
};

/* One under construction, ranges in order. */
struct draft {
	bool other;
	WARD_VEC(struct ward_port_range) ranges;
};

static_assert(sizeof(struct ward_port_range) == sizeof(enum ward_proto) + 2 * sizeof(uint16_t),
	      "ranges are compared as bytes: no holes");

/* Appends, or prolongs the last range. */
static void draft_add(struct draft *draft, enum ward_proto proto, uint32_t low, uint32_t high)
{
	struct ward_port_range *last =
		draft->ranges.n ? &draft->ranges.items[draft->ranges.n - 1] : NULL;

	if (low == 0)
		low = 1;
	if (low > high)
		return;
	if (last && last->proto == proto && low <= (uint32_t)last->high + 1) {
		last->high = (uint16_t)(high > last->high ? high : last->high);
		return;
	}
	ward_vec_push(&draft->ranges,
		      ((struct ward_port_range){proto, (uint16_t)low, (uint16_t)high}));
}

/* Interns the draft and frees it. */
static uint32_t draft_finish(struct ward_port_sets *sets, struct draft *draft)
{
	size_t size = sizeof(struct packed) + draft->ranges.n * sizeof(struct ward_port_range);
	_cleanup_free_ struct packed *packed = ward_alloc(size);

	packed->other = draft->other;
	if (draft->ranges.n)
		memcpy(packed->ranges, draft->ranges.items,
		       draft->ranges.n * sizeof(*draft->ranges.items));
	ward_vec_done(&draft->ranges);
	return ward_intern(&sets->sets, packed, size);
}

void ward_port_sets_init(struct ward_port_sets *sets, const struct ward_tables *tables)
{
	struct draft none = {}, all = {.other = true};
	uint32_t id;

	*sets = (struct ward_port_sets){.tables = tables};
	sets->of_map = ward_new_n(uint32_t, tables->n_port_maps);
	memset(sets->of_map, 0xff, tables->n_port_maps * sizeof(*sets->of_map));
	id = draft_finish(sets, &none);
	assert(id == WARD_PORTS_NONE);
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++)
		draft_add(&all, proto, 1, UINT16_MAX);
	id = draft_finish(sets, &all);
	assert(id == WARD_PORTS_ALL);
}

void ward_port_sets_done(struct ward_port_sets *sets)
{
	free(sets->of_map);
	ward_intern_done(&sets->sets);
	ward_intern_done(&sets->pairs);
	ward_vec_done(&sets->results);
}

struct ward_port_set ward_port_sets_get(const struct ward_port_sets *sets, uint32_t set)
{
	const struct packed *packed;
	size_t size;

	packed = ward_intern_bytes(&sets->sets, set, &size);
	return (struct ward_port_set){
		.other = packed->other,
		.n = (uint32_t)((size - sizeof(*packed)) / sizeof(struct ward_port_range)),
		.ranges = packed->ranges,
	};
}

static uint32_t port_map_set(struct ward_port_sets *sets, const struct ward_port_map *map)
{
	const struct ward_decision *decisions = sets->tables->decisions;
	const struct ward_port_span *span = map->spans, *end = map->spans + map->n;
	struct draft draft = {.other = decisions[map->other].accept};

	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++) {
		uint32_t next = 1;

		for (; span < end && span->proto == proto; span++) {
			if (decisions[map->rest].accept && span->low > next)
				draft_add(&draft, proto, next, span->low - 1u);
			if (decisions[span->decision].accept)
				draft_add(&draft, proto, span->low, span->high);
			next = span->high + 1u;
		}
		if (decisions[map->rest].accept)
			draft_add(&draft, proto, next, UINT16_MAX);
	}
	return draft_finish(sets, &draft);
}

uint32_t ward_port_sets_of_map(struct ward_port_sets *sets, uint32_t port_map)
{
	if (sets->of_map[port_map] == WARD_NONE)
		sets->of_map[port_map] = port_map_set(sets, &sets->tables->port_maps[port_map]);
	return sets->of_map[port_map];
}

static uint32_t sets_intersect(struct ward_port_sets *sets, const struct ward_port_set *a,
			       const struct ward_port_set *b)
{
	struct draft draft = {.other = a->other && b->other};

	for (uint32_t i = 0, j = 0; i < a->n && j < b->n;) {
		const struct ward_port_range *x = &a->ranges[i], *y = &b->ranges[j];

		if (x->proto == y->proto)
			draft_add(&draft, x->proto, x->low > y->low ? x->low : y->low,
				  x->high < y->high ? x->high : y->high);
		if (x->proto != y->proto ? x->proto < y->proto : x->high < y->high)
			i++;
		else
			j++;
	}
	return draft_finish(sets, &draft);
}

uint32_t ward_port_sets_and(struct ward_port_sets *sets, uint32_t a, uint32_t b)
{
	uint32_t key[2] = {a < b ? a : b, a < b ? b : a};
	struct ward_port_set set_a, set_b;
	uint32_t pair;

	if (key[0] == WARD_PORTS_NONE || key[0] == key[1])
		return key[0];
	if (key[0] == WARD_PORTS_ALL)
		return key[1];
	pair = ward_intern(&sets->pairs, key, sizeof(key));
	if (pair == sets->results.n) {
		set_a = ward_port_sets_get(sets, a);
		set_b = ward_port_sets_get(sets, b);
		ward_vec_push(&sets->results, sets_intersect(sets, &set_a, &set_b));
	}
	return sets->results.items[pair];
}

uint32_t ward_port_sets_or(struct ward_port_sets *sets, uint32_t a, uint32_t b)
{
	struct ward_port_set x = ward_port_sets_get(sets, a), y = ward_port_sets_get(sets, b);
	struct draft draft = {.other = x.other || y.other};

	if (a == b)
		return a;
	for (uint32_t i = 0, j = 0; i < x.n || j < y.n;) {
		const struct ward_port_range *p = i < x.n ? &x.ranges[i] : NULL;
		const struct ward_port_range *q = j < y.n ? &y.ranges[j] : NULL;
		bool first = !q ||
			     (p && (p->proto != q->proto ? p->proto < q->proto : p->low <= q->low));
		const struct ward_port_range *range = first ? x.ranges + i++ : y.ranges + j++;

		draft_add(&draft, range->proto, range->low, range->high);
	}
	return draft_finish(sets, &draft);
}

/* The set with every hole filled and everything else left out. */
static void draft_invert(struct draft *draft, const struct ward_port_set *set)
{
	uint32_t i = 0;

	draft->other = !set->other;
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++) {
		uint32_t next = 1;

		for (; i < set->n && set->ranges[i].proto == proto; i++) {
			draft_add(draft, proto, next, set->ranges[i].low - 1u);
			next = set->ranges[i].high + 1u;
		}
		draft_add(draft, proto, next, UINT16_MAX);
	}
}

uint32_t ward_port_sets_minus(struct ward_port_sets *sets, uint32_t a, uint32_t b)
{
	struct ward_port_set without = ward_port_sets_get(sets, b);
	struct draft draft = {};

	draft_invert(&draft, &without);
	return ward_port_sets_and(sets, a, draft_finish(sets, &draft));
}

uint32_t ward_port_sets_put(struct ward_port_sets *sets, const struct ward_port_set *set)
{
	struct draft draft = {.other = set->other};

	for (uint32_t i = 0; i < set->n; i++)
		draft_add(&draft, set->ranges[i].proto, set->ranges[i].low, set->ranges[i].high);
	return draft_finish(sets, &draft);
}

bool ward_port_set_has(const struct ward_port_set *set, enum ward_proto proto, uint16_t port)
{
	if (proto == WARD_OTHER)
		return set->other;
	for (uint32_t i = 0; i < set->n; i++) {
		const struct ward_port_range *range = &set->ranges[i];

		if (range->proto == proto && port >= range->low && port <= range->high)
			return true;
	}
	return false;
}

static bool set_is_all(const struct ward_port_set *set)
{
	if (!set->other || set->n != WARD_OTHER)
		return false;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ranges[i].low != 1 || set->ranges[i].high != UINT16_MAX)
			return false;
	return true;
}

static void set_write(const struct ward_port_set *set, FILE *out)
{
	enum ward_proto proto = WARD_N_PROTO;

	for (uint32_t i = 0; i < set->n; i++) {
		const struct ward_port_range *range = &set->ranges[i];

		if (range->proto != proto)
			fprintf(out, "%s%s ", i ? " " : "", ward_proto_str(range->proto));
		else
			fputc(',', out);
		proto = range->proto;
		fprintf(out, "%u", range->low);
		if (range->high != range->low)
			fprintf(out, "-%u", range->high);
	}
	if (set->other)
		fprintf(out, "%sother", set->n ? " " : "");
}

char *ward_port_set_text(const struct ward_port_set *set)
{
	char *text = NULL;
	size_t len;
	FILE *out;

	if (set_is_all(set))
		return ward_strdup("all");
	if (!set->n && !set->other)
		return ward_strdup("none");
	out = open_memstream(&text, &len);
	if (!out)
		abort();
	set_write(set, out);
	fclose(out);
	return text;
}

const char *ward_port_set_str(const struct ward_port_set *set, char *buf, size_t size)
{
	_cleanup_free_ char *text = ward_port_set_text(set);

	if ((size_t)snprintf(buf, size, "%s", text) >= size && size > sizeof("…"))
		strcpy(buf + size - sizeof("…"), "…");
	return buf;
}
