/* SPDX-License-Identifier: Apache-2.0 */
/* Do two engines hold the same, whatever numbers they give to it? */
#pragma once

#include "engine/engine.h"

/* Of both: every endpoint, address, prefix; identities and rows divide them in the same way; and
 * each row says the same to each identity, by the same rules.  The symbols must be shared, and the
 * rows laid out.  If not, prints what differs. */
bool engines_are_same(const struct ward_engine *a, const struct ward_engine *b);
