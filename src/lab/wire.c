/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces and the links between them.
 *
 * One way of hanging something below a router serves twice, pods below nodes and nodes below the
 * fabric.  A link has no subnet: the child's only neighbour is 169.254.1.1, the parent has a route
 * to the child's address (and, for a node, to the addresses behind it), and both know the other's
 * link address beforehand, so that nobody ever asks by ARP:
 *
 *	child  eth0 ADDRESS/32, default via 169.254.1.1
 *	parent NAME, ADDRESS/32 dev NAME, BEHIND via ADDRESS
 *
 * So it is in IPv6, with fe80::1. */
#include "lab/wire.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "datapath/source.h"

enum {
	LOOPBACK = 1,
	FIRST_CHILD = 10, /* interfaces on the parent's side */
};

static const struct ward_ip gateway[LAB_FAMILIES] = {
	{.lo = 0xa9fe0101, .family = WARD_FAMILY_4},
	{UINT64_C(0xfe80) << 48, 1, WARD_FAMILY_6},
};
const struct ward_cidr lab_everything[LAB_FAMILIES] = {
	{.ip = {.family = WARD_FAMILY_4}},
	{.ip = {.family = WARD_FAMILY_6}},
};

struct ward_veth lab_veth_of(const struct lab_hanging *child)
{
	return (struct ward_veth){
		.name = child->name,
		.peer_name = "eth0",
		.ifindex = FIRST_CHILD + child->slot,
		.peer_ifindex = LAB_UPLINK,
		.mac = {0x02, 'W', 'D', 0, child->slot >> 8, child->slot},
		.peer_mac = {0x02, 'W', 'D', 1, child->slot >> 8, child->slot},
		.peer_ns = child->ns,
	};
}

/* The parent's half, which makes the link; it is there when the parent is flushed. */
static void hang_parent(struct ward_netlink *parent, const struct lab_hanging *child)
{
	struct ward_veth veth = lab_veth_of(child);

	ward_netlink_veth(parent, &veth);
	if (child->mtu)
		ward_netlink_mtu(parent, veth.ifindex, child->mtu);
	for (uint32_t f = 0; f < child->n_families; f++) {
		ward_netlink_neighbour(parent, veth.ifindex, child->ip[f], veth.peer_mac);
		ward_netlink_route(parent, veth.ifindex, lab_host_route(child->ip[f]),
				   (struct ward_ip){});
		if (child->behind)
			ward_netlink_route(parent, veth.ifindex, child->behind[f], child->ip[f]);
	}
}

/* The child's half, then. */
static int hang_child(struct ward_netlink *netlink, const struct lab_hanging *child)
{
	struct ward_veth veth = lab_veth_of(child);

	ward_netlink_up(netlink, LOOPBACK);
	ward_netlink_up(netlink, LAB_UPLINK);
	if (child->mtu)
		ward_netlink_mtu(netlink, LAB_UPLINK, child->mtu);
	for (uint32_t f = 0; f < child->n_families; f++) {
		ward_netlink_address(netlink, LAB_UPLINK, child->ip[f]);
		ward_netlink_neighbour(netlink, LAB_UPLINK, gateway[f], veth.mac);
		ward_netlink_route(netlink, LAB_UPLINK, lab_host_route(gateway[f]),
				   (struct ward_ip){});
		ward_netlink_route(netlink, LAB_UPLINK, lab_everything[f], gateway[f]);
	}
	return ward_netlink_flush(netlink);
}

/* What the kernel would do by itself and must not: the machine's defaults are copied into every new
 * namespace.  Who has an address, and who routes, is said here and by nobody else on the link. */
static int settings_write(bool is_router)
{
	const struct {
		const char *path, *value;
		bool optional; /* not there when the kernel lacks the family */
	} settings[] = {
		{"ipv6/conf/all/disable_ipv6", "0", true},
		{"ipv6/conf/default/disable_ipv6", "0", true},
		{"ipv6/conf/all/accept_ra", "0", true},
		{"ipv6/conf/default/accept_ra", "0", true},
		{"ipv6/conf/all/forwarding", is_router ? "1" : "0", true},
		{"ipv4/conf/all/rp_filter", "0", false},
		{"ipv4/conf/default/rp_filter", "0", false},
		{"ipv4/conf/all/send_redirects", "0", false},
		{"ipv4/conf/default/send_redirects", "0", false},
	};
	int r = ward_netns_sysctl("ipv4/ip_forward", is_router ? "1" : "0");

	for (size_t i = 0; r == 0 && i < WARD_ARRAY_SIZE(settings); i++) {
		r = ward_netns_sysctl(settings[i].path, settings[i].value);
		if (r == -ENOENT && settings[i].optional)
			r = 0;
	}
	return r;
}

int lab_fabric_open(struct lab *lab)
{
	int r = settings_write(true);

	if (r == 0)
		r = ward_netlink_open(&lab->fabric);
	if (r < 0)
		return r;
	ward_netlink_up(lab->fabric, LOOPBACK);
	return ward_netlink_flush(lab->fabric);
}

static int namespace_setup(int ns, bool is_router, struct ward_netlink **ret_netlink)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(ns);
	int r = home < 0 ? home : settings_write(is_router);

	return r < 0 ? r : ward_netlink_open(ret_netlink);
}

