/* SPDX-License-Identifier: Apache-2.0 */
/* Interning: byte strings become dense numbers 0, 1, 2, …; equal bytes get equal numbers.
 *
 * This is Ward's one associative container.  Symbols, label sets, selectors, identities, rows and
 * port maps are all "the number of these bytes": comparing two of them is comparing two integers,
 * and an array indexed by the number is the map from them to anything.  Bytes are compared in
 * full, never by hash alone. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

#define WARD_NONE UINT32_MAX /* "no such number" wherever a number is expected */

struct ward_intern {
	uint32_t n; /* numbers given out */
	uint32_t cap;
	uint32_t n_slots; /* power of two, or 0 */
	uint32_t *slots;
	struct ward_interned *entries;
	uint64_t seed; /* of the hash: whoever chooses labels must not know where they fall */
	struct ward_arena arena;
};

/* The number of these bytes, a new one (== the old @n) when they were not seen before. */
uint32_t ward_intern(struct ward_intern *intern, const void *bytes, size_t size);

/* The number, or WARD_NONE. */
uint32_t ward_intern_find(const struct ward_intern *intern, const void *bytes, size_t size);

/* The bytes of a number that was given out; they stay where they are until done, aligned for any
 * type and followed by a NUL, so that interned text is a C string. */
const void *ward_intern_bytes(const struct ward_intern *intern, uint32_t id, size_t *ret_size);

/* Forgets everything and keeps the memory. */
void ward_intern_clear(struct ward_intern *intern);

void ward_intern_done(struct ward_intern *intern);
