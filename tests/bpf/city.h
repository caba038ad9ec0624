/* SPDX-License-Identifier: Apache-2.0 */
/* A node with its pods and the world, as network namespaces, in both families:
 *
 *	a 10.1.0.2 fd00:1::2 ─┐
 *	b 10.1.0.3 fd00:1::3 ─┼─ node .1 ::1 ── 10.9.0.1 fd00:9::1 ─ world 10.9.0.2 fd00:9::2
 *	late    .4       ::4 ─┘
 *
 * A packet that is let through arrives before send() returns (veth on one machine), and one that
 * is not has been counted by then: nothing here waits for nothing to happen. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_icmp.h>
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
	GATEWAY = N_PLACES, /* the node, next to its pods */
	UPLINK,		    /* the node, next to the world */
	SPARE,		    /* an address that the node may have too */
	N_ADDRESSES,
	NODE_NAME = 77,
	PATIENCE_MS = 2000, /* for what must come */
};

enum {
	D_ISOLATED,
	D_OPEN,
	D_RULE_80,
	N_D
};

static const char *const device_of[N_PLACES] = {"pod-a", "pod-b", "pod-late", "uplink"};
static const char *const texts[][N_ADDRESSES] = {
	{"10.1.0.2", "10.1.0.3", "10.1.0.4", "10.9.0.2", "10.1.0.1", "10.9.0.1", "10.1.0.9"},
	{"fd00:1::2", "fd00:1::3", "fd00:1::4", "fd00:9::2", "fd00:1::1", "fd00:9::1", "fd00:1::9"},
};

struct city {
	int node, place[N_PLACES];
	int family; /* that the test is about: AF_INET or AF_INET6 */
	struct ward_datapath *datapath;
	uint32_t ifindex[2]; /* of the endpoints */
	uint64_t version;
};

static inline const char *address_of(const struct city *city, int place)
{
	return texts[city->family == AF_INET6][place];
}

static inline struct ward_ip ip_of(const char *text)
{
	struct ward_ip ip;

	assert_int_equal(ward_ip_parse(text, &ip), 0);
	return ip;
}

union address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static inline union address socket_address(const char *text, uint16_t port)
{
	union address address = {};

	if (strchr(text, ':')) {
		address.in6.sin6_family = AF_INET6;
		address.in6.sin6_port = htons(port);
		assert_int_equal(inet_pton(AF_INET6, text, &address.in6.sin6_addr), 1);
	} else {
		address.in.sin_family = AF_INET;
		address.in.sin_port = htons(port);
		assert_int_equal(inet_pton(AF_INET, text, &address.in.sin_addr), 1);
	}
	return address;
}

static inline socklen_t address_size(const union address *address)
{
	return address->any.sa_family == AF_INET ? sizeof(address->in) : sizeof(address->in6);
}

static inline void send_to(int fd, const void *bytes, size_t size, const char *to, uint16_t port)
{
	union address address = socket_address(to, port);

	assert_int_equal(sendto(fd, bytes, size, 0, &address.any, address_size(&address)), size);
}

static inline void bind_to(int fd, const char *text, uint16_t port)
{
	union address address = socket_address(text, port);

	assert_int_equal(bind(fd, &address.any, address_size(&address)), 0);
}

static inline void place_build(struct city *city, int place)
{
	int gateway = place == WORLD ? UPLINK : GATEWAY;
	int net = city->place[place] = net_new();
	const char *device = device_of[place];

	net_run(city->node, "ip link add %s type veth peer name eth0 netns /proc/%d/fd/%d", device,
		getpid(), net);
	net_run(net, "ip link set eth0 up");
	net_run(city->node, "ip link set %s up", device);
	for (int six = 0; six < 2; six++) {
		const char *own = texts[six][place], *next = texts[six][gateway];
		const char *flags = six ? "nodad" : "";

		net_run(net,
			"ip addr add %s/%d dev eth0 %s; ip route add %s dev eth0; "
			"ip route add default via %s dev eth0",
			own, six ? 128 : 32, flags, next, next);
		net_run(city->node, "ip addr add %s/%d dev %s %s; ip route add %s dev %s", next,
			six ? 128 : 32, device, flags, own, device);
	}
}

static inline int city_build(void **state)
{
	struct city *city = ward_new(struct city);

	city->node = net_new();
	net_enter(city->node); /* the test is the node */
	net_run(city->node, "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad");
	for (int place = 0; place < N_PLACES; place++)
		place_build(city, place);
	net_run(city->node, "echo 1 > /proc/sys/net/ipv4/ip_forward; "
			    "echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter; "
			    "echo 1 > /proc/sys/net/ipv6/conf/all/forwarding");
	city->ifindex[A] = if_nametoindex(device_of[A]);
	city->ifindex[B] = if_nametoindex(device_of[B]);
	city->family = AF_INET;
	*state = city;
	return 0;
}

static inline int city_raze(void **state)
{
	struct city *city = *state;

	for (int place = 0; place < N_PLACES; place++)
		close(city->place[place]);
	close(city->node);
	free(city);
	return 0;
}

