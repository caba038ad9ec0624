/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/diff.h"

#include <string.h>

#include "analysis/diff-parts.h"

/* Policies that isolate in the same way. */
struct isolation_draft {
	enum ward_direction direction;
	bool isolated;
	WARD_VEC(uint32_t) places;
	WARD_VEC(const struct ward_policy *) policies;
};

struct isolations {
	struct ward_intern keys;
	WARD_VEC(struct isolation_draft) list;
};

uint32_t ward_diff_endpoint(const struct ward_differ *differ, int version, uint32_t place)
{
	uint32_t at = differ->places.items[place].at[version];

	return at == WARD_NONE ? WARD_NONE : differ->diff->maps[version].places[at].endpoint;
}

static void isolating_policies(const struct ward_differ *differ, int version, uint32_t place,
			       enum ward_direction direction, struct isolation_draft *draft)
{
	const struct ward_tables *tables = ward_engine_tables(differ->sides[version].engine);
	uint32_t endpoint = ward_diff_endpoint(differ, version, place);
	const struct ward_row *row;

	if (endpoint == WARD_NONE || tables->endpoints[endpoint].row[direction] == WARD_NONE)
		return;
	row = &tables->rows[tables->endpoints[endpoint].row[direction]];
	for (uint32_t i = 0; i < row->n_policies; i++)
		if (tables->policies[row->policies[i]]->isolates[direction])
			ward_vec_push(&draft->policies, tables->policies[row->policies[i]]);
}

/* Joins those that the same policies isolate. */
static void isolations_add(struct isolations *isolations, uint32_t place,
			   struct isolation_draft *draft)
{
	size_t n = draft->policies.n, size = (n + 2) * sizeof(uint64_t);
	_cleanup_free_ uint64_t *key = ward_alloc(size);
	uint32_t index;

	key[0] = draft->isolated;
	key[1] = draft->direction;
	for (size_t i = 0; i < n; i++)
		key[i + 2] = (uintptr_t)draft->policies.items[i];
	index = ward_intern(&isolations->keys, key, size);
	if (index == isolations->list.n)
		ward_vec_push(&isolations->list, *draft);
	else
		ward_vec_done(&draft->policies);
	ward_vec_push(&isolations->list.items[index].places, place);
}

static void isolations_find(struct ward_differ *differ, bool isolated,
			    struct isolations *isolations)
{
	const struct ward_map *maps = differ->diff->maps;
	int version = isolated ? WARD_NEW : WARD_OLD;

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		for (uint32_t i = 0; i < differ->places.n; i++) {
			const struct ward_diff_place *place = &differ->places.items[i];
			struct isolation_draft draft = {direction, isolated, {}, {}};
			bool is[WARD_N_VERSION];

			if (place->external || place->at[WARD_OLD] == WARD_NONE ||
			    place->at[WARD_NEW] == WARD_NONE || !ward_diff_is_asked(differ, place))
				continue;
			for (int v = 0; v < WARD_N_VERSION; v++)
				is[v] = maps[v].places[place->at[v]].isolated[direction];
			if (!is[version] || is[WARD_N_VERSION - 1 - version])
				continue;
			isolating_policies(differ, version, i, direction, &draft);
			isolations_add(isolations, i, &draft);
		}
	}
}

static void isolations_build(struct ward_differ *differ)
{
	struct ward_arena *arena = &differ->diff->arena;
	struct isolations isolations = {};
	struct ward_diff_isolation *list;

	isolations_find(differ, true, &isolations);
	isolations_find(differ, false, &isolations);
	list = ward_arena_new_n(arena, struct ward_diff_isolation, isolations.list.n);
	for (uint32_t i = 0; i < isolations.list.n; i++) {
		struct isolation_draft *draft = &isolations.list.items[i];

		list[i] = (struct ward_diff_isolation){
			.direction = draft->direction,
			.isolated = draft->isolated,
			.n_places = draft->places.n,
			.n_policies = draft->policies.n,
			.places = ward_arena_copy(arena, draft->places.items,
						  draft->places.n * sizeof(uint32_t)),
			.policies =
				ward_arena_copy(arena, draft->policies.items,
						draft->policies.n * sizeof(*draft->policies.items)),
		};
		ward_vec_done(&draft->places);
		ward_vec_done(&draft->policies);
	}
	differ->diff->isolations = list;
	differ->diff->n_isolations = isolations.list.n;
	ward_vec_done(&isolations.list);
	ward_intern_done(&isolations.keys);
}

