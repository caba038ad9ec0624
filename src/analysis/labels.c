/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/labels.h"

#include <stdio.h>
#include <string.h>

#include "analysis/labels-parts.h"

static const char *const codes[] = {
	"in-no-group",	 "label-drift",	   "label-forbidden", "label-missing",
	"label-unknown", "matches-nobody", "near-duplicate",  "nearly-in-group",
	"never-matches", "no-standard",	   "not-disjoint",
};

bool ward_is_label_code(const char *code)
{
	for (size_t i = 0; i < WARD_ARRAY_SIZE(codes); i++)
		if (strcmp(codes[i], code) == 0)
			return true;
	return false;
}

const char *ward_label_text(struct labels *labels, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = ward_arena_vformat(&labels->arena, fmt, args);
	va_end(args);
	return text;
}

const char *ward_label_name(const struct labels *labels, ward_sym sym)
{
	return ward_symbol_str(labels->symbols, sym);
}

const char *ward_label_object(struct labels *labels, const struct ward_object *object)
{
	const char *ns = ward_label_name(labels, object->ns);

	return ward_label_text(labels, "%s %s%s%s", ward_kind_str(object->kind), ns, *ns ? "/" : "",
			       ward_label_name(labels, object->name));
}

static void diag_add(struct labels *labels, enum ward_severity severity, const char *code,
		     const struct ward_object *object, struct ward_mark mark, const char *hint,
		     const char *message)
{
	if (object && (mark.file == WARD_NONE || !mark.line))
		mark = object->mark;
	ward_findings_add(&labels->audit->findings,
			  &(struct ward_diag){
				  .code = code,
				  .severity = severity,
				  .mark = mark,
				  .object = object ? ward_label_object(labels, object) : NULL,
				  .message = message,
				  .hint = hint,
			  });
}

