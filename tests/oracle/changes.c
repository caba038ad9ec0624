/* SPDX-License-Identifier: Apache-2.0 */
/* Engines through many changes, one of the whole cluster and one of a node: after each commit they
 * hold what engines hold that compute the world as it then is from nothing; what the commit says
 * that it changed is all that changed; and the first engine says what the oracle says.  The objects
 * come from two random worlds whose names overlap, so that putting one often replaces another
 * version of it. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/engine.h"

#include "oracle/changing.h"
#include "oracle/follower.h"

enum {
	RUNS = 200,
	CHANGES_A_RUN = 60,
	CONNS_A_CHANGE = 40
};

struct change {
	struct changing by_now, of_node;
	struct follower follower; /* of the second */
	ward_sym node;
	struct world pool[2];
	struct rng rng;
};

static const struct ward_object *random_object(struct change *change)
{
	const struct world *pool = &change->pool[rng_below(&change->rng, 2)];

	return pool->objects.items[rng_below(&change->rng, pool->objects.n)];
}

static void put(struct change *change, const struct ward_object *object)
{
	changing_put(&change->by_now, object);
	changing_put(&change->of_node, object);
}

/* False if an engine is wrong about what it had. */
static bool take_out(struct change *change, const struct ward_object *object)
{
	if (changing_remove(&change->by_now, object) && changing_remove(&change->of_node, object))
		return true;
	printf("# wrong about whether there was an object to remove\n");
	return false;
}

/* Put, twice, removed, or removed and put again. */
static bool change_one(struct change *change)
{
	const struct ward_object *object = random_object(change);
	uint32_t kind = rng_below(&change->rng, 10);

	if (kind < 4 && !take_out(change, object))
		return false;
	if (kind > 2)
		put(change, object);
	if (kind > 8)
		put(change, object);
	return true;
}

/* A few changes, or many, one commit. */
static bool commit_check(struct change *change)
{
	uint32_t most = rng_chance(&change->rng, 10) ? 40 : 4;

	for (uint32_t n = 1 + rng_below(&change->rng, most); n > 0; n--)
		if (!change_one(change))
			return false;
	if (rng_chance(&change->rng, 5))
		ward_engine_recompute(change->by_now.engine);
	else
		ward_engine_commit(change->by_now.engine);
	ward_engine_commit(change->of_node.engine);
	return changing_agrees(&change->by_now, &change->rng, CONNS_A_CHANGE) &&
	       follower_keeps_up(&change->follower, change->of_node.engine) &&
	       changing_is_as_from_scratch(&change->by_now, WARD_NONE) &&
	       changing_is_as_from_scratch(&change->of_node, change->node);
}

/* The node of the first pod that has one. */
static ward_sym some_node(const struct world *world)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_pod *pod = (const void *)world->objects.items[i];

		if (ward_kind_is_pod(pod->object.kind) && pod->node != WARD_NONE)
			return pod->node;
	}
	return WARD_SYM_EMPTY;
}

static bool run(uint64_t seed)
{
	struct change change = {.rng.state = seed};
	struct ward_symbols symbols;
	bool agrees = true;

	ward_symbols_init(&symbols);
	for (uint32_t i = 0; i < 2; i++)
		world_random(&change.pool[i], &symbols, &change.rng);
	change.node = some_node(&change.pool[0]);
	changing_init(&change.by_now, &symbols, WARD_NONE, &change.pool[0]);
	changing_init(&change.of_node, &symbols, change.node, &change.pool[0]);
	for (uint32_t i = 0; agrees && i < CHANGES_A_RUN; i++)
		agrees = commit_check(&change);
	changing_done(&change.by_now);
	changing_done(&change.of_node);
	follower_done(&change.follower);
	for (uint32_t i = 0; i < 2; i++)
		world_done(&change.pool[i]);
	ward_symbols_done(&symbols);
	return agrees;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;

	for (uint32_t i = 0; i < RUNS; i++) {
		if (run(seed + i))
			continue;
		printf("# mismatch, seed %" PRIu64 "\n", seed + i);
		return EXIT_FAILURE;
	}
	printf("%u runs of %u commits: all agree\n", RUNS, CHANGES_A_RUN);
	return EXIT_SUCCESS;
}
