/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ranges.h"

#include "base/alloc.h"

static struct ward_ip ip_min(struct ward_ip a, struct ward_ip b)
{
	return ward_ip_cmp(a, b) <= 0 ? a : b;
}

static struct ward_ip ip_max(struct ward_ip a, struct ward_ip b)
{
	return ward_ip_cmp(a, b) >= 0 ? a : b;
}

/* Nothing is between the two, of which @left begins first. */
static bool touches(const struct ward_ip_range *left, const struct ward_ip_range *right)
{
	return left->first.family == right->first.family &&
	       (ward_ip_is_max(left->last) ||
		ward_ip_cmp(right->first, ward_ip_next(left->last)) <= 0);
}

static int range_cmp(const void *a, const void *b)
{
	return ward_ip_cmp(((const struct ward_ip_range *)a)->first,
			   ((const struct ward_ip_range *)b)->first);
}

void ward_ranges_or(struct ward_ranges *ranges, const struct ward_ip_range *more, uint32_t n)
{
	struct ward_ip_range *items;
	uint32_t last = 0;

	for (uint32_t i = 0; i < n; i++)
		ward_vec_push(&ranges->list, more[i]);
	items = ranges->list.items;
	if (!ranges->list.n)
		return;
	qsort(items, ranges->list.n, sizeof(*items), range_cmp);
	for (uint32_t i = 1; i < ranges->list.n; i++) {
		if (touches(&items[last], &items[i]))
			items[last].last = ip_max(items[last].last, items[i].last);
		else
			items[++last] = items[i];
	}
	ranges->list.n = last + 1;
}

void ward_ranges_and(struct ward_ranges *ranges, const struct ward_ranges *other)
{
	struct ward_ranges both = {};
	uint32_t i = 0, k = 0;

	while (i < ranges->list.n && k < other->list.n) {
		const struct ward_ip_range *a = &ranges->list.items[i];
		const struct ward_ip_range *b = &other->list.items[k];
		struct ward_ip_range common = {ip_max(a->first, b->first),
					       ip_min(a->last, b->last)};

		if (ward_ip_cmp(common.first, common.last) <= 0)
			ward_vec_push(&both.list, common);
		if (ward_ip_cmp(a->last, b->last) < 0)
			i++;
		else
			k++;
	}
	ward_ranges_done(ranges);
	*ranges = both;
}

/* Everything of both families that is not in it. */
static void ranges_not(const struct ward_ranges *ranges, struct ward_ranges *ret_not)
{
	uint32_t i = 0;

	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		struct ward_ip next = ward_ip_min(family);
		bool more = true;

		for (; i < ranges->list.n && ranges->list.items[i].first.family == family; i++) {
			const struct ward_ip_range *range = &ranges->list.items[i];

			if (ward_ip_cmp(range->first, next) > 0)
				ward_vec_push(&ret_not->list,
					      ((struct ward_ip_range){next,
								      ward_ip_prev(range->first)}));
			more = !ward_ip_is_max(range->last);
			next = more ? ward_ip_next(range->last) : next;
		}
		if (more)
			ward_vec_push(&ret_not->list,
				      ((struct ward_ip_range){next, ward_ip_max(family)}));
	}
}

void ward_ranges_minus(struct ward_ranges *ranges, const struct ward_ranges *other)
{
	struct ward_ranges others = {};

	ranges_not(other, &others);
	ward_ranges_and(ranges, &others);
	ward_ranges_done(&others);
}

bool ward_ranges_have(const struct ward_ranges *ranges, struct ward_ip ip)
{
	uint32_t low = 0, high = ranges->list.n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(ranges->list.items[middle].last, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < ranges->list.n && ward_ip_cmp(ranges->list.items[low].first, ip) <= 0;
}

/* The largest block that begins at @first and ends by @last. */
static struct ward_cidr block_at(struct ward_ip first, struct ward_ip last)
{
	uint8_t width = first.family == WARD_FAMILY_4 ? 32 : 128;
	struct ward_cidr block = {.ip = first, .bits = width};

	while (block.bits) {
		struct ward_cidr wider = {.ip = first, .bits = (uint8_t)(block.bits - 1)};
		unsigned below = width - block.bits;
		uint64_t bit = UINT64_C(1) << below % 64;

		if ((below < 64 ? first.lo : first.hi) & bit ||
		    ward_ip_cmp(ward_cidr_range(wider).last, last) > 0)
			break;
		block = wider;
	}
	return block;
}

void ward_ranges_cidrs(const struct ward_ranges *ranges, struct ward_cidrs *ret_cidrs)
{
	for (uint32_t i = 0; i < ranges->list.n; i++) {
		struct ward_ip at = ranges->list.items[i].first, last = ranges->list.items[i].last;

		for (bool more = true; more;) {
			struct ward_cidr block = block_at(at, last);
			struct ward_ip end = ward_cidr_range(block).last;

			ward_vec_push(&ret_cidrs->list, block);
			more = ward_ip_cmp(end, last) < 0;
			at = more ? ward_ip_next(end) : at;
		}
	}
}
