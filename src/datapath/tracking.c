// SPDX-License-Identifier: Apache-2.0
/* Making connection tracking run in a network namespace.
 *
 * The kernel tracks connections (and reassembles fragments) in a namespace only while some rule
 * there asks for it.  One rule in a table of our own does; its chain hangs on no hook, so no
 * packet ever walks through it.
 *
 * The table `ward` is owned by our netlink socket: nobody else can change it, and the kernel
 * removes it when the socket closes, however the process ends.  What is pinned goes on judging
 * then, and needs connections tracked as before: so beside it there is a second table,
 * `ward-pinned`, that stays.  Others can take that one away (`nft flush ruleset`), but tracking
 * goes on as long as we run; and each start writes it anew, in one transaction, in which tracking
 * is never off. */
#include "datapath/tracking.h"

#include <errno.h>
#include <string.h>

#include <nftables/libnftables.h>

#include "base/alloc.h"
#include "datapath/nft.h"

#define RULES(table)                                                                               \
	"add chain inet " table " keep\n"                                                          \
	"flush chain inet " table " keep\n"                                                        \
	"add rule inet " table " keep ct state new\n"

static const char owned[] = "add table inet " WARD_TABLE " { flags owner; }\n" RULES(WARD_TABLE);
static const char lasting[] = "add table inet " WARD_TABLE_LASTS "\n" RULES(WARD_TABLE_LASTS);
static const char removal[] = "add table inet " WARD_TABLE_LASTS "\n"
			      "delete table inet " WARD_TABLE_LASTS "\n";

static int tables_write(struct nft_ctx *nft, bool lasts)
{
	int r = nft_run_cmd_from_buffer(nft, owned);

	return r == 0 && lasts ? nft_run_cmd_from_buffer(nft, lasting) : r;
}

int ward_tracking_open(bool lasts, struct nft_ctx **ret_nft, char **ret_why)
{
	const char *error;
	struct nft_ctx *nft;
	int r = ward_nft_open(&nft);

	if (r < 0) {
		*ret_why =
			ward_format("cannot talk to nftables (CONFIG_NF_TABLES): %s", strerror(-r));
		return r;
	}
	if (tables_write(nft, lasts) == 0) {
		*ret_nft = nft;
		return 0;
	}
	error = nft_ctx_get_error_buffer(nft);
	*ret_why = ward_format("cannot turn connection tracking on with the nftables table `inet "
			       "ward`: %.*s",
			       (int)strcspn(error, "\n"), error);
	ward_nft_close(nft);
	return -EBUSY;
}

void ward_tracking_remove(struct nft_ctx *nft)
{
	nft_run_cmd_from_buffer(nft, removal);
}
