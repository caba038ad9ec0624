/* SPDX-License-Identifier: Apache-2.0 */
/* Do OLD and NEW mean the same for everything that could be?
 *
 * Only where a unit applies that the other side does not have too can the sides of a connection
 * differ.  (Rules of the NetworkPolicy tier are a set; those of the other tiers a sequence, of
 * which the equal beginning and the equal end are left out.)  So each of these units is asked:
 * where you apply, is there a point that one version accepts on your side and the other does not,
 * and that the one that accepts accepts on the other side as well?  Each region of the search is
 * one of:
 *
 *	the unit does not apply         drop it
 *	both versions say the same      drop it
 *	the other side denies           drop it
 *	a term is in the way            cut it in two
 *	else                            the witness
 *
 * So a rule of OLD is held against the rules of NEW one by one, each takes its part away, and the
 * first region that survives is the answer.  What both versions share is looked at only where a
 * changed unit applies. */
#include <string.h>

#include "analysis/diff-parts.h"
#include "analysis/space-why.h"

enum {
	EFFORT = 60000000, /* terms looked at: about a second */
	HOT_MAX = 3,
};

/* How often a rule's demand on a variable was in the way. */
struct cut_key {
	const struct ward_unit *unit;
	uint64_t var;
};

struct cut_count {
	struct cut_key key;
	uint64_t n;
};

struct search {
	struct ward_differ *differ;
	struct ward_space space;
	uint64_t effort, n_terms;
	bool given_up;
	struct ward_intern cut_keys; /* → index into cuts */
	WARD_VEC(struct cut_count) cuts;
	struct ward_regions regions;
	uint64_t *words;
};

/* A unit that only one version has. */
struct seed {
	enum ward_direction direction;
	const struct ward_unit *unit;
};

struct seeds {
	WARD_VEC(struct seed) list;
};

/* ---- what only one version has ---- */

struct stretch {
	const struct ward_unit *first;
	uint32_t n;
};

static struct stretch tier_of(const struct ward_space_version *version,
			      enum ward_direction direction, enum ward_tier tier)
{
	const struct ward_unit *units = version->units[direction].items;
	uint32_t n = version->units[direction].n, first = 0, end;

	while (first < n && units[first].policy->tier < tier)
		first++;
	for (end = first; end < n && units[end].policy->tier == tier;)
		end++;
	return (struct stretch){units ? units + first : NULL, end - first};
}

static void seeds_add(struct seeds *seeds, enum ward_direction direction, struct stretch stretch)
{
	for (uint32_t i = 0; i < stretch.n; i++)
		ward_vec_push(&seeds->list, ((struct seed){direction, &stretch.first[i]}));
}

/* A sequence: without the equal beginning and the equal end. */
static void seeds_ordered(struct seeds *seeds, enum ward_direction direction, struct stretch a,
			  struct stretch b)
{
	while (a.n && b.n && a.first->content == b.first->content) {
		a = (struct stretch){a.first + 1, a.n - 1};
		b = (struct stretch){b.first + 1, b.n - 1};
	}
	while (a.n && b.n && a.first[a.n - 1].content == b.first[b.n - 1].content) {
		a.n--;
		b.n--;
	}
	seeds_add(seeds, direction, a);
	seeds_add(seeds, direction, b);
}

/* A set. */
static void seeds_united(const struct ward_space *space, struct seeds *seeds,
			 enum ward_direction direction, struct stretch a, struct stretch b)
{
	_cleanup_free_ uint8_t *seen = ward_alloc(space->contents.n + 1);
	const struct stretch both[] = {a, b};

	memset(seen, 0, space->contents.n + 1);
	for (uint32_t v = 0; v < WARD_ARRAY_SIZE(both); v++)
		for (uint32_t i = 0; i < both[v].n; i++)
			seen[both[v].first[i].content] |= 1 << v;
	for (uint32_t v = 0; v < WARD_ARRAY_SIZE(both); v++)
		for (uint32_t i = 0; i < both[v].n; i++)
			if (seen[both[v].first[i].content] != 3)
				seeds_add(seeds, direction, (struct stretch){&both[v].first[i], 1});
}

static void seeds_find(const struct ward_space *space, struct seeds *seeds)
{
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
			struct stretch old = tier_of(&space->versions[WARD_OLD], direction, tier);
			struct stretch new = tier_of(&space->versions[WARD_NEW], direction, tier);

			if (tier == WARD_TIER_NETWORKPOLICY)
				seeds_united(space, seeds, direction, old, new);
			else
				seeds_ordered(seeds, direction, old, new);
		}
}

/* ---- the search ---- */

static bool is_over(const struct search *search)
{
	const struct ward_diff_possible *possible = search->differ->diff->possible;

	return search->given_up || (possible[WARD_GAINED].found == WARD_FOUND &&
				    possible[WARD_LOST].found == WARD_FOUND);
}

