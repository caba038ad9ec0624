/* SPDX-License-Identifier: Apache-2.0 */
/* What the numbers in flow events mean.
 *
 * An event names decisions of the version of the tables that judged the packet, and may be read
 * when the engine has gone on.  A legend is the copy of what is needed to explain them: the rule of
 * every decision, and for every local pod the policies that isolate it. */
#pragma once

#include "engine/engine.h"
#include "flow/flow.h"

struct ward_legend;

/* Of the engine's tables as they are now. */
struct ward_legend *ward_legend_new(const struct ward_engine *engine);
struct ward_legend *ward_legend_free(struct ward_legend *legend); /* accepts NULL */

uint64_t ward_legend_version(const struct ward_legend *legend);

/* Fills in what one side decided about the pod at @subject. */
void ward_legend_explain(const struct ward_legend *legend, struct ward_ip subject,
			 enum ward_direction direction, uint32_t decision,
			 struct ward_flow_side *ret_side);
