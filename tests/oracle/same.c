/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/same.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

/* Numbers of one engine and of the other that mean the same: each has one partner. */
struct pairing {
	uint32_t *to_b, *to_a;
};

struct comparison {
	const struct ward_engine *engine[2];
	const struct ward_tables *a, *b;
	struct pairing identities, rows;
};

static bool differs(const char *what, uint32_t at)
{
	printf("# not as from scratch: %s %u\n", what, at);
	return false;
}

static struct pairing pairing_new(uint32_t n_a, uint32_t n_b)
{
	struct pairing pairing = {
		.to_b = ward_new_n(uint32_t, n_a + 1),
		.to_a = ward_new_n(uint32_t, n_b + 1),
	};

	memset(pairing.to_b, 0xff, n_a * sizeof(uint32_t));
	memset(pairing.to_a, 0xff, n_b * sizeof(uint32_t));
	return pairing;
}

static bool pair(struct pairing *pairing, uint32_t a, uint32_t b)
{
	if (a == WARD_NONE || b == WARD_NONE)
		return a == b;
	if (pairing->to_b[a] == WARD_NONE && pairing->to_a[b] == WARD_NONE) {
		pairing->to_b[a] = b;
		pairing->to_a[b] = a;
	}
	return pairing->to_b[a] == b && pairing->to_a[b] == a;
}

static bool pair_shapes(struct comparison *c, uint32_t a, uint32_t b)
{
	return pair(&c->identities, c->a->shape_identity[a], c->b->shape_identity[b]);
}

static bool labels_are_same(struct ward_labels a, struct ward_labels b)
{
	return a.n == b.n && (!a.n || memcmp(a.items, b.items, a.n * sizeof(*a.items)) == 0);
}

static bool own_are_same(struct comparison *c, const struct ward_endpoint *a,
			 const struct ward_endpoint *b)
{
	if (a->n_addresses != b->n_addresses)
		return false;
	for (uint32_t i = 0; i < a->n_addresses; i++) {
		const struct ward_address *x = &c->a->own[a->first_address + i];
		const struct ward_address *y = &c->b->own[b->first_address + i];

		if (!ward_ip_eq(x->ip, y->ip) || !pair_shapes(c, x->shape, y->shape))
			return false;
	}
	return true;
}

static bool endpoints_are_same(struct comparison *c, const struct ward_endpoint *a,
			       const struct ward_endpoint *b)
{
	return a->managed == b->managed && a->host_network == b->host_network &&
	       a->node == b->node &&
	       labels_are_same(ward_engine_labels(c->engine[0], a->labels),
			       ward_engine_labels(c->engine[1], b->labels)) &&
	       pair_shapes(c, a->shape, b->shape) && own_are_same(c, a, b) &&
	       pair(&c->rows, a->row[WARD_INGRESS], b->row[WARD_INGRESS]) &&
	       pair(&c->rows, a->row[WARD_EGRESS], b->row[WARD_EGRESS]);
}

static bool compare_endpoints(struct comparison *c)
{
	uint32_t n[2] = {};

	for (uint32_t i = 0; i < c->b->n_endpoints; i++)
		n[1] += c->b->endpoints[i].live;
	for (uint32_t i = 0; i < c->a->n_endpoints; i++) {
		const struct ward_endpoint *a = &c->a->endpoints[i];
		uint32_t b = ward_engine_find(c->engine[1], a->object.kind, a->object.ns,
					      a->object.name);

		n[0] += a->live;
		if (a->live && (b == WARD_NONE || !endpoints_are_same(c, a, &c->b->endpoints[b])))
			return differs("endpoint", i);
	}
	return n[0] == n[1] ? true : differs("number of endpoints", n[0]);
}

static bool ends_are_same(struct comparison *c, const struct ward_end *a, const struct ward_end *b)
{
	const struct ward_object *x, *y;

	if (a->kind != b->kind || !pair_shapes(c, a->shape, b->shape) ||
	    (a->endpoint == WARD_NONE) != (b->endpoint == WARD_NONE) ||
	    (a->node == WARD_NONE) != (b->node == WARD_NONE))
		return false;
	if (a->node != WARD_NONE && c->a->nodes[a->node].name != c->b->nodes[b->node].name)
		return false;
	if (a->endpoint == WARD_NONE)
		return true;
	x = &c->a->endpoints[a->endpoint].object;
	y = &c->b->endpoints[b->endpoint].object;
	return x->kind == y->kind && x->ns == y->ns && x->name == y->name;
}

