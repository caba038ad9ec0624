/* SPDX-License-Identifier: Apache-2.0 */
/* Groups and policies together, when everything is read: files may come in any order. */
#pragma once

#include "kube/snapshot.h"

/* Says what is wrong with references between groups, and which are too much to resolve.  Groups may
 * also be in @others, or NULL: what is there already. */
void ward_groups_check(const struct ward_snapshot *snapshot, const struct ward_snapshot *others);
