/* SPDX-License-Identifier: Apache-2.0 */
/* How full the kernel's table of connections is. */
#pragma once

#include <stdint.h>

struct ward_conntrack;

struct ward_conntrack_usage {
	uint32_t entries, max;
	uint64_t dropped; /* packets that would have opened one more */
	uint64_t evicted; /* connections given up for others: not both ends had agreed to them */
};

/* Asks about the network namespace that the calling thread is in now.  0 or a negative errno. */
int ward_conntrack_open(struct ward_conntrack **ret_conntrack);
struct ward_conntrack *ward_conntrack_close(struct ward_conntrack *conntrack); /* accepts NULL */

/* 0 or a negative errno. */
int ward_conntrack_usage(struct ward_conntrack *conntrack, struct ward_conntrack_usage *ret_usage);
