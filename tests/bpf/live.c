/* SPDX-License-Identifier: Apache-2.0 */
/* Real packets through a node: two pods, the world, and a policy that changes under them.
 *
 *	a 10.1.0.2 ─┐
 *	b 10.1.0.3 ─┼─ node 10.1.0.1, 10.9.0.1 ─ world 10.9.0.2
 *	late .4    ─┘
 *
 * A packet that is let through arrives before send() returns (veth on one machine), and one that
 * is not has been counted by then: nothing here waits for nothing to happen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <netinet/ip_icmp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "datapath/internal.h"
#include "net.h"

enum {
	A,
	B,
	LATE,
	WORLD,
	N_PLACES,
	NODE_NAME = 77,
	PATIENCE_MS = 2000, /* for what must come */
};

enum {
	D_ISOLATED,
	D_OPEN,
	D_RULE_80,
	N_D
};

static const char *const address_of[N_PLACES] = {"10.1.0.2", "10.1.0.3", "10.1.0.4", "10.9.0.2"};
static const char *const device_of[N_PLACES] = {"pod-a", "pod-b", "pod-late", "uplink"};

struct city {
	int node, place[N_PLACES];
	struct ward_datapath *datapath;
	uint32_t ifindex[2]; /* of the endpoints */
	uint64_t version;
};

static uint32_t number_of(const char *text)
{
	struct in_addr address;

	inet_pton(AF_INET, text, &address);
	return ntohl(address.s_addr);
}

