/* SPDX-License-Identifier: Apache-2.0 */
#include "fourway/fabric.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>

#include "fourway/probe.h"
#include "net/netlink.h"
#include "net/netns.h"

enum {
	LOOPBACK = 1,
	FIRST_PORT = 10, /* interfaces on the node's side */
	FRAME_MAX = 2048,
	PATIENCE_MS = 30000,
	SENTINEL_ID = 0x80000000,
};

#ifndef PACKET_IGNORE_OUTGOING
enum {
	PACKET_IGNORE_OUTGOING = 23 /* newer than the headers of Debian 12 */
};
#endif

void fabric_check(int error, const char *what)
{
	if (error >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(-error));
	exit(EXIT_FAILURE);
}

static void settings_write(bool is_router)
{
	const char *const on = is_router ? "1" : "0", *const off = is_router ? "0" : "1";
	const struct {
		const char *path, *value;
	} settings[] = {
		{"ipv4/ip_forward", on},
		{"ipv4/conf/all/rp_filter", "0"},
		{"ipv4/conf/default/rp_filter", "0"},
		{"ipv4/conf/all/send_redirects", "0"},
		{"ipv4/conf/default/send_redirects", "0"},
		{"ipv6/conf/all/disable_ipv6", off},
		{"ipv6/conf/default/disable_ipv6", off},
		{"ipv6/conf/all/forwarding", on},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(settings); i++)
		fabric_check(ward_netns_sysctl(settings[i].path, settings[i].value),
			     settings[i].path);
}

void fabric_open(struct fabric *fabric, struct ward_symbols *symbols)
{
	int on = 1, room = 1 << 24;

	*fabric = (struct fabric){.symbols = symbols, .ns = ward_netns_new()};
	fabric_check(fabric->ns, "a network namespace");
	_cleanup_(ward_netns_return) int home = ward_netns_visit(fabric->ns);
	fabric_check(home, "a network namespace");
	settings_write(false);
	fabric->socket =
		socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	if (fabric->socket < 0 ||
	    setsockopt(fabric->socket, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    setsockopt(fabric->socket, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) < 0)
		fabric_check(-errno, "a packet socket");
}

static void node_close(struct fabric_node *node)
{
	ward_agent_close(node->agent);
	ward_netlink_close(node->netlink);
	for (int f = 0; f < FABRIC_FAMILIES; f++)
		close(node->raw[f]);
	close(node->ns);
	ward_vec_done(&node->ways);
	ward_vec_done(&node->objects);
}

void fabric_close(struct fabric *fabric)
{
	for (uint32_t i = 0; i < fabric->n_nodes; i++)
		node_close(&fabric->nodes[i]);
	close(fabric->socket);
	close(fabric->ns);
}

/* ---- nodes ---- */

uint32_t fabric_ifindex(uint32_t port)
{
	return FIRST_PORT + port;
}

/* The far end's, in one namespace with all others. */
static uint32_t far_ifindex(const struct fabric_node *node, uint32_t port)
{
	return (node->index + 1) * FABRIC_PORTS + port;
}

/* Who is at the far end of each port, to route by; nobody is ever asked for his link address. */
static struct ward_ip gateway(enum ward_family family, uint32_t port)
{
	if (family == WARD_FAMILY_6)
		return (struct ward_ip){UINT64_C(0xfe80) << 48, 1 + port, WARD_FAMILY_6};
	return (struct ward_ip){.lo = 0xa9fe0101 + port, .family = WARD_FAMILY_4};
}

static struct ward_cidr host_route(struct ward_ip ip)
{
	return (struct ward_cidr){.ip = ip, .bits = ip.family == WARD_FAMILY_6 ? 128 : 32};
}

static void mac_of(uint32_t port, uint8_t ret_mac[6])
{
	memcpy(ret_mac, (uint8_t[6]){0x02, 'W', 'D', 0, 0, port}, 6);
}

static void port_add(struct fabric_node *node)
{
	uint32_t port = node->n_ports++;
	char name[16], far[16];
	struct ward_veth veth = {
		.name = name,
		.peer_name = far,
		.ifindex = fabric_ifindex(port),
		.peer_ifindex = far_ifindex(node, port),
		.peer_mac = {0x02, 'W', 'D', 1, node->index, port},
		.peer_ns = node->fabric->ns,
	};

	snprintf(name, sizeof(name), "port%u", port);
	snprintf(far, sizeof(far), "far%u-%u", node->index, port);
	mac_of(port, veth.mac);
	ward_netlink_veth(node->netlink, &veth);
	for (enum ward_family f = WARD_FAMILY_4; f <= WARD_FAMILY_6; f++) {
		struct ward_ip ip = gateway(f, port);

		ward_netlink_neighbour(node->netlink, veth.ifindex, ip, veth.peer_mac);
		ward_netlink_route(node->netlink, veth.ifindex, host_route(ip), (struct ward_ip){});
	}
}

/* The far ends of ports from @first on. */
static void far_ends_up(struct fabric_node *node, uint32_t first)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->fabric->ns);
	_cleanup_(ward_netlink_closep) struct ward_netlink *netlink = NULL;

	fabric_check(home, "a network namespace");
	fabric_check(ward_netlink_open(&netlink), "a netlink socket");
	for (uint32_t port = first; port < node->n_ports; port++)
		ward_netlink_up(netlink, far_ifindex(node, port));
	fabric_check(ward_netlink_flush(netlink), "bringing up interfaces");
}

