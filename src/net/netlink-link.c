/* SPDX-License-Identifier: Apache-2.0 */
/* Links that are more than a wire: tunnels and bridges. */
#include <arpa/inet.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include "net/netlink-request.h"

struct link_request {
	struct nlmsghdr *nlh;
	struct nlattr *info, *data;
};

static struct link_request link_begin(struct ward_netlink *netlink,
				      const struct ward_interface *link, const char *kind)
{
	struct link_request request = {
		.nlh = ward_request_begin(netlink, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL)};
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(request.nlh, sizeof(*ifi));

	ifi->ifi_index = link->ifindex;
	ifi->ifi_flags = ifi->ifi_change = IFF_UP;
	mnl_attr_put_strz(request.nlh, IFLA_IFNAME, link->name);
	mnl_attr_put(request.nlh, IFLA_ADDRESS, sizeof(link->mac), link->mac);
	request.info = mnl_attr_nest_start(request.nlh, IFLA_LINKINFO);
	mnl_attr_put_str(request.nlh, IFLA_INFO_KIND, kind);
	request.data = mnl_attr_nest_start(request.nlh, IFLA_INFO_DATA);
	return request;
}

static void link_end(struct ward_netlink *netlink, struct link_request *request)
{
	mnl_attr_nest_end(request->nlh, request->data);
	mnl_attr_nest_end(request->nlh, request->info);
	ward_request_end(netlink, request->nlh);
}

void ward_netlink_vxlan(struct ward_netlink *netlink, const struct ward_interface *link,
			const struct ward_vxlan *vxlan)
{
	struct link_request request = link_begin(netlink, link, "vxlan");
	bool is6 = vxlan->local.family == WARD_FAMILY_6;

	mnl_attr_put_u32(request.nlh, IFLA_VXLAN_ID, vxlan->id);
	mnl_attr_put_u32(request.nlh, IFLA_VXLAN_LINK, vxlan->over);
	mnl_attr_put_u16(request.nlh, IFLA_VXLAN_PORT, htons(vxlan->port));
	mnl_attr_put_u8(request.nlh, IFLA_VXLAN_LEARNING, 0);
	ward_request_ip(request.nlh, is6 ? IFLA_VXLAN_LOCAL6 : IFLA_VXLAN_LOCAL, vxlan->local);
	link_end(netlink, &request);
}

void ward_netlink_tunnel_to(struct ward_netlink *netlink, uint32_t ifindex,
			    const uint8_t mac[static 6], struct ward_ip node)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_EXCL);
	struct ndmsg *ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));

	ndm->ndm_family = AF_BRIDGE;
	ndm->ndm_ifindex = ifindex;
	ndm->ndm_state = NUD_PERMANENT;
	ndm->ndm_flags = NTF_SELF;
	mnl_attr_put(nlh, NDA_LLADDR, 6, mac);
	ward_request_ip(nlh, NDA_DST, node);
	ward_request_end(netlink, nlh);
}

void ward_netlink_mtu(struct ward_netlink *netlink, uint32_t ifindex, uint32_t mtu)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(nlh, IFLA_MTU, mtu);
	ward_request_end(netlink, nlh);
}

void ward_netlink_bridge(struct ward_netlink *netlink, const struct ward_interface *link)
{
	struct link_request request = link_begin(netlink, link, "bridge");

	link_end(netlink, &request);
}

/* Whether a frame may leave through the port it came in at. */
static void port_hairpin(struct ward_netlink *netlink, uint32_t ifindex)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_SETLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	struct nlattr *port;

	ifi->ifi_family = AF_BRIDGE;
	ifi->ifi_index = ifindex;
	port = mnl_attr_nest_start(nlh, IFLA_PROTINFO);
	mnl_attr_put_u8(nlh, IFLA_BRPORT_MODE, 1);
	mnl_attr_nest_end(nlh, port);
	ward_request_end(netlink, nlh);
}

void ward_netlink_enslave(struct ward_netlink *netlink, uint32_t ifindex, uint32_t bridge)
{
	struct nlmsghdr *nlh = ward_request_begin(netlink, RTM_NEWLINK, 0);
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = ifindex;
	mnl_attr_put_u32(nlh, IFLA_MASTER, bridge);
	ward_request_end(netlink, nlh);
	port_hairpin(netlink, ifindex);
}