static struct sockaddr_in socket_address(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static void place_build(struct city *city, int place)
{
	const char *gateway = place == WORLD ? "10.9.0.1" : "10.1.0.1";
	int net = city->place[place] = net_new();
	const char *device = device_of[place];

	net_run(net, "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
	net_run(city->node, "ip link add %s type veth peer name eth0 netns /proc/%d/fd/%d", device,
		getpid(), net);
	net_run(net,
		"ip addr add %s/32 dev eth0; ip link set eth0 up; ip route add %s dev eth0; "
		"ip route add default via %s; ip -6 addr add fd00::%d/64 dev eth0 nodad",
		address_of[place], gateway, gateway, place + 2);
	net_run(city->node,
		"ip addr add %s/32 dev %s; ip link set %s up; ip route add %s dev %s; "
		"ip -6 addr add fd00::1/128 dev %s nodad",
		gateway, device, device, address_of[place], device, device);
}

static int city_build(void **state)
{
	struct city *city = ward_new(struct city);

	city->node = net_new();
	net_enter(city->node); /* the test is the node */
	net_run(city->node, "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
	for (int place = 0; place < N_PLACES; place++)
		place_build(city, place);
	net_run(city->node, "echo 1 > /proc/sys/net/ipv4/ip_forward; "
			    "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; "
			    "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding; "
			    "ip -6 route add fd00::2 dev pod-a; "
			    "ip -6 route add fd00::3 dev pod-b");
	net_run(city->place[A], "ip -6 route add fd00::3 via fd00::1");
	city->ifindex[A] = if_nametoindex(device_of[A]);
	city->ifindex[B] = if_nametoindex(device_of[B]);
	*state = city;
	return 0;
}

static int city_raze(void **state)
{
	struct city *city = *state;

	for (int place = 0; place < N_PLACES; place++)
		close(city->place[place]);
	close(city->node);
	free(city);
	return 0;
}

/* The tables of the test.  Identities: 0 a, 1 b, 2 everyone else.  @port 80: b is isolated and
 * only a may open TCP 80 and other protocols to it; 0: b is isolated from everyone; -1: open. */
static int commit(struct city *city, int port)
{
	static const struct ward_decision decisions[N_D] = {
		[D_ISOLATED] = {false, WARD_NONE, 0},
		[D_OPEN] = {true, WARD_NONE, 0},
		[D_RULE_80] = {true, 0, 0},
	};
	static const struct ward_port_span span_80[] = {{WARD_TCP, 80, 80, D_RULE_80}};
	static const struct ward_port_map port_maps[] = {
		{.other = D_OPEN, .rest = D_OPEN},
		{.other = D_ISOLATED, .rest = D_ISOLATED},
		{.other = D_RULE_80, .rest = D_ISOLATED, .n = 1, .spans = span_80},
	};
	static const struct ward_cell from_a = {.identity = 0, .map = 2};
	static const uint32_t shape_identity[] = {0, 1, 2};
	const struct ward_row rows[] = {
		{.rest = 0},
		{.rest = port < 0 ? 0 : 1, .n_cells = port > 0, .cells = &from_a},
	};
	const struct ward_endpoint endpoints[] = {
		[A] = {.managed = true, .node = NODE_NAME, .row = {0, 0}},
		[B] = {.managed = true, .node = NODE_NAME, .row = {[WARD_INGRESS] = 1}},
	};
	static const struct ward_node_info nodes[] = {{.name = NODE_NAME}};
	struct ward_address addresses[] = {
		{.shape = 2, .endpoint = WARD_NONE, .node = 0},
		{.shape = 0, .endpoint = A, .node = WARD_NONE},
		{.shape = 1, .endpoint = B, .node = WARD_NONE},
		{.shape = 2, .endpoint = WARD_NONE, .node = 0},
	};
	static const char *const texts[] = {"10.1.0.1", "10.1.0.2", "10.1.0.3", "10.9.0.1"};
	static const struct ward_prefix prefix = {{.family = WARD_FAMILY_4}, 2};
	const struct ward_tables tables = {
		.version = ++city->version,
		.n_endpoints = 2,
		.endpoints = endpoints,
		.n_nodes = 1,
		.nodes = nodes,
		.n_addresses = 4,
		.addresses = addresses,
		.n_prefixes = 1,
		.prefixes = &prefix,
		.n_shapes = 3,
		.n_identities = 3,
		.shape_identity = shape_identity,
		.n_rows = 2,
		.rows = rows,
		.n_port_maps = 3,
		.port_maps = port_maps,
		.n_decisions = N_D,
		.decisions = decisions,
	};

	for (int i = 0; i < 4; i++)
		addresses[i].ip =
			(struct ward_ip){.lo = number_of(texts[i]), .family = WARD_FAMILY_4};
	return ward_datapath_commit_tables(city->datapath, &tables, city->ifindex);
}

static int enforce(void **state)
{
	struct city *city = *state;
	const struct ward_cidr range = {{.lo = number_of("10.1.0.0"), .family = WARD_FAMILY_4}, 24};
	const uint32_t uplink = if_nametoindex(device_of[WORLD]);
	const struct ward_datapath_config config = {
		.n_uplinks = 1,
		.uplinks = &uplink,
		.node = NODE_NAME,
		.n_pod_ranges = 1,
		.pod_ranges = &range,
		.n_addresses = 1000,
		.n_heap_lines = 1000,
	};
	_cleanup_free_ char *why = NULL;

	city->version = 0;
	if (ward_datapath_open(&config, &city->datapath, &why) < 0) {
		fprintf(stderr, "%s\n", why);
		return -1;
	}
	return 0;
}

static int release(void **state)
{
	struct city *city = *state;

	city->datapath = ward_datapath_close(city->datapath);
	return 0;
}

static struct ward_datapath_counters counters(const struct city *city)
{
	struct ward_datapath_counters now;

	ward_datapath_counters(city->datapath, &now);
	return now;
}

static bool comes(int fd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, timeout_ms) == 1;
}

static int listener(const struct city *city, int place, int type, uint16_t port)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = net_socket(city->place[place], AF_INET, type, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}

/* A connection whose handshake is done when this returns, if it may be made at all; -1 if not. */
static int try_connect(int net, const char *to, uint16_t port)
{
	struct sockaddr_in address = socket_address(to, port);
	int fd = net_socket(net, AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0 ||
	    (errno == EINPROGRESS && poll(&poll_fd, 1, 100) == 1 && !(poll_fd.revents & POLLERR)))
		return fd;
	close(fd);
	return -1;
}

static bool can_connect(const struct city *city, int from, int to, uint16_t port)
{
	int server = listener(city, to, SOCK_STREAM, port);
	int client = try_connect(city->place[from], address_of[to], port);

	close(server);
	if (client >= 0)
		close(client);
	return client >= 0;
}

static bool udp_arrives(const struct city *city, int from, int to, uint16_t port)
{
	struct sockaddr_in address = socket_address(address_of[to], port);
	int server = listener(city, to, SOCK_DGRAM, port), client;
	bool arrived;

	client = net_socket(city->place[from], AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(sendto(client, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)),
			 1);
	arrived = comes(server, 50);
	close(client);
	close(server);
	return arrived;
}

static uint16_t checksum(const void *bytes, size_t size)
{
	const uint16_t *words = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return ~sum;
}

/* An echo request is answered. */
static bool can_ping(int net, const char *to)
{
	struct sockaddr_in address = socket_address(to, 0);
	struct icmphdr echo = {.type = ICMP_ECHO, .un.echo.id = 5};
	int fd = net_socket(net, AF_INET, SOCK_RAW, IPPROTO_ICMP);
	uint8_t answer[128];
	bool answered = false;

	echo.checksum = checksum(&echo, sizeof(echo));
	sendto(fd, &echo, sizeof(echo), 0, (struct sockaddr *)&address, sizeof(address));
	while (!answered && comes(fd, 50))
		if (recv(fd, answer, sizeof(answer), 0) > 20)
			answered = answer[20] == ICMP_ECHOREPLY;
	close(fd);
	return answered;
}

/* A UDP datagram with a source of our choice. */
static void send_as(int net, const char *from, const char *to, uint16_t port)
{
	struct {
		struct iphdr ip;
		struct udphdr udp;
	} packet = {
		.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP},
		.udp = {.source = htons(1234), .dest = htons(port), .len = htons(8)},
	};
	struct sockaddr_in address = socket_address(to, 0);
	int fd = net_socket(net, AF_INET, SOCK_RAW, IPPROTO_RAW);

	packet.ip.saddr = htonl(number_of(from));
	packet.ip.daddr = htonl(number_of(to));
	assert_int_equal(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&address,
				sizeof(address)),
			 sizeof(packet));
	close(fd);
}

