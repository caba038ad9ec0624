/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "report/text.h"

enum {
	GAP = 2,	/* blanks between columns */
	FOLD_LEAST = 16 /* a last column narrower than this is not worth folding into */
};

/* How the columns are laid out. */
struct layout {
	uint32_t *widths;
	bool first_alone; /* the first column has lines of its own, the others are indented */
	uint32_t last;	  /* columns for the last one; 0: as many as it needs */
};

void ward_table_init(struct ward_table *table, const char *const *header, uint32_t n_columns)
{
	*table = (struct ward_table){.n_columns = n_columns};
	for (uint32_t i = 0; i < n_columns; i++)
		ward_table_cell(table, header[i]);
}

void ward_table_cell(struct ward_table *table, const char *text)
{
	ward_vec_push(&table->cells,
		      *text ? ward_arena_strndup(&table->texts, text, strlen(text)) : "");
}

void ward_table_done(struct ward_table *table)
{
	ward_vec_done(&table->cells);
	ward_arena_done(&table->texts);
}

static void table_layout(const struct ward_table *table, uint32_t room, struct layout *layout)
{
	uint32_t n = table->n_columns, before_last = 0, all;

	layout->widths = ward_alloc(n * sizeof(uint32_t));
	for (uint32_t i = 0; i < table->cells.n; i++) {
		uint32_t width = ward_text_width(table->cells.items[i]);

		if (width > layout->widths[i % n])
			layout->widths[i % n] = width;
	}
	for (uint32_t i = 0; i + 1 < n; i++)
		before_last += layout->widths[i] + GAP;
	all = before_last + layout->widths[n - 1];
	if (!room || all <= room)
		return;
	if (before_last + FOLD_LEAST > room && n > 1) {
		layout->first_alone = true;
		before_last -= layout->widths[0];
	}
	layout->last = before_last + FOLD_LEAST > room ? FOLD_LEAST : room - before_last;
}

static void put_blanks(const struct ward_text *text, uint32_t n)
{
	fprintf(text->out, "%*s", (int)n, "");
}

size_t ward_text_fold(const char *cell, uint32_t room)
{
	size_t len = 0, good = 0;

	while (cell[len]) {
		if (++len > room)
			break;
		if (cell[len - 1] == ',' || cell[len] == ' ')
			good = len;
	}
	if (len <= room)
		return len;
	if (!good)
		good = room;
	while (good > 1 && ((unsigned char)cell[good] & 0xc0) == 0x80)
		good--; /* never inside a character */
	return good;
}

static void put_last(const struct ward_text *text, const struct layout *layout, uint32_t indent,
		     const char *cell)
{
	if (!layout->last) {
		ward_text_put(text->out, cell);
		fputc('\n', text->out);
		return;
	}
	do {
		size_t len = ward_text_fold(cell, layout->last);
		_cleanup_free_ char *part = ward_format("%.*s", (int)len, cell);

		ward_text_put(text->out, part);
		fputc('\n', text->out);
		cell += len;
		while (*cell == ' ')
			cell++;
		if (*cell)
			put_blanks(text, indent);
	} while (*cell);
}

static void put_row(const struct ward_table *table, const struct ward_text *text,
		    const struct layout *layout, const char *const *cells)
{
	uint32_t indent = 0;

	for (uint32_t i = 0; i + 1 < table->n_columns; i++) {
		ward_text_put(text->out, cells[i]);
		if (i == 0 && layout->first_alone) {
			if (*cells[i])
				fputc('\n', text->out);
			put_blanks(text, GAP);
			indent = GAP;
			continue;
		}
		put_blanks(text, layout->widths[i] + GAP - ward_text_width(cells[i]));
		indent += layout->widths[i] + GAP;
	}
	put_last(text, layout, indent, cells[table->n_columns - 1]);
}

void ward_table_print(const struct ward_table *table, const struct ward_text *text)
{
	struct layout layout = {};

	table_layout(table, text->width, &layout);
	ward_text_color(text, WARD_COLOR_BOLD);
	put_row(table, text, &layout, table->cells.items);
	ward_text_color(text, WARD_COLOR_NONE);
	for (uint32_t i = table->n_columns; i < table->cells.n; i += table->n_columns)
		put_row(table, text, &layout, table->cells.items + i);
	free(layout.widths);
}
