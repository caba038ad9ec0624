/* SPDX-License-Identifier: Apache-2.0 */
/* Real packets through a node: two pods, the world, and a policy that changes under them. */
#include "city.h"

#include <linux/rtnetlink.h>

/* A connection whose handshake is done when this returns, if it may be made at all; -1 if not. */
static int try_connect(int net, const char *to, uint16_t port)
{
	union address address = socket_address(to, port);
	int fd = net_socket(net, address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};

	if (connect(fd, &address.any, address_size(&address)) == 0 ||
	    (errno == EINPROGRESS && poll(&poll_fd, 1, 100) == 1 && !(poll_fd.revents & POLLERR)))
		return fd;
	close(fd);
	return -1;
}

static bool can_connect(const struct city *city, int from, int to, uint16_t port)
{
	int server = listener(city, to, SOCK_STREAM, port);
	int client = try_connect(city->place[from], address_of(city, to), port);

	close(server);
	if (client >= 0)
		close(client);
	return client >= 0;
}

static bool udp_arrives(const struct city *city, int from, int to, uint16_t port)
{
	int server = listener(city, to, SOCK_DGRAM, port);
	int client = net_socket(city->place[from], city->family, SOCK_DGRAM, 0);
	bool arrived;

	send_to(client, "x", 1, address_of(city, to), port);
	arrived = comes(server, 50);
	close(client);
	close(server);
	return arrived;
}

/* Sends an echo request; the kernel sums ICMPv6 itself. */
static void echo_send(const struct city *city, int fd, const char *to)
{
	struct icmphdr echo = {.type = ICMP_ECHO, .un.echo.id = 5};
	struct icmp6_hdr echo6 = {.icmp6_type = ICMP6_ECHO_REQUEST};

	echo.checksum = checksum(&echo, sizeof(echo));
	if (city->family == AF_INET)
		send_to(fd, &echo, sizeof(echo), to, 0);
	else
		send_to(fd, &echo6, sizeof(echo6), to, 0);
}

/* A raw socket hears IPv4 headers, but not those of IPv6. */
static int echo_socket(const struct city *city, int net)
{
	return net_socket(net, city->family, SOCK_RAW,
			  city->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

/* An echo request is answered. */
static bool can_ping(const struct city *city, int net, int to)
{
	int fd = echo_socket(city, net);
	uint8_t answer[128];
	bool answered = false;

	echo_send(city, fd, address_of(city, to));
	while (!answered && comes(fd, 50)) {
		assert_true(recv(fd, answer, sizeof(answer), 0) > 0);
		answered = city->family == AF_INET ? answer[20] == ICMP_ECHOREPLY
						   : answer[0] == ICMP6_ECHO_REPLY;
	}
	close(fd);
	return answered;
}

/* A UDP datagram with a source of our choice. */
static void send_as(int net, const char *from, const char *to, uint16_t port)
{
	struct udphdr udp = {.source = htons(1234), .dest = htons(port), .len = htons(8)};
	uint8_t packet[64];
	size_t size = udp_header(packet, from, to, sizeof(udp));
	int fd = net_socket(net, strchr(to, ':') ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);

	if (strchr(to, ':'))
		udp.check = udp6_checksum(packet, &udp);
	memcpy(packet + size, &udp, sizeof(udp));
	send_to(fd, packet, size + sizeof(udp), to, 0);
	close(fd);
}

static void without_ward_everything_passes(void **state)
{
	struct city *city = *state;

	assert_true(can_connect(city, A, B, 81));
	assert_true(can_connect(city, WORLD, B, 80));
	assert_true(can_ping(city, city->place[LATE], A));
	city->family = AF_INET6;
	assert_true(can_connect(city, A, B, 81));
	assert_true(can_connect(city, WORLD, B, 80));
	assert_true(can_ping(city, city->place[LATE], A));
}

static void closed_until_the_first_commit(void **state)
{
	struct city *city = *state;

	assert_false(can_connect(city, A, B, 80));
	assert_false(can_ping(city, city->place[WORLD], A));
	assert_true(can_ping(city, city->place[WORLD], UPLINK)); /* no pod is concerned */
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
	assert_true(can_ping(city, city->place[A], B));
	assert_false(can_ping(city, city->place[WORLD], B));
	assert_true(can_ping(city, city->place[B], WORLD)); /* the reply is judged reversed */
	assert_true(can_ping(city, city->node, B));	    /* the pod's own node (A10.1) */
	assert_true(can_ping(city, city->place[B], GATEWAY));
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
	client = try_connect(city->place[A], address_of(city, B), 80);
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
		int from, as;
	} lies[] = {
		{A, B},		 /* another pod of the node */
		{A, GATEWAY},	 /* the node */
		{A, WORLD},	 /* the world */
		{LATE, A},	 /* a pod, from behind an interface that no pod has yet */
		{LATE, WORLD},	 /* the world, from there */
		{WORLD, A},	 /* a pod, from outside */
		{WORLD, UPLINK}, /* the node, from outside */
	};
	struct city *city = *state;
	int server;

	assert_int_equal(commit(city, -1), 0);
	server = listener(city, B, SOCK_DGRAM, 53);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(lies); i++) {
		send_as(city->place[lies[i].from], address_of(city, lies[i].as),
			address_of(city, B), 53);
		assert_int_equal(counters(city).spoofed, i + 1);
		assert_false(comes(server, 20));
	}
	send_as(city->place[A], address_of(city, A), address_of(city, B),
		53); /* the truth passes */
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
	assert_false(can_ping(city, city->place[LATE], WORLD));
}