/* One datagram over IPv6; does it arrive? */
static bool udp6_arrives(int from, const char *to, int server_net)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(53)};
	int server = net_socket(server_net, AF_INET6, SOCK_DGRAM, 0);
	int client = net_socket(from, AF_INET6, SOCK_DGRAM, 0);
	bool arrived;

	assert_int_equal(bind(server, (struct sockaddr *)&any, sizeof(any)), 0);
	inet_pton(AF_INET6, to, &any.sin6_addr);
	assert_int_equal(sendto(client, "x", 1, 0, (struct sockaddr *)&any, sizeof(any)), 1);
	arrived = comes(server, 200);
	close(client);
	close(server);
	return arrived;
}

/* Neighbour discovery from pod a for pod b, by way of the node; does it arrive? */
static bool icmp6_arrives(const struct city *city, uint8_t type)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};
	uint8_t packet[24] = {type, [23] = 'x'}; /* what the kernels ask each other has no x */
	int server = net_socket(city->place[B], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	int client = net_socket(city->place[A], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	int hops = 255;
	bool arrived = false;

	inet_pton(AF_INET6, "fd00::3", &to.sin6_addr);
	setsockopt(client, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops));
	assert_int_equal(sendto(client, packet, sizeof(packet), 0, (struct sockaddr *)&to,
				sizeof(to)),
			 sizeof(packet));
	while (!arrived && comes(server, 200)) {
		assert_true(recv(server, packet, sizeof(packet), 0) > 0);
		arrived = packet[23] == 'x';
	}
	close(client);
	close(server);
	return arrived;
}

static void without_ward_everything_passes(void **state)
{
	struct city *city = *state;

	assert_true(can_connect(city, A, B, 81));
	assert_true(can_connect(city, WORLD, B, 80));
	assert_true(can_ping(city->place[LATE], address_of[A]));
	assert_true(udp6_arrives(city->place[A], "fd00::1", city->node));
	assert_true(icmp6_arrives(city, 135));
}

static void closed_until_the_first_commit(void **state)
{
	struct city *city = *state;

	assert_false(can_connect(city, A, B, 80));
	assert_false(can_ping(city->place[WORLD], address_of[A]));
	assert_true(can_ping(city->place[WORLD], "10.9.0.1")); /* no pod is concerned */
	assert_true(counters(city).not_ready > 0);
	assert_int_equal(counters(city).denied, 0);
}