void ward_label_report(struct labels *labels, enum ward_severity severity, const char *code,
		       const struct ward_object *object, struct ward_mark mark, const char *hint,
		       const char *fmt, ...)
{
	char message[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	diag_add(labels, severity, code, object, mark, hint, message);
}

void ward_label_blame(struct labels *labels, enum ward_severity severity, const char *code,
		      const struct label_subject *subject, const char *hint, const char *fmt, ...)
{
	const struct ward_pod *pod = subject->pod;
	char message[1024];
	size_t used;
	va_list args;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	used = strlen(message);
	if (subject->n > 1)
		snprintf(message + used, sizeof(message) - used, "; so %s %u more of %s %s",
			 subject->n == 2 ? "is" : "are", subject->n - 1,
			 ward_kind_str(pod->owner_kind), ward_label_name(labels, pod->owner));
	diag_add(labels, severity, code, subject->object, subject->object->mark, hint, message);
}

void ward_label_suggest(struct labels *labels, const struct label_subject *subject, ward_sym key,
			ward_sym value)
{
	const struct ward_pod *pod = subject->pod;

	ward_vec_push(&labels->audit->fixes,
		      ((struct ward_label_fix){
			      .kind = pod ? pod->owner_kind : subject->object->kind,
			      .ns = subject->object->ns,
			      .name = pod ? pod->owner : subject->object->name,
			      .key = key,
			      .value = value,
		      }));
}

void ward_label_suggest_pod(struct labels *labels, const struct label_subject *subject,
			    ward_sym key, ward_sym value)
{
	const struct ward_object *object = subject->object;

	ward_vec_push(&labels->audit->fixes, ((struct ward_label_fix){
						     object->kind,
						     object->ns,
						     object->name,
						     key,
						     value,
					     }));
}

enum {
	VALUES_NAMED = 6
};

/* By their texts, for numbers depend on what was read before. */
static ward_sym *values_sorted(struct labels *labels, const struct ward_dimension *dimension)
{
	ward_sym *values = ward_arena_copy(&labels->arena, dimension->values,
					   dimension->n_values * sizeof(*values));

	for (uint32_t i = 1; i < dimension->n_values; i++) {
		ward_sym value = values[i];
		uint32_t at = i;

		for (; at && ward_symbol_cmp(labels->symbols, values[at - 1], value) > 0; at--)
			values[at] = values[at - 1];
		values[at] = value;
	}
	return values;
}

const char *ward_dimension_text(struct labels *labels, const struct ward_dimension *dimension)
{
	const char *text = "";
	ward_sym *values;

	if (dimension->pattern)
		return ward_label_text(labels, "a value like %s", dimension->pattern->text);
	if (!dimension->n_values)
		return "a value";
	values = values_sorted(labels, dimension);
	for (uint32_t i = 0; i < dimension->n_values && i < VALUES_NAMED; i++) {
		const char *before = !i ? "" : i + 1 == dimension->n_values ? " or " : ", ";

		text = ward_label_text(labels, "%s%s%s", text, before,
				       ward_label_name(labels, values[i]));
	}
	return dimension->n_values > VALUES_NAMED ? ward_label_text(labels, "%s, …", text) : text;
}

/* What comes first is what stays, of two suggestions about one label. */
struct fix_order {
	struct ward_label_fix fix;
	uint32_t number;
	const struct ward_symbols *symbols;
};

static int fix_object_cmp(const struct fix_order *x, const struct fix_order *y)
{
	int cmp;

	if (x->fix.ns != y->fix.ns) {
		cmp = ward_symbol_cmp(x->symbols, x->fix.ns, y->fix.ns);
		if (cmp)
			return cmp;
	}
	if (x->fix.kind != y->fix.kind)
		return (int)x->fix.kind - (int)y->fix.kind;
	cmp = ward_symbol_cmp(x->symbols, x->fix.name, y->fix.name);
	return cmp ? cmp : ward_symbol_cmp(x->symbols, x->fix.key, y->fix.key);
}

static int fix_cmp(const void *a, const void *b)
{
	const struct fix_order *x = a, *y = b;
	int cmp = fix_object_cmp(x, y);

	return cmp ? cmp : x->number < y->number ? -1 : 1;
}

static void fixes_sort(struct labels *labels)
{
	struct ward_label_audit *audit = labels->audit;
	uint32_t n = audit->fixes.n, kept = 0;
	struct fix_order *order = ward_arena_new_n(&labels->arena, struct fix_order, n);

	for (uint32_t i = 0; i < n; i++)
		order[i] = (struct fix_order){audit->fixes.items[i], i, labels->symbols};
	if (n)
		qsort(order, n, sizeof(*order), fix_cmp);
	for (uint32_t i = 0; i < n; i++)
		if (!i || fix_object_cmp(&order[i - 1], &order[i]) != 0)
			audit->fixes.items[kept++] = order[i].fix;
	audit->fixes.n = kept;
}

struct row_order {
	struct ward_label_row row;
	const struct ward_symbols *symbols;
};

static int row_cmp(const void *a, const void *b)
{
	const struct row_order *x = a, *y = b;

	if (x->row.dimension != y->row.dimension)
		return x->row.dimension < y->row.dimension ? -1 : 1;
	return ward_symbol_cmp(x->symbols, x->row.ns, y->row.ns);
}

static void rows_sort(struct labels *labels)
{
	struct ward_label_audit *audit = labels->audit;
	uint32_t n = audit->rows.n;
	struct row_order *order = ward_arena_new_n(&labels->arena, struct row_order, n);

	for (uint32_t i = 0; i < n; i++)
		order[i] = (struct row_order){audit->rows.items[i], labels->symbols};
	if (n)
		qsort(order, n, sizeof(*order), row_cmp);
	for (uint32_t i = 0; i < n; i++)
		audit->rows.items[i] = order[i].row;
}

static void labels_run(struct labels *labels)
{
	ward_label_uses_collect(labels);
	ward_label_subjects_collect(labels);
	ward_label_subjects_match(labels);
	ward_label_choices_collect(labels);
	ward_label_values_collect(labels);
	ward_label_values_check(labels);
	ward_label_uses_check(labels);
	ward_label_groups_check(labels);
	if (!labels->standard)
		ward_label_report(labels, WARD_NOTE, "no-standard", NULL,
				  (struct ward_mark){.file = WARD_NONE},
				  "write one: docs/groups.md says how",
				  "the input has no LabelStandard: which labels there should be is "
				  "not known");
	fixes_sort(labels);
	rows_sort(labels);
}

static void labels_done(struct labels *labels)
{
	for (uint32_t i = 0; i < labels->subjects.n; i++)
		ward_vec_done(&labels->subjects.items[i].groups);
	for (uint32_t i = 0; i < labels->values.n; i++)
		ward_vec_done(&labels->values.items[i].near);
	for (uint32_t i = 0; i < labels->choices.n; i++)
		ward_vec_done(&labels->choices.items[i].groups);
	for (uint32_t i = 0; i < labels->groups_of.n; i++)
		ward_vec_done(&labels->groups_of.items[i]);
	ward_vec_done(&labels->subjects);
	ward_vec_done(&labels->values);
	ward_vec_done(&labels->choices);
	ward_vec_done(&labels->groups_of);
	ward_vec_done(&labels->uses);
	ward_intern_done(&labels->subject_ids);
	ward_intern_done(&labels->value_ids);
	ward_intern_done(&labels->choice_ids);
	ward_intern_done(&labels->row_ids);
	ward_bits_done(&labels->keys);
	ward_bits_done(&labels->keys_seen);
	ward_bits_done(&labels->keys_near);
	ward_bits_done(&labels->keys_added);
	ward_bits_done(&labels->matched_exempt);
	scopes_done(&labels->scopes);
	ward_policies_done(&labels->policies);
	ward_groups_done(&labels->groups);
	ward_arena_done(&labels->arena);
}

/* Mistakes of the input; what else its readers say is for `ward check`. */
static void errors_add(struct ward_findings *findings, const struct ward_diags *diags)
{
	for (uint32_t i = 0; i < diags->list.n; i++)
		if (diags->list.items[i].severity == WARD_ERROR)
			ward_findings_add(findings, &diags->list.items[i]);
	findings->n_dropped = diags->n_of[WARD_ERROR] - findings->n_of[WARD_ERROR];
}

void ward_label_audit_init(struct ward_label_audit *audit, const struct ward_snapshot *snapshot)
{
	struct labels labels = {
		.audit = audit,
		.snapshot = snapshot,
		.symbols = snapshot->symbols,
		.standard = ward_labelstandard_of(snapshot),
	};

	*audit = (struct ward_label_audit){.complete = !ward_diags_has_errors(snapshot->diags)};
	errors_add(&audit->findings, snapshot->diags);
	if (audit->complete) {
		ward_groups_init(&labels.groups, snapshot);
		labels_run(&labels);
		labels_done(&labels);
	}
	ward_findings_finish(&audit->findings, snapshot, ward_is_label_code);
}

void ward_label_audit_done(struct ward_label_audit *audit)
{
	ward_findings_done(&audit->findings);
	ward_vec_done(&audit->fixes);
	ward_vec_done(&audit->rows);
}
