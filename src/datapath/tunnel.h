/* SPDX-License-Identifier: Apache-2.0 */
/* The door of a tunnel between nodes: what is wrapped is taken from nodes only.
 *
 * The kernel unwraps what anyone sends to the port of a VXLAN device, and what comes out of it
 * comes through an uplink: its sender is believed to be a pod elsewhere.  So a chain in the
 * nftables table of the datapath drops at INPUT what is for that port and not from the address of a
 * node. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/vec.h"
#include "engine/tables.h"

struct nft_ctx;

struct ward_tunnel {
	struct nft_ctx *nft; /* not owned */
	uint16_t port;	     /* UDP; 0: there is no tunnel */
	bool knows;
	WARD_VEC(struct ward_ip) nodes; /* who is let in */
};

/* Until it follows tables, nobody is let in who was not before.  0, or a negative errno with
 * @ret_why (the caller frees). */
int ward_tunnel_open(struct ward_tunnel *tunnel, struct nft_ctx *nft, uint16_t port,
		     char **ret_why);
void ward_tunnel_close(struct ward_tunnel *tunnel); /* the rules stay */

/* Lets in the nodes of these tables; @delta: what changed since the last, or NULL.  0, or a
 * negative errno: then it is as before. */
int ward_tunnel_follow(struct ward_tunnel *tunnel, const struct ward_tables *tables,
		       const struct ward_delta *delta);
