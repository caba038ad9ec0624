/* SPDX-License-Identifier: Apache-2.0 */
/* Making connection tracking run in a network namespace. */
#pragma once

#include <stdbool.h>

struct nft_ctx;

/* Creates the table `inet ward` in the calling thread's network namespace; it goes with the
 * context.  With @lasts also one that stays, `inet ward-pinned`.  0, or a negative errno with
 * @ret_why (the caller frees). */
int ward_tracking_open(bool lasts, struct nft_ctx **ret_nft, char **ret_why);

/* Takes away what stays, if it is there. */
void ward_tracking_remove(struct nft_ctx *nft);
