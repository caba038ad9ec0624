/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/profile.h"

#include <string.h>

/* Its known addresses, or the one that it is. */
static uint32_t addresses_of(const struct ward_engine *engine, const struct ward_profile *profile,
			     const struct ward_address **ret_own)
{
	const struct ward_tables *tables = ward_engine_tables(engine);

	if (profile->endpoint == WARD_NONE)
		return 0;
	*ret_own = tables->own + tables->endpoints[profile->endpoint].first_address;
	return tables->endpoints[profile->endpoint].n_addresses;
}

/* A block means whoever has the address, a pod too (A8.1). */
static bool find_address(const struct ward_profiles *profiles, const struct ward_profile *profile,
			 const struct ward_group_entry *group, struct ward_ip *ret_ip)
{
	const struct ward_ranges *ranges = &group->members.addresses;
	const struct ward_address *own = NULL;
	uint32_t n = addresses_of(profiles->engine, profile, &own);

	for (uint32_t i = 0; i < n; i++) {
		if (!ward_ranges_have(ranges, own[i].ip))
			continue;
		*ret_ip = own[i].ip;
		return true;
	}
	*ret_ip = profile->member->end.ip;
	return profile->endpoint == WARD_NONE && ward_ranges_have(ranges, *ret_ip);
}

/* Excluded ones first, then by what differs, then by how little a word is wrong. */
static bool is_nearer(const struct ward_near *a, const struct ward_near *b)
{
	return a->distance.weight != b->distance.weight ? a->distance.weight < b->distance.weight
							: a->distance.edits < b->distance.edits;
}

static void near_add(struct ward_profile *profile, const struct ward_near *near)
{
	uint32_t at = profile->near.n;

	if (near->distance.weight > WARD_NEAR_WEIGHT)
		return;
	ward_vec_push(&profile->near, *near);
	for (; at && is_nearer(near, &profile->near.items[at - 1]); at--)
		profile->near.items[at] = profile->near.items[at - 1];
	profile->near.items[at] = *near;
}

/* Does a group ask for this label, so that the value that it has is no mistake? */
static bool label_is_meant(const struct ward_profile *profile, ward_sym key)
{
	for (uint32_t i = 0; i < profile->groups.n && key != WARD_NONE; i++) {
		const struct ward_profile_group *own = &profile->groups.items[i];

		for (uint32_t k = 0; !own->by_address && k < own->standing.entry->pods.n; k++)
			if (own->standing.entry->pods.items[k].key == key)
				return true;
	}
	return false;
}

/* Several policies may declare the same group. */
static bool is_told(const struct ward_profile *profile, uint32_t n, const struct ward_near *near)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_near *other = &profile->near.items[i];

		if (other->group->name == near->group->name && near->distance.differs &&
		    other->distance.differs &&
		    strcmp(other->distance.differs, near->distance.differs) == 0)
			return true;
	}
	return false;
}

static void near_choose(struct ward_profile *profile)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < profile->near.n && n < WARD_NEAR_MAX; i++) {
		const struct ward_near *near = &profile->near.items[i];

		if (!label_is_meant(profile, near->distance.key) && !is_told(profile, n, near))
			profile->near.items[n++] = *near;
	}
	profile->near.n = n;
}

static void pod_compare(struct ward_profiles *profiles, struct ward_profile *profile,
			const struct ward_group_entry *group)
{
	struct ward_candidate candidate = ward_candidate_of(profiles->engine, profile->endpoint);
	struct ward_near near = {.group = group, .distance = {.key = WARD_NONE}};
	struct ward_profile_group own = {.group = group};
	struct ward_standings standings;

	ward_standings_init(&standings, &profiles->groups, profiles->symbols, group);
	own.standing = near.standing = ward_standing_of(&standings, &candidate);
	if (own.standing.kind == WARD_STANDING_MEMBER)
		ward_vec_push(&profile->groups, own);
	else if (own.standing.kind != WARD_STANDING_OUTSIDE ||
		 ward_standing_distance(&standings, &candidate, &profiles->arena, &near.distance))
		near_add(profile, &near);
	ward_standings_done(&standings);
}

