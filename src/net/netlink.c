/* SPDX-License-Identifier: Apache-2.0 */
#include "net/netlink.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "net/netlink-request.h"

enum {
	BATCH_SIZE = 32768,  /* sent when it is this full */
	REQUEST_SIZE = 4096, /* no request is larger */
	ANSWER_SIZE = 8192,
};

struct ward_netlink {
	struct mnl_socket *socket;
	size_t used;
	uint32_t seq;
	struct nlmsghdr *last; /* of the batch: the one whose acknowledgement ends it */
	int error;
	_Alignas(NLMSG_ALIGNTO) char buf[BATCH_SIZE + REQUEST_SIZE];
};

/* Answers without a copy of the request, room for an error to each, and no wait without an end. */
static int netlink_tune(struct ward_netlink *nl)
{
	int fd = mnl_socket_get_fd(nl->socket);
	struct timeval patience = {.tv_sec = 10};
	int on = 1, room = 1 << 20;

	if (mnl_socket_setsockopt(nl->socket, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		return -1;
	return mnl_socket_bind(nl->socket, 0, MNL_SOCKET_AUTOPID);
}

int ward_netlink_open(struct ward_netlink **ret_netlink)
{
	struct ward_netlink *nl = ward_new(struct ward_netlink);
	int r;

	nl->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	if (!nl->socket || netlink_tune(nl) < 0) {
		r = -errno;
		ward_netlink_close(nl);
		return r;
	}
	*ret_netlink = nl;
	return 0;
}

struct ward_netlink *ward_netlink_close(struct ward_netlink *netlink)
{
	if (netlink && netlink->socket)
		mnl_socket_close(netlink->socket);
	free(netlink);
	return NULL;
}

void ward_netlink_closep(struct ward_netlink **netlink)
{
	ward_netlink_close(*netlink);
}

/* Reads until the batch's last request is answered.  Only errors and that answer come. */
static int netlink_collect(struct ward_netlink *nl, uint32_t last_seq)
{
	char buf[ANSWER_SIZE];

	for (;;) {
		int n = mnl_socket_recvfrom(nl->socket, buf, sizeof(buf));
		struct nlmsghdr *nlh = (struct nlmsghdr *)buf;

		if (n < 0)
			return -errno;
		for (; mnl_nlmsg_ok(nlh, n); nlh = mnl_nlmsg_next(nlh, &n)) {
			struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);

			if (nlh->nlmsg_type != NLMSG_ERROR)
				continue;
			if (answer->error && !nl->error)
				nl->error = answer->error;
			if (nlh->nlmsg_seq == last_seq)
				return 0;
		}
	}
}

static void netlink_send(struct ward_netlink *nl)
{
	int r;

	if (!nl->used)
		return;
	nl->last->nlmsg_flags |= NLM_F_ACK;
	if (mnl_socket_sendto(nl->socket, nl->buf, nl->used) < 0)
		r = -errno;
	else
		r = netlink_collect(nl, nl->last->nlmsg_seq);
	if (r < 0 && !nl->error)
		nl->error = r;
	nl->used = 0;
}

int ward_netlink_flush(struct ward_netlink *netlink)
{
	int error;

	netlink_send(netlink);
	error = netlink->error;
	netlink->error = 0;
	return error;
}

struct nlmsghdr *ward_request_begin(struct ward_netlink *nl, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh;

	if (nl->used > BATCH_SIZE)
		netlink_send(nl);
	nlh = mnl_nlmsg_put_header(nl->buf + nl->used);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++nl->seq;
	return nlh;
}

void ward_request_end(struct ward_netlink *nl, struct nlmsghdr *nlh)
{
	nl->last = nlh;
	nl->used += NLMSG_ALIGN(nlh->nlmsg_len);
}

static uint8_t family_of(struct ward_ip ip)
{
	return ip.family == WARD_FAMILY_6 ? AF_INET6 : AF_INET;
}

void ward_request_ip(struct nlmsghdr *nlh, uint16_t type, struct ward_ip ip)
{
	uint32_t words[4] = {htonl(ip.hi >> 32), htonl(ip.hi), htonl(ip.lo >> 32), htonl(ip.lo)};

	if (ip.family == WARD_FAMILY_6)
		mnl_attr_put(nlh, type, 16, words);
	else
		mnl_attr_put(nlh, type, 4, words + 3);
}

void ward_netlink_up(struct ward_netlink *netlink, uint32_t ifindex)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	ward_request_end(netlink, nlh);
}

void ward_netlink_unlink(struct ward_netlink *netlink, uint32_t ifindex)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_DELLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	ward_request_end(netlink, nlh);
}

void ward_netlink_veth(struct ward_netlink *netlink, const struct ward_veth *veth)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *info, *data, *peer;

	ifi->ifi_index = veth->ifindex;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, veth->name);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(veth->mac), veth->mac);

	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = veth->peer_ifindex;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, veth->peer_name);
	mnl_attr_put(nlh, IFLA_ADDRESS, sizeof(veth->peer_mac), veth->peer_mac);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, veth->peer_ns);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	ward_request_end(netlink, nlh);
	ward_netlink_up(netlink, veth->ifindex);
}

