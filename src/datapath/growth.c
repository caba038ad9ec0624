// SPDX-License-Identifier: Apache-2.0
/* How many addresses there are is known before they are written; how many blocks is not.  So there
 * is made room for all addresses, and a quarter more; and when they had room, the heap is doubled,
 * or takes what is left. */
#include "datapath/growth.h"

#include <errno.h>

static uint32_t addresses_needed(const struct ward_growth *growth, enum ward_family family)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < growth->tables->n_addresses; i++)
		n += growth->tables->addresses[i].ip.family == family;
	for (uint32_t i = 0; i < growth->n_own; i++)
		n += growth->own[i].family == family;
	return n;
}

static uint32_t with_reserve(uint32_t room, uint32_t needed)
{
	return needed > room ? needed + needed / 4 : room;
}

/* The heap comes last in an image. */
static int heap_grow(struct ward_geometry *geometry, size_t max_bytes)
{
	const struct ward_geometry rest = {geometry->n_buckets4, geometry->n_buckets6, 0};
	size_t taken = ward_image_size(&rest);
	size_t most = taken < max_bytes ? (max_bytes - taken) / WARD_LINE : 0;

	if (most <= geometry->n_lines)
		return -ENOSPC;
	geometry->n_lines = most / 2 < geometry->n_lines ? most : geometry->n_lines * 2;
	return 0;
}

int ward_growth_next(const struct ward_growth *growth, struct ward_geometry *ret_geometry)
{
	uint32_t needed4 = addresses_needed(growth, WARD_FAMILY_4);
	uint32_t needed6 = addresses_needed(growth, WARD_FAMILY_6);
	struct ward_geometry geometry;
	struct ward_image_usage usage;
	int r = 0;

	ward_image_usage(growth->full, &usage);
	geometry = ward_geometry_for(with_reserve(usage.addresses4_max, needed4),
				     with_reserve(usage.addresses6_max, needed6), usage.lines);
	if (needed4 <= usage.addresses4_max && needed6 <= usage.addresses6_max)
		r = heap_grow(&geometry, growth->max_bytes);
	if (r < 0 || ward_image_size(&geometry) > growth->max_bytes)
		return -ENOSPC;
	*ret_geometry = geometry;
	return 0;
}
