/* SPDX-License-Identifier: Apache-2.0 */
/* What stands above and below the city. */
#include "report/svg-colour.h"
#include "report/svg-draw.h"
#include "report/svg-style.h"

static const char *count_text(struct ward_arena *arena, uint32_t n, const char *what)
{
	return ward_arena_format(arena, "%u %s%s", n, what, n == 1 ? "" : "s");
}

/* "all isolated", "5 open", "all open". */
static const char *open_text(struct ward_arena *arena, uint32_t open, uint32_t n)
{
	if (!open)
		return "all isolated";
	if (open == n)
		return n == 1 ? "open" : "all open";
	return ward_arena_format(arena, "%u open", open);
}

/* "14 workloads in 3 namespaces · ingress: all isolated · egress: 2 open". */
static const char *summary_text(const struct svg_picture *pic, struct ward_arena *arena)
{
	const struct svg_unit *city = &pic->units.items[SVG_CITY_UNIT];

	if (!city->n_places)
		return "There is nobody here: no workloads and no pods were given.";
	return ward_arena_format(arena, "%s in %s · ingress: %s · egress: %s",
				 count_text(arena, city->n_places, "workload"),
				 count_text(arena, pic->n_namespaces, "namespace"),
				 open_text(arena, city->n_open[WARD_INGRESS], city->n_places),
				 open_text(arena, city->n_open[WARD_EGRESS], city->n_places));
}

static const char *limits_text(const struct svg_picture *pic, struct ward_arena *arena)
{
	const char *text = "";

	if (pic->grain != SVG_BY_HOUSE)
		text = ward_arena_format(arena, " · too many to draw each: one box a %s",
					 pic->grain == SVG_BY_PART && pic->groups.n ? "group"
										    : "namespace");
	if (pic->n_hidden)
		text = ward_arena_format(arena, "%s, and %u arrows more than there is room for",
					 text, pic->n_hidden);
	if (pic->map->n_skipped)
		text = ward_arena_format(arena, "%s · %u not shown: host network or finished", text,
					 pic->map->n_skipped);
	return text;
}

const char *ward_svg_header_text(struct ward_arena *arena, const struct svg_picture *pic)
{
	return ward_arena_format(arena, "%s%s", summary_text(pic, arena), limits_text(pic, arena));
}

void ward_svg_put_header(const struct svg_picture *pic, FILE *out)
{
	const struct svg_unit *city = &pic->units.items[SVG_CITY_UNIT];
	struct ward_arena arena = {};

	ward_svg_put_text(out, SVG_MARGIN, 44, "t", "", "Who may talk to whom");
	ward_svg_put_text(out, SVG_MARGIN, 66, "p", "", ward_svg_header_text(&arena, pic));
	for (uint32_t i = 0; i < city->signs.n; i++)
		ward_svg_put_text(out, SVG_MARGIN, 84 + (int)i * SVG_LINE, "p",
				  "style=\"fill:" SVG_OPEN "\"", city->signs.items[i]);
	ward_arena_done(&arena);
}

static bool has_partial(const struct svg_picture *pic)
{
	for (uint32_t i = 0; i < pic->nets.n; i++)
		if (pic->nets.items[i].partial)
			return true;
	return false;
}

static bool has_marks(const struct svg_picture *pic)
{
	for (uint32_t i = 0; i < pic->units.n; i++)
		if (pic->units.items[i].place && pic->units.items[i].place->n_groups > 1)
			return true;
	return false;
}

static int put_caption(FILE *out, int x, int y, const char *text)
{
	ward_svg_put_text(out, x, y + 13, "s", "", text);
	return x + ward_svg_text_width(text, SVG_FONT_SMALL) + 22;
}

static int put_walls_sample(FILE *out, int x, int y, bool in, bool closed_out, const char *text)
{
	ward_svg_put_walls(out, x, y, 30, 18, in, closed_out);
	return put_caption(out, x + 38, y, text);
}

static int put_arrow_sample(FILE *out, int x, int y, const char *more, const char *text)
{
	fprintf(out,
		"<path d=\"M%d %dh26\" stroke=\"" SVG_LINE_PLAIN "\" stroke-width=\"1.6\"%s/>\n", x,
		y + 9, more);
	ward_svg_put_arrow(out, x + 31, y + 9, true, SVG_LINE_PLAIN);
	return put_caption(out, x + 38, y, text);
}

void ward_svg_put_legend(const struct svg_picture *pic, FILE *out)
{
	int x = SVG_MARGIN, y = pic->height - SVG_MARGIN - 44;

	fprintf(out, "<path d=\"M%d %dH%d\" stroke=\"#ddd8cb\"/>\n", x, y - 14,
		pic->width - SVG_MARGIN);
	x = put_walls_sample(out, x, y, true, true, "isolated: only what policies allow");
	x = put_walls_sample(out, x, y, false, false, "open: no policy isolates it");
	x = put_walls_sample(out, x, y, false, true, "open to come in");
	put_walls_sample(out, x, y, true, false, "open to go out");
	y += 28;
	x = put_arrow_sample(
		out, SVG_MARGIN, y, "",
		"may connect to these ports (TCP unless named); at a frame: all in it");
	if (has_partial(pic))
		x = put_arrow_sample(out, x, y, " stroke-dasharray=\"7 4\"", "only some of them");
	if (!has_marks(pic))
		return;
	fprintf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"" SVG_LINE_PLAIN "\"/>\n", x + 4,
		y + 9);
	put_caption(out, x + 14, y, "also in this group");
}
