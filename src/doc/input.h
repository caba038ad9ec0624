/* SPDX-License-Identifier: Apache-2.0 */
/* One input on its way through a front end: private to doc/.
 *
 * A large file is not in memory whole.  What a front end sees is a window, checked to be UTF-8; one
 * that comes to its end while the input has not ended says from where on it still needs the bytes,
 * gets more behind them, and begins again there. */
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
	size_t resume; /* what another front end would have to read: from this byte of the file */
	uint32_t resume_line;
	bool can_resume; /* it begins a line, and nothing of it was handed out */
};

struct ward_input {
	struct ward_reader *reader;
	ward_sym file;
	char *bytes; /* the window */
	size_t size;
	size_t passed;			       /* bytes before the window */
	bool ended;			       /* nothing comes after the window */
	uint32_t line, col;		       /* of the first byte */
	uint32_t n_roots;		       /* documents met that are not empty */
	const struct ward_json_stop *not_json; /* what kept it from being JSON, or NULL */

	int fd;
	size_t cap;   /* the window's, without padding */
	char tail[3]; /* the beginning of a character that the window cut */
	uint32_t n_tail;
};

/* What a front end answers when the input is malformed.  Negative is what the reader's callback
 * said to stop. */
enum {
	WARD_DOC_E_BAD = 1,  /* it has been diagnosed */
	WARD_DOC_E_NOT_JSON, /* @ret_stop says why */
	WARD_DOC_E_CUT,	     /* the window ends too early; inside of a front end only */
};

/* Begins with the first window of a file, or with all of a text.  Returns 0, or WARD_DOC_E_BAD if
 * it cannot be read or is no UTF-8, which has been diagnosed.  To be closed either way. */
int ward_input_open(struct ward_input *input, int fd);
int ward_input_copy(struct ward_input *input, const char *bytes, size_t size);
void ward_input_close(struct ward_input *input);

/* Drops bytes at the window's beginning, so that @line and @col are those of its first byte, and
 * reads more.  The window moves.  Returns as above. */
int ward_input_more(struct ward_input *input, size_t dropped, uint32_t line, uint32_t col);

/* Everything that is still to come. */
int ward_input_rest(struct ward_input *input);

/* The diagnostic of a file that cannot be read; @error is an errno. */
void ward_input_unreadable(struct ward_reader *reader, ward_sym file, int error);

/* All documents of the input; YAML wants it whole. */
int ward_yaml_read(struct ward_input *input);
int ward_json_read(struct ward_input *input, struct ward_json_stop *ret_stop);

/* Adds the diagnostic of a stop. */
void ward_json_stop_diag(const struct ward_input *input, const struct ward_json_stop *stop);
