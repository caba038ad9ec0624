/* SPDX-License-Identifier: Apache-2.0 */
/* A town that never stays as it is: policies, pods, labels, namespaces, nodes and wiring change at
 * random, and the engine of each node is told.
 *
 * Objects come from random worlds whose names overlap, so that putting one often replaces another
 * version of it.  Pods get places of the town: more pods than places, so that addresses are taken
 * over and disputed. */
#pragma once

#include "letter.h"
#include "oracle/changing.h"
#include "versions.h"

enum {
	N_POOLS = 8,
	POD_NAMES = 18,
	MOST_A_COMMIT = 8,
};

struct citizen {
	const struct ward_pod *pod;
	int wired; /* the place of its veth */
};

struct churn {
	const struct town *town;
	struct ward_symbols symbols;
	struct rng rng;
	ward_sym node[N_NODES];
	struct changing by_now[N_NODES]; /* the same objects, an engine each */
	struct world pool[N_POOLS];
	struct ward_arena arena; /* of objects made here */
	WARD_VEC(struct citizen) citizens;
	uint64_t n_changes;
};

void churn_init(struct churn *churn, const struct town *town, uint64_t seed);
void churn_done(struct churn *churn);

/* One random change. */
void churn_change(struct churn *churn);

/* Where a pod is wired, for pages and for the datapath. */
int churn_place_of(void *self, ward_sym ns, ward_sym name);

/* Tells the datapath of a node what its engine has committed. */
int churn_publish(struct churn *churn, int node, struct ward_datapath *datapath);
