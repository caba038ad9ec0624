// SPDX-License-Identifier: Apache-2.0
#include "image/own.h"

#include <stdlib.h>

#include "image/prefixes.h"

void ward_own_done(struct ward_own *own)
{
	ward_vec_done(&own->list);
}

/* fe80::/10 */
static bool is_link_local(struct ward_ip ip)
{
	return ip.family == WARD_FAMILY_6 && ip.hi >> 54 == 0xfe80 >> 6;
}

static int own_cmp(const void *a, const void *b)
{
	return ward_entry_cmp(a, b);
}

/* As @ips, ascending, each once, without their values. */
static void own_take(struct ward_own *own, const struct ward_ip *ips, uint32_t n)
{
	struct ward_entry *entries;
	uint32_t last = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!is_link_local(ips[i]))
			ward_vec_push(&own->list, ((struct ward_entry){ips[i].hi, ips[i].lo, 0,
								       ips[i].family}));
	entries = own->list.items;
	if (!own->list.n)
		return;
	qsort(entries, own->list.n, sizeof(*entries), own_cmp);
	for (uint32_t i = 1; i < own->list.n; i++)
		if (ward_entry_cmp(&entries[i], &entries[last]) != 0)
			entries[++last] = entries[i];
	own->list.n = last + 1;
}

static bool own_is_same(const struct ward_own *a, const struct ward_own *b)
{
	if (a->list.n != b->list.n)
		return false;
	for (uint32_t i = 0; i < a->list.n; i++)
		if (ward_entry_cmp(&a->list.items[i], &b->list.items[i]) != 0)
			return false;
	return true;
}

void ward_own_set(struct ward_own *own, const struct ward_ip *ips, uint32_t n)
{
	struct ward_own new = {.changed = true};

	own_take(&new, ips, n);
	if (own_is_same(own, &new)) {
		ward_own_done(&new);
		return;
	}
	ward_own_done(own);
	*own = new;
}

bool ward_own_follow(struct ward_own *own, const struct ward_tables *tables,
		     const struct ward_delta *delta)
{
	bool changed = own->changed;

	if (delta && !delta->prefixes && !changed)
		return false;
	for (uint32_t i = 0; i < own->list.n; i++) {
		struct ward_entry *entry = &own->list.items[i];
		struct ward_ip ip = {entry->hi, entry->lo, entry->family};
		uint32_t value = WARD_VALUE(WARD_AT_NODE, ward_prefixes_shape(tables, ip));

		changed |= entry->value != value;
		entry->value = value;
	}
	own->changed = false;
	return changed;
}

bool ward_own_has(const struct ward_own *own, const struct ward_entry *entry)
{
	return own->list.n &&
	       bsearch(entry, own->list.items, own->list.n, sizeof(*own->list.items), own_cmp);
}
