/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of building the city that have files of their own. */
#pragma once

#include "report/svg-picture.h"

/* Places with the same links to everybody else. */
struct svg_likeness {
	uint64_t *profile; /* of each place: a sum over its links, whatever their order */
	uint32_t *first; /* the first place of the same namespace that is like it: itself, mostly */
};

/* @link_ports: the number of each link's ports. */
void ward_svg_likeness_build(struct svg_likeness *likeness, const struct svg_picture *pic,
			     const uint32_t *link_ports);
void ward_svg_likeness_done(struct svg_likeness *likeness);

/* External ranges, those with the same links as one. */
struct svg_outsides {
	uint32_t n;
	struct svg_outside {
		const char *name; /* "world", "world except 10.0.0.0/8", "10.0.0.0/8" */
		uint32_t n_places;
		uint64_t profile;
	} * items;
	uint32_t *of_place; /* index into items */
};

struct svg_outsides ward_svg_outsides_build(struct svg_picture *pic,
					    const struct svg_likeness *likeness);
void ward_svg_outsides_done(struct svg_outsides *outsides);

/* The number of its colour. */
uint32_t ward_svg_group_number(struct svg_picture *pic, ward_sym group);
