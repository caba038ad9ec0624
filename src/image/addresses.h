/* SPDX-License-Identifier: Apache-2.0 */
/* One view's table of the addresses of one family: two candidate buckets each. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "image/entry.h"

struct ward_addresses {
	enum ward_family family;
	uint32_t n_buckets, seed;
	uint32_t n;    /* addresses in it */
	void *buckets; /* in the image */
	bool broken;   /* a displacement was given up, and an address lost: build it anew */
};

void ward_addresses_init(struct ward_addresses *table, enum ward_family family, void *buckets,
			 uint32_t n_buckets);

/* Addresses that surely fit. */
uint32_t ward_addresses_max(enum ward_family family, uint32_t n_buckets);

/* Nobody may be reading a table that is changed. */

/* Empties it, and hashes otherwise than before. */
void ward_addresses_clear(struct ward_addresses *table);

/* The value of an address, or 0; that of @entry is ignored. */
uint32_t ward_addresses_find(const struct ward_addresses *table, const struct ward_entry *entry);

/* If the address is there: it has the value of @entry from now on, or goes when that is 0.  Else
 * false. */
bool ward_addresses_replace(struct ward_addresses *table, const struct ward_entry *entry);

/* Adds an address that is not there, with a value.  0, or -ENOSPC: there is no room, or none was
 * found, and then the table is broken. */
int ward_addresses_add(struct ward_addresses *table, const struct ward_entry *entry);
