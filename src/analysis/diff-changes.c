/* SPDX-License-Identifier: Apache-2.0 */
/* Pair by pair, what changed; and from pairs to bundles.
 *
 * A change of a pair is a number: (ports before, ports after).  For each change, sources that have
 * it towards the same set of targets become one bundle; and the same the other way round, targets
 * that have it from the same set of sources.  The way that needs fewer bundles is taken.
 *
 * A pod with itself is not judged, so it may stand in any bundle.  It is given the change that the
 * pod and its neighbour have with each other, so that it does not keep thirty equal pods from being
 * one bundle. */
#include <string.h>

#include "analysis/diff-parts.h"
#include "base/bits.h"

struct change_key {
	uint32_t set[WARD_N_VERSION];
};

/* One changed pair.  Major and minor are source and target, or the other way round. */
struct changed {
	uint32_t major, minor, change;
};

struct changes {
	WARD_VEC(struct changed) list;
};

/* All with one change and one set of minors. */
struct bundle {
	uint32_t change;
	WARD_VEC(uint32_t) majors;
	WARD_VEC(uint32_t) minors;
};

struct bundles {
	struct ward_intern keys; /* change, words of the set of minors */
	WARD_VEC(struct bundle) list;
	uint32_t *n_of; /* by change */
};

struct comparison {
	struct ward_differ *differ;
	struct ward_intern keys;	  /* struct change_key */
	struct changes changes;		  /* by (from, to) */
	uint32_t *number[WARD_N_VERSION]; /* a map's set → common number */
	uint32_t *first[WARD_N_VERSION]; /* a map's place → its first link; one more at the end */
	uint32_t *row[WARD_N_VERSION];	 /* what the place in hand may open to each other */
};

static void version_init(struct comparison *comparison, int version)
{
	struct ward_differ *differ = comparison->differ;
	const struct ward_map *map = &differ->diff->maps[version];
	uint32_t *first = ward_new_n(uint32_t, map->n_places + 1);

	comparison->number[version] = ward_new_n(uint32_t, map->n_sets);
	for (uint32_t i = 0; i < map->n_sets; i++)
		comparison->number[version][i] = ward_port_sets_put(&differ->sets, &map->sets[i]);
	comparison->first[version] = first;
	for (uint32_t place = 0, link = 0; place <= map->n_places; place++) {
		while (link < map->n_links && map->links[link].from < place)
			link++;
		first[place] = link;
	}
	comparison->row[version] = ward_alloc((map->n_places + 1) * sizeof(uint32_t));
}

/* Fills in the row of a place, or clears it again. */
static void row_set(struct comparison *comparison, int version, uint32_t place, bool on)
{
	const struct ward_map *map = &comparison->differ->diff->maps[version];
	const uint32_t *first = comparison->first[version];

	if (place == WARD_NONE)
		return;
	for (uint32_t i = first[place]; i < first[place + 1]; i++)
		comparison->row[version][map->links[i].to] =
			on ? comparison->number[version][map->links[i].allow - map->sets]
			   : WARD_PORTS_NONE;
}

/* The number of a change, WARD_NONE if it is none. */
static uint32_t change_number(struct comparison *comparison, const struct change_key *key)
{
	if (key->set[WARD_OLD] == key->set[WARD_NEW])
		return WARD_NONE;
	return ward_intern(&comparison->keys, key, sizeof(*key));
}

/* The change towards @to of the place whose rows are filled in, or WARD_NONE. */
static uint32_t change_of(struct comparison *comparison, const struct ward_diff_place *to)
{
	struct change_key key;

	for (int version = 0; version < WARD_N_VERSION; version++)
		key.set[version] = to->at[version] == WARD_NONE
					   ? WARD_PORTS_NONE
					   : comparison->row[version][to->at[version]];
	return change_number(comparison, &key);
}

static bool is_single_pod(const struct ward_diff_place *place)
{
	return !place->external && place->kind == WARD_KIND_POD;
}

