/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding label sets and label selectors (A4). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kube/decode.h"
#include "kube/names.h"

#define KEY_RULE                                                                                    \
	"a label key is NAME or PREFIX/NAME, the name 1–63 letters, digits, '-', '_', '.', with " \
	"a letter or digit at both ends"
#define VALUE_RULE                                                                                 \
	"a label value is at most 63 letters, digits, '-', '_', '.', with a letter or digit at "   \
	"both ends"

static int label_cmp(const void *a, const void *b)
{
	const struct ward_label *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

struct ward_labels ward_labels_make(struct ward_arena *arena, const struct ward_label *items,
				    uint32_t n)
{
	struct ward_label *sorted;
	uint32_t kept = 0;

	if (!n)
		return (struct ward_labels){};
	sorted = ward_arena_copy(arena, items, n * sizeof(*items));
	qsort(sorted, n, sizeof(*sorted), label_cmp);
	for (uint32_t i = 0; i < n; i++)
		if (!kept || sorted[kept - 1].key != sorted[i].key)
			sorted[kept++] = sorted[i];
	return (struct ward_labels){.n = kept, .items = sorted};
}

static ward_sym label_key(const struct ward_field *at, const struct ward_node *key)
{
	if (ward_is_label_key(key->text))
		return ward_symbol(at->in->symbols, key->text);
	ward_field_expected_content(&(struct ward_field){.in = at->in,
							 .parent = at->parent,
							 .node = key,
							 .name = at->name,
							 .index = at->index},
				    "bad-label", KEY_RULE, "a label key");
	return WARD_NONE;
}

static ward_sym label_value(const struct ward_field *at)
{
	const char *text;

	if (ward_node_is_null(at->node)) {
		ward_field_warn(at, "null-value", "write \"\" if the empty value is meant",
				"null is read as the empty string");
		return WARD_SYM_EMPTY;
	}
	text = ward_field_str(at);
	if (text && !ward_is_label_value(text)) {
		ward_field_expected_content(at, "bad-label", VALUE_RULE, "a label value");
		return WARD_NONE;
	}
	return text ? ward_symbol(at->in->symbols, text) : WARD_NONE;
}

struct ward_labels ward_labels_decode(const struct ward_field *map)
{
	uint32_t n = ward_field_is_map(map) ? map->node->len : 0;
	_cleanup_free_ struct ward_label *items = ward_new_n(struct ward_label, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field value = ward_field_at(map, i);

		items[i].key = label_key(map, &map->node->entries[i].key);
		items[i].value = label_value(&value);
	}
	return ward_labels_make(map->in->arena, items, n);
}

void ward_requirements_add_labels(struct ward_requirements *requirements,
				  const struct ward_field *map)
{
	uint32_t n = ward_field_is_map(map) ? map->node->len : 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct ward_node *key = &map->node->entries[i].key;
		struct ward_field value = ward_field_at(map, i);
		ward_sym sym = label_value(&value);
		struct ward_requirement requirement = {
			.key = label_key(map, key),
			.op = WARD_OP_IN,
			.n_values = 1,
			.values = ward_arena_copy(map->in->arena, &sym, sizeof(sym)),
			.mark = ward_node_mark(map->in->decode->file, key),
		};

		ward_vec_push(&requirements->list, requirement);
	}
}

/* The values of an expression, sorted, each once. */
static void values_decode(const struct ward_field *list, struct ward_requirement *requirement)
{
	uint32_t n = ward_field_list(list);
	ward_sym *values = ward_arena_new_n(list->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field value = ward_field_at(list, i);

		values[i] = label_value(&value);
	}
	requirement->values = values;
	requirement->n_values = ward_symbols_sort(values, n);
}

static const char *const op_names[WARD_N_OP] = {
	[WARD_OP_IN] = "In",
	[WARD_OP_NOT_IN] = "NotIn",
	[WARD_OP_EXISTS] = "Exists",
	[WARD_OP_NOT_EXISTS] = "DoesNotExist",
};

