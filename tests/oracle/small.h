/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of policies of all kinds over so small an alphabet that every pod there can be is made: two
 * pod labels, two namespace labels, two blocks, two port names. */
#pragma once

#include "oracle/world.h"

enum {
	SMALL_POD_KEYS = 2,
	SMALL_VALUES = 2,
	SMALL_BLOCKS = 2,
	SMALL_NAMES = 2,
};

extern const char *const small_pod_keys[SMALL_POD_KEYS];
extern const char *const small_values[SMALL_VALUES];
extern const char *const small_port_names[SMALL_NAMES];

/* Appends policies to @world. */
void small_policies(struct world *world, struct rng *rng);

/* Another set made of those in @from: some are left out, replaced, doubled, turned round or written
 * in other words. */
void small_variation(struct world *world, const struct world *from, struct rng *rng);
