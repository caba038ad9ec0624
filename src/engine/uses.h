/* SPDX-License-Identifier: Apache-2.0 */
/* Who is used by anyone, and for whom that has changed.
 *
 * Policies, scopes, block sets and names of ports count only while something uses them, and much
 * may come and go in one commit before it is clear what is left.  So users are counted at once, and
 * what follows from the first coming or the last going is done when all are counted:
 *
 *	uses_add(&uses, 7); uses_drop(&uses, 3); …
 *	while (uses_settle(&uses, &number, &is_used))
 *		…
 */
#pragma once

#include "base/bits.h"
#include "base/vec.h"

struct uses {
	WARD_VEC(uint32_t) n;	    /* by number: its users */
	WARD_VEC(uint32_t) touched; /* numbers that may have changed, each once */
	uint32_t n_settled;	    /* of those */
	struct ward_bits used, is_touched;
};

static inline void uses_touch(struct uses *uses, uint32_t number)
{
	while (uses->n.n <= number)
		ward_vec_push(&uses->n, 0);
	if (ward_bits_has(&uses->is_touched, number))
		return;
	ward_bits_add(&uses->is_touched, number);
	ward_vec_push(&uses->touched, number);
}

static inline void uses_add(struct uses *uses, uint32_t number)
{
	uses_touch(uses, number);
	uses->n.items[number]++;
}

static inline void uses_drop(struct uses *uses, uint32_t number)
{
	uses_touch(uses, number);
	uses->n.items[number]--;
}

/* As of the last time that all was settled. */
static inline bool uses_has(const struct uses *uses, uint32_t number)
{
	return ward_bits_has(&uses->used, number);
}

/* The next number that has become used, or is no longer; false when there is none left. */
static inline bool uses_settle(struct uses *uses, uint32_t *ret_number, bool *ret_used)
{
	while (uses->n_settled < uses->touched.n) {
		uint32_t number = uses->touched.items[uses->n_settled++];
		bool used = uses->n.items[number] > 0;

		ward_bits_remove(&uses->is_touched, number);
		if (used == uses_has(uses, number))
			continue;
		if (used)
			ward_bits_add(&uses->used, number);
		else
			ward_bits_remove(&uses->used, number);
		*ret_number = number;
		*ret_used = used;
		return true;
	}
	uses->n_settled = 0;
	ward_vec_clear(&uses->touched);
	return false;
}

static inline void uses_done(struct uses *uses)
{
	ward_vec_done(&uses->n);
	ward_vec_done(&uses->touched);
	ward_bits_done(&uses->used);
	ward_bits_done(&uses->is_touched);
}
