/* SPDX-License-Identifier: Apache-2.0 */
/* What labels are, that a selector wants otherwise: in words. */
#pragma once

#include "base/arena.h"
#include "kube/selector.h"

/* "label role of shop/web is databse, not db"; for @who NULL "label role is databse, not db".  The
 * labels do not meet the requirement. */
const char *ward_unlike_text(struct ward_arena *arena, const struct ward_symbols *symbols,
			     const struct ward_requirement *requirement, struct ward_labels labels,
			     const char *who);
