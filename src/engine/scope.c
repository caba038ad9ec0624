/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/scope.h"

#include <string.h>

enum space {
	SPACE_NAMESPACE,
	SPACE_POD
};

/* The value part of a term that stands for "present, whatever the value". */
enum {
	ANY_VALUE = WARD_NONE
};

/* The canonical bytes: counts, then each constraint with its values. */
static uint32_t form_intern(struct ward_intern *forms, const struct scope_form *form)
{
	WARD_VEC(uint32_t) words = {};
	uint32_t id;

	ward_vec_push(&words, form->n_namespace);
	for (uint32_t i = 0; i < form->n_namespace + form->n_pod; i++) {
		const struct ward_constraint *constraint = &form->constraints[i];

		ward_vec_push(&words, constraint->key);
		ward_vec_push(&words, (uint32_t)constraint->except << 1 | constraint->with_absent);
		ward_vec_push(&words, constraint->n_values);
		for (uint32_t v = 0; v < constraint->n_values; v++)
			ward_vec_push(&words, constraint->values[v]);
	}
	id = ward_intern(forms, words.items, words.n * sizeof(*words.items));
	ward_vec_done(&words);
	return id;
}

/* A lasting copy: the policy that a scope came from may go before the scope does. */
static void form_keep(struct scopes *scopes, const struct scope_form *form)
{
	uint32_t n = form->n_namespace + form->n_pod;
	struct ward_constraint *copy =
		ward_arena_copy(&scopes->arena, form->constraints, n * sizeof(*form->constraints));
	struct scope_form kept = *form;

	for (uint32_t i = 0; i < n; i++)
		copy[i].values = ward_arena_copy(&scopes->arena, copy[i].values,
						 copy[i].n_values * sizeof(*copy[i].values));
	kept.constraints = copy;
	ward_vec_push(&scopes->list, kept);
}

uint32_t scopes_intern(struct scopes *scopes, const struct ward_scope *scope)
{
	_cleanup_(ward_arena_done) struct ward_arena scratch = {};
	struct ward_constraint *out = ward_arena_new_n(&scratch, struct ward_constraint,
						       scope->namespaces.n + scope->pods.n + 1);
	struct scope_form form = {.constraints = out};
	uint32_t id;

	if (!ward_constraints_of(&scratch, &scope->namespaces, out, &form.n_namespace) ||
	    !ward_constraints_of(&scratch, &scope->pods, out + form.n_namespace, &form.n_pod))
		return WARD_NONE;
	id = form_intern(&scopes->forms, &form);
	if (id == scopes->list.n)
		form_keep(scopes, &form);
	return id;
}

static uint32_t term_intern(struct scopes *scopes, enum space space, ward_sym key, ward_sym value)
{
	uint32_t term[3] = {space, key, value};
	uint32_t id = ward_intern(&scopes->terms, term, sizeof(term));
	number_list empty = {};

	if (id == scopes->filed.n) {
		ward_vec_push(&scopes->filed, empty);
		ward_vec_push(&scopes->mentions, 0);
	}
	return id;
}

/* The terms of a constraint that demands presence: its values, or "any value". */
static uint32_t constraint_n_terms(const struct ward_constraint *constraint)
{
	if (!ward_constraint_demands(constraint))
		return 0;
	return constraint->except ? 1 : constraint->n_values;
}

static uint32_t constraint_term(struct scopes *scopes, const struct scope_form *form, uint32_t i,
				uint32_t t)
{
	const struct ward_constraint *constraint = &form->constraints[i];
	enum space space = i < form->n_namespace ? SPACE_NAMESPACE : SPACE_POD;

	return term_intern(scopes, space, constraint->key,
			   constraint->except ? ANY_VALUE : constraint->values[t]);
}

/* How many scopes mention a term of this constraint: the fewer, the better to file under. */
static uint64_t constraint_uses(struct scopes *scopes, const struct scope_form *form, uint32_t i)
{
	uint64_t uses = 0;

	for (uint32_t t = 0; t < constraint_n_terms(&form->constraints[i]); t++) {
		uint32_t term = constraint_term(scopes, form, i, t);

		uses += scopes->mentions.items[term];
	}
	return uses;
}

