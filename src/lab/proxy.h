/* SPDX-License-Identifier: Apache-2.0 */
/* How the nodes' kernels translate the addresses of Services: as kube-proxy makes them do it, with
 * nftables or with iptables, in each node's own namespace.
 *
 * What a policy could notice is as it is there: which hooks and priorities, what is translated to
 * what, by which chance a backend is chosen, whose address is put in the place of the client's,
 * what is refused with an ICMP error and what is dropped.  A node takes for "local" the pods of its
 * own range (detectLocalMode NodeCIDR): they come as they are.  Not so as there: rules are written
 * anew as a whole at each change, and chains are numbered. */
#pragma once

#include "lab/service.h"

/* Tells the nodes whose rules have changed.  0, or a negative errno with @ret_why. */
int lab_proxy_follow(struct lab *lab, char **ret_why);

/* proxy-forget.c: what was translated and would not be so now is forgotten, if it is UDP, as by
 * kube-proxy: it would go on for ever, since nothing tells a sender that his backend is gone.  And,
 * other than by kube-proxy, connections that nobody has answered: who tries again from the same
 * port within two minutes would be sent where the Service led then. */
int lab_proxy_forget(const struct lab_node *node, uint32_t family);

/* The input of `nft -f -`, and of iptables-restore or ip6tables-restore, for one family. */
void lab_proxy_nftables(const struct lab_node *node, uint32_t family, FILE *out);
void lab_proxy_iptables(const struct lab_node *node, uint32_t family, FILE *out);

enum {
	LAB_MASQUERADE_MARK = 0x4000, /* kube-proxy's */
};

/* Do any connections to it go to all backends, or only to those of the node that translates? */
static inline bool lab_proxy_has_all(const struct lab_frontend *frontend)
{
	return !frontend->service->object->keeps_to_node || frontend->node_port;
}

static inline bool lab_proxy_has_local(const struct lab_frontend *frontend)
{
	const struct ward_service *service = frontend->service->object;

	return service->keeps_to_node || (service->keeps_source && frontend->node_port);
}

/* "tcp", as both tools write it. */
const char *lab_proxy_proto(const struct lab_frontend *frontend);

/* What becomes of connections to the Service's address, or (@outside) through a node port, for
 * which there is no backend: all are elsewhere and it may not send there, or there are none. */
enum lab_lack {
	LAB_LACK_NOTHING,
	LAB_LACK_LOCAL, /* dropped */
	LAB_LACK_ALL,	/* refused */
};

enum lab_lack lab_proxy_lack(const struct lab_frontend *frontend, const struct lab_node *node,
			     bool outside);
