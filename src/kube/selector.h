/* SPDX-License-Identifier: Apache-2.0 */
/* Label selectors (A4): requirements that must all hold.  matchLabels and matchExpressions are the
 * same thing here; one without requirements selects everything. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kube/object.h"

enum ward_op {
	WARD_OP_IN,	/* present and in values */
	WARD_OP_NOT_IN, /* absent or not in values */
	WARD_OP_EXISTS,
	WARD_OP_NOT_EXISTS, /* written DoesNotExist */
	WARD_N_OP,
};

struct ward_requirement {
	ward_sym key;
	enum ward_op op;
	uint32_t n_values;
	const ward_sym *values; /* sorted, each once */
	struct ward_mark mark;
};

struct ward_selector {
	uint32_t n;
	const struct ward_requirement *items; /* sorted by key, then operator; keys may repeat */
};

bool ward_requirement_matches(const struct ward_requirement *requirement,
			      struct ward_labels labels);
bool ward_selector_matches(const struct ward_selector *selector, struct ward_labels labels);

/* One requirement: @key in @values; the copy is in @arena. */
struct ward_arena;
struct ward_selector ward_selector_in(struct ward_arena *arena, ward_sym key,
				      const ward_sym *values, uint32_t n);

/* As a person writes it: "role=db, tier in (a, b), !canary"; "everything" when empty. */
void ward_selector_print(const struct ward_selector *selector, const struct ward_symbols *symbols,
			 char *buf, size_t size);
