/* SPDX-License-Identifier: Apache-2.0 */
/* From a complete snapshot to an engine that has judged it. */
#pragma once

#include "engine/engine.h"
#include "kube/snapshot.h"

/* Puts every object, lowers every policy, commits.  @node as in ward_engine_new(). */
struct ward_engine *ward_engine_load(const struct ward_snapshot *snapshot, ward_sym node);
