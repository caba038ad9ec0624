/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as ipBlocks, with `except` where that takes fewer lines.
 *
 * Blocks form a tree: each that is neither wholly in nor wholly out is either said by its two
 * halves, or as one block without the blocks in it that are out.  From the leaves up it is known
 * which takes fewer lines:
 *
 *	0.0.0.0/0 without 10.0.0.0/8     one block and one exception, instead of eight blocks */
#include "render/parts.h"

enum {
	BLOCK_LINES = 2, /* "- ipBlock:", "cidr:" */
	EXCEPT_LINES = 1
};

/* A block, and of the ranges those that are in part in it. */
struct region {
	struct ward_cidr cidr;
	const struct ward_ip_range *ranges;
	uint32_t n;
};

struct lines {
	uint64_t blocks;  /* to say what is in */
	uint64_t excepts; /* to say what is not */
};

void render_addresses(const struct ward_peer *peer, struct ward_ranges *ret_addresses)
{
	struct ward_ranges excepts = {};

	*ret_addresses = (struct ward_ranges){};
	for (uint32_t i = 0; i < peer->n_cidrs; i++) {
		struct ward_ip_range range = ward_cidr_range(peer->cidrs[i]);

		ward_ranges_or(ret_addresses, &range, 1);
	}
	for (uint32_t i = 0; i < peer->n_excepts; i++) {
		struct ward_ip_range range = ward_cidr_range(peer->excepts[i]);

		ward_ranges_or(&excepts, &range, 1);
	}
	ward_ranges_minus(ret_addresses, &excepts);
	ward_ranges_done(&excepts);
}

static struct region region_narrow(struct ward_cidr cidr, const struct region *within)
{
	struct ward_ip_range own = ward_cidr_range(cidr);
	struct region region = {.cidr = cidr, .ranges = within->ranges, .n = within->n};

	for (; region.n && ward_ip_cmp(region.ranges->last, own.first) < 0; region.n--)
		region.ranges++;
	while (region.n && ward_ip_cmp(region.ranges[region.n - 1].first, own.last) > 0)
		region.n--;
	return region;
}

static bool region_is_full(const struct region *region)
{
	struct ward_ip_range own = ward_cidr_range(region->cidr);

	return region->n && ward_ip_cmp(region->ranges->first, own.first) <= 0 &&
	       ward_ip_cmp(region->ranges->last, own.last) >= 0;
}

static void region_halve(const struct region *region, struct region ret_halves[static 2])
{
	struct ward_cidr left = {region->cidr.ip, (uint8_t)(region->cidr.bits + 1)}, right = left;

	right.ip = ward_ip_next(ward_cidr_range(left).last);
	ret_halves[0] = region_narrow(left, region);
	ret_halves[1] = region_narrow(right, region);
}

static uint64_t lines_with_excepts(uint64_t excepts)
{
	return BLOCK_LINES + EXCEPT_LINES + excepts;
}

static struct lines region_lines(const struct region *region)
{
	struct region halves[2];
	struct lines left, right, both;

	if (!region->n)
		return (struct lines){0, 1};
	if (region_is_full(region))
		return (struct lines){BLOCK_LINES, 0};
	region_halve(region, halves);
	left = region_lines(&halves[0]);
	right = region_lines(&halves[1]);
	both = (struct lines){left.blocks + right.blocks, left.excepts + right.excepts};
	if (lines_with_excepts(both.excepts) < both.blocks)
		both.blocks = lines_with_excepts(both.excepts);
	return both;
}

static struct ward_node cidr_node(struct render *in, struct ward_cidr cidr)
{
	char text[WARD_CIDR_TEXT];

	return tree_str(ward_arena_format(in->arena, "%s", ward_cidr_str(cidr, text)));
}

static void excepts_push(struct render *in, const struct region *region, struct ward_node *list)
{
	struct region halves[2];

	if (!region->n) {
		tree_push(in->arena, list, cidr_node(in, region->cidr));
	} else if (!region_is_full(region)) {
		region_halve(region, halves);
		excepts_push(in, &halves[0], list);
		excepts_push(in, &halves[1], list);
	}
}

static void block_push(struct render *in, const struct region *region, struct ward_node *peers)
{
	struct ward_node block = tree_map(), peer = tree_map(), excepts = tree_list();

	excepts_push(in, region, &excepts);
	tree_put(in->arena, &block, "cidr", cidr_node(in, region->cidr));
	if (excepts.len)
		tree_put(in->arena, &block, "except", excepts);
	tree_put(in->arena, &peer, "ipBlock", block);
	tree_push(in->arena, peers, peer);
}

static void region_push(struct render *in, const struct region *region, struct ward_node *peers)
{
	struct region halves[2];
	struct lines lines;

	if (!region->n)
		return;
	lines = region_lines(region);
	if (region_is_full(region) || lines.blocks == lines_with_excepts(lines.excepts)) {
		block_push(in, region, peers);
		return;
	}
	region_halve(region, halves);
	region_push(in, &halves[0], peers);
	region_push(in, &halves[1], peers);
}

void render_blocks(struct render *in, const struct ward_peer *peer, struct ward_node *peers)
{
	struct ward_ranges addresses;

	render_addresses(peer, &addresses);
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		struct region all = {.ranges = addresses.list.items, .n = addresses.list.n};
		struct region region =
			region_narrow((struct ward_cidr){ward_ip_min(family), 0}, &all);

		region_push(in, &region, peers);
	}
	ward_ranges_done(&addresses);
}
