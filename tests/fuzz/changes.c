/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is put into an engine, replaced and removed, and whenever it commits: then it says what
 * a fresh engine says, into which the same objects were put once, and so does the image that
 * follows it; and a commit says what it changed.
 *
 * The bytes are a program.  Two choose the pool: objects of four random worlds, so that most of
 * them come in several versions.  One chooses whose engine: of all pods, or of a node, which also
 * writes the image.  Then an operation each, in its lowest two bits,
 *
 *	0, 1  put      of world (bits 2, 3) the object whose number is the next byte
 *	2     remove   what has that one's kind and name
 *	3     commit   (bit 2: computing everything anew), and ask; bit 3: ask nothing, so that
 *	               what verdicts bring about is not there at the next; bit 4: hold all of the
 *	               tables against the fresh ones
 *
 * and once more all of it at the end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "engine/engine.h"
#include "fuzz.h"
#include "oracle/changing.h"
#include "oracle/follower.h"
#include "oracle/imaged.h"
#include "oracle/same.h"

enum {
	POOLS = 4,
	HEADER = 3,
	SIZE_MAX_READ = 400,
	CONNS_A_COMMIT = 40,
	ASKS_MAX = 12, /* and then only at the end: it is what takes the time */
};

enum {
	OPERATION = 3, /* these bits of a byte, and of them: */
	REMOVE = 2,
	COMMIT = 3,
	ANEW = 4,
	SILENTLY = 8,
	WHOLE = 16,
};

static const struct ward_geometry geometry = {64, 64, 4096};

struct run {
	struct ward_symbols symbols;
	struct world pools[POOLS];
	ward_sym node;
	struct changing changing;
	struct follower follower;
	struct rng rng;
	uint32_t n_asked;
	struct imaged imaged; /* of a node */
	struct asked_ips asked;
};

static void run_init(struct run *run, const uint8_t header[HEADER])
{
	*run = (struct run){.rng.state = (uint64_t)header[0] << 8 | header[1], .node = WARD_NONE};
	ward_symbols_init(&run->symbols);
	for (int i = 0; i < POOLS; i++)
		world_random(&run->pools[i], &run->symbols, &run->rng);
	if (header[2] % 4 == 0)
		run->node = ward_symbol(&run->symbols, "node-0");
	changing_init(&run->changing, &run->symbols, run->node, NULL);
	if (run->node != WARD_NONE)
		imaged_init(&run->imaged,
			    &(struct ward_image_config){.geometry = geometry, .node = run->node});
}

static void run_done(struct run *run)
{
	imaged_done(&run->imaged);
	asked_ips_done(&run->asked);
	follower_done(&run->follower);
	changing_done(&run->changing);
	for (int i = 0; i < POOLS; i++)
		world_done(&run->pools[i]);
	ward_symbols_done(&run->symbols);
}

static bool same_judgement(const struct judgement *a, const struct judgement *b)
{
	bool same = a->accept == b->accept;

	for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
		const struct judged_side *x = &a->side[dir], *y = &b->side[dir];

		same = same && x->by == y->by && x->rule.kind == y->rule.kind &&
		       x->rule.ns == y->rule.ns && x->rule.name == y->rule.name &&
		       x->rule.exempts == y->rule.exempts && x->rule.index == y->rule.index;
	}
	return same;
}

static void conn_check(const struct run *run, struct ward_engine *fresh, const struct conn *conn)
{
	struct judgement expected = {}, got = {};

	engine_judge.judge(fresh, conn, &expected);
	engine_judge.judge(run->changing.engine, conn, &got);
	if (same_judgement(&expected, &got))
		return;
	world_print(&run->changing.now, stdout);
	printf("# ");
	conn_print(&run->changing.now, conn, stdout);
	printf("# a fresh engine: ");
	judgement_print(&run->changing.now, &expected, stdout);
	printf("# after changes:  ");
	judgement_print(&run->changing.now, &got, stdout);
	fflush(stdout);
	abort();
}

static bool is_found(const struct ward_engine *engine, const struct ward_object *object)
{
	return ward_engine_find(engine, object->kind, object->ns, object->name) != WARD_NONE;
}