static void groups_compare(struct ward_profiles *profiles, struct ward_profile *profile)
{
	const struct ward_tables *tables = ward_engine_tables(profiles->engine);

	for (uint32_t i = 0; i < profiles->groups.list.n; i++) {
		const struct ward_group_entry *group = &profiles->groups.list.items[i];
		struct ward_profile_group own = {.group = group, .by_address = true};

		if (profile->endpoint != WARD_NONE && tables->endpoints[profile->endpoint].managed)
			pod_compare(profiles, profile, group);
		if (find_address(profiles, profile, group, &own.ip))
			ward_vec_push(&profile->groups, own);
	}
}

static struct ward_governing *governing_of(struct ward_profile *profile,
					   const struct ward_policy *policy)
{
	const struct ward_object *origin = &policy->origin;
	struct ward_governing governing = {*origin, policy->tier, policy->staged};

	for (uint32_t i = 0; i < profile->policies.n; i++) {
		struct ward_governing *known = &profile->policies.items[i];

		if (known->policy.kind == origin->kind && known->policy.ns == origin->ns &&
		    known->policy.name == origin->name && known->staged == policy->staged)
			return known;
	}
	ward_vec_push(&profile->policies, governing);
	return &profile->policies.items[profile->policies.n - 1];
}

static bool has_rules(const struct ward_policy *policy, enum ward_direction dir)
{
	for (uint32_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].direction == dir)
			return true;
	return false;
}

static void policies_add(struct ward_profiles *profiles, struct ward_profile *profile,
			 enum ward_direction dir)
{
	const struct ward_tables *tables = ward_engine_tables(profiles->engine);
	uint32_t number = tables->endpoints[profile->endpoint].row[dir];
	const struct ward_row *row;

	if (number == WARD_NONE)
		return;
	row = &tables->rows[number];
	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = tables->policies[row->policies[i]];
		struct ward_governing *governing;

		if (!policy->isolates[dir] && !has_rules(policy, dir))
			continue;
		governing = governing_of(profile, policy);
		governing->judges[dir] = true;
		governing->isolates[dir] |= policy->isolates[dir];
	}
}

static void profile_add(struct ward_profiles *profiles, const struct ward_member *member)
{
	struct ward_profile profile = {
		.member = member,
		.endpoint = member->endpoint == WARD_NONE ? member->end.endpoint : member->endpoint,
		.environment = WARD_NONE,
	};

	if (profile.endpoint != WARD_NONE) {
		struct ward_candidate candidate =
			ward_candidate_of(profiles->engine, profile.endpoint);

		profile.environment = ward_labels_get(candidate.namespace_labels, WARD_SYM_ENV);
		if (profile.environment == WARD_SYM_EMPTY)
			profile.environment = WARD_NONE;
	}
	groups_compare(profiles, &profile);
	near_choose(&profile);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION && profile.endpoint != WARD_NONE;
	     dir++)
		policies_add(profiles, &profile, dir);
	ward_vec_push(&profiles->list, profile);
}

void ward_profiles_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
			 const struct ward_who *who, struct ward_profiles *profiles)
{
	*profiles = (struct ward_profiles){.engine = engine, .symbols = snapshot->symbols};
	ward_groups_init(&profiles->groups, snapshot);
	for (uint32_t i = 0; i < who->members.n; i++)
		profile_add(profiles, &who->members.items[i]);
}

void ward_profiles_done(struct ward_profiles *profiles)
{
	for (uint32_t i = 0; i < profiles->list.n; i++) {
		ward_vec_done(&profiles->list.items[i].groups);
		ward_vec_done(&profiles->list.items[i].near);
		ward_vec_done(&profiles->list.items[i].policies);
	}
	ward_vec_done(&profiles->list);
	ward_groups_done(&profiles->groups);
	ward_arena_done(&profiles->arena);
}

bool ward_profiles_have_groups(const struct ward_profiles *profiles)
{
	for (uint32_t i = 0; i < profiles->list.n; i++)
		if (profiles->list.items[i].groups.n)
			return true;
	return false;
}