/* The error about a flow that may be: a port nobody listens on. */
static void errors_about_flows_pass(void **state)
{
	struct city *city = *state;
	union address address = socket_address(address_of(city, WORLD), 9);
	int fd = net_socket(city->place[B], city->family, SOCK_DGRAM, 0);
	struct pollfd poll_fd = {.fd = fd};

	assert_int_equal(commit(city, 80), 0); /* nothing may be opened from there to b */
	assert_int_equal(connect(fd, &address.any, address_size(&address)), 0);
	assert_int_equal(send(fd, "x", 1, 0), 1);
	assert_int_equal(poll(&poll_fd, 1, PATIENCE_MS), 1);
	assert_true(poll_fd.revents & POLLERR);
	close(fd);
}

/* An ICMP error with text of the sender's own, about UDP from @inner_from to @inner_to. */
static void send_error(const struct city *city, int from, int to, int inner_from, uint16_t sport,
		       int inner_to, uint16_t dport)
{
	struct icmphdr icmp = {.type = ICMP_DEST_UNREACH, .code = ICMP_HOST_UNREACH};
	struct icmp6_hdr icmp6 = {.icmp6_type = ICMP6_DST_UNREACH,
				  .icmp6_code = ICMP6_DST_UNREACH_ADDR};
	struct udphdr udp = {.source = htons(sport), .dest = htons(dport), .len = htons(14)};
	uint8_t packet[80] = {};
	size_t size = sizeof(icmp);
	int fd = echo_socket(city, city->place[from]);

	memcpy(packet, city->family == AF_INET ? (void *)&icmp : (void *)&icmp6, size);
	size += udp_header(packet + size, address_of(city, inner_from), address_of(city, inner_to),
			   14);
	memcpy(packet + size, &udp, sizeof(udp));
	memcpy(packet + size + sizeof(udp), "SECRET", 6);
	size += 14;
	if (city->family == AF_INET) {
		icmp.checksum = checksum(packet, size);
		memcpy(packet, &icmp, sizeof(icmp));
	}
	send_to(fd, packet, size, address_of(city, to), 0);
	close(fd);
}

/* Hears ICMP errors and nothing that neighbours say. */
static int error_listener(const struct city *city, int place)
{
	int fd = echo_socket(city, city->place[place]);
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &filter);
	if (city->family == AF_INET6)
		assert_int_equal(
			setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter)), 0);
	return fd;
}

/* A UDP flow from @from's port 5555, of which the other end has heard. */
static void flow_open(const struct city *city, int from, int to, uint16_t port, int ret_fds[2])
{
	ret_fds[0] = net_socket(city->place[from], city->family, SOCK_DGRAM, 0);
	ret_fds[1] = listener(city, to, SOCK_DGRAM, port);
	bind_to(ret_fds[0], address_of(city, from), 5555);
	send_to(ret_fds[0], "x", 1, address_of(city, to), port);
	assert_true(comes(ret_fds[1], PATIENCE_MS));
}

/* A pod is no router: it must not use the flows of others to reach whom it may not. */
static void errors_are_no_way_round(void **state)
{
	struct city *city = *state;
	int raw = error_listener(city, B), flow[2];

	assert_int_equal(commit(city, 0), 0); /* nobody may send to b, which opens a flow */
	flow_open(city, B, WORLD, 9, flow);
	send_error(city, A, B, B, 5555, WORLD, 9);
	assert_false(comes(raw, 50));
	assert_int_equal(counters(city).spoofed, 1);
	send_error(city, WORLD, B, B, 5555, WORLD, 9);
	assert_true(comes(raw, PATIENCE_MS)); /* who has a part in it may complain */
	close(raw);
	close(flow[0]);
	close(flow[1]);
}

