/* SPDX-License-Identifier: Apache-2.0 */
/* Text for people: escaping, colour, tables that fit the terminal. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/vec.h"

/* Where text goes and what may be done there. */
struct ward_text {
	FILE *out;
	bool color;
	uint32_t width; /* columns to fit; 0: as wide as needed */
};

enum ward_color {
	WARD_COLOR_NONE,
	WARD_COLOR_RED,
	WARD_COLOR_GREEN,
	WARD_COLOR_YELLOW,
	WARD_COLOR_BOLD,
	WARD_COLOR_DIM,
	WARD_N_COLOR,
};

/* What was read from outside may contain anything, terminal commands too.  Writes it with control
 * characters, text-direction marks and bytes that are no UTF-8 as \n, \t, \xNN or \u{NNNN}. */
void ward_text_put(FILE *out, const char *text);

/* printf(3) of which the whole result is escaped like that. */
void ward_text_printf(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void ward_text_color(const struct ward_text *text, enum ward_color color);

/* Columns that the text takes on a terminal, when it is written with ward_text_put(). */
uint32_t ward_text_width(const char *text);

/* The bytes of @text that fit into @room columns, up to a blank or a comma if there is one. */
size_t ward_text_fold(const char *text, uint32_t room);

/* A table under construction.  Cells are copied.  Columns are as wide as their widest cell; where
 * that is too wide, the last column is folded at its blanks and commas, and if that is not enough
 * the first column gets lines of its own. */
struct ward_table {
	uint32_t n_columns;
	WARD_VEC(const char *) cells; /* the first row is the header */
	struct ward_arena texts;
};

void ward_table_init(struct ward_table *table, const char *const *header, uint32_t n_columns);
void ward_table_cell(struct ward_table *table, const char *text);
void ward_table_print(const struct ward_table *table, const struct ward_text *text);
void ward_table_markdown(const struct ward_table *table, FILE *out);
void ward_table_done(struct ward_table *table);
