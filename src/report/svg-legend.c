/* SPDX-License-Identifier: Apache-2.0 */
/* What stands above and below the city. */
#include "report/svg-colour.h"
#include "report/svg-draw.h"
#include "report/svg-style.h"

static const char *count_text(struct ward_arena *arena, uint32_t n, const char *what)
{
	return ward_svg_text_format(arena, "%u %s%s", n, what, n == 1 ? "" : "s");
}

static uint32_t blocks_count(const struct svg_picture *pic)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < pic->units.n; i++)
		n += pic->units.items[i].kind == SVG_BLOCK;
	return n;
}

/* "14 workloads in 3 namespaces. 2 accept traffic from anywhere, 3 may send anywhere." */
static const char *summary_text(const struct svg_picture *pic, struct ward_arena *arena)
{
	const struct svg_unit *city = &pic->units.items[SVG_CITY_UNIT];
	const char *text;

	if (!city->n_places)
		return "There is nobody here: no workloads and no pods were given.";
	text = ward_svg_text_format(arena, "%s in %s",
				    count_text(arena, city->n_places, "workload"),
				    count_text(arena, blocks_count(pic), "namespace"));
	if (!city->n_open[WARD_INGRESS] && !city->n_open[WARD_EGRESS])
		return ward_svg_text_format(arena, "%s, all of them isolated both ways", text);
	return ward_svg_text_format(arena, "%s; not isolated: %u for ingress, %u for egress", text,
				    city->n_open[WARD_INGRESS], city->n_open[WARD_EGRESS]);
}

static const char *limits_text(const struct svg_picture *pic, struct ward_arena *arena)
{
	static const char *const grains[] = {
		[SVG_BY_HOUSE] = "",
		[SVG_BY_PART] = " · too many to draw each: one box a group",
		[SVG_BY_BLOCK] = " · too many to draw each: one box a namespace",
	};
	const char *text = grains[pic->grain];

	if (pic->n_hidden)
		text = ward_svg_text_format(arena, "%s, %u arrows left out", text, pic->n_hidden);
	if (pic->map->n_skipped)
		text = ward_svg_text_format(arena,
					    "%s · %u on the host network or finished, not "
					    "shown",
					    text, pic->map->n_skipped);
	return text;
}

void ward_svg_put_header(const struct svg_picture *pic, FILE *out)
{
	const struct svg_unit *city = &pic->units.items[SVG_CITY_UNIT];
	struct ward_arena arena = {};

	ward_svg_put_text(out, SVG_MARGIN, 44, "t", "", "Who may talk to whom");
	ward_svg_put_text(out, SVG_MARGIN, 66, "p", "",
			  ward_svg_text_format(&arena, "%s%s", summary_text(pic, &arena),
					       limits_text(pic, &arena)));
	for (uint32_t i = 0; i < city->signs.n; i++)
		ward_svg_put_text(out, SVG_MARGIN, 84 + (int)i * SVG_LINE, "p",
				  "style=\"fill:" SVG_OPEN "\"", city->signs.items[i]);
	ward_arena_done(&arena);
}

static int put_sample(FILE *out, int x, int y, bool closed_in, bool closed_out, const char *text)
{
	ward_svg_put_walls(out, x, y, 30, 18, closed_in, closed_out);
	ward_svg_put_text(out, x + 38, y + 13, "s", "", text);
	return x + 38 + ward_svg_text_width(text, SVG_FONT_SMALL) + 22;
}

void ward_svg_put_legend(const struct svg_picture *pic, FILE *out)
{
	int x = SVG_MARGIN, y = pic->height - SVG_MARGIN - 44;

	fprintf(out, "<path d=\"M%d %dH%d\" stroke=\"#ddd8cb\"/>\n", x, y - 14,
		pic->width - SVG_MARGIN);
	x = put_sample(out, x, y, true, true, "isolated");
	x = put_sample(out, x, y, false, true, "not isolated for ingress");
	x = put_sample(out, x, y, true, false, "for egress");
	put_sample(out, x, y, false, false, "not isolated at all");
	x = SVG_MARGIN;
	y += 28;
	fprintf(out, "<path d=\"M%d %dh30\" stroke=\"" SVG_LINE_PLAIN "\" stroke-width=\"1.6\"/>\n",
		x, y + 9);
	ward_svg_put_arrow(out, x + 34, y + 9, true, SVG_LINE_PLAIN);
	ward_svg_put_text(out, x + 42, y + 13, "s", "",
			  "may open connections to these ports (TCP unless named); from a frame: "
			  "from everyone in it. No arrow, no traffic.");
}