static void witness_take(struct search *search, struct ward_space_judge *judge,
			 struct ward_diff_possible *possible)
{
	ward_region_choose(&search->space, judge->at, judge->words);
	possible->found = WARD_FOUND;
	ward_witness_make(&search->differ->diff->arena, &search->space, judge->at, judge->words,
			  &possible->witness);
	for (uint32_t version = 0; version < WARD_N_VERSION; version++)
		ward_space_explain(&search->differ->diff->arena, judge, version,
				   &possible->why[version]);
}

static void cut_take(struct search *search, const struct ward_space_case *at,
		     const struct ward_cut *cut, bool holds_first)
{
	const struct cut_key key = {cut->unit, cut->var};
	uint32_t index = ward_intern(&search->cut_keys, &key, sizeof(key));

	if (index == search->cuts.n)
		ward_vec_push(&search->cuts, ((struct cut_count){key, 0}));
	search->cuts.items[index].n++;
	ward_regions_cut(&search->regions, &search->space, at, search->words, cut, holds_first);
}

/* Judges the region in hand: drops it, cuts it, or has the witness. */
static void region_search(struct search *search, const struct seed *seed,
			  struct ward_space_judge *judge)
{
	enum ward_direction direction = seed->direction;
	struct ward_diff_possible *possible = search->differ->diff->possible;
	enum ward_truth applies, says[WARD_N_VERSION], other;
	const struct ward_unit *by;
	struct ward_cut cut = {};
	uint32_t version;

	applies = ward_unit_applies(judge, seed->unit->version, seed->unit, direction, &cut);
	if (applies == WARD_MAYBE)
		cut_take(search, judge->at, &cut, true);
	if (applies != WARD_YES)
		return;
	for (version = 0; version < WARD_N_VERSION; version++) {
		says[version] = ward_space_side(judge, version, direction, &by, &cut);
		if (says[version] != WARD_MAYBE)
			continue;
		cut_take(search, judge->at, &cut, false);
		return;
	}
	version = says[WARD_NEW] == WARD_YES ? WARD_NEW : WARD_OLD;
	possible += version == WARD_NEW ? WARD_GAINED : WARD_LOST;
	if (says[WARD_OLD] == says[WARD_NEW] || possible->found == WARD_FOUND)
		return;
	other = ward_space_side(judge, version, WARD_INGRESS + WARD_EGRESS - direction, &by, &cut);
	if (other == WARD_MAYBE)
		cut_take(search, judge->at, &cut, false);
	else if (other == WARD_YES &&
		 ward_region_is_possible(&search->space, judge->at, judge->words))
		witness_take(search, judge, possible);
}

static void regions_search(struct search *search, const struct seed *seed,
			   const struct ward_space_case *at)
{
	struct ward_space_judge judge = {&search->space, at, search->words, 0, {}};

	ward_regions_push(&search->regions, &search->space, search->words);
	while (!is_over(search) &&
	       ward_regions_pop(&search->regions, &search->space, search->words)) {
		judge.n_terms = 0;
		region_search(search, seed, &judge);
		search->n_terms += judge.n_terms;
		search->given_up = search->n_terms > search->effort;
	}
	ward_vec_clear(&search->regions.words);
}

/* Leaves one end only the namespace that was asked about; false if it cannot be there. */
static bool region_focus(const struct search *search, const struct ward_space_case *at,
			 enum ward_end_at end)
{
	const struct ward_space *space = &search->space;
	ward_sym name = ward_symbol_find(&space->symbols, search->differ->options->ns);
	bool given = at->kind[end] == WARD_SPACE_GIVEN;
	uint32_t var = given ? space->given : space->name, value = 0;
	uint64_t *values = ward_region_at(space, at, search->words, end, var);
	struct ward_span only;

	if (!ward_space_is_pod(at->kind[end]))
		return false;
	while (value < space->namespaces.n && space->namespaces.items[value].name != name)
		value++;
	if (given != (value < space->namespaces.n))
		return false;
	if (!given)
		value = name == WARD_NONE ? space->vars.items[var].named.n
					  : ward_space_value(space, var, &space->symbols, name);
	only = (struct ward_span){value, value};
	ward_region_keep(values, space->vars.items[var].n_values, &(struct ward_mask){1, &only},
			 true);
	return true;
}

static void case_search(struct search *search, const struct seed *seed,
			const struct ward_space_case *at)
{
	if (!search->differ->options->ns) {
		ward_region_fill(&search->space, at, search->words);
		regions_search(search, seed, at);
		return;
	}
	for (int end = 0; end < WARD_N_END_AT; end++) {
		ward_region_fill(&search->space, at, search->words);
		if (region_focus(search, at, end))
			regions_search(search, seed, at);
	}
}

static bool case_exists(const struct ward_space *space, const struct ward_space_case *at,
			enum ward_direction direction)
{
	enum ward_space_end_kind from = at->kind[WARD_FROM], to = at->kind[WARD_TO];

