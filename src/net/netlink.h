/* SPDX-License-Identifier: Apache-2.0 */
/* Interfaces, addresses, routes and neighbours over rtnetlink, many to a system call.
 *
 * Requests are collected and sent by ward_netlink_flush() (or when the buffer is full); the caller
 * chooses the interface numbers, so that no request has to wait for the answer to another. */
#pragma once

#include <stdint.h>

#include "base/ip.h"
#include "base/vec.h"

struct ward_netlink;

/* Two Ethernet interfaces, each the other's wire. */
struct ward_veth {
	const char *name, *peer_name;
	uint32_t ifindex, peer_ifindex;
	uint8_t mac[6], peer_mac[6];
	int peer_ns; /* where the peer lives */
};

/* Speaks to the namespace that the calling thread is in now. */
int ward_netlink_open(struct ward_netlink **ret_netlink);
struct ward_netlink *ward_netlink_close(struct ward_netlink *netlink); /* accepts NULL */
void ward_netlink_closep(struct ward_netlink **netlink);

void ward_netlink_up(struct ward_netlink *netlink, uint32_t ifindex);

/* Makes both and brings up the one that is here. */
void ward_netlink_veth(struct ward_netlink *netlink, const struct ward_veth *veth);
void ward_netlink_unlink(struct ward_netlink *netlink, uint32_t ifindex);

/* Where other interfaces go through; it is up. */
struct ward_interface {
	const char *name;
	uint32_t ifindex;
	uint8_t mac[6];
};

struct ward_vxlan {
	uint32_t id, over; /* over: the interface that the encapsulated packets leave through */
	uint16_t port;
	struct ward_ip local; /* where they come from */
};

/* A tunnel that goes only where it is told to. */
void ward_netlink_vxlan(struct ward_netlink *netlink, const struct ward_interface *link,
			const struct ward_vxlan *vxlan);

/* Whoever has this @mac is at the other end of the tunnel, at @node. */
void ward_netlink_tunnel_to(struct ward_netlink *netlink, uint32_t ifindex,
			    const uint8_t mac[static 6], struct ward_ip node);

void ward_netlink_bridge(struct ward_netlink *netlink, const struct ward_interface *link);

/* Makes an interface a port of a bridge.  What comes in there may go out there again: so a pod
 * reaches itself by way of a Service. */
void ward_netlink_enslave(struct ward_netlink *netlink, uint32_t ifindex, uint32_t bridge);

void ward_netlink_mtu(struct ward_netlink *netlink, uint32_t ifindex, uint32_t mtu);

/* One host address, no subnet. */
void ward_netlink_address(struct ward_netlink *netlink, uint32_t ifindex, struct ward_ip ip);

/* @via family NONE: directly on the link. */
void ward_netlink_route(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr to,
			struct ward_ip via);

/* The same, in the place of a route to there if there is one. */
void ward_netlink_reroute(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr to,
			  struct ward_ip via);

/* All of these are addresses of the namespace, as if an interface had each of them. */
void ward_netlink_host(struct ward_netlink *netlink, uint32_t ifindex, struct ward_cidr all);

/* As a route, but these are not addresses of the namespace, although it hosts what they are in. */
void ward_netlink_route_unhosted(struct ward_netlink *netlink, uint32_t ifindex,
				 struct ward_cidr to, struct ward_ip via);

/* Never asked for, never forgotten. */
void ward_netlink_neighbour(struct ward_netlink *netlink, uint32_t ifindex, struct ward_ip ip,
			    const uint8_t mac[static 6]);

struct ward_ips {
	WARD_VEC(struct ward_ip) list;
};

/* Appends the addresses of all interfaces, of both families.  0 or a negative errno. */
int ward_netlink_addresses(struct ward_netlink *netlink, struct ward_ips *ips);

/* Sends what is collected.  0, or the first error (negative errno) since the last flush; the
 * requests after a failed one are carried out all the same. */
int ward_netlink_flush(struct ward_netlink *netlink);
