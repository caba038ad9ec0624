/* SPDX-License-Identifier: Apache-2.0 */
/* What the networks below the pods have in common. */
#pragma once

#include "lab/world.h"
#include "net/netns.h"

enum {
	LAB_TUNNEL_MTU = 1450, /* Ethernet's without what is put in front of each packet */
};

static inline struct ward_cidr lab_host_route(struct ward_ip ip)
{
	return (struct ward_cidr){.ip = ip, .bits = ip.family == WARD_FAMILY_6 ? 128 : 32};
}

/* tunnel.c: VXLAN from this node to all others.  0, or a negative errno with @ret_why. */
int lab_tunnel_open(struct lab_node *node, char **ret_why);
