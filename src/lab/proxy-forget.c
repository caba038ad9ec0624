/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/proxy.h"

#include <netinet/in.h>

#include "net/tracked.h"
#include "net/netns.h"

/* The one that has this address and port on the node. */
static const struct lab_frontend *frontend_at(const struct lab_node *node,
					      const struct ward_tuple *to)
{
	const struct lab_services *services = node->lab->services;

	for (uint32_t i = 0; i < services->frontends.n; i++) {
		const struct lab_frontend *frontend = &services->frontends.items[i];

		if (lab_proto_number(frontend->port->proto) != to->protocol)
			continue;
		if (ward_ip_eq(frontend->ip, to->to) && frontend->port->port == to->to_port)
			return frontend;
		if (ward_ip_eq(node->ip[frontend->family], to->to) &&
		    frontend->node_port == to->to_port)
			return frontend;
	}
	return NULL;
}

/* Are only backends of the node itself for this client? */
static bool is_kept(const struct lab_node *node, const struct lab_frontend *frontend,
		    const struct ward_tuple *original)
{
	const struct ward_service *service = frontend->service->object;

	if (ward_ip_eq(frontend->ip, original->to))
		return service->keeps_to_node;
	return service->keeps_source &&
	       !ward_cidr_has(node->range[frontend->family], original->from) &&
	       !ward_ip_eq(node->ip[frontend->family], original->from);
}

static bool has_backend(const struct lab_node *node, const struct lab_frontend *frontend,
			const struct ward_tracked *tracked)
{
	bool kept = is_kept(node, frontend, &tracked->original);

	for (uint32_t i = 0; i < frontend->backends.n; i++) {
		const struct lab_backend *backend = &frontend->backends.items[i];

		if (ward_ip_eq(backend->pod->ip[frontend->family], tracked->reply.from) &&
		    backend->port == tracked->reply.from_port)
			return !kept || backend->pod->node == node;
	}
	return false;
}

/* Was it sent where the Service does not lead any more, or not translated when there was nobody?  A
 * connection that has been answered is left alone: its ends will notice. */
static bool is_stale(void *userdata, const struct ward_tracked *tracked)
{
	const struct ward_tuple *original = &tracked->original, *reply = &tracked->reply;
	const struct lab_node *node = userdata;
	const struct lab_frontend *frontend = frontend_at(node, original);
	bool is_translated =
		!ward_ip_eq(original->to, reply->from) || original->to_port != reply->from_port;

	if (tracked->answered && original->protocol != IPPROTO_UDP)
		return false;
	if (!frontend)
		return is_translated;
	return !has_backend(node, frontend, tracked);
}

int lab_proxy_forget(const struct lab_node *node, uint32_t family)
{
	_cleanup_(ward_netns_return) int home = ward_netns_visit(node->ns);

	if (home < 0)
		return home;
	return ward_tracked_forget(family ? WARD_FAMILY_6 : WARD_FAMILY_4, is_stale, (void *)node);
}
