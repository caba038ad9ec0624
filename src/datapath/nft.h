/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to nftables. */
#pragma once

/* Ours, of the family inet. */
#define WARD_TABLE "ward"	       /* nobody else can change it; it goes with the process */
#define WARD_TABLE_LASTS "ward-pinned" /* stays, where enforcement does */

struct nft_ctx;

/* In the network namespace of the calling thread; what it has to say is kept for who asks.  0, or a
 * negative errno: -EPROTONOSUPPORT if the kernel knows nothing of it. */
int ward_nft_open(struct nft_ctx **ret_nft);
struct nft_ctx *ward_nft_close(struct nft_ctx *nft); /* accepts NULL */