/* What is not there any more is not found either. */
static void found_check(const struct run *run, const struct ward_engine *fresh)
{
	for (int i = 0; i < POOLS; i++) {
		for (uint32_t k = 0; k < run->pools[i].objects.n; k++) {
			const struct ward_object *object = run->pools[i].objects.items[k];

			if (ward_kind_is_pod(object->kind) &&
			    is_found(fresh, object) != is_found(run->changing.engine, object))
				abort();
		}
	}
}

/* A packet has addresses and no names, and meets its own pod only through a Service. */
static void image_check(const struct run *run, const struct conn *conn)
{
	const struct conn packet = {
		.from.ip = conn->from.ip,
		.to.ip = conn->to.ip,
		.proto = conn->proto,
		.port = conn->port,
		.via_service = true,
	};
	struct ward_image_verdict got;
	struct ward_verdict expected;
	struct ward_end from, to;

	if (!packet.from.ip.family || packet.from.ip.family != packet.to.ip.family)
		return;
	engine_verdict(run->changing.engine, &packet, &from, &to, &expected);
	ward_image_judge(&run->imaged.image, packet.from.ip, packet.to.ip, packet.proto,
			 packet.port, &got);
	if (got.outcome != WARD_OUTCOME_RULES || got.accept != expected.accept)
		abort();
	for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
		const struct ward_side *side = &expected.side[dir];
		bool judged = side->judged && !side->node_exempt;

		if (got.decision[dir] != (judged ? side->decision : WARD_NOT_JUDGED))
			abort();
	}
}

static void run_ask(struct run *run, bool whole)
{
	struct ward_engine *fresh = engine_for_node(&run->changing.now, run->node);

	found_check(run, fresh);
	for (int i = 0; i < CONNS_A_COMMIT; i++) {
		struct conn conn;

		world_random_conn(&run->changing.now, &run->rng, &conn);
		conn_check(run, fresh, &conn);
		if (run->imaged.writer)
			image_check(run, &conn);
	}
	if (run->imaged.writer &&
	    !imaged_is_right(&run->imaged, run->changing.engine,
			     &(struct imaged_site){.node = run->node}, &run->asked))
		abort();
	if (whole) {
		ward_engine_lay_out(run->changing.engine);
		if (!engines_are_same(run->changing.engine, fresh))
			abort();
	}
	ward_engine_free(fresh);
}

static void run_write(struct run *run)
{
	const struct ward_tables *tables = ward_engine_tables(run->changing.engine);

	if (ward_image_commit(run->imaged.writer, tables, ward_engine_delta(run->changing.engine),
			      NULL) < 0)
		abort();
	imaged_load(&run->imaged);
	asked_ips_add(&run->asked, tables);
}

static void run_commit(struct run *run, uint8_t op)
{
	if (op & ANEW)
		ward_engine_recompute(run->changing.engine);
	else
		ward_engine_commit(run->changing.engine);
	if (!follower_keeps_up(&run->follower, run->changing.engine))
		abort();
	if (run->imaged.writer)
		run_write(run);
	if (op & SILENTLY || run->n_asked == ASKS_MAX)
		return;
	run->n_asked++;
	run_ask(run, op & WHOLE);
}

static void run_change(struct run *run, uint8_t op, uint8_t number)
{
	const struct world *pool = &run->pools[op >> 2 & 3];
	const struct ward_object *object = pool->objects.items[number % pool->objects.n];

	if ((op & OPERATION) < REMOVE)
		changing_put(&run->changing, object);
	else if (!changing_remove(&run->changing, object))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct run run;
	size_t i = HEADER;

	if (size < HEADER || size > SIZE_MAX_READ)
		return 0;
	run_init(&run, bytes);
	while (i < size) {
		uint8_t op = bytes[i++];

		if ((op & OPERATION) == COMMIT)
			run_commit(&run, op);
		else if (i < size)
			run_change(&run, op, bytes[i++]);
	}
	run.n_asked = 0;
	run_commit(&run, WHOLE);
	run_done(&run);
	return 0;
}
