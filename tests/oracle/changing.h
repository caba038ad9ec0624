/* SPDX-License-Identifier: Apache-2.0 */
/* An engine through changes, beside the world that it should know by now. */
#pragma once

#include "oracle/judges.h"

struct changing {
	struct world now; /* zeroed, with symbols and today */
	struct ward_engine *engine;
};

/* Adds or replaces; takes effect at the engine's next commit. */
void changing_put(struct changing *changing, const struct ward_object *object);

/* Removes what has the kind and name of @object.  False if the engine is wrong about whether there
 * was one. */
bool changing_remove(struct changing *changing, const struct ward_object *object);
