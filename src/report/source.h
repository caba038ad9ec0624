/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own lines, for quoting. */
#pragma once

#include "base/mark.h"
#include "report/text.h"

struct ward_source {
	ward_sym file;
	char *text; /* NULL: cannot be read again */
	size_t size;
	WARD_VEC(size_t) lines; /* where each begins */
};

/* Files are read when they are first quoted.  What cannot be read again, like standard input, is
 * added by whoever read it. */
struct ward_sources {
	const struct ward_symbols *symbols;
	WARD_VEC(struct ward_source) list;
};

void ward_sources_add(struct ward_sources *sources, ward_sym file, char *text, size_t size);
void ward_sources_done(struct ward_sources *sources);

/* A line without its end, or NULL if there is none. */
const char *ward_sources_line(struct ward_sources *sources, ward_sym file, uint32_t line,
			      size_t *ret_len);

/* Quotes the block that begins at the mark, with line numbers: the line itself and those below it
 * that are indented more, at most @max_lines. */
void ward_sources_quote(struct ward_sources *sources, struct ward_mark mark,
			const struct ward_text *text, uint32_t indent, uint32_t max_lines);
