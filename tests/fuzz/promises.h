/* SPDX-License-Identifier: Apache-2.0 */
/* What the headers of kube/ and group/ promise of every object that was decoded. */
#pragma once

#include "kube/snapshot.h"

/* Aborts at a promise that @object does not keep; the snapshot is complete. */
void object_check(const struct ward_snapshot *snapshot, const struct ward_object *object);
