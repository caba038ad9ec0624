/* SPDX-License-Identifier: Apache-2.0 */
/* The words of findings, and what was probably meant. */
#include <ctype.h>
#include <stdarg.h>
#include <string.h>

#include "analysis/lint-parts.h"
#include "kube/names.h"

const char *ward_lint_text(struct ward_lint *lint, const char *fmt, ...)
{
	const char *text;
	va_list args;

	va_start(args, fmt);
	text = ward_arena_vformat(&lint->arena, fmt, args);
	va_end(args);
	return text;
}

const char *ward_lint_object(struct ward_lint *lint, const struct ward_object *object)
{
	const char *ns = ward_symbol_str(lint->symbols, object->ns);

	return ward_lint_text(lint, "%s %s%s%s", ward_kind_str(object->kind), ns, *ns ? "/" : "",
			      ward_symbol_str(lint->symbols, object->name));
}

const char *ward_lint_place(struct ward_lint *lint, const struct ward_object *object,
			    struct ward_mark mark)
{
	if (mark.file == WARD_NONE)
		mark = object->mark;
	return ward_lint_text(lint, "%s (%s:%u)", ward_lint_object(lint, object),
			      ward_symbol_str(lint->symbols, mark.file), mark.line);
}

const char *ward_lint_selector(struct ward_lint *lint, const struct ward_selector *selector)
{
	char text[200];

	ward_selector_print(selector, lint->symbols, text, sizeof(text));
	return ward_lint_text(lint, "%s", text);
}

enum {
	PODS_NAMED = 3
};

const char *ward_lint_pods(struct ward_lint *lint, struct ward_pod_set pods)
{
	const char *text = "";

	for (uint32_t i = 0; i < pods.n && i < PODS_NAMED; i++) {
		const struct ward_object *object = &lint->tables->endpoints[pods.items[i]].object;
		const char *before = !i ? "" : i + 1 == pods.n ? " and " : ", ";

		text = ward_lint_text(lint, "%s%s%s/%s", text, before,
				      ward_symbol_str(lint->symbols, object->ns),
				      ward_symbol_str(lint->symbols, object->name));
	}
	if (pods.n > PODS_NAMED)
		text = ward_lint_text(lint, "%s and %u more", text, pods.n - PODS_NAMED);
	return text;
}

/* Do they differ in digits only? */
static bool is_numbered(const char *a, const char *b)
{
	for (;;) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
		a++;
		b++;
	}
}

void ward_guess_offer(struct ward_guess *guess, const char *candidate)
{
	size_t len = strlen(guess->word), other = strlen(candidate);
	struct ward_nearest nearest = {.word = guess->word,
				       .best = guess->best,
				       .distance = guess->distance};

	if (len < 4 || other < 4 || (len > other ? len - other : other - len) > 2 ||
	    is_numbered(guess->word, candidate))
		return;
	ward_nearest_offer(&nearest, candidate);
	guess->best = nearest.best;
	guess->distance = nearest.distance;
}

void ward_label_sets_add_pods(struct ward_label_sets *sets, const struct ward_lint *lint,
			      ward_sym ns)
{
	struct ward_lint_namespace at = ward_lint_namespace_of(lint, ns);
	uint32_t last = WARD_NONE;

	for (uint32_t i = at.first; i < at.first + at.n; i++) {
		const struct ward_endpoint *endpoint = &lint->tables->endpoints[i];

		if (!endpoint->managed || endpoint->labels == last)
			continue;
		last = endpoint->labels;
		ward_vec_push(&sets->list, ward_engine_labels(lint->engine, last));
	}
}

static bool sets_satisfy(const struct ward_label_sets *sets,
			 const struct ward_requirement *requirement)
{
	for (uint32_t i = 0; i < sets->list.n; i++)
		if (ward_requirement_matches(requirement, sets->list.items[i]))
			return true;
	return false;
}

