/* SPDX-License-Identifier: Apache-2.0 */
/* What the networks below the pods have in common. */
#pragma once

#include "lab/world.h"
#include "net/netns.h"

enum {
	LAB_TUNNEL_PORT = 8472,
	LAB_TUNNEL_MTU = 1450, /* Ethernet's without what is put in front of each packet */
};

static inline struct ward_cidr lab_host_route(struct ward_ip ip)
{
	return (struct ward_cidr){.ip = ip, .bits = ip.family == WARD_FAMILY_6 ? 128 : 32};
}

/* One end of a link that has no subnet; see wire.c. */
struct lab_hanging {
	char name[16];
	uint32_t slot;
	int ns;
	uint32_t mtu; /* 0: that of Ethernet */
	uint32_t n_families;
	const struct ward_ip *ip;	/* of each */
	const struct ward_cidr *behind; /* of each; or NULL */
};

struct ward_veth lab_veth_of(const struct lab_hanging *child);
struct lab_hanging lab_hanging_of(const struct lab_pod *pod);

/* Of each family: all addresses. */
extern const struct ward_cidr lab_everything[LAB_FAMILIES];

/* tunnel.c: VXLAN from this node to all others.  0 or a negative errno. */
int lab_tunnel_open(struct lab_node *node);

/* bridge.c: the bridge of a node, and a pod at it: the port is made first, and has to be flushed,
 * then guarded, and then the pod's own half is made.  0, or a negative errno with @ret_why. */
int lab_bridge_open(struct lab_node *node, char **ret_why);

/* May one more pod come to the node, if pods share bridges?  0, or -ENOSPC with @ret_why. */
int lab_bridge_admit(const struct lab_node *node, char **ret_why);

/* How many neighbours the kernel keeps for all namespaces together, asked in the machine's. */
uint32_t lab_bridge_room(void);
void lab_bridge_port(const struct lab_pod *pod);
int lab_bridge_guard(const struct lab_pod *pod, char **ret_why);
int lab_bridge_join(struct ward_netlink *netlink, const struct lab_pod *pod);
void lab_bridge_leave(const struct lab_pod *pod);