	if ((from == WARD_SPACE_GIVEN || to == WARD_SPACE_GIVEN) && !space->namespaces.n)
		return false;
	if ((from == WARD_SPACE_NODE || to == WARD_SPACE_NODE) && !space->has_nodes)
		return false;
	if (at->same_namespace && (from != to || !ward_space_is_pod(from)))
		return false;
	if (at->family == WARD_FAMILY_6 && !space->has_blocks)
		return false;
	return ward_space_is_pod(direction == WARD_EGRESS ? from : to);
}

/* The ordinary first: other pods, then what is outside. */
static void seed_search(struct search *search, const struct seed *seed)
{
	for (uint32_t i = 0; i < 64; i++) {
		const struct ward_space_case at = {
			.kind = {i >> 4 & 3, i >> 2 & 3},
			.family = i & 2 ? WARD_FAMILY_6 : WARD_FAMILY_4,
			.same_namespace = !(i & 1),
		};

		if (!is_over(search) && case_exists(&search->space, &at, seed->direction))
			case_search(search, seed, &at);
	}
}

/* ---- giving up ---- */

static int cut_cmp(const void *a, const void *b)
{
	const struct cut_count *x = a, *y = b;

	return (x->n < y->n) - (x->n > y->n);
}

static char *var_text(const struct ward_space *space, uint32_t v)
{
	static const char *const names[] = {
		[WARD_VAR_GIVEN] = "the namespace", [WARD_VAR_NAMESPACE] = "the namespace label ",
		[WARD_VAR_POD] = "the label ",	    [WARD_VAR_NODE] = "the node label ",
		[WARD_VAR_ADDRESS] = "the address", [WARD_VAR_SERVICE] = "the port",
		[WARD_VAR_NAME] = "the port name ",
	};
	const struct ward_var *var = &space->vars.items[v];

	return ward_format("%s%s", names[var->kind], ward_symbol_str(&space->symbols, var->key));
}

static void cut_report(struct search *search, const struct cut_count *count)
{
	struct ward_diff *diff = search->differ->diff;
	const struct ward_unit *unit = count->key.unit;
	const struct ward_object *origin = &unit->policy->origin;
	const struct ward_symbols *symbols = diff->symbols[unit->version];
	_cleanup_free_ char *what = var_text(&search->space, (uint32_t)count->key.var);
	_cleanup_free_ char *object = ward_format("%s %s%s%s", ward_kind_str(origin->kind),
						  ward_symbol_str(symbols, origin->ns),
						  origin->ns == WARD_NONE ? "" : "/",
						  ward_symbol_str(symbols, origin->name));

	ward_diag(&diff->undecided[unit->version], WARD_WARNING, "undecided",
		  unit->rule ? unit->rule->mark : origin->mark, object,
		  "have the selectors here ask for fewer different labels",
		  "there are too many kinds of possible pods to compare them all; %s is among what "
		  "tells most of them apart",
		  what);
}

/* Names the selectors that were in the way most often. */
static void give_up(struct search *search)
{
	struct ward_diff *diff = search->differ->diff;

	for (int way = 0; way < WARD_N_WAY; way++)
		if (diff->possible[way].found == WARD_FOUND_NONE)
			diff->possible[way].found = WARD_FOUND_UNKNOWN;
	qsort(search->cuts.items, search->cuts.n, sizeof(*search->cuts.items), cut_cmp);
	for (uint32_t i = 0; i < search->cuts.n && i < HOT_MAX; i++)
		cut_report(search, &search->cuts.items[i]);
}

/* ---- both versions ---- */

void ward_diff_find_possible(struct ward_differ *differ)
{
	struct search search = {
		.differ = differ,
		.effort = differ->options->effort ? differ->options->effort : EFFORT,
	};
	struct ward_space_source sources[WARD_N_VERSION] = {};
	struct ward_space_namespaces given[WARD_N_VERSION] = {};
	struct seeds seeds = {};

	for (int version = 0; version < WARD_N_VERSION; version++) {
		const struct ward_diff_side *side = &differ->sides[version];
		const struct ward_tables *tables = ward_engine_tables(side->engine);

		ward_space_namespaces_find(side->snapshot, &given[version]);
		sources[version] = (struct ward_space_source){
			.symbols = side->snapshot->symbols,
			.n_policies = tables->n_policies,
			.policies = tables->policies,
			.n_namespaces = given[version].list.n,
			.namespaces = given[version].list.items,
		};
	}
	ward_space_init(&search.space, sources, WARD_N_VERSION);
	search.words = ward_new_n(uint64_t, search.space.n_words);
	seeds_find(&search.space, &seeds);
	for (uint32_t i = 0; i < seeds.list.n && !is_over(&search); i++)
		seed_search(&search, &seeds.list.items[i]);
	if (search.given_up)
		give_up(&search);
	for (int version = 0; version < WARD_N_VERSION; version++)
		ward_vec_done(&given[version].list);
	ward_vec_done(&seeds.list);
	ward_vec_done(&search.cuts);
	ward_intern_done(&search.cut_keys);
	ward_regions_done(&search.regions);
	free(search.words);
	ward_space_done(&search.space);
}