static void rules_decide(void **state)
{
	struct city *city = *state;

	assert_int_equal(commit(city, 80), 0);
	assert_true(can_connect(city, A, B, 80));
	assert_false(can_connect(city, A, B, 81));
	assert_false(can_connect(city, WORLD, B, 80));
	assert_true(can_connect(city, B, WORLD, 80));
	assert_true(can_connect(city, WORLD, A, 80));
	assert_false(udp_arrives(city, A, B, 80));
	assert_true(udp_arrives(city, B, A, 53));
	assert_true(can_ping(city->place[A], address_of[B]));
	assert_false(can_ping(city->place[WORLD], address_of[B]));
	assert_true(can_ping(city->place[B], address_of[WORLD])); /* the reply is judged reversed */
	assert_true(can_ping(city->node, address_of[B]));	  /* the pod's own node (A10.1) */
	assert_true(can_ping(city->place[B], "10.1.0.1"));
	assert_int_equal(counters(city).spoofed + counters(city).malformed, 0);
	assert_int_equal(commit(city, -1), 0);
	assert_true(can_connect(city, WORLD, B, 81));
}

/* In both directions, at the next packet. */
static void a_removed_permission_cuts_the_connection(void **state)
{
	struct city *city = *state;
	int server, client, peer;
	char byte;

	assert_int_equal(commit(city, 80), 0);
	server = listener(city, B, SOCK_STREAM, 80);
	client = try_connect(city->place[A], address_of[B], 80);
	assert_true(client >= 0);
	assert_true(comes(server, PATIENCE_MS));
	peer = accept(server, NULL, NULL);
	assert_int_equal(send(client, "1", 1, 0), 1);
	assert_true(comes(peer, PATIENCE_MS));
	assert_int_equal(recv(peer, &byte, 1, 0), 1);

	assert_int_equal(commit(city, 0), 0);
	assert_int_equal(send(client, "2", 1, 0), 1);
	assert_false(comes(peer, 50));
	assert_int_equal(send(peer, "3", 1, 0), 1);
	assert_false(comes(client, 50));
	assert_true(counters(city).denied >= 2);

	assert_int_equal(commit(city, 80), 0); /* it comes back as it was */
	assert_true(comes(peer, PATIENCE_MS));
	assert_int_equal(recv(peer, &byte, 1, 0), 1);
	assert_int_equal(byte, '2');
	close(client);
	close(peer);
	close(server);
}

static void nobody_sends_as_another(void **state)
{
	static const struct {
		int from;
		const char *as;
	} lies[] = {
		{A, "10.1.0.3"},     /* another pod of the node */
		{A, "10.1.0.1"},     /* the node */
		{A, "10.9.0.2"},     /* the world */
		{LATE, "10.1.0.2"},  /* a pod, from behind an interface that no pod has yet */
		{LATE, "10.9.0.2"},  /* the world, from there */
		{WORLD, "10.1.0.2"}, /* a pod, from outside */
		{WORLD, "10.1.0.1"}, /* the node, from outside */
	};
	struct city *city = *state;
	int server;

	assert_int_equal(commit(city, -1), 0);
	server = listener(city, B, SOCK_DGRAM, 53);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(lies); i++) {
		send_as(city->place[lies[i].from], lies[i].as, address_of[B], 53);
		assert_int_equal(counters(city).spoofed, i + 1);
		assert_false(comes(server, 20));
	}
	send_as(city->place[A], address_of[A], address_of[B], 53); /* the truth passes */
	assert_true(comes(server, PATIENCE_MS));
	close(server);
}

static void a_pod_that_is_not_ready_is_closed(void **state)
{
	struct city *city = *state;
	uint64_t before;

	assert_int_equal(commit(city, -1), 0);
	before = counters(city).not_ready;
	assert_false(udp_arrives(city, LATE, A, 53));
	assert_int_equal(counters(city).not_ready, before + 1);
	assert_false(udp_arrives(city, A, LATE, 53));
	assert_int_equal(counters(city).not_ready, before + 2);
	assert_false(can_ping(city->place[LATE], address_of[WORLD]));
}

/* No policy can be by-passed by the other family; neighbours are found all the same. */
static void ipv6_is_closed(void **state)
{
	struct city *city = *state;
	uint64_t before;

	assert_int_equal(commit(city, -1), 0);
	net_run(city->place[A], "ip -6 neigh flush dev eth0");
	before = counters(city).unsupported;
	assert_false(udp6_arrives(city->place[A], "fd00::1", city->node));
	assert_true(counters(city).unsupported > before);
	net_run(city->place[A], "ip -6 neigh show fd00::1 | grep -q lladdr");
	assert_true(udp6_arrives(city->node, "::1", city->node));
}

