/* SPDX-License-Identifier: Apache-2.0 */
/* Engines through many changes, one of the whole cluster and one of a node: after each commit they
 * hold what engines hold that compute the world as it then is from nothing, and the first says what
 * the oracle says.  The objects come from two random worlds whose names overlap, so that putting
 * one often replaces another version of it. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/engine.h"

#include "oracle/judges.h"
#include "oracle/same.h"
#include "policy/lower.h"

enum {
	RUNS = 200,
	CHANGES_A_RUN = 60,
	CONNS_A_CHANGE = 40
};

struct change {
	struct world now;
	struct world pool[2];
	struct ward_engine *engine, *of_node;
	ward_sym node;
	struct rng rng;
};

static bool world_take_out(struct world *world, const struct ward_object *key)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind != key->kind || object->ns != key->ns || object->name != key->name)
			continue;
		for (; i + 1 < world->objects.n; i++)
			world->objects.items[i] = world->objects.items[i + 1];
		world->objects.n--;
		return true;
	}
	return false;
}

/* A namespace is there as long as something refers to it, and a GroupPolicy may say nothing. */
static bool is_always_known(enum ward_kind kind)
{
	return kind != WARD_KIND_NAMESPACE && kind != WARD_KIND_GROUPPOLICY;
}

/* False if the engine is wrong about whether it had the object. */
static bool object_remove(struct change *change, const struct ward_object *object)
{
	bool had = world_take_out(&change->now, object);
	bool knew = ward_engine_remove(change->engine, object->kind, object->ns, object->name);

	ward_engine_remove(change->of_node, object->kind, object->ns, object->name);
	return knew == had || !is_always_known(object->kind);
}

static void engine_put(struct change *change, struct ward_engine *engine,
		       const struct ward_object *object)
{
	struct ward_policies policies = {};

	if (ward_kind_is_policy(object->kind))
		ward_engine_remove(engine, object->kind, object->ns, object->name);
	ward_lower(change->now.symbols, object, &policies);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(engine, TAKE_PTR(policies.list.items[i]));
	ward_policies_done(&policies);
	ward_engine_put(engine, object);
}

static void object_put(struct change *change, const struct ward_object *object)
{
	engine_put(change, change->engine, object);
	engine_put(change, change->of_node, object);
	world_take_out(&change->now, object);
	ward_vec_push(&change->now.objects, object);
}

static const struct ward_object *random_object(struct change *change)
{
	const struct world *pool = &change->pool[rng_below(&change->rng, 2)];

	return pool->objects.items[rng_below(&change->rng, pool->objects.n)];
}

static bool conn_check(struct change *change, const struct judge *judge, const struct conn *conn)
{
	struct judgement got = {};

	judge->judge(change->engine, conn, &got);
	return judgement_check(&change->now, conn, judge->name, &got);
}

static bool conns_check(struct change *change)
{
	for (uint32_t i = 0; i < CONNS_A_CHANGE; i++) {
		struct conn conn;

		world_random_conn(&change->now, &change->rng, &conn);
		if (!conn_check(change, &engine_judge, &conn) ||
		    !conn_check(change, &rules_judge, &conn))
			return false;
	}
	return true;
}

static bool is_as_from_scratch(const struct change *change, const struct ward_engine *engine,
			       ward_sym node)
{
	struct ward_engine *scratch = engine_for_node(&change->now, node);
	bool same = engines_are_same(engine, scratch);

	ward_engine_free(scratch);
	return same;
}

/* A few changes, one commit. */
static bool commit_check(struct change *change)
{
	for (uint32_t n = 1 + rng_below(&change->rng, 4); n > 0; n--) {
		const struct ward_object *object = random_object(change);

		if (rng_chance(&change->rng, 60)) {
			object_put(change, object);
		} else if (!object_remove(change, object)) {
			printf("# wrong about whether there was an object to remove\n");
			return false;
		}
	}
	if (rng_chance(&change->rng, 5))
		ward_engine_recompute(change->engine);
	else
		ward_engine_commit(change->engine);
	ward_engine_commit(change->of_node);
	if (!conns_check(change))
		return false;
	ward_engine_lay_out(change->engine);
	return is_as_from_scratch(change, change->engine, WARD_NONE) &&
	       is_as_from_scratch(change, change->of_node, change->node);
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
	change.now.symbols = &symbols;
	for (uint32_t i = 0; i < 2; i++)
		world_random(&change.pool[i], &symbols, &change.rng);
	change.node = some_node(&change.pool[0]);
	change.engine = ward_engine_new(&symbols, WARD_NONE);
	change.of_node = ward_engine_new(&symbols, change.node);
	for (uint32_t i = 0; i < change.pool[0].objects.n; i++)
		object_put(&change, change.pool[0].objects.items[i]);
	for (uint32_t i = 0; agrees && i < CHANGES_A_RUN; i++)
		agrees = commit_check(&change);
	ward_engine_free(change.engine);
	ward_engine_free(change.of_node);
	world_done(&change.now);
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
