// SPDX-License-Identifier: Apache-2.0
/* One view's table of the addresses of one family: a bucketed cuckoo hash.
 *
 * It is only written while no reader can reach it, so slots may move freely and the table can be
 * filled nearly whole; a look-up reads at most two cache lines.  Nobody remembers beside it what it
 * holds: it is asked, and one address costs the writer what it costs a packet.
 *
 * A bucket is a line for either family.  IPv6 has three whole addresses in it and no fingerprints
 * with records behind them: nothing to chase, nothing that two addresses could share, and 50 bytes
 * an address in both views together (IPv4: 18). */
#include "image/addresses.h"

#include <errno.h>
#include <string.h>

#include "image/lookup.h"

enum {
	MAX_DISPLACEMENTS = 500
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

/* Nine tenths of eight slots a bucket, 85 in a hundred of three: the fewer slots there are, the
 * earlier displacements go round in circles (from 99.8 and 95.9 in a hundred on). */
uint32_t ward_addresses_max(enum ward_family family, uint32_t n_buckets)
{
	uint32_t percent = family == WARD_FAMILY_4 ? 90 : 85;

	return (uint64_t)n_buckets * ward_entry_slots(family) * percent / 100;
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

static void *line_of(const struct ward_addresses *table, uint32_t bucket)
{
	return (char *)table->buckets + (size_t)bucket * WARD_LINE;
}

static struct ward_entry slot_load(const struct ward_addresses *table, uint32_t bucket, uint32_t i)
{
	return ward_entry_load(table->family, line_of(table, bucket), i);
}

static void slot_store(struct ward_addresses *table, uint32_t bucket, uint32_t i,
		       const struct ward_entry *entry)
{
	ward_entry_store(table->family, line_of(table, bucket), i, entry);
}

/* A slot of an address. */
struct place {
	uint32_t bucket, slot;
};

static bool place_find(const struct ward_addresses *table, const struct ward_entry *entry,
		       struct place *ret_place)
{
	uint32_t buckets[2];

	buckets_of(table, entry, buckets);
	for (int choice = 0; choice < 2; choice++)
		for (uint32_t i = 0; i < ward_entry_slots(table->family); i++) {
			struct ward_entry found = slot_load(table, buckets[choice], i);

			if (found.value && found.hi == entry->hi && found.lo == entry->lo) {
				*ret_place = (struct place){buckets[choice], i};
				return true;
			}
		}
	return false;
}

uint32_t ward_addresses_find(const struct ward_addresses *table, const struct ward_entry *entry)
{
	struct place place;

	return place_find(table, entry, &place) ? slot_load(table, place.bucket, place.slot).value
						: 0;
}

bool ward_addresses_replace(struct ward_addresses *table, const struct ward_entry *entry)
{
	static const struct ward_entry nothing;
	struct place place;

	if (!place_find(table, entry, &place))
		return false;
	slot_store(table, place.bucket, place.slot, entry->value ? entry : &nothing);
	table->n -= !entry->value;
	return true;
}

static bool bucket_add(struct ward_addresses *table, uint32_t bucket,
		       const struct ward_entry *entry)
{
	for (uint32_t i = 0; i < ward_entry_slots(table->family); i++)
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
		uint32_t bucket, slot = (entry.lo ^ round) % ward_entry_slots(table->family);
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

int ward_addresses_add(struct ward_addresses *table, const struct ward_entry *entry)
{
	if (table->broken || table->n >= ward_addresses_max(table->family, table->n_buckets))
		return -ENOSPC;
	table->broken = !table_add(table, *entry);
	table->n += !table->broken;
	return table->broken ? -ENOSPC : 0;
}

void ward_addresses_clear(struct ward_addresses *table)
{
	memset(table->buckets, 0, (size_t)table->n_buckets * WARD_LINE);
	table->n = 0;
	table->broken = false;
	table->seed++;
}
