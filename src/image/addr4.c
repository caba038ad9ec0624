// SPDX-License-Identifier: Apache-2.0
/* One view's table of IPv4 addresses: a bucketed cuckoo hash.
 *
 * It is only written while no reader can reach it, so slots may move freely and the table can be
 * filled to nine tenths; a look-up reads at most two cache lines.  The writer remembers what the
 * table holds, sorted, so that a new version costs one linear comparison and as many slots as
 * addresses changed since the table was last in force. */
#include "image/addr4.h"

#include <errno.h>
#include <string.h>

#include "image/lookup.h"

enum {
	MAX_DISPLACEMENTS = 500,
	MAX_SEEDS = 4,
};

void ward_addr4_init(struct ward_addr4 *table, void *buckets, uint32_t n_buckets)
{
	*table = (struct ward_addr4){.buckets = buckets, .n_buckets = n_buckets};
}

void ward_addr4_done(struct ward_addr4 *table)
{
	ward_vec_done(&table->words.list);
}

uint32_t ward_addr4_max(uint32_t n_buckets)
{
	return (uint64_t)n_buckets * WARD_BUCKET_SLOTS * 9 / 10;
}

static uint64_t *bucket_of(struct ward_addr4 *table, uint64_t word, unsigned choice)
{
	const struct ward_image image = {.n_buckets = table->n_buckets};
	uint64_t hash = ward_hash4(word >> 32, table->seed);

	return table->buckets[ward_bucket(&image, choice ? hash : hash >> 32)];
}

/* The slot of an address, or NULL. */
static uint64_t *slot_find(struct ward_addr4 *table, uint64_t word)
{
	for (unsigned choice = 0; choice < 2; choice++) {
		uint64_t *bucket = bucket_of(table, word, choice);

		for (int i = 0; i < WARD_BUCKET_SLOTS; i++)
			if (bucket[i] && bucket[i] >> 32 == word >> 32)
				return &bucket[i];
	}
	return NULL;
}

static bool bucket_add(uint64_t *bucket, uint64_t word)
{
	for (int i = 0; i < WARD_BUCKET_SLOTS; i++)
		if (!bucket[i]) {
			bucket[i] = word;
			return true;
		}
	return false;
}

/* Takes the place of another word when both buckets are full, and finds that one a place in the
 * other of its buckets; and so on. */
static bool table_add(struct ward_addr4 *table, uint64_t word)
{
	const uint64_t *left = NULL;

	for (unsigned round = 0; round < MAX_DISPLACEMENTS; round++) {
		uint64_t *first = bucket_of(table, word, 0), *second = bucket_of(table, word, 1);
		uint64_t *bucket = first == left ? second : first;
		uint64_t *victim = &bucket[(word >> 32 ^ round) % WARD_BUCKET_SLOTS];
		uint64_t moved = *victim;

		if (bucket_add(first, word) || bucket_add(second, word))
			return true;
		*victim = word;
		word = moved;
		left = bucket;
	}
	return false;
}

static bool table_build(struct ward_addr4 *table, const struct ward_words *words)
{
	memset(table->buckets, 0, (size_t)table->n_buckets * WARD_LINE);
	for (uint32_t i = 0; i < words->list.n; i++)
		if (!table_add(table, words->list.items[i]))
			return false;
	return true;
}

/* First what goes and what changes in place, so that there is room for what comes. */
static void table_drop(struct ward_addr4 *table, const struct ward_words *words)
{
	uint32_t j = 0;

	for (uint32_t i = 0; i < table->words.list.n; i++) {
		uint64_t old = table->words.list.items[i], new;

		while (j < words->list.n && words->list.items[j] >> 32 < old >> 32)
			j++;
		new = j < words->list.n && words->list.items[j] >> 32 == old >> 32
			      ? words->list.items[j]
			      : 0;
		if (new != old)
			*slot_find(table, old) = new;
	}
}

static bool table_grow(struct ward_addr4 *table, const struct ward_words *words)
{
	uint32_t i = 0;

	for (uint32_t j = 0; j < words->list.n; j++) {
		uint64_t new = words->list.items[j];

		while (i < table->words.list.n && table->words.list.items[i] >> 32 < new >> 32)
			i++;
		if (i < table->words.list.n && table->words.list.items[i] >> 32 == new >> 32)
			continue;
		if (!table_add(table, new))
			return false;
	}
	return true;
}

static bool table_update(struct ward_addr4 *table, const struct ward_words *words)
{
	if (table->broken)
		return false;
	table_drop(table, words);
	return table_grow(table, words);
}

int ward_addr4_set(struct ward_addr4 *table, const struct ward_words *words)
{
	bool done;

	if (words->list.n > ward_addr4_max(table->n_buckets))
		return -ENOSPC;
	done = table_update(table, words);
	for (int seeds = 0; !done && seeds < MAX_SEEDS; seeds++) {
		table->seed++;
		done = table_build(table, words);
	}
	table->broken = !done;
	if (!done)
		return -ENOSPC;
	ward_vec_clear(&table->words.list);
	ward_vec_reserve(&table->words.list, words->list.n);
	if (words->list.n)
		memcpy(table->words.list.items, words->list.items,
		       words->list.n * sizeof(uint64_t));
	table->words.list.n = words->list.n;
	return 0;
}
