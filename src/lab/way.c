/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/way.h"

struct ward_ip lab_way_ip(const struct lab_way *way)
{
	return way->entry ? way->entry->ip[way->frontend->family] : way->frontend->ip;
}

uint16_t lab_way_port(const struct lab_way *way)
{
	return way->entry ? way->frontend->node_port : way->frontend->port->port;
}

/* The node whose kernel translates the destination. */
static const struct lab_node *translator(const struct lab_way *way)
{
	return way->entry ? way->entry : way->from->node;
}

bool lab_way_leads_to(const struct lab_way *way, const struct lab_backend *backend)
{
	const struct ward_service *service = way->frontend->service->object;
	const struct lab_node *node = translator(way);
	bool is_insider = way->from->node == node;

	if (way->entry ? service->keeps_source && !is_insider : service->keeps_to_node)
		return backend->pod->node == node;
	return true;
}

/* Does the backend see the translating node in the place of the client? */
static bool is_masqueraded(const struct lab_way *way)
{
	bool is_node = way->from->node == translator(way) && way->from->pod.host_network;

	if (!way->entry)
		return is_node;
	return is_node || !way->frontend->service->object->keeps_source;
}

/* Is one direction of a connection between two addresses denied? */
static bool is_denied(const struct lab *lab, struct ward_ip from, struct ward_ip to,
		      const struct lab_way *way, uint16_t port, enum ward_direction direction)
{
	static const struct ward_via via = {.service = true};
	struct ward_end source, destination;
	struct ward_verdict verdict;

	ward_engine_resolve(lab->judge, from, &source);
	ward_engine_resolve(lab->judge, to, &destination);
	ward_engine_judge_via(lab->judge, &source, &destination, way->frontend->port->proto, port,
			      &via, &verdict);
	return verdict.side[direction].judged && !verdict.side[direction].accept;
}

/* The client's own node, when another one translates. */
static bool is_denied_before(const struct lab *lab, const struct lab_way *way, struct ward_ip from)
{
	return way->entry && way->from->node != way->entry &&
	       is_denied(lab, from, lab_way_ip(way), way, lab_way_port(way), WARD_EGRESS);
}

bool lab_way_is_open(const struct lab *lab, const struct lab_way *way,
		     const struct lab_backend *backend)
{
	const struct lab_node *node = translator(way);
	uint32_t family = way->frontend->family;
	struct ward_ip from = way->outside.family ? way->outside : way->from->ip[family];
	struct ward_ip to = backend->pod->ip[family];
	bool is_here = backend->pod->node == node;

	if (!lab->enforce)
		return true;
	if (is_denied_before(lab, way, from))
		return false;
	if (way->from->node == node && is_denied(lab, from, to, way, backend->port, WARD_EGRESS))
		return false;
	if (!is_here && is_masqueraded(way))
		from = lab_node_source(node, backend->pod, family);
	return !is_denied(lab, from, to, way, backend->port, WARD_INGRESS);
}
