/* SPDX-License-Identifier: Apache-2.0 */
#include "net/interfaces.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <time.h>

#include <libmnl/libmnl.h>

enum {
	ANSWER_SIZE = 1 << 15,
};

/* Asks in a socket of its own and hands each answer to @take. */
static int dump(struct nlmsghdr *nlh, mnl_cb_t take, void *userdata)
{
	static const unsigned int seq = 1;
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	_Alignas(NLMSG_ALIGNTO) char buf[ANSWER_SIZE];
	ssize_t n;
	int r = -1;

	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	if (socket && mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) == 0 &&
	    mnl_socket_sendto(socket, nlh, nlh->nlmsg_len) >= 0)
		do {
			n = mnl_socket_recvfrom(socket, buf, sizeof(buf));
			r = n < 0 ? -1 : mnl_cb_run(buf, n, seq, 0, take, userdata);
		} while (r > 0);
	r = r < 0 ? -errno : 0;
	if (socket)
		mnl_socket_close(socket);
	return r;
}

static void text_take(const struct nlattr *attr, char *text, size_t size)
{
	size_t len = mnl_attr_get_payload_len(attr);

	len = len < size ? len : size - 1;
	memcpy(text, mnl_attr_get_payload(attr), len);
	text[len] = '\0';
}

static void bridge_take(const struct nlattr *data, struct ward_interface_info *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data)
	{
		if (mnl_attr_get_type(attr) == IFLA_BR_NF_CALL_IPTABLES)
			info->nf_call4 = mnl_attr_get_u8(attr);
		if (mnl_attr_get_type(attr) == IFLA_BR_NF_CALL_IP6TABLES)
			info->nf_call6 = mnl_attr_get_u8(attr);
	}
}

static void kind_take(const struct nlattr *nest, struct ward_interface_info *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			text_take(attr, info->kind, sizeof(info->kind));
		if (mnl_attr_get_type(attr) == IFLA_INFO_DATA && strcmp(info->kind, "bridge") == 0)
			bridge_take(attr, info);
	}
}

/* There may be one for each way of running it: the kernel names one of them here. */
static void xdp_take(const struct nlattr *nest, struct ward_interface_info *info)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest)
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_XDP_PROG_ID:
		case IFLA_XDP_DRV_PROG_ID:
		case IFLA_XDP_SKB_PROG_ID:
		case IFLA_XDP_HW_PROG_ID:
			info->xdp = mnl_attr_get_u32(attr);
		}
	}
}

static int interface_take(const struct nlmsghdr *nlh, void *userdata)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	struct ward_interface_info info = {.ifindex = ifi->ifi_index};
	struct ward_interfaces *interfaces = userdata;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(*ifi))
	{
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			text_take(attr, info.name, sizeof(info.name));
			break;
		case IFLA_LINKINFO:
			kind_take(attr, &info);
			break;
		case IFLA_XDP:
			xdp_take(attr, &info);
		}
	}
	ward_vec_push(&interfaces->list, info);
	return MNL_CB_OK;
}

int ward_interfaces_list(struct ward_interfaces *ret)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	int r;

	nlh->nlmsg_type = RTM_GETLINK;
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	*ret = (struct ward_interfaces){};
	r = dump(nlh, interface_take, ret);
	if (r < 0)
		ward_interfaces_done(ret);
	return r;
}

void ward_interfaces_done(struct ward_interfaces *interfaces)
{
	ward_vec_done(&interfaces->list);
}

static void program_take(const struct nlattr *options, struct ward_filter_info *filter)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options)
	{
		if (mnl_attr_get_type(attr) == TCA_BPF_NAME)
			text_take(attr, filter->name, sizeof(filter->name));
		if (mnl_attr_get_type(attr) == TCA_BPF_ID)
			filter->program = mnl_attr_get_u32(attr);
	}
}

/* Of one filter come several answers; the one that counts says what it does. */
static int filter_take(const struct nlmsghdr *nlh, void *userdata)
{
	struct ward_filters *filters = userdata;
	struct ward_filter_info filter = {};
	const struct nlattr *attr;
	bool has_options = false;

	mnl_attr_for_each(attr, nlh, sizeof(struct tcmsg))
	{
		if (mnl_attr_get_type(attr) == TCA_KIND)
			text_take(attr, filter.kind, sizeof(filter.kind));
		if (mnl_attr_get_type(attr) != TCA_OPTIONS)
			continue;
		has_options = true;
		if (strcmp(filter.kind, "bpf") == 0)
			program_take(attr, &filter);
	}
	if (has_options)
		ward_vec_push(&filters->list, filter);
	return MNL_CB_OK;
}

int ward_filters_list(uint32_t ifindex, struct ward_filters *ret)
{
	char buf[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	int r;

	nlh->nlmsg_type = RTM_GETTFILTER;
	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS);
	*ret = (struct ward_filters){};
	r = dump(nlh, filter_take, ret);
	if (r < 0)
		ward_filters_done(ret);
	return r;
}

void ward_filters_done(struct ward_filters *filters)
{
	ward_vec_done(&filters->list);
}
