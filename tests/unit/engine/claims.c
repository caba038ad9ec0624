/* SPDX-License-Identifier: Apache-2.0 */
/* Who has an address that several claim: the same one in whatever order they came, and the next one
 * when it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "kube/pod.h"

enum {
	CLAIMED = 0x0a000001, /* the address */
	N_CLAIMANT = 6,
};

/* The strongest first. */
static const struct claimant {
	enum ward_kind kind;
	const char *name;
	bool host_network;
	int64_t started;
} claimants[N_CLAIMANT] = {
	{WARD_KIND_POD, "newest", false, 3},  {WARD_KIND_POD, "older-a", false, 2},
	{WARD_KIND_POD, "older-b", false, 2}, {WARD_KIND_NODE, "node-a", false, 0},
	{WARD_KIND_NODE, "node-b", false, 0}, {WARD_KIND_POD, "on-node", true, 4},
};

struct setting {
	struct ward_symbols symbols;
	struct ward_engine *engine;
};

static ward_sym namespace_of(struct setting *setting, uint32_t i)
{
	return claimants[i].kind == WARD_KIND_NODE ? WARD_NONE
						   : ward_symbol(&setting->symbols, "ns");
}

static void claimant_put(struct setting *setting, uint32_t i)
{
	struct ward_ip ip = {.lo = CLAIMED, .family = WARD_FAMILY_4};
	struct ward_object object = {
		.kind = claimants[i].kind,
		.ns = namespace_of(setting, i),
		.name = ward_symbol(&setting->symbols, claimants[i].name),
		.mark = {.file = WARD_NONE},
	};
	struct ward_node_object node = {.object = object, .n_ips = 1, .ips = &ip};
	struct ward_pod pod = {
		.object = object,
		.node = ward_symbol(&setting->symbols, "node-a"),
		.host_network = claimants[i].host_network,
		.started = claimants[i].started,
		.n_ips = 1,
		.ips = &ip,
	};

	ward_engine_put(setting->engine,
			object.kind == WARD_KIND_NODE ? &node.object : &pod.object);
}

static void claimant_remove(struct setting *setting, uint32_t i)
{
	assert_true(ward_engine_remove(setting->engine, claimants[i].kind, namespace_of(setting, i),
				       ward_symbol(&setting->symbols, claimants[i].name)));
}

/* Who has it by the last commit; N_CLAIMANT: nobody. */
static uint32_t owner(struct setting *setting)
{
	const struct ward_tables *tables = ward_engine_tables(setting->engine);
	struct ward_end end;
	ward_sym name;

	ward_engine_resolve(setting->engine,
			    (struct ward_ip){.lo = CLAIMED, .family = WARD_FAMILY_4}, &end);
	if (end.kind == WARD_END_EXTERNAL)
		return N_CLAIMANT;
	name = end.endpoint != WARD_NONE ? tables->endpoints[end.endpoint].object.name
					 : tables->nodes[end.node].name;
	for (uint32_t i = 0; i < N_CLAIMANT; i++)
		if (name == ward_symbol(&setting->symbols, claimants[i].name))
			return i;
	return WARD_NONE;
}

static void setting_init(struct setting *setting)
{
	ward_symbols_init(&setting->symbols);
	setting->engine = ward_engine_new(&setting->symbols, WARD_NONE);
	ward_engine_commit(setting->engine);
}

static void setting_done(struct setting *setting)
{
	ward_engine_free(setting->engine);
	ward_symbols_done(&setting->symbols);
}

/* They come one by one in this order, and go again from the strongest on. */
static void come_and_go(const uint32_t order[N_CLAIMANT])
{
	struct setting setting;
	uint32_t strongest = N_CLAIMANT;

	setting_init(&setting);
	for (uint32_t i = 0; i < N_CLAIMANT; i++) {
		claimant_put(&setting, order[i]);
		ward_engine_commit(setting.engine);
		strongest = order[i] < strongest ? order[i] : strongest;
		assert_int_equal(owner(&setting), strongest);
	}
	for (uint32_t i = 0; i < N_CLAIMANT; i++) {
		claimant_remove(&setting, i);
		ward_engine_commit(setting.engine);
		assert_int_equal(owner(&setting), i + 1);
	}
	setting_done(&setting);
}