/* The error about a flow that may be: a port nobody listens on. */
static void errors_about_flows_pass(void **state)
{
	struct city *city = *state;
	struct sockaddr_in address = socket_address(address_of[WORLD], 9);
	int fd = net_socket(city->place[B], AF_INET, SOCK_DGRAM, 0);
	struct pollfd poll_fd = {.fd = fd};

	assert_int_equal(commit(city, 80), 0); /* nothing may be opened from there to b */
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	assert_int_equal(poll(&poll_fd, 1, PATIENCE_MS), 1);
	assert_true(poll_fd.revents & POLLERR);
	close(fd);
}

/* An ICMP error with text of the sender's own, about UDP from @inner_from to @inner_to. */
static void send_error(int net, const char *to, const char *inner_from, uint16_t sport,
		       const char *inner_to, uint16_t dport)
{
	struct {
		struct icmphdr icmp;
		struct iphdr ip;
		struct udphdr udp;
		char text[6];
	} packet = {
		.icmp = {.type = ICMP_DEST_UNREACH, .code = ICMP_HOST_UNREACH},
		.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP},
		.udp = {.source = htons(sport), .dest = htons(dport), .len = htons(14)},
		.text = "SECRET",
	};
	struct sockaddr_in address = socket_address(to, 0);
	int fd = net_socket(net, AF_INET, SOCK_RAW, IPPROTO_ICMP);

	packet.ip.tot_len = htons(sizeof(packet) - sizeof(packet.icmp));
	packet.ip.saddr = htonl(number_of(inner_from));
	packet.ip.daddr = htonl(number_of(inner_to));
	packet.ip.check = checksum(&packet.ip, sizeof(packet.ip));
	packet.icmp.checksum = checksum(&packet, sizeof(packet));
	assert_int_equal(sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&address,
				sizeof(address)),
			 sizeof(packet));
	close(fd);
}

/* A pod is no router: it must not use the flows of others to reach whom it may not. */
static void errors_are_no_way_round(void **state)
{
	struct city *city = *state;
	struct sockaddr_in me = socket_address(address_of[B], 5555), it;
	int fd = net_socket(city->place[B], AF_INET, SOCK_DGRAM, 0);
	int raw = net_socket(city->place[B], AF_INET, SOCK_RAW, IPPROTO_ICMP);
	int server = listener(city, WORLD, SOCK_DGRAM, 9);

	assert_int_equal(commit(city, 0), 0); /* nobody may send to b, which opens a flow */
	it = socket_address(address_of[WORLD], 9);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&it, sizeof(it)), 1);
	assert_true(comes(server, PATIENCE_MS));

	send_error(city->place[A], address_of[B], address_of[B], 5555, address_of[WORLD], 9);
	assert_false(comes(raw, 50));
	assert_int_equal(counters(city).spoofed, 1);
	send_error(city->place[WORLD], address_of[B], address_of[B], 5555, address_of[WORLD], 9);
	assert_true(comes(raw, PATIENCE_MS)); /* who has a part in it may complain */
	close(raw);
	close(server);
	close(fd);
}

/* An error about a flow that may not be any more is part of it; and so is one about a reply. */
static void errors_are_judged_as_their_flow(void **state)
{
	struct city *city = *state;
	struct sockaddr_in me = socket_address(address_of[A], 5555), it;
	int fd = net_socket(city->place[A], AF_INET, SOCK_DGRAM, 0);
	int raw = net_socket(city->place[B], AF_INET, SOCK_RAW, IPPROTO_ICMP);
	int raw_a = net_socket(city->place[A], AF_INET, SOCK_RAW, IPPROTO_ICMP);
	int server = listener(city, B, SOCK_DGRAM, 53);
	char byte;

	assert_int_equal(commit(city, -1), 0);
	it = socket_address(address_of[B], 53);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (struct sockaddr *)&it, sizeof(it)), 1);
	assert_true(comes(server, PATIENCE_MS));
	for (int port = -1; port <= 0; port++) {
		assert_int_equal(commit(city, port), 0);
		/* the opener, about a reply; then the other end, about what the opener sent */
		send_error(city->place[A], address_of[B], address_of[B], 53, address_of[A], 5555);
		assert_int_equal(comes(raw, 50), port < 0);
		send_error(city->place[B], address_of[A], address_of[A], 5555, address_of[B], 53);
		assert_int_equal(comes(raw_a, 50), port < 0);
		while (recv(raw, &byte, 1, MSG_DONTWAIT) > 0 ||
		       recv(raw_a, &byte, 1, MSG_DONTWAIT) > 0)
			;
	}
	assert_int_equal(counters(city).denied, 2);
	close(raw_a);
	close(raw);
	close(server);
	close(fd);
}

