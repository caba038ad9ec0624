/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/proxy.h"

#include <netinet/in.h>

#include "net/tracked.h"
#include "net/netns.h"

/* The one that has this address and port on the node. */
static const struct lab_frontend *frontend_at(const struct lab_node *node, struct ward_ip ip,
					      uint16_t port)
{
	const struct lab_services *services = node->lab->services;

	for (uint32_t i = 0; i < services->frontends.n; i++) {
		const struct lab_frontend *frontend = &services->frontends.items[i];

		if (frontend->port->proto != WARD_UDP)
			continue;
		if (ward_ip_eq(frontend->ip, ip) && frontend->port->port == port)
			return frontend;
		if (ward_ip_eq(node->ip[frontend->family], ip) && frontend->node_port == port)
			return frontend;
	}
	return NULL;
}

static bool has_backend(const struct lab_frontend *frontend, struct ward_ip ip, uint16_t port)
{
	for (uint32_t i = 0; i < frontend->backends.n; i++)
		if (ward_ip_eq(frontend->backends.items[i].pod->ip[frontend->family], ip) &&
		    frontend->backends.items[i].port == port)
			return true;
	return false;
}

/* Was it sent where the Service does not lead any more, or not translated when there was nobody? */
static bool is_stale(void *userdata, const struct ward_tuple *original,
		     const struct ward_tuple *reply)
{
	const struct lab_node *node = userdata;
	const struct lab_frontend *frontend = frontend_at(node, original->to, original->to_port);
	bool is_translated =
		!ward_ip_eq(original->to, reply->from) || original->to_port != reply->from_port;

	if (!frontend)
		return is_translated;
	return !has_backend(frontend, reply->from, reply->from_port);
}

int lab_proxy_forget(const struct lab_node *node, uint32_t family)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);

	if (home < 0)
		return home;
	return ward_tracked_forget(family ? WARD_FAMILY_6 : WARD_FAMILY_4, IPPROTO_UDP, is_stale,
				   (void *)node);
}
