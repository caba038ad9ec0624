/* SPDX-License-Identifier: Apache-2.0 */
/* The policies that were put, found by their origin.
 *
 * A policy keeps its slot until it is removed; slots are not used again, so that a number in the
 * tables never means another policy.  What was put and removed since the last commit is listed. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "policy/ir.h"

struct removed_policy {
	uint32_t slot;
	struct ward_policy *policy; /* the tables still speak of it until the commit is done */
	bool renewed;		    /* it goes on in another slot */
};

struct policies {
	WARD_VEC(struct ward_policy *) slots; /* NULL: removed */
	WARD_VEC(uint32_t) next;	      /* by slot: another part of the same origin */
	struct ward_intern origins;	      /* {kind, namespace, name} */
	WARD_VEC(uint32_t) first;	      /* by origin: a slot, or WARD_NONE */
	uint32_t n_committed;		      /* slots from here on are new */
	uint32_t n_live;
	WARD_VEC(struct removed_policy) removed;
};

void policies_put(struct policies *policies, struct ward_policy *policy);

/* Every part of the origin; false when there is none. */
bool policies_remove(struct policies *policies, enum ward_kind kind, ward_sym ns, ward_sym name);

/* Removes it and puts it again, to be computed anew. */
void policies_renew(struct policies *policies, uint32_t slot);

/* After a commit: the removed ones are gone, the new ones are new no longer. */
void policies_settle(struct policies *policies);

/* Most slots are empty: time to be sorted. */
bool policies_are_wasteful(const struct policies *policies);

/* New slots from 0 in the order of evaluation, all of them new. */
void policies_sort(struct policies *policies, const struct ward_symbols *symbols);

/* Tier, order, rank, name; then whatever makes the order total, whatever order they came in. */
int policies_cmp(const struct ward_symbols *symbols, const struct ward_policy *a,
		 const struct ward_policy *b);

void policies_done(struct policies *policies);
