/* SPDX-License-Identifier: Apache-2.0 */
/* Random worlds (see oracle/) on one image after the other: what the engine says of a connection
 * through node-0 is what whoever reads the image must say, decisions included. */
#pragma once

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "image/image.h"
#include "image/verdict.h"
#include "oracle/judges.h"

enum {
	WORLD_VERDICTS = 300,
};

static const struct ward_geometry world_geometry = {64, 64, 4096};

struct worlds {
	struct ward_symbols symbols;
	struct ward_image_writer *writer;
	/* Judges one connection by the image that was committed last. */
	void (*ask)(void *self, struct ward_ip from, struct ward_ip to, enum ward_proto proto,
		    uint16_t port, struct ward_image_verdict *ret_verdict);
	void *self;
	uint64_t n_worlds, n_verdicts, n_six, n_denied, n_judged[3], n_exempt, n_self;
};

/* The engine's verdict in the image's words: what is exempt was not judged. */
static inline void expected_of(const struct ward_verdict *verdict,
			       struct ward_image_verdict *ret_expected)
{
	*ret_expected = (struct ward_image_verdict){.accept = verdict->accept};
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		const struct ward_side *side = &verdict->side[d];
		bool judged = side->judged && !side->node_exempt;

		ret_expected->decision[d] = judged ? side->decision : WARD_NOT_JUDGED;
	}
}

static inline bool conn_check(struct worlds *worlds, const struct ward_engine *engine,
			      const struct world *world, const struct conn *conn)
{
	static const struct ward_via by_the_node = {.service = true};
	struct ward_image_verdict expected, got;
	struct ward_verdict verdict;
	struct ward_end from, to;

	ward_engine_resolve(engine, conn->from.ip, &from);
	ward_engine_resolve(engine, conn->to.ip, &to);
	ward_engine_judge_via(engine, &from, &to, conn->proto, conn->port, &by_the_node, &verdict);
	expected_of(&verdict, &expected);
	worlds->ask(worlds->self, conn->from.ip, conn->to.ip, conn->proto, conn->port, &got);
	worlds->n_verdicts++;
	worlds->n_six += conn->to.ip.family == WARD_FAMILY_6;
	worlds->n_denied += !got.accept;
	worlds->n_judged[verdict.side[0].judged + verdict.side[1].judged]++;
	worlds->n_self += from.endpoint != WARD_NONE && from.endpoint == to.endpoint;
	worlds->n_exempt += verdict.side[WARD_INGRESS].node_exempt;
	if (got.outcome == WARD_OUTCOME_RULES && got.accept == expected.accept &&
	    got.decision[0] == expected.decision[0] && got.decision[1] == expected.decision[1])
		return true;
	conn_print(world, conn, stdout);
	printf("\nengine: %s, decisions %u %u; image: %s, decisions %u %u, outcome %u\n",
	       expected.accept ? "accept" : "deny", expected.decision[0], expected.decision[1],
	       got.accept ? "accept" : "deny", got.decision[0], got.decision[1], got.outcome);
	return false;
}

static inline bool world_check(struct worlds *worlds, uint64_t seed)
{
	ward_sym node = ward_symbol(&worlds->symbols, "node-0");
	struct rng rng = {.state = seed};
	struct world world = {};
	struct ward_engine *engine;
	const struct ward_tables *tables;
	_cleanup_free_ uint32_t *ifindex = NULL;
	bool agrees;

	world_random(&world, &worlds->symbols, &rng);
	engine = engine_for_node(&world, node);
	tables = ward_engine_tables(engine);
	ifindex = ward_new_n(uint32_t, tables->n_endpoints + 1);
	for (uint32_t i = 0; i < tables->n_endpoints; i++)
		ifindex[i] = WARD_LOOPBACK_IFINDEX; /* where packets of test runs come in */
	agrees = ward_image_commit(worlds->writer, tables, NULL, ifindex) == 0;
	for (int n = 0; agrees && n < WORLD_VERDICTS; n++) {
		struct conn conn;

		world_random_conn(&world, &rng, &conn);
		if (conn.from.ip.family && conn.from.ip.family == conn.to.ip.family)
			agrees = conn_check(worlds, engine, &world, &conn);
	}
	if (!agrees)
		printf("# mismatch in the world of seed %" PRIu64 "\n", seed);
	ward_engine_free(engine);
	world_done(&world);
	worlds->n_worlds++;
	return agrees;
}

/* Until @n verdicts agree; prints what was seen.  The exit code. */
static inline int worlds_run(struct worlds *worlds, uint64_t n)
{
	bool agrees = true;

	for (uint64_t seed = 1; agrees && worlds->n_verdicts < n; seed++)
		agrees = world_check(worlds, seed);
	printf("%" PRIu64 " verdicts in %" PRIu64 " worlds from seed 1: %s; %" PRIu64
	       " over IPv6; %" PRIu64 " denied; judged at both ends %" PRIu64 ", one %" PRIu64
	       ", none %" PRIu64 "; own node %" PRIu64 ", itself %" PRIu64 "\n",
	       worlds->n_verdicts, worlds->n_worlds, agrees ? "all agree" : "MISMATCH",
	       worlds->n_six, worlds->n_denied, worlds->n_judged[2], worlds->n_judged[1],
	       worlds->n_judged[0], worlds->n_exempt, worlds->n_self);
	return agrees ? EXIT_SUCCESS : EXIT_FAILURE;
}
