/* SPDX-License-Identifier: Apache-2.0 */
/* One object into an engine, whatever its kind. */
#pragma once

#include "engine/engine.h"
#include "kube/snapshot.h"

/* Adds or replaces.  A policy is lowered, as of @world's day and by the UserGroups in there, and
 * takes the place of all that was lowered from the one of its name before; a UserGroup lowers the
 * policies in @world that depend on it again.  @world has the object already. */
void ward_put(struct ward_engine *engine, const struct ward_snapshot *world,
	      const struct ward_object *object);

/* @world does not have the object any more. */
bool ward_remove(struct ward_engine *engine, const struct ward_snapshot *world, enum ward_kind kind,
		 ward_sym ns, ward_sym name);
