/* SPDX-License-Identifier: Apache-2.0 */
/* Objects that come and go for weeks, each with a name that was never there before: what the engine
 * holds stays in proportion to what is there.  One kind at a time, because each leaves other waste;
 * beside it stand a few objects that stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/internal.h"

enum {
	ROUNDS = 15000,
	BOUND = 7000, /* what is thrown away in time, and room for one round */
};

struct churn {
	struct ward_symbols symbols;
	struct ward_engine *engine;
};

static ward_sym name_n(struct churn *churn, const char *prefix, uint32_t n)
{
	char name[32];

	snprintf(name, sizeof(name), "%s%u", prefix, n);
	return ward_symbol(&churn->symbols, name);
}

static struct ward_object object(enum ward_kind kind, ward_sym ns, ward_sym name)
{
	return (struct ward_object){kind, ns, name, {.file = WARD_NONE}};
}

static struct ward_ip ip_n(uint32_t n)
{
	return (struct ward_ip){.lo = 0x0a000000 + n, .family = WARD_FAMILY_4};
}

struct pod_has {
	bool new_labels, new_port, address, host_network;
};

static void pod_put(struct churn *churn, ward_sym name, uint32_t n, struct pod_has has)
{
	struct ward_label label = {
		.key = WARD_SYM_ENV,
		.value = has.new_labels ? name_n(churn, "value-", n) : WARD_SYM_EMPTY,
	};
	struct ward_container_port port = {
		.name = has.new_port ? name_n(churn, "port-", n) : WARD_NONE,
		.proto = WARD_TCP,
		.number = 80,
	};
	struct ward_ip ip = ip_n(n);
	struct ward_pod pod = {
		.object = object(WARD_KIND_POD, name_n(churn, "ns-", 0), name),
		.labels = {.n = 1, .items = &label},
		.node = WARD_NONE,
		.host_network = has.host_network,
		.n_ips = has.address,
		.ips = &ip,
		.n_ports = 1,
		.ports = &port,
	};

	ward_engine_put(churn->engine, &pod.object);
}

static void new_pod(struct churn *churn, uint32_t n, struct pod_has has)
{
	ward_sym name = name_n(churn, "pod-", n);

	pod_put(churn, name, n, has);
	ward_engine_commit(churn->engine);
	assert_true(
		ward_engine_remove(churn->engine, WARD_KIND_POD, name_n(churn, "ns-", 0), name));
}

static void pods_pending(struct churn *churn, uint32_t n)
{
	new_pod(churn, n, (struct pod_has){});
}

static void pods_with_all(struct churn *churn, uint32_t n)
{
	new_pod(churn, n, (struct pod_has){true, true, true, false});
}

static void pod_relabelled(struct churn *churn, uint32_t n)
{
	pod_put(churn, name_n(churn, "pod-", 0), 0,
		(struct pod_has){.new_labels = n, .address = 1});
	pod_put(churn, name_n(churn, "pod-", 0), n, (struct pod_has){.new_labels = true});
}

static void pod_moves(struct churn *churn, uint32_t n)
{
	pod_put(churn, name_n(churn, "pod-", 0), n, (struct pod_has){.address = true});
}

static void host_pod_relabelled(struct churn *churn, uint32_t n)
{
	pod_put(churn, name_n(churn, "pod-", 0), n,
		(struct pod_has){.new_labels = true, .new_port = true, .host_network = true});
}

static void namespaces(struct churn *churn, uint32_t n)
{
	struct ward_namespace ns = {
		.object = object(WARD_KIND_NAMESPACE, WARD_NONE, name_n(churn, "fresh-", n)),
	};

	ward_engine_put(churn->engine, &ns.object);
	ward_engine_commit(churn->engine);
	assert_true(
		ward_engine_remove(churn->engine, WARD_KIND_NAMESPACE, WARD_NONE, ns.object.name));
}

static void namespace_relabelled(struct churn *churn, uint32_t n)
{
	struct ward_label label = {.key = WARD_SYM_ENV, .value = name_n(churn, "env-", n)};
	struct ward_namespace ns = {
		.object = object(WARD_KIND_NAMESPACE, WARD_NONE, name_n(churn, "ns-", n % 2)),
		.labels = {.n = 1, .items = &label},
	};

	ward_engine_put(churn->engine, &ns.object);
}

static void nodes(struct churn *churn, uint32_t n)
{
	struct ward_node_object node = {
		.object = object(WARD_KIND_NODE, WARD_NONE, name_n(churn, "node-", n)),
	};

	ward_engine_put(churn->engine, &node.object);
	ward_engine_commit(churn->engine);
	assert_true(ward_engine_remove(churn->engine, WARD_KIND_NODE, WARD_NONE, node.object.name));
}

/* Selects everyone. */
static struct ward_policy *policy_new(struct churn *churn, ward_sym name)
{
	struct ward_object origin = object(WARD_KIND_NETWORKPOLICY, name_n(churn, "ns-", 0), name);
	struct ward_policy *policy = ward_policy_new(&origin);

	policy->tier = WARD_TIER_NETWORKPOLICY;
	policy->isolates[WARD_EGRESS] = true;
	policy->n_subjects = 1;
	policy->subjects = ward_arena_new(&policy->arena, struct ward_scope);
	return policy;
}

static void new_policy(struct churn *churn, struct ward_policy *policy)
{
	struct ward_object origin = policy->origin;

	ward_engine_put_policy(churn->engine, policy);
	ward_engine_commit(churn->engine);
	assert_true(ward_engine_remove(churn->engine, origin.kind, origin.ns, origin.name));
}

