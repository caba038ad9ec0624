/* SPDX-License-Identifier: Apache-2.0 */
/* One input on its way through a front end: private to doc/. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "doc/read.h"

/* Behind @bytes + @size stand this many NULs, so that scanning needs no other bound. */
#define WARD_INPUT_PADDING 16

/* Nesting beyond this is refused; the deepest CRDs need about 50.  libyaml's work for a token grows
 * with the depth, so that more would be an invitation. */
#define WARD_DEPTH_MAX 256

/* Where and why an input stopped being JSON. */
struct ward_json_stop {
	struct ward_mark mark;
	char message[160];
	const char *hint; /* or NULL */
	size_t resume;	  /* what another front end would have to read: from this offset */
	uint32_t resume_line;
	bool can_resume; /* it begins a line, and nothing of it was handed out */
};

struct ward_input {
	struct ward_reader *reader;
	ward_sym file;
	const char *bytes;
	size_t size;
	uint32_t line;			       /* of the first byte */
	uint32_t n_roots;		       /* documents met that are not empty */
	const struct ward_json_stop *not_json; /* what kept it from being JSON, or NULL */
};

/* What a front end answers when the input is malformed.  Negative is what the reader's callback
 * said to stop. */
enum {
	WARD_DOC_E_BAD = 1,  /* it has been diagnosed */
	WARD_DOC_E_NOT_JSON, /* @ret_stop says why */
};

/* All documents of the input. */
int ward_yaml_read(struct ward_input *input);
int ward_json_read(struct ward_input *input, struct ward_json_stop *ret_stop);

/* Adds the diagnostic of a stop. */
void ward_json_stop_diag(const struct ward_input *input, const struct ward_json_stop *stop);
