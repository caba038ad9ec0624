// SPDX-License-Identifier: Apache-2.0
/* The kernel writes to its tables while we read them.  A count is taken only if the flow that we
 * have read is still the one it belongs to: both are in one word, which is exchanged as a whole. */
#include "datapath/repeats.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

#include <bpf/libbpf.h>

#include "base/alloc.h"

int ward_repeats_open(struct ward_repeats_view *repeats, int map_fd)
{
	int n_cpus = libbpf_num_possible_cpus();
	void *tables;

	if (n_cpus < 0)
		return n_cpus;
	tables = mmap(NULL, n_cpus * sizeof(struct ward_repeats), PROT_READ | PROT_WRITE,
		      MAP_SHARED, map_fd, 0);
	if (tables == MAP_FAILED)
		return -errno;
	*repeats = (struct ward_repeats_view){
		.n_cpus = n_cpus,
		.tables = tables,
		.seen = ward_alloc(n_cpus * sizeof(uint64_t)),
	};
	return 0;
}

void ward_repeats_close(struct ward_repeats_view *repeats)
{
	if (repeats->tables)
		munmap(repeats->tables, repeats->n_cpus * sizeof(*repeats->tables));
	free(repeats->seen);
	*repeats = (struct ward_repeats_view){};
}

/* False: it is being written, and there may be something to take soon. */
static bool repeat_take(struct ward_repeat *repeat, struct ward_wire_event *ret_event)
{
	uint64_t state = __atomic_load_n(&repeat->state, __ATOMIC_ACQUIRE);

	do {
		*ret_event = (struct ward_wire_event){.count = state & WARD_REPEAT_COUNT};
		if (state & WARD_REPEAT_TURN)
			return false;
		if (!ret_event->count)
			return true;
		ret_event->flow = repeat->flow;
		ret_event->time_ns = repeat->last_ns;
		ret_event->sport = repeat->sport;
		atomic_thread_fence(memory_order_acquire);
	} while (!__atomic_compare_exchange_n(&repeat->state, &state, state & ~WARD_REPEAT_COUNT,
					      false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return true;
}

static int table_take(struct ward_repeats *table, uint64_t *seen, ward_repeat_fn fn, void *userdata)
{
	uint64_t n = __atomic_load_n(&table->n, __ATOMIC_ACQUIRE);
	struct ward_wire_event event;
	bool complete = true;
	int taken = 0;

	if (n == *seen)
		return 0;
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(table->slots); i++) {
		complete &= repeat_take(&table->slots[i], &event);
		if (!event.count)
			continue;
		fn(userdata, &event);
		taken++;
	}
	if (complete)
		*seen = n;
	return taken;
}

int ward_repeats_take(struct ward_repeats_view *repeats, ward_repeat_fn fn, void *userdata)
{
	int taken = 0;

	for (uint32_t cpu = 0; cpu < repeats->n_cpus; cpu++)
		taken += table_take(&repeats->tables[cpu], &repeats->seen[cpu], fn, userdata);
	return taken;
}
