/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks of addresses and the classes they divide all addresses into.
 *
 * A *block set* is the union, over the blocks of one rule, of each cidr minus its own excepts
 * (A8.3), as sorted disjoint ranges; equal sets are one.  The *prefix class* of an address is the
 * set of block sets that contain it: two addresses of one class cannot be told apart by any rule.
 * Classes are found by one sweep over all range boundaries, again whenever a set comes into use or
 * goes out of it; they keep their numbers, and class 0 is "in no set". */
#pragma once

#include "base/intern.h"
#include "base/ip.h"
#include "base/vec.h"
#include "engine/uses.h"
#include "policy/ir.h"

/* Interned as bytes: no padding. */
struct block_range {
	uint64_t family;
	uint64_t first_hi, first_lo, last_hi, last_lo;
};

typedef WARD_VEC(struct ward_ip_range) ip_range_list;

struct prefix_boundary {
	struct ward_ip first;
	uint32_t class;
};

struct prefixes {
	struct ward_intern sets;		     /* struct block_range[] */
	struct uses uses;			     /* sets that nobody uses divide nothing */
	struct ward_intern classes;		     /* uint32_t[]: the sets, ascending */
	WARD_VEC(struct prefix_boundary) boundaries; /* both families, ascending, after the sweep */
};

void prefixes_init(struct prefixes *prefixes);
void prefixes_done(struct prefixes *prefixes);

/* The number of the block set of a rule's block peers, or WARD_NONE when it has none. */
uint32_t prefixes_intern(struct prefixes *prefixes, const struct ward_rule *rule);

/* Computes boundaries and classes of all sets that are in use, as settled. */
void prefixes_sweep(struct prefixes *prefixes);

uint32_t prefixes_class(const struct prefixes *prefixes, struct ward_ip ip);

/* Appends the ranges that any of these sets contains: ascending, disjoint. */
void prefixes_union(const struct prefixes *prefixes, const uint32_t *sets, uint32_t n,
		    ip_range_list *ret_ranges);

/* The sets of a class, ascending. */
const uint32_t *prefixes_sets(const struct prefixes *prefixes, uint32_t class, uint32_t *ret_n);