/* Workloads that only @version has. */
static void gone_find(struct ward_differ *differ, int version)
{
	int other = WARD_N_VERSION - 1 - version;
	WARD_VEC(uint32_t) gone = {};

	for (uint32_t i = 0; i < differ->places.n; i++) {
		const struct ward_diff_place *place = &differ->places.items[i];

		if (!place->external && place->at[other] == WARD_NONE &&
		    ward_diff_is_asked(differ, place))
			ward_vec_push(&gone, i);
	}
	differ->diff->n_gone[version] = gone.n;
	differ->diff->gone[version] =
		ward_arena_copy(&differ->diff->arena, gone.items, gone.n * sizeof(*gone.items));
	ward_vec_done(&gone);
}

static bool policy_has_nodes(const struct ward_policy *policy)
{
	for (uint32_t r = 0; r < policy->n_rules; r++)
		for (uint32_t p = 0; p < policy->rules[r].n_peers; p++)
			if (policy->rules[r].peers[p].kind == WARD_PEER_NODES)
				return true;
	return false;
}

static bool has_nodes(const struct ward_tables *tables)
{
	for (uint32_t i = 0; i < tables->n_policies; i++)
		if (policy_has_nodes(tables->policies[i]))
			return true;
	return false;
}

static void maps_compare(struct ward_differ *differ)
{
	ward_diff_match(differ);
	isolations_build(differ);
	for (int version = 0; version < WARD_N_VERSION; version++)
		gone_find(differ, version);
	ward_diff_compare(differ);
}

void ward_diff_build(const struct ward_diff_side sides[WARD_N_VERSION],
		     const struct ward_diff_options *options, struct ward_diff *ret_diff)
{
	static const struct ward_tables no_tables;
	struct ward_map_options map_options = {.pods = options->pods, .twins = true};
	struct ward_differ differ = {.sides = sides, .options = options, .diff = ret_diff};

	*ret_diff = (struct ward_diff){.ns = options->ns};
	ward_port_sets_init(&differ.sets, &no_tables);
	for (int version = 0; version < WARD_N_VERSION; version++) {
		ward_map_build(sides[version].engine, sides[version].snapshot, &map_options,
			       &ret_diff->maps[version]);
		ret_diff->speaks_of_nodes |= has_nodes(ward_engine_tables(sides[version].engine));
		ret_diff->symbols[version] = sides[version].snapshot->symbols;
		ret_diff->too_large |= ret_diff->maps[version].too_large;
	}
	if (!ret_diff->too_large) {
		maps_compare(&differ);
		ward_diff_find_possible(&differ);
	}
	ward_vec_done(&differ.places);
	ward_port_sets_done(&differ.sets);
}

void ward_diff_done(struct ward_diff *diff)
{
	for (int version = 0; version < WARD_N_VERSION; version++)
		ward_map_done(&diff->maps[version]);
	for (int version = 0; version < WARD_N_VERSION; version++)
		ward_diags_done(&diff->undecided[version]);
	ward_arena_done(&diff->arena);
	*diff = (struct ward_diff){};
}

bool ward_diff_is_same(const struct ward_diff *diff)
{
	return !diff->n_isolations && !diff->n_changes && !diff->n_gone[WARD_OLD] &&
	       !diff->n_gone[WARD_NEW];
}

enum ward_diff_found ward_diff_possible(const struct ward_diff *diff)
{
	enum ward_diff_found gained = diff->possible[WARD_GAINED].found;

	return gained == WARD_FOUND ? gained
	       : diff->possible[WARD_LOST].found != WARD_FOUND_NONE
		       ? diff->possible[WARD_LOST].found
		       : gained;
}

bool ward_diff_goes(const struct ward_diff *diff, enum ward_diff_way way)
{
	for (uint32_t i = 0; i < diff->n_changes; i++) {
		const struct ward_diff_change *change = &diff->changes[i];
		const struct ward_port_set *ports =
			way == WARD_GAINED ? &change->gained : &change->lost;

		if (ports->n || ports->other)
			return true;
	}
	return false;
}
