// SPDX-License-Identifier: Apache-2.0
#include "image/prefixes.h"

#include "image/lookup.h"

enum {
	BOUNDARY_WORDS = sizeof(struct ward_boundary6) / sizeof(uint64_t),
	BOUNDARIES_AT = WARD_LINE / sizeof(uint64_t), /* the count has a line to itself */
};

/* Appends to the prefixes of a family under construction: from @ip on, @value. */
static void boundary_push(struct ward_words *words, struct ward_ip ip, uint32_t value)
{
	const struct ward_boundary6 boundary = {ip.hi, ip.lo, value, 0};
	struct ward_boundary6 *last;

	if (ip.family == WARD_FAMILY_4) {
		ward_words_push(words, ip.lo, value);
		return;
	}
	last = words->list.n > BOUNDARIES_AT
		       ? (void *)&words->list.items[words->list.n - BOUNDARY_WORDS]
		       : NULL;
	if (last && last->value == value)
		return;
	for (int i = 0; i < BOUNDARY_WORDS; i++)
		ward_vec_push(&words->list, ((const uint64_t *)&boundary)[i]);
}

static void prefixes_begin(struct ward_words *words, enum ward_family family)
{
	ward_words_begin(words);
	while (family == WARD_FAMILY_6 && words->list.n < BOUNDARIES_AT)
		ward_vec_push(&words->list, 0);
}

static uint32_t prefixes_end(struct ward_words *words, struct ward_heap *heap,
			     enum ward_family family)
{
	uint32_t n = words->list.n - 1;

	if (family == WARD_FAMILY_6)
		n = (words->list.n - BOUNDARIES_AT) / BOUNDARY_WORDS;
	return ward_words_put(words, heap, n);
}

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
uint32_t ward_prefixes_put(struct ward_words *words, struct ward_heap *heap,
			   const struct ward_tables *tables, const struct ward_closed *closed,
			   enum ward_family family)
{
	struct cursor cursor = cursor_of(tables, closed, family);
	struct ward_ip at = ward_ip_min(family);
	uint32_t shape = 0;

	prefixes_begin(words, family);
	for (bool more = true; more;) {
		for (; cursor.n_prefixes && ward_ip_cmp(cursor.prefix->first, at) <= 0;
		     cursor.n_prefixes--)
			shape = cursor.prefix++->shape;
		if (cursor.n_closed && ward_ip_eq(cursor.closed->first, at)) {
			boundary_push(words, at, WARD_VALUE(WARD_AT_UNREADY, 0));
			more = !ward_ip_is_max(cursor.closed->last);
			at = ward_ip_next(cursor.closed++->last);
			cursor.n_closed--;
		} else {
			boundary_push(words, at, WARD_VALUE(WARD_AT_OTHER, shape));
			more = cursor_next(&cursor, &at);
		}
	}
	return prefixes_end(words, heap, family);
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
