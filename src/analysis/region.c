/* SPDX-License-Identifier: Apache-2.0 */
/* Regions: sets of values, bit by bit, and the stack of those that are still to be searched. */
#include <string.h>

#include "analysis/space.h"

static uint32_t n_words_of(uint32_t n_values)
{
	return (n_values + 63) / 64;
}

/* The bits low..high of the word that they share. */
static uint64_t word_bits(uint32_t low, uint32_t high)
{
	return (UINT64_MAX >> (63 - (high - low))) << (low % 64);
}

bool ward_values_any(const uint64_t *values, uint32_t low, uint32_t high)
{
	while (low <= high) {
		uint32_t end = low | 63;

		if (end > high)
			end = high;
		if (values[low / 64] & word_bits(low, end))
			return true;
		low = end + 1;
	}
	return false;
}

static void values_set(uint64_t *values, uint32_t low, uint32_t high, bool on)
{
	while (low <= high) {
		uint32_t end = low | 63;

		if (end > high)
			end = high;
		if (on)
			values[low / 64] |= word_bits(low, end);
		else
			values[low / 64] &= ~word_bits(low, end);
		low = end + 1;
	}
}

uint32_t ward_values_first(const uint64_t *values, uint32_t n_values)
{
	for (uint32_t w = 0; w < n_words_of(n_values); w++)
		if (values[w])
			return w * 64 + (uint32_t)__builtin_ctzll(values[w]);
	return WARD_NONE;
}

void ward_region_keep(uint64_t *values, uint32_t n_values, const struct ward_mask *mask, bool in)
{
	uint32_t next = 0;

	for (uint32_t i = 0; i < mask->n; i++) {
		const struct ward_span *span = &mask->spans[i];

		if (!in)
			values_set(values, span->low, span->high, false);
		else if (span->low > next)
			values_set(values, next, span->low - 1, false);
		next = span->high + 1;
	}
	if (in && next < n_values)
		values_set(values, next, n_values - 1, false);
}

/* An end that is possible has an address of the family; one that is known may have none. */
static void fill_addresses(const struct ward_space *space, enum ward_family family,
			   uint64_t *values)
{
	for (uint32_t i = 0; i < space->pieces.n; i++)
		if (space->pieces.items[i].family == family)
			values_set(values, i, i, true);
}

/* A namespace that is not given has none of the names that are, but it has one. */
static void fill_names(const struct ward_space *space, uint64_t *values)
{
	const struct ward_var *name = &space->vars.items[space->name];

	values_set(values, 0, ward_var_absent(name) - 1, true);
	for (uint32_t i = 0; i < space->namespaces.n; i++) {
		uint32_t value = ward_space_value(space, space->name, &space->symbols,
						  space->namespaces.items[i].name);

		if (value < name->named.n)
			values_set(values, value, value, false);
	}
}

void ward_region_fill(const struct ward_space *space, const struct ward_space_case *at,
		      uint64_t *words)
{
	memset(words, 0, space->n_words * sizeof(*words));
	for (uint32_t v = 0; v < space->vars.n; v++) {
		const struct ward_var *var = &space->vars.items[v];

		for (int end = 0; end < WARD_N_END_AT; end++) {
			uint64_t *values = ward_region_at(space, at, words, end, v);

			if (var->kind == WARD_VAR_ADDRESS)
				fill_addresses(space, at->family, values);
			else if (v == space->name)
				fill_names(space, values);
			else if (var->n_values)
				values_set(values, 0,
					   ward_var_absent(var) - ward_space_is_always(space, v),
					   true);
		}
	}
}

static bool is_single(const uint64_t *values, uint32_t n_values, uint32_t *ret_value)
{
	uint32_t first = ward_values_first(values, n_values);

	*ret_value = first;
	return first + 1 == n_values || !ward_values_any(values, first + 1, n_values - 1);
}

/* Two ends are not at one address; nor are their namespaces, when they have two, of one name. */
static bool tells_apart(const struct ward_space *space, const struct ward_space_case *at,
			uint32_t v)
{
	if (v == space->address)
		return true;
	if (at->same_namespace || at->kind[WARD_FROM] != at->kind[WARD_TO])
		return false;
	return v == (at->kind[WARD_FROM] == WARD_SPACE_GIVEN ? space->given : space->name) &&
	       ward_space_is_pod(at->kind[WARD_FROM]);
}

static bool piece_is_one(const struct ward_space *space, uint32_t piece)
{
	const struct ward_ip *first = &space->pieces.items[piece];

	if (ward_ip_is_max(*first))
		return true;
	return piece + 1 < space->pieces.n && ward_ip_eq(ward_ip_next(*first), first[1]);
}

