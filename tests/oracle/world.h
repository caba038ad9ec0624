/* SPDX-License-Identifier: Apache-2.0 */
/* A world to judge: typed objects in the order in which they arrived, random ones from a seed.
 *
 * The alphabets are small on purpose (a few labels, names, ports and addresses), so that things
 * collide: selectors overlap, blocks cover pods, addresses are used again, names mean different
 * ports on different pods. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "base/vec.h"
#include "kube/object.h"
#include "oracle/rng.h"

struct world {
	struct ward_symbols *symbols;
	int32_t today;	/* base/day.h */
	bool rehearses; /* what is staged is in force too */
	WARD_VEC(const struct ward_object *) objects;
	struct ward_arena arena; /* owns those that were made here */
};

struct conn;

enum {
	WORLD_TODAY = 20800 /* of random worlds */
};

/* @world: zeroed. */
void world_random(struct world *world, struct ward_symbols *symbols, struct rng *rng);

/* A copy to be changed; the objects themselves are shared. */
void world_copy(struct world *world, const struct world *from);

void world_done(struct world *world);

/* Between pods, nodes and external addresses, with a liking for the edges of blocks. */
void world_random_conn(const struct world *world, struct rng *rng, struct conn *ret_conn);

/* A policy like those of world_random(); with it a world can be made to grow. */
const struct ward_object *world_random_networkpolicy(struct world *world, struct rng *rng,
						     const char *name);

/* A ClusterNetworkPolicy of either tier. */
const struct ward_object *world_random_clusterpolicy(struct world *world, struct rng *rng,
						     const char *name);

/* As manifests that any reader of Kubernetes YAML takes. */
void world_print(const struct world *world, FILE *out);

/* "x/p3", "10.0.0.7" → "y/p1", port 80/TCP. */
void conn_print(const struct world *world, const struct conn *conn, FILE *out);
