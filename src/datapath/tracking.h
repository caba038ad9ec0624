/* SPDX-License-Identifier: Apache-2.0 */
/* Making connection tracking run in a network namespace. */
#pragma once

struct nft_ctx;

/* Creates the table `inet ward` in the calling thread's network namespace; it goes with the
 * context.  0, or a negative errno with @ret_why (the caller frees). */
int ward_tracking_open(struct nft_ctx **ret_nft, char **ret_why);
struct nft_ctx *ward_tracking_close(struct nft_ctx *nft);
