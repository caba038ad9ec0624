/* SPDX-License-Identifier: Apache-2.0 */
#include "base/intern.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/alloc.h"

struct ward_interned {
	const void *bytes;
	uint32_t size;
	uint32_t hash;
};

static uint32_t hash_of(const struct ward_intern *intern, const void *bytes, size_t size)
{
	return (uint32_t)XXH3_64bits_withSeed(bytes, size, intern->seed);
}

/* The slot that holds these bytes, or the empty one where they belong.  Load stays below 1/2, so
 * the walk ends. */
static uint32_t intern_slot(const struct ward_intern *intern, uint32_t hash, const void *bytes,
			    size_t size)
{
	uint32_t slot = hash & (intern->n_slots - 1);

	for (;; slot = (slot + 1) & (intern->n_slots - 1)) {
		uint32_t id = intern->slots[slot];
		const struct ward_interned *entry;

		if (id == WARD_NONE)
			return slot;
		entry = &intern->entries[id];
		if (entry->hash == hash && entry->size == size &&
		    (!size || memcmp(entry->bytes, bytes, size) == 0))
			return slot;
	}
}

static void intern_rehash(struct ward_intern *intern)
{
	intern->n_slots = intern->n_slots ? intern->n_slots * 2 : 64;
	intern->slots = ward_realloc(intern->slots, intern->n_slots, sizeof(*intern->slots));
	memset(intern->slots, 0xff, intern->n_slots * sizeof(*intern->slots));
	if (!intern->n)
		intern->seed = (uintptr_t)intern->slots;
	for (uint32_t id = 0; id < intern->n; id++) {
		uint32_t slot = intern->entries[id].hash & (intern->n_slots - 1);

		while (intern->slots[slot] != WARD_NONE)
			slot = (slot + 1) & (intern->n_slots - 1);
		intern->slots[slot] = id;
	}
}

uint32_t ward_intern(struct ward_intern *intern, const void *bytes, size_t size)
{
	uint32_t hash, slot;

	if (intern->n >= intern->n_slots / 2)
		intern_rehash(intern);
	hash = hash_of(intern, bytes, size);
	slot = intern_slot(intern, hash, bytes, size);
	if (intern->slots[slot] != WARD_NONE)
		return intern->slots[slot];
	if (intern->n == intern->cap) {
		intern->cap = intern->cap ? intern->cap * 2 : 32;
		intern->entries =
			ward_realloc(intern->entries, intern->cap, sizeof(*intern->entries));
	}
	intern->entries[intern->n] = (struct ward_interned){
		.hash = hash,
		.bytes = ward_arena_strndup(&intern->arena, bytes, size),
		.size = (uint32_t)size,
	};
	intern->slots[slot] = intern->n;
	return intern->n++;
}

uint32_t ward_intern_find(const struct ward_intern *intern, const void *bytes, size_t size)
{
	if (!intern->n_slots)
		return WARD_NONE;
	return intern->slots[intern_slot(intern, hash_of(intern, bytes, size), bytes, size)];
}

const void *ward_intern_bytes(const struct ward_intern *intern, uint32_t id, size_t *ret_size)
{
	if (ret_size)
		*ret_size = intern->entries[id].size;
	return intern->entries[id].bytes;
}

void ward_intern_clear(struct ward_intern *intern)
{
	intern->n = 0;
	if (intern->n_slots)
		memset(intern->slots, 0xff, intern->n_slots * sizeof(*intern->slots));
	ward_arena_clear(&intern->arena);
}

void ward_intern_done(struct ward_intern *intern)
{
	free(intern->slots);
	free(intern->entries);
	ward_arena_done(&intern->arena);
	*intern = (struct ward_intern){};
}
