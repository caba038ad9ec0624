/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule comes to when some part of it cannot be used (B7), and where policies stand (B8.15).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "policy/lower.h"

enum {
	KEY = 100,
	VALUE,
	NAME
};

static const ward_sym value[] = {VALUE};
static const struct ward_requirement key_in_value = {
	.key = KEY, .op = WARD_OP_IN, .n_values = 1, .values = value};
static const struct ward_selector by_label = {.n = 1, .items = &key_in_value};
static const struct ward_cidr ten = {.ip = {.lo = 10u << 24, .family = WARD_FAMILY_4}, .bits = 8};
static const ward_sym domains[] = {NAME};

static const struct ward_cnp_peer everyone = {.kind = WARD_CNP_PODS};
static const struct ward_cnp_peer network = {.kind = WARD_CNP_NETWORKS,
					     .n_networks = 1,
					     .networks = &ten};
static const struct ward_cnp_peer nodes = {.kind = WARD_CNP_NODES, .nodes = by_label};
static const struct ward_cnp_peer domain = {.kind = WARD_CNP_DOMAINS,
					    .n_domains = 1,
					    .domains = domains};
static const struct ward_cnp_peer broken = {.kind = WARD_CNP_UNUSABLE};

/* Lowers an Admin policy with one rule. */
static const struct ward_rule *lower(enum ward_direction direction,
				     const struct ward_cnp_rule *rule,
				     struct ward_policies *policies)
{
	struct ward_clusternetworkpolicy cnp = {
		.object = {.kind = WARD_KIND_CLUSTERNETWORKPOLICY, .ns = WARD_NONE, .name = NAME},
		.namespaces = by_label,
	};

	cnp.n_rules[direction] = 1;
	cnp.rules[direction] = rule;
	ward_lower(&(struct ward_lowering){}, &cnp.object, policies);
	assert_int_equal(policies->list.n, 1);
	assert_int_equal(policies->list.items[0]->n_rules, 1);
	return &policies->list.items[0]->rules[0];
}

static void place_in_the_order(void **state)
{
	static const struct ward_clusternetworkpolicy cnps[] = {
		{.object.kind = WARD_KIND_CLUSTERNETWORKPOLICY,
		 .tier = WARD_CNP_BASELINE,
		 .priority = 1000},
		{.object.kind = WARD_KIND_ADMINNETWORKPOLICY, .priority = 3, .api_rank = 1},
	};
	struct ward_policies policies = {};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cnps); i++)
		ward_lower(&(struct ward_lowering){}, &cnps[i].object, &policies);
	assert_int_equal(policies.list.items[0]->tier, WARD_TIER_BASELINE);
	assert_int_equal(policies.list.items[0]->order, 1000);
	assert_int_equal(policies.list.items[0]->rank, 0);
	assert_int_equal(policies.list.items[1]->tier, WARD_TIER_ADMIN);
	assert_int_equal(policies.list.items[1]->order, 3);
	assert_int_equal(policies.list.items[1]->rank, 1);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		assert_false(policies.list.items[0]->isolates[d]);
	ward_policies_done(&policies);
}

static void peers_and_protocols(void **state)
{
	const struct ward_cnp_peer peers[] = {everyone, network, nodes};
	static const struct ward_cnp_protocol protocols[] = {
		{.proto = WARD_UDP, .name = WARD_NONE, .low = 5, .high = 6},
		{.proto = WARD_N_PROTO, .name = NAME},
	};
	const struct ward_cnp_rule rule = {
		.action = WARD_CNP_PASS,
		.n_peers = 3,
		.peers = peers,
		.n_protocols = 2,
		.protocols = protocols,
	};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = lower(WARD_EGRESS, &rule, &policies);

	assert_int_equal(lowered->action, WARD_PASS);
	assert_int_equal(lowered->direction, WARD_EGRESS);
	assert_false(lowered->any_peer || lowered->any_port || lowered->fails_closed);
	assert_int_equal(lowered->n_peers, 3);
	assert_int_equal(lowered->peers[0].kind, WARD_PEER_SCOPE);
	assert_int_equal(lowered->peers[1].kind, WARD_PEER_BLOCKS);
	assert_int_equal(lowered->peers[1].cidrs[0].bits, 8);
	assert_int_equal(lowered->peers[2].kind, WARD_PEER_NODES);
	assert_int_equal(lowered->peers[2].nodes.items[0].key, KEY);
	assert_int_equal(lowered->n_ports, 2);
	assert_int_equal(lowered->ports[0].low, 5);
	assert_int_equal(lowered->ports[1].proto, WARD_N_PROTO);
	assert_int_equal(lowered->ports[1].name, NAME);
	assert_int_equal(policies.list.items[0]->subjects[0].namespaces.items[0].values[0], VALUE);
	ward_policies_done(&policies);
}

/* @rule, one part of which cannot be used, with each action. */
static void assert_fails_closed(enum ward_direction direction, struct ward_cnp_rule rule)
{
	for (enum ward_cnp_action action = 0; action < WARD_N_CNP_ACTION; action++) {
		struct ward_policies policies = {};
		const struct ward_rule *lowered;

		rule.action = action;
		lowered = lower(direction, &rule, &policies);
		assert_true(lowered->fails_closed && lowered->any_port);
		assert_int_equal(lowered->n_peers, 0);
		assert_int_equal(lowered->any_peer, action != WARD_CNP_ACCEPT);
		assert_int_equal(lowered->action,
				 action == WARD_CNP_ACCEPT ? WARD_ACCEPT : WARD_DENY);
		assert_int_equal(lowered->direction, direction);
		ward_policies_done(&policies);
	}
}

static void one_part_spoils_the_rule(void **state)
{
	static const struct ward_cnp_protocol protocols[] = {
		{.proto = WARD_TCP, .name = WARD_NONE, .low = 1, .high = 2},
		{.unusable = true, .name = WARD_NONE},
	};
	const struct ward_cnp_peer with_broken[] = {everyone, broken};
	const struct ward_cnp_peer with_domain[] = {domain, everyone};

	assert_fails_closed(WARD_EGRESS,
			    (struct ward_cnp_rule){.n_peers = 2, .peers = with_broken});
	assert_fails_closed(WARD_INGRESS,
			    (struct ward_cnp_rule){.n_peers = 2, .peers = with_broken});
	assert_fails_closed(WARD_EGRESS,
			    (struct ward_cnp_rule){.n_peers = 2, .peers = with_domain});
	assert_fails_closed(WARD_EGRESS, (struct ward_cnp_rule){.n_peers = 1,
								.peers = &everyone,
								.n_protocols = 2,
								.protocols = protocols});
	/* B4.5. */
	assert_fails_closed(WARD_INGRESS, (struct ward_cnp_rule){.n_peers = 1, .peers = &network});
	assert_fails_closed(WARD_INGRESS, (struct ward_cnp_rule){.n_peers = 1, .peers = &nodes});
}

/* B7.3. */
static void unknown_actions_deny(void **state)
{
	const struct ward_cnp_rule rule = {.action = WARD_CNP_UNKNOWN_ACTION,
					   .n_peers = 1,
					   .peers = &network};
	struct ward_policies policies = {};
	const struct ward_rule *lowered = lower(WARD_EGRESS, &rule, &policies);

	assert_int_equal(lowered->action, WARD_DENY);
	assert_true(lowered->any_peer && lowered->any_port && lowered->fails_closed);
	ward_policies_done(&policies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_in_the_order),
		cmocka_unit_test(peers_and_protocols),
		cmocka_unit_test(one_part_spoils_the_rule),
		cmocka_unit_test(unknown_actions_deny),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
