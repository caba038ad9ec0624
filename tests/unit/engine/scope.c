/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical scopes: equal meaning, equal number; and matching by candidates = matching by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "engine/scope.h"

enum {
	KEYS = 3,
	VALUES = 3
};

/* Keys and values are any small numbers here: the engine never looks at their text. */
static struct ward_requirement requirement(ward_sym key, enum ward_op op, uint32_t n,
					   const ward_sym *values)
{
	return (struct ward_requirement){.key = key, .op = op, .n_values = n, .values = values};
}

static uint32_t pod_scope(struct scopes *scopes, uint32_t n, const struct ward_requirement *items)
{
	struct ward_scope scope = {.pods = {.n = n, .items = items}};

	return scopes_intern(scopes, &scope);
}

static void equal_meaning_equal_number(void **state)
{
	static const ward_sym a[] = {1}, b[] = {2}, ab[] = {1, 2}, bc[] = {2, 3};
	struct scopes scopes = {};
	struct ward_requirement in_b[] = {requirement(7, WARD_OP_IN, 1, b)};
	struct ward_requirement in_ab_and_bc[] = {requirement(7, WARD_OP_IN, 2, ab),
						  requirement(7, WARD_OP_IN, 2, bc)};
	struct ward_requirement in_ab_not_a[] = {requirement(7, WARD_OP_IN, 2, ab),
						 requirement(7, WARD_OP_NOT_IN, 1, a)};
	struct ward_requirement in_b_exists[] = {requirement(7, WARD_OP_IN, 1, b),
						 requirement(7, WARD_OP_EXISTS, 0, NULL)};
	struct ward_requirement a_and_b[] = {requirement(7, WARD_OP_IN, 1, a),
					     requirement(7, WARD_OP_IN, 1, b)};
	struct ward_requirement absent_and_a[] = {requirement(7, WARD_OP_IN, 1, a),
						  requirement(7, WARD_OP_NOT_EXISTS, 0, NULL)};
	struct ward_requirement not_a[] = {requirement(7, WARD_OP_NOT_IN, 1, a)};
	struct ward_requirement not_a_twice[] = {requirement(7, WARD_OP_NOT_IN, 1, a),
						 requirement(7, WARD_OP_NOT_IN, 1, a)};
	uint32_t want = pod_scope(&scopes, 1, in_b);

	assert_int_equal(pod_scope(&scopes, 2, in_ab_and_bc), want);
	assert_int_equal(pod_scope(&scopes, 2, in_ab_not_a), want);
	assert_int_equal(pod_scope(&scopes, 2, in_b_exists), want);
	assert_int_equal(pod_scope(&scopes, 2, a_and_b), WARD_NONE);
	assert_int_equal(pod_scope(&scopes, 2, absent_and_a), WARD_NONE);
	assert_int_equal(pod_scope(&scopes, 2, not_a_twice), pod_scope(&scopes, 1, not_a));
	assert_int_not_equal(pod_scope(&scopes, 1, not_a), want);
	assert_int_not_equal(pod_scope(&scopes, 0, NULL), want);
	scopes_done(&scopes);
}

/* A4.4, straight from the table. */
static bool holds(const struct ward_requirement *r, struct ward_labels labels)
{
	bool present = false, listed = false;

	for (uint32_t i = 0; i < labels.n; i++) {
		if (labels.items[i].key != r->key)
			continue;
		present = true;
		for (uint32_t v = 0; v < r->n_values; v++)
			listed |= r->values[v] == labels.items[i].value;
	}
	switch (r->op) {
	case WARD_OP_IN:
		return present && listed;
	case WARD_OP_NOT_IN:
		return !present || !listed;
	case WARD_OP_EXISTS:
		return present;
	default:
		return !present;
	}
}

struct random_selector {
	struct ward_requirement items[4];
	ward_sym values[4][2];
	struct ward_selector selector;
};

static void random_selector(struct random_selector *out)
{
	uint32_t n = (uint32_t)rand() % 5;
	ward_sym key = 0;

	for (uint32_t i = 0; i < n; i++) {
		enum ward_op op = (enum ward_op)(rand() % WARD_N_OP);
		uint32_t n_values = 0;

		key += (ward_sym)rand() % 2;
		if (op == WARD_OP_IN || op == WARD_OP_NOT_IN) {
			out->values[i][0] = (ward_sym)rand() % VALUES;
			out->values[i][1] = out->values[i][0] + 1;
			n_values = 1 + (uint32_t)rand() % 2;
		}
		out->items[i] = requirement(key, op, n_values, out->values[i]);
	}
	out->selector = (struct ward_selector){.n = n, .items = out->items};
}

static struct ward_labels random_labels(struct ward_label *items)
{
	struct ward_labels labels = {.items = items};

	for (ward_sym key = 0; key < KEYS; key++)
		if (rand() % 2)
			items[labels.n++] =
				(struct ward_label){key, (ward_sym)rand() % (VALUES + 1)};
	return labels;
}

static bool selector_holds(const struct ward_selector *selector, struct ward_labels labels)
{
	for (uint32_t i = 0; i < selector->n; i++)
		if (!holds(&selector->items[i], labels))
			return false;
	return true;
}

static bool list_has(const number_list *list, uint32_t item)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->items[i] == item)
			return true;
	return false;
}

static void matching_is_exact(void **state)
{
	enum {
		SELECTORS = 200,
		SHAPES = 500
	};
	static struct random_selector ns[SELECTORS], pod[SELECTORS];
	uint32_t numbers[SELECTORS], n_true = 0;
	struct scopes scopes = {};

	srand(7);
	for (int i = 0; i < SELECTORS; i++) {
		struct ward_scope scope;

		random_selector(&ns[i]);
		random_selector(&pod[i]);
		scope = (struct ward_scope){ns[i].selector, pod[i].selector};
		numbers[i] = scopes_intern(&scopes, &scope);
	}
	for (int s = 0; s < SHAPES; s++) {
		struct ward_label ns_items[KEYS], pod_items[KEYS];
		struct ward_labels ns_labels = random_labels(ns_items);
		struct ward_labels pod_labels = random_labels(pod_items);
		number_list matches = {};

		scopes_match(&scopes, ns_labels, pod_labels, &matches);
		for (int i = 0; i < SELECTORS; i++) {
			bool want = selector_holds(&ns[i].selector, ns_labels) &&
				    selector_holds(&pod[i].selector, pod_labels);

			assert_int_equal(numbers[i] != WARD_NONE && list_has(&matches, numbers[i]),
					 want);
			n_true += want;
		}
		for (uint32_t i = 1; i < matches.n; i++)
			assert_true(matches.items[i - 1] < matches.items[i]);
		ward_vec_done(&matches);
	}
	assert_true(n_true > 1000);
	scopes_done(&scopes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_meaning_equal_number),
		cmocka_unit_test(matching_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
