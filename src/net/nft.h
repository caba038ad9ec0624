/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of nftables, loaded by its own tool. */
#pragma once

/* Carries @rules out in the network namespace of the calling thread, all or none.  0, or a negative
 * errno with @ret_why (the caller frees): what the tool says. */
int ward_nft_run(const char *rules, char **ret_why);
