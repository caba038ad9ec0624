/* SPDX-License-Identifier: Apache-2.0 */
/* A bridge on each node that its pods share, as the bridge plugin of CNI makes it:
 *
 *	node  cni0 RANGE.254, RANGE dev cni0; a port for each pod
 *	pod   eth0 ADDRESS, RANGE dev eth0, default via RANGE.254
 *
 * Pods of one node ask for each other's link addresses and talk through the bridge; the kernel
 * shows such packets to netfilter where br_netfilter is told to.  What it does not show, and what
 * pods could pretend on the bridge, is stopped at the ports: datapath/source.h. */
#include "lab/wire.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "datapath/source.h"

enum {
	GATEWAY = 254,	     /* behind the pods */
	ROOM_DEFAULT = 1024, /* the kernel's */
};

static struct ward_ip gateway_of(const struct lab_node *node, uint32_t family)
{
	struct ward_ip ip = node->range[family].ip;

	ip.lo += GATEWAY;
	return ip;
}

/* Each namespace has its own. */
static int netfilter_ask(char **ret_why)
{
	int r = ward_netns_sysctl("bridge/bridge-nf-call-iptables", "1");

	if (r == 0)
		r = ward_netns_sysctl("bridge/bridge-nf-call-ip6tables", "1");
	if (r == -ENOENT)
		*ret_why = ward_strdup("the kernel shows no packets of bridges to netfilter: it "
				       "takes CONFIG_BRIDGE_NETFILTER (modprobe br_netfilter)");
	return r;
}

int lab_bridge_open(struct lab_node *node, char **ret_why)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);
	struct ward_interface link = {
		.name = "cni0",
		.ifindex = LAB_BRIDGE,
		.mac = {0x02, 'W', 'D', 3, node->index >> 8, node->index},
	};
	int r = home < 0 ? home : netfilter_ask(ret_why);

	if (r == 0 && node->lab->enforce)
		r = ward_source_open(link.mac, &node->source, ret_why);
	if (r < 0)
		return r;
	ward_netlink_bridge(node->netlink, &link);
	for (uint32_t f = 0; f < node->lab->n_families; f++) {
		ward_netlink_address(node->netlink, LAB_BRIDGE, gateway_of(node, f));
		ward_netlink_route(node->netlink, LAB_BRIDGE, node->range[f], (struct ward_ip){});
	}
	return ward_netlink_flush(node->netlink);
}

uint32_t lab_bridge_room(void)
{
	FILE *file = fopen("/proc/sys/net/ipv4/neigh/default/gc_thresh3", "re");
	uint32_t n = 0;

	if (file && fscanf(file, "%u", &n) != 1)
		n = 0;
	if (file)
		fclose(file);
	return n ? n : ROOM_DEFAULT;
}

/* Everybody may talk to everybody: each pod of a bridge to all others and the node, and the node to
 * all of them.  Beyond the room addresses are forgotten as fast as they are learned, and packets
 * are lost for no reason that a policy would know.  Some of it is left to others. */
int lab_bridge_admit(const struct lab_node *node, char **ret_why)
{
	const struct lab *lab = node->lab;
	uint32_t n_neighbours = 0, room = lab->room - lab->room / 8;

	if (lab->network != WARD_LAB_BRIDGE)
		return 0;
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		uint32_t n = &lab->nodes[i] == node;

		for (uint32_t k = 0; k < LAB_PODS_PER_NODE; k++)
			n += lab->nodes[i].taken[k];
		n_neighbours += n * (n + 1);
	}
	if (n_neighbours <= room)
		return 0;
	*ret_why = ward_format("too many pods share bridges: they would need %u neighbours, and "
			       "there is room for %u (net.ipv4.neigh.default.gc_thresh3 is %u): "
			       "give the lab fewer pods, more --nodes, or another --network",
			       n_neighbours, room, lab->room);
	return -ENOSPC;
}

void lab_bridge_port(const struct lab_pod *pod)
{
	struct lab_hanging child = lab_hanging_of(pod);
	struct ward_veth veth = lab_veth_of(&child);

	ward_netlink_veth(pod->node->netlink, &veth);
	ward_netlink_enslave(pod->node->netlink, veth.ifindex, LAB_BRIDGE);
}

static struct ward_source_port port_of(const struct lab_pod *pod)
{
	struct lab_hanging child = lab_hanging_of(pod);
	struct ward_veth veth = lab_veth_of(&child);
	struct ward_source_port port = {.ifindex = veth.ifindex,
					.n_ips = pod->pod.n_ips,
					.ips = pod->ip};

	memcpy(port.mac, veth.peer_mac, sizeof(port.mac));
	return port;
}

int lab_bridge_guard(const struct lab_pod *pod, char **ret_why)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(pod->node->ns);
	struct ward_source_port port = port_of(pod);

	if (home < 0 || !pod->node->source)
		return home < 0 ? home : 0;
	return ward_source_guard(pod->node->source, &port, ret_why);
}

int lab_bridge_join(struct ward_netlink *netlink, const struct lab_pod *pod)
{
	const struct lab_node *node = pod->node;

	ward_netlink_up(netlink, 1);
	ward_netlink_up(netlink, LAB_UPLINK);
	for (uint32_t f = 0; f < node->lab->n_families; f++) {
		ward_netlink_address(netlink, LAB_UPLINK, pod->ip[f]);
		ward_netlink_route(netlink, LAB_UPLINK, node->range[f], (struct ward_ip){});
		ward_netlink_route(netlink, LAB_UPLINK, lab_everything[f], gateway_of(node, f));
	}
	return ward_netlink_flush(netlink);
}

void lab_bridge_leave(const struct lab_pod *pod)
{
	struct ward_source_port port = port_of(pod);

	if (pod->node->source)
		ward_source_release(pod->node->source, &port);
}