/* The tables of the tests.  Identities: 0 a, 1 b, 2 everyone else.  @port 80: b is isolated and
 * only a may open TCP 80 and other protocols to it; 0: b is isolated from everyone; -1: open. */
static inline int commit(struct city *city, int port)
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
	static const int places[] = {GATEWAY, A, B, UPLINK}; /* ascending in either family */
	struct ward_address addresses[2 * WARD_ARRAY_SIZE(places)];
	static const struct ward_prefix prefixes[] = {{{.family = WARD_FAMILY_4}, 2},
						      {{.family = WARD_FAMILY_6}, 2}};
	const struct ward_tables tables = {
		.version = ++city->version,
		.n_endpoints = 2,
		.endpoints = endpoints,
		.n_nodes = 1,
		.nodes = nodes,
		.n_addresses = WARD_ARRAY_SIZE(addresses),
		.addresses = addresses,
		.n_prefixes = 2,
		.prefixes = prefixes,
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

	for (size_t i = 0; i < WARD_ARRAY_SIZE(addresses); i++) {
		int place = places[i % WARD_ARRAY_SIZE(places)];
		bool is_node = place >= N_PLACES;

		addresses[i] = (struct ward_address){
			.ip = ip_of(texts[i / WARD_ARRAY_SIZE(places)][place]),
			.shape = is_node ? 2 : (uint32_t)place,
			.endpoint = is_node ? WARD_NONE : (uint32_t)place,
			.node = is_node ? 0 : WARD_NONE,
		};
	}
	return ward_datapath_commit_tables(city->datapath, &tables, city->ifindex);
}

static inline int enforce(void **state)
{
	struct city *city = *state;
	const struct ward_cidr ranges[] = {{ip_of("10.1.0.0"), 24}, {ip_of("fd00:1::"), 64}};
	const uint32_t uplink = if_nametoindex(device_of[WORLD]);
	const struct ward_datapath_config config = {
		.n_uplinks = 1,
		.uplinks = &uplink,
		.node = NODE_NAME,
		.n_pod_ranges = WARD_ARRAY_SIZE(ranges),
		.pod_ranges = ranges,
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

static inline int enforce4(void **state)
{
	((struct city *)*state)->family = AF_INET;
	return enforce(state);
}

static inline int enforce6(void **state)
{
	((struct city *)*state)->family = AF_INET6;
	return enforce(state);
}

static inline int release(void **state)
{
	struct city *city = *state;

	city->datapath = ward_datapath_close(city->datapath);
	return 0;
}

/* A test of one family, or the same for both. */
#define enforced4(test) cmocka_unit_test_setup_teardown(test, enforce4, release)
#define enforced6(test)                                                                            \
	{                                                                                          \
		.name = #test ", IPv6", .test_func = test, .setup_func = enforce6,                 \
		.teardown_func = release                                                           \
	}
#define enforced(test) enforced4(test), enforced6(test)

static inline struct ward_datapath_counters counters(const struct city *city)
{
	struct ward_datapath_counters now;

	ward_datapath_counters(city->datapath, &now);
	return now;
}

static inline bool comes(int fd, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	return poll(&poll_fd, 1, timeout_ms) == 1;
}

static inline int listener(const struct city *city, int place, int type, uint16_t port)
{
	int fd = net_socket(city->place[place], city->family, type, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind_to(fd, city->family == AF_INET ? "0.0.0.0" : "::", port);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static inline uint16_t checksum(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += at[i] | at[i + 1] << 8; /* as the words lie in memory */
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return ~sum;
}

/* An IP header before @size bytes of UDP, into @header; its size is returned. */
static inline size_t udp_header(void *header, const char *from, const char *to, size_t size)
{
	union address source = socket_address(from, 0), target = socket_address(to, 0);
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP};
	struct ip6_hdr ip6 = {.ip6_nxt = IPPROTO_UDP, .ip6_hlim = 64};

	if (source.any.sa_family == AF_INET) {
		ip.tot_len = htons(sizeof(ip) + size);
		ip.saddr = source.in.sin_addr.s_addr;
		ip.daddr = target.in.sin_addr.s_addr;
		ip.check = checksum(&ip, sizeof(ip));
		memcpy(header, &ip, sizeof(ip));
		return sizeof(ip);
	}
	ip6.ip6_vfc = 0x60;
	ip6.ip6_plen = htons(size);
	ip6.ip6_src = source.in6.sin6_addr;
	ip6.ip6_dst = target.in6.sin6_addr;
	memcpy(header, &ip6, sizeof(ip6));
	return sizeof(ip6);
}

/* The sum of a UDP header without data behind an IPv6 header; 0 would mean none. */
static inline uint16_t udp6_checksum(const uint8_t *header, const struct udphdr *udp)
{
	struct {
		struct in6_addr from, to;
		uint32_t size, protocol;
		struct udphdr udp;
	} pseudo = {.size = htonl(sizeof(*udp)), .protocol = htonl(IPPROTO_UDP), .udp = *udp};
	uint16_t sum;

	memcpy(&pseudo.from, header + 8, 32);
	sum = checksum(&pseudo, sizeof(pseudo));
	return sum ? sum : UINT16_MAX;
}
