/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "agent/legend.h"
#include "agent/put.h"
#include "analysis/load.h"
#include "base/alloc.h"
#include "doc/read.h"
#include "group/grouppolicy.h"
#include "kube/pod.h"

static const char world_yaml[] =
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: db, namespace: shop, labels: {role: db}}\n"
	"spec: {nodeName: here, containers: [{name: c, image: i}]}\n"
	"status: {podIP: 10.0.0.1}\n"
	"---\n"
	"apiVersion: v1\n"
	"kind: Pod\n"
	"metadata: {name: web, namespace: shop, labels: {role: web}}\n"
	"spec: {nodeName: there, containers: [{name: c, image: i}]}\n"
	"status: {podIP: 10.0.0.2}\n"
	"---\n"
	"apiVersion: networking.k8s.io/v1\n" /* line 13 */
	"kind: NetworkPolicy\n"
	"metadata: {name: in, namespace: shop}\n"
	"spec:\n"
	"  podSelector: {matchLabels: {role: db}}\n"
	"  ingress:\n"
	"  - ports: [{port: 1}]\n"
	"  - from: [{podSelector: {matchLabels: {role: web}}}]\n" /* line 20 */
	"    ports: [{port: 5432}]\n";

struct world {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot snapshot;
	struct ward_decode decode;
	struct ward_engine *engine;
	struct ward_legend *legend;
};

static int decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};
	struct world *world = userdata;

	world->decode.file = file;
	ward_snapshot_decode(&world->decode, tables, root);
	return 0;
}

static int setup(void **state)
{
	struct world *world = ward_new(struct world);
	struct ward_reader reader = {.symbols = &world->symbols,
				     .diags = &world->diags,
				     .fn = decode,
				     .userdata = world};

	ward_symbols_init(&world->symbols);
	ward_snapshot_init(&world->snapshot, &world->symbols, &world->diags);
	world->decode = (struct ward_decode){.snapshot = &world->snapshot,
					     .default_ns = ward_symbol(&world->symbols, "shop")};
	ward_read_memory(&reader, "w.yaml", world_yaml, strlen(world_yaml));
	assert_false(ward_diags_has_errors(&world->diags));
	ward_snapshot_complete(&world->snapshot);
	world->engine = ward_engine_load(&world->snapshot, ward_symbol(&world->symbols, "here"));
	world->legend = ward_legend_new(world->engine);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	ward_legend_free(world->legend);
	ward_engine_free(world->engine);
	ward_snapshot_done(&world->snapshot);
	ward_diags_done(&world->diags);
	ward_symbols_done(&world->symbols);
	free(world);
	return 0;
}

static uint64_t version_of(const struct world *world)
{
	return ward_engine_tables(world->engine)->version;
}

static struct ward_flow_side side_of(const struct world *world, uint16_t port)
{
	struct ward_ip web = {.lo = 0x0a000002, .family = WARD_FAMILY_4};
	struct ward_ip db = {.lo = 0x0a000001, .family = WARD_FAMILY_4};
	struct ward_end from, to;
	struct ward_verdict verdict;
	struct ward_flow_side side;

	ward_engine_resolve(world->engine, web, &from);
	ward_engine_resolve(world->engine, db, &to);
	ward_engine_judge(world->engine, &from, &to, WARD_TCP, port, &verdict);
	assert_true(verdict.side[WARD_INGRESS].judged);
	ward_legend_explain(world->legend, version_of(world), db, WARD_INGRESS,
			    verdict.side[WARD_INGRESS].decision, &side);
	assert_int_equal(side.accept, verdict.side[WARD_INGRESS].accept);
	return side;
}

static void rules_by_line(void **state)
{
	const struct world *world = *state;
	struct ward_flow_side side = side_of(world, 5432);

	assert_int_equal(side.why, WARD_FLOW_BY_RULE);
	assert_string_equal(side.policies[0].kind, "NetworkPolicy");
	assert_string_equal(ward_symbol_str(&world->symbols, side.policies[0].name), "in");
	assert_string_equal(ward_symbol_str(&world->symbols, side.policies[0].file), "w.yaml");
	assert_int_equal(side.policies[0].rule, 1);
	assert_int_equal(side.policies[0].line, 20);
}

static void isolation_by_policy(void **state)
{
	const struct world *world = *state;
	struct ward_flow_side side = side_of(world, 80);

	assert_int_equal(side.why, WARD_FLOW_ISOLATED);
	assert_int_equal(side.n_policies, 1);
	assert_string_equal(ward_symbol_str(&world->symbols, side.policies[0].name), "in");
	assert_int_equal(side.policies[0].line, 13);
}

static struct ward_flow_side isolation_in(const struct world *world, uint64_t version)
{
	struct ward_ip db = {.lo = 0x0a000001, .family = WARD_FAMILY_4};
	struct ward_flow_side side;