static enum ward_op op_decode(const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	struct ward_nearest nearest = {.word = text};
	char hint[64];

	for (int op = 0; text && op < WARD_N_OP; op++) {
		if (strcmp(text, op_names[op]) == 0)
			return op;
		ward_nearest_offer(&nearest, op_names[op]);
	}
	snprintf(hint, sizeof(hint), "did you mean %s?", nearest.best ? nearest.best : "");
	if (text)
		ward_field_expected_content(field, "bad-operator", nearest.best ? hint : NULL,
					    "In, NotIn, Exists or DoesNotExist");
	else if (!field->node)
		ward_field_expected(field, "bad-operator", NULL,
				    "In, NotIn, Exists or DoesNotExist");
	return WARD_N_OP;
}

static ward_sym key_decode(const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	if (text && ward_is_label_key(text))
		return ward_symbol(field->in->symbols, text);
	if (text)
		ward_field_expected_content(field, "bad-label", KEY_RULE, "a label key");
	else if (!field->node)
		ward_field_expected(field, "bad-label", KEY_RULE, "a label key");
	return WARD_NONE;
}

static void expression_decode(struct ward_requirements *requirements,
			      const struct ward_field *expression)
{
	static const struct ward_known known[] = {{"key"}, {"operator"}, {"values"}, {}};
	struct ward_field key = ward_field_get(expression, "key");
	struct ward_field op = ward_field_get(expression, "operator");
	struct ward_field values = ward_field_get(expression, "values");
	struct ward_requirement requirement = {.mark = ward_field_mark(expression)};
	bool wants;

	if (!ward_field_is_map(expression))
		return;
	ward_field_only(expression, known);
	requirement.key = key_decode(&key);
	requirement.op = op_decode(&op);
	values_decode(&values, &requirement);
	wants = requirement.op == WARD_OP_IN || requirement.op == WARD_OP_NOT_IN;
	if (wants && !requirement.n_values)
		ward_field_mistaken(&values, "bad-values", "list at least one value",
				    "%s needs values, found none", op_names[requirement.op]);
	if (!wants && requirement.op != WARD_N_OP && requirement.n_values)
		ward_field_mistaken(&values, "bad-values", "remove values, or use In or NotIn",
				    "%s takes no values", op_names[requirement.op]);
	ward_vec_push(&requirements->list, requirement);
}

void ward_requirements_add_expressions(struct ward_requirements *requirements,
				       const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field expression = ward_field_at(list, i);

		expression_decode(requirements, &expression);
	}
}

static int requirement_cmp(const void *a, const void *b)
{
	const struct ward_requirement *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int)x->op - (int)y->op;
}

struct ward_selector ward_requirements_take(struct ward_requirements *requirements,
					    struct ward_arena *arena)
{
	struct ward_selector selector = {.n = requirements->list.n};

	if (!selector.n)
		return selector;
	qsort(requirements->list.items, selector.n, sizeof(*selector.items), requirement_cmp);
	selector.items = ward_arena_copy(arena, requirements->list.items,
					 selector.n * sizeof(*selector.items));
	ward_vec_done(&requirements->list);
	return selector;
}

struct ward_selector ward_selector_decode(const struct ward_field *field)
{
	static const struct ward_known known[] = {
		{"matchLabels", "the selector would match more pods than meant"},
		{"matchExpressions", "the selector would match more pods than meant"},
		{},
	};
	struct ward_field labels = ward_field_get(field, "matchLabels");
	struct ward_field expressions = ward_field_get(field, "matchExpressions");
	struct ward_requirements requirements = {};

	if (!ward_field_is_map(field))
		return (struct ward_selector){};
	ward_field_only(field, known);
	ward_requirements_add_labels(&requirements, &labels);
	ward_requirements_add_expressions(&requirements, &expressions);
	return ward_requirements_take(&requirements, field->in->arena);
}
