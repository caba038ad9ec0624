/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what the kernel has counted by pod and decision. */
#pragma once

#include "datapath/bpf/wire.h"
#include "datapath/datapath.h"

struct ward_tallies {
	uint32_t n_cpus;
	struct ward_tally_table *tables; /* of each CPU, mapped */
	struct ward_tally_slot *seen;	 /* all slots, as they were read last */
	uint64_t n_missed;		 /* when this was asked last */
	int64_t quiet_until;		 /* seconds of the monotonic clock */
};

/* 0, or a negative errno.  The descriptor is not kept. */
int ward_tallies_open(struct ward_tallies *tallies, int map_fd);
void ward_tallies_close(struct ward_tallies *tallies); /* accepts a zeroed one */

void ward_tallies_read(struct ward_tallies *tallies, ward_tally_fn fn, void *userdata);

/* Is there anything of another numbering? */
bool ward_tallies_are_mixed(const struct ward_tallies *tallies, uint64_t numbering);

/* Empties what is not of this numbering, which no program may look at any more. */
void ward_tallies_forget(struct ward_tallies *tallies, uint64_t numbering);

/* Packets that found no room, ever. */
uint64_t ward_tallies_missed(const struct ward_tallies *tallies);

/* Are there more of them than when it was last said so?  Says so once a minute at most: what is
 * done about it costs as much as the whole cluster, and may not help. */
bool ward_tallies_overflowed(struct ward_tallies *tallies);