/* All orders of those from @n on, after the others. */
static void in_every_order(uint32_t order[N_CLAIMANT], uint32_t n)
{
	if (n == N_CLAIMANT)
		come_and_go(order);
	for (uint32_t i = n; i < N_CLAIMANT; i++) {
		uint32_t first = order[i];

		order[i] = order[n];
		order[n] = first;
		in_every_order(order, n + 1);
		order[n] = order[i];
		order[i] = first;
	}
}

static void test_every_order(void **state)
{
	uint32_t order[N_CLAIMANT] = {0, 1, 2, 3, 4, 5};

	(void)state;
	in_every_order(order, 0);
}

static uint32_t node_of_host_pod(struct setting *setting)
{
	struct ward_end end;
	uint32_t pod = ward_engine_find(setting->engine, WARD_KIND_POD, namespace_of(setting, 5),
					ward_symbol(&setting->symbols, "on-node"));

	ward_engine_end_of(setting->engine, pod, WARD_FAMILY_4, &end);
	return end.node;
}

/* The node of a pod may come later, go, and come again. */
static void test_node_after_its_pod(void **state)
{
	struct setting setting;

	(void)state;
	setting_init(&setting);
	claimant_put(&setting, 5);
	ward_engine_commit(setting.engine);
	assert_int_equal(node_of_host_pod(&setting), WARD_NONE);
	for (int i = 0; i < 2; i++) {
		claimant_put(&setting, 3);
		ward_engine_commit(setting.engine);
		assert_int_equal(node_of_host_pod(&setting), 0);
		claimant_remove(&setting, 3);
		ward_engine_commit(setting.engine);
		assert_int_equal(node_of_host_pod(&setting), WARD_NONE);
	}
	setting_done(&setting);
}

/* A pod that is on no node is not on one that is gone. */
static void test_no_node(void **state)
{
	struct ward_pod pod = {.host_network = true, .node = WARD_NONE};
	struct setting setting;
	struct ward_end end;

	(void)state;
	setting_init(&setting);
	claimant_put(&setting, 3);
	ward_engine_commit(setting.engine);
	claimant_remove(&setting, 3);
	pod.object = (struct ward_object){WARD_KIND_POD, WARD_SYM_ENV, WARD_SYM_ENV, {WARD_NONE}};
	ward_engine_put(setting.engine, &pod.object);
	ward_engine_commit(setting.engine);
	ward_engine_end_of(setting.engine, 0, WARD_FAMILY_NONE, &end);
	assert_int_equal(end.node, WARD_NONE);
	setting_done(&setting);
}

/* Out and in again within one commit, and put twice: nothing has changed. */
static void test_again_in_one_commit(void **state)
{
	struct setting setting;

	(void)state;
	setting_init(&setting);
	for (uint32_t i = 0; i < N_CLAIMANT; i++)
		claimant_put(&setting, i);
	ward_engine_commit(setting.engine);
	for (uint32_t i = 0; i < N_CLAIMANT; i++) {
		claimant_remove(&setting, i);
		claimant_put(&setting, i);
		claimant_put(&setting, i);
		ward_engine_commit(setting.engine);
		assert_int_equal(owner(&setting), 0);
		assert_int_equal(ward_engine_tables(setting.engine)->n_endpoints, 4);
		assert_int_equal(ward_engine_tables(setting.engine)->n_nodes, 2);
	}
	setting_done(&setting);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_order),
		cmocka_unit_test(test_node_after_its_pod),
		cmocka_unit_test(test_no_node),
		cmocka_unit_test(test_again_in_one_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
