/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/lower.h"

enum {
	NS = 100,
	KEY,
	VALUE,
	OTHER_NS
};

static const ward_sym value[] = {VALUE};
static const ward_sym other_ns[] = {OTHER_NS};
static const struct ward_requirement key_in_value = {
	.key = KEY, .op = WARD_OP_IN, .n_values = 1, .values = value};
static const struct ward_requirement in_other_ns = {
	.key = WARD_SYM_METADATA_NAME, .op = WARD_OP_IN, .n_values = 1, .values = other_ns};
static const struct ward_selector by_label = {.n = 1, .items = &key_in_value};
static const struct ward_selector by_namespace = {.n = 1, .items = &in_other_ns};

static const struct ward_cidr ten = {.ip = {.lo = 10u << 24, .family = WARD_FAMILY_4}, .bits = 8};
static const struct ward_np_except ten_one = {
	.cidr = {.ip = {.lo = (10u << 24) + (1u << 16), .family = WARD_FAMILY_4}, .bits = 16}};

/* Lowers a policy in NS with one ingress rule. */
static struct ward_policy *lower(const struct ward_np_rule *rule, struct ward_policies *policies)
{
	const struct ward_networkpolicy np = {
		.object = {.kind = WARD_KIND_NETWORKPOLICY, .ns = NS},
		.isolates = {[WARD_INGRESS] = true},
		.n_rules = {[WARD_INGRESS] = 1},
		.rules = {[WARD_INGRESS] = rule},
	};

	ward_lower(&(struct ward_lowering){}, &np.object, policies);
	assert_int_equal(policies->list.n, 1);
	assert_int_equal(policies->list.items[0]->n_rules, 1);
	return policies->list.items[0];
}

static void assert_own_namespace(const struct ward_selector *selector)
{
	assert_int_equal(selector->n, 1);
	assert_int_equal(selector->items[0].key, WARD_SYM_METADATA_NAME);
	assert_int_equal(selector->items[0].op, WARD_OP_IN);
	assert_int_equal(selector->items[0].n_values, 1);
	assert_int_equal(selector->items[0].values[0], NS);
}

static void only_isolated_directions_have_rules(void **state)
{
	static const struct ward_np_rule rules[3] = {};
	const struct ward_networkpolicy np = {
		.object = {.kind = WARD_KIND_NETWORKPOLICY, .ns = NS},
		.pods = by_label,
		.isolates = {[WARD_EGRESS] = true},
		.n_rules = {[WARD_INGRESS] = 2, [WARD_EGRESS] = 3},
		.rules = {[WARD_INGRESS] = rules, [WARD_EGRESS] = rules},
	};
	struct ward_policies policies = {};
	struct ward_policy *policy;

	ward_lower(&(struct ward_lowering){}, &np.object, &policies);
	policy = policies.list.items[0];
	assert_int_equal(policy->tier, WARD_TIER_NETWORKPOLICY);
	assert_false(policy->isolates[WARD_INGRESS]);
	assert_true(policy->isolates[WARD_EGRESS]);
	assert_int_equal(policy->n_rules, 3);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(policy->rules[i].direction, WARD_EGRESS);
		assert_int_equal(policy->rules[i].index, i);
		assert_int_equal(policy->rules[i].action, WARD_ACCEPT);
	}
	assert_int_equal(policy->n_subjects, 1);
	assert_own_namespace(&policy->subjects[0].namespaces);
	assert_int_equal(policy->subjects[0].pods.items[0].values[0], VALUE);
	ward_policies_done(&policies);
}

static void empty_lists_are_everything(void **state)
{
	static const struct ward_np_rule rule = {};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = &lower(&rule, &policies)->rules[0];

	assert_true(lowered->any_peer);
	assert_true(lowered->any_port);
	ward_policies_done(&policies);
}

static void selectors_that_are_absent(void **state)
{
	static const struct ward_np_peer peers[] = {
		{.has_pods = true, .pods = by_label},
		{.has_namespaces = true, .namespaces = by_namespace},
		{.has_pods = true, .has_namespaces = true, .pods = by_label},
	};
	static const struct ward_np_rule rule = {.n_peers = 3, .peers = peers};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = &lower(&rule, &policies)->rules[0];

	assert_false(lowered->any_peer);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(lowered->peers[i].kind, WARD_PEER_SCOPE);
	assert_own_namespace(&lowered->peers[0].scope.namespaces);
	assert_int_equal(lowered->peers[0].scope.pods.n, 1);
	assert_int_equal(lowered->peers[1].scope.namespaces.items[0].values[0], OTHER_NS);
	assert_int_equal(lowered->peers[1].scope.pods.n, 0);
	assert_int_equal(lowered->peers[2].scope.namespaces.n, 0);
	assert_int_equal(lowered->peers[2].scope.pods.n, 1);
	ward_policies_done(&policies);
}

static void what_is_nothing_stays_nothing(void **state)
{
	static const struct ward_np_peer peers[] = {
		{.has_block = true, .block_is_nothing = true},
		{},
		{.has_block = true, .block = ten, .n_excepts = 1, .excepts = &ten_one},
	};
	static const struct ward_np_rule rule = {.n_peers = 3, .peers = peers};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = &lower(&rule, &policies)->rules[0];

	assert_false(lowered->any_peer);
	assert_int_equal(lowered->n_peers, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(lowered->peers[i].kind, WARD_PEER_BLOCKS);
	assert_int_equal(lowered->peers[0].n_cidrs, 0);
	assert_int_equal(lowered->peers[1].n_cidrs, 0);
	assert_int_equal(lowered->peers[2].n_cidrs, 1);
	assert_int_equal(lowered->peers[2].cidrs[0].bits, 8);
	assert_int_equal(lowered->peers[2].n_excepts, 1);
	assert_int_equal(lowered->peers[2].excepts[0].bits, 16);
	ward_policies_done(&policies);
}

static void ports_keep_their_form(void **state)
{
	static const struct ward_np_port ports[] = {
		{.proto = WARD_TCP, .name = WARD_NONE, .high = 65535},
		{.proto = WARD_SCTP, .name = KEY},
		{.proto = WARD_UDP, .name = WARD_NONE, .low = 53, .high = 54},
	};
	static const struct ward_np_rule rule = {.n_ports = 3, .ports = ports};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = &lower(&rule, &policies)->rules[0];

	assert_false(lowered->any_port);
	assert_int_equal(lowered->n_ports, 3);
	assert_int_equal(lowered->ports[0].low, 0);
	assert_int_equal(lowered->ports[0].high, 65535);
	assert_int_equal(lowered->ports[1].name, KEY);
	assert_int_equal(lowered->ports[1].proto, WARD_SCTP);
	assert_int_equal(lowered->ports[2].low, 53);
	assert_int_equal(lowered->ports[2].high, 54);
	ward_policies_done(&policies);
}

static void other_kinds_add_nothing(void **state)
{
	const struct ward_object pod = {.kind = WARD_KIND_POD};
	struct ward_policies policies = {};

	ward_lower(&(struct ward_lowering){}, &pod, &policies);
	assert_int_equal(policies.list.n, 0);
	ward_policies_done(&policies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_isolated_directions_have_rules),
		cmocka_unit_test(empty_lists_are_everything),
		cmocka_unit_test(selectors_that_are_absent),
		cmocka_unit_test(what_is_nothing_stays_nothing),
		cmocka_unit_test(ports_keep_their_form),
		cmocka_unit_test(other_kinds_add_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
