/* SPDX-License-Identifier: Apache-2.0 */
/* Walls and icons. */
#include "report/svg-colour.h"
#include "report/svg-draw.h"

enum {
	CORNER = 5,
};

/* One half of the outline, from the middle of the top round the side to the middle of the bottom;
 * @out of -1 is the left one. */
static void put_half(FILE *file, int x, int y, int w, int h, int out, const char *look)
{
	int middle = x + w / 2, side = out < 0 ? x : x + w, in = -out * CORNER;

	fprintf(file, "<path d=\"M%d %dH%dQ%d %d %d %dV%dQ%d %d %d %dH%d\" fill=\"none\" %s/>\n",
		middle, y, side + in, side, y, side, y + CORNER, y + h - CORNER, side, y + h,
		side + in, y + h, middle, look);
}

static const char *wall_look(bool closed)
{
	return closed ? "stroke=\"" SVG_WALL "\" stroke-width=\"1.8\""
		      : "stroke=\"" SVG_OPEN "\" stroke-width=\"1.5\" stroke-dasharray=\"3 4\"";
}

void ward_svg_put_walls(FILE *out, int x, int y, int w, int h, bool closed_in, bool closed_out)
{
	bool alike = closed_in == closed_out;

	fprintf(out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\" %s/>\n",
		x, y, w, h, CORNER, closed_in || closed_out ? "#fff" : SVG_OPEN_FILL,
		alike ? wall_look(closed_in) : "");
	if (alike)
		return;
	put_half(out, x, y, w, h, -1, wall_look(closed_in));
	put_half(out, x, y, w, h, 1, wall_look(closed_out));
}

void ward_svg_put_icon(FILE *out, int x, int y, enum ward_kind kind, const char *colour)
{
	static const char pod[] = "<path d=\"M8 1.5l5.8 3.2v6.6L8 14.5l-5.8-3.2V4.7z\"/>"
				  "<path d=\"M2.2 4.7L8 8l5.8-3.3M8 8v6.5\"/>";
	static const char *const shapes[WARD_N_KIND] = {
		[WARD_KIND_DEPLOYMENT] = "<path d=\"M8 2l6 3-6 3-6-3z\"/>"
					 "<path d=\"M2 8l6 3 6-3M2 11l6 3 6-3\"/>",
		[WARD_KIND_STATEFULSET] = "<ellipse cx=\"8\" cy=\"4\" rx=\"5.5\" ry=\"2.2\"/>"
					  "<path d=\"M2.5 4v8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 "
					  "5.5-2.2V4M2.5 8c0 1.2 2.5 2.2 5.5 2.2s5.5-1 5.5-2.2\"/>",
		[WARD_KIND_DAEMONSET] =
			"<path d=\"M2 2.5h5v5H2zM9 2.5h5v5H9zM2 9.5h5v5H2zM9 9.5h5v5H9z\"/>",
		[WARD_KIND_JOB] = "<circle cx=\"8\" cy=\"8\" r=\"6\"/>"
				  "<path d=\"M5.4 8.2l2 2 3.4-4\"/>",
		[WARD_KIND_CRONJOB] = "<circle cx=\"8\" cy=\"8\" r=\"6\"/>"
				      "<path d=\"M8 4.4V8l2.6 1.8\"/>",
	};

	fprintf(out, "<g class=\"k\" stroke=\"%s\" transform=\"translate(%d %d)\">%s</g>\n", colour,
		x, y, kind < WARD_N_KIND && shapes[kind] ? shapes[kind] : pod);
}

void ward_svg_put_globe(FILE *out, int x, int y)
{
	fprintf(out,
		"<g class=\"k\" stroke=\"" SVG_WALL "\" transform=\"translate(%d %d)\">"
		"<circle cx=\"8\" cy=\"8\" r=\"6.5\"/><path d=\"M1.5 8h13M8 1.5c-4 3.6-4 9.4 0 13"
		"M8 1.5c4 3.6 4 9.4 0 13\"/></g>\n",
		x, y);
}
