/* SPDX-License-Identifier: Apache-2.0 */
/* Which places have the same links to everybody else.
 *
 * Each place sums a hash over its links; two are alike when the sums agree after the links between
 * the two themselves are taken out.  A collision would only frame two houses that are not alike:
 * arrows are drawn from the exact matrix. */
#include "report/svg-city.h"

#include <xxhash.h>

static uint64_t link_hash(enum ward_direction dir, uint32_t other, uint32_t ports)
{
	uint32_t key[] = {dir, other, ports};

	return XXH3_64bits(key, sizeof(key));
}

/* Ports of the link, or WARD_NONE. */
static uint32_t link_find(const struct ward_map *map, const uint32_t *link_ports, uint32_t from,
			  uint32_t to)
{
	uint32_t low = 0, high = map->n_links;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		const struct ward_link *link = &map->links[mid];

		if (link->from == from && link->to == to)
			return link_ports[mid];
		if (link->from < from || (link->from == from && link->to < to))
			low = mid + 1;
		else
			high = mid;
	}
	return WARD_NONE;
}

static uint64_t links_hash(uint32_t other, uint32_t out, uint32_t in)
{
	return (out == WARD_NONE ? 0 : link_hash(WARD_EGRESS, other, out)) +
	       (in == WARD_NONE ? 0 : link_hash(WARD_INGRESS, other, in));
}

static bool places_are_alike(const struct svg_likeness *likeness, const struct ward_map *map,
			     const uint32_t *link_ports, uint32_t a, uint32_t b)
{
	const struct ward_place *pa = &map->places[a], *pb = &map->places[b];
	uint32_t out, in;

	if (pb->external || pa->ns != pb->ns || pb->n_groups)
		return false;
	for (uint32_t dir = 0; dir < WARD_N_DIRECTION; dir++)
		if (pa->isolated[dir] != pb->isolated[dir])
			return false;
	out = link_find(map, link_ports, a, b);
	in = link_find(map, link_ports, b, a);
	return out == in && likeness->profile[a] - links_hash(b, out, in) ==
				    likeness->profile[b] - links_hash(a, in, out);
}

static void likeness_compare(struct svg_likeness *likeness, const struct ward_map *map,
			     const uint32_t *link_ports)
{
	for (uint32_t i = 0; i < map->n_places; i++) {
		if (likeness->first[i] != i || map->places[i].external || map->places[i].n_groups)
			continue;
		for (uint32_t j = i + 1; j < map->n_places; j++)
			if (likeness->first[j] == j &&
			    places_are_alike(likeness, map, link_ports, i, j))
				likeness->first[j] = i;
	}
}

void ward_svg_likeness_build(struct svg_likeness *likeness, const struct svg_picture *pic,
			     const uint32_t *link_ports)
{
	const struct ward_map *map = pic->map;

	likeness->profile = ward_alloc(map->n_places * sizeof(uint64_t));
	likeness->first = ward_new_n(uint32_t, map->n_places);
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];

		likeness->profile[link->from] += link_hash(WARD_EGRESS, link->to, link_ports[i]);
		likeness->profile[link->to] += link_hash(WARD_INGRESS, link->from, link_ports[i]);
	}
	for (uint32_t i = 0; i < map->n_places; i++)
		likeness->first[i] = i;
	if (pic->grain == SVG_BY_HOUSE && map->n_places <= 4 * SVG_ATOMS_MAX)
		likeness_compare(likeness, map, link_ports);
}

void ward_svg_likeness_done(struct svg_likeness *likeness)
{
	free(likeness->profile);
	free(likeness->first);
}
