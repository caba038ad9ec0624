/* SPDX-License-Identifier: Apache-2.0 */
/* Tables that are kept by what each commit says it changed, and by nothing else. */
#pragma once

#include "base/vec.h"
#include "engine/engine.h"

struct follower {
	WARD_VEC(struct ward_endpoint) endpoints;
	WARD_VEC(struct ward_address) addresses;
	WARD_VEC(uint32_t) shapes;
	WARD_VEC(struct ward_prefix) prefixes;
};

/* After a commit.  False, and what, if the tables now hold something that was not said. */
bool follower_keeps_up(struct follower *follower, const struct ward_engine *engine);
void follower_done(struct follower *follower);
