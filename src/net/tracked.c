/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel is asked for all it knows of a family, and those that are to go are named to it in a
 * second step. */
#include "net/tracked.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "base/vec.h"

enum {
	ANSWER_SIZE = 65536,
	REQUEST_SIZE = 512,
	TUPLE_ATTRIBUTES = 8, /* more than any nest in a tuple has that is read here */
};

struct search {
	ward_tracked_fn fn;
	void *userdata;
	WARD_VEC(struct ward_tuple) found;
};

/* Attributes by type; those of types beyond the table are left out. */
struct attributes {
	const struct nlattr *of[TUPLE_ATTRIBUTES];
};

static int attribute_take(const struct nlattr *attribute, void *userdata)
{
	struct attributes *attributes = userdata;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type < TUPLE_ATTRIBUTES)
		attributes->of[type] = attribute;
	return MNL_CB_OK;
}

static bool nest_read(const struct nlattr *nest, struct attributes *ret_attributes)
{
	*ret_attributes = (struct attributes){};
	return nest && mnl_attr_parse_nested(nest, attribute_take, ret_attributes) >= 0;
}

static bool ip_read(const struct attributes *ip, uint16_t type4, uint16_t type6,
		    struct ward_ip *ret_ip)
{
	uint32_t words[4];

	if (ip->of[type4] && mnl_attr_get_payload_len(ip->of[type4]) == sizeof(words[0])) {
		*ret_ip = (struct ward_ip){.lo = ntohl(mnl_attr_get_u32(ip->of[type4])),
					   .family = WARD_FAMILY_4};
		return true;
	}
	if (!ip->of[type6] || mnl_attr_get_payload_len(ip->of[type6]) != sizeof(words))
		return false;
	memcpy(words, mnl_attr_get_payload(ip->of[type6]), sizeof(words));
	*ret_ip =
		(struct ward_ip){(uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]),
				 (uint64_t)ntohl(words[2]) << 32 | ntohl(words[3]), WARD_FAMILY_6};
	return true;
}

static bool tuple_read(const struct nlattr *nest, struct ward_tuple *ret_tuple)
{
	struct attributes tuple, ip, protocol;

	if (!nest_read(nest, &tuple) || !nest_read(tuple.of[CTA_TUPLE_IP], &ip) ||
	    !nest_read(tuple.of[CTA_TUPLE_PROTO], &protocol) || !protocol.of[CTA_PROTO_NUM] ||
	    !protocol.of[CTA_PROTO_SRC_PORT] || !protocol.of[CTA_PROTO_DST_PORT])
		return false;
	ret_tuple->protocol = mnl_attr_get_u8(protocol.of[CTA_PROTO_NUM]);
	ret_tuple->from_port = ntohs(mnl_attr_get_u16(protocol.of[CTA_PROTO_SRC_PORT]));
	ret_tuple->to_port = ntohs(mnl_attr_get_u16(protocol.of[CTA_PROTO_DST_PORT]));
	return ip_read(&ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, &ret_tuple->from) &&
	       ip_read(&ip, CTA_IP_V4_DST, CTA_IP_V6_DST, &ret_tuple->to);
}

static bool is_answered(const struct nlattr *status)
{
	return status && mnl_attr_get_payload_len(status) == sizeof(uint32_t) &&
	       (ntohl(mnl_attr_get_u32(status)) & IPS_SEEN_REPLY);
}

static int connection_take(const struct nlmsghdr *nlh, void *userdata)
{
	struct search *search = userdata;
	struct attributes connection = {};
	struct ward_tracked tracked;

	if (mnl_attr_parse(nlh, sizeof(struct nfgenmsg), attribute_take, &connection) < 0 ||
	    !tuple_read(connection.of[CTA_TUPLE_ORIG], &tracked.original) ||
	    !tuple_read(connection.of[CTA_TUPLE_REPLY], &tracked.reply))
		return MNL_CB_OK;
	tracked.answered = is_answered(connection.of[CTA_STATUS]);
	if (search->fn(search->userdata, &tracked))
		ward_vec_push(&search->found, tracked.original);
	return MNL_CB_OK;
}

