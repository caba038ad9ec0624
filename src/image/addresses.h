/* SPDX-License-Identifier: Apache-2.0 */
/* One view's table of the addresses of one family: two candidate buckets each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/vec.h"
#include "image/layout.h"

/* IPv4: hi is 0. */
struct ward_entry {
	uint64_t hi, lo;
	uint32_t value; /* never 0 */
};

/* Ascending, each address once. */
struct ward_entries {
	WARD_VEC(struct ward_entry) list;
};

struct ward_addresses {
	enum ward_family family;
	uint32_t n_buckets, seed;
	void *buckets;		     /* in the image */
	struct ward_entries entries; /* what the table holds */
	bool broken;		     /* a displacement was given up: must be built anew */
};

void ward_addresses_init(struct ward_addresses *table, enum ward_family family, void *buckets,
			 uint32_t n_buckets);
void ward_addresses_done(struct ward_addresses *table);

/* Addresses that surely fit. */
uint32_t ward_addresses_max(enum ward_family family, uint32_t n_buckets);

/* Makes the table hold exactly @entries; nobody may be reading it.  0, or -ENOSPC: then it holds
 * what it did, or is broken. */
int ward_addresses_set(struct ward_addresses *table, const struct ward_entries *entries);