/* Another place of its namespace, or itself. */
static uint32_t neighbour(const struct ward_differ *differ, uint32_t place)
{
	const struct ward_diff_place *places = differ->places.items;

	if (place && strcmp(places[place - 1].ns, places[place].ns) == 0)
		return place - 1;
	if (place + 1 < differ->places.n && !places[place + 1].external &&
	    strcmp(places[place + 1].ns, places[place].ns) == 0)
		return place + 1;
	return place;
}

/* What one place of a map may open to another. */
static uint32_t set_between(const struct comparison *comparison, int version, uint32_t from,
			    uint32_t to)
{
	const struct ward_map *map = &comparison->differ->diff->maps[version];
	uint32_t low, high;

	if (from == WARD_NONE || to == WARD_NONE)
		return WARD_PORTS_NONE;
	low = comparison->first[version][from];
	high = comparison->first[version][from + 1];
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (map->links[middle].to < to)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == comparison->first[version][from + 1] || map->links[low].to != to)
		return WARD_PORTS_NONE;
	return comparison->number[version][map->links[low].allow - map->sets];
}

/* The change of a pod with itself: that with its neighbour, if it is the same both ways. */
static uint32_t change_of_itself(struct comparison *comparison, uint32_t pod)
{
	const struct ward_differ *differ = comparison->differ;
	uint32_t other = neighbour(differ, pod);
	const struct ward_diff_place *here = &differ->places.items[pod];
	const struct ward_diff_place *there = &differ->places.items[other];
	struct change_key key;

	if (other == pod)
		return WARD_NONE;
	for (int version = 0; version < WARD_N_VERSION; version++) {
		key.set[version] =
			set_between(comparison, version, there->at[version], here->at[version]);
		if (key.set[version] !=
		    set_between(comparison, version, here->at[version], there->at[version]))
			return WARD_NONE;
	}
	return change_number(comparison, &key);
}

static void row_compare(struct comparison *comparison, uint32_t from)
{
	struct ward_differ *differ = comparison->differ;
	const struct ward_diff_place *places = differ->places.items;
	bool asked = ward_diff_is_asked(differ, &places[from]);

	for (uint32_t to = 0; to < differ->places.n; to++) {
		uint32_t change;

		if (!asked && !ward_diff_is_asked(differ, &places[to]))
			continue;
		change = to == from && is_single_pod(&places[to])
				 ? change_of_itself(comparison, to)
				 : change_of(comparison, &places[to]);
		if (change != WARD_NONE)
			ward_vec_push(&comparison->changes.list,
				      ((struct changed){from, to, change}));
	}
}

/* The same pairs with the roles exchanged, by (to, from). */
static void changes_transpose(const struct ward_differ *differ, const struct changes *changes,
			      struct changes *ret_transposed)
{
	uint32_t n = changes->list.n;
	_cleanup_free_ uint32_t *next = ward_alloc((differ->places.n + 1) * sizeof(uint32_t));

	*ret_transposed = (struct changes){};
	ward_vec_reserve(&ret_transposed->list, n);
	ret_transposed->list.n = n;
	for (uint32_t i = 0; i < n; i++)
		next[changes->list.items[i].minor + 1]++;
	for (uint32_t i = 1; i <= differ->places.n; i++)
		next[i] += next[i - 1];
	for (uint32_t i = 0; i < n; i++) {
		const struct changed *pair = &changes->list.items[i];

		ret_transposed->list.items[next[pair->minor]++] =
			(struct changed){pair->minor, pair->major, pair->change};
	}
}

/* Adds @major to the bundle of this change and these minors. */
static void bundles_add(struct bundles *bundles, uint32_t major, uint32_t change,
			const struct ward_bits *minors)
{
	size_t size = (1 + minors->n_words) * sizeof(uint64_t);
	_cleanup_free_ uint64_t *key = ward_alloc(size);
	uint32_t index;

	key[0] = change;
	memcpy(key + 1, minors->words, minors->n_words * sizeof(uint64_t));
	index = ward_intern(&bundles->keys, key, size);
	if (index == bundles->list.n) {
		ward_vec_push(&bundles->list, ((struct bundle){.change = change}));
		bundles->n_of[change]++;
		for (uint32_t i = 0; i < minors->n_words * 64; i++)
			if (ward_bits_has(minors, i))
				ward_vec_push(&bundles->list.items[index].minors, i);
	}
	ward_vec_push(&bundles->list.items[index].majors, major);
}

