// SPDX-License-Identifier: Apache-2.0
#include "image/view.h"

#include <errno.h>

enum {
	MAX_SEEDS = 4,
	UNSEEN_MAX = 256, /* and half of what there is: then filling is quicker than catching up */
};

void ward_view_done(struct ward_view *view)
{
	ward_vec_done(&view->unseen);
	ward_vec_done(&view->own);
}

struct ward_addresses *ward_view_table(struct ward_view *view, enum ward_family family)
{
	return family == WARD_FAMILY_4 ? &view->four : &view->six;
}

void ward_view_tell(struct ward_view *view, const struct ward_listed *listed,
		    const struct ward_own *own, const struct ward_delta *delta)
{
	if (!delta || view->unseen.n + delta->n_addresses > UNSEEN_MAX + listed->entries.n / 2)
		view->is_behind = true;
	if (view->is_behind)
		return;
	for (uint32_t i = 0; i < delta->n_addresses; i++) {
		ward_vec_push(&view->unseen, delta->addresses[i]);
		view->owes_own |= ward_own_has(own, &listed->entries.items[delta->addresses[i]]);
	}
}

static int entry_add(struct ward_view *view, const struct ward_entry *entry)
{
	return ward_addresses_add(ward_view_table(view, entry->family), entry);
}

static bool entry_replace(struct ward_view *view, const struct ward_entry *entry)
{
	return ward_addresses_replace(ward_view_table(view, entry->family), entry);
}

static void own_take_out(struct ward_view *view)
{
	for (uint32_t i = 0; i < view->own.n; i++) {
		view->own.items[i].value = 0;
		entry_replace(view, &view->own.items[i]);
	}
	ward_vec_clear(&view->own);
}

/* When the others are in. */
static int own_put_in(struct ward_view *view, const struct ward_own *own)
{
	for (uint32_t i = 0; i < own->list.n; i++) {
		const struct ward_entry *entry = &own->list.items[i];
		int r;

		if (ward_addresses_find(ward_view_table(view, entry->family), entry))
			continue;
		r = entry_add(view, entry);
		if (r < 0)
			return r;
		ward_vec_push(&view->own, *entry);
	}
	return 0;
}

/* First what goes and what changes in place, so that there is room for what comes; of what comes
 * twice the second finds the first. */
static int view_catch_up(struct ward_view *view, const struct ward_listed *listed,
			 const struct ward_own *own)
{
	uint32_t n_coming = 0;
	int r = 0;

	if (view->owes_own)
		own_take_out(view);
	for (uint32_t i = 0; i < view->unseen.n; i++) {
		uint32_t number = view->unseen.items[i];
		const struct ward_entry *entry = &listed->entries.items[number];

		if (entry->family != WARD_FAMILY_NONE && !entry_replace(view, entry) &&
		    entry->value)
			view->unseen.items[n_coming++] = number;
	}
	for (uint32_t i = 0; i < n_coming && r == 0; i++) {
		const struct ward_entry *entry = &listed->entries.items[view->unseen.items[i]];

		if (!entry_replace(view, entry))
			r = entry_add(view, entry);
	}
	return r == 0 && view->owes_own ? own_put_in(view, own) : r;
}

static int view_fill(struct ward_view *view, const struct ward_listed *listed,
		     const struct ward_own *own)
{
	int r = 0;

	ward_addresses_clear(&view->four);
	ward_addresses_clear(&view->six);
	ward_vec_clear(&view->own);
	for (uint32_t i = 0; i < listed->entries.n && r == 0; i++)
		if (listed->entries.items[i].value)
			r = entry_add(view, &listed->entries.items[i]);
	return r == 0 ? own_put_in(view, own) : r;
}

static bool is_broken(const struct ward_view *view)
{
	return view->four.broken || view->six.broken;
}

int ward_view_update(struct ward_view *view, const struct ward_listed *listed,
		     const struct ward_own *own)
{
	int r = view->is_behind ? 0 : view_catch_up(view, listed, own);
	bool anew = view->is_behind || is_broken(view);

	for (int seeds = 0; anew && seeds < MAX_SEEDS; seeds++) {
		r = view_fill(view, listed, own);
		anew = is_broken(view);
	}
	view->is_behind = r < 0;
	view->owes_own = false;
	ward_vec_clear(&view->unseen);
	return r;
}
