/* SPDX-License-Identifier: Apache-2.0 */
#include "net/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <libmnl/libmnl.h>

#include "base/alloc.h"

enum {
	ANSWER_SIZE = 8192,
	PATIENCE_S = 10,
};

struct ward_conntrack {
	struct mnl_socket *socket;
	uint32_t seq;
};

int ward_conntrack_open(struct ward_conntrack **ret_conntrack)
{
	struct ward_conntrack *conntrack = ward_new(struct ward_conntrack);
	struct timeval patience = {.tv_sec = PATIENCE_S};

	conntrack->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!conntrack->socket || mnl_socket_bind(conntrack->socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
	    setsockopt(mnl_socket_get_fd(conntrack->socket), SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)) < 0) {
		int r = -errno;

		ward_conntrack_close(conntrack);
		return r;
	}
	*ret_conntrack = conntrack;
	return 0;
}

struct ward_conntrack *ward_conntrack_close(struct ward_conntrack *conntrack)
{
	if (conntrack && conntrack->socket)
		mnl_socket_close(conntrack->socket);
	free(conntrack);
	return NULL;
}

static int ask(struct ward_conntrack *conntrack, uint16_t type, uint16_t flags, mnl_cb_t hear,
	       struct ward_conntrack_usage *usage)
{
	_Alignas(NLMSG_ALIGNTO) char buf[ANSWER_SIZE];
	struct nlmsghdr *request = mnl_nlmsg_put_header(buf);
	uint32_t port = mnl_socket_get_portid(conntrack->socket);
	int r;

	request->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | type;
	request->nlmsg_flags = NLM_F_REQUEST | flags;
	request->nlmsg_seq = ++conntrack->seq;
	mnl_nlmsg_put_extra_header(request, sizeof(struct nfgenmsg));
	if (mnl_socket_sendto(conntrack->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		int n = mnl_socket_recvfrom(conntrack->socket, buf, sizeof(buf));

		if (n < 0)
			return -errno;
		r = MNL_CB_OK;
		if (request->nlmsg_seq != conntrack->seq) /* asked before, answered too late */
			continue;
		r = mnl_cb_run(buf, n, conntrack->seq, port, hear, usage);
	} while (r > MNL_CB_STOP);
	return r < 0 ? -errno : 0;
}

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 : ntohl(mnl_attr_get_u32(attr));
}

/* One answer, and then an acknowledgement: that ends it. */
static int hear_table(const struct nlmsghdr *answer, void *userdata)
{
	struct ward_conntrack_usage *usage = userdata;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) == CTA_STATS_GLOBAL_ENTRIES)
			usage->entries = number(attr);
		if (mnl_attr_get_type(attr) == CTA_STATS_GLOBAL_MAX_ENTRIES)
			usage->max = number(attr);
	}
	return MNL_CB_OK;
}

/* One answer a CPU. */
static int hear_cpu(const struct nlmsghdr *answer, void *userdata)
{
	struct ward_conntrack_usage *usage = userdata;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, answer, sizeof(struct nfgenmsg))
	{
		if (mnl_attr_get_type(attr) == CTA_STATS_DROP)
			usage->dropped += number(attr);
		if (mnl_attr_get_type(attr) == CTA_STATS_EARLY_DROP)
			usage->evicted += number(attr);
	}
	return MNL_CB_OK;
}

int ward_conntrack_usage(struct ward_conntrack *conntrack, struct ward_conntrack_usage *ret_usage)
{
	struct ward_conntrack_usage usage = {};
	int r = ask(conntrack, IPCTNL_MSG_CT_GET_STATS, NLM_F_ACK, hear_table, &usage);

	if (r == 0)
		r = ask(conntrack, IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP, hear_cpu, &usage);
	if (r == 0)
		*ret_usage = usage;
	return r;
}
