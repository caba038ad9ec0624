/* SPDX-License-Identifier: Apache-2.0 */
#include "report/source.h"

#include <limits.h>
#include <string.h>

enum {
	LINE_MAX_QUOTED = 200 /* bytes: JSON on one line is no use to a reader */
};

static void source_index(struct ward_source *source)
{
	const char *end = source->text + source->size;
	const char *next = source->text;

	while (next && next < end) {
		ward_vec_push(&source->lines, (size_t)(next - source->text));
		next = memchr(next, '\n', (size_t)(end - next));
		next = next ? next + 1 : NULL;
	}
}

void ward_sources_add(struct ward_sources *sources, ward_sym file, char *text, size_t size)
{
	struct ward_source source = {.file = file, .text = text, .size = size};

	if (text)
		source_index(&source);
	ward_vec_push(&sources->list, source);
}

void ward_sources_done(struct ward_sources *sources)
{
	for (uint32_t i = 0; i < sources->list.n; i++) {
		free(sources->list.items[i].text);
		ward_vec_done(&sources->list.items[i].lines);
	}
	ward_vec_done(&sources->list);
}

static char *file_read(const char *path, size_t *ret_size)
{
	_cleanup_file_ FILE *in = strcmp(path, "-") == 0 ? NULL : fopen(path, "re");
	_cleanup_free_ char *text = NULL;
	long size;

	if (!in || fseek(in, 0, SEEK_END) < 0)
		return NULL;
	size = ftell(in);
	if (size <= 0 || size == LONG_MAX)
		return NULL;
	rewind(in);
	text = ward_alloc((size_t)size);
	*ret_size = fread(text, 1, (size_t)size, in);
	return TAKE_PTR(text);
}

static struct ward_source *source_of(struct ward_sources *sources, ward_sym file)
{
	size_t size = 0;
	char *text;

	for (uint32_t i = 0; i < sources->list.n; i++)
		if (sources->list.items[i].file == file)
			return &sources->list.items[i];
	text = file_read(ward_symbol_str(sources->symbols, file), &size);
	ward_sources_add(sources, file, text, size);
	return &sources->list.items[sources->list.n - 1];
}

const char *ward_sources_line(struct ward_sources *sources, ward_sym file, uint32_t line,
			      size_t *ret_len)
{
	const struct ward_source *source;
	const char *begin, *end;

	if (file == WARD_NONE || !line)
		return NULL;
	source = source_of(sources, file);
	if (line > source->lines.n)
		return NULL;
	begin = source->text + source->lines.items[line - 1];
	end = memchr(begin, '\n', source->size - (size_t)(begin - source->text));
	if (!end)
		end = source->text + source->size;
	if (end > begin && end[-1] == '\r')
		end--;
	*ret_len = (size_t)(end - begin);
	return begin;
}

static size_t line_indent(const char *line, size_t len)
{
	size_t n = 0;

	while (n < len && line[n] == ' ')
		n++;
	return n;
}

static void quote_line(const struct ward_text *text, uint32_t indent, uint32_t number,
		       const char *line, size_t len, size_t strip)
{
	_cleanup_free_ char *copy = NULL;

	strip = strip < len ? strip : len;
	len = len - strip > LINE_MAX_QUOTED ? LINE_MAX_QUOTED : len - strip;
	copy = ward_format("%.*s", (int)len, line + strip);
	ward_text_color(text, WARD_COLOR_DIM);
	fprintf(text->out, "%*s%6u | ", (int)indent, "", number);
	ward_text_color(text, WARD_COLOR_NONE);
	ward_text_put(text->out, copy);
	fputc('\n', text->out);
}

void ward_sources_quote(struct ward_sources *sources, struct ward_mark mark,
			const struct ward_text *text, uint32_t indent, uint32_t max_lines)
{
	size_t len, strip;
	const char *line = ward_sources_line(sources, mark.file, mark.line, &len);

	if (!line)
		return;
	strip = line_indent(line, len);
	for (uint32_t i = 0; line; i++) {
		size_t deep = line_indent(line, len);

		/* The items of a list may stand as far left as its key: "- to:" before "  - a". */
		if (i && (deep + 1 < mark.col || deep == len))
			break;
		if (i == max_lines) {
			fprintf(text->out, "%*s       | …\n", (int)indent, "");
			break;
		}
		quote_line(text, indent, mark.line + i, line, len, strip);
		line = ward_sources_line(sources, mark.file, mark.line + i + 1, &len);
	}
}
