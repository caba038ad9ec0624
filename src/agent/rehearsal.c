/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/rehearsal.h"

#include "agent/legend.h"
#include "agent/put.h"
#include "base/alloc.h"

struct ward_rehearsal {
	struct ward_engine *engine;
	struct ward_legend *legend; /* of its last commit only: it judges by the present */
};

struct ward_rehearsal *ward_rehearsal_new(const struct ward_snapshot *world, ward_sym node)
{
	struct ward_rehearsal *rehearsal = ward_new(struct ward_rehearsal);

	rehearsal->engine = ward_engine_new(world->symbols, node);
	ward_engine_rehearse(rehearsal->engine);
	for (uint32_t i = 0; i < world->objects.n; i++)
		if (world->objects.items[i])
			ward_put(rehearsal->engine, world, world->objects.items[i]);
	ward_engine_commit(rehearsal->engine);
	rehearsal->legend = ward_legend_new(rehearsal->engine);
	return rehearsal;
}

struct ward_rehearsal *ward_rehearsal_free(struct ward_rehearsal *rehearsal)
{
	if (!rehearsal)
		return NULL;
	ward_legend_free(rehearsal->legend);
	ward_engine_free(rehearsal->engine);
	free(rehearsal);
	return NULL;
}

void ward_rehearsal_put(struct ward_rehearsal *rehearsal, const struct ward_snapshot *world,
			const struct ward_object *object)
{
	ward_put(rehearsal->engine, world, object);
}

void ward_rehearsal_remove(struct ward_rehearsal *rehearsal, const struct ward_snapshot *world,
			   enum ward_kind kind, ward_sym ns, ward_sym name)
{
	ward_remove(rehearsal->engine, world, kind, ns, name);
}

void ward_rehearsal_commit(struct ward_rehearsal *rehearsal)
{
	const struct ward_tables *tables = ward_engine_commit(rehearsal->engine);

	if (ward_legend_follow(rehearsal->legend, rehearsal->engine)) {
		ward_legend_forget(rehearsal->legend, tables->version);
	} else {
		ward_legend_free(rehearsal->legend);
		rehearsal->legend = ward_legend_new(rehearsal->engine);
	}
}

static void side_judge(const struct ward_rehearsal *rehearsal, const struct ward_side *side,
		       struct ward_ip subject, enum ward_direction direction,
		       struct ward_flow_side *ret_side)
{
	uint64_t version = ward_engine_tables(rehearsal->engine)->version;

	*ret_side = (struct ward_flow_side){.why = WARD_FLOW_OPEN, .accept = true};
	if (!side->judged || side->node_exempt)
		return;
	ward_legend_explain(rehearsal->legend, version, subject, direction, side->decision,
			    ret_side);
	ret_side->accept = side->accept;
}

void ward_rehearsal_judge(const struct ward_rehearsal *rehearsal,
			  const struct ward_flow_event *event, struct ward_flow *flow)
{
	struct ward_verdict verdict;
	struct ward_end from, to;

	if (event->reason != WARD_FLOW_RULES)
		return;
	ward_engine_resolve(rehearsal->engine, event->src, &from);
	ward_engine_resolve(rehearsal->engine, event->dst, &to);
	ward_engine_judge(rehearsal->engine, &from, &to, ward_proto_of_number(event->protocol),
			  event->dport, &verdict);
	flow->is_rehearsed = flow->staged_accept = true;
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (event->decision[d] == WARD_NONE)
			continue;
		side_judge(rehearsal, &verdict.side[d], d == WARD_EGRESS ? event->src : event->dst,
			   d, &flow->staged[d]);
		flow->staged_accept &= flow->staged[d].accept;
	}
}
