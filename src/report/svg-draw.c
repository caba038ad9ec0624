/* SPDX-License-Identifier: Apache-2.0 */
/* The picture as XML: ground first, then the wires, then what stands on it.  No scripts, nothing
 * fetched; all text is escaped where it is written. */
#include "report/svg-draw.h"

#include "report/svg-colour.h"
#include "report/svg-style.h"

static const char style_sheet[] =
	"<style>\n"
	"text{font-family:Inter,\"Segoe UI\",\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif;"
	"fill:" SVG_INK "}\n"
	".t{font-size:20px;font-weight:700}\n"
	".p{font-size:12.5px;fill:" SVG_MUTED "}\n"
	".b{font-size:14px;font-weight:700}\n"
	".g{font-size:12px;font-weight:700}\n"
	".h{font-size:12px}\n"
	".s{font-size:10.5px;fill:" SVG_MUTED "}\n"
	".l{font-size:10.5px;paint-order:stroke;stroke:#fff;stroke-width:3px;"
	"stroke-opacity:.85;stroke-linejoin:round}\n"
	".w path{fill:none;stroke-width:1.6;stroke-linecap:round}\n"
	".w:hover path{stroke-width:3.2}\n"
	".k *{fill:none;stroke-width:1.3;stroke-linecap:round;"
	"stroke-linejoin:round}\n"
	"</style>\n";

void ward_svg_put_text(FILE *out, int x, int y, const char *style, const char *more,
		       const char *text)
{
	fprintf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\"%s%s>", style, x, y, *more ? " " : "",
		more);
	ward_svg_text_put(out, text);
	fputs("</text>\n", out);
}

static void put_title(FILE *out, const char *text)
{
	fputs("<title>", out);
	ward_svg_text_put(out, text);
	fputs("</title>\n", out);
}

static void put_fitted(FILE *out, struct ward_arena *arena, const struct svg_unit *unit, int x,
		       int y, const char *style, struct svg_font font)
{
	int room = font.size > 110 ? SVG_NAME_MAX : SVG_SIGN_MAX;

	ward_svg_put_text(out, x, y, style, "", ward_svg_text_fit(arena, unit->name, font, room));
}

/* Signs stand below the name, one a line. */
static void put_signs(FILE *out, struct ward_arena *arena, const struct svg_unit *unit, int x,
		      int y)
{
	for (uint32_t i = 0; i < unit->signs.n; i++)
		ward_svg_put_text(out, x, y + (int)i * SVG_LINE, "s", "",
				  ward_svg_text_fit(arena, unit->signs.items[i], SVG_FONT_SMALL,
						    SVG_SIGN_MAX));
}

static void put_rect(FILE *out, const struct svg_unit *unit, int radius, const char *more)
{
	fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" %s/>\n", unit->x,
		unit->y, unit->w, unit->h, radius, more);
}

/* The whole name and all signs, for who points at it. */
static const char *unit_title(struct ward_arena *arena, const struct svg_unit *unit)
{
	const char *text = unit->name;

	for (uint32_t i = 0; i < unit->signs.n; i++)
		text = ward_arena_format(arena, "%s\n%s", text, unit->signs.items[i]);
	return text;
}

static void put_district(FILE *out, struct ward_arena *arena, const struct svg_unit *unit)
{
	put_rect(out, unit, 14, "fill=\"#efece4\" stroke=\"#ddd8cb\"");
	ward_svg_put_text(out, unit->x + 20, unit->y + 24, "p",
			  "style=\"font-weight:700;letter-spacing:.08em\"",
			  ward_svg_text_fit(arena, unit->name, SVG_FONT_BLOCK, SVG_NAME_MAX));
	put_signs(out, arena, unit, unit->x + 20, unit->y + 40);
}

static void put_block(FILE *out, struct ward_arena *arena, const struct svg_unit *unit)
{
	put_rect(out, unit, 10, "fill=\"#ffffff\" stroke=\"" SVG_FAINT "\" stroke-width=\"1.2\"");
	put_fitted(out, arena, unit, unit->x + SVG_INSET + 5, unit->y + 24, "b", SVG_FONT_BLOCK);
	put_signs(out, arena, unit, unit->x + SVG_INSET + 5, unit->y + 40);
}

static void put_part(FILE *out, struct ward_arena *arena, const struct svg_unit *unit)
{
	const char *colour = ward_svg_group_colour(unit->group);
	const char *look = ward_arena_format(arena,
					     "fill=\"%s\" fill-opacity=\".07\" stroke=\"%s\" "
					     "stroke-opacity=\".5\" stroke-width=\"1.2\"",
					     colour, colour);
	int head = *unit->name ? 20 : 0;

	put_rect(out, unit, 8, "fill=\"#ffffff\"");
	put_rect(out, unit, 8, look);
	if (head)
		ward_svg_put_text(out, unit->x + SVG_INSET, unit->y + head, "g",
				  ward_arena_format(arena, "style=\"fill:%s\"", colour),
				  ward_svg_text_fit(arena, unit->name, SVG_FONT_PART,
						    SVG_NAME_MAX));
	put_signs(out, arena, unit, unit->x + SVG_INSET, unit->y + head + 16);
}

static void put_area(FILE *out, struct ward_arena *arena, const struct svg_unit *unit)
{
	fputs("<g>", out);
	put_title(out, unit_title(arena, unit));
	if (unit->kind == SVG_DISTRICT)
		put_district(out, arena, unit);
	else if (unit->kind == SVG_BLOCK)
		put_block(out, arena, unit);
	else
		put_part(out, arena, unit);
	fputs("</g>\n", out);
}

