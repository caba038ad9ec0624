/* SPDX-License-Identifier: Apache-2.0 */
/* From a complete snapshot to an engine that has judged it. */
#pragma once

#include "engine/engine.h"
#include "kube/snapshot.h"

/* Puts every object, lowers every policy, commits.  @node as in ward_engine_new(). */
struct ward_engine *ward_engine_load(const struct ward_snapshot *snapshot, ward_sym node);

/* The same, as if what is staged were enforced. */
struct ward_engine *ward_engine_load_staged(const struct ward_snapshot *snapshot, ward_sym node);

/* Is any policy staged? */
bool ward_snapshot_has_staged(const struct ward_snapshot *snapshot);