static void ports_want(struct fabric_node *node, uint32_t n)
{
	uint32_t first = node->n_ports;

	if (n > FABRIC_PORTS)
		fabric_check(-ENOSPC, "more pods on a node than there are ports");
	while (node->n_ports < n)
		port_add(node);
	fabric_check(ward_netlink_flush(node->netlink), "adding interfaces");
	if (first < node->n_ports)
		far_ends_up(node, first);
}

static void agent_start(struct fabric_node *node)
{
	const uint32_t uplink = fabric_ifindex(FABRIC_UPLINK);
	const struct ward_agent_config config = {
		.symbols = node->fabric->symbols,
		.node = node->name,
		.n_uplinks = 1,
		.uplinks = &uplink,
	};
	char *why = NULL;
	int r = ward_agent_open(&config, &node->agent, &why);

	fabric_check(r, why ? why : "an agent");
	ward_agent_on_flow(node->agent, node->fabric->on_flow, node->fabric->userdata);
}

static void node_setup(struct fabric_node *node)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);
	int r;

	fabric_check(home, "a network namespace");
	settings_write(true);
	r = ward_netlink_open(&node->netlink);
	fabric_check(r, "a netlink socket");
	ward_netlink_up(node->netlink, LOOPBACK);
	ports_want(node, FABRIC_POD);
	for (enum ward_family f = WARD_FAMILY_4; f <= WARD_FAMILY_6; f++) {
		ward_netlink_route(node->netlink, fabric_ifindex(FABRIC_UPLINK),
				   (struct ward_cidr){.ip.family = f}, gateway(f, FABRIC_UPLINK));
		node->raw[f - WARD_FAMILY_4] = socket(f == WARD_FAMILY_6 ? AF_INET6 : AF_INET,
						      SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
		fabric_check(node->raw[f - WARD_FAMILY_4] < 0 ? -errno : 0, "a raw socket");
	}
	fabric_check(ward_netlink_flush(node->netlink), "the default route");
	agent_start(node);
}

struct fabric_node *fabric_node(struct fabric *fabric, ward_sym name, uint32_t n_pods)
{
	struct fabric_node *node = fabric->nodes, *end = node + fabric->n_nodes;

	while (node < end && node->name != name)
		node++;
	if (node == end) {
		if (fabric->n_nodes == FABRIC_NODES)
			fabric_check(-ENOSPC, "more nodes than there is room for");
		*node = (struct fabric_node){
			.fabric = fabric,
			.name = name,
			.index = fabric->n_nodes++,
			.ns = ward_netns_new(),
		};
		fabric_check(node->ns, "a network namespace");
		node_setup(node);
	}
	ports_want(node, FABRIC_POD + n_pods);
	return node;
}

void fabric_route(struct fabric_node *node, struct ward_ip ip, uint32_t port)
{
	struct fabric_way *way = node->ways.items, *end = way + node->ways.n;
	struct fabric_way new = {ip, port};

	while (way < end && !ward_ip_eq(way->ip, ip))
		way++;
	if (way < end && way->port == port)
		return;
	if (way < end)
		way->port = port;
	else
		ward_vec_push(&node->ways, new);
	ward_netlink_reroute(node->netlink, fabric_ifindex(port), host_route(ip),
			     gateway(ip.family, port));
}

/* ---- connections ---- */

/* Deletes all entries of the namespace of @socket. */
static int tracking_flush(struct mnl_socket *socket)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nfgenmsg *nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	ssize_t n;

	nlh->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nfg->nfgen_family = AF_UNSPEC;
	nfg->version = NFNETLINK_V0;
	if (mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	n = mnl_socket_recvfrom(socket, buf, sizeof(buf));
	return n < 0 || mnl_cb_run(buf, n, 0, 0, NULL, NULL) < 0 ? -errno : 0;
}

