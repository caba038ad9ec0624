/* SPDX-License-Identifier: Apache-2.0 */
/* One view's table of IPv4 addresses: two candidate buckets of 8 slots each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"
#include "image/layout.h"

/* Words (address << 32 | value), ascending, each address once. */
struct ward_words {
	WARD_VEC(uint64_t) list;
};

struct ward_addr4 {
	uint64_t (*buckets)[WARD_BUCKET_SLOTS]; /* in the image */
	uint32_t n_buckets, seed;
	struct ward_words words; /* what the table holds */
	bool broken;		 /* a displacement was given up: must be built anew */
};

void ward_addr4_init(struct ward_addr4 *table, void *buckets, uint32_t n_buckets);
void ward_addr4_done(struct ward_addr4 *table);

/* Addresses that surely fit. */
uint32_t ward_addr4_max(uint32_t n_buckets);

/* Makes the table hold exactly @words; nobody may be reading it.  0, or -ENOSPC: then it holds
 * what it did, or is broken. */
int ward_addr4_set(struct ward_addr4 *table, const struct ward_words *words);
