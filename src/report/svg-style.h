/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that layout and drawing must agree on. */
#pragma once

#include "report/svg-text.h"

#define SVG_FONT_TITLE ((struct svg_font){200, true})
#define SVG_FONT_PLAIN ((struct svg_font){125, false})
#define SVG_FONT_BLOCK ((struct svg_font){140, true})
#define SVG_FONT_PART ((struct svg_font){120, true})
#define SVG_FONT_HOUSE ((struct svg_font){120, false})
#define SVG_FONT_SMALL ((struct svg_font){105, false})

enum {
	SVG_MARGIN = 28,
	SVG_LINE = 15,	    /* between lines of small text */
	SVG_ICON = 22,	    /* the icon of a house and the gap after it */
	SVG_INSET = 11,	    /* of text from the sides of its box */
	SVG_DOT = 12,	    /* a mark for a further group */
	SVG_NAME_MAX = 230, /* longer names are cut */
	SVG_SIGN_MAX = 300,
	SVG_HEAD = 64, /* title and the line under it */
	SVG_LEGEND = 78,
};

struct svg_picture;
struct svg_unit;

/* The height of the name and the signs at the top of a unit, and the space around what is in it. */
int ward_svg_unit_head(const struct svg_unit *unit);
int ward_svg_unit_pad(const struct svg_unit *unit);

/* The line below the title. */
const char *ward_svg_header_text(struct ward_arena *arena, const struct svg_picture *pic);

/* Second line of a unit whose houses are not drawn: "24 workloads, 3 open"; NULL for others. */
const char *ward_svg_unit_summary(struct ward_arena *arena, const struct svg_picture *pic,
				  const struct svg_unit *unit);
