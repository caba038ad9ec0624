// SPDX-License-Identifier: Apache-2.0
#include "image/site.h"

#include <stdlib.h>

static int range_cmp(const void *a, const void *b)
{
	const struct ward_ip_range *left = a, *right = b;

	return ward_ip_cmp(left->first, right->first);
}

/* Nothing is between the two. */
static bool ranges_touch(const struct ward_ip_range *left, const struct ward_ip_range *right)
{
	return ward_ip_cmp(right->first, left->last) <= 0 ||
	       (!ward_ip_is_max(left->last) && ward_ip_eq(right->first, ward_ip_next(left->last)));
}

/* Sorts the ranges and joins those that touch. */
static void closed_normalise(struct ward_closed *closed)
{
	struct ward_ip_range *ranges = closed->list.items;
	uint32_t n = 0;

	if (!closed->list.n)
		return;
	qsort(ranges, closed->list.n, sizeof(*ranges), range_cmp);
	for (uint32_t i = 1; i < closed->list.n; i++) {
		if (!ranges_touch(&ranges[n], &ranges[i]))
			ranges[++n] = ranges[i];
		else if (ward_ip_cmp(ranges[i].last, ranges[n].last) > 0)
			ranges[n].last = ranges[i].last;
	}
	closed->list.n = n + 1;
}

/* Ascending, each once; but for 0, which is no interface, and what a packet comes in at of which
 * that is not known. */
static void uplinks_take(number_list *list, const uint32_t *uplinks, uint32_t n)
{
	uint32_t before = 0;

	for (uint32_t i = 0; i < n; i++)
		ward_vec_push(list, uplinks[i]);
	numbers_sort(list->items, list->n);
	n = list->n;
	list->n = 0;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t ifindex = list->items[i];

		if (ifindex != before)
			list->items[list->n++] = ifindex;
		before = ifindex;
	}
}

void ward_site_init(struct ward_site *site, const struct ward_image_config *config)
{
	*site = (struct ward_site){};
	for (uint32_t i = 0; i < config->n_pod_ranges; i++)
		ward_vec_push(&site->closed.list, ward_cidr_range(config->pod_ranges[i]));
	closed_normalise(&site->closed);
	uplinks_take(&site->uplinks, config->uplinks, config->n_uplinks);
}

void ward_site_done(struct ward_site *site)
{
	ward_vec_done(&site->closed.list);
	ward_vec_done(&site->uplinks);
}
