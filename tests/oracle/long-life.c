/* SPDX-License-Identifier: Apache-2.0 */
/* An engine through a long life: what it does rarely, because it has become wasteful or has no room
 * left, it does right.  Small worlds and short runs (changes.c) never get there.
 *
 *	labels     thousands of label sets that nobody has any more
 *	names      thousands of pods that come and go
 *	addresses  more new ones at once than are looked at one by one
 *	order      policies that all come before the first, until no numbers are left between
 *
 * After each the engine holds what one holds that computes the world from nothing, and says what
 *the oracle says; and the same after it has computed everything anew. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/engine.h"

#include "kube/pod.h"
#include "oracle/changing.h"

enum {
	LIVES = 3,
	LABEL_SETS = 6000,
	NAMES = 6000,
	ADDRESSES = 700,
	BLOCKS = 10,
	POLICIES = 100,
	A_COMMIT = 40, /* changes */
	CONNS = 300,
};

struct life {
	struct changing changing;
	struct world made; /* the first world, and what comes later */
	struct rng rng;
};

static ward_sym numbered(struct life *life, const char *prefix, uint32_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%05u", prefix, n);
	return ward_symbol(life->made.symbols, text);
}

/* Some pod of the first world, to be changed. */
static struct ward_pod *pod_copy(struct life *life)
{
	struct ward_pod *copy = ward_arena_new(&life->made.arena, struct ward_pod);
	const struct ward_object *object;

	do
		object = life->made.objects.items[rng_below(&life->rng, life->made.objects.n)];
	while (object->kind != WARD_KIND_POD);
	*copy = *(const struct ward_pod *)object;
	return copy;
}

static void commit_now_and_then(struct life *life, uint32_t i)
{
	if (i % A_COMMIT == 0)
		ward_engine_commit(life->changing.engine);
}

static void labels_live(struct life *life)
{
	for (uint32_t i = 0; i < LABEL_SETS; i++) {
		struct ward_label *label = ward_arena_new(&life->made.arena, struct ward_label);
		struct ward_pod *pod = pod_copy(life);

		*label = (struct ward_label){ward_symbol(life->made.symbols, "app"),
					     numbered(life, "v", i)};
		if (i + 1 < LABEL_SETS - A_COMMIT) /* the last keep what they had */
			pod->labels = (struct ward_labels){.n = 1, .items = label};
		changing_put(&life->changing, &pod->object);
		commit_now_and_then(life, i);
	}
}

static void names_live(struct life *life)
{
	for (uint32_t i = 0; i < NAMES; i++) {
		struct ward_pod *pod = pod_copy(life);

		pod->object.name = numbered(life, "guest-", i);
		changing_put(&life->changing, &pod->object);
		commit_now_and_then(life, i);
		if (i % 97)
			changing_remove(&life->changing, &pod->object);
	}
}

/* Policies whose names come before all others of their kind, each in a commit of its own. */
static void policies_live(struct life *life, const char *prefix, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		char name[32];

		snprintf(name, sizeof(name), "%s-%03u", prefix, n - i);
		changing_put(&life->changing,
			     world_random_clusterpolicy(&life->made, &life->rng, name));
		changing_put(&life->changing,
			     world_random_networkpolicy(&life->made, &life->rng, name));
		ward_engine_commit(life->changing.engine);
	}
}

/* In the range of all pods, so that blocks divide them: new ones after they are there. */
static void addresses_live(struct life *life)
{
	for (uint32_t i = 0; i < ADDRESSES; i++) {
		struct ward_ip *ip = ward_arena_new(&life->made.arena, struct ward_ip);
		struct ward_pod *pod = pod_copy(life);

		*ip = (struct ward_ip){.lo = 0x0a000000 + (i * 7919) % 0x20000,
				       .family = WARD_FAMILY_4};
		pod->object.name = numbered(life, "far-", i);
		pod->n_ips = 1;
		pod->ips = ip;
		changing_put(&life->changing, &pod->object);
	}
	ward_engine_commit(life->changing.engine);
	policies_live(life, "block", BLOCKS);
}

static void order_live(struct life *life)
{
	policies_live(life, "a", POLICIES);
}

static bool holds(struct life *life, const char *after)
{
	ward_engine_commit(life->changing.engine);
	for (int anew = 0; anew < 2; anew++) {
		if (!changing_agrees(&life->changing, &life->rng, CONNS) ||
		    !changing_is_as_from_scratch(&life->changing, WARD_NONE)) {
			printf("# after %s%s\n", after, anew ? ", anew" : "");
			return false;
		}
		ward_engine_recompute(life->changing.engine);
	}
	return true;
}

static bool live(uint64_t seed)
{
	static const struct {
		const char *name;
		void (*fn)(struct life *life);
	} ages[] = {
		{"labels", labels_live},
		{"names", names_live},
		{"addresses", addresses_live},
		{"order", order_live},
	};
	struct life life = {.rng.state = seed};
	struct ward_symbols symbols;
	bool good = true;

	ward_symbols_init(&symbols);
	world_random(&life.made, &symbols, &life.rng);
	changing_init(&life.changing, &symbols, WARD_NONE, &life.made);
	for (size_t i = 0; good && i < WARD_ARRAY_SIZE(ages); i++) {
		ages[i].fn(&life);
		good = holds(&life, ages[i].name);
	}
	changing_done(&life.changing);
	world_done(&life.made);
	ward_symbols_done(&symbols);
	return good;
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;

	for (uint32_t i = 0; i < LIVES; i++) {
		if (live(seed + i))
			continue;
		printf("# mismatch, seed %" PRIu64 "\n", seed + i);
		return EXIT_FAILURE;
	}
	printf("%u long lives: all agree\n", LIVES);
	return EXIT_SUCCESS;
}
