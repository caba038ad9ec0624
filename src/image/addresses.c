// SPDX-License-Identifier: Apache-2.0
/* One view's table of the addresses of one family: a bucketed cuckoo hash.
 *
 * It is only written while no reader can reach it, so slots may move freely and the table can be
 * filled nearly whole; a look-up reads at most two cache lines.  The writer remembers what the
 * table holds, sorted, so that a new version costs one linear comparison and as many slots as
 * addresses changed since the table was last in force.
 *
 * A bucket is a line for either family.  IPv6 has three whole addresses in it and no fingerprints
 * with records behind them: nothing to chase, nothing that two addresses could share, and 50 bytes
 * an address in both views together (IPv4: 18). */
#include "image/addresses.h"

#include <errno.h>
#include <string.h>

#include "image/lookup.h"

enum {
	MAX_DISPLACEMENTS = 500,
	MAX_SEEDS = 4,
};

void ward_addresses_init(struct ward_addresses *table, enum ward_family family, void *buckets,
			 uint32_t n_buckets)
{
	*table = (struct ward_addresses){
		.family = family,
		.buckets = buckets,
		.n_buckets = n_buckets,
	};
}

void ward_addresses_done(struct ward_addresses *table)
{
	ward_vec_done(&table->entries.list);
}

static uint32_t slots_of(enum ward_family family)
{
	return family == WARD_FAMILY_4 ? WARD_BUCKET4_SLOTS : WARD_BUCKET6_SLOTS;
}

/* Nine tenths of eight slots a bucket, 85 in a hundred of three: the fewer slots there are, the
 * earlier displacements go round in circles (from 99.8 and 95.9 in a hundred on). */
uint32_t ward_addresses_max(enum ward_family family, uint32_t n_buckets)
{
	uint32_t percent = family == WARD_FAMILY_4 ? 90 : 85;

	return (uint64_t)n_buckets * slots_of(family) * percent / 100;
}

/* The numbers of the two buckets an address may be in. */
static void buckets_of(const struct ward_addresses *table, const struct ward_entry *entry,
		       uint32_t ret_buckets[static 2])
{
	uint64_t hash = table->family == WARD_FAMILY_4
				? ward_hash4(entry->lo, table->seed)
				: ward_hash6(entry->hi, entry->lo, table->seed);

	ret_buckets[0] = ward_bucket(table->n_buckets, hash >> 32);
	ret_buckets[1] = ward_bucket(table->n_buckets, hash);
}

static struct ward_entry slot_load(const struct ward_addresses *table, uint32_t bucket, uint32_t i)
{
	const uint64_t(*words)[WARD_BUCKET4_SLOTS] = table->buckets;
	const struct ward_bucket6 *lines = table->buckets;

	if (table->family == WARD_FAMILY_4)
		return (struct ward_entry){
			.lo = words[bucket][i] >> 32,
			.value = words[bucket][i],
		};
	return (struct ward_entry){
		.hi = lines[bucket].hi[i],
		.lo = lines[bucket].lo[i],
		.value = lines[bucket].value[i],
	};
}

static void slot_store(struct ward_addresses *table, uint32_t bucket, uint32_t i,
		       const struct ward_entry *entry)
{
	uint64_t(*words)[WARD_BUCKET4_SLOTS] = table->buckets;
	struct ward_bucket6 *lines = table->buckets;

	if (table->family == WARD_FAMILY_4) {
		words[bucket][i] = entry->lo << 32 | entry->value;
		return;
	}
	lines[bucket].hi[i] = entry->hi;
	lines[bucket].lo[i] = entry->lo;
	lines[bucket].value[i] = entry->value;
}

