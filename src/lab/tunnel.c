/* SPDX-License-Identifier: Apache-2.0 */
/* VXLAN between the nodes, as flannel sets it up: the pods of another node are behind a device that
 * wraps each packet into one from node to node.  The device has the first address of the node's pod
 * range, which is what the node itself speaks from to pods of others.  Nothing is learned from
 * packets: each node is told where the others are.
 *
 *	node  vxlan0 RANGE.0, RANGE' via RANGE'.0 (whose link address is at node')
 *
 * Nodes speak to each other over IPv4, whatever is inside.  That nobody else puts packets into the
 * tunnel is the agents' to see to (datapath/tunnel.h). */
#include "lab/wire.h"

enum {
	VXLAN_ID = 1,
};

static struct ward_interface link_of(const struct lab_node *node)
{
	return (struct ward_interface){
		.name = "vxlan0",
		.ifindex = LAB_TUNNEL,
		.mac = {0x02, 'W', 'D', 2, node->index >> 8, node->index},
	};
}

static void tunnel_to(struct ward_netlink *netlink, const struct lab_node *other)
{
	struct ward_interface link = link_of(other);

	ward_netlink_tunnel_to(netlink, LAB_TUNNEL, link.mac, other->ip[0]);
	for (uint32_t f = 0; f < other->lab->n_families; f++) {
		struct ward_ip gateway = other->range[f].ip;

		ward_netlink_neighbour(netlink, LAB_TUNNEL, gateway, link.mac);
		ward_netlink_route(netlink, LAB_TUNNEL, lab_host_route(gateway),
				   (struct ward_ip){});
		ward_netlink_route(netlink, LAB_TUNNEL, other->range[f], gateway);
	}
}

int lab_tunnel_open(struct lab_node *node)
{
	const struct lab *lab = node->lab;
	struct ward_interface link = link_of(node);
	struct ward_vxlan vxlan = {
		.id = VXLAN_ID, .over = LAB_UPLINK, .port = LAB_TUNNEL_PORT, .local = node->ip[0]};

	ward_netlink_vxlan(node->netlink, &link, &vxlan);
	ward_netlink_mtu(node->netlink, LAB_TUNNEL, LAB_TUNNEL_MTU);
	for (uint32_t f = 0; f < lab->n_families; f++)
		ward_netlink_address(node->netlink, LAB_TUNNEL, node->range[f].ip);
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (i != node->index)
			tunnel_to(node->netlink, &lab->nodes[i]);
	return ward_netlink_flush(node->netlink);
}
