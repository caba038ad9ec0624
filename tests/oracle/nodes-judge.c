/* SPDX-License-Identifier: Apache-2.0 */
/* The engine as agents use it: one for each node, which judges the sides of its own pods.  What
 * they say together is what one engine for all says. */
#include "engine/engine.h"

#include "oracle/judges.h"

enum {
	NODES_MAX = 8
};

struct nodes {
	const struct world *world;
	struct ward_engine *all; /* and for pods on no node */
	uint32_t n;
	ward_sym names[NODES_MAX];
	struct ward_engine *engines[NODES_MAX];
};

static struct ward_engine *engine_of(struct nodes *nodes, ward_sym node)
{
	for (uint32_t i = 0; i < nodes->n; i++) {
		if (nodes->names[i] == node)
			return nodes->engines[i];
	}
	if (node == WARD_NONE || nodes->n == NODES_MAX)
		return nodes->all;
	nodes->names[nodes->n] = node;
	nodes->engines[nodes->n] = engine_for_node(nodes->world, node);
	return nodes->engines[nodes->n++];
}

static void *nodes_open(const struct world *world)
{
	struct nodes *nodes = ward_new(struct nodes);

	nodes->world = world;
	nodes->all = engine_for_node(world, WARD_NONE);
	return nodes;
}

static ward_sym node_of(const struct world *world, const struct conn_end *end)
{
	const struct ward_pod *pod = end->pod ? end->pod : oracle_pod_of(world, end->ip);

	return pod ? pod->node : WARD_NONE;
}

static void nodes_answer(void *self, const struct conn *conn, struct judgement *ret_judgement)
{
	struct nodes *nodes = self;

	ret_judgement->accept = true;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		const struct conn_end *own = dir == WARD_EGRESS ? &conn->from : &conn->to;
		struct judgement here = {};

		engine_judge.judge(engine_of(nodes, node_of(nodes->world, own)), conn, &here);
		ret_judgement->side[dir] = here.side[dir];
		if (denies(here.side[dir].by))
			ret_judgement->accept = false;
	}
}

static void nodes_close(void *self)
{
	struct nodes *nodes = self;

	for (uint32_t i = 0; i < nodes->n; i++)
		ward_engine_free(nodes->engines[i]);
	ward_engine_free(nodes->all);
	free(nodes);
}

const struct judge nodes_judge = {
	.name = "engines of the nodes",
	.open = nodes_open,
	.judge = nodes_answer,
	.close = nodes_close,
};
