/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/selector.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/arena.h"

static bool requirement_has_value(const struct ward_requirement *requirement, ward_sym value)
{
	uint32_t low = 0, high = requirement->n_values;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (requirement->values[mid] == value)
			return true;
		if (requirement->values[mid] < value)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* The operator table of A4.4. */
bool ward_requirement_matches(const struct ward_requirement *requirement, struct ward_labels labels)
{
	ward_sym value = ward_labels_get(labels, requirement->key);
	bool present = value != WARD_NONE;

	switch (requirement->op) {
	case WARD_OP_IN:
		return present && requirement_has_value(requirement, value);
	case WARD_OP_NOT_IN:
		return !present || !requirement_has_value(requirement, value);
	case WARD_OP_EXISTS:
		return present;
	case WARD_OP_NOT_EXISTS:
		return !present;
	case WARD_N_OP:
		break;
	}
	return false;
}

bool ward_selector_matches(const struct ward_selector *selector, struct ward_labels labels)
{
	for (uint32_t i = 0; i < selector->n; i++)
		if (!ward_requirement_matches(&selector->items[i], labels))
			return false;
	return true;
}

struct ward_selector ward_selector_in(struct ward_arena *arena, ward_sym key,
				      const ward_sym *values, uint32_t n)
{
	struct ward_requirement *in = ward_arena_new(arena, struct ward_requirement);
	ward_sym *sorted = ward_arena_copy(arena, values, n * sizeof(*values));

	*in = (struct ward_requirement){
		.key = key,
		.op = WARD_OP_IN,
		.n_values = ward_symbols_sort(sorted, n),
		.values = sorted,
		.mark = {.file = WARD_NONE},
	};
	return (struct ward_selector){.n = 1, .items = in};
}

/* Text that stops at the end of its buffer. */
struct text {
	char *buf;
	size_t size, used;
};

static void text_add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void text_add(struct text *text, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text->buf + text->used, text->size - text->used, fmt, args);
	va_end(args);
	text->used += n;
	if (text->used >= text->size)
		text->used = text->size - 1;
}

static void requirement_print(struct text *text, const struct ward_requirement *requirement,
			      const struct ward_symbols *symbols)
{
	const char *key = ward_symbol_str(symbols, requirement->key);
	bool in = requirement->op == WARD_OP_IN;

	if (requirement->op == WARD_OP_EXISTS || requirement->op == WARD_OP_NOT_EXISTS) {
		text_add(text, "%s%s", requirement->op == WARD_OP_EXISTS ? "" : "!", key);
		return;
	}
	if (requirement->n_values == 1) {
		text_add(text, "%s%s%s", key,
			 in ? "=" : "!=", ward_symbol_str(symbols, requirement->values[0]));
		return;
	}
	text_add(text, "%s %s (", key, in ? "in" : "notin");
	for (uint32_t i = 0; i < requirement->n_values; i++)
		text_add(text, "%s%s", i ? ", " : "",
			 ward_symbol_str(symbols, requirement->values[i]));
	text_add(text, ")");
}

void ward_selector_print(const struct ward_selector *selector, const struct ward_symbols *symbols,
			 char *buf, size_t size)
{
	struct text text = {.buf = buf, .size = size};

	if (!size)
		return;
	buf[0] = '\0';
	if (!selector->n)
		text_add(&text, "everything");
	for (uint32_t i = 0; i < selector->n; i++) {
		if (i)
			text_add(&text, ", ");
		requirement_print(&text, &selector->items[i], symbols);
	}
}