	assert_true(ward_legend_knows(world->legend, version));
	ward_legend_explain(world->legend, version, db, WARD_INGRESS, WARD_DECISION_ISOLATED,
			    &side);
	return side;
}

/* The engine goes on and forgets the policy: what was decided by it is still explained, and what is
 * decided since by what is there since. */
static void outlives_the_policy(void **state)
{
	struct world *world = *state;
	uint64_t version = version_of(world);
	ward_sym ns = ward_symbol(&world->symbols, "shop"),
		 name = ward_symbol(&world->symbols, "in");
	struct ward_flow_side before = side_of(world, 80), rule = side_of(world, 5432), after;
	const struct ward_object *policy =
		ward_snapshot_find(&world->snapshot, WARD_KIND_NETWORKPOLICY, ns, name);

	assert_true(ward_engine_remove(world->engine, WARD_KIND_NETWORKPOLICY, ns, name));
	ward_engine_commit(world->engine);
	assert_false(ward_legend_knows(world->legend, version_of(world)));
	assert_true(ward_legend_follow(world->legend, world->engine));
	assert_false(ward_legend_follow(world->legend, world->engine)); /* it did */
	assert_int_equal(version_of(world), version + 1);
	after = isolation_in(world, version);
	assert_int_equal(before.n_policies, 1);
	assert_memory_equal(&after, &before, sizeof(after));
	assert_int_equal(isolation_in(world, version + 1).n_policies, 0);
	assert_int_equal(side_of(world, 80).why, WARD_FLOW_OPEN);

	ward_put(world->engine, &world->snapshot, policy);
	ward_engine_commit(world->engine);
	assert_true(ward_legend_follow(world->legend, world->engine));
	after = side_of(world, 5432);
	assert_memory_equal(&after, &rule, sizeof(after));
	assert_int_equal(isolation_in(world, version).n_policies, 1);
	assert_int_equal(isolation_in(world, version + 1).n_policies, 0);
	assert_int_equal(isolation_in(world, version + 2).n_policies, 1);

	ward_legend_forget(world->legend, version + 1);
	assert_false(ward_legend_knows(world->legend, version));
	assert_int_equal(isolation_in(world, version + 1).n_policies, 0);
	ward_legend_forget(world->legend, version + 2);
	assert_int_equal(isolation_in(world, version + 2).n_policies, 1);
	/* a number that no decision had is not looked up */
	ward_legend_explain(world->legend, version + 2, (struct ward_ip){}, WARD_INGRESS, 1 << 30,
			    &after);
	assert_int_equal(after.why, WARD_FLOW_UNKNOWN);
}

/* Events of a pod whose address another has by now, or nobody, or that has other rows. */
static void pods_come_and_go(void **state)
{
	struct world *world = *state;
	uint64_t version = version_of(world);
	ward_sym ns = ward_symbol(&world->symbols, "shop"), db = ward_symbol(&world->symbols, "db");
	const struct ward_pod *pod =
		(const void *)ward_snapshot_find(&world->snapshot, WARD_KIND_POD, ns, db);
	struct ward_pod other = *pod;

	assert_true(ward_engine_remove(world->engine, WARD_KIND_POD, ns, db));
	ward_engine_commit(world->engine);
	assert_true(ward_legend_follow(world->legend, world->engine));
	other.object.name = ward_symbol(&world->symbols, "another");
	other.labels = (struct ward_labels){};
	ward_engine_put(world->engine, &other.object);
	ward_engine_commit(world->engine);
	assert_true(ward_legend_follow(world->legend, world->engine));
	assert_int_equal(isolation_in(world, version).n_policies, 1);
	assert_int_equal(isolation_in(world, version + 2).n_policies, 0);
	other.labels = pod->labels;
	ward_engine_put(world->engine, &other.object);
	ward_engine_commit(world->engine);
	assert_true(ward_legend_follow(world->legend, world->engine));
	assert_int_equal(isolation_in(world, version).n_policies, 1);
	assert_int_equal(isolation_in(world, version + 2).n_policies, 0);
	assert_int_equal(isolation_in(world, version + 3).n_policies, 1);
}

/* Numbers that mean something else take another legend. */
static void ends_when_all_is_numbered_anew(void **state)
{
	struct world *world = *state;
	uint64_t version = version_of(world);

	ward_engine_recompute(world->engine);
	assert_false(ward_legend_follow(world->legend, world->engine));
	assert_true(ward_legend_knows(world->legend, version));
	assert_false(ward_legend_knows(world->legend, version + 1));
	assert_false(ward_legend_knows(NULL, version));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_by_line, setup, teardown),
		cmocka_unit_test_setup_teardown(isolation_by_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(outlives_the_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(pods_come_and_go, setup, teardown),
		cmocka_unit_test_setup_teardown(ends_when_all_is_numbered_anew, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
