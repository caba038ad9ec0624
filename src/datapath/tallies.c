// SPDX-License-Identifier: Apache-2.0
/* Counts only grow, so that reading takes nothing away from anybody: what was read before is
 * remembered, and the difference is told.  A slot keeps its key as long as its numbering lasts. */
#include "datapath/tallies.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "base/alloc.h"

enum {
	N_SLOTS = WARD_TALLY_SETS * WARD_TALLY_WAYS,
	QUIET_S = 60,
};

int ward_tallies_open(struct ward_tallies *tallies, int map_fd)
{
	int n_cpus = libbpf_num_possible_cpus();
	void *tables;

	if (n_cpus < 0)
		return n_cpus;
	tables = mmap(NULL, n_cpus * sizeof(struct ward_tally_table), PROT_READ | PROT_WRITE,
		      MAP_SHARED, map_fd, 0);
	if (tables == MAP_FAILED)
		return -errno;
	*tallies = (struct ward_tallies){
		.n_cpus = n_cpus,
		.tables = tables,
		.seen = ward_alloc((size_t)n_cpus * N_SLOTS * sizeof(struct ward_tally_slot)),
	};
	return 0;
}

void ward_tallies_close(struct ward_tallies *tallies)
{
	if (tallies->tables)
		munmap(tallies->tables, tallies->n_cpus * sizeof(*tallies->tables));
	free(tallies->seen);
	*tallies = (struct ward_tallies){};
}

static uint64_t difference(const uint64_t *now, uint64_t *seen)
{
	uint64_t value = __atomic_load_n(now, __ATOMIC_RELAXED), more = value - *seen;

	*seen = value;
	return more;
}

static void slot_read(const struct ward_tally_slot *slot, struct ward_tally_slot *seen,
		      ward_tally_fn fn, void *userdata)
{
	uint64_t key = __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE);
	struct ward_tally tally = {
		.ip = {.hi = slot->hi,
		       .lo = slot->lo,
		       .family = key >> 34 & 1 ? WARD_FAMILY_6 : WARD_FAMILY_4},
		.direction = key >> 33 & 1,
		.decision = (uint32_t)key,
		.numbering = slot->numbering,
	};

	if (!key)
		return;
	for (int reply = 0; reply < 2; reply++) {
		tally.packets[reply] = difference(&slot->packets[reply], &seen->packets[reply]);
		tally.bytes[reply] = difference(&slot->bytes[reply], &seen->bytes[reply]);
	}
	if (tally.packets[0] || tally.packets[1])
		fn(userdata, &tally);
}

void ward_tallies_read(struct ward_tallies *tallies, ward_tally_fn fn, void *userdata)
{
	for (uint32_t cpu = 0; cpu < tallies->n_cpus; cpu++)
		for (uint32_t i = 0; i < N_SLOTS; i++)
			slot_read(&tallies->tables[cpu].slots[i], &tallies->seen[cpu * N_SLOTS + i],
				  fn, userdata);
}

/* The key goes last: a slot without one may be taken at once. */
static void slot_clear(struct ward_tally_slot *slot, struct ward_tally_slot *seen)
{
	*seen = (struct ward_tally_slot){};
	slot->numbering = slot->hi = slot->lo = 0;
	memset(slot->packets, 0, sizeof(slot->packets));
	memset(slot->bytes, 0, sizeof(slot->bytes));
	__atomic_store_n(&slot->key, 0, __ATOMIC_RELEASE);
}

static bool is_of_another(const struct ward_tally_slot *slot, uint64_t numbering)
{
	return __atomic_load_n(&slot->key, __ATOMIC_ACQUIRE) && slot->numbering != numbering;
}

bool ward_tallies_are_mixed(const struct ward_tallies *tallies, uint64_t numbering)
{
	for (uint32_t cpu = 0; cpu < tallies->n_cpus; cpu++)
		for (uint32_t i = 0; i < N_SLOTS; i++)
			if (is_of_another(&tallies->tables[cpu].slots[i], numbering))
				return true;
	return false;
}

void ward_tallies_forget(struct ward_tallies *tallies, uint64_t numbering)
{
	for (uint32_t cpu = 0; cpu < tallies->n_cpus; cpu++)
		for (uint32_t i = 0; i < N_SLOTS; i++) {
			struct ward_tally_slot *slot = &tallies->tables[cpu].slots[i];

			if (is_of_another(slot, numbering))
				slot_clear(slot, &tallies->seen[cpu * N_SLOTS + i]);
		}
}

uint64_t ward_tallies_missed(const struct ward_tallies *tallies)
{
	uint64_t n = 0;

	for (uint32_t cpu = 0; cpu < tallies->n_cpus; cpu++)
		n += __atomic_load_n(&tallies->tables[cpu].n_missed, __ATOMIC_RELAXED);
	return n;
}

bool ward_tallies_overflowed(struct ward_tallies *tallies)
{
	struct timespec now;
	uint64_t n;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < tallies->quiet_until)
		return false;
	n = ward_tallies_missed(tallies);
	if (n <= tallies->n_missed)
		return false;
	tallies->n_missed = n;
	tallies->quiet_until = now.tv_sec + QUIET_S;
	return true;
}
