/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/cursor.h"

void ward_cursor_init(struct ward_cursor *cursor, const struct ward_input *input)
{
	*cursor = (struct ward_cursor){.input = input, .line = input->line};
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static void step(struct ward_cursor *cursor)
{
	const char *bytes = cursor->input->bytes;
	bool line_ends = bytes[cursor->offset] == '\n';

	do
		cursor->offset++;
	while (is_continuation(bytes[cursor->offset]));
	cursor->index++;
	if (line_ends) {
		cursor->line++;
		cursor->line_start = cursor->offset;
	}
}

static void step_back(struct ward_cursor *cursor)
{
	const char *bytes = cursor->input->bytes;

	do
		cursor->offset--;
	while (cursor->offset && is_continuation(bytes[cursor->offset]));
	cursor->index--;
	if (bytes[cursor->offset] != '\n')
		return;
	cursor->line--;
	cursor->line_start = cursor->offset;
	while (cursor->line_start && bytes[cursor->line_start - 1] != '\n')
		cursor->line_start--;
}

struct ward_mark ward_cursor_mark(struct ward_cursor *cursor, size_t index)
{
	while (cursor->index < index && cursor->offset < cursor->input->size)
		step(cursor);
	while (cursor->index > index && cursor->offset)
		step_back(cursor);
	return (struct ward_mark){
		.file = cursor->input->file,
		.line = cursor->line,
		.col = (uint32_t)(cursor->offset - cursor->line_start) + 1,
	};
}

struct ward_mark ward_input_mark(const struct ward_input *input, size_t offset)
{
	struct ward_mark mark = {.file = input->file, .line = input->line, .col = input->col};

	for (size_t i = 0; i < offset; i++) {
		mark.col++;
		if (input->bytes[i] == '\n') {
			mark.line++;
			mark.col = 1;
		}
	}
	return mark;
}
