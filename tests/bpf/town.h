/* SPDX-License-Identifier: Apache-2.0 */
/* Two nodes with places for pods, and the world behind the first, as network namespaces:
 *
 *	place 0 .. 6 ─┐
 *	world (12) ───┴─ node 0 ══ wire ══ node 1 ─── place 7 .. 11
 *
 * A place is a veth, an IPv4 and an IPv6 address.  Its far ends have no IP stack: they are all in
 * one namespace, the street, where frames are sent and received as they are.  So whoever holds a
 * place may say anything, and nobody answers by himself.  All neighbours are written down, so
 * nothing else is on the way. */
#pragma once

#include <arpa/inet.h>
#include <net/if.h>

#include "base/ip.h"
#include "datapath/datapath.h"
#include "net.h"

enum {
	N_NODES = 2,
	PLACES_OF_0 = 7,
	N_PODS = 12, /* places for pods */
	WORLD = N_PODS,
	N_PLACES,
	NOWHERE = N_PLACES,
	N_FAMILIES = 2,
};

static const char world_texts[N_FAMILIES][16] = {"10.1.2.3", "2001:db8::1"};
static const char service_texts[N_FAMILIES][16] = {"10.8.8.8", "fd08::8"};
static const char range_texts[N_FAMILIES][16] = {"10.0.0.0", "fd00::"};

struct town {
	int node[N_NODES], street;
	uint32_t near[N_PLACES], far[N_PLACES]; /* ifindex, in the node and in the street */
	uint32_t wire[N_NODES];
	struct ward_ip ip[N_FAMILIES][N_PLACES];
	struct ward_ip node_ip[N_FAMILIES][N_NODES];
	struct ward_ip service[N_FAMILIES];
};

static inline int home_of(int place)
{
	return place >= PLACES_OF_0 && place < N_PODS;
}

static inline struct ward_ip town_ip(const char *text)
{
	struct ward_ip ip;

	if (ward_ip_parse(text, &ip) != 0)
		net_fail(text);
	return ip;
}

/* The hardware addresses: of the far end, of the near one, of a node on the wire. */
enum mac {
	MAC_FAR = 1,
	MAC_NEAR,
	MAC_WIRE,
};

static inline void mac_of(enum mac kind, int number, uint8_t mac[6])
{
	memcpy(mac, (uint8_t[]){2, 0, 0, 0, kind, number}, 6);
}

static inline void town_place_build(struct town *town, int place)
{
	int node = town->node[home_of(place)];

	net_run(node,
		"ip link add p%d address 2:0:0:0:2:%x type veth peer name p%d address "
		"2:0:0:0:1:%x netns /proc/%d/fd/%d && ip link set p%d up",
		place, place, place, place, getpid(), town->street, place);
	net_run(town->street, "ip link set p%d up", place);
}

/* How @node reaches a place: by its veth, or by the wire. */
static inline void town_route(const struct town *town, int node, int place)
{
	bool here = home_of(place) == node;
	char device[16], text[WARD_IP_TEXT];

	snprintf(device, sizeof(device), here ? "p%d" : "wire", place);
	for (int six = 0; six < N_FAMILIES; six++) {
		ward_ip_str(town->ip[six][place], text);
		net_run(town->node[node],
			"ip route add %s dev %s && ip neigh replace %s lladdr 2:0:0:0:%d:%x dev %s "
			"nud permanent",
			text, device, text, here ? MAC_FAR : MAC_WIRE, here ? place : !node,
			device);
	}
}

/* Checksums of what is sent here are not filled in; connections are forgotten quickly, or they
 * would fill the kernel's table. */
static inline void town_node_build(struct town *town, int node)
{
	town->node[node] = net_new();
	net_run(town->node[node],
		"for f in all default; do echo 0 >/proc/sys/net/ipv4/conf/$f/rp_filter; "
		"echo 0 >/proc/sys/net/ipv4/conf/$f/send_redirects; "
		"echo 0 >/proc/sys/net/ipv6/conf/$f/accept_dad; "
		"echo 1 >/proc/sys/net/ipv6/conf/$f/forwarding; done; "
		"echo 1 >/proc/sys/net/ipv4/ip_forward");
}