static const char *suggest_value(struct ward_lint *lint, const struct ward_label_sets *sets,
				 ward_sym key, ward_sym value)
{
	struct ward_guess guess = {.word = ward_symbol_str(lint->symbols, value)};

	for (uint32_t i = 0; i < sets->list.n; i++) {
		ward_sym candidate = ward_labels_get(sets->list.items[i], key);

		if (candidate != WARD_NONE)
			ward_guess_offer(&guess, ward_symbol_str(lint->symbols, candidate));
	}
	if (!guess.best)
		return NULL;
	return ward_lint_text(lint, "did you mean %s=%s?", ward_symbol_str(lint->symbols, key),
			      guess.best);
}

/* The same values under a key that is spelled nearly so. */
static const char *suggest_key(struct ward_lint *lint, const struct ward_label_sets *sets,
			       const struct ward_requirement *requirement)
{
	struct ward_guess guess = {.word = ward_symbol_str(lint->symbols, requirement->key)};

	for (uint32_t i = 0; i < sets->list.n; i++)
		for (uint32_t l = 0; l < sets->list.items[i].n; l++) {
			struct ward_requirement renamed = *requirement;

			renamed.key = sets->list.items[i].items[l].key;
			if (ward_requirement_matches(&renamed, sets->list.items[i]))
				ward_guess_offer(&guess,
						 ward_symbol_str(lint->symbols, renamed.key));
		}
	return guess.best ? ward_lint_text(lint, "did you mean the label %s?", guess.best) : NULL;
}

const char *ward_lint_suggest(struct ward_lint *lint, const struct ward_selector *selector,
			      const struct ward_label_sets *sets)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *requirement = &selector->items[i];
		const char *found = NULL;

		if ((requirement->op != WARD_OP_IN && requirement->op != WARD_OP_EXISTS) ||
		    sets_satisfy(sets, requirement))
			continue;
		for (uint32_t v = 0; v < requirement->n_values && !found; v++)
			found = suggest_value(lint, sets, requirement->key, requirement->values[v]);
		if (!found)
			found = suggest_key(lint, sets, requirement);
		if (found)
			return found;
	}
	return NULL;
}

enum {
	VALUES_NAMED = 4
};

/* "role is backend, db or web there"; NULL when nobody has the key. */
static const char *values_text(struct ward_lint *lint, const struct ward_label_sets *sets,
			       ward_sym key)
{
	ward_sym values[VALUES_NAMED];
	const char *text = NULL;
	uint32_t n = 0;

	for (uint32_t i = 0; i < sets->list.n; i++) {
		ward_sym value = ward_labels_get(sets->list.items[i], key);
		bool seen = value == WARD_NONE;

		for (uint32_t v = 0; v < n && !seen; v++)
			seen = values[v] == value;
		if (seen)
			continue;
		if (n == VALUES_NAMED)
			return ward_lint_text(lint, "%s, among others", text);
		values[n++] = value;
		text = text ? ward_lint_text(lint, "%s, %s", text,
					     ward_symbol_str(lint->symbols, value))
			    : ward_lint_text(lint, "there, %s is %s",
					     ward_symbol_str(lint->symbols, key),
					     ward_symbol_str(lint->symbols, value));
	}
	return text;
}

const char *ward_lint_instead(struct ward_lint *lint, const struct ward_selector *selector,
			      const struct ward_label_sets *sets, const char *otherwise)
{
	const char *hint = ward_lint_suggest(lint, selector, sets);

	for (uint32_t i = 0; i < selector->n && !hint; i++) {
		const struct ward_requirement *requirement = &selector->items[i];

		/* A list of namespaces is no help. */
		if (requirement->op == WARD_OP_IN && requirement->key != WARD_SYM_METADATA_NAME &&
		    !sets_satisfy(sets, requirement))
			hint = values_text(lint, sets, requirement->key);
	}
	return hint ? hint : otherwise;
}