static void policies_without_rules(struct churn *churn, uint32_t n)
{
	new_policy(churn, policy_new(churn, name_n(churn, "policy-", n)));
}

/* Everything but one address: divides all others anew. */
static void policies_with_blocks(struct churn *churn, uint32_t n)
{
	struct ward_policy *policy = policy_new(churn, name_n(churn, "policy-", n));
	struct ward_rule *rule = ward_arena_new(&policy->arena, struct ward_rule);
	struct ward_peer *peer = ward_arena_new(&policy->arena, struct ward_peer);
	struct ward_cidr all = {.ip = {.family = WARD_FAMILY_4}};
	struct ward_cidr but = {.ip = ip_n(100 + n), .bits = 32};

	*peer = (struct ward_peer){
		.kind = WARD_PEER_BLOCKS,
		.n_cidrs = 1,
		.cidrs = ward_arena_copy(&policy->arena, &all, sizeof(all)),
		.n_excepts = 1,
		.excepts = ward_arena_copy(&policy->arena, &but, sizeof(but)),
	};
	*rule = (struct ward_rule){
		.direction = WARD_EGRESS,
		.any_port = true,
		.n_peers = 1,
		.peers = peer,
	};
	policy->n_rules = 1;
	policy->rules = rule;
	new_policy(churn, policy);
}

/* A policy that was never there. */
static void removals_of_nothing(struct churn *churn, uint32_t n)
{
	assert_false(ward_engine_remove(churn->engine, WARD_KIND_NETWORKPOLICY,
					name_n(churn, "ns-", 0), name_n(churn, "none-", n)));
}

static void is_bounded(const char *what, uint32_t n)
{
	if (n > BOUND)
		print_error("%u %s\n", n, what);
	assert_true(n <= BOUND);
}

static void engine_is_bounded(const struct ward_engine *engine)
{
	const struct inventory *inventory = &engine->inventory;
	const struct compiled *compiled = engine->compiled;
	const struct index *index = &compiled->shapes.index;

	is_bounded("pods", inventory->pods.n);
	is_bounded("nodes", inventory->nodes.n);
	is_bounded("namespaces", inventory->namespaces.n);
	is_bounded("keys", inventory->keys.n);
	is_bounded("sets of labels", inventory->label_sets.n);
	is_bounded("sets of ports", inventory->port_sets.n);
	is_bounded("slots of policies", engine->policies.slots.n);
	is_bounded("origins of policies", engine->policies.origins.n);
	is_bounded("pod shapes", compiled->shapes.pods.n);
	is_bounded("shapes", compiled->shapes.all.n);
	is_bounded("identities", compiled->identities.all.n);
	is_bounded("signatures", compiled->identities.signatures.n);
	is_bounded("addresses", compiled->addresses.list.n);
	is_bounded("claims", compiled->addresses.own.n);
	is_bounded("rows", compiled->rows.list.n);
	is_bounded("lists of policies", compiled->rows.lists.n);
	is_bounded("port maps", compiled->rows.maps.n);
	is_bounded("decisions", compiled->ruleset.decisions.n);
	is_bounded("block sets", compiled->ruleset.prefixes.sets.n);
	is_bounded("prefix classes", compiled->ruleset.prefixes.classes.n);
	is_bounded("labels of namespaces that are indexed", index->namespaces.terms.n);
	is_bounded("namespaces to be indexed", index->stale.n);
}

static void churn_by(void (*round)(struct churn *churn, uint32_t n))
{
	struct churn churn = {};

	ward_symbols_init(&churn.symbols);
	churn.engine = ward_engine_new(&churn.symbols, WARD_NONE);
	for (uint32_t n = 0; n < 3; n++)
		pod_put(&churn, name_n(&churn, "stays-", n), n, (struct pod_has){.address = true});
	ward_engine_put_policy(churn.engine,
			       policy_new(&churn, ward_symbol(&churn.symbols, "stays")));
	ward_engine_commit(churn.engine);
	for (uint32_t n = 0; n < ROUNDS; n++) {
		round(&churn, n);
		ward_engine_commit(churn.engine);
		ward_engine_lay_out(churn.engine);
	}
	engine_is_bounded(churn.engine);
	assert_int_not_equal(ward_engine_find(churn.engine, WARD_KIND_POD, name_n(&churn, "ns-", 0),
					      ward_symbol(&churn.symbols, "stays-1")),
			     WARD_NONE);
	ward_engine_free(churn.engine);
	ward_symbols_done(&churn.symbols);
}

#define CHURN(kind)                                                                                \
	static void test_##kind(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		churn_by(kind);                                                                    \
	}

CHURN(pods_pending)
CHURN(pods_with_all)
CHURN(pod_relabelled)
CHURN(pod_moves)
CHURN(host_pod_relabelled)
CHURN(namespaces)
CHURN(namespace_relabelled)
CHURN(nodes)
CHURN(policies_without_rules)
CHURN(policies_with_blocks)
CHURN(removals_of_nothing)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pods_pending),
		cmocka_unit_test(test_pods_with_all),
		cmocka_unit_test(test_pod_relabelled),
		cmocka_unit_test(test_pod_moves),
		cmocka_unit_test(test_host_pod_relabelled),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_namespace_relabelled),
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_policies_without_rules),
		cmocka_unit_test(test_policies_with_blocks),
		cmocka_unit_test(test_removals_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