static struct nlmsghdr *request_begin(char *buf, uint8_t operation, uint16_t flags,
				      enum ward_family family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));

	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | operation;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = 1;
	nfg->nfgen_family = family == WARD_FAMILY_6 ? AF_INET6 : AF_INET;
	nfg->version = NFNETLINK_V0;
	return nlh;
}

static void ip_put(struct nlmsghdr *nlh, uint16_t type4, uint16_t type6, struct ward_ip ip)
{
	uint32_t words[] = {htonl(ip.hi >> 32), htonl(ip.hi), htonl(ip.lo >> 32), htonl(ip.lo)};

	if (ip.family == WARD_FAMILY_4)
		mnl_attr_put_u32(nlh, type4, words[3]);
	else
		mnl_attr_put(nlh, type6, sizeof(words), words);
}

static void tuple_put(struct nlmsghdr *nlh, const struct ward_tuple *tuple)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CTA_TUPLE_ORIG);
	struct nlattr *part = mnl_attr_nest_start(nlh, CTA_TUPLE_IP);

	ip_put(nlh, CTA_IP_V4_SRC, CTA_IP_V6_SRC, tuple->from);
	ip_put(nlh, CTA_IP_V4_DST, CTA_IP_V6_DST, tuple->to);
	mnl_attr_nest_end(nlh, part);
	part = mnl_attr_nest_start(nlh, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(nlh, CTA_PROTO_NUM, tuple->protocol);
	mnl_attr_put_u16(nlh, CTA_PROTO_SRC_PORT, htons(tuple->from_port));
	mnl_attr_put_u16(nlh, CTA_PROTO_DST_PORT, htons(tuple->to_port));
	mnl_attr_nest_end(nlh, part);
	mnl_attr_nest_end(nlh, nest);
}

/* Sends and takes the answer to its end. */
static int talk(struct mnl_socket *socket, const struct nlmsghdr *nlh, mnl_cb_t fn, void *userdata)
{
	_Alignas(NLMSG_ALIGNTO) char buf[ANSWER_SIZE];
	int r = mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0 ? -1 : MNL_CB_OK;

	while (r > MNL_CB_STOP) {
		r = mnl_socket_recvfrom(socket, buf, sizeof(buf));
		if (r >= 0)
			r = mnl_cb_run(buf, r, nlh->nlmsg_seq, mnl_socket_get_portid(socket), fn,
				       userdata);
	}
	return r < 0 ? -errno : 0;
}

/* One that has ended by itself since is forgotten too. */
static int forget(struct mnl_socket *socket, const struct ward_tuple *tuple)
{
	_Alignas(NLMSG_ALIGNTO) char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh =
		request_begin(buf, IPCTNL_MSG_CT_DELETE, NLM_F_ACK, tuple->from.family);
	int r;

	tuple_put(nlh, tuple);
	r = talk(socket, nlh, NULL, NULL);
	return r == -ENOENT ? 0 : r;
}

static int search_run(struct mnl_socket *socket, enum ward_family family, struct search *search)
{
	_Alignas(NLMSG_ALIGNTO) char buf[REQUEST_SIZE];
	struct nlmsghdr *nlh = request_begin(buf, IPCTNL_MSG_CT_GET, NLM_F_DUMP, family);
	int r;

	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	r = talk(socket, nlh, connection_take, search);
	for (uint32_t i = 0; r == 0 && i < search->found.n; i++)
		r = forget(socket, &search->found.items[i]);
	return r;
}

int ward_tracked_forget(enum ward_family family, ward_tracked_fn fn, void *userdata)
{
	struct search search = {.fn = fn, .userdata = userdata};
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	int r = socket ? search_run(socket, family, &search) : -errno;

	if (socket)
		mnl_socket_close(socket);
	ward_vec_done(&search.found);
	return r;
}
