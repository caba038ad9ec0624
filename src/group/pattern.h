/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of label values: the part of regular expressions that RE2 and POSIX read alike.
 *
 *	x  .  [a-z0-9_-]  [^x]  \.  (…)  …|…  …*  …+  …?  …{2}  …{2,}  …{2,8}  ^  $
 *
 * A pattern is about the whole value: ^ and $ at its ends may be written and change nothing.  What
 * is not in the list (\d, \b, named classes, lazy repetition, (?…), references) is refused, because
 * it would mean something else, or nothing, to the API server.
 *
 * Matching takes time proportional to the value, whatever the pattern: all states at once. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct ward_pattern {
	const char *text;
	uint32_t n_steps;
	const struct ward_pattern_step *steps;
};

/* What is wrong with a pattern. */
struct ward_pattern_problem {
	const char *what, *hint; /* hint may be NULL */
	uint32_t at;		 /* the character, from 1 */
};

/* In @arena, as a copy of the text; NULL when it is refused. */
const struct ward_pattern *ward_pattern_compile(struct ward_arena *arena, const char *text,
						struct ward_pattern_problem *ret_problem);

bool ward_pattern_matches(const struct ward_pattern *pattern, const char *value);
