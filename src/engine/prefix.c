/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/prefix.h"

#include <string.h>

static int cmp_range(const void *a, const void *b)
{
	const struct ward_ip_range *x = a, *y = b;

	return ward_ip_cmp(x->first, y->first);
}

/* Sorted, disjoint, and not touching either: what is left can only be written in one way. */
static void ranges_merge(ip_range_list *ranges)
{
	uint32_t n = 0;

	if (!ranges->n)
		return;
	qsort(ranges->items, ranges->n, sizeof(*ranges->items), cmp_range);
	for (uint32_t i = 1; i < ranges->n; i++) {
		struct ward_ip_range *last = &ranges->items[n], next = ranges->items[i];
		bool touches = last->last.family == next.first.family &&
			       (ward_ip_is_max(last->last) ||
				ward_ip_cmp(next.first, ward_ip_next(last->last)) <= 0);

		if (!touches)
			ranges->items[++n] = next;
		else if (ward_ip_cmp(next.last, last->last) > 0)
			last->last = next.last;
	}
	ranges->n = n + 1;
}

/* Appends @cidr minus @excepts, which are sorted and merged. */
static void ranges_add(ip_range_list *ranges, struct ward_cidr cidr, const ip_range_list *excepts)
{
	struct ward_ip_range rest = ward_cidr_range(cidr);

	for (uint32_t i = 0; i < excepts->n; i++) {
		struct ward_ip_range hole = excepts->items[i];

		if (hole.first.family != rest.first.family ||
		    ward_ip_cmp(hole.last, rest.first) < 0 ||
		    ward_ip_cmp(hole.first, rest.last) > 0)
			continue;
		if (ward_ip_cmp(hole.first, rest.first) > 0) {
			struct ward_ip_range before = {rest.first, ward_ip_prev(hole.first)};

			ward_vec_push(ranges, before);
		}
		if (ward_ip_cmp(hole.last, rest.last) >= 0)
			return;
		rest.first = ward_ip_next(hole.last);
	}
	ward_vec_push(ranges, rest);
}

static void ranges_add_peer(ip_range_list *ranges, const struct ward_peer *peer)
{
	ip_range_list excepts = {};

	for (uint32_t i = 0; i < peer->n_excepts; i++)
		ward_vec_push(&excepts, ward_cidr_range(peer->excepts[i]));
	ranges_merge(&excepts);
	for (uint32_t i = 0; i < peer->n_cidrs; i++)
		ranges_add(ranges, peer->cidrs[i], &excepts);
	ward_vec_done(&excepts);
}

static uint32_t ranges_intern(struct ward_intern *sets, const ip_range_list *ranges)
{
	struct block_range *bytes = ward_new_n(struct block_range, ranges->n);
	uint32_t id;

	for (uint32_t i = 0; i < ranges->n; i++)
		bytes[i] = (struct block_range){
			.family = ranges->items[i].first.family,
			.first_hi = ranges->items[i].first.hi,
			.first_lo = ranges->items[i].first.lo,
			.last_hi = ranges->items[i].last.hi,
			.last_lo = ranges->items[i].last.lo,
		};
	id = ward_intern(sets, bytes, ranges->n * sizeof(*bytes));
	free(bytes);
	return id;
}

static void ranges_add_set(ip_range_list *ranges, const struct ward_intern *sets, uint32_t set)
{
	size_t size;
	const struct block_range *bytes = ward_intern_bytes(sets, set, &size);

	for (uint32_t i = 0; i < size / sizeof(*bytes); i++) {
		enum ward_family family = bytes[i].family;
		struct ward_ip_range range = {
			.first = {bytes[i].first_hi, bytes[i].first_lo, family},
			.last = {bytes[i].last_hi, bytes[i].last_lo, family},
		};

		ward_vec_push(ranges, range);
	}
}

void prefixes_union(const struct prefixes *prefixes, const uint32_t *sets, uint32_t n,
		    ip_range_list *ret_ranges)
{
	for (uint32_t i = 0; i < n; i++)
		ranges_add_set(ret_ranges, &prefixes->sets, sets[i]);
	ranges_merge(ret_ranges);
}

uint32_t prefixes_intern(struct prefixes *prefixes, const struct ward_rule *rule)
{
	uint32_t id = WARD_NONE;
	ip_range_list ranges = {};

	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind == WARD_PEER_BLOCKS)
			ranges_add_peer(&ranges, &rule->peers[i]);
	if (ranges.n) {
		ranges_merge(&ranges);
		id = ranges_intern(&prefixes->sets, &ranges);
	}
	ward_vec_done(&ranges);
	return id;
}

