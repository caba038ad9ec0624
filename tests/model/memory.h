/* SPDX-License-Identifier: Apache-2.0 */
/* Memory as weak as a CPU may make it, written by one thread.
 *
 * It is the list of all stores, in the order of the writer's program.  A load may return any store
 * to its place that is not too old for the reader: the last one before its *horizon*, or a later
 * one.  What the horizon is, is what the protocol is about:
 *
 *	a load of its own		the stores before the last grace period that had begun when
 *					the reader did (RCU promises that, and nothing else does)
 *	a load whose address depends	also all that was stored before the store whose value it
 *	on what another has returned	depends on, if that was a release
 *
 * So a load that is late sees what is newest, and one that is early, or whose cache line is not
 * there yet, what is old; the order of the loads in the program means nothing.  Stores that nobody
 * can see any more are forgotten, so that there is an end to it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	MEMORY_STORES = 48,
};

struct memory_store {
	uint8_t place, value;
	uint8_t releases; /* whoever depends on it sees all that was stored before */
};

struct memory {
	struct memory_store stores[MEMORY_STORES];
	uint8_t n; /* a time: how many stores there were */
};

static inline void memory_put(struct memory *memory, uint8_t place, uint8_t value, bool releases)
{
	if (memory->n == MEMORY_STORES)
		__builtin_trap();
	memory->stores[memory->n++] = (struct memory_store){place, value, releases};
}

/* What the writer itself would read; 0: nothing was stored. */
static inline uint8_t memory_last(const struct memory *memory, uint8_t place)
{
	uint8_t i = memory->n;

	while (i > 0 && memory->stores[i - 1].place != place)
		i--;
	return i ? memory->stores[i - 1].value : 0;
}

/* The first store that a load of @place may return, by number + 1; 0: there is none before the
 * horizon, so it may be any. */
static inline uint8_t memory_oldest(const struct memory *memory, uint8_t place, uint8_t horizon)
{
	while (horizon > 0 && memory->stores[horizon - 1].place != place)
		horizon--;
	return horizon;
}

/* Is there a later store to the same place that everyone sees with this horizon? */
static inline bool memory_is_past(const struct memory *memory, uint8_t i, uint8_t horizon)
{
	for (uint8_t later = i + 1; later < horizon; later++)
		if (memory->stores[later].place == memory->stores[i].place)
			return true;
	return false;
}

/* Forgets what nobody sees whose horizon is @horizon or later.  Times shift: @ret_time[t] is what
 * time t is called now. */
static inline void memory_forget(struct memory *memory, uint8_t horizon,
				 uint8_t ret_time[MEMORY_STORES + 1])
{
	uint8_t kept = 0;

	for (uint8_t i = 0; i < memory->n; i++) {
		ret_time[i] = kept;
		if (!memory_is_past(memory, i, horizon))
			memory->stores[kept++] = memory->stores[i];
	}
	ret_time[memory->n] = kept;
	memset(&memory->stores[kept], 0, (memory->n - kept) * sizeof(memory->stores[0]));
	memory->n = kept;
}
