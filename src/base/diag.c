/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const severity_names[] = {
	[WARD_NOTE] = "note",
	[WARD_WARNING] = "warning",
	[WARD_ERROR] = "error",
};
static_assert(WARD_ARRAY_SIZE(severity_names) == WARD_N_SEVERITY, "one name per severity");

static const char *diag_text(struct ward_diags *diags, const char *text)
{
	return text ? ward_arena_strndup(&diags->arena, text, strlen(text)) : NULL;
}

void ward_diag(struct ward_diags *diags, enum ward_severity severity, const char *code,
	       struct ward_mark mark, const char *object, const char *hint, const char *fmt, ...)
{
	char message[1024];
	struct ward_diag diag;
	va_list args;

	diags->n_of[severity]++;
	if (diags->list.n == WARD_DIAGS_MAX) {
		diags->n_dropped++;
		return;
	}
	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	diag = (struct ward_diag){
		.code = code,
		.severity = severity,
		.mark = mark,
		.object = diag_text(diags, object),
		.message = diag_text(diags, message),
		.hint = diag_text(diags, hint),
	};
	ward_vec_push(&diags->list, diag);
}

void ward_diags_rewind(struct ward_diags *diags, const struct ward_diags *before)
{
	diags->list.n = before->list.n;
	memcpy(diags->n_of, before->n_of, sizeof(diags->n_of));
	diags->n_dropped = before->n_dropped;
}

bool ward_diags_has_errors(const struct ward_diags *diags)
{
	return diags->n_of[WARD_ERROR] > 0;
}

const char *ward_severity_str(enum ward_severity severity)
{
	return severity_names[severity];
}

void ward_diags_done(struct ward_diags *diags)
{
	ward_vec_done(&diags->list);
	ward_arena_done(&diags->arena);
	*diags = (struct ward_diags){};
}
