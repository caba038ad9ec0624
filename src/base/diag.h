/* SPDX-License-Identifier: Apache-2.0 */
/* Diagnostics: the user's mistakes as data.
 *
 * Readers and analyses collect them; only cli/ prints them.  A message says what was expected,
 * what was found, and the hint what to do.  They are not error codes: a function that finds a
 * mistake in the input records it here and returns in the ordinary way. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/mark.h"
#include "base/vec.h"

enum ward_severity {
	WARD_NOTE,
	WARD_WARNING,
	WARD_ERROR,
	WARD_N_SEVERITY,
};

struct ward_diag {
	const char *code; /* static, kebab-case: "bad-port"; one page each in docs/findings/ */
	enum ward_severity severity;
	struct ward_mark mark;
	const char *object;  /* "NetworkPolicy shop/web", or NULL */
	const char *message; /* what was found and what was expected, one sentence, no full stop */
	const char *hint;    /* what to do, or NULL */
};

struct ward_diags {
	WARD_VEC(struct ward_diag) list;
	uint32_t n_of[WARD_N_SEVERITY]; /* all, those beyond the limit included */
	uint32_t n_dropped;
	struct ward_arena arena; /* owns the texts */
};

/* At most this many are kept, the rest counted: a file of rubbish must not fill the memory. */
enum {
	WARD_DIAGS_MAX = 1000
};

/* The texts are copied.  @object and @hint may be NULL. */
void ward_diag(struct ward_diags *diags, enum ward_severity severity, const char *code,
	       struct ward_mark mark, const char *object, const char *hint, const char *fmt, ...)
	__attribute__((format(printf, 7, 8)));

/* Forgets what was added since @before was copied from @diags. */
void ward_diags_rewind(struct ward_diags *diags, const struct ward_diags *before);

bool ward_diags_has_errors(const struct ward_diags *diags);

/* "error", "warning", "note". */
const char *ward_severity_str(enum ward_severity severity);

void ward_diags_done(struct ward_diags *diags);
