/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: interned pairs (namespace selector, pod selector) in canonical form, and the question
 * "which of them hold for this shape?" answered without asking all of them.
 *
 * Canonical form.  A selector constrains label keys one by one, and what it allows for one key is
 * always: a finite set of values, or everything but a finite set; with "absent" being one more
 * value.  In {a,b} is {a,b}; NotIn {a} is all but {a}, absent included; Exists is all but {},
 * without absent; DoesNotExist is {} with absent.  These are closed under intersection, so however
 * a selector is written, each key ends up with one constraint, and equal meanings get equal bytes.
 *
 * Candidates.  A constraint that demands presence can only hold for shapes that carry the key with
 * one of the values.  Each scope is filed under its rarest such constraint, by (space, key, value);
 * a shape looks under its own labels.  Scopes with none (negative only) are few and asked always.
 */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "engine/inventory.h"
#include "engine/uses.h"
#include "policy/ir.h"

struct constraint {
	ward_sym key;
	bool except;	  /* everything but @values, instead of only them */
	bool with_absent; /* a missing label is fine too */
	uint32_t n_values;
	const ward_sym *values; /* sorted */
};

struct scope_form {
	uint32_t n_namespace, n_pod;
	const struct constraint *constraints; /* namespace's first, then the pod's; each by key */
};

struct scopes {
	struct ward_intern forms; /* canonical bytes → scope number */
	WARD_VEC(struct scope_form) list;
	number_list mentions;	     /* constraints that mention a term: how common it is */
	struct ward_intern terms;    /* {space, key, value} */
	WARD_VEC(number_list) filed; /* by term */
	number_list always;
	uint32_t n_filed; /* scopes below this number are filed */
	struct uses uses;
	struct ward_arena arena;
};

/* The constraint cannot hold for who does not have the label. */
static inline bool constraint_demands(const struct constraint *constraint)
{
	return !constraint->with_absent;
}

/* The number of a scope, or WARD_NONE when nothing can satisfy it. */
uint32_t scopes_intern(struct scopes *scopes, const struct ward_scope *scope);

bool scope_holds(const struct scope_form *form, struct ward_labels ns, struct ward_labels pod);

/* Appends the scopes that hold, ascending; or those of them that are in use. */
void scopes_match(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		  number_list *ret_matches);

void scopes_match_used(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		       number_list *ret_matches);

void scopes_done(struct scopes *scopes);
