/* SPDX-License-Identifier: Apache-2.0 */
/* Text in the picture: names come from strangers' manifests and must neither break the XML nor the
 * layout. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

struct ward_port_set;
struct ward_ip_range;

struct svg_font {
	int size; /* tenths of a pixel */
	bool bold;
};

/* Pixels that @text takes at most: measured with the widest of the fonts that we ask for. */
int ward_svg_text_width(const char *text, struct svg_font font);

/* @raw as valid UTF-8 in which nothing is invisible: control characters, bidirectional overrides
 * and invalid bytes become visible escapes. */
const char *ward_svg_text_clean(struct ward_arena *arena, const char *raw);

/* Clean @text itself, or as much of its beginning and end as fits @width, with "…" between. */
const char *ward_svg_text_fit(struct ward_arena *arena, const char *text, struct svg_font font,
			      int width);

/* Clean @text as XML character data. */
void ward_svg_text_put(FILE *out, const char *text);

/* "all", "80, 443", "8000–9000, UDP 53": at most @max ranges, then "+5". */
const char *ward_svg_ports_text(struct ward_arena *arena, const struct ward_port_set *set,
				uint32_t max);

/* "10.0.0.0/8" when the range is a prefix, otherwise "10.0.0.0–10.0.3.9". */
const char *ward_svg_range_text(struct ward_arena *arena, const struct ward_ip_range *range);
