/* SPDX-License-Identifier: Apache-2.0 */
/* Claims over everything that could be.
 *
 * The claims are rules, so they are put beside the policies as a second version of the space, and
 * where a claim's rule applies is asked as of any other rule.  The search is the one of
 * diff-possible.c: a region is dropped, cut where a term is in the way, or is what breaks the
 * claim.  (Which values a label may have is whatever ward_region_fill() leaves it: all.) */
#include "analysis/space-why.h"
#include "analysis/trial-parts.h"

enum {
	EFFORT = 60000000, /* terms looked at for one claim: about a second */
	POLICIES = 0,	   /* the versions */
	CLAIMS = 1,
};

struct search {
	struct ward_trials *trials;
	struct ward_space space;
	struct ward_regions regions;
	uint64_t *words, n_terms, effort;
	/* The claim in hand. */
	const struct ward_claim *claim;
	const struct ward_unit *where, *unless;
	struct ward_result *result;
};

static bool is_over(const struct search *search)
{
	return search->result->outcome != WARD_OUTCOME_PASS;
}

static const struct ward_unit *unit_of(const struct ward_space *space,
				       const struct ward_claim *claim, uint32_t rule)
{
	const struct ward_units *units = &space->versions[CLAIMS].units[claim->direction];

	for (uint32_t i = 0; i < units->n; i++)
		if (units->items[i].policy == claim->policy &&
		    units->items[i].rule == &claim->policy->rules[rule])
			return &units->items[i];
	return NULL;
}

static void cut_take(struct search *search, const struct ward_space_case *at,
		     const struct ward_cut *cut, bool holds_first)
{
	ward_regions_cut(&search->regions, &search->space, at, search->words, cut, holds_first);
}

/* Is the region in what is claimed?  False: it is not, or was cut. */
static bool region_is_claimed(struct search *search, struct ward_space_judge *judge)
{
	enum ward_direction direction = search->claim->direction;
	struct ward_cut cut = {};
	enum ward_truth applies;

	applies = ward_unit_applies(judge, CLAIMS, search->where, direction, &cut);
	if (applies == WARD_MAYBE)
		cut_take(search, judge->at, &cut, true);
	if (applies != WARD_YES || !search->unless)
		return applies == WARD_YES;
	applies = ward_unit_applies(judge, CLAIMS, search->unless, direction, &cut);
	if (applies == WARD_MAYBE)
		cut_take(search, judge->at, &cut, false);
	return applies == WARD_NO;
}

/* Do the policies say there what is not expected?  False: they do not, or it was cut. */
static bool region_breaks(struct search *search, struct ward_space_judge *judge)
{
	bool allow = search->claim->allow;
	const struct ward_unit *by;
	struct ward_cut cut = {};

	for (int direction = WARD_N_DIRECTION - 1; direction >= 0; direction--) {
		enum ward_truth accepts = ward_space_side(judge, POLICIES, direction, &by, &cut);

		if (accepts == WARD_MAYBE)
			cut_take(search, judge->at, &cut, false);
		if (accepts == WARD_MAYBE || accepts == WARD_NO)
			return accepts == WARD_NO && allow;
	}
	return !allow;
}

static void counter_take(struct search *search, struct ward_space_judge *judge)
{
	struct ward_arena *arena = &search->trials->arena;
	struct ward_counter *counter = &search->result->counter;

	ward_region_choose(&search->space, judge->at, judge->words);
	search->result->outcome = WARD_OUTCOME_FAIL;
	*counter = (struct ward_counter){};
	ward_witness_make(arena, &search->space, judge->at, judge->words, &counter->witness);
	ward_space_explain(arena, judge, POLICIES, &counter->why);
}

