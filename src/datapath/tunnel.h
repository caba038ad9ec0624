/* SPDX-License-Identifier: Apache-2.0 */
/* The door of a tunnel between nodes: what is wrapped is taken from nodes only.
 *
 * The kernel unwraps what anyone sends to the port of a VXLAN device, and what comes out of it
 * comes through an uplink: its sender is believed to be a pod elsewhere.  So two chains in the
 * nftables tables of the datapath (nft.h) drop what is for that port and
 *
 *	at INPUT	not from the address of a node: who it is from is known
 *	at FORWARD	to the address of a node: only nodes themselves wrap; what they forward
 *			they may masquerade, and then another node would take it for theirs
 *
 * Where enforcement stays when its process ends, so do they. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/vec.h"
#include "engine/tables.h"

struct nft_ctx;

struct ward_tunnel {
	struct nft_ctx *nft; /* not owned */
	bool lasts;
	uint16_t port; /* UDP; 0: there is no tunnel */
	bool knows;
	WARD_VEC(struct ward_ip) nodes; /* who is let in */
};

/* Until it follows tables, those are let in who were before, if it lasts.  0, or a negative errno
 * with @ret_why (the caller frees). */
int ward_tunnel_open(struct ward_tunnel *tunnel, struct nft_ctx *nft, bool lasts, uint16_t port,
		     char **ret_why);
void ward_tunnel_close(struct ward_tunnel *tunnel); /* the rules stay */

/* Lets in the nodes of these tables; @delta: what changed since the last, or NULL.  0, or a
 * negative errno: then it is as before. */
int ward_tunnel_follow(struct ward_tunnel *tunnel, const struct ward_tables *tables,
		       const struct ward_delta *delta);
