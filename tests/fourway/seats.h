/* SPDX-License-Identifier: Apache-2.0 */
/* Who is where: a world on the nodes of a fabric. */
#pragma once

#include "fourway/dress.h"
#include "fourway/fabric.h"

struct seat {
	struct ward_ip ip;
	struct fabric_place place;
};

struct seats {
	struct fabric *fabric;
	WARD_VEC(struct seat) list; /* each address once; all others are the world's */
};

/* The nodes get the ports and routes that the world takes, and their agents its objects instead of
 * those of the world before, in one commit each.  0, or why an agent could not (a negative errno).
 * @seats: zeroed but for the fabric.  @goes_on: what both worlds were dressed from is still there,
 * so the agents are told of what is another only. */
int seats_take(struct seats *seats, const struct dressed *dressed, bool goes_on);
void seats_done(struct seats *seats);

struct fabric_place seats_find(const struct seats *seats, struct ward_ip ip);
