/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/constraint.h"

#include <stdlib.h>

static int sym_cmp(const void *a, const void *b)
{
	ward_sym x = *(const ward_sym *)a, y = *(const ward_sym *)b;

	return (x > y) - (x < y);
}

static bool has_value(const struct ward_constraint *constraint, ward_sym value)
{
	return constraint->n_values &&
	       bsearch(&value, constraint->values, constraint->n_values, sizeof(value), sym_cmp);
}

struct ward_constraint ward_constraint_of(const struct ward_requirement *requirement)
{
	bool negative = requirement->op == WARD_OP_NOT_IN || requirement->op == WARD_OP_NOT_EXISTS;

	return (struct ward_constraint){
		.key = requirement->key,
		.except = requirement->op == WARD_OP_NOT_IN || requirement->op == WARD_OP_EXISTS,
		.with_absent = negative,
		.n_values = requirement->n_values,
		.values = requirement->values,
	};
}

/* Values: S∩T, S∖T, T∖S or, when both exclude, S∪T. */
struct ward_constraint ward_constraint_and(struct ward_arena *arena,
					   const struct ward_constraint *a,
					   const struct ward_constraint *b)
{
	ward_sym *values = ward_arena_new_n(arena, ward_sym, a->n_values + b->n_values);
	struct ward_constraint both = {
		.key = a->key,
		.except = a->except && b->except,
		.with_absent = a->with_absent && b->with_absent,
		.values = values,
	};

	if (a->except && !b->except) {
		const struct ward_constraint *swap = a;

		a = b;
		b = swap;
	}
	for (uint32_t i = 0; i < a->n_values; i++)
		if (both.except || has_value(b, a->values[i]) != b->except)
			values[both.n_values++] = a->values[i];
	if (!both.except)
		return both;
	for (uint32_t i = 0; i < b->n_values; i++)
		if (!has_value(a, b->values[i]))
			values[both.n_values++] = b->values[i];
	if (both.n_values)
		qsort(values, both.n_values, sizeof(*values), sym_cmp);
	return both;
}

bool ward_constraint_is_nothing(const struct ward_constraint *constraint)
{
	return !constraint->except && !constraint->with_absent && constraint->n_values == 0;
}

bool ward_constraint_is_anything(const struct ward_constraint *constraint)
{
	return constraint->except && constraint->with_absent && constraint->n_values == 0;
}

/* How many values of @a are among those of @b. */
static uint32_t n_common(const struct ward_constraint *a, const struct ward_constraint *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n_values; i++)
		n += has_value(b, a->values[i]);
	return n;
}

bool ward_constraint_contains(const struct ward_constraint *outer,
			      const struct ward_constraint *inner)
{
	if (inner->with_absent && !outer->with_absent)
		return false;
	if (outer->except)
		return n_common(outer, inner) == (inner->except ? outer->n_values : 0);
	return !inner->except && n_common(inner, outer) == inner->n_values;
}

uint32_t ward_constraint_not(const struct ward_constraint *constraint,
			     struct ward_constraint ret_not[static 2])
{
	struct ward_constraint not = *constraint;
	uint32_t n = 0;

	not .except = !constraint->except;
	not .with_absent = !constraint->with_absent;
	if (not .except || !not .with_absent || !not .n_values) {
		ret_not[n++] = not ;
		return n;
	}
	/* All but the label is missing or has one of the values: two requirements, so two ways. */
	not .with_absent = false;
	ret_not[n++] = not ;
	not .with_absent = true;
	not .n_values = 0;
	ret_not[n++] = not ;
	return n;
}

uint32_t ward_constraint_requirements(const struct ward_constraint *constraint,
				      struct ward_requirement ret_requirements[static 2])
{
	uint32_t n = 0;

	if (!constraint->with_absent && constraint->except)
		ret_requirements[n++] = (struct ward_requirement){
			.key = constraint->key,
			.op = WARD_OP_EXISTS,
		};
	if (constraint->with_absent && !constraint->except)
		ret_requirements[n++] = (struct ward_requirement){
			.key = constraint->key,
			.op = WARD_OP_NOT_EXISTS,
		};
	if (constraint->n_values)
		ret_requirements[n++] = (struct ward_requirement){
			.key = constraint->key,
			.op = constraint->except ? WARD_OP_NOT_IN : WARD_OP_IN,
			.n_values = constraint->n_values,
			.values = constraint->values,
		};
	return n;
}

bool ward_constraints_of(struct ward_arena *arena, const struct ward_selector *selector,
			 struct ward_constraint *out, uint32_t *ret_n)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < selector->n; i++) {
		struct ward_constraint constraint = ward_constraint_of(&selector->items[i]);

		if (n && out[n - 1].key == constraint.key)
			out[n - 1] = ward_constraint_and(arena, &out[n - 1], &constraint);
		else
			out[n++] = constraint;
	}
	*ret_n = 0;
	for (uint32_t i = 0; i < n; i++) {
		if (ward_constraint_is_nothing(&out[i]))
			return false;
		if (!ward_constraint_is_anything(&out[i]))
			out[(*ret_n)++] = out[i];
	}
	return true;
}

bool ward_constraints_contain(const struct ward_constraint *outer, uint32_t n_outer,
			      const struct ward_constraint *inner, uint32_t n_inner)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < n_outer; i++) {
		while (j < n_inner && inner[j].key < outer[i].key)
			j++;
		if (j == n_inner || inner[j].key != outer[i].key ||
		    !ward_constraint_contains(&outer[i], &inner[j]))
			return false;
	}
	return true;
}

bool ward_constraints_hold(const struct ward_constraint *constraints, uint32_t n,
			   struct ward_labels labels)
{
	for (uint32_t i = 0; i < n; i++) {
		ward_sym value = ward_labels_get(labels, constraints[i].key);
		bool holds = value == WARD_NONE
				     ? constraints[i].with_absent
				     : has_value(&constraints[i], value) != constraints[i].except;

		if (!holds)
			return false;
	}
	return true;
}
