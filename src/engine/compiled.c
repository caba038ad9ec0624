/* SPDX-License-Identifier: Apache-2.0 */
/* The life of what is computed: begun with nothing, brought up to date (update.c), shown in the
 * tables, and thrown away when most of it is of no use any more. */
#include "engine/internal.h"

void compiled_publish(struct compiled *compiled)
{
	struct ward_tables *tables = &compiled->tables;

	tables->n_endpoints = compiled->endpoints.n;
	tables->endpoints = compiled->endpoints.items;
	tables->n_nodes = compiled->nodes.n;
	tables->nodes = compiled->nodes.items;
	tables->n_addresses = compiled->addresses.list.n;
	tables->addresses = compiled->addresses.list.items;
	tables->own = compiled->addresses.own.items;
	tables->n_prefixes = compiled->prefixes.n;
	tables->prefixes = compiled->prefixes.items;
	tables->n_shapes = compiled->shapes.all.n;
	tables->shape_identity = compiled->identities.of_shape.items;
	tables->n_identities = compiled->identities.all.n;
	tables->n_rows = compiled->rows.list.n;
	tables->rows = compiled->rows.list.items;
	tables->n_port_maps = compiled->rows.maps.n;
	tables->port_maps = compiled->rows.maps.items;
	tables->n_decisions = compiled->ruleset.decisions.n;
	tables->decisions = compiled->ruleset.decisions.items;
	tables->n_policies = compiled->ruleset.policies.n;
	tables->policies = compiled->ruleset.policies.items;
}

void compiled_lay_out(struct compiled *compiled, uint32_t row)
{
	rows_lay_out(&compiled->rows, &compiled->identities, &compiled->ruleset, row);
	compiled_publish(compiled);
}

static bool is_mostly_waste(uint32_t n, uint32_t n_live)
{
	return n > 2 * n_live + 4096;
}

/* What cannot be counted is compared with what there was when all of it was of use. */
bool compiled_is_stale(const struct compiled *compiled)
{
	const struct fresh_sizes *fresh = &compiled->fresh;

	return is_mostly_waste(compiled->shapes.pods.n, compiled->shapes.n_live) ||
	       is_mostly_waste(compiled->addresses.own.n, compiled->addresses.n_live) ||
	       is_mostly_waste(compiled->ruleset.decisions.n, compiled->ruleset.n_live_rules) ||
	       is_mostly_waste(compiled->shapes.all.n, fresh->shapes) ||
	       is_mostly_waste(compiled->ruleset.prefixes.classes.n, fresh->classes) ||
	       is_mostly_waste(compiled->identities.all.n, fresh->identities) ||
	       is_mostly_waste(compiled->rows.list.n, fresh->rows);
}

struct compiled *compiled_new(void)
{
	struct compiled *compiled = ward_new(struct compiled);
	static const struct pod_shape anyone;

	rows_init(&compiled->rows);
	ruleset_init(&compiled->ruleset);
	identities_init(&compiled->identities);
	rows_intern(&compiled->rows, &compiled->identities, &compiled->ruleset, NULL, WARD_INGRESS,
		    0, &anyone);
	compiled->is_fresh = true;
	return compiled;
}

struct compiled *compiled_free(struct compiled *compiled)
{
	if (!compiled)
		return NULL;
	rows_done(&compiled->rows);
	identities_done(&compiled->identities);
	addresses_done(&compiled->addresses);
	shapes_done(&compiled->shapes);
	ruleset_done(&compiled->ruleset);
	ward_intern_done(&compiled->subject_scopes);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		ward_vec_done(&compiled->memo[d]);
	ward_vec_done(&compiled->endpoints);
	ward_vec_done(&compiled->states);
	ward_vec_done(&compiled->nodes);
	ward_vec_done(&compiled->node_spans);
	ward_vec_done(&compiled->prefixes);
	ward_vec_done(&compiled->changed_endpoints);
	ward_vec_done(&compiled->changed_addresses);
	ward_vec_done(&compiled->changed_shapes);
	free(compiled);
	return NULL;
}