void ward_netlink_address(struct ward_netlink *netlink, uint32_t ifindex, struct ward_ip ip)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = family_of(ip);
	ifa->ifa_prefixlen = ip.family == WARD_FAMILY_6 ? 128 : 32;
	ifa->ifa_flags = IFA_F_PERMANENT | IFA_F_NODAD;
	ifa->ifa_scope = RT_SCOPE_UNIVERSE;
	ifa->ifa_index = ifindex;
	ward_request_ip(nlh, IFA_LOCAL, ip);
	ward_request_ip(nlh, IFA_ADDRESS, ip);
	ward_request_end(netlink, nlh);
}

static void route_put(struct ward_netlink *netlink, uint16_t flags, struct rtmsg how,
		      uint32_t ifindex, struct ward_cidr to, struct ward_ip via)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | flags);
	struct rtmsg *rtm = mnl_nlmsg_put_extra_header(nlh, sizeof(*rtm));

	*rtm = how;
	rtm->rtm_family = family_of(to.ip);
	rtm->rtm_dst_len = to.bits;
	rtm->rtm_protocol = RTPROT_STATIC;
	ward_request_ip(nlh, RTA_DST, to.ip);
	mnl_attr_put_u32(nlh, RTA_OIF, ifindex);
	if (via.family != WARD_FAMILY_NONE)
		ward_request_ip(nlh, RTA_GATEWAY, via);
	ward_request_end(netlink, nlh);
}

static uint8_t scope_of(struct ward_ip via)
{
	return via.family == WARD_FAMILY_NONE ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
}

static struct rtmsg ordinary(struct ward_ip via)
{
	return (struct rtmsg){
		.rtm_table = RT_TABLE_MAIN,
		.rtm_type = RTN_UNICAST,
		.rtm_scope = scope_of(via),
	};
}

void ward_netlink_route(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr to,
			struct ward_ip via)
{
	route_put(netlink, NLM_F_EXCL, ordinary(via), ifindex, to, via);
}

void ward_netlink_reroute(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr to,
			  struct ward_ip via)
{
	route_put(netlink, NLM_F_REPLACE, ordinary(via), ifindex, to, via);
}

void ward_netlink_host(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr all)
{
	const struct rtmsg how = {.rtm_table = RT_TABLE_LOCAL,
				  .rtm_type = RTN_LOCAL,
				  .rtm_scope = RT_SCOPE_HOST};

	route_put(netlink, NLM_F_EXCL, how, ifindex, all, (struct ward_ip){});
}

/* The kernel asks the table of its own addresses first: so that is where they must be. */
void ward_netlink_route_unhosted(struct ward_netlink *netlink, uint32_t ifindex,
				 struct ward_cidr to, struct ward_ip via)
{
	const struct rtmsg how = {.rtm_table = RT_TABLE_LOCAL,
				  .rtm_type = RTN_UNICAST,
				  .rtm_scope = scope_of(via)};

	route_put(netlink, NLM_F_EXCL, how, ifindex, to, via);
}

void ward_netlink_neighbour(struct ward_netlink *netlink, uint32_t ifindex, struct ward_ip ip,
			    const uint8_t mac[static 6])
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = family_of(ip);
	ndm->ndm_ifindex = ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	ward_request_ip(nlh, NDA_DST, ip);
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	ward_request_end(netlink, nlh);
}

/* Of either family, from the bytes of an attribute. */
static struct ward_ip ip_of(const struct nlattr *attr)
{
	uint32_t words[4] = {};
	size_t size = mnl_attr_get_payload_len(attr);

	if (size == sizeof(words[0]))
		return (struct ward_ip){.lo = ntohl(mnl_attr_get_u32(attr)),
					.family = WARD_FAMILY_4};
	if (size != sizeof(words))
		return (struct ward_ip){};
	memcpy(words, mnl_attr_get_payload(attr), sizeof(words));
	return (struct ward_ip){
		.hi = (uint64_t)ntohl(words[0]) << 32 | ntohl(words[1]),
		.lo = (uint64_t)ntohl(words[2]) << 32 | ntohl(words[3]),
		.family = WARD_FAMILY_6,
	};
}

/* The address itself is local; where that is not said, nothing else is at the other end. */
static int address_take(const struct nlmsghdr *nlh, void *userdata)
{
	const struct nlattr *attr;
	struct ward_ips *ips = userdata;
	struct ward_ip ip = {};

	mnl_attr_for_each(attr, nlh, sizeof(struct ifaddrmsg))
	{
		if (mnl_attr_get_type(attr) == IFA_LOCAL ||
		    (mnl_attr_get_type(attr) == IFA_ADDRESS && !ip.family))
			ip = ip_of(attr);
	}
	if (ip.family)
		ward_vec_push(&ips->list, ip);
	return MNL_CB_OK;
}

int ward_netlink_addresses(struct ward_netlink *nl, struct ward_ips *ips)
{
	char buf[ANSWER_SIZE];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ifaddrmsg *ask = mnl_nlmsg_put_extra_header(nlh, sizeof(*ask));
	uint32_t seq = ++nl->seq;
	int n, r;

	nlh->nlmsg_type = RTM_GETADDR;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	ask->ifa_family = AF_UNSPEC;
	if (mnl_socket_sendto(nl->socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		n = mnl_socket_recvfrom(nl->socket, buf, sizeof(buf));
		r = n < 0 ? -1 : mnl_cb_run(buf, n, seq, 0, address_take, ips);
	} while (r > 0);
	return r < 0 ? -errno : 0;
}