static bool compare_addresses(struct comparison *c)
{
	uint32_t n[2] = {};

	for (uint32_t i = 0; i < c->b->n_addresses; i++)
		n[1] += c->b->addresses[i].ip.family != WARD_FAMILY_NONE;
	for (uint32_t i = 0; i < c->a->n_addresses; i++) {
		struct ward_ip ip = c->a->addresses[i].ip;
		struct ward_end a, b;

		if (ip.family == WARD_FAMILY_NONE)
			continue;
		n[0]++;
		ward_engine_resolve(c->engine[0], ip, &a);
		ward_engine_resolve(c->engine[1], ip, &b);
		if (!ends_are_same(c, &a, &b))
			return differs("address", i);
	}
	return n[0] == n[1] ? true : differs("number of addresses", n[0]);
}

static bool compare_prefixes(struct comparison *c)
{
	if (c->a->n_prefixes != c->b->n_prefixes)
		return differs("number of prefixes", c->a->n_prefixes);
	for (uint32_t i = 0; i < c->a->n_prefixes; i++)
		if (!ward_ip_eq(c->a->prefixes[i].first, c->b->prefixes[i].first) ||
		    !pair_shapes(c, c->a->prefixes[i].shape, c->b->prefixes[i].shape))
			return differs("prefix", i);
	return true;
}

static bool policies_are_same(const struct ward_policy *a, const struct ward_policy *b)
{
	return a->origin.kind == b->origin.kind && a->origin.ns == b->origin.ns &&
	       a->origin.name == b->origin.name && a->part == b->part;
}

static bool decisions_are_same(const struct comparison *c, uint32_t a, uint32_t b)
{
	const struct ward_decision *x = &c->a->decisions[a], *y = &c->b->decisions[b];

	if (x->policy == WARD_NONE || y->policy == WARD_NONE)
		return a == b;
	return x->accept == y->accept && x->rule == y->rule &&
	       policies_are_same(c->a->policies[x->policy], c->b->policies[y->policy]);
}

static bool maps_are_same(const struct comparison *c, const struct ward_port_map *a,
			  const struct ward_port_map *b)
{
	if (a->n != b->n || !decisions_are_same(c, a->other, b->other) ||
	    !decisions_are_same(c, a->rest, b->rest))
		return false;
	for (uint32_t i = 0; i < a->n; i++)
		if (a->spans[i].proto != b->spans[i].proto || a->spans[i].low != b->spans[i].low ||
		    a->spans[i].high != b->spans[i].high ||
		    !decisions_are_same(c, a->spans[i].decision, b->spans[i].decision))
			return false;
	return true;
}

static bool rows_are_same(const struct comparison *c, const struct ward_row *a,
			  const struct ward_row *b)
{
	if (a->direction != b->direction || a->isolated != b->isolated ||
	    a->n_policies != b->n_policies)
		return false;
	for (uint32_t i = 0; i < a->n_policies; i++)
		if (!policies_are_same(c->a->policies[a->policies[i]],
				       c->b->policies[b->policies[i]]))
			return false;
	for (uint32_t i = 0; i < c->a->n_identities; i++) {
		uint32_t other = c->identities.to_b[i];

		if (other != WARD_NONE && !maps_are_same(c, &c->a->port_maps[ward_row_cell(a, i)],
							 &c->b->port_maps[ward_row_cell(b, other)]))
			return false;
	}
	return true;
}

static bool compare_rows(const struct comparison *c)
{
	for (uint32_t row = 0; row < c->a->n_rows; row++) {
		uint32_t other = c->rows.to_b[row];

		if (other != WARD_NONE && !rows_are_same(c, &c->a->rows[row], &c->b->rows[other]))
			return differs("row", row);
	}
	return true;
}

bool engines_are_same(const struct ward_engine *a, const struct ward_engine *b)
{
	struct comparison c = {
		.engine = {a, b},
		.a = ward_engine_tables(a),
		.b = ward_engine_tables(b),
	};
	bool same;

	c.identities = pairing_new(c.a->n_identities, c.b->n_identities);
	c.rows = pairing_new(c.a->n_rows, c.b->n_rows);
	same = compare_endpoints(&c) && compare_addresses(&c) && compare_prefixes(&c) &&
	       compare_rows(&c);
	free(c.identities.to_a);
	free(c.identities.to_b);
	free(c.rows.to_a);
	free(c.rows.to_b);
	return same;
}
