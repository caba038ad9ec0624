/* SPDX-License-Identifier: Apache-2.0 */
/* Packets that are sent at once, each the first of a flow: what may arrive must arrive and be
 * answered, what may not must not, and the kernel must say why as the oracle does. */
#pragma once

#include "fourway/probe.h"
#include "fourway/reason.h"
#include "fourway/seats.h"

enum {
	BURST_SHOTS = 128, /* fewer than the shortest queue on their way has room for */
};

/* One packet's way. */
struct leg {
	struct probe probe;
	struct fabric_place from, to;
	uint32_t n_arrived;
	bool strayed; /* arrived elsewhere */
};

struct shot {
	const struct conn *conn;
	struct leg there, back;
	struct reason reason;
};

struct burst_tally {
	uint64_t n_packets, n_arrived, n_answered, n_explained;
};

struct burst {
	struct fabric *fabric;
	const struct world *world; /* that is in force there */
	void *engine;		   /* of engine_judge, for it */
	uint32_t n_shots, first_id;
	struct shot shots[BURST_SHOTS];
	uint64_t window_ns; /* in which so many were sent: */
	uint32_t n_in_window;
	struct burst_tally *tally;
};

/* One more, of an IP protocol number; there is room. */
void burst_add(struct burst *burst, const struct seats *seats, const struct conn *conn,
	       uint8_t protocol, uint16_t sport);

/* Sends them.  False, and what is wrong on standard output, if something is. */
bool burst_send(struct burst *burst);

/* Who tells a burst of flows; for fabric.on_flow, with the burst. */
void burst_flow(void *userdata, struct ward_flow *flow);
