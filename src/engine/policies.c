/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/policies.h"

/* Where the first slot of an origin is kept. */
static uint32_t *first_of(struct policies *policies, enum ward_kind kind, ward_sym ns,
			  ward_sym name)
{
	uint32_t key[] = {kind, ns, name};
	uint32_t origin = ward_intern(&policies->origins, key, sizeof(key));

	if (origin == policies->first.n)
		ward_vec_push(&policies->first, WARD_NONE);
	return &policies->first.items[origin];
}

void policies_put(struct policies *policies, struct ward_policy *policy)
{
	uint32_t *first =
		first_of(policies, policy->origin.kind, policy->origin.ns, policy->origin.name);

	ward_vec_push(&policies->next, *first);
	*first = policies->slots.n;
	ward_vec_push(&policies->slots, policy);
	policies->n_live++;
}

/* One that no commit has seen leaves no trace. */
static void slot_empty(struct policies *policies, uint32_t slot, bool renewed)
{
	struct removed_policy removed = {slot, TAKE_PTR(policies->slots.items[slot]), renewed};

	policies->n_live--;
	if (slot < policies->n_committed)
		ward_vec_push(&policies->removed, removed);
	else if (!renewed)
		ward_policy_free(removed.policy);
}

bool policies_remove(struct policies *policies, enum ward_kind kind, ward_sym ns, ward_sym name)
{
	uint32_t key[] = {kind, ns, name};
	uint32_t origin = ward_intern_find(&policies->origins, key, sizeof(key));
	uint32_t *first = origin == WARD_NONE ? NULL : &policies->first.items[origin];

	if (!first || *first == WARD_NONE)
		return false;
	for (uint32_t slot = *first; slot != WARD_NONE; slot = policies->next.items[slot])
		slot_empty(policies, slot, false);
	*first = WARD_NONE;
	return true;
}

/* Takes the slot out of the chain of its origin. */
static void slot_unlink(struct policies *policies, uint32_t slot)
{
	const struct ward_object *origin = &policies->slots.items[slot]->origin;
	uint32_t *link = first_of(policies, origin->kind, origin->ns, origin->name);

	while (*link != slot)
		link = &policies->next.items[*link];
	*link = policies->next.items[slot];
}

void policies_renew(struct policies *policies, uint32_t slot)
{
	struct ward_policy *policy = policies->slots.items[slot];

	if (slot >= policies->n_committed)
		return;
	slot_unlink(policies, slot);
	slot_empty(policies, slot, true);
	policies_put(policies, policy);
}

void policies_settle(struct policies *policies)
{
	for (uint32_t i = 0; i < policies->removed.n; i++)
		if (!policies->removed.items[i].renewed)
			ward_policy_free(policies->removed.items[i].policy);
	ward_vec_clear(&policies->removed);
	policies->n_committed = policies->slots.n;
}

bool policies_are_wasteful(const struct policies *policies)
{
	return policies->slots.n > 2 * policies->n_live + 4096;
}

int policies_cmp(const struct ward_symbols *symbols, const struct ward_policy *a,
		 const struct ward_policy *b)
{
	int cmp;

	if (a->tier != b->tier)
		return (int)a->tier - (int)b->tier;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	cmp = ward_symbol_cmp(symbols, a->origin.name, b->origin.name);
	if (!cmp)
		cmp = ward_symbol_cmp(symbols, a->origin.ns, b->origin.ns);
	if (!cmp)
		cmp = (int)a->origin.kind - (int)b->origin.kind;
	return cmp ? cmp : (int)a->part - (int)b->part;
}

static int cmp_slot(const void *a, const void *b, void *symbols)
{
	return policies_cmp(symbols, *(struct ward_policy *const *)a,
			    *(struct ward_policy *const *)b);
}

void policies_sort(struct policies *policies, const struct ward_symbols *symbols)
{
	struct policies sorted = {};
	uint32_t n = 0;

	policies_settle(policies);
	for (uint32_t i = 0; i < policies->slots.n; i++)
		if (policies->slots.items[i])
			policies->slots.items[n++] = policies->slots.items[i];
	policies->slots.n = n;
	if (n)
		qsort_r(policies->slots.items, n, sizeof(*policies->slots.items), cmp_slot,
			(void *)symbols);
	for (uint32_t i = 0; i < n; i++)
		policies_put(&sorted, TAKE_PTR(policies->slots.items[i]));
	policies_done(policies);
	*policies = sorted;
}

void policies_done(struct policies *policies)
{
	policies_settle(policies);
	for (uint32_t i = 0; i < policies->slots.n; i++)
		ward_policy_free(policies->slots.items[i]);
	ward_vec_done(&policies->slots);
	ward_vec_done(&policies->next);
	ward_vec_done(&policies->first);
	ward_vec_done(&policies->removed);
	ward_intern_done(&policies->origins);
}
