/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* What the kernel side tells user space: events in a ring, a table of what repeats, counters. */
#pragma once

#include <stdint.h>

/* All of it outlives the process that reads it: whoever comes next finds it as it is.  A change of
 * their form or meaning is another number here. */
#define WARD_PIN_FLOWS "flows-1"
#define WARD_PIN_REPEATS "repeats-1"
#define WARD_PIN_COUNTERS "counters-1"
#define WARD_PIN_TALLIES "tallies-1"

/* Versions begin anew with every process: an event's version says whose it is in the upper bits. */
#define WARD_WIRE_SESSION_SHIFT 40
#define WARD_WIRE_VERSION(session, version)                                                        \
	((uint64_t)(session) << WARD_WIRE_SESSION_SHIFT |                                          \
	 ((version) & ((UINT64_C(1) << WARD_WIRE_SESSION_SHIFT) - 1)))

/* A flow and what became of it, as it was opened; addresses and ports in host order.  Without the
 * port it comes from: of every connection it is another. */
struct ward_wire_flow {
	uint64_t version;	 /* WARD_WIRE_VERSION */
	uint64_t src[2], dst[2]; /* hi, lo as in struct ward_ip */
	uint32_t decision[2];	 /* by enum ward_direction */
	uint16_t dport;
	uint8_t family; /* enum ward_family */
	uint8_t protocol;
	uint8_t accept;
	uint8_t outcome; /* enum ward_outcome */
	uint16_t zero;
};

/* One event in the ring. */
struct ward_wire_event {
	uint64_t time_ns;
	uint64_t count; /* flows opened, or packets denied, that no event has told yet */
	struct ward_wire_flow flow;
	uint64_t sport; /* of one of them */
};

/* A CPU remembers the flows that it told of last, and of what repeats it tells a count.  Only that
 * CPU writes here, but for one thing: user space takes counts, by compare and exchange of "state".
 */
enum {
	WARD_REPEAT_SETS = 256, /* a flow is in one of two slots */
	WARD_REPEAT_WAYS = 2,
	WARD_REPEAT_COUNT_BITS = 40,
};
#define WARD_REPEAT_COUNT ((UINT64_C(1) << WARD_REPEAT_COUNT_BITS) - 1) /* in "state": not told */
#define WARD_REPEAT_TURN                                                                           \
	(UINT64_C(1) << WARD_REPEAT_COUNT_BITS) /* above it, whose turn it is; odd:                \
						 * it is being written */

struct ward_repeat {
	uint64_t state;
	struct ward_wire_flow flow;
	uint64_t last_ns, told_ns;
	uint64_t sport; /* of the last */
	uint64_t unused[5];
};

struct ward_repeats {
	uint64_t n;	    /* grows behind every change of a count */
	uint64_t window_ns; /* in which so many events were tried: */
	uint64_t n_tried;
	uint64_t unused[5];
	struct ward_repeat slots[WARD_REPEAT_SETS * WARD_REPEAT_WAYS];
};

/* Packets and bytes by pod and decision, counted by each CPU for itself.  Only that CPU writes, but
 * for slots of an old numbering, which nobody looks for any more: user space empties them. */
enum {
	WARD_TALLY_SET_BITS = 10,
	WARD_TALLY_SETS = 1 << WARD_TALLY_SET_BITS,
	WARD_TALLY_WAYS = 4, /* what is counted is in one of so many slots */
};

/* 0 is an empty slot. */
#define WARD_TALLY_KEY(family6, direction, decision)                                               \
	((uint64_t)(family6) << 34 | (uint64_t)(direction) << 33 | UINT64_C(1) << 32 |             \
	 (uint32_t)(decision))

struct ward_tally_slot {
	uint64_t key;
	uint64_t numbering; /* of the decision: whose, and the version since which it lasts */
	uint64_t hi, lo;    /* of the pod's address */
	uint64_t packets[2], bytes[2]; /* of the opener, of replies */
};

struct ward_tally_table {
	uint64_t n_missed; /* packets that found no slot */
	uint64_t unused[7];
	struct ward_tally_slot slots[WARD_TALLY_SETS * WARD_TALLY_WAYS];
};

/* Slots of the per-CPU counters: packets accepted, packets refused by enum ward_outcome, what no
 * event will tell: flows opened and packets denied. */
enum {
	WARD_COUNT_ACCEPTED,
	WARD_COUNT_REFUSED, /* + enum ward_outcome */
	WARD_COUNT_LOST = WARD_COUNT_REFUSED + 4,
	WARD_N_COUNT,
};

/* Who has a link address at a guarded bridge: a pod, or the node itself.  Addresses as in packets;
 * 0: none. */
struct ward_wire_station {
	uint32_t ifindex;   /* the port */
	uint32_t is_router; /* the node: it takes packets to any address */
	uint32_t ip4, zero;
	uint64_t ip6[2];
};

enum {
	WARD_STATIONS_MAX = 4096,
};

/* What a frame of a pod is found to be; slots of the per-CPU counters. */
enum ward_frame {
	WARD_FRAME_TRUE,
	WARD_FRAME_SPOOFED, /* from another address than its own, or speaking for another */
	WARD_FRAME_KIND,    /* of a kind that a pod has no business with */
	WARD_FRAME_ASTRAY,  /* to a link address that does not have the packet's, or to a group */
	WARD_N_FRAME,
};
