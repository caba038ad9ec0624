/* SPDX-License-Identifier: Apache-2.0 */
/* Why a question is none that a packet could ask. */
#pragma once

#include "fourway/seats.h"

enum unasked {
	ASKED,
	UNASKED_ADDRESS,  /* an end has no address */
	UNASKED_CHANGED,  /* with the address that it was given the answer is another */
	UNASKED_ANOTHERS, /* another has the end's address: nothing tells whom it is about */
	UNASKED_UNROUTED, /* no router passes such an address on */
	UNASKED_SELF,	  /* a pod that speaks to itself needs no node to do so */
	UNASKED_HAIRPIN,  /* no datapath has this way to treat a Service to oneself (F7.1) */
	UNASKED_OUTSIDE,  /* from the world to the world */
	N_UNASKED,
};

/* A few words. */
const char *unasked_str(enum unasked why);

/* Of a connection in the world that has taken the seats, which should be allowed or not. */
enum unasked unasked_why(const struct seats *seats, const struct world *world,
			 const struct conn *conn, bool allow);
