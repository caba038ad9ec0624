/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of drawing that have files of their own. */
#pragma once

#include "report/svg-picture.h"

/* One <text>; @style is a class of the picture's style sheet, @more further attributes. */
void ward_svg_put_text(FILE *out, int x, int y, const char *style, const char *more,
		       const char *text);

/* Walls: solid where policies isolate, broken where they do not.  The left half is ingress. */
void ward_svg_put_walls(FILE *out, int x, int y, int w, int h, bool closed_in, bool closed_out);

/* The icon of a workload's kind in a 16 by 16 square. */
void ward_svg_put_icon(FILE *out, int x, int y, enum ward_kind kind, const char *colour);
void ward_svg_put_globe(FILE *out, int x, int y);

void ward_svg_put_wires(const struct svg_picture *pic, FILE *out);
void ward_svg_put_labels(const struct svg_picture *pic, FILE *out);
void ward_svg_put_arrow(FILE *out, int x, int y, bool rightwards, const char *colour);
void ward_svg_put_header(const struct svg_picture *pic, FILE *out);
void ward_svg_put_legend(const struct svg_picture *pic, FILE *out);
