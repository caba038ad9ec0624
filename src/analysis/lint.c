/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/labels.h"
#include "analysis/lint-parts.h"

typedef void (*check_fn)(struct ward_lint *lint);

static const check_fn checks[] = {
	ward_lint_directions, ward_lint_selectors, ward_lint_peers, ward_lint_ports,
	ward_lint_blocks,     ward_lint_dns,	   ward_lint_rules, ward_lint_halves,
	ward_lint_services,   ward_lint_isolation, ward_lint_lines, ward_lint_groups,
	ward_lint_staged,
};

static const char *text_copy(struct ward_findings *findings, const char *text)
{
	return text ? ward_arena_strndup(&findings->arena, text, strlen(text)) : NULL;
}

void ward_findings_add(struct ward_findings *findings, const struct ward_diag *diag)
{
	struct ward_finding finding = {.diag = *diag};

	finding.diag.object = text_copy(findings, diag->object);
	finding.diag.message = text_copy(findings, diag->message);
	finding.diag.hint = text_copy(findings, diag->hint);
	findings->n_of[diag->severity]++;
	ward_vec_push(&findings->list, finding);
}

void ward_lint_report(struct ward_lint *lint, enum ward_severity severity, const char *code,
		      const struct ward_object *object, struct ward_mark mark, const char *hint,
		      const char *fmt, ...)
{
	char message[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	if (object && (mark.file == WARD_NONE || !mark.line))
		mark = object->mark;
	ward_findings_add(lint->findings,
			  &(struct ward_diag){
				  .code = code,
				  .severity = severity,
				  .mark = mark,
				  .object = object ? ward_lint_object(lint, object) : NULL,
				  .message = message,
				  .hint = hint,
			  });
}

/* Files are interned in the order read. */
static int finding_cmp(const void *a, const void *b)
{
	const struct ward_diag *x = &((const struct ward_finding *)a)->diag;
	const struct ward_diag *y = &((const struct ward_finding *)b)->diag;

	if (x->mark.file != y->mark.file)
		return x->mark.file < y->mark.file ? -1 : 1;
	if (x->mark.line != y->mark.line)
		return x->mark.line < y->mark.line ? -1 : 1;
	if (x->mark.col != y->mark.col)
		return x->mark.col < y->mark.col ? -1 : 1;
	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	return strcmp(x->code, y->code) ? strcmp(x->code, y->code) : strcmp(x->message, y->message);
}

/* Without pods nothing can be said about selectors, and the checks find nothing else either. */
static void lint_run(struct ward_lint *lint)
{
	ward_lint_init(lint);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(checks); i++)
		checks[i](lint);
	if (!lint->tables->n_endpoints && lint->tables->n_policies)
		ward_lint_report(
			lint, WARD_NOTE, "no-workloads", lint->policies[0].object,
			(struct ward_mark){.file = WARD_NONE},
			"give the workloads too, with another -f",
			"the input has no pods or workloads, so whom its policies select is "
			"not known");
	ward_lint_done(lint);
}

static bool is_no_label_code(const char *code)
{
	return !ward_is_label_code(code);
}

void ward_findings_init(struct ward_findings *findings, const struct ward_snapshot *snapshot,
			const struct ward_engine *engine)
{
	struct ward_lint lint = {
		.engine = engine,
		.snapshot = snapshot,
		.symbols = snapshot->symbols,
		.findings = findings,
	};

	*findings = (struct ward_findings){.n_dropped = snapshot->diags->n_dropped};
	for (uint32_t i = 0; i < snapshot->diags->list.n; i++)
		ward_findings_add(findings, &snapshot->diags->list.items[i]);
	if (engine)
		lint_run(&lint);
	ward_findings_finish(findings, snapshot, is_no_label_code);
}

void ward_findings_finish(struct ward_findings *findings, const struct ward_snapshot *snapshot,
			  ward_code_fn is_own)
{
	ward_lint_ignore(findings, snapshot, is_own);
	if (findings->list.n)
		qsort(findings->list.items, findings->list.n, sizeof(*findings->list.items),
		      finding_cmp);
}

void ward_findings_done(struct ward_findings *findings)
{
	ward_vec_done(&findings->list);
	ward_arena_done(&findings->arena);
	*findings = (struct ward_findings){};
}
