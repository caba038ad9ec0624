/* SPDX-License-Identifier: Apache-2.0 */
/* Matching one rule by hand, for explanations.  The tables are not asked: this is what they say,
 * told rule by rule. */
#include "engine/internal.h"

static const struct inventory_namespace *namespace_of(const struct ward_engine *engine,
						      const struct ward_endpoint *endpoint)
{
	uint32_t index = inventory_find_namespace(&engine->inventory, endpoint->object.ns);

	return &engine->inventory.namespaces.items[index];
}

static bool scope_matches(const struct ward_engine *engine, const struct ward_peer *peer,
			  const struct ward_end *subject, const struct ward_end *other)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	const struct ward_endpoint *pod = &tables->endpoints[other->endpoint];
	const struct inventory_namespace *ns = namespace_of(engine, pod);

	if (peer->same_environment &&
	    ns->environment !=
		    namespace_of(engine, &tables->endpoints[subject->endpoint])->environment)
		return false;
	return ward_selector_matches(&peer->scope.namespaces,
				     inventory_labels(&engine->inventory, ns->labels)) &&
	       ward_selector_matches(&peer->scope.pods,
				     inventory_labels(&engine->inventory, pod->labels));
}

/* B4.3: by address, whoever has it. */
static bool nodes_match(const struct inventory *inventory, const struct ward_peer *peer,
			struct ward_ip ip)
{
	for (uint32_t i = 0; i < inventory->nodes.n; i++) {
		const struct inventory_node *node = &inventory->nodes.items[i];

		if (!node->live ||
		    !ward_selector_matches(&peer->nodes, inventory_labels(inventory, node->labels)))
			continue;
		for (uint32_t k = 0; k < node->ips.n; k++)
			if (ward_ip_eq(node->ips.items[k], ip))
				return true;
	}
	return false;
}

static bool peer_matches(const struct ward_engine *engine, const struct ward_peer *peer,
			 const struct ward_end *subject, const struct ward_end *other)
{
	if (peer->kind == WARD_PEER_BLOCKS)
		return ward_peer_has_address(peer, other->ip);
	if (peer->kind == WARD_PEER_NODES)
		return nodes_match(&engine->inventory, peer, other->ip);
	return other->kind == WARD_END_POD && scope_matches(engine, peer, subject, other);
}

bool ward_rule_matches_peer(const struct ward_engine *engine, const struct ward_rule *rule,
			    const struct ward_end *subject, const struct ward_end *other)
{
	if (rule->any_peer)
		return true;
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (peer_matches(engine, &rule->peers[i], subject, other))
			return true;
	return false;
}

static bool named_matches(const struct ward_engine *engine, const struct ward_port *port,
			  const struct ward_end *destination, enum ward_proto proto,
			  uint16_t number)
{
	const struct shape *shape = shapes_get(&engine->compiled->shapes, destination->shape);
	const struct named_port *named;
	uint32_t n;

	if (destination->kind != WARD_END_POD)
		return false;
	named = inventory_ports(&engine->inventory,
				shapes_pod(&engine->compiled->shapes, shape->pod)->ports, &n);
	for (uint32_t i = 0; i < n; i++)
		if (named[i].name == port->name && named[i].proto == proto &&
		    named[i].number == number &&
		    (port->proto == WARD_N_PROTO || port->proto == proto))
			return true;
	return false;
}

bool ward_rule_matches_port(const struct ward_engine *engine, const struct ward_rule *rule,
			    const struct ward_end *destination, enum ward_proto proto,
			    uint16_t port)
{
	if (rule->any_port)
		return true;
	if (proto == WARD_OTHER)
		return false;
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *wanted = &rule->ports[i];

		if (wanted->name != WARD_NONE
			    ? named_matches(engine, wanted, destination, proto, port)
			    : wanted->proto == proto && wanted->low <= port && port <= wanted->high)
			return true;
	}
	return false;
}
