/* SPDX-License-Identifier: Apache-2.0 */
/* Scopes: interned pairs (namespace selector, pod selector) in canonical form, and the question
 * "which of them hold for this shape?" answered without asking all of them.
 *
 * The canonical form has one constraint a key (kube/constraint.h).
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
#include "kube/constraint.h"
#include "policy/ir.h"

struct scope_form {
	uint32_t n_namespace, n_pod;
	const struct ward_constraint
		*constraints; /* namespace's first, then the pod's; each by key */
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

/* The number of a scope, or WARD_NONE when nothing can satisfy it. */
uint32_t scopes_intern(struct scopes *scopes, const struct ward_scope *scope);

bool scope_holds(const struct scope_form *form, struct ward_labels ns, struct ward_labels pod);

/* Appends the scopes that hold, ascending; or those of them that are in use. */
void scopes_match(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		  number_list *ret_matches);

void scopes_match_used(struct scopes *scopes, struct ward_labels ns, struct ward_labels pod,
		       number_list *ret_matches);

void scopes_done(struct scopes *scopes);
