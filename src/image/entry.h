/* SPDX-License-Identifier: Apache-2.0 */
/* A key and its value, and how a line of the image holds several: a bucket of addresses, or a node
 * of a tree. */
#pragma once

#include <stdint.h>

#include "base/ip.h"
#include "image/layout.h"

/* An address and what it stands for, or from which key on what holds. */
struct ward_entry {
	uint64_t hi, lo; /* IPv4: hi is 0 */
	uint32_t value;	 /* 0: nothing */
	enum ward_family family;
};

static inline int ward_entry_cmp(const struct ward_entry *a, const struct ward_entry *b)
{
	struct ward_ip x = {a->hi, a->lo, a->family}, y = {b->hi, b->lo, b->family};

	return ward_ip_cmp(x, y);
}

/* How many a line has room for. */
static inline uint32_t ward_entry_slots(enum ward_family family)
{
	return family == WARD_FAMILY_4 ? WARD_BUCKET4_SLOTS : WARD_BUCKET6_SLOTS;
}

static inline struct ward_entry ward_entry_load(enum ward_family family, const void *line,
						uint32_t slot)
{
	const struct ward_slot4 *slots = line;
	const struct ward_bucket6 *bucket = line;

	if (family == WARD_FAMILY_4)
		return (struct ward_entry){0, slots[slot].key, slots[slot].value, family};
	return (struct ward_entry){bucket->hi[slot], bucket->lo[slot], bucket->value[slot], family};
}

/* The family of @entry is not asked. */
static inline void ward_entry_store(enum ward_family family, void *line, uint32_t slot,
				    const struct ward_entry *entry)
{
	struct ward_slot4 *slots = line;
	struct ward_bucket6 *bucket = line;

	if (family == WARD_FAMILY_4) {
		slots[slot] = (struct ward_slot4){.value = entry->value, .key = entry->lo};
		return;
	}
	bucket->hi[slot] = entry->hi;
	bucket->lo[slot] = entry->lo;
	bucket->value[slot] = entry->value;
}
