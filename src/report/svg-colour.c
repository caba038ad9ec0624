/* SPDX-License-Identifier: Apache-2.0 */
#include "report/svg-colour.h"

const char *ward_svg_group_colour(uint32_t group)
{
	static const char *const colours[] = {"#2567b5", "#0b8571", "#84398c", "#77701a",
					      "#3f8fbf", "#a33561", "#4a4a9c", "#4f7f2f"};

	return group == WARD_NONE ? SVG_LINE_PLAIN : colours[group % WARD_ARRAY_SIZE(colours)];
}

static const char *unit_colour(const struct svg_picture *pic, uint32_t unit)
{
	const struct svg_unit *units = pic->units.items;

	if (units[unit].kind == SVG_OUTSIDE)
		return SVG_OPEN;
	while (unit != WARD_NONE && units[unit].group == WARD_NONE)
		unit = units[unit].parent;
	return ward_svg_group_colour(unit == WARD_NONE ? WARD_NONE : units[unit].group);
}

const char *ward_svg_net_colour(const struct svg_picture *pic, const struct svg_net *net)
{
	const char *colour;

	if (net->hub_is_source)
		return unit_colour(pic, net->hub);
	colour = unit_colour(pic, net->spokes.items[0].unit);
	for (uint32_t i = 1; i < net->spokes.n; i++)
		if (unit_colour(pic, net->spokes.items[i].unit) != colour)
			return SVG_LINE_PLAIN;
	return colour;
}

const char *ward_svg_slot_colour(const struct svg_picture *pic, uint32_t slot)
{
	const char *colour = NULL;
	bool mixed = false, is_exposed = false;

	for (uint32_t i = 0; i < pic->wires.n; i++) {
		const struct svg_wire *wire = &pic->wires.items[i];
		const char *own;

		if (wire->slot[SVG_LEFT] != slot && wire->slot[SVG_RIGHT] != slot)
			continue;
		own = ward_svg_net_colour(pic, &pic->nets.items[wire->net]);
		mixed |= colour && colour != own;
		is_exposed |= pic->units.items[pic->nets.items[wire->net].hub].kind == SVG_OUTSIDE;
		colour = own;
	}
	if (mixed || !colour)
		return is_exposed ? SVG_OPEN : SVG_LINE_PLAIN;
	return colour;
}