/* @n pairs of one major, and a set of minors for each change. */
static void bundles_add_major(struct bundles *bundles, const struct changed *pairs, uint32_t n,
			      uint32_t n_places, struct ward_bits *minors)
{
	for (uint32_t i = 0; i < n; i++) {
		struct ward_bits *bits = &minors[pairs[i].change];

		ward_bits_add(bits, n_places); /* so that all sets have the same size */
		ward_bits_remove(bits, n_places);
		ward_bits_add(bits, pairs[i].minor);
	}
	for (uint32_t i = 0; i < n; i++) {
		struct ward_bits *bits = &minors[pairs[i].change];

		if (!bits->n_words)
			continue; /* added with an earlier pair */
		bundles_add(bundles, pairs[i].major, pairs[i].change, bits);
		ward_bits_done(bits);
	}
}

static void bundles_build(const struct comparison *comparison, const struct changes *changes,
			  struct bundles *ret_bundles)
{
	uint32_t n_changes = comparison->keys.n, n = changes->list.n;
	_cleanup_free_ struct ward_bits *minors = ward_alloc(n_changes * sizeof(*minors));

	*ret_bundles = (struct bundles){.n_of = ward_alloc(n_changes * sizeof(uint32_t))};
	for (uint32_t i = 0, end; i < n; i = end) {
		const struct changed *pairs = changes->list.items;

		for (end = i; end < n && pairs[end].major == pairs[i].major;)
			end++;
		bundles_add_major(ret_bundles, pairs + i, end - i, comparison->differ->places.n,
				  minors);
	}
}

static void bundles_done(struct bundles *bundles)
{
	for (uint32_t i = 0; i < bundles->list.n; i++) {
		ward_vec_done(&bundles->list.items[i].majors);
		ward_vec_done(&bundles->list.items[i].minors);
	}
	ward_vec_done(&bundles->list);
	ward_intern_done(&bundles->keys);
	free(bundles->n_of);
}

static uint32_t *places_copy(struct ward_differ *differ, const uint32_t *items, uint32_t n)
{
	return ward_arena_copy(&differ->diff->arena, items, n * sizeof(*items));
}

/* A pod that is alone on its side does not stand on the other. */
static void drop_itself(const struct ward_differ *differ, uint32_t alone, uint32_t *places,
			uint32_t *n)
{
	uint32_t kept = 0;

	if (!is_single_pod(&differ->places.items[alone]))
		return;
	for (uint32_t i = 0; i < *n; i++)
		if (places[i] != alone)
			places[kept++] = places[i];
	*n = kept;
}

static struct ward_port_set set_keep(struct ward_differ *differ, uint32_t number)
{
	struct ward_port_set set = ward_port_sets_get(&differ->sets, number);

	set.ranges = ward_arena_copy(&differ->diff->arena, set.ranges, set.n * sizeof(*set.ranges));
	return set;
}

