/* SPDX-License-Identifier: Apache-2.0 */
/* Flows from the nodes: into the history, and to whoever observes. */
#pragma once

#include "flow/history.h"
#include "flow/usage.h"
#include "lab/world.h"

/* Listens to the nodes from now on. */
int lab_flows_open(struct lab *lab);

/* What has happened until now is in the history when it returns. */
void lab_flows_drain(struct lab *lab);

/* One more; its ends have names, and get their groups here. */
void lab_flows_take(struct lab *lab, struct ward_flow *flow);

const struct ward_flow_history *lab_flows_history(const struct lab *lab);

/* Packets and bytes by pod and rule, up to now. */
const struct ward_usages *lab_flows_usages(struct lab *lab);
