/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels of the nodes said about a packet, as a judgement. */
#pragma once

#include "flow/flow.h"
#include "oracle/oracle.h"

struct reason {
	bool told[WARD_N_DIRECTION];
	enum ward_flow_cause cause[WARD_N_DIRECTION];
	struct ward_flow_side side[WARD_N_DIRECTION];
};

/* The node of the end that @direction is about told @flow. */
void reason_take(struct reason *reason, const struct ward_flow *flow,
		 enum ward_direction direction);

/* Both sides.  What no node had to say, because it was not asked, is as in @assumed: the
 * destination's when the packet did not leave the source's node, and what a node sends to its pods
 * (A10.1). */
void reason_complete(const struct reason *reason, const struct world *world,
		     const struct conn *conn, bool same_node, const struct judgement *assumed,
		     struct judgement *judgement);
