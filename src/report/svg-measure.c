/* SPDX-License-Identifier: Apache-2.0 */
/* How large a unit is before anything is put into it. */
#include "report/svg-layer.h"
#include "report/svg-style.h"

int ward_svg_unit_pad(const struct svg_unit *unit)
{
	static const int pads[] = {
		[SVG_CITY] = 0,	 [SVG_DISTRICT] = 20, [SVG_BLOCK] = 20,
		[SVG_PART] = 12, [SVG_HOUSE] = 0,     [SVG_OUTSIDE] = 0,
	};

	return pads[unit->kind];
}

int ward_svg_unit_head(const struct svg_unit *unit)
{
	static const int heads[] = {
		[SVG_CITY] = 0,	 [SVG_DISTRICT] = 36, [SVG_BLOCK] = 38,
		[SVG_PART] = 30, [SVG_HOUSE] = 34,    [SVG_OUTSIDE] = 36,
	};

	if (unit->kind == SVG_CITY)
		return 0;
	if (unit->kind == SVG_PART && !*unit->name)
		return 12 + (int)unit->signs.n * SVG_LINE;
	return heads[unit->kind] + (int)unit->signs.n * SVG_LINE;
}

static struct svg_font unit_font(const struct svg_unit *unit)
{
	switch (unit->kind) {
	case SVG_HOUSE:
	case SVG_OUTSIDE:
		return SVG_FONT_HOUSE;
	case SVG_PART:
		return SVG_FONT_PART;
	default:
		return SVG_FONT_BLOCK;
	}
}

const char *ward_svg_unit_summary(struct ward_arena *arena, const struct svg_picture *pic,
				  const struct svg_unit *unit)
{
	bool leaf = unit->kind < SVG_HOUSE && unit->kind != SVG_CITY && unit->n == 1 &&
		    pic->unit_of_atom[unit->first] == (uint32_t)(unit - pic->units.items);
	uint32_t open = unit->n_open[WARD_INGRESS] > unit->n_open[WARD_EGRESS]
				? unit->n_open[WARD_INGRESS]
				: unit->n_open[WARD_EGRESS];

	if (!leaf)
		return NULL;
	return ward_arena_format(arena, open ? "%u workload%s, %u open" : "%u workload%s",
				 unit->n_places, unit->n_places == 1 ? "" : "s", open);
}

void ward_svg_unit_measure(struct svg_picture *pic, struct svg_unit *unit)
{
	int width = ward_svg_text_width(unit->name, unit_font(unit));
	const char *summary = ward_svg_unit_summary(&pic->arena, pic, unit);
	bool has_icon = unit->kind == SVG_HOUSE || unit->kind == SVG_OUTSIDE;

	if (width > SVG_NAME_MAX)
		width = SVG_NAME_MAX;
	if (has_icon)
		width += SVG_ICON;
	if (unit->place && unit->place->n_groups > 1)
		width += 4 + SVG_DOT * (int)(unit->place->n_groups - 1);
	if (summary)
		width = ward_svg_max(width, ward_svg_text_width(summary, SVG_FONT_SMALL));
	for (uint32_t i = 0; i < unit->signs.n; i++) {
		int sign = ward_svg_text_width(unit->signs.items[i], SVG_FONT_SMALL);

		width = ward_svg_max(width, sign > SVG_SIGN_MAX ? SVG_SIGN_MAX : sign);
	}
	unit->w = ward_svg_max(unit->kind == SVG_CITY ? 0 : 96, width + 2 * SVG_INSET);
	unit->h = ward_svg_unit_head(unit) + (summary ? SVG_LINE + 4 : 0);
}

void ward_svg_unit_make_room(const struct svg_picture *pic, uint32_t unit)
{
	int n[SVG_N_SIDE] = {};

	for (uint32_t i = 0; i < pic->slots.n; i++)
		if (pic->slots.items[i].unit == unit)
			n[pic->slots.items[i].side]++;
	pic->units.items[unit].h =
		ward_svg_max(pic->units.items[unit].h,
			     SVG_SLOT_GAP * ward_svg_max(n[SVG_LEFT], n[SVG_RIGHT]) + 6);
}

bool ward_svg_unit_is_leaf(const struct svg_picture *pic, uint32_t unit)
{
	return unit + 1 >= pic->units.n || pic->units.items[unit + 1].parent != unit;
}