/* A kubelet probes from whatever address is next to the pod, and no Node object has it. */
static void the_node_is_what_its_interfaces_say(void **state)
{
	struct city *city = *state;
	const struct ward_ip own = {.lo = number_of("10.1.0.9"), .family = WARD_FAMILY_4};
	struct sockaddr_in as = socket_address("10.1.0.9", 5000), to;
	int server = listener(city, B, SOCK_DGRAM, 53), client;
	char byte;

	net_run(city->node, "ip addr add 10.1.0.9/32 dev lo");
	client = net_socket(city->node, AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(client, (struct sockaddr *)&as, sizeof(as)), 0);
	for (int known = 0; known < 2; known++) {
		ward_datapath_own_set(city->datapath, &own, known);
		assert_int_equal(commit(city, 0), 0); /* b is isolated */
		to = socket_address(address_of[B], 53);
		assert_int_equal(sendto(client, "?", 1, 0, (struct sockaddr *)&to, sizeof(to)), 1);
		assert_true(comes(server, PATIENCE_MS)); /* is not judged: it begins here */
		assert_int_equal(recv(server, &byte, 1, 0), 1);
		assert_int_equal(sendto(server, "!", 1, 0, (struct sockaddr *)&as, sizeof(as)), 1);
		assert_int_equal(comes(client, 50), known);
	}
	send_as(city->place[A], "10.1.0.9", address_of[B], 53);
	assert_false(comes(server, 50));
	assert_int_equal(counters(city).spoofed, 1);
	net_run(city->node, "ip addr del 10.1.0.9/32 dev lo");
	close(client);
	close(server);
}

/* What is for the link only is no way from pod to pod through the node. */
static void discovery_is_not_passed_on(void **state)
{
	struct city *city = *state;

	assert_int_equal(commit(city, -1), 0);
	for (uint8_t type = 133; type <= 137; type++)
		assert_false(icmp6_arrives(city, type));
	assert_true(counters(city).unsupported >= 5);
}

/* Lets a pod hand out segments of more than 64 KB, which its header cannot say; iproute2 may be too
 * old to be asked for it. */
static void grow_segments(int net)
{
	enum {
		GSO_IPV4_MAX_SIZE = 63,
		GRO_IPV4_MAX_SIZE = 64
	};
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct {
			struct rtattr header;
			uint32_t value;
		} size[2];
		struct nlmsghdr end;
	} request = {
		.header = {.nlmsg_len = offsetof(typeof(request), end),
			   .nlmsg_type = RTM_SETLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.size = {{{8, GSO_IPV4_MAX_SIZE}, 185000}, {{8, GRO_IPV4_MAX_SIZE}, 185000}},
	};
	int fd = net_socket(net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE), back = net_current();
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer = {};

	net_enter(net);
	request.link.ifi_index = if_nametoindex("eth0");
	net_enter(back);
	close(back);
	assert_int_equal(send(fd, &request, request.header.nlmsg_len, 0), request.header.nlmsg_len);
	assert_true(recv(fd, &answer, sizeof(answer), MSG_TRUNC) > 0);
	assert_int_equal(answer.error.error, 0);
	close(fd);
}

