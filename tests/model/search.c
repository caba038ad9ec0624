/* SPDX-License-Identifier: Apache-2.0 */
#include "search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/alloc.h"

enum {
	FIRST_BUCKETS = 1 << 16,
};

/* States one after the other, each with the one it was reached from; buckets hold numbers + 1. */
struct search {
	const struct search_model *model;
	char *states;
	uint32_t *from;
	struct step *steps;
	uint32_t n, room;
	uint32_t *buckets, n_buckets;
	uint32_t at; /* is being expanded */
	uint64_t n_steps;
	bool wrong;
};

static char *state_at(const struct search *search, uint32_t number)
{
	return search->states + number * search->model->size;
}

static uint32_t *bucket_of(const struct search *search, const void *state)
{
	uint64_t hash = XXH3_64bits(state, search->model->size);
	uint32_t *bucket;

	for (;; hash++) {
		bucket = &search->buckets[hash & (search->n_buckets - 1)];
		if (!*bucket ||
		    memcmp(state_at(search, *bucket - 1), state, search->model->size) == 0)
			return bucket;
	}
}

static void buckets_grow(struct search *search)
{
	free(search->buckets);
	search->n_buckets = search->n_buckets ? search->n_buckets * 2 : FIRST_BUCKETS;
	search->buckets = ward_alloc(search->n_buckets * sizeof(*search->buckets));
	for (uint32_t i = 0; i < search->n; i++)
		*bucket_of(search, state_at(search, i)) = i + 1;
}

static void make_room(struct search *search)
{
	if (search->n == search->room) {
		search->room = search->room ? search->room * 2 : FIRST_BUCKETS / 2;
		search->states = ward_realloc(search->states, search->room, search->model->size);
		search->from = ward_realloc(search->from, search->room, sizeof(*search->from));
		search->steps = ward_realloc(search->steps, search->room, sizeof(*search->steps));
	}
	if (search->n >= search->n_buckets / 2)
		buckets_grow(search);
}

void search_reach(struct search *search, struct step step, const void *state, bool wrong)
{
	uint32_t *bucket;

	if (search->wrong)
		return;
	search->n_steps++;
	make_room(search);
	bucket = bucket_of(search, state);
	if (*bucket && !wrong)
		return;
	memcpy(state_at(search, search->n), state, search->model->size);
	search->from[search->n] = search->at;
	search->steps[search->n] = step;
	*bucket = ++search->n;
	search->wrong = wrong;
}

static void trace_print(const struct search *search)
{
	uint32_t way[256], n = 0;

	for (uint32_t at = search->n - 1; at; at = search->from[at])
		way[n++] = at;
	while (n--)
		search->model->print(&search->steps[way[n]],
				     state_at(search, search->from[way[n]]));
}

struct search_result search_run(const struct search_model *model, const void *first)
{
	struct search search = {.model = model};
	struct search_result result;

	search_reach(&search, (struct step){}, first, false);
	for (; search.at < search.n && !search.wrong; search.at++) {
		_cleanup_free_ char *state = ward_alloc(model->size);

		memcpy(state, state_at(&search, search.at), model->size);
		model->expand(&search, state);
	}
	if (search.wrong)
		trace_print(&search);
	result = (struct search_result){search.n, search.n_steps, search.wrong};
	free(search.states);
	free(search.from);
	free(search.steps);
	free(search.buckets);
	return result;
}
