// SPDX-License-Identifier: Apache-2.0
#include "image/prefixes.h"

#include "image/lookup.h"

/* What is still to come of one family. */
struct cursor {
	const struct ward_prefix *prefix;
	const struct ward_ip_range *closed;
	uint32_t n_prefixes, n_closed;
};

static struct cursor cursor_of(const struct ward_tables *tables, const struct ward_closed *ranges,
			       enum ward_family family)
{
	const struct ward_prefix *prefix = tables->prefixes;
	const struct ward_ip_range *closed = ranges->list.items;
	uint32_t n_prefixes = tables->n_prefixes, n_closed = ranges->list.n;

	for (; n_prefixes && prefix->first.family < family; n_prefixes--)
		prefix++;
	for (; n_closed && closed->first.family < family; n_closed--)
		closed++;
	while (n_prefixes && prefix[n_prefixes - 1].first.family > family)
		n_prefixes--;
	while (n_closed && closed[n_closed - 1].first.family > family)
		n_closed--;
	return (struct cursor){prefix, closed, n_prefixes, n_closed};
}

/* Where a prefix or a closed range begins next; false: nowhere. */
static bool cursor_next(const struct cursor *cursor, struct ward_ip *ret_at)
{
	bool found = cursor->n_prefixes;

	if (found)
		*ret_at = cursor->prefix->first;
	if (cursor->n_closed && (!found || ward_ip_cmp(cursor->closed->first, *ret_at) < 0)) {
		*ret_at = cursor->closed->first;
		found = true;
	}
	return found;
}

/* Where a prefix or a closed range begins, or a range ends, the value may change. */
uint32_t ward_prefixes_put(struct ward_tree *tree, struct ward_heap *heap,
			   const struct ward_tables *tables, const struct ward_closed *closed,
			   enum ward_family family)
{
	struct cursor cursor = cursor_of(tables, closed, family);
	struct ward_ip at = ward_ip_min(family);
	uint32_t shape = 0;

	ward_tree_begin(tree);
	for (bool more = true; more;) {
		for (; cursor.n_prefixes && ward_ip_cmp(cursor.prefix->first, at) <= 0;
		     cursor.n_prefixes--)
			shape = cursor.prefix++->shape;
		if (cursor.n_closed && ward_ip_eq(cursor.closed->first, at)) {
			ward_tree_push(tree, at.hi, at.lo, WARD_VALUE(WARD_AT_UNREADY, 0));
			more = !ward_ip_is_max(cursor.closed->last);
			at = ward_ip_next(cursor.closed++->last);
			cursor.n_closed--;
		} else {
			ward_tree_push(tree, at.hi, at.lo, WARD_VALUE(WARD_AT_OTHER, shape));
			more = cursor_next(&cursor, &at);
		}
	}
	return ward_tree_put(tree, heap, family);
}

uint32_t ward_prefixes_shape(const struct ward_tables *tables, struct ward_ip ip)
{
	uint32_t low = 0, high = tables->n_prefixes;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (ward_ip_cmp(tables->prefixes[middle].first, ip) <= 0)
			low = middle;
		else
			high = middle;
	}
	return high && tables->prefixes[low].first.family == ip.family ? tables->prefixes[low].shape
								       : 0;
}