/* From @at on, @set contains the addresses, or no longer does. */
struct event {
	struct ward_ip at;
	uint32_t set;
	bool begins;
};

typedef WARD_VEC(struct event) event_list;

static int cmp_event(const void *a, const void *b)
{
	const struct event *x = a, *y = b;

	return ward_ip_cmp(x->at, y->at);
}

static void events_add_set(event_list *events, const struct prefixes *prefixes, uint32_t set)
{
	ip_range_list ranges = {};

	ranges_add_set(&ranges, &prefixes->sets, set);
	for (uint32_t i = 0; i < ranges.n; i++) {
		struct event begin = {.at = ranges.items[i].first, .set = set, .begins = true};

		ward_vec_push(events, begin);
		if (!ward_ip_is_max(ranges.items[i].last)) {
			struct event end = {.at = ward_ip_next(ranges.items[i].last), .set = set};

			ward_vec_push(events, end);
		}
	}
	ward_vec_done(&ranges);
}

/* The sets that contain the address where the sweep stands, ascending. */
typedef WARD_VEC(uint32_t) active_list;

static void active_apply(active_list *active, const struct event *event)
{
	uint32_t i = 0;

	while (i < active->n && active->items[i] < event->set)
		i++;
	if (event->begins) {
		ward_vec_push(active, 0);
		memmove(&active->items[i + 1], &active->items[i],
			(active->n - 1 - i) * sizeof(*active->items));
		active->items[i] = event->set;
	} else {
		memmove(&active->items[i], &active->items[i + 1],
			(active->n - 1 - i) * sizeof(*active->items));
		active->n--;
	}
}

static void boundary_push(struct prefixes *prefixes, struct ward_ip first,
			  const active_list *active)
{
	uint32_t n = prefixes->boundaries.n;
	struct prefix_boundary boundary = {
		.first = first,
		.class = ward_intern(&prefixes->classes, active->items,
				     active->n * sizeof(*active->items)),
	};

	if (n && prefixes->boundaries.items[n - 1].first.family == first.family &&
	    prefixes->boundaries.items[n - 1].class == boundary.class)
		return;
	ward_vec_push(&prefixes->boundaries, boundary);
}

static void sweep_family(struct prefixes *prefixes, const event_list *events,
			 enum ward_family family)
{
	active_list active = {};
	struct ward_ip at = ward_ip_min(family);
	uint32_t i = 0;

	while (i < events->n && events->items[i].at.family < family)
		i++;
	for (;;) {
		for (; i < events->n && ward_ip_eq(events->items[i].at, at); i++)
			active_apply(&active, &events->items[i]);
		boundary_push(prefixes, at, &active);
		if (i == events->n || events->items[i].at.family != family)
			break;
		at = events->items[i].at;
	}
	ward_vec_done(&active);
}

void prefixes_sweep(struct prefixes *prefixes)
{
	event_list events = {};

	for (uint32_t set = 0; set < prefixes->sets.n; set++)
		if (uses_has(&prefixes->uses, set))
			events_add_set(&events, prefixes, set);
	if (events.n)
		qsort(events.items, events.n, sizeof(*events.items), cmp_event);
	ward_vec_clear(&prefixes->boundaries);
	sweep_family(prefixes, &events, WARD_FAMILY_4);
	sweep_family(prefixes, &events, WARD_FAMILY_6);
	ward_vec_done(&events);
}

uint32_t prefixes_class(const struct prefixes *prefixes, struct ward_ip ip)
{
	uint32_t low = 0, high = prefixes->boundaries.n;

	if (ip.family == WARD_FAMILY_NONE)
		return 0;
	/* The last boundary at or below; the first of each family is its lowest address. */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(prefixes->boundaries.items[middle].first, ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return prefixes->boundaries.items[low].class;
}

const uint32_t *prefixes_sets(const struct prefixes *prefixes, uint32_t class, uint32_t *ret_n)
{
	size_t size;
	const uint32_t *sets = ward_intern_bytes(&prefixes->classes, class, &size);

	*ret_n = (uint32_t)(size / sizeof(*sets));
	return sets;
}

void prefixes_init(struct prefixes *prefixes)
{
	*prefixes = (struct prefixes){};
	ward_intern(&prefixes->classes, NULL, 0);
}

void prefixes_done(struct prefixes *prefixes)
{
	ward_intern_done(&prefixes->sets);
	uses_done(&prefixes->uses);
	ward_intern_done(&prefixes->classes);
	ward_vec_done(&prefixes->boundaries);
}