/* An error about a flow that may not be any more is part of it; and so is one about a reply. */
static void errors_are_judged_as_their_flow(void **state)
{
	struct city *city = *state;
	int raw = error_listener(city, B), raw_a = error_listener(city, A), flow[2];
	char byte;

	assert_int_equal(commit(city, -1), 0);
	flow_open(city, A, B, 53, flow);
	for (int port = -1; port <= 0; port++) {
		assert_int_equal(commit(city, port), 0);
		/* the opener, about a reply; then the other end, about what the opener sent */
		send_error(city, A, B, B, 53, A, 5555);
		assert_int_equal(comes(raw, 50), port < 0);
		send_error(city, B, A, A, 5555, B, 53);
		assert_int_equal(comes(raw_a, 50), port < 0);
		while (recv(raw, &byte, 1, MSG_DONTWAIT) > 0 ||
		       recv(raw_a, &byte, 1, MSG_DONTWAIT) > 0)
			;
	}
	assert_int_equal(counters(city).denied, 2);
	close(raw_a);
	close(raw);
	close(flow[0]);
	close(flow[1]);
}

/* A kubelet probes from whatever address is next to the pod, and no Node object has it. */
static void the_node_is_what_its_interfaces_say(void **state)
{
	struct city *city = *state;
	const char *spare = address_of(city, SPARE);
	const struct ward_ip own = ip_of(spare);
	int server = listener(city, B, SOCK_DGRAM, 53), client;
	char byte;

	net_run(city->node, "ip addr add %s dev lo", spare);
	client = net_socket(city->node, city->family, SOCK_DGRAM, 0);
	bind_to(client, spare, 5000);
	for (int known = 0; known < 2; known++) {
		ward_datapath_own_set(city->datapath, &own, known);
		assert_int_equal(commit(city, 0), 0); /* b is isolated */
		send_to(client, "?", 1, address_of(city, B), 53);
		assert_true(comes(server, PATIENCE_MS)); /* is not judged: it begins here */
		assert_int_equal(recv(server, &byte, 1, 0), 1);
		send_to(server, "!", 1, spare, 5000);
		assert_int_equal(comes(client, 50), known);
	}
	send_as(city->place[A], spare, address_of(city, B), 53);
	assert_false(comes(server, 50));
	assert_int_equal(counters(city).spoofed, 1);
	net_run(city->node, "ip addr del %s/%d dev lo", spare, city->family == AF_INET ? 32 : 128);
	close(client);
	close(server);
}

/* ICMPv6 of some type from pod a to pod b, by way of the node; does it arrive? */
static bool icmp6_arrives(const struct city *city, uint8_t type)
{
	uint8_t packet[24] = {type, [23] = 'x'}; /* what the kernels ask each other has no x */
	int server = net_socket(city->place[B], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	int client = net_socket(city->place[A], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);
	int hops = 255;
	bool arrived = false;

	setsockopt(client, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops));
	send_to(client, packet, sizeof(packet), address_of(city, B), 0);
	while (!arrived && comes(server, 50)) {
		assert_true(recv(server, packet, sizeof(packet), 0) > 0);
		arrived = packet[23] == 'x';
	}
	close(client);
	close(server);
	return arrived;
}

/* What is for the link only is no way from pod to pod through the node: what leaves it is judged
 * like any other packet. */
static void discovery_is_not_passed_on(void **state)
{
	struct city *city = *state;

	assert_int_equal(commit(city, -1), 0);
	assert_true(icmp6_arrives(city, 135));
	assert_int_equal(commit(city, 0), 0);
	for (uint8_t type = 133; type <= 137; type++)
		assert_false(icmp6_arrives(city, type));
	assert_int_equal(counters(city).denied, 5);
}

/* Neighbours are found, whatever the rules say, before the first commit too: the node by a pod, by
 * either of its addresses, and a pod by the node. */
