/* SPDX-License-Identifier: Apache-2.0 */
/* From libyaml's marks, which count characters, to lines and bytes; private to doc/. */
#pragma once

#include "doc/input.h"

struct ward_cursor {
	const struct ward_input *input;
	size_t index; /* in characters */
	size_t offset, line_start;
	uint32_t line;
};

void ward_cursor_init(struct ward_cursor *cursor, const struct ward_input *input);

/* The place of the character @index.  Cheap when the calls follow the text. */
struct ward_mark ward_cursor_mark(struct ward_cursor *cursor, size_t index);

/* The same for a byte @offset, from the start of the input. */
struct ward_mark ward_input_mark(const struct ward_input *input, size_t offset);
