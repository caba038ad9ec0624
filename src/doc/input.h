/* SPDX-License-Identifier: Apache-2.0 */
/* One input on its way through a front end: private to doc/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "doc/read.h"

/* Behind @bytes + @size stand this many NULs, so that scanning needs no other bound. */
#define WARD_INPUT_PADDING 16

/* Nesting beyond this is refused; the deepest CRDs need about 50. */
#define WARD_DEPTH_MAX 1000

struct ward_input {
	struct ward_reader *reader;
	ward_sym file;
	const char *bytes;
	size_t size;
	uint32_t line; /* of the first byte */
};

/* What a front end answers when the input is malformed and that has been diagnosed.  Negative is
 * what the reader's callback said to stop. */
enum {
	WARD_DOC_E_BAD = 1,
	WARD_DOC_E_NOT_JSON, /* and nothing of the document was handed out */
};

/* All documents of the input. */
int ward_yaml_read(const struct ward_input *input);