int lab_node_open(struct lab_node *node, char **ret_why)
{
	struct lab_hanging child = {
		.slot = node->index,
		.n_families = node->lab->n_families,
		.ip = node->ip,
		.behind = node->range,
	};
	int r;

	node->ns = child.ns = ward_netns_new();
	if (node->ns < 0)
		return node->ns;
	snprintf(child.name, sizeof(child.name), "node%u", node->index + 1);
	r = namespace_setup(node->ns, true, &node->netlink);
	if (r < 0)
		return r;
	hang_parent(node->lab->fabric, &child);
	r = ward_netlink_flush(node->lab->fabric);
	if (r == 0)
		r = hang_child(node->netlink, &child);
	if (r == 0 && node->lab->network == WARD_LAB_VXLAN)
		r = lab_tunnel_open(node);
	if (r == 0 && node->lab->network == WARD_LAB_BRIDGE)
		r = lab_bridge_open(node, ret_why);
	return r;
}

/* The world has every address, but for its way to those that are in the lab. */
static int outside_host(const struct lab *lab, struct ward_netlink *netlink)
{
	for (uint32_t f = 0; f < lab->n_families; f++) {
		ward_netlink_route_unhosted(netlink, LAB_UPLINK, lab_host_route(gateway[f]),
					    (struct ward_ip){});
		for (uint32_t i = 0; i < lab->n_nodes; i++) {
			const struct lab_node *node = &lab->nodes[i];

			ward_netlink_route_unhosted(netlink, LAB_UPLINK,
						    lab_host_route(node->ip[f]), gateway[f]);
			ward_netlink_route_unhosted(netlink, LAB_UPLINK, node->range[f],
						    gateway[f]);
		}
		ward_netlink_host(netlink, LOOPBACK, lab_everything[f]);
	}
	return ward_netlink_flush(netlink);
}

int lab_outside_wire(struct lab *lab)
{
	_cleanup_(ward_netlink_closep) struct ward_netlink *netlink = NULL;
	struct lab_hanging child = {
		.name = "world",
		.slot = LAB_NODES_MAX,
		.n_families = lab->n_families,
		.ip = lab->outside->ip,
		.behind = lab_everything,
	};
	int r;

	lab->outside->ns = child.ns = ward_netns_new();
	if (child.ns < 0)
		return child.ns;
	r = namespace_setup(child.ns, false, &netlink);
	if (r < 0)
		return r;
	hang_parent(lab->fabric, &child);
	r = ward_netlink_flush(lab->fabric);
	if (r == 0)
		r = hang_child(netlink, &child);
	return r < 0 ? r : outside_host(lab, netlink);
}

void lab_node_close(struct lab_node *node)
{
	node->agent = ward_agent_close(node->agent);
	node->source = ward_source_close(node->source);
	node->netlink = ward_netlink_close(node->netlink);
	ward_cleanup_close(&node->ns);
	node->ns = -1;
}

struct lab_hanging lab_hanging_of(const struct lab_pod *pod)
{
	struct lab_hanging child = {
		.slot = pod->slot,
		.ns = pod->ns,
		.mtu = pod->node->lab->network == WARD_LAB_VXLAN ? LAB_TUNNEL_MTU : 0,
		.n_families = pod->node->lab->n_families,
		.ip = pod->ip,
	};

	snprintf(child.name, sizeof(child.name), "pod%u", pod->slot + 1);
	return child;
}

static bool is_bridged(const struct lab_pod *pod)
{
	return pod->node->lab->network == WARD_LAB_BRIDGE && !pod->pod.host_network;
}

static int pod_finish(struct lab_pod *pod, char **ret_why)
{
	_cleanup_(ward_netlink_closep) struct ward_netlink *netlink = NULL;
	struct lab_hanging child = lab_hanging_of(pod);
	int r = namespace_setup(pod->ns, false, &netlink);

	if (r < 0 || !is_bridged(pod))
		return r < 0 ? r : hang_child(netlink, &child);
	r = lab_bridge_guard(pod, ret_why);
	return r < 0 ? r : lab_bridge_join(netlink, pod);
}

static int pod_begin(struct lab_pod *pod)
{
	struct lab_hanging child;

	if (pod->pod.host_network) {
		pod->ns = dup(pod->node->ns);
		return pod->ns < 0 ? -errno : 0;
	}
	pod->ns = ward_netns_new();
	if (pod->ns < 0)
		return pod->ns;
	child = lab_hanging_of(pod);
	if (is_bridged(pod))
		lab_bridge_port(pod);
	else
		hang_parent(pod->node->netlink, &child);
	return 0;
}

int lab_pods_wire(struct lab *lab, const struct lab_pods *pods, char **ret_why)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < pods->list.n; i++)
		r = pod_begin(pods->list.items[i]);
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		int flushed = ward_netlink_flush(lab->nodes[i].netlink);

		r = r < 0 ? r : flushed;
	}
	for (uint32_t i = 0; r == 0 && i < pods->list.n; i++)
		if (!pods->list.items[i]->pod.host_network)
			r = pod_finish(pods->list.items[i], ret_why);
	return r;
}

void lab_pod_unwire(struct lab_pod *pod)
{
	if (pod->ns < 0)
		return;
	if (is_bridged(pod))
		lab_bridge_leave(pod);
	if (!pod->pod.host_network) {
		ward_netlink_unlink(pod->node->netlink, lab_pod_ifindex(pod));
		ward_netlink_flush(pod->node->netlink);
	}
	close(TAKE_FD(pod->ns));
}

uint32_t lab_pod_ifindex(const struct lab_pod *pod)
{
	return pod->pod.host_network ? 0 : FIRST_CHILD + pod->slot;
}
