/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* Counting packets and bytes by local pod and decision, without an event for any.
 *
 * It happens to every packet, so it is made to cost little: tables of our own instead of a map
 * look-up, plain additions by the one CPU that owns a table, one line of memory a count. */
#pragma once

#include "kernel.h"

#include "image/lookup.h"
#include "wire.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1); /* one a CPU: set when loaded */
	__type(key, uint32_t);
	__type(value, struct ward_tally_table);
} ward_tallies SEC(".maps");

/* What is counted together. */
struct tally_key {
	uint64_t key, numbering;
};

static __always_inline bool is_tally_of(const struct ward_tally_slot *slot, struct tally_key key,
					const struct ward_ip *pod)
{
	return !((slot->key ^ key.key) | (slot->numbering ^ key.numbering) | (slot->lo ^ pod->lo) |
		 (slot->hi ^ pod->hi));
}

static __always_inline void tally_begin(struct ward_tally_slot *slot, struct tally_key key,
					const struct ward_ip *pod)
{
	slot->numbering = key.numbering;
	slot->hi = pod->hi;
	slot->lo = pod->lo;
	__sync_lock_test_and_set(&slot->key, key.key); /* behind what it is the key of */
}

/* NULL: there is no room. */
static __always_inline struct ward_tally_slot *
tally_find(struct ward_tally_table *table, struct tally_key key, const struct ward_ip *pod)
{
	/* the upper bits of a product know of all others */
	uint64_t hash =
		(key.key ^ pod->lo << 32 ^ pod->lo >> 32 ^ pod->hi) * UINT64_C(0x9e3779b97f4a7c15);
	struct ward_tally_slot *set =
		&table->slots[(hash >> (64 - WARD_TALLY_SET_BITS)) * WARD_TALLY_WAYS];

#pragma clang loop unroll(full)
	for (int i = 0; i < WARD_TALLY_WAYS; i++)
		if (is_tally_of(&set[i], key, pod))
			return &set[i];
#pragma clang loop unroll(full)
	for (int i = 0; i < WARD_TALLY_WAYS; i++) {
		if (set[i].key)
			continue;
		tally_begin(&set[i], key, pod);
		return &set[i];
	}
	return NULL;
}

static __always_inline void tally_add(struct ward_tally_table *table, struct tally_key key,
				      const struct ward_ip *pod, uint64_t reply, uint32_t bytes)
{
	struct ward_tally_slot *slot = tally_find(table, key, pod);

	if (!slot) {
		table->n_missed++;
		return;
	}
	slot->packets[reply]++;
	slot->bytes[reply] += bytes;
}

/* What was decided about a packet of @bytes, at each end that was asked. */
static __always_inline void tally(uint64_t numbering, enum ward_family family,
				  const struct ward_image_flow *flow,
				  const struct ward_image_verdict *verdict, uint32_t bytes)
{
	uint32_t cpu = bpf_get_smp_processor_id();
	struct ward_tally_table *table = bpf_map_lookup_elem(&ward_tallies, &cpu);
	uint64_t six = family == WARD_FAMILY_6, reply = flow->reply;
	const uint32_t *decision = verdict->decision;

	if (!table)
		return;
	ward_opaque(reply); /* or it would be known to be one bit to us, but not to the verifier */
	reply &= 1;
	if (decision[WARD_EGRESS] != WARD_NOT_JUDGED)
		tally_add(table,
			  (struct tally_key){WARD_TALLY_KEY(six, WARD_EGRESS,
							    decision[WARD_EGRESS]),
					     numbering},
			  &flow->from, reply, bytes);
	if (decision[WARD_INGRESS] != WARD_NOT_JUDGED)
		tally_add(table,
			  (struct tally_key){WARD_TALLY_KEY(six, WARD_INGRESS,
							    decision[WARD_INGRESS]),
					     numbering},
			  &flow->to, reply, bytes);
}
