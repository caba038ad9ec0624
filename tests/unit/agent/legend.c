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
	ward_legend_explain(world->legend, db, WARD_INGRESS, verdict.side[WARD_INGRESS].decision,
			    &side);
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

/* The engine has gone on and forgotten the policy: what was decided by it is still explained. */
static void outlives_the_policy(void **state)
{
	struct world *world = *state;
	uint64_t version = ward_legend_version(world->legend);
	ward_sym ns = ward_symbol(&world->symbols, "shop"),
		 name = ward_symbol(&world->symbols, "in");
	struct ward_ip db = {.lo = 0x0a000001, .family = WARD_FAMILY_4};
	struct ward_flow_side before = side_of(world, 80), after;

	assert_true(ward_engine_remove(world->engine, WARD_KIND_NETWORKPOLICY, ns, name));
	ward_engine_commit(world->engine);
	assert_int_not_equal(ward_engine_tables(world->engine)->version, version);
	ward_legend_explain(world->legend, db, WARD_INGRESS, WARD_DECISION_ISOLATED, &after);
	assert_int_equal(after.n_policies, before.n_policies);
	assert_int_equal(after.policies[0].name, before.policies[0].name);
	/* a number that no decision had is not looked up */
	ward_legend_explain(world->legend, db, WARD_INGRESS, 1 << 30, &after);
	assert_int_equal(after.why, WARD_FLOW_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rules_by_line, setup, teardown),
		cmocka_unit_test_setup_teardown(isolation_by_policy, setup, teardown),
		cmocka_unit_test_setup_teardown(outlives_the_policy, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
