/* SPDX-License-Identifier: Apache-2.0 */
/* The palette: on paper of its own, so that it looks the same in light and dark viewers, and told
 * apart by people who see fewer colours.  Orange is kept for what is open to the world or not
 * protected; groups have cool colours, and their names beside them. */
#pragma once

#include "report/svg-picture.h"

#define SVG_PAPER "#fbfaf7"
#define SVG_INK "#1e2a36"
#define SVG_MUTED "#5c6773"
#define SVG_FAINT "#c9cdd3"
#define SVG_WALL "#33475b"
#define SVG_LINE_PLAIN "#566879"
#define SVG_OPEN "#c2500c"
#define SVG_OPEN_FILL "#fff5ea"

const char *ward_svg_group_colour(uint32_t group);

/* Arrows have the colour of where they come from. */
const char *ward_svg_net_colour(const struct svg_picture *pic, const struct svg_net *net);

/* The colour of all that arrives at @slot; when it is mixed, the outside shows. */
const char *ward_svg_slot_colour(const struct svg_picture *pic, uint32_t slot);
