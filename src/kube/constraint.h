/* SPDX-License-Identifier: Apache-2.0 */
/* What a selector demands of label keys, one by one.
 *
 * What the requirements of a selector allow for one key is always a finite set of values, or
 * everything but a finite set; with "absent" being one more value.  In {a,b} is {a,b}; NotIn {a} is
 * all but {a}, absent included; Exists is all but {}, without absent; DoesNotExist is {} with
 * absent.  These are closed under intersection, so however a selector is written, each key ends up
 * with one constraint, and equal meanings get equal ones.  And each can be written as requirements
 * again, at most two. */
#pragma once

#include "base/arena.h"
#include "kube/selector.h"

struct ward_constraint {
	ward_sym key;
	bool except;	  /* everything but @values, instead of only them */
	bool with_absent; /* a missing label is fine too */
	uint32_t n_values;
	const ward_sym *values; /* sorted */
};

/* It cannot hold for who does not have the label. */
static inline bool ward_constraint_demands(const struct ward_constraint *constraint)
{
	return !constraint->with_absent;
}

struct ward_constraint ward_constraint_of(const struct ward_requirement *requirement);

/* Both, for the same key; new values are in @arena. */
struct ward_constraint ward_constraint_and(struct ward_arena *arena,
					   const struct ward_constraint *a,
					   const struct ward_constraint *b);

bool ward_constraint_is_nothing(const struct ward_constraint *constraint);
bool ward_constraint_is_anything(const struct ward_constraint *constraint);

/* Whoever satisfies @inner satisfies @outer; of the same key. */
bool ward_constraint_contains(const struct ward_constraint *outer,
			      const struct ward_constraint *inner);

/* The constraints of which one holds whenever this one does not: one or two. */
uint32_t ward_constraint_not(const struct ward_constraint *constraint,
			     struct ward_constraint ret_not[static 2]);

/* As requirements, one or two; they share its values. */
uint32_t ward_constraint_requirements(const struct ward_constraint *constraint,
				      struct ward_requirement ret_requirements[static 2]);

/* One constraint a key, by key, into @out (room for selector->n); false when nothing satisfies
 * them.  Their values are the selector's or in @arena. */
bool ward_constraints_of(struct ward_arena *arena, const struct ward_selector *selector,
			 struct ward_constraint *out, uint32_t *ret_n);

/* Whoever satisfies all of @inner satisfies all of @outer; both by key. */
bool ward_constraints_contain(const struct ward_constraint *outer, uint32_t n_outer,
			      const struct ward_constraint *inner, uint32_t n_inner);

bool ward_constraints_hold(const struct ward_constraint *constraints, uint32_t n,
			   struct ward_labels labels);