/* Of names that nobody has mentioned there are always two; so there are of most addresses. */
static bool may_be_shared(const struct ward_space *space, uint32_t v, uint32_t value)
{
	const struct ward_var *var = &space->vars.items[v];

	if (var->kind == WARD_VAR_ADDRESS)
		return value == space->pieces.n || !piece_is_one(space, value);
	return var->kind == WARD_VAR_NAMESPACE && value >= var->named.n;
}

static bool is_possible(const struct ward_space *space, const struct ward_space_case *at,
			uint64_t *words, uint32_t v)
{
	const struct ward_var *var = &space->vars.items[v];
	uint32_t one, other;

	if (!tells_apart(space, at, v) ||
	    !is_single(ward_region_at(space, at, words, WARD_FROM, v), var->n_values, &one) ||
	    !is_single(ward_region_at(space, at, words, WARD_TO, v), var->n_values, &other))
		return true;
	return one != other || may_be_shared(space, v, one);
}

bool ward_region_is_possible(const struct ward_space *space, const struct ward_space_case *at,
			     uint64_t *words)
{
	return is_possible(space, at, words, space->address) &&
	       is_possible(space, at, words, space->given) &&
	       is_possible(space, at, words, space->name);
}

/* An absent label, a name that nobody mentions, the first of the rest. */
static uint32_t choose(const struct ward_space *space, uint32_t v, const uint64_t *values)
{
	const struct ward_var *var = &space->vars.items[v];
	uint32_t first = ward_values_first(values, var->n_values);

	if (v == space->name && ward_values_any(values, var->named.n, var->named.n))
		return var->named.n;
	if (var->kind >= WARD_VAR_NAMESPACE && var->kind <= WARD_VAR_NODE && v != space->name &&
	    ward_values_any(values, ward_var_absent(var), ward_var_absent(var)))
		return ward_var_absent(var);
	return first;
}

static void var_choose(const struct ward_space *space, const struct ward_space_case *at,
		       uint64_t *words, uint32_t v)
{
	const struct ward_var *var = &space->vars.items[v];
	bool apart = tells_apart(space, at, v);
	uint32_t taken = WARD_NONE, unused;
	/* Who has no choice comes first. */
	bool swap = apart &&
		    is_single(ward_region_at(space, at, words, WARD_TO, v), var->n_values, &unused);

	for (int turn = 0; turn < WARD_N_END_AT; turn++) {
		uint64_t *values = ward_region_at(space, at, words, turn != (int)swap, v);
		uint32_t value;

		if (apart && taken != WARD_NONE && !may_be_shared(space, v, taken) &&
		    !is_single(values, var->n_values, &unused))
			values_set(values, taken, taken, false);
		value = choose(space, v, values);
		if (value == WARD_NONE)
			continue;
		values_set(values, 0, var->n_values - 1, false);
		values_set(values, value, value, true);
		taken = value;
	}
}

void ward_region_choose(const struct ward_space *space, const struct ward_space_case *at,
			uint64_t *words)
{
	for (uint32_t v = 0; v < space->vars.n; v++)
		if (space->vars.items[v].n_values)
			var_choose(space, at, words, v);
}

void ward_regions_push(struct ward_regions *regions, const struct ward_space *space,
		       const uint64_t *words)
{
	ward_vec_reserve(&regions->words, regions->words.n + space->n_words);
	memcpy(regions->words.items + regions->words.n, words, space->n_words * sizeof(*words));
	regions->words.n += space->n_words;
}

bool ward_regions_pop(struct ward_regions *regions, const struct ward_space *space,
		      uint64_t *ret_words)
{
	if (!regions->words.n)
		return false;
	regions->words.n -= space->n_words;
	memcpy(ret_words, regions->words.items + regions->words.n,
	       space->n_words * sizeof(*ret_words));
	return true;
}

void ward_regions_cut(struct ward_regions *regions, const struct ward_space *space,
		      const struct ward_space_case *at, uint64_t *words, const struct ward_cut *cut,
		      bool holds_first)
{
	uint32_t n_values = space->vars.items[cut->var].n_values;

	for (int part = 0; part < 2; part++) {
		uint32_t before = regions->words.n;

		ward_regions_push(regions, space, words);
		ward_region_keep(ward_region_at(space, at, regions->words.items + before, cut->end,
						cut->var),
				 n_values, cut->mask, (part == 1) == holds_first);
	}
}

void ward_regions_done(struct ward_regions *regions)
{
	ward_vec_done(&regions->words);
}
