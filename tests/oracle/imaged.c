/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/imaged.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

void imaged_init(struct imaged *imaged, const struct ward_image_config *config)
{
	size_t size = ward_image_size(&config->geometry);
	struct ward_image_config with_bytes = *config;

	with_bytes.bytes = imaged->bytes = ward_alloc(size);
	imaged->writer = ward_image_writer_new(&with_bytes);
	if (!imaged->writer || ward_image_open(imaged->bytes, size, &imaged->image) < 0)
		abort();
}

void imaged_done(struct imaged *imaged)
{
	ward_image_writer_free(imaged->writer);
	free(imaged->bytes);
	*imaged = (struct imaged){};
}

void imaged_load(struct imaged *imaged)
{
	ward_image_load(&imaged->image);
}

struct ip_words {
	uint64_t hi, lo, family;
};

void asked_ips_add_one(struct asked_ips *asked, struct ward_ip ip)
{
	struct ip_words words = {ip.hi, ip.lo, ip.family};

	if (ip.family != WARD_FAMILY_NONE)
		ward_intern(&asked->ips, &words, sizeof(words));
}

static void add_with_neighbours(struct asked_ips *asked, struct ward_ip ip)
{
	asked_ips_add_one(asked, ip);
	if (!ward_ip_eq(ip, ward_ip_min(ip.family)))
		asked_ips_add_one(asked, ward_ip_prev(ip));
	if (!ward_ip_is_max(ip))
		asked_ips_add_one(asked, ward_ip_next(ip));
}

void asked_ips_add(struct asked_ips *asked, const struct ward_tables *tables)
{
	for (uint32_t i = 0; i < tables->n_addresses; i++)
		asked_ips_add_one(asked, tables->addresses[i].ip);
	for (uint32_t i = 0; i < tables->n_prefixes; i++)
		add_with_neighbours(asked, tables->prefixes[i].first);
}

void asked_ips_done(struct asked_ips *asked)
{
	ward_intern_done(&asked->ips);
}

static struct ward_ip asked_ip(const struct asked_ips *asked, uint32_t i)
{
	const struct ip_words *words = ward_intern_bytes(&asked->ips, i, NULL);

	return (struct ward_ip){words->hi, words->lo, words->family};
}

static bool says(bool is_so, const char *what, struct ward_ip ip)
{
	char text[WARD_IP_TEXT];

	if (!is_so)
		printf("# the image is wrong about %s: %s\n", ward_ip_str(ip, text), what);
	return is_so;
}

static bool site_has(const struct imaged_site *site, struct ward_ip ip)
{
	for (uint32_t i = 0; i < site->n_own; i++)
		if (ward_ip_eq(site->own[i], ip))
			return true;
	return false;
}

static bool is_local(const struct ward_tables *tables, const struct ward_end *end)
{
	return end->kind == WARD_END_POD && tables->endpoints[end->endpoint].row[0] != WARD_NONE;
}

/* As the engine knows the address, with what the node was told. */
static uint32_t expected_kind(const struct ward_engine *engine, const struct imaged_site *site,
			      const struct ward_end *end)
{
	const struct ward_tables *tables = ward_engine_tables(engine);

	if (is_local(tables, end))
		return WARD_AT_LOCAL;
	if (end->kind == WARD_END_EXTERNAL) {
		if (site_has(site, end->ip))
			return WARD_AT_NODE;
		return site->closed.ip.family && ward_cidr_has(site->closed, end->ip)
			       ? WARD_AT_UNREADY
			       : WARD_AT_OTHER;
	}
	if (end->kind != WARD_END_NODE)
		return WARD_AT_OTHER;
	if (end->node != WARD_NONE)
		return tables->nodes[end->node].name == site->node ? WARD_AT_NODE : WARD_AT_OTHER;
	return tables->endpoints[end->endpoint].node == site->node ? WARD_AT_NODE : WARD_AT_OTHER;
}

static bool port_is_right(const struct imaged *imaged, const struct ward_tables *tables,
			  const struct ward_port_map *map, uint32_t ref, enum ward_proto proto,
			  uint32_t port)
{
	uint32_t decision = ward_port_map_lookup(map, proto, port);
	uint32_t ruling = ward_floor(&imaged->image, ref, WARD_PORT_KEY(proto, port));

	return ruling == WARD_RULING(decision, tables->decisions[decision].accept);
}

/* What of the tables was found to be right where in the image. */
struct seen {
	struct ward_intern maps, rows; /* {number, ref} */
};

/* And from now on it was. */
static bool was_seen(struct ward_intern *seen, uint32_t number, uint32_t ref)
{
	uint32_t key[] = {number, ref}, n = seen->n;

	return ward_intern(seen, key, sizeof(key)) < n;
}

