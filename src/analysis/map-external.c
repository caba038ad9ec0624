/* SPDX-License-Identifier: Apache-2.0 */
/* The places that are ranges of external addresses.
 *
 * The tables cut the address space wherever some rule's blocks begin or end.  A person only cares
 * where that makes a difference, so neighbouring pieces that may do the same with every pod become
 * one range again, and pieces that may do nothing are left out. */
#include <string.h>

#include "analysis/map-build.h"
#include "base/bits.h"

/* What a piece may do: a list of the classes of pods that it may exchange something with. */
struct dealing {
	uint32_t class;
	uint32_t out, in; /* port sets */
};

enum {
	NO_DEALINGS /* the empty list is interned first */
};

/* The classes of pods that the options ask about. */
static void asked_classes(const struct ward_map_builder *builder, struct ward_bits *ret_asked)
{
	for (uint32_t i = 0; i < builder->places.n; i++) {
		const struct ward_place_draft *draft = &builder->places.items[i];

		if (draft->place.asked)
			ward_bits_add(ret_asked, draft->class);
	}
}

static uint32_t class_dealings(struct ward_map_builder *builder, struct ward_intern *known,
			       const struct ward_bits *asked, uint32_t class)
{
	WARD_VEC(struct dealing) dealings = {};
	uint32_t id;

	for (uint32_t pod = 0; pod < asked->n_words * 64; pod++) {
		struct dealing dealing = {.class = pod};

		if (!ward_bits_has(asked, pod))
			continue;
		dealing.out = ward_map_judge(builder, class, pod);
		dealing.in = ward_map_judge(builder, pod, class);
		if (dealing.out || dealing.in)
			ward_vec_push(&dealings, dealing);
	}
	id = ward_intern(known, dealings.items, dealings.n * sizeof(struct dealing));
	ward_vec_done(&dealings);
	return id;
}

static uint32_t prefix_class(struct ward_map_builder *builder, const struct ward_prefix *prefix)
{
	struct ward_place_class class = {
		.row = {WARD_NONE, WARD_NONE},
		.identity = {WARD_NONE, WARD_NONE, WARD_NONE},
	};

	class.identity[prefix->first.family] = builder->tables->shape_identity[prefix->shape];
	return ward_intern(&builder->classes, &class, sizeof(class));
}

static void place_add(struct ward_map_builder *builder, struct ward_ip_range range, uint32_t class)
{
	struct ward_place_draft draft = {
		.class = class,
		.place =
			{
				.external = true,
				.endpoint = WARD_NONE,
				.ns = WARD_NONE,
				.name = WARD_NONE,
				.environment = WARD_NONE,
				.range = range,
			},
	};

	ward_vec_push(&builder->places, draft);
}

/* When the ranges have grown to their full size. */
static void places_name(struct ward_map_builder *builder)
{
	for (uint32_t i = 0; i < builder->places.n; i++) {
		struct ward_place *place = &builder->places.items[i].place;
		char text[WARD_RANGE_TEXT];

		if (!place->external)
			continue;
		ward_range_str(place->range, text);
		place->id = ward_arena_strndup(&builder->map->arena, text, strlen(text));
	}
}

/* The last address before the next prefix, or of the family. */
static struct ward_ip prefix_last(const struct ward_tables *tables, uint32_t prefix)
{
	struct ward_ip first = tables->prefixes[prefix].first;

	if (prefix + 1 == tables->n_prefixes ||
	    tables->prefixes[prefix + 1].first.family != first.family)
		return ward_ip_max(first.family);
	return ward_ip_prev(tables->prefixes[prefix + 1].first);
}

void ward_map_add_external(struct ward_map_builder *builder)
{
	const struct ward_tables *tables = builder->tables;
	struct ward_intern known = {};
	struct ward_bits asked = {};
	WARD_VEC(uint32_t) of_class = {}; /* class → dealings */
	uint32_t before = NO_DEALINGS;

	ward_intern(&known, "", 0);
	asked_classes(builder, &asked);
	for (uint32_t i = 0; i < tables->n_prefixes; i++) {
		uint32_t class = prefix_class(builder, &tables->prefixes[i]);
		struct ward_ip first = tables->prefixes[i].first;
		struct ward_ip last = prefix_last(tables, i);

		while (of_class.n <= class)
			ward_vec_push(&of_class, WARD_NONE);
		if (of_class.items[class] == WARD_NONE)
			of_class.items[class] = class_dealings(builder, &known, &asked, class);
		if (i && first.family != tables->prefixes[i - 1].first.family)
			before = NO_DEALINGS;
		if (of_class.items[class] != NO_DEALINGS && of_class.items[class] == before)
			builder->places.items[builder->places.n - 1].place.range.last = last;
		else if (of_class.items[class] != NO_DEALINGS)
			place_add(builder, (struct ward_ip_range){first, last}, class);
		before = of_class.items[class];
	}
	places_name(builder);
	ward_vec_done(&of_class);
	ward_bits_done(&asked);
	ward_intern_done(&known);
}