static void scope_count(struct scopes *scopes, const struct scope_form *form)
{
	for (uint32_t i = 0; i < form->n_namespace + form->n_pod; i++)
		for (uint32_t t = 0; t < constraint_n_terms(&form->constraints[i]); t++) {
			uint32_t term = constraint_term(scopes, form, i, t);

			scopes->mentions.items[term]++;
		}
}

static void scope_file(struct scopes *scopes, uint32_t id)
{
	const struct scope_form *form = &scopes->list.items[id];
	uint32_t best = WARD_NONE;
	uint64_t best_uses = UINT64_MAX;

	for (uint32_t i = 0; i < form->n_namespace + form->n_pod; i++) {
		uint64_t uses = constraint_uses(scopes, form, i);

		if (constraint_n_terms(&form->constraints[i]) && uses < best_uses) {
			best_uses = uses;
			best = i;
		}
	}
	if (best == WARD_NONE) {
		ward_vec_push(&scopes->always, id);
		return;
	}
	for (uint32_t t = 0; t < constraint_n_terms(&form->constraints[best]); t++) {
		uint32_t term = constraint_term(scopes, form, best, t);

		ward_vec_push(&scopes->filed.items[term], id);
	}
}

static void scopes_file_new(struct scopes *scopes)
{
	uint32_t first = scopes->n_filed;

	for (uint32_t id = first; id < scopes->list.n; id++)
		scope_count(scopes, &scopes->list.items[id]);
	for (uint32_t id = first; id < scopes->list.n; id++)
		scope_file(scopes, id);
	scopes->n_filed = scopes->list.n;
}

bool scope_holds(const struct scope_form *form, struct ward_labels ns, struct ward_labels pod)
{
	return ward_constraints_hold(form->constraints, form->n_namespace, ns) &&
	       ward_constraints_hold(form->constraints + form->n_namespace, form->n_pod, pod);
}

static void match_list(const struct scopes *scopes, const number_list *candidates,
		       struct ward_labels ns, struct ward_labels pod, number_list *matches)
{
	for (uint32_t i = 0; i < candidates->n; i++)
		if (scope_holds(&scopes->list.items[candidates->items[i]], ns, pod))
			ward_vec_push(matches, candidates->items[i]);
}

static void match_filed(const struct scopes *scopes, enum space space, struct ward_labels labels,
			struct ward_labels ns, struct ward_labels pod, number_list *matches)
{
	for (uint32_t i = 0; i < labels.n; i++) {
		uint32_t exact[3] = {space, labels.items[i].key, labels.items[i].value};
		uint32_t any[3] = {space, labels.items[i].key, ANY_VALUE};
		uint32_t term = ward_intern_find(&scopes->terms, exact, sizeof(exact));

		if (term != WARD_NONE)
			match_list(scopes, &scopes->filed.items[term], ns, pod, matches);
		term = ward_intern_find(&scopes->terms, any, sizeof(any));
		if (term != WARD_NONE)
			match_list(scopes, &scopes->filed.items[term], ns, pod, matches);
	}
}

void scopes_match(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		  number_list *ret_matches)
{
	/* A scope is filed under one constraint, and a label has one value: none comes up twice. */
	scopes_file_new(scopes);
	match_list(scopes, &scopes->always, ns, pod, ret_matches);
	match_filed(scopes, SPACE_NAMESPACE, ns, ns, pod, ret_matches);
	match_filed(scopes, SPACE_POD, pod, ns, pod, ret_matches);
	numbers_sort(ret_matches->items, ret_matches->n);
}

void scopes_match_used(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		       number_list *ret_matches)
{
	uint32_t n = ret_matches->n;

	scopes_match(scopes, ns, pod, ret_matches);
	for (uint32_t i = n; i < ret_matches->n; i++)
		if (uses_has(&scopes->uses, ret_matches->items[i]))
			ret_matches->items[n++] = ret_matches->items[i];
	ret_matches->n = n;
}

void scopes_done(struct scopes *scopes)
{
	for (uint32_t i = 0; i < scopes->filed.n; i++)
		ward_vec_done(&scopes->filed.items[i]);
	ward_vec_done(&scopes->filed);
	ward_vec_done(&scopes->always);
	ward_vec_done(&scopes->mentions);
	ward_vec_done(&scopes->list);
	ward_intern_done(&scopes->forms);
	ward_intern_done(&scopes->terms);
	uses_done(&scopes->uses);
	ward_arena_done(&scopes->arena);
}
