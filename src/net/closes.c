/* SPDX-License-Identifier: Apache-2.0 */
#include "net/closes.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>

#include "base/alloc.h"
#include "net/netns.h"

enum {
	BUFFER_SIZE = 65536,
	ROOM = 4 << 20, /* bytes that the kernel may be ahead of us */
	ATTRIBUTES = 32,
};

static const char counting[] = "netfilter/nf_conntrack_acct";

struct ward_closes {
	struct mnl_socket *socket;
	uint64_t overruns;
	ward_close_fn fn; /* of the poll that is running */
	void *userdata;
};

/* The attributes of one level, by number. */
struct attributes {
	const struct nlattr *of[ATTRIBUTES];
};

static int attribute_take(const struct nlattr *attribute, void *userdata)
{
	struct attributes *attributes = userdata;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type < ATTRIBUTES)
		attributes->of[type] = attribute;
	return MNL_CB_OK;
}

static struct attributes attributes_of(const struct nlattr *nest)
{
	struct attributes attributes = {};

	if (nest)
		mnl_attr_parse_nested(nest, attribute_take, &attributes);
	return attributes;
}

static bool has_size(const struct nlattr *attribute, size_t size)
{
	return attribute && mnl_attr_get_payload_len(attribute) >= size;
}

static struct ward_ip ip_of(const struct nlattr *four, const struct nlattr *six)
{
	struct ward_ip ip = {};
	uint64_t half[2];

	if (has_size(four, sizeof(uint32_t))) {
		ip.lo = ntohl(mnl_attr_get_u32(four));
		ip.family = WARD_FAMILY_4;
	} else if (has_size(six, sizeof(half))) {
		memcpy(half, mnl_attr_get_payload(six), sizeof(half));
		ip.hi = be64toh(half[0]);
		ip.lo = be64toh(half[1]);
		ip.family = WARD_FAMILY_6;
	}
	return ip;
}

static uint16_t port_of(const struct nlattr *port)
{
	return has_size(port, sizeof(uint16_t)) ? ntohs(mnl_attr_get_u16(port)) : 0;
}

/* The sender of one direction. */
struct sender {
	struct ward_ip ip;
	uint8_t protocol;
	uint16_t port;
};

static struct sender sender_of(const struct nlattr *tuple)
{
	struct attributes parts = attributes_of(tuple);
	struct attributes ip = attributes_of(parts.of[CTA_TUPLE_IP]);
	struct attributes proto = attributes_of(parts.of[CTA_TUPLE_PROTO]);
	const struct nlattr *number = proto.of[CTA_PROTO_NUM];

	return (struct sender){
		.ip = ip_of(ip.of[CTA_IP_V4_SRC], ip.of[CTA_IP_V6_SRC]),
		.protocol = has_size(number, sizeof(uint8_t)) ? mnl_attr_get_u8(number) : 0,
		.port = port_of(proto.of[CTA_PROTO_SRC_PORT]),
	};
}

static void count_take(struct ward_close *close, int reply, const struct nlattr *nest)
{
	struct attributes counters = attributes_of(nest);
	const struct nlattr *packets = counters.of[CTA_COUNTERS_PACKETS];
	const struct nlattr *bytes = counters.of[CTA_COUNTERS_BYTES];

	if (!has_size(packets, sizeof(uint64_t)) || !has_size(bytes, sizeof(uint64_t)))
		return;
	close->is_counted = true;
	close->packets[reply] = be64toh(mnl_attr_get_u64(packets));
	close->bytes[reply] = be64toh(mnl_attr_get_u64(bytes));
}

static int message_take(const struct nlmsghdr *message, void *userdata)
{
	struct ward_closes *closes = userdata;
	struct attributes attributes = {};
	struct sender opener, other;
	struct ward_close close;

	if (message->nlmsg_type != (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE))
		return MNL_CB_OK;
	mnl_attr_parse(message, sizeof(struct nfgenmsg), attribute_take, &attributes);
	opener = sender_of(attributes.of[CTA_TUPLE_ORIG]);
	other = sender_of(attributes.of[CTA_TUPLE_REPLY]);
	close = (struct ward_close){
		.protocol = opener.protocol,
		.from = opener.ip,
		.to = other.ip,
		.sport = opener.port,
		.dport = other.port,
	};
	count_take(&close, 0, attributes.of[CTA_COUNTERS_ORIG]);
	count_take(&close, 1, attributes.of[CTA_COUNTERS_REPLY]);
	if (close.from.family != WARD_FAMILY_NONE && close.to.family != WARD_FAMILY_NONE)
		closes->fn(closes->userdata, &close);
	return MNL_CB_OK;
}

static int socket_open(struct ward_closes *closes)
{
	int room = ROOM, fd;

	closes->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!closes->socket || mnl_socket_bind(closes->socket, 1 << (NFNLGRP_CONNTRACK_DESTROY - 1),
					       MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(closes->socket);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return 0;
}

int ward_closes_open(struct ward_closes **ret_closes)
{
	struct ward_closes *closes = ward_new(struct ward_closes);
	int r = socket_open(closes);

	if (r == 0)
		r = ward_netns_sysctl(counting, "1");
	if (r < 0)
		ward_closes_close(closes);
	else
		*ret_closes = closes;
	return r;
}

struct ward_closes *ward_closes_close(struct ward_closes *closes)
{
	if (!closes)
		return NULL;
	ward_netns_sysctl(counting, "0");
	if (closes->socket)
		mnl_socket_close(closes->socket);
	free(closes);
	return NULL;
}

int ward_closes_fd(const struct ward_closes *closes)
{
	return mnl_socket_get_fd(closes->socket);
}

int ward_closes_poll(struct ward_closes *closes, ward_close_fn fn, void *userdata)
{
	char buffer[BUFFER_SIZE];

	closes->fn = fn;
	closes->userdata = userdata;
	for (;;) {
		ssize_t n = mnl_socket_recvfrom(closes->socket, buffer, sizeof(buffer));

		if (n >= 0)
			mnl_cb_run(buffer, n, 0, 0, message_take, closes);
		else if (errno == ENOBUFS)
			closes->overruns++;
		else if (errno != EINTR)
			return errno == EAGAIN ? 0 : -errno;
	}
}

uint64_t ward_closes_overruns(const struct ward_closes *closes)
{
	return closes->overruns;
}
