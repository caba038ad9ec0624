/* SPDX-License-Identifier: Apache-2.0 */
/* Random groups: entries of every form, nested, excluded, missing, and round in circles. */
#include "group/grouppolicy.h"
#include "group/usergroup.h"
#include "oracle/maker.h"

enum {
	NAMES = 5, /* of UserGroups; the last is never there */
};

static const struct ward_mark nowhere = {.file = WARD_NONE};

static ward_sym group_name(struct maker *maker)
{
	return maker_symbol_n(maker, "ug", rng_below(maker->rng, NAMES));
}

static struct ward_selector random_pods(struct maker *maker)
{
	ward_sym account = maker_symbol(maker, rng_chance(maker->rng, 50) ? "default" : "robot");

	if (rng_chance(maker->rng, 15))
		return ward_selector_in(&maker->world->arena, WARD_SYM_SERVICE_ACCOUNT, &account,
					1);
	return maker_selector(maker, false);
}

static void random_blocks(struct maker *maker, struct ward_member_entry *entry)
{
	struct ward_np_peer *blocks;
	struct ward_np_except *except = make_n(maker, struct ward_np_except, 1);

	entry->n_blocks = 1 + rng_below(maker->rng, 2);
	blocks = make_n(maker, struct ward_np_peer, entry->n_blocks);
	for (uint32_t i = 0; i < entry->n_blocks; i++)
		blocks[i] = (struct ward_np_peer){.mark = nowhere,
						  .has_block = true,
						  .block = maker_cidr(maker->rng)};
	*except = (struct ward_np_except){maker_cidr(maker->rng), nowhere};
	if (ward_cidr_is_inside(except->cidr, blocks[0].block)) {
		blocks[0].n_excepts = 1;
		blocks[0].excepts = except;
	}
	entry->blocks = blocks;
	entry->scoped = true;
}

static void random_entry(struct maker *maker, struct ward_member_entry *entry, bool nests)
{
	struct ward_group_name *groups = make_n(maker, struct ward_group_name, 2);

	entry->mark = nowhere;
	if (rng_chance(maker->rng, 15)) {
		random_blocks(maker, entry);
		return;
	}
	if (nests && rng_chance(maker->rng, 40))
		entry->n_groups = 1 + rng_chance(maker->rng, 20);
	for (uint32_t i = 0; i < entry->n_groups; i++)
		groups[i] = (struct ward_group_name){group_name(maker), nowhere};
	entry->groups = groups;
	if (!entry->n_groups || rng_chance(maker->rng, 30))
		entry->pods = random_pods(maker);
	if (rng_chance(maker->rng, 30))
		entry->namespaces = maker_selector(maker, true);
	entry->scoped = entry->namespaces.n || entry->n_groups;
}

static const struct ward_member_entry *random_entries(struct maker *maker, uint32_t n)
{
	struct ward_member_entry *entries = make_n(maker, struct ward_member_entry, n + 1);

	for (uint32_t i = 0; i < n; i++)
		random_entry(maker, &entries[i], true);
	return entries;
}

static struct ward_membership random_membership(struct maker *maker)
{
	ward_sym *required = make_n(maker, ward_sym, 1);
	struct ward_membership membership = {
		.mark = nowhere,
		.n_entries = 1 + rng_below(maker->rng, 2),
		.n_excludes = rng_chance(maker->rng, 25),
		.required = required,
	};

	membership.entries = random_entries(maker, membership.n_entries);
	membership.excludes = random_entries(maker, membership.n_excludes);
	if (rng_chance(maker->rng, 15)) {
		required[membership.n_required++] = maker_symbol(maker, "k8s-app");
		membership.excludes_lacking = rng_chance(maker->rng, 50);
	}
	return membership;
}

const struct ward_group *maker_groups(struct maker *maker, uint32_t *ret_n)
{
	uint32_t n = 1 + rng_below(maker->rng, 3);
	struct ward_group *groups = make_n(maker, struct ward_group, n);

	for (uint32_t i = 0; i < n; i++) {
		groups[i] = (struct ward_group){
			.name = maker_symbol_n(maker, "g", i),
			.mark = nowhere,
			.is_named = rng_chance(maker->rng, 35),
		};
		if (groups[i].is_named)
			groups[i].name = group_name(maker);
		else
			groups[i].membership = random_membership(maker);
	}
	*ret_n = n;
	return groups;
}

void make_usergroups(struct maker *maker)
{
	for (uint32_t i = 0; i + 1 < NAMES; i++) {
		struct ward_usergroup *group = make_n(maker, struct ward_usergroup, 1);

		if (rng_chance(maker->rng, 40))
			continue;
		group->object = maker_object(WARD_KIND_USERGROUP, WARD_NONE,
					     maker_symbol_n(maker, "ug", i));
		group->membership = random_membership(maker);
		group->max_members = UINT32_MAX;
		ward_vec_push(&maker->world->objects, &group->object);
	}
}
