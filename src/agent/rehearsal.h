/* SPDX-License-Identifier: Apache-2.0 */
/* What would become of flows if what is staged were enforced.
 *
 * A second engine, in which staged policies are in force too; there is one only while something is
 * staged.  Its tables go nowhere: the kernel never hears of a staged policy. */
#pragma once

#include "datapath/datapath.h"
#include "flow/flow.h"
#include "kube/snapshot.h"

struct ward_rehearsal;

/* Of all that is in @world, for the pods of @node. */
struct ward_rehearsal *ward_rehearsal_new(const struct ward_snapshot *world, ward_sym node);
struct ward_rehearsal *ward_rehearsal_free(struct ward_rehearsal *rehearsal); /* accepts NULL */

/* As ward_put() and ward_remove(). */
void ward_rehearsal_put(struct ward_rehearsal *rehearsal, const struct ward_snapshot *world,
			const struct ward_object *object);
void ward_rehearsal_remove(struct ward_rehearsal *rehearsal, const struct ward_snapshot *world,
			   enum ward_kind kind, ward_sym ns, ward_sym name);
void ward_rehearsal_commit(struct ward_rehearsal *rehearsal);

/* Fills in the staged half of a flow, at the ends that the kernel was asked about. */
void ward_rehearsal_judge(const struct ward_rehearsal *rehearsal,
			  const struct ward_flow_event *event, struct ward_flow *flow);