static void neighbours_are_found(void **state)
{
	struct city *city = *state;

	for (int commits = 0; commits < 2; commits++) {
		net_run(city->place[A], "ip -6 neigh flush dev eth0");
		net_run(city->node, "ip -6 neigh flush dev pod-a");
		can_ping(city, city->place[A], WORLD);
		net_run(city->place[A], "ip -6 neigh show %s | grep -q lladdr",
			address_of(city, GATEWAY));
		assert_int_equal(can_ping(city, city->node, A), commits > 0);
		net_run(city->node, "ip -6 neigh show %s | grep -q lladdr", address_of(city, A));
		assert_int_equal(commit(city, 0), 0);
	}
	assert_int_equal(counters(city).malformed, 0);
}

/* Says to all nodes of its link that it is a router, for half an hour. */
static void advertise(const struct city *city, int place)
{
	static const uint8_t advert[16] = {ND_ROUTER_ADVERT, 0, 0, 0, 64, 0, 7, 8};
	union address all = socket_address("ff02::1", 0);
	int fd = net_socket(city->place[place], AF_INET6, SOCK_RAW, IPPROTO_ICMPV6), hops = 255;

	net_enter(city->place[place]);
	all.in6.sin6_scope_id = if_nametoindex("eth0");
	net_enter(city->node);
	setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
	assert_int_equal(sendto(fd, advert, sizeof(advert), 0, &all.any, sizeof(all.in6)),
			 sizeof(advert));
	close(fd);
}

/* The node believes its own router, and no pod (A10.10), whether it has been told of it or not. */
static void only_uplinks_lead_to_routers(void **state)
{
	static const int places[] = {A, B, LATE, WORLD};
	struct city *city = *state;

	assert_int_equal(commit(city, -1), 0);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(places); i++) {
		const char *device = device_of[places[i]];
		const char *expected = places[i] == WORLD ? "" : "!";

		net_run(city->node, "echo 2 > /proc/sys/net/ipv6/conf/%s/accept_ra", device);
		advertise(city, places[i]);
		net_run(city->node, "%s ip -6 route show default dev %s | grep -q 'proto ra'",
			expected, device);
		assert_int_equal(counters(city).spoofed, places[i] == WORLD ? i : i + 1);
		net_run(city->node,
			"echo 0 > /proc/sys/net/ipv6/conf/%s/accept_ra; "
			"ip -6 route flush default",
			device);
	}
}

/* The link-local address of a pod is nobody's: with it a pod would reach what the rules close. */
static void a_link_local_source_is_refused(void **state)
{
	struct city *city = *state;
	int server = net_socket(city->node, AF_INET6, SOCK_DGRAM, 0);
	int client = net_socket(city->place[A], AF_INET6, SOCK_DGRAM, 0);
	union address to = socket_address("ff02::1", 53);
	uint64_t before;

	bind_to(server, "::", 53);
	assert_int_equal(commit(city, -1), 0);
	before = counters(city).spoofed;
	net_enter(city->place[A]);
	to.in6.sin6_scope_id = if_nametoindex("eth0");
	net_enter(city->node);
	assert_int_equal(sendto(client, "x", 1, 0, &to.any, sizeof(to.in6)), 1);
	assert_false(comes(server, 50));
	assert_true(counters(city).spoofed > before);
	close(client);
	close(server);
}

/* No policy can be by-passed by the node's own loopback, nor is that in the way (A10.1). */
static void the_node_speaks_to_itself(void **state)
{
	struct city *city = *state;
	int server = net_socket(city->node, city->family, SOCK_DGRAM, 0);
	int client = net_socket(city->node, city->family, SOCK_DGRAM, 0);
	const char *self = city->family == AF_INET ? "127.0.0.1" : "::1";

	bind_to(server, self, 53);
	send_to(client, "x", 1, self, 53);
	assert_true(comes(server, PATIENCE_MS));
	close(client);
	close(server);
}

/* The node asks a pod from 127.0.0.1, masqueraded, as kube-proxy has it for node ports: the answer
 * is for 127.0.0.1 again when it comes to be judged. */
static void the_node_asks_from_its_loopback(void **state)
{
	struct city *city = *state;
	const struct ward_ip self = ip_of("127.0.0.1");
	int server = listener(city, B, SOCK_DGRAM, 53);
	int client = net_socket(city->node, AF_INET, SOCK_DGRAM, 0);
	union address asker;
	socklen_t size = sizeof(asker);
	char byte;

	ward_datapath_own_set(city->datapath, &self, 1);
	assert_int_equal(commit(city, 0), 0); /* b is isolated */
	net_run(city->node,
		"echo 1 > /proc/sys/net/ipv4/conf/all/route_localnet; "
		"nft 'add table ip nat; add chain ip nat post { type nat hook postrouting priority "
		"100; }; add rule ip nat post ip saddr 127.0.0.0/8 oifname pod-b masquerade'");
	bind_to(client, "127.0.0.1", 5000);
	send_to(client, "?", 1, address_of(city, B), 53);
	assert_true(comes(server, PATIENCE_MS));
	assert_int_equal(recvfrom(server, &byte, 1, 0, &asker.any, &size), 1);
	assert_int_equal(sendto(server, "!", 1, 0, &asker.any, size), 1);
	assert_true(comes(client, PATIENCE_MS));
	assert_int_equal(counters(city).malformed, 0);
	net_run(city->node, "nft delete table ip nat; "
			    "echo 0 > /proc/sys/net/ipv4/conf/all/route_localnet");
	close(client);
	close(server);
}

