/* SPDX-License-Identifier: Apache-2.0 */
/* Children without wires stand on shelves below the others; the outside on one of its own. */
#include "report/svg-layer.h"
#include "report/svg-style.h"

#include <math.h>

struct shelves {
	struct svg_picture *pic;
	uint32_t unit;
	int pad, gap, limit; /* the limit is what a shelf may reach to the right */
	int x, y, h;	     /* of the shelf being filled */
	int width, bottom;
};

static bool unit_is_quiet(const struct svg_picture *pic, uint32_t unit, uint32_t parent)
{
	return pic->units.items[unit].parent == parent && !pic->units.items[unit].wired;
}

/* About twice as wide as they are all together high. */
static int shelves_limit(const struct shelves *shelves)
{
	int64_t area = 0;
	int widest = 0;

	for (uint32_t i = 0; i < shelves->pic->units.n; i++) {
		const struct svg_unit *child = &shelves->pic->units.items[i];

		if (!unit_is_quiet(shelves->pic, i, shelves->unit))
			continue;
		area += (int64_t)(child->w + shelves->gap) * (child->h + shelves->gap);
		widest = ward_svg_max(widest, child->w);
	}
	widest = ward_svg_max(widest, (int)sqrt(area * 2.4));
	return ward_svg_max(shelves->width - shelves->pad, shelves->pad + widest);
}

static void shelf_next(struct shelves *shelves)
{
	if (shelves->x == shelves->pad)
		return;
	shelves->x = shelves->pad;
	shelves->y += shelves->h + shelves->gap;
	shelves->h = 0;
}

static void shelf_put(struct shelves *shelves, struct svg_unit *child)
{
	if (shelves->x + child->w > shelves->limit)
		shelf_next(shelves);
	child->x = shelves->x;
	child->y = shelves->y;
	shelves->x += child->w + shelves->gap;
	shelves->h = ward_svg_max(shelves->h, child->h);
	shelves->width = ward_svg_max(shelves->width, child->x + child->w + shelves->pad);
	shelves->bottom = shelves->y + shelves->h;
}

static void shelves_fill(struct svg_picture *pic, uint32_t unit, int *width, int *bottom)
{
	int pad = ward_svg_unit_pad(&pic->units.items[unit]);
	struct shelves shelves = {.pic = pic,
				  .unit = unit,
				  .pad = pad,
				  .gap = pad == 12 ? 9 : 16,
				  .x = pad,
				  .y = *bottom,
				  .width = *width,
				  .bottom = *bottom};

	shelves.limit = shelves_limit(&shelves);
	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = unit + 1; i < pic->units.n; i++)
			if (unit_is_quiet(pic, i, unit) &&
			    (pic->units.items[i].kind == SVG_OUTSIDE) == !pass)
				shelf_put(&shelves, &pic->units.items[i]);
		shelf_next(&shelves);
	}
	*width = shelves.width;
	if (shelves.bottom > *bottom)
		*bottom = shelves.bottom;
}

/* Houses that stand in a grid are equally wide. */
static void quiet_align(struct svg_picture *pic, uint32_t unit)
{
	int widest = 0;

	for (uint32_t pass = 0; pass < 2; pass++)
		for (uint32_t i = unit + 1; i < pic->units.n; i++) {
			struct svg_unit *child = &pic->units.items[i];

			if (!unit_is_quiet(pic, i, unit) || !ward_svg_unit_is_leaf(pic, i))
				continue;
			widest = ward_svg_max(widest, child->w);
			child->w = pass ? widest : child->w;
		}
}

uint32_t ward_svg_shelves_count(const struct svg_picture *pic, uint32_t unit)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pic->units.n; i++)
		n += unit_is_quiet(pic, i, unit);
	return n;
}

void ward_svg_shelves_fill(struct svg_picture *pic, uint32_t unit, int *width, int *bottom)
{
	quiet_align(pic, unit);
	shelves_fill(pic, unit, width, bottom);
}