static inline void town_wire_build(struct town *town)
{
	net_run(town->node[0],
		"ip link add wire address 2:0:0:0:3:0 type veth peer name wire address 2:0:0:0:3:1 "
		"netns /proc/%d/fd/%d",
		getpid(), town->node[1]);
	for (int node = 0; node < N_NODES; node++)
		net_run(town->node[node],
			"ip link set wire up; ip addr add 10.0.9.%d/32 dev wire; "
			"ip addr add fd00::9:%d/128 dev wire nodad",
			node, node);
}

static inline void town_addresses(struct town *town)
{
	for (int six = 0; six < N_FAMILIES; six++) {
		for (int place = 0; place < N_PODS; place++) {
			town->ip[six][place] = town_ip(range_texts[six]);
			town->ip[six][place].lo += 1 + 2 * place;
		}
		town->ip[six][WORLD] = town_ip(world_texts[six]);
		town->service[six] = town_ip(service_texts[six]);
		for (int node = 0; node < N_NODES; node++) {
			town->node_ip[six][node] = town_ip(range_texts[six]);
			town->node_ip[six][node].lo += (six ? 0x90000 : 0x900) + node;
		}
	}
}

static inline uint32_t town_ifindex(int net, const char *name)
{
	int back = net_current();
	uint32_t ifindex;

	net_enter(net);
	ifindex = if_nametoindex(name);
	net_enter(back);
	close(back);
	if (!ifindex)
		net_fail(name);
	return ifindex;
}

static inline void town_build(struct town *town)
{
	town->street = net_new();
	net_run(town->street, "for f in all default; do "
			      "echo 1 >/proc/sys/net/ipv6/conf/$f/disable_ipv6; done");
	town_addresses(town);
	for (int node = 0; node < N_NODES; node++)
		town_node_build(town, node);
	town_wire_build(town);
	for (int place = 0; place < N_PLACES; place++) {
		char name[8];

		snprintf(name, sizeof(name), "p%d", place);
		town_place_build(town, place);
		town->near[place] = town_ifindex(town->node[home_of(place)], name);
		town->far[place] = town_ifindex(town->street, name);
		for (int node = 0; node < N_NODES; node++)
			town_route(town, node, place);
	}
	for (int node = 0; node < N_NODES; node++)
		town->wire[node] = town_ifindex(town->node[node], "wire");
}

/* A datapath in a node; every packet is reported. */
static inline struct ward_datapath *town_enforce(const struct town *town, int node, ward_sym name,
						 uint32_t n_heap_lines, uint32_t linger_us)
{
	const struct ward_cidr ranges[] = {{town_ip(range_texts[0]), 27},
					   {town_ip(range_texts[1]), 123}};
	const uint32_t uplinks[] = {town->wire[node], town->near[WORLD]};
	const struct ward_datapath_config config = {
		.node = name,
		.n_pod_ranges = 2,
		.pod_ranges = ranges,
		.n_uplinks = node == home_of(WORLD) ? 2 : 1,
		.uplinks = uplinks,
		.n_addresses = 256,
		.n_heap_lines = n_heap_lines,
		.is_lazy = true,
		.report_every = true,
		.linger_us = linger_us,
	};
	struct ward_datapath *datapath = NULL;
	_cleanup_free_ char *why = NULL;
	int back = net_current();

	net_enter(town->node[node]);
	if (ward_datapath_open(&config, &datapath, &why) < 0) {
		fprintf(stderr, "%s\n", why);
		exit(EXIT_FAILURE);
	}
	net_run(town->node[node], "cd /proc/sys/net/netfilter; echo 0 >nf_conntrack_checksum; "
				  "for f in udp_timeout icmp_timeout icmpv6_timeout "
				  "tcp_timeout_syn_sent; do echo 5 >nf_conntrack_$f; done");
	net_enter(back);
	close(back);
	return datapath;
}
