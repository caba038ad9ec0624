/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers in flow events mean.
 *
 * An event names decisions of the version of the tables that judged the packet, and may be read
 * when the engine has gone on.  A legend follows an engine and keeps what is needed to explain
 * them: the rule of every decision, the policies that isolate in every row, and what row a local
 * pod had in which version.  Numbers keep their meaning until the engine computes everything anew,
 * and with them what is known of policies that are gone; then another legend begins. */
#pragma once

#include "engine/engine.h"
#include "flow/flow.h"

struct ward_legend;

/* Of the engine's tables as they are now. */
struct ward_legend *ward_legend_new(const struct ward_engine *engine);
struct ward_legend *ward_legend_free(struct ward_legend *legend); /* accepts NULL */

/* Takes in the engine's last commit.  False: it is not the one after those that the legend knows,
 * or has computed everything anew. */
bool ward_legend_follow(struct ward_legend *legend, const struct ward_engine *engine);

/* Events of versions before this one are not explained any more. */
void ward_legend_forget(struct ward_legend *legend, uint64_t version);

bool ward_legend_knows(const struct ward_legend *legend, uint64_t version);

/* Fills in what one side decided about the pod at @subject in a version that it knows. */
void ward_legend_explain(const struct ward_legend *legend, uint64_t version, struct ward_ip subject,
			 enum ward_direction direction, uint32_t decision,
			 struct ward_flow_side *ret_side);
