/* SPDX-License-Identifier: Apache-2.0 */
/* An engine through changes, beside the world that it should know by now. */
#pragma once

#include "oracle/judges.h"
#include "oracle/rng.h"

struct changing {
	struct world now; /* zeroed, with symbols and today */
	struct ward_engine *engine;
};

/* An engine of @node, or of all pods, into which the objects of @first, or none, were put. */
void changing_init(struct changing *changing, struct ward_symbols *symbols, ward_sym node,
		   const struct world *first);
void changing_done(struct changing *changing);

/* Adds or replaces; takes effect at the engine's next commit. */
void changing_put(struct changing *changing, const struct ward_object *object);

/* Removes what has the kind and name of @object.  False if the engine is wrong about whether there
 * was one. */
bool changing_remove(struct changing *changing, const struct ward_object *object);

/* Does the engine, of all pods, say what the oracle says of the world, and do its rules one by one?
 * Asked are @n random connections; the first that differs is printed. */
bool changing_agrees(const struct changing *changing, struct rng *rng, uint32_t n);

/* Does it hold what an engine of the node (WARD_NONE: of all pods) holds that computes the world
 * from nothing?  Prints what differs. */
bool changing_is_as_from_scratch(const struct changing *changing, ward_sym node);
