/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/trial.h"

#include <string.h>

#include "analysis/trial-parts.h"

/* The result that each claim is for. */
struct owners {
	WARD_VEC(struct ward_result *) list;
};

static void result_make(struct ward_trials *trials, const struct ward_policytest *test,
			struct ward_result *result, struct owners *owners)
{
	char *why = ward_claims_add(&trials->claims, test, result->expectation);

	if (why) {
		result->outcome = WARD_OUTCOME_ERROR;
		result->error = ward_arena_strndup(&trials->arena, why, strlen(why));
		free(why);
	}
	while (owners->list.n < trials->claims.list.n)
		ward_vec_push(&owners->list, result);
}

static void trial_add(struct ward_trials *trials, const struct ward_policytest *test,
		      struct owners *owners)
{
	struct ward_trial trial = {
		.test = test,
		.n_results = test->n_expectations,
		.results =
			ward_arena_new_n(&trials->arena, struct ward_result, test->n_expectations),
	};

	for (uint32_t i = 0; i < trial.n_results; i++) {
		trial.results[i].expectation = &test->expectations[i];
		result_make(trials, test, &trial.results[i], owners);
	}
	ward_vec_push(&trials->list, trial);
}

static void given_try(struct ward_trials *trials, const struct owners *owners)
{
	for (uint32_t i = 0; i < trials->claims.list.n; i++) {
		struct ward_result *result = owners->list.items[i];

		if (result->outcome == WARD_OUTCOME_PASS &&
		    ward_claim_try_given(trials, &trials->claims.list.items[i], result,
					 &result->counter))
			result->outcome = WARD_OUTCOME_FAIL;
	}
}

void ward_trials_run(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		     const char *name, uint64_t effort, struct ward_trials *ret_trials)
{
	struct ward_trials *trials = ret_trials;
	struct owners owners = {};

	*trials = (struct ward_trials){.symbols = snapshot->symbols};
	ward_claims_init(&trials->claims, engine, snapshot);
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_POLICYTEST &&
		    (!name || strcmp(name, ward_symbol_str(trials->symbols, object->name)) == 0))
			trial_add(trials, (const struct ward_policytest *)object, &owners);
	}
	given_try(trials, &owners);
	ward_claims_try_possible(trials, owners.list.items, effort);
	for (uint32_t i = 0; i < trials->list.n; i++)
		for (uint32_t k = 0; k < trials->list.items[i].n_results; k++)
			trials->n_of[trials->list.items[i].results[k].outcome]++;
	ward_vec_done(&owners.list);
}

void ward_trials_done(struct ward_trials *trials)
{
	ward_claims_done(&trials->claims);
	ward_vec_done(&trials->list);
	ward_arena_done(&trials->arena);
}
