/* SPDX-License-Identifier: Apache-2.0 */
/* Findings that are accepted, with the reason:
 *
 *	metadata:
 *	  annotations:
 *	    ward.dev/ignore: "no-dns: talks to addresses only; half-open: the other team is on it"
 *
 * They stay in the list, marked, and count for nothing.  What gives no reason, or has nothing to
 * ignore, is itself worth saying. */
#include <ctype.h>
#include <string.h>

#include "analysis/lint-parts.h"

/* One "code: reason". */
struct wish {
	const char *code, *reason; /* NUL-terminated, in the findings' arena */
};

static const char *trimmed(struct ward_arena *arena, const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return ward_arena_strndup(arena, text, len);
}

/* Takes the next wish off @text; false at the end. */
static bool wish_next(struct ward_arena *arena, const char **text, struct wish *ret_wish)
{
	while (**text) {
		size_t len = strcspn(*text, ";"), colon = strcspn(*text, ":;");
		size_t skip = colon < len ? colon + 1 : len;

		*ret_wish = (struct wish){
			.code = trimmed(arena, *text, colon),
			.reason = trimmed(arena, *text + skip, len - skip),
		};
		*text += (*text)[len] ? len + 1 : len;
		if (*ret_wish->code || *ret_wish->reason)
			return true;
	}
	return false;
}

static void wish_report(struct ward_findings *findings, const struct ward_ignore *ignore,
			const char *object, enum ward_severity severity, const char *message,
			const char *hint, const char *code)
{
	ward_findings_add(findings, &(struct ward_diag){
					    .code = code,
					    .severity = severity,
					    .mark = ignore->mark,
					    .object = object,
					    .message = message,
					    .hint = hint,
				    });
}

/* How many findings about the object it is for; those are marked. */
static uint32_t wish_grant(struct ward_findings *findings, uint32_t n_findings,
			   const struct wish *wish, const char *object)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_findings; i++) {
		struct ward_finding *finding = &findings->list.items[i];

		if (!finding->diag.object || strcmp(finding->diag.object, object) != 0 ||
		    strcmp(finding->diag.code, wish->code) != 0)
			continue;
		n++;
		if (finding->ignored || !*wish->reason)
			continue;
		finding->ignored = wish->reason;
		findings->n_of[finding->diag.severity]--;
		findings->n_ignored++;
	}
	return n;
}

static void object_ignore(struct ward_findings *findings, uint32_t n_findings,
			  const struct ward_snapshot *snapshot, const struct ward_ignore *ignore,
			  ward_code_fn is_own)
{
	const char *ns = ward_symbol_str(snapshot->symbols, ignore->ns);
	_cleanup_free_ char *object =
		ward_format("%s %s%s%s", ward_kind_str(ignore->kind), ns, *ns ? "/" : "",
			    ward_symbol_str(snapshot->symbols, ignore->name));
	const char *text = ward_symbol_str(snapshot->symbols, ignore->text);
	struct wish wish;

	while (wish_next(&findings->arena, &text, &wish)) {
		uint32_t n = wish_grant(findings, n_findings, &wish, object);
		_cleanup_free_ char *message = NULL;

		if (!*wish.reason && (n || is_own(wish.code))) {
			message = ward_format("ignores %s without a reason, which does not count",
					      wish.code);
			wish_report(findings, ignore, object, WARD_WARNING, message,
				    "write ward.dev/ignore: \"CODE: the reason\"",
				    "ignore-without-reason");
		} else if (!n && is_own(wish.code)) {
			message = ward_format("ignores %s, which was not found here", wish.code);
			wish_report(findings, ignore, object, WARD_NOTE, message,
				    "remove it, or write the code of a finding about this object",
				    "ignore-unused");
		}
	}
}

void ward_lint_ignore(struct ward_findings *findings, const struct ward_snapshot *snapshot,
		      ward_code_fn is_own)
{
	uint32_t n_findings = findings->list.n;

	for (uint32_t i = 0; i < snapshot->ignores.n; i++) {
		const struct ward_ignore *ignore = &snapshot->ignores.items[i];
		const struct ward_object *object =
			ward_snapshot_find(snapshot, ignore->kind, ignore->ns, ignore->name);

		if (object && object->mark.file == ignore->document.file &&
		    object->mark.line == ignore->document.line)
			object_ignore(findings, n_findings, snapshot, ignore, is_own);
	}
}