void fabric_forget(struct fabric_node *node)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);

	fabric_check(home, "a network namespace");
	fabric_check(socket ? tracking_flush(socket) : -errno, "emptying the connection table");
	mnl_socket_close(socket);
}

/* ---- packets ---- */

static void wire_send(const struct fabric *fabric, struct fabric_place from, const uint8_t *bytes,
		      size_t size)
{
	uint8_t frame[ETH_HLEN + PROBE_MAX] = {};
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = far_ifindex(from.node, from.port),
	};
	uint16_t type = htons(bytes[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);

	mac_of(from.port, frame);
	memcpy(frame + ETH_ALEN, (uint8_t[6]){0x02, 'W', 'D', 1, from.node->index, from.port}, 6);
	memcpy(frame + 2 * ETH_ALEN, &type, sizeof(type));
	memcpy(frame + ETH_HLEN, bytes, size);
	if (sendto(fabric->socket, frame, ETH_HLEN + size, 0, (void *)&to, sizeof(to)) < 0)
		fabric_check(-errno, "sending on a wire");
}

static void node_send(const struct fabric_node *node, const uint8_t *bytes, size_t size)
{
	struct sockaddr_in to4 = {.sin_family = AF_INET};
	struct sockaddr_in6 to6 = {.sin6_family = AF_INET6};
	bool six = bytes[0] >> 4 == 6;

	memcpy(&to4.sin_addr, bytes + 16, 4);
	memcpy(&to6.sin6_addr, bytes + 24, 16);
	if (sendto(node->raw[six], bytes, size, 0, six ? (void *)&to6 : (void *)&to4,
		   six ? sizeof(to6) : sizeof(to4)) < 0)
		fabric_check(-errno, "sending from a node");
}

void fabric_send(const struct fabric *fabric, struct fabric_place from, const uint8_t *bytes,
		 size_t size)
{
	if (from.port == FABRIC_HOST)
		node_send(from.node, bytes, size);
	else
		wire_send(fabric, from, bytes, size);
}

/* From the world to the world, so nobody judges it; behind all that was sent before. */
static void sentinel_send(struct fabric *fabric, struct fabric_node *node)
{
	struct probe sentinel = {
		.src = {.lo = 0xc613ff01, .family = WARD_FAMILY_4},
		.dst = {.lo = 0xc613ff02, .family = WARD_FAMILY_4},
		.protocol = 253, /* for experiments (RFC 3692) */
		.id = SENTINEL_ID + node->index,
	};

	probe_build(&sentinel);
	fabric_send(fabric, (struct fabric_place){node, FABRIC_UPLINK}, sentinel.bytes,
		    sentinel.size);
}

/* One frame, with the time it may take to come; the size of its packet. */
static size_t frame_receive(struct fabric *fabric, uint8_t *frame, struct fabric_place *ret_at)
{
	struct pollfd pollfd = {.fd = fabric->socket, .events = POLLIN};
	struct sockaddr_ll from = {};
	socklen_t from_size = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(fabric->socket, frame, FRAME_MAX, 0, (void *)&from, &from_size)) < 0) {
		if (errno != EAGAIN)
			fabric_check(-errno, "receiving");
		if (poll(&pollfd, 1, PATIENCE_MS) == 0)
			fabric_check(-ETIMEDOUT, "a packet that nobody judges did not arrive");
	}
	*ret_at = (struct fabric_place){};
	if (from.sll_ifindex >= FABRIC_PORTS && n > ETH_HLEN)
		*ret_at = (struct fabric_place){
			&fabric->nodes[from.sll_ifindex / FABRIC_PORTS - 1],
			from.sll_ifindex % FABRIC_PORTS,
		};
	return n > ETH_HLEN ? n - ETH_HLEN : 0;
}

void fabric_collect(struct fabric *fabric,
		    void (*fn)(void *userdata, struct fabric_place at, const uint8_t *bytes,
			       size_t size),
		    void *userdata)
{
	uint32_t n_out = 0;

	for (uint32_t i = 0; i < fabric->n_nodes; i++) {
		if (!fabric->nodes[i].used)
			continue;
		sentinel_send(fabric, &fabric->nodes[i]);
		n_out++;
	}
	while (n_out) {
		uint8_t frame[FRAME_MAX];
		struct fabric_place at;
		size_t size = frame_receive(fabric, frame, &at);
		uint32_t id;

		if (!at.node || !probe_id_of(frame + ETH_HLEN, size, &id))
			continue;
		if (id >= SENTINEL_ID)
			n_out--;
		else
			fn(userdata, at, frame + ETH_HLEN, size);
	}
}
