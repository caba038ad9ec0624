/* SPDX-License-Identifier: Apache-2.0 */
/* VXLAN between the nodes, as flannel sets it up: the pods of another node are behind a device that
 * wraps each packet into one from node to node.  The device has the first address of the node's pod
 * range, which is what the node itself speaks from to pods of others.  Nothing is learned from
 * packets: each node is told where the others are.
 *
 *	node  vxlan0 RANGE.0, RANGE' via RANGE'.0 (whose link address is at node')
 *
 * Who may put a packet into the tunnel can claim to be any pod of another node.  The kernel takes
 * it from anyone, so a rule takes it from the nodes only. */
#include "lab/wire.h"

#include <stdio.h>

#include "base/alloc.h"
#include "net/tool.h"

enum {
	VXLAN_ID = 1,
	VXLAN_PORT = 8472,
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

/* Nodes speak to each other over IPv4, whatever is inside. */
static int tunnel_guard(const struct lab_node *node, char **ret_why)
{
	static const char *const nft[] = {"nft", "-f", "-", NULL};
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);
	_cleanup_free_ char *rules = NULL;
	const struct lab *lab = node->lab;
	char ip[WARD_IP_TEXT];
	size_t size;
	FILE *out = open_memstream(&rules, &size);

	fprintf(out,
		"table inet lab {\n"
		"chain tunnel {\n"
		"type filter hook input priority filter;\n"
		"udp dport %u meta nfproto ipv6 drop\n"
		"udp dport %u ip saddr != {",
		VXLAN_PORT, VXLAN_PORT);
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		fprintf(out, "%s %s", i ? "," : "", ward_ip_str(lab->nodes[i].ip[0], ip));
	fputs(" } drop\n}\n}\n", out);
	fclose(out);
	return home < 0 ? home : ward_tool_run(nft, rules, ret_why);
}

int lab_tunnel_open(struct lab_node *node, char **ret_why)
{
	const struct lab *lab = node->lab;
	struct ward_interface link = link_of(node);
	struct ward_vxlan vxlan = {
		.id = VXLAN_ID, .over = LAB_UPLINK, .port = VXLAN_PORT, .local = node->ip[0]};
	int r = tunnel_guard(node, ret_why);

	if (r < 0)
		return r;
	ward_netlink_vxlan(node->netlink, &link, &vxlan);
	ward_netlink_mtu(node->netlink, LAB_TUNNEL, LAB_TUNNEL_MTU);
	for (uint32_t f = 0; f < lab->n_families; f++)
		ward_netlink_address(node->netlink, LAB_TUNNEL, node->range[f].ip);
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		if (i != node->index)
			tunnel_to(node->netlink, &lab->nodes[i]);
	return ward_netlink_flush(node->netlink);
}
