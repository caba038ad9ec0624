/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on one connection: at each end that is judged, the row of the subject at the identity
 * of the other is a port map, and that at the port is a decision. */
#include "engine/internal.h"

/* The shape of an address that no pod and no node has. */
static uint32_t external_shape(const struct ward_tables *tables, struct ward_ip ip)
{
	uint32_t low = 0, high = tables->n_prefixes;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(tables->prefixes[middle].first, ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return tables->prefixes[low].shape;
}

void ward_engine_resolve(const struct ward_engine *engine, struct ward_ip ip,
			 struct ward_end *ret_end)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	uint32_t found = addresses_find(&engine->compiled->addresses, ip);
	const struct ward_address *address;

	if (found == WARD_NONE || tables->addresses[found].ip.family == WARD_FAMILY_NONE) {
		*ret_end = (struct ward_end){
			.kind = WARD_END_EXTERNAL,
			.endpoint = WARD_NONE,
			.node = WARD_NONE,
			.shape = external_shape(tables, ip),
			.ip = ip,
		};
		return;
	}
	address = &tables->addresses[found];
	*ret_end = (struct ward_end){
		.kind = WARD_END_NODE,
		.endpoint = address->endpoint,
		.node = address->node,
		.shape = address->shape,
		.ip = ip,
	};
	if (address->endpoint != WARD_NONE && tables->endpoints[address->endpoint].managed)
		ret_end->kind = WARD_END_POD;
}

/* Holes have no name, and neither has the node of a pod that is on none. */
static uint32_t node_by_name(const struct ward_tables *tables, ward_sym name)
{
	if (name == WARD_NONE)
		return WARD_NONE;
	for (uint32_t i = 0; i < tables->n_nodes; i++)
		if (tables->nodes[i].name == name)
			return i;
	return WARD_NONE;
}

void ward_engine_end_of(const struct ward_engine *engine, uint32_t endpoint,
			enum ward_family family, struct ward_end *ret_end)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	const struct ward_endpoint *of = &tables->endpoints[endpoint];

	*ret_end = (struct ward_end){
		.kind = of->managed	   ? WARD_END_POD
			: of->host_network ? WARD_END_NODE
					   : WARD_END_EXTERNAL,
		.endpoint = endpoint,
		.node = of->managed ? WARD_NONE : node_by_name(tables, of->node),
		.shape = of->shape,
	};
	for (uint32_t i = 0; i < of->n_addresses; i++) {
		const struct ward_address *address = &tables->own[of->first_address + i];

		if (family != WARD_FAMILY_NONE && address->ip.family != family)
			continue;
		ret_end->shape = address->shape;
		ret_end->ip = address->ip;
		return;
	}
}

/* A10.1: whatever comes from the pod's own node, its host-network pods included. */
static bool is_own_node(const struct ward_tables *tables, const struct ward_endpoint *pod,
			const struct ward_end *other)
{
	if (other->kind != WARD_END_NODE || pod->node == WARD_NONE)
		return false;
	if (other->node != WARD_NONE)
		return tables->nodes[other->node].name == pod->node;
	/* A pod of the network of a node that no Node object describes. */
	return other->endpoint != WARD_NONE && tables->endpoints[other->endpoint].node == pod->node;
}

/* Laying a row out changes nothing that anybody could have seen before. */
static uint32_t cell_of(const struct ward_engine *engine, uint32_t row, uint32_t identity)
{
	if (engine->compiled->rows.cells.items[row].n_identities <= identity)
		compiled_lay_out(engine->compiled, row);
	return ward_row_cell(&ward_engine_tables(engine)->rows[row], identity);
}

static void judge_side(const struct ward_engine *engine, const struct ward_end *subject,
		       const struct ward_end *other, enum ward_direction direction,
		       enum ward_proto proto, uint16_t port, struct ward_side *side)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	const struct ward_endpoint *pod = &tables->endpoints[subject->endpoint];
	uint32_t map;

	if (pod->row[direction] == WARD_NONE)
		return;
	side->judged = true;
	side->row = pod->row[direction];
	if (direction == WARD_INGRESS && is_own_node(tables, pod, other)) {
		side->node_exempt = side->accept = true;
		side->decision = WARD_DECISION_OPEN;
		return;
	}
	map = cell_of(engine, side->row, tables->shape_identity[other->shape]);
	side->decision = ward_port_map_lookup(&tables->port_maps[map], proto, port);
	side->accept = tables->decisions[side->decision].accept;
}

/* The NetworkPolicy tier of a pod that talks to itself is final, and says yes (F7.1). */
static void spare_self(struct ward_side *side)
{
	if (!side->judged || side->decision != WARD_DECISION_ISOLATED)
		return;
	side->self_exempt = side->accept = true;
}

static void judge_both(const struct ward_engine *engine, const struct ward_end *from,
		       const struct ward_end *to, enum ward_proto proto, uint16_t port, bool spare,
		       struct ward_verdict *verdict)
{
	struct ward_side *side = verdict->side;

	if (from->kind == WARD_END_POD)
		judge_side(engine, from, to, WARD_EGRESS, proto, port, &side[WARD_EGRESS]);
	if (to->kind == WARD_END_POD)
		judge_side(engine, to, from, WARD_INGRESS, proto, port, &side[WARD_INGRESS]);
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (spare)
			spare_self(&side[d]);
		if (side[d].judged && !side[d].accept)
			verdict->accept = false;
	}
}

void ward_engine_judge_via(const struct ward_engine *engine, const struct ward_end *from,
			   const struct ward_end *to, enum ward_proto proto, uint16_t port,
			   const struct ward_via *via, struct ward_verdict *ret_verdict)
{
	bool self = from->kind == WARD_END_POD && to->kind == WARD_END_POD &&
		    from->endpoint == to->endpoint;
	struct ward_verdict verdict = {.accept = true};

	if (from->kind != WARD_END_POD && to->kind != WARD_END_POD)
		verdict.reason = WARD_REASON_NO_POD;
	else if (self && (!via->service || via->hairpin == WARD_HAIRPIN_ALLOW))
		verdict.reason = WARD_REASON_SELF;
	else
		judge_both(engine, from, to, proto, port, self && via->hairpin == WARD_HAIRPIN_SPEC,
			   &verdict);
	*ret_verdict = verdict;
}

void ward_engine_judge(const struct ward_engine *engine, const struct ward_end *from,
		       const struct ward_end *to, enum ward_proto proto, uint16_t port,
		       struct ward_verdict *ret_verdict)
{
	static const struct ward_via directly = {};

	ward_engine_judge_via(engine, from, to, proto, port, &directly, ret_verdict);
}
