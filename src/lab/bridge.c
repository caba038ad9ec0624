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
#include <string.h>

#include "base/alloc.h"
#include "datapath/source.h"

enum {
	GATEWAY = 254, /* behind the pods */
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