static struct ward_diff_change change_make(const struct comparison *comparison,
					   const struct bundle *bundle, bool by_source)
{
	struct ward_differ *differ = comparison->differ;
	const struct change_key *key = ward_intern_bytes(&comparison->keys, bundle->change, NULL);
	uint32_t old = key->set[WARD_OLD], new = key->set[WARD_NEW];
	struct ward_diff_change change = {
		.kind = old == WARD_PORTS_NONE	 ? WARD_CHANGE_ALLOWED
			: new == WARD_PORTS_NONE ? WARD_CHANGE_DENIED
						 : WARD_CHANGE_PORTS,
		.allow = {set_keep(differ, old), set_keep(differ, new)},
		.gained = set_keep(differ, ward_port_sets_minus(&differ->sets, new, old)),
		.lost = set_keep(differ, ward_port_sets_minus(&differ->sets, old, new)),
	};
	uint32_t *majors = places_copy(differ, bundle->majors.items, bundle->majors.n);
	uint32_t *minors = places_copy(differ, bundle->minors.items, bundle->minors.n);
	uint32_t n_majors = bundle->majors.n, n_minors = bundle->minors.n;

	if (n_majors == 1)
		drop_itself(differ, majors[0], minors, &n_minors);
	else if (n_minors == 1)
		drop_itself(differ, minors[0], majors, &n_majors);
	change.from = by_source ? majors : minors;
	change.n_from = by_source ? n_majors : n_minors;
	change.to = by_source ? minors : majors;
	change.n_to = by_source ? n_minors : n_majors;
	return change;
}

static int change_cmp(const void *a, const void *b)
{
	const struct ward_diff_change *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->from[0] != y->from[0])
		return x->from[0] < y->from[0] ? -1 : 1;
	if (x->to[0] != y->to[0])
		return x->to[0] < y->to[0] ? -1 : 1;
	return x->n_from != y->n_from ? (x->n_from < y->n_from ? -1 : 1)
				      : (x->n_to > y->n_to) - (x->n_to < y->n_to);
}

struct change_list {
	WARD_VEC(struct ward_diff_change) list;
};

/* The bundles of one way, of those changes for which it is the better one. */
static void changes_add(const struct comparison *comparison, const struct bundles *bundles,
			const struct bundles *others, bool by_source, struct change_list *list)
{
	for (uint32_t i = 0; i < bundles->list.n; i++) {
		const struct bundle *bundle = &bundles->list.items[i];
		uint32_t n = bundles->n_of[bundle->change] * 2 + !by_source;
		struct ward_diff_change change;

		if (n > others->n_of[bundle->change] * 2 + by_source)
			continue;
		change = change_make(comparison, bundle, by_source);
		if (change.n_from && change.n_to)
			ward_vec_push(&list->list, change);
	}
}

static void changes_bundle(struct comparison *comparison)
{
	struct ward_differ *differ = comparison->differ;
	struct changes transposed;
	struct bundles by_source, by_target;
	struct change_list list = {};

	changes_transpose(differ, &comparison->changes, &transposed);
	bundles_build(comparison, &comparison->changes, &by_source);
	bundles_build(comparison, &transposed, &by_target);
	changes_add(comparison, &by_source, &by_target, true, &list);
	changes_add(comparison, &by_target, &by_source, false, &list);
	if (list.list.n)
		qsort(list.list.items, list.list.n, sizeof(*list.list.items), change_cmp);
	for (uint32_t i = 0; i < list.list.n; i++)
		ward_diff_explain(differ, &list.list.items[i]);
	differ->diff->n_changes = list.list.n;
	differ->diff->changes = ward_arena_copy(&differ->diff->arena, list.list.items,
						list.list.n * sizeof(*list.list.items));
	ward_vec_done(&list.list);
	ward_vec_done(&transposed.list);
	bundles_done(&by_source);
	bundles_done(&by_target);
}

void ward_diff_compare(struct ward_differ *differ)
{
	struct comparison comparison = {.differ = differ};

	for (int version = 0; version < WARD_N_VERSION; version++)
		version_init(&comparison, version);
	for (uint32_t from = 0; from < differ->places.n; from++) {
		const uint32_t *at = differ->places.items[from].at;

		for (int version = 0; version < WARD_N_VERSION; version++)
			row_set(&comparison, version, at[version], true);
		row_compare(&comparison, from);
		for (int version = 0; version < WARD_N_VERSION; version++)
			row_set(&comparison, version, at[version], false);
	}
	changes_bundle(&comparison);
	for (int version = 0; version < WARD_N_VERSION; version++) {
		free(comparison.number[version]);
		free(comparison.first[version]);
		free(comparison.row[version]);
	}
	ward_vec_done(&comparison.changes.list);
	ward_intern_done(&comparison.keys);
}
