// SPDX-License-Identifier: Apache-2.0
#include "datapath/nft.h"

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <nftables/libnftables.h>

#include "base/alloc.h"

/* The library ends the process when it gets no socket: so one is tried before. */
static int socket_try(void)
{
	_cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	return fd < 0 ? -errno : 0;
}

int ward_nft_open(struct nft_ctx **ret_nft)
{
	int r = socket_try();
	struct nft_ctx *nft = r < 0 ? NULL : nft_ctx_new(NFT_CTX_DEFAULT);

	if (!nft)
		return r < 0 ? r : -ENOMEM;
	nft_ctx_buffer_output(nft);
	nft_ctx_buffer_error(nft);
	*ret_nft = nft;
	return 0;
}

struct nft_ctx *ward_nft_close(struct nft_ctx *nft)
{
	if (nft)
		nft_ctx_free(nft);
	return NULL;
}
