/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel has counted instead of telling it. */
#pragma once

#include <stdint.h>

#include "datapath/bpf/wire.h"

/* The tables of all CPUs, mapped. */
struct ward_repeats_view {
	uint32_t n_cpus;
	struct ward_repeats *tables; /* of each CPU */
	uint64_t *seen;		     /* how far each had come when all of it was taken */
};

typedef void (*ward_repeat_fn)(void *userdata, const struct ward_wire_event *event);

/* 0, or a negative errno.  The descriptor is not kept. */
int ward_repeats_open(struct ward_repeats_view *repeats, int map_fd);
void ward_repeats_close(struct ward_repeats_view *repeats); /* accepts a zeroed one */

/* Takes what is not told yet, as one event a flow; its time is that of the last packet.  Returns
 * how many. */
int ward_repeats_take(struct ward_repeats_view *repeats, ward_repeat_fn fn, void *userdata);