static int entry_cmp(const struct ward_entry *a, const struct ward_entry *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

/* Stores @new where @old, which has a slot, is. */
static void table_replace(struct ward_addresses *table, const struct ward_entry *old,
			  const struct ward_entry *new)
{
	uint32_t buckets[2];

	buckets_of(table, old, buckets);
	for (int choice = 0; choice < 2; choice++)
		for (uint32_t i = 0; i < slots_of(table->family); i++) {
			struct ward_entry found = slot_load(table, buckets[choice], i);

			if (found.value && entry_cmp(&found, old) == 0) {
				slot_store(table, buckets[choice], i, new);
				return;
			}
		}
}

static bool bucket_add(struct ward_addresses *table, uint32_t bucket,
		       const struct ward_entry *entry)
{
	for (uint32_t i = 0; i < slots_of(table->family); i++)
		if (!slot_load(table, bucket, i).value) {
			slot_store(table, bucket, i, entry);
			return true;
		}
	return false;
}

/* Takes the place of another when both buckets are full, and finds that one a place in the other
 * of its buckets; and so on. */
static bool table_add(struct ward_addresses *table, struct ward_entry entry)
{
	uint32_t left = UINT32_MAX, buckets[2];

	for (unsigned round = 0; round < MAX_DISPLACEMENTS; round++) {
		uint32_t bucket, slot = (entry.lo ^ round) % slots_of(table->family);
		struct ward_entry moved;

		buckets_of(table, &entry, buckets);
		if (bucket_add(table, buckets[0], &entry) || bucket_add(table, buckets[1], &entry))
			return true;
		bucket = buckets[buckets[0] == left];
		moved = slot_load(table, bucket, slot);
		slot_store(table, bucket, slot, &entry);
		entry = moved;
		left = bucket;
	}
	return false;
}

static bool table_build(struct ward_addresses *table, const struct ward_entries *entries)
{
	memset(table->buckets, 0, (size_t)table->n_buckets * WARD_LINE);
	for (uint32_t i = 0; i < entries->list.n; i++)
		if (!table_add(table, entries->list.items[i]))
			return false;
	return true;
}

/* The first entry from @at on that is not below @key; at the end a number too many. */
static uint32_t entries_seek(const struct ward_entries *entries, uint32_t at,
			     const struct ward_entry *key)
{
	while (at < entries->list.n && entry_cmp(&entries->list.items[at], key) < 0)
		at++;
	return at;
}

static bool entries_have(const struct ward_entries *entries, uint32_t at,
			 const struct ward_entry *key)
{
	return at < entries->list.n && entry_cmp(&entries->list.items[at], key) == 0;
}

/* First what goes and what changes in place, so that there is room for what comes. */
static void table_drop(struct ward_addresses *table, const struct ward_entries *entries)
{
	static const struct ward_entry nothing;
	uint32_t j = 0;

	for (uint32_t i = 0; i < table->entries.list.n; i++) {
		const struct ward_entry *old = &table->entries.list.items[i];
		const struct ward_entry *new = &nothing;

		j = entries_seek(entries, j, old);
		if (entries_have(entries, j, old))
			new = &entries->list.items[j];
		if (new->value != old->value)
			table_replace(table, old, new);
	}
}

static bool table_grow(struct ward_addresses *table, const struct ward_entries *entries)
{
	uint32_t i = 0;

	for (uint32_t j = 0; j < entries->list.n; j++) {
		const struct ward_entry *new = &entries->list.items[j];

		i = entries_seek(&table->entries, i, new);
		if (!entries_have(&table->entries, i, new) && !table_add(table, *new))
			return false;
	}
	return true;
}

static bool table_update(struct ward_addresses *table, const struct ward_entries *entries)
{
	if (table->broken)
		return false;
	table_drop(table, entries);
	return table_grow(table, entries);
}

static void entries_copy(struct ward_entries *to, const struct ward_entries *from)
{
	ward_vec_clear(&to->list);
	ward_vec_reserve(&to->list, from->list.n);
	if (from->list.n)
		memcpy(to->list.items, from->list.items, from->list.n * sizeof(*from->list.items));
	to->list.n = from->list.n;
}

int ward_addresses_set(struct ward_addresses *table, const struct ward_entries *entries)
{
	bool done;

	if (entries->list.n > ward_addresses_max(table->family, table->n_buckets))
		return -ENOSPC;
	done = table_update(table, entries);
	for (int seeds = 0; !done && seeds < MAX_SEEDS; seeds++) {
		table->seed++;
		done = table_build(table, entries);
	}
	table->broken = !done;
	if (!done)
		return -ENOSPC;
	entries_copy(&table->entries, entries);
	return 0;
}
