/* SPDX-License-Identifier: Apache-2.0 */
/* External ranges: those that are treated alike become one thing with one name. */
#include "report/svg-city.h"

#include <string.h>

enum {
	OUTSIDES_MAX = 16,
	NAMED_MAX = 3,
};

typedef WARD_VEC(struct ward_ip_range) range_vec;

static int range_cmp(const void *a, const void *b)
{
	return ward_ip_cmp(((const struct ward_ip_range *)a)->first,
			   ((const struct ward_ip_range *)b)->first);
}

/* What the sorted, disjoint @ranges leave out of @family; false if they hold nothing of it. */
static bool gaps_find(const range_vec *ranges, enum ward_family family, range_vec *gaps)
{
	struct ward_ip next = ward_ip_min(family);
	bool any = false, more = true;

	for (uint32_t i = 0; i < ranges->n; i++) {
		const struct ward_ip_range *range = &ranges->items[i];
		struct ward_ip_range gap = {next, range->first};

		if (range->first.family != family)
			continue;
		any = true;
		if (ward_ip_cmp(next, range->first) < 0) {
			gap.last = ward_ip_prev(range->first);
			ward_vec_push(gaps, gap);
		}
		more = !ward_ip_is_max(range->last);
		if (more)
			next = ward_ip_next(range->last);
	}
	if (any && more) {
		struct ward_ip_range gap = {next, ward_ip_max(family)};

		ward_vec_push(gaps, gap);
	}
	return any;
}

static const char *ranges_text(struct ward_arena *arena, const range_vec *ranges)
{
	const char *text = "";

	for (uint32_t i = 0; i < ranges->n && i < NAMED_MAX; i++)
		text = ward_arena_format(arena, "%s%s%s", text, i ? ", " : "",
					 ward_svg_range_text(arena, &ranges->items[i]));
	if (ranges->n > NAMED_MAX)
		text = ward_arena_format(arena, "%s, +%u", text, ranges->n - NAMED_MAX);
	return text;
}

/* "world" as soon as naming what is missing from it is shorter than naming what is there. */
static const char *ranges_name(struct ward_arena *arena, range_vec *ranges)
{
	range_vec gaps = {};
	const char *name, *world;
	bool has4, has6;

	qsort(ranges->items, ranges->n, sizeof(*ranges->items), range_cmp);
	has4 = gaps_find(ranges, WARD_FAMILY_4, &gaps);
	has6 = gaps_find(ranges, WARD_FAMILY_6, &gaps);
	world = has4 && has6 ? "world" : has4 ? "world (IPv4)" : "world (IPv6)";
	if (!gaps.n)
		name = world;
	else if (gaps.n < ranges->n)
		name = ward_arena_format(arena, "%s except %s", world, ranges_text(arena, &gaps));
	else
		name = ranges_text(arena, ranges);
	ward_vec_done(&gaps);
	return name;
}

/* Finds the range's class or makes one; the last one takes what is too many. */
static uint32_t outside_reach(struct svg_outsides *outsides, uint64_t profile)
{
	for (uint32_t i = 0; i < outsides->n; i++)
		if (outsides->items[i].profile == profile)
			return i;
	if (outsides->n == OUTSIDES_MAX)
		return OUTSIDES_MAX - 1;
	outsides->items[outsides->n] = (struct svg_outside){.profile = profile};
	return outsides->n++;
}

static void outside_name(struct svg_picture *pic, struct svg_outsides *outsides, uint32_t number)
{
	range_vec ranges = {};

	for (uint32_t i = 0; i < pic->map->n_places; i++)
		if (outsides->of_place[i] == number)
			ward_vec_push(&ranges, pic->map->places[i].range);
	outsides->items[number].n_places = ranges.n;
	outsides->items[number].name = ranges_name(&pic->arena, &ranges);
	ward_vec_done(&ranges);
}

struct svg_outsides ward_svg_outsides_build(struct svg_picture *pic,
					    const struct svg_likeness *likeness)
{
	struct svg_outsides outsides = {
		.items = ward_new_n(struct svg_outside, OUTSIDES_MAX),
		.of_place = ward_new_n(uint32_t, pic->map->n_places),
	};

	for (uint32_t i = 0; i < pic->map->n_places; i++)
		outsides.of_place[i] = pic->map->places[i].external
					       ? outside_reach(&outsides, likeness->profile[i])
					       : WARD_NONE;
	for (uint32_t i = 0; i < outsides.n; i++)
		outside_name(pic, &outsides, i);
	return outsides;
}

void ward_svg_outsides_done(struct svg_outsides *outsides)
{
	free(outsides->items);
	free(outsides->of_place);
}
