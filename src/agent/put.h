/* SPDX-License-Identifier: Apache-2.0 */
/* One object into an engine, whatever its kind. */
#pragma once

#include "engine/engine.h"

/* Adds or replaces; a policy is lowered, as of @today, and takes the place of all that was lowered
 * from the one of its name before. */
void ward_put(struct ward_engine *engine, int32_t today, const struct ward_object *object);
