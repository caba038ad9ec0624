/* SPDX-License-Identifier: Apache-2.0 */
/* See svg-picture.h for the stages. */
#include "report/svg.h"

#include <errno.h>

#include "report/svg-picture.h"

/* False if it is too much for one picture at this grain. */
static bool picture_try(struct svg_picture *pic, const struct ward_map *map, enum svg_grain grain)
{
	*pic = (struct svg_picture){.map = map, .grain = grain};
	ward_svg_city_build(pic);
	if (!pic->cells)
		return false;
	ward_svg_flows_build(pic);
	ward_svg_signs_build(pic);
	if (grain == SVG_BARE) {
		pic->n_hidden = pic->flows.n;
		pic->flows.n = 0;
	}
	if (pic->flows.n > SVG_FLOWS_MAX)
		return false;
	ward_svg_wires_build(pic);
	ward_svg_layout(pic);
	return grain == SVG_BARE || pic->width <= SVG_WIDTH_MAX;
}

void ward_svg_picture_init(struct svg_picture *pic, const struct ward_map *map)
{
	for (enum svg_grain grain = 0; !picture_try(pic, map, grain); grain++)
		ward_svg_picture_done(pic);
}

void ward_svg_picture_done(struct svg_picture *pic)
{
	for (uint32_t i = 0; i < pic->units.n; i++)
		ward_vec_done(&pic->units.items[i].signs);
	for (uint32_t i = 0; i < pic->nets.n; i++)
		ward_vec_done(&pic->nets.items[i].spokes);
	ward_vec_done(&pic->units);
	ward_vec_done(&pic->ports);
	ward_vec_done(&pic->groups);
	ward_vec_done(&pic->flows);
	ward_vec_done(&pic->nets);
	ward_vec_done(&pic->slots);
	ward_vec_done(&pic->wires);
	ward_vec_done(&pic->strokes);
	ward_vec_done(&pic->labels);
	ward_arena_done(&pic->arena);
}

int ward_report_svg(const struct ward_map *map, FILE *out)
{
	struct svg_picture pic;

	ward_svg_picture_init(&pic, map);
	ward_svg_draw(&pic, out);
	ward_svg_picture_done(&pic);
	if (fflush(out) || ferror(out))
		return errno ? -errno : -EIO;
	return 0;
}