/* Lets a pod hand out segments of more than 64 KB, which its header cannot say; iproute2 may be too
 * old to be asked for it. */
static void grow_segments(int net)
{
	enum {
		GSO_MAX_SIZE = 41, /* IPv6 */
		GRO_MAX_SIZE = 58,
		GSO_IPV4_MAX_SIZE = 63,
		GRO_IPV4_MAX_SIZE = 64,
	};
	struct {
		struct nlmsghdr header;
		struct ifinfomsg link;
		struct {
			struct rtattr header;
			uint32_t value;
		} size[4];
		struct nlmsghdr end;
	} request = {
		.header = {.nlmsg_len = offsetof(typeof(request), end),
			   .nlmsg_type = RTM_SETLINK,
			   .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
		.size = {{{8, GSO_MAX_SIZE}, 185000},
			 {{8, GRO_MAX_SIZE}, 185000},
			 {{8, GSO_IPV4_MAX_SIZE}, 185000},
			 {{8, GRO_IPV4_MAX_SIZE}, 185000}},
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

/* A header says its length in 16 bits; the kernel hands on longer ones, whose header says 0.  Of
 * IPv6 fewer are sent: a router without Ward, too, answers the first of each kind with Packet Too
 * Big, and the sender waits. */
static void segments_of_more_than_64_kb_pass(void **state)
{
	enum {
		CHUNK = 1 << 20,
	};
	struct city *city = *state;
	const size_t total = (city->family == AF_INET6 ? 2 : 64) * CHUNK;
	char *chunk = ward_alloc(CHUNK);
	int server, client, peer;

	grow_segments(city->place[A]);
	assert_int_equal(commit(city, 80), 0);
	server = listener(city, B, SOCK_STREAM, 80);
	client = try_connect(city->place[A], address_of(city, B), 80);
	assert_true(client >= 0);
	assert_true(comes(server, PATIENCE_MS));
	peer = accept(server, NULL, NULL);
	for (size_t sent = 0, got = 0; got < total;) {
		ssize_t n = sent < total ? send(client, chunk, CHUNK, MSG_DONTWAIT) : 0;

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
	client = try_connect(city->place[A], address_of(city, B), 80);
	assert_true(client >= 0);
	assert_true(comes(ward_datapath_events_fd(city->datapath), PATIENCE_MS));
	heard = listen_to(city);
	assert_int_equal(heard.n, 1); /* of at least three packets */
	assert_true(heard.last.accept);
	assert_int_equal(heard.last.reason, WARD_FLOW_RULES);
	assert_int_equal(heard.last.version, city->version);
	assert_true(ward_ip_eq(heard.last.src, ip_of(address_of(city, A))));
	assert_true(ward_ip_eq(heard.last.dst, ip_of(address_of(city, B))));
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
		enforced(closed_until_the_first_commit),
		enforced(rules_decide),
		enforced(a_removed_permission_cuts_the_connection),
		enforced(nobody_sends_as_another),
		enforced(a_pod_that_is_not_ready_is_closed),
		enforced(segments_of_more_than_64_kb_pass),
		enforced(the_node_is_what_its_interfaces_say),
		enforced(the_node_speaks_to_itself),
		enforced4(the_node_asks_from_its_loopback),
		enforced6(neighbours_are_found),
		enforced6(a_link_local_source_is_refused),
		enforced6(discovery_is_not_passed_on),
		enforced6(only_uplinks_lead_to_routers),
		enforced(errors_about_flows_pass),
		enforced(errors_are_no_way_round),
		enforced(errors_are_judged_as_their_flow),
		enforced(flows_are_reported_once),
		enforced4(a_second_one_is_refused),
		cmocka_unit_test(when_it_ends_nothing_is_left),
	};

	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	return cmocka_run_group_tests(tests, city_build, city_raze);
}