static const char *house_title(struct ward_arena *arena, const struct svg_picture *pic,
			       const struct svg_unit *unit)
{
	const struct ward_place *place = unit->place;
	const char *text = ward_svg_text_clean(arena, place->id);

	for (uint32_t i = 0; i < place->n_groups; i++)
		text = ward_arena_format(arena, "%s%s %s", text, i ? "," : "\nin group",
					 ward_svg_text_clean(arena,
							     ward_symbol_str(pic->map->symbols,
									     place->groups[i])));
	text = ward_arena_format(arena, "%s\ningress %s, egress %s", text,
				 place->isolated[WARD_INGRESS] ? "isolated" : "not isolated",
				 place->isolated[WARD_EGRESS] ? "isolated" : "not isolated");
	for (uint32_t i = 0; i < unit->signs.n; i++)
		text = ward_arena_format(arena, "%s\n%s", text, unit->signs.items[i]);
	return text;
}

/* A dot for every group beyond the one it is drawn in. */
static void put_marks(const struct svg_picture *pic, FILE *out, const struct svg_unit *unit, int y)
{
	const struct ward_place *place = unit->place;

	for (uint32_t i = 1; i < place->n_groups; i++)
		for (uint32_t group = 0; group < pic->groups.n; group++)
			if (pic->groups.items[group] == place->groups[i])
				fprintf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"%s\"/>\n",
					unit->x + unit->w - SVG_INSET + 2 -
						SVG_DOT * (int)(place->n_groups - 1 - i),
					y + 17, ward_svg_group_colour(group));
}

static void put_house(const struct svg_picture *pic, FILE *out, struct ward_arena *arena,
		      const struct svg_unit *unit)
{
	int x = unit->x + SVG_INSET, y = unit->y + (unit->h - ward_svg_unit_head(unit)) / 2;

	fputs("<g>", out);
	put_title(out, house_title(arena, pic, unit));
	ward_svg_put_walls(out, unit->x, unit->y, unit->w, unit->h,
			   unit->place->isolated[WARD_INGRESS], unit->place->isolated[WARD_EGRESS]);
	ward_svg_put_icon(out, x - 1, y + 9, unit->place->kind,
			  unit->group == WARD_NONE ? SVG_WALL : ward_svg_group_colour(unit->group));
	put_fitted(out, arena, unit, x + SVG_ICON, y + 21, "h", SVG_FONT_HOUSE);
	put_marks(pic, out, unit, y);
	put_signs(out, arena, unit, x, y + 38);
	fputs("</g>\n", out);
}

static void put_outside(FILE *out, struct ward_arena *arena, const struct svg_unit *unit)
{
	int x = unit->x + SVG_INSET, y = unit->y + (unit->h - ward_svg_unit_head(unit)) / 2;

	fputs("<g>", out);
	put_title(out, unit_title(arena, unit));
	put_rect(out, unit, 17, "fill=\"#fdeee0\" stroke=\"" SVG_OPEN "\" stroke-width=\"1.3\"");
	ward_svg_put_globe(out, x, y + 10);
	put_fitted(out, arena, unit, x + SVG_ICON, y + 22, "h", SVG_FONT_HOUSE);
	put_signs(out, arena, unit, x, y + 40);
	fputs("</g>\n", out);
}

static void put_ground(const struct svg_picture *pic, FILE *out, struct ward_arena *arena)
{
	for (uint32_t i = SVG_CITY_UNIT + 1; i < pic->units.n; i++)
		if (pic->units.items[i].kind < SVG_HOUSE)
			put_area(out, arena, &pic->units.items[i]);
}

static void put_standing(const struct svg_picture *pic, FILE *out, struct ward_arena *arena)
{
	for (uint32_t i = 0; i < pic->units.n; i++) {
		const struct svg_unit *unit = &pic->units.items[i];
		const char *summary = ward_svg_unit_summary(arena, pic, unit);

		if (summary)
			ward_svg_put_text(out, unit->x + SVG_INSET + (unit->kind == SVG_BLOCK) * 5,
					  unit->y + ward_svg_unit_head(unit) + 6, "s",
					  unit->n_open[WARD_INGRESS] || unit->n_open[WARD_EGRESS]
						  ? "style=\"fill:" SVG_OPEN "\""
						  : "",
					  summary);
		if (unit->kind == SVG_HOUSE)
			put_house(pic, out, arena, unit);
		if (unit->kind == SVG_OUTSIDE)
			put_outside(out, arena, unit);
	}
}

void ward_svg_draw(const struct svg_picture *pic, FILE *out)
{
	struct ward_arena arena = {};

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
		"viewBox=\"0 0 %d %d\" role=\"img\" aria-labelledby=\"title desc\">\n",
		pic->width, pic->height, pic->width, pic->height);
	fputs("<title id=\"title\">Who may talk to whom</title>\n", out);
	fputs("<desc id=\"desc\">Workloads as houses in their groups, namespaces and environments; "
	      "an arrow stands for traffic that the policies allow, labelled with its "
	      "ports.</desc>\n",
	      out);
	fputs(style_sheet, out);
	fprintf(out, "<rect width=\"%d\" height=\"%d\" rx=\"6\" fill=\"" SVG_PAPER "\"/>\n",
		pic->width, pic->height);
	put_ground(pic, out, &arena);
	ward_svg_put_wires(pic, out);
	put_standing(pic, out, &arena);
	ward_svg_put_labels(pic, out);
	ward_svg_put_header(pic, out);
	if (pic->map->n_places)
		ward_svg_put_legend(pic, out);
	fputs("</svg>\n", out);
	ward_arena_done(&arena);
}
