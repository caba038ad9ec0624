/* SPDX-License-Identifier: Apache-2.0 */
/* The policy that the vectors are judged by. */
#include "vectors.h"

/* Ascending, as the tables have them: by family, then by number. */
static int cmp_address(const void *a, const void *b)
{
	const struct ward_address *left = a, *right = b;

	return ward_ip_cmp(left->ip, right->ip);
}

static void addresses_init(struct vector_tables *tables, const struct ends *four,
			   const struct ends *six)
{
	const struct ends *const families[] = {four, six};
	struct ward_address *at = tables->addresses;

	for (size_t f = 0; f < WARD_ARRAY_SIZE(families); f++) {
		const struct ends *ends = families[f];

		*at++ = (struct ward_address){ends->pod, 0, 0, WARD_NONE};
		*at++ = (struct ward_address){ends->shut, 0, 1, WARD_NONE};
		*at++ = (struct ward_address){ends->far, 0, 2, WARD_NONE};
		*at++ = (struct ward_address){ends->remote, 0, 3, WARD_NONE};
		*at++ = (struct ward_address){ends->own, 0, WARD_NONE, 0};
	}
	qsort(tables->addresses, WARD_ARRAY_SIZE(tables->addresses), sizeof(*at), cmp_address);
}

void vector_tables_init(struct vector_tables *tables, const struct ends *four,
			const struct ends *six, ward_sym node, const uint32_t ifindex[3])
{
	*tables = (struct vector_tables){
		.endpoints = {{.managed = true, .row = {[WARD_INGRESS] = 1}},
			      {.managed = true, .row = {[WARD_EGRESS] = 1}},
			      {.managed = true},
			      {.managed = true, .row = {WARD_NONE, WARD_NONE}}},
		.nodes = {{.name = node}},
		.ifindex = {ifindex[0], ifindex[1], ifindex[2]},
		.rows = {{.rest = 0}, {.rest = 1}},
		.port_maps = {{.other = 1, .rest = 1}, {.n = 2, .spans = tables->spans}},
		.spans = {{WARD_TCP, 80, 80, 2}, {WARD_UDP, 80, 80, 2}},
		.decisions = {{false}, {true}, {true}},
	};
	addresses_init(tables, four, six);
	tables->tables = (struct ward_tables){
		.version = 1000,
		.n_endpoints = WARD_ARRAY_SIZE(tables->endpoints),
		.endpoints = tables->endpoints,
		.n_nodes = WARD_ARRAY_SIZE(tables->nodes),
		.nodes = tables->nodes,
		.n_addresses = WARD_ARRAY_SIZE(tables->addresses),
		.addresses = tables->addresses,
		.n_shapes = 1,
		.shape_identity = tables->identity,
		.n_identities = 1,
		.n_rows = WARD_ARRAY_SIZE(tables->rows),
		.rows = tables->rows,
		.n_port_maps = WARD_ARRAY_SIZE(tables->port_maps),
		.port_maps = tables->port_maps,
		.n_decisions = WARD_ARRAY_SIZE(tables->decisions),
		.decisions = tables->decisions,
	};
}