static void case_search(struct search *search, const struct ward_space_case *at)
{
	struct ward_space_judge judge = {&search->space, at, search->words, 0, {}};

	ward_region_fill(&search->space, at, search->words);
	ward_regions_push(&search->regions, &search->space, search->words);
	while (!is_over(search) &&
	       ward_regions_pop(&search->regions, &search->space, search->words)) {
		judge.n_terms = 0;
		if (region_is_claimed(search, &judge) && region_breaks(search, &judge) &&
		    ward_region_is_possible(&search->space, at, search->words))
			counter_take(search, &judge);
		search->n_terms += judge.n_terms;
		if (search->n_terms > search->effort && !is_over(search))
			search->result->outcome = WARD_OUTCOME_UNDECIDED;
	}
	ward_vec_clear(&search->regions.words);
}

static bool case_exists(const struct search *search, const struct ward_space_case *at)
{
	const struct ward_space *space = &search->space;
	enum ward_space_end_kind from = at->kind[WARD_FROM], to = at->kind[WARD_TO];
	bool egress = search->claim->direction == WARD_EGRESS;
	enum ward_space_end_kind subject = egress ? from : to, peer = egress ? to : from;

	if ((from == WARD_SPACE_GIVEN || to == WARD_SPACE_GIVEN) && !space->namespaces.n)
		return false;
	if ((from == WARD_SPACE_NODE || to == WARD_SPACE_NODE) && !space->has_nodes)
		return false;
	if (at->same_namespace && (from != to || !ward_space_is_pod(from)))
		return false;
	if (at->family == WARD_FAMILY_6 && !space->has_blocks)
		return false;
	return ward_space_is_pod(subject) &&
	       (!search->claim->outside_only || peer == WARD_SPACE_OUTSIDE);
}

static void claim_search(struct search *search)
{
	search->n_terms = 0;
	search->where = unit_of(&search->space, search->claim, 0);
	search->unless = search->claim->policy->n_rules > 1
				 ? unit_of(&search->space, search->claim, 1)
				 : NULL;
	for (uint32_t i = 0; i < 64 && search->where; i++) {
		const struct ward_space_case at = {
			.kind = {i >> 4 & 3, i >> 2 & 3},
			.family = i & 2 ? WARD_FAMILY_6 : WARD_FAMILY_4,
			.same_namespace = !(i & 1),
		};

		if (!is_over(search) && case_exists(search, &at))
			case_search(search, &at);
	}
}

static void space_make(struct search *search, const struct ward_policy **claims)
{
	const struct ward_claims *of = &search->trials->claims;
	const struct ward_tables *tables = ward_engine_tables(of->engine);
	struct ward_space_source sources[WARD_SPACE_VERSIONS] = {};
	struct ward_space_namespaces given = {};

	ward_space_namespaces_find(of->snapshot, &given);
	for (uint32_t i = 0; i < of->list.n; i++)
		claims[i] = of->list.items[i].policy;
	sources[POLICIES].n_policies = tables->n_policies;
	sources[POLICIES].policies = tables->policies;
	sources[CLAIMS].n_policies = of->list.n;
	sources[CLAIMS].policies = claims;
	for (int i = 0; i < WARD_SPACE_VERSIONS; i++) {
		sources[i].symbols = of->snapshot->symbols;
		sources[i].n_namespaces = given.list.n;
		sources[i].namespaces = given.list.items;
	}
	ward_space_init(&search->space, sources, WARD_SPACE_VERSIONS);
	ward_vec_done(&given.list);
}

void ward_claims_try_possible(struct ward_trials *trials, struct ward_result *const *results,
			      uint64_t effort)
{
	const struct ward_claims *claims = &trials->claims;
	_cleanup_free_ const struct ward_policy **policies =
		ward_new_n(const struct ward_policy *, claims->list.n);
	struct search search = {.trials = trials, .effort = effort ? effort : EFFORT};

	space_make(&search, policies);
	search.words = ward_new_n(uint64_t, search.space.n_words);
	for (uint32_t i = 0; i < claims->list.n; i++) {
		search.claim = &claims->list.items[i];
		search.result = results[i];
		if (!search.claim->from && !search.claim->to && !is_over(&search))
			claim_search(&search);
	}
	ward_regions_done(&search.regions);
	free(search.words);
	ward_space_done(&search.space);
}