/* A header says its length in 16 bits; the kernel hands on longer ones, whose header says 0. */
static void segments_of_more_than_64_kb_pass(void **state)
{
	enum {
		CHUNK = 1 << 20,
		TOTAL = 64 * CHUNK
	};
	struct city *city = *state;
	char *chunk = ward_alloc(CHUNK);
	int server, client, peer;

	grow_segments(city->place[A]);
	assert_int_equal(commit(city, 80), 0);
	server = listener(city, B, SOCK_STREAM, 80);
	client = try_connect(city->place[A], address_of[B], 80);
	assert_true(client >= 0);
	assert_true(comes(server, PATIENCE_MS));
	peer = accept(server, NULL, NULL);
	for (size_t sent = 0, got = 0; got < TOTAL;) {
		ssize_t n = sent < TOTAL ? send(client, chunk, CHUNK, MSG_DONTWAIT) : 0;

		sent += n > 0 ? n : 0;
		assert_true(comes(peer, PATIENCE_MS));
		n = recv(peer, chunk, CHUNK, MSG_DONTWAIT);
		assert_true(n > 0);
		got += n;
	}
	assert_int_equal(counters(city).malformed, 0);
	close(client);
	close(peer);
	close(server);
	free(chunk);
}

struct heard {
	struct ward_flow_event last;
	int n;
};

static void hear(void *userdata, const struct ward_flow_event *event)
{
	struct heard *heard = userdata;

	heard->last = *event;
	heard->n++;
}

static struct heard listen_to(struct city *city)
{
	struct heard heard = {};

	assert_true(ward_datapath_events_poll(city->datapath, hear, &heard) >= 0);
	return heard;
}

static void flows_are_reported_once(void **state)
{
	struct city *city = *state;
	struct heard heard;
	int server, client;

	assert_int_equal(commit(city, 80), 0);
	server = listener(city, B, SOCK_STREAM, 80);
	listen_to(city);
	client = try_connect(city->place[A], address_of[B], 80);
	assert_true(client >= 0);
	assert_true(comes(ward_datapath_events_fd(city->datapath), PATIENCE_MS));
	heard = listen_to(city);
	assert_int_equal(heard.n, 1); /* of at least three packets */
	assert_true(heard.last.accept);
	assert_int_equal(heard.last.reason, WARD_FLOW_RULES);
	assert_int_equal(heard.last.version, city->version);
	assert_int_equal(heard.last.src.lo, number_of(address_of[A]));
	assert_int_equal(heard.last.dst.lo, number_of(address_of[B]));
	assert_int_equal(heard.last.dst.family, WARD_FAMILY_4);
	assert_int_equal(heard.last.dport, 80);
	assert_int_equal(heard.last.protocol, IPPROTO_TCP);
	assert_int_equal(heard.last.decision[WARD_EGRESS], D_OPEN);
	assert_int_equal(heard.last.decision[WARD_INGRESS], D_RULE_80);

	assert_false(udp_arrives(city, WORLD, B, 53));
	heard = listen_to(city);
	assert_int_equal(heard.n, 1);
	assert_false(heard.last.accept);
	assert_int_equal(heard.last.decision[WARD_EGRESS], WARD_NONE);
	assert_int_equal(heard.last.decision[WARD_INGRESS], D_ISOLATED);
	close(client);
	close(server);
}

static void a_second_one_is_refused(void **state)
{
	const struct ward_datapath_config config = {.node = WARD_NONE};
	struct ward_datapath *second = NULL;
	_cleanup_free_ char *why = NULL;

	assert_true(ward_datapath_open(&config, &second, &why) < 0);
	assert_null(second);
	assert_non_null(why);
}

static void when_it_ends_nothing_is_left(void **state)
{
	struct city *city = *state;

	assert_true(can_connect(city, A, B, 81));
	net_run(city->node, "test -z \"$(nft list tables)\"");
}

int main(void)
{
	_cleanup_free_ char *why = NULL;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_ward_everything_passes),
#define enforced(test) cmocka_unit_test_setup_teardown(test, enforce, release)
		enforced(closed_until_the_first_commit),
		enforced(rules_decide),
		enforced(a_removed_permission_cuts_the_connection),
		enforced(nobody_sends_as_another),
		enforced(a_pod_that_is_not_ready_is_closed),
		enforced(ipv6_is_closed),
		enforced(segments_of_more_than_64_kb_pass),
		enforced(the_node_is_what_its_interfaces_say),
		enforced(discovery_is_not_passed_on),
		enforced(errors_about_flows_pass),
		enforced(errors_are_no_way_round),
		enforced(errors_are_judged_as_their_flow),
		enforced(flows_are_reported_once),
		enforced(a_second_one_is_refused),
		cmocka_unit_test(when_it_ends_nothing_is_left),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