static bool port_map_is_right(const struct imaged *imaged, const struct ward_tables *tables,
			      uint32_t number, uint32_t ref)
{
	const struct ward_port_map *map = &tables->port_maps[number];

	for (enum ward_proto proto = 0; proto < WARD_OTHER; proto++) {
		if (!port_is_right(imaged, tables, map, ref, proto, 0) ||
		    !port_is_right(imaged, tables, map, ref, proto, UINT16_MAX))
			return false;
		for (uint32_t i = 0; i < map->n; i++) {
			const uint16_t edges[] = {map->spans[i].low - 1, map->spans[i].low,
						  map->spans[i].high, map->spans[i].high + 1};

			for (size_t k = 0; k < WARD_ARRAY_SIZE(edges); k++)
				if (!port_is_right(imaged, tables, map, ref, proto, edges[k]))
					return false;
		}
	}
	return port_is_right(imaged, tables, map, ref, WARD_OTHER, 0);
}

static bool row_is_right(const struct imaged *imaged, const struct ward_tables *tables,
			 uint32_t number, uint32_t ref, struct seen *seen)
{
	if (was_seen(&seen->rows, number, ref))
		return true;
	for (uint32_t i = 0; i < tables->n_identities; i++) {
		uint32_t map = ward_row_cell(&tables->rows[number], i);
		uint32_t map_ref = ward_cell(&imaged->image, ref, i);

		if (!was_seen(&seen->maps, map, map_ref) &&
		    !port_map_is_right(imaged, tables, map, map_ref))
			return false;
	}
	return true;
}

static bool rows_are_right(const struct imaged *imaged, const struct ward_tables *tables,
			   uint32_t endpoint, const struct ward_image_end *got, struct seen *seen)
{
	const uint32_t *rows = tables->endpoints[endpoint].row;

	return row_is_right(imaged, tables, rows[WARD_INGRESS], got->local->row[WARD_INGRESS],
			    seen) &&
	       row_is_right(imaged, tables, rows[WARD_EGRESS], got->local->row[WARD_EGRESS], seen);
}

static bool address_is_right(const struct imaged *imaged, const struct ward_engine *engine,
			     const struct imaged_site *site, struct ward_ip ip, struct seen *seen)
{
	const struct ward_tables *tables = ward_engine_tables(engine);
	struct ward_image_end got;
	struct ward_end end;
	uint32_t kind;

	ward_engine_resolve(engine, ip, &end);
	ward_resolve(&imaged->image, ip.family, &ip, &got);
	kind = expected_kind(engine, site, &end);
	if (!says(got.kind == kind, "its kind", ip))
		return false;
	if (kind == WARD_AT_UNREADY)
		return true;
	if (!says(got.identity == tables->shape_identity[end.shape], "its identity", ip))
		return false;
	if (kind != WARD_AT_LOCAL)
		return true;
	return says(got.local->endpoint == end.endpoint, "its endpoint", ip) &&
	       says(got.local->ifindex == (site->ifindex ? site->ifindex[end.endpoint] : 0),
		    "its interface", ip) &&
	       says(rows_are_right(imaged, tables, end.endpoint, &got, seen), "its rows", ip);
}

bool imaged_is_right(const struct imaged *imaged, const struct ward_engine *engine,
		     const struct imaged_site *site, const struct asked_ips *asked)
{
	struct seen seen = {};
	bool right = true;

	for (uint32_t i = 0; right && i < asked->ips.n; i++)
		right = address_is_right(imaged, engine, site, asked_ip(asked, i), &seen);
	ward_intern_done(&seen.rows);
	ward_intern_done(&seen.maps);
	return right;
}

/* Two trees, from a node on. */
static bool same_trees(const struct ward_image *a, uint32_t x, const struct ward_image *b,
		       uint32_t y, uint32_t line)
{
	const struct ward_slot4 *node = ward_line(a, (uint64_t)x + line);

	if (memcmp(node, ward_line(b, (uint64_t)y + line), WARD_LINE) != 0)
		return false;
	for (int i = 0; node[0].key && i < WARD_BUCKET4_SLOTS; i++)
		if (!same_trees(a, x, b, y, node[i].value))
			return false;
	return true;
}

static bool same_rows(const struct imaged *a, const struct ward_image_end *x,
		      const struct imaged *b, const struct ward_image_end *y, uint32_t n_identities)
{
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		for (uint32_t i = 0; i < n_identities; i++)
			if (!same_trees(&a->image, ward_cell(&a->image, x->local->row[d], i),
					&b->image, ward_cell(&b->image, y->local->row[d], i), 0))
				return false;
	return true;
}

bool images_are_same(const struct imaged *a, const struct imaged *b, uint32_t n_identities,
		     const struct asked_ips *asked)
{
	for (uint32_t i = 0; i < asked->ips.n; i++) {
		struct ward_ip ip = asked_ip(asked, i);
		struct ward_image_end x, y;

		ward_resolve(&a->image, ip.family, &ip, &x);
		ward_resolve(&b->image, ip.family, &ip, &y);
		if (!says(x.kind == y.kind && x.identity == y.identity &&
				  x.local->ifindex == y.local->ifindex &&
				  x.local->endpoint == y.local->endpoint,
			  "not as in another image", ip) ||
		    (x.kind == WARD_AT_LOCAL && !says(same_rows(a, &x, b, &y, n_identities),
						      "rows not as in another image", ip)))
			return false;
	}
	return true;
}
