/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/diag.h"

#include <unistd.h>

enum {
	LINE_MAX_SHOWN = 160
};

void ward_mark_print(FILE *out, const struct ward_symbols *symbols, struct ward_mark mark)
{
	ward_text_put(out, ward_symbol_str(symbols, mark.file));
	if (mark.line)
		fprintf(out, ":%u", mark.line);
	if (mark.line && mark.col)
		fprintf(out, ":%u", mark.col);
}

/* The line, and below it a caret at the column. */
static void caret_print(struct ward_sources *sources, const struct ward_text *text,
			struct ward_mark mark)
{
	size_t len;
	const char *line = ward_sources_line(sources, mark.file, mark.line, &len);
	_cleanup_free_ char *before = NULL, *whole = NULL;

	if (!line || !mark.col || mark.col > len + 1 || len > LINE_MAX_SHOWN)
		return;
	whole = ward_format("%.*s", (int)len, line);
	before = ward_format("%.*s", (int)mark.col - 1, line);
	fputs("    ", text->out);
	ward_text_put(text->out, whole);
	fprintf(text->out, "\n    %*s", (int)ward_text_width(before), "");
	ward_text_color(text, WARD_COLOR_GREEN);
	fputc('^', text->out);
	ward_text_color(text, WARD_COLOR_NONE);
	fputc('\n', text->out);
}

void ward_diag_print(const struct ward_diag *diag, struct ward_sources *sources,
		     const struct ward_text *text)
{
	static const enum ward_color colors[] = {
		[WARD_NOTE] = WARD_COLOR_DIM,
		[WARD_WARNING] = WARD_COLOR_YELLOW,
		[WARD_ERROR] = WARD_COLOR_RED,
	};

	if (diag->mark.file != WARD_NONE) {
		ward_mark_print(text->out, sources->symbols, diag->mark);
		fputs(": ", text->out);
	}
	ward_text_color(text, colors[diag->severity]);
	fprintf(text->out, "%s: ", ward_severity_str(diag->severity));
	ward_text_color(text, WARD_COLOR_NONE);
	if (diag->object)
		ward_text_printf(text->out, "%s: ", diag->object);
	ward_text_put(text->out, diag->message);
	fprintf(text->out, " [%s]\n", diag->code);
	if (isatty(fileno(text->out)))
		caret_print(sources, text, diag->mark);
	if (diag->hint)
		ward_text_printf(text->out, "  hint: %s", diag->hint);
	if (diag->hint)
		fputc('\n', text->out);
}

void ward_diags_print(const struct ward_diags *diags, struct ward_sources *sources,
		      const struct ward_text *text, enum ward_severity least)
{
	for (uint32_t i = 0; i < diags->list.n; i++)
		if (diags->list.items[i].severity >= least)
			ward_diag_print(&diags->list.items[i], sources, text);
	if (diags->n_dropped)
		fprintf(text->out, "… and %u more\n", diags->n_dropped);
}
