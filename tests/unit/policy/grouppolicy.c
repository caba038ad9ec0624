/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/lower.h"

enum {
	ROLE = 1000,
	FRONTEND,
	DB,
	SHOP,
	SHOP_TEST,
	PROD,
	DEV,
	KEYS = 2000,
	TODAY = 20000
};

static const ward_sym names[] = {SHOP, SHOP_TEST};
static const ward_sym frontend[] = {FRONTEND}, db[] = {DB}, prod[] = {PROD};
static const struct ward_requirement in_shop = {
	.key = WARD_SYM_METADATA_NAME, .op = WARD_OP_IN, .n_values = 2, .values = names};
static const struct ward_requirement is_frontend = {
	.key = ROLE, .op = WARD_OP_IN, .n_values = 1, .values = frontend};
static const struct ward_requirement is_db = {
	.key = ROLE, .op = WARD_OP_IN, .n_values = 1, .values = db};
static const struct ward_member_entry frontends = {.pods = {1, &is_frontend}};
static const struct ward_member_entry dbs = {.pods = {1, &is_db}};
static const struct ward_group groups[] = {
	{.mark = {.line = 7}, .membership = {.n_entries = 1, .entries = &frontends}},
	{.mark = {.line = 8}, .membership = {.n_entries = 1, .entries = &dbs}},
};
static const struct ward_np_port port = {.name = WARD_NONE, .low = 5432, .high = 5432};
static const struct ward_group_rule frontend_to_db = {
	.mark = {.line = 11}, .name = WARD_NONE, .to = 1, .n_ports = 1, .ports = &port};

struct fixture {
	struct ward_symbols symbols;
	struct ward_policies policies;
	struct ward_grouppolicy gp;
};

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	ward_symbols_init(&fixture.symbols);
	fixture.gp = (struct ward_grouppolicy){
		.object = {.kind = WARD_KIND_GROUPPOLICY, .ns = WARD_NONE},
		.namespaces = {1, &in_shop},
		.tier = WARD_GROUP_APPLICATION,
		.order = 100,
		.n_groups = 2,
		.groups = groups,
		.n_rules = 1,
		.rules = &frontend_to_db,
	};
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	ward_policies_done(&fixture->policies);
	ward_symbols_done(&fixture->symbols);
	return 0;
}

static struct ward_policy *lower(struct fixture *fixture, uint32_t n, uint32_t at)
{
	const struct ward_lowering lowering = {.symbols = &fixture->symbols, .today = TODAY};

	if (!fixture->policies.list.n)
		ward_lower(&lowering, &fixture->gp.object, &fixture->policies);
	assert_int_equal(fixture->policies.list.n, n);
	return fixture->policies.list.items[at];
}

static void assert_group(const struct ward_scope *scope, ward_sym role)
{
	assert_int_equal(scope->namespaces.n, 1);
	assert_int_equal(scope->namespaces.items[0].key, WARD_SYM_METADATA_NAME);
	assert_int_equal(scope->namespaces.items[0].n_values, 2);
	assert_int_equal(scope->namespaces.items[0].values[0], SHOP);
	assert_int_equal(scope->namespaces.items[0].values[1], SHOP_TEST);
	if (role == WARD_NONE) {
		assert_int_equal(scope->pods.n, 0);
		return;
	}
	assert_int_equal(scope->pods.n, 1);
	assert_int_equal(scope->pods.items[0].values[0], role);
}

static void assert_half(const struct ward_policy *policy, enum ward_direction dir, ward_sym own,
			ward_sym other)
{
	assert_int_equal(policy->n_subjects, 1);
	assert_group(&policy->subjects[0], own);
	assert_int_equal(policy->n_rules, 1);
	assert_int_equal(policy->rules[0].direction, dir);
	assert_int_equal(policy->rules[0].mark.line, 11);
	assert_int_equal(policy->rules[0].n_ports, 1);
	assert_int_equal(policy->rules[0].ports[0].low, 5432);
	if (other == WARD_NONE) {
		assert_true(policy->rules[0].any_peer);
		return;
	}
	assert_false(policy->rules[0].any_peer);
	assert_int_equal(policy->rules[0].n_peers, 1);
	assert_true(policy->rules[0].peers[0].same_environment);
	assert_group(&policy->rules[0].peers[0].scope, other);
}

static void default_deny_closes_all_and_opens_both_halves(void **state)
{
	const struct ward_policy *baseline = lower(*state, 3, 0);
	const struct ward_policy *in = lower(*state, 3, 1), *out = lower(*state, 3, 2);

	assert_int_equal(baseline->part, 0);
	assert_group(&baseline->subjects[0], WARD_NONE);
	assert_true(baseline->isolates[WARD_INGRESS]);
	assert_true(baseline->isolates[WARD_EGRESS]);
	assert_int_equal(baseline->n_rules, 0);
	assert_half(in, WARD_INGRESS, DB, FRONTEND);
	assert_half(out, WARD_EGRESS, FRONTEND, DB);
	assert_false(in->isolates[WARD_INGRESS] || in->isolates[WARD_EGRESS]);
	assert_false(out->isolates[WARD_INGRESS] || out->isolates[WARD_EGRESS]);
	assert_true(in->part != out->part && in->part && out->part);
}

static void ingress_only_leaves_the_way_out_open(void **state)
{
	struct fixture *fixture = *state;
	const struct ward_policy *baseline;

	fixture->gp.baseline = WARD_BASELINE_INGRESS_ONLY;
	fixture->gp.exempts = 1 << WARD_EXEMPT_DNS;
	baseline = lower(fixture, 2, 0);
	assert_true(baseline->isolates[WARD_INGRESS]);
	assert_false(baseline->isolates[WARD_EGRESS]);
	assert_int_equal(baseline->n_rules, 0);
	assert_half(lower(fixture, 2, 1), WARD_INGRESS, DB, FRONTEND);
}

static void none_closes_only_who_is_named(void **state)
{
	struct fixture *fixture = *state;
	const struct ward_policy *in, *out;

	fixture->gp.baseline = WARD_BASELINE_NONE;
	in = lower(fixture, 2, 0);
	out = lower(fixture, 2, 1);
	assert_half(in, WARD_INGRESS, DB, FRONTEND);
	assert_half(out, WARD_EGRESS, FRONTEND, DB);
	assert_true(in->isolates[WARD_INGRESS] && !in->isolates[WARD_EGRESS]);
	assert_true(out->isolates[WARD_EGRESS] && !out->isolates[WARD_INGRESS]);
}

static void assert_dns(const struct fixture *fixture, const struct ward_policy *policy)
{
	const struct ward_rule *rule = &policy->rules[0];
	const struct ward_peer *peer = &rule->peers[0];
	const struct ward_symbols *symbols = &fixture->symbols;

	assert_int_equal(policy->n_rules, 1);
	assert_int_equal(rule->direction, WARD_EGRESS);
	assert_int_equal(rule->n_peers, 1);
	assert_false(rule->any_peer || rule->any_port);
	assert_false(peer->same_environment);
	assert_int_equal(peer->scope.namespaces.items[0].values[0],
			 ward_symbol_find(symbols, "kube-system"));
	assert_int_equal(peer->scope.pods.items[0].key, ward_symbol_find(symbols, "k8s-app"));
	assert_int_equal(peer->scope.pods.items[0].values[0],
			 ward_symbol_find(symbols, "kube-dns"));
	assert_int_equal(rule->n_ports, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(rule->ports[i].proto, i ? WARD_TCP : WARD_UDP);
		assert_int_equal(rule->ports[i].name, WARD_NONE);
		assert_int_equal(rule->ports[i].low, 53);
		assert_int_equal(rule->ports[i].high, 53);
	}
}

static void dns_stays_open_where_egress_is_closed(void **state)
{
	struct fixture *fixture = *state;

	fixture->gp.exempts = 1 << WARD_EXEMPT_DNS;
	assert_dns(fixture, lower(fixture, 3, 0));
	ward_policies_done(&fixture->policies);

	/* None: those that send, and nobody else. */
	fixture->gp.baseline = WARD_BASELINE_NONE;
	assert_dns(fixture, lower(fixture, 3, 2));
	assert_int_equal(lower(fixture, 3, 2)->n_subjects, 1);
	assert_group(&lower(fixture, 3, 2)->subjects[0], FRONTEND);
	assert_false(lower(fixture, 3, 2)->isolates[WARD_EGRESS]);
}

/* Each exemption is of one direction. */
static void exemptions_are_open_where_the_baseline_closes(void **state)
{
	struct fixture *fixture = *state;
	const struct ward_policy *baseline;

	fixture->gp.exempts = (1 << WARD_N_EXEMPTION) - 1;
	baseline = lower(fixture, 3, 0);
	assert_int_equal(baseline->n_rules, WARD_N_EXEMPTION);
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++) {
		assert_true(baseline->rules[i].is_exemption);
		assert_int_equal(baseline->rules[i].index, i);
		assert_int_equal(baseline->rules[i].direction, ward_exemptions[i].direction);
	}
	assert_int_equal(baseline->rules[WARD_EXEMPT_APISERVER_WEBHOOKS].peers[0].kind,
			 WARD_PEER_NODES);
	ward_policies_done(&fixture->policies);
	fixture->gp.baseline = WARD_BASELINE_INGRESS_ONLY;
	assert_int_equal(lower(fixture, 2, 0)->n_rules, WARD_N_EXEMPTION - 1);
}

static void any_is_everyone_as_peer_and_nobody_as_subject(void **state)
{
	struct fixture *fixture = *state;
	struct ward_group_rule rule = frontend_to_db;

	fixture->gp.rules = &rule;
	rule.from = WARD_GROUP_ANY;
	assert_half(lower(fixture, 2, 1), WARD_INGRESS, DB, WARD_NONE);
	ward_policies_done(&fixture->policies);
	rule.from = 0;
	rule.to = WARD_GROUP_ANY;
	assert_half(lower(fixture, 2, 1), WARD_EGRESS, FRONTEND, WARD_NONE);
}

/* groups.md 3: closed from that day on, and still closing what it closed. */
static void an_expired_line_opens_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct ward_group_rule rule = frontend_to_db;

	fixture->gp.rules = &rule;
	rule.expires = TODAY + 1;
	assert_half(lower(fixture, 3, 1), WARD_INGRESS, DB, FRONTEND);
	ward_policies_done(&fixture->policies);
	rule.expires = TODAY;
	assert_int_equal(lower(fixture, 3, 1)->n_rules, 0);
	assert_int_equal(lower(fixture, 3, 2)->n_rules, 0);
	ward_policies_done(&fixture->policies);
	fixture->gp.baseline = WARD_BASELINE_NONE;
	assert_int_equal(lower(fixture, 2, 0)->n_rules, 0);
	assert_true(lower(fixture, 2, 0)->isolates[WARD_INGRESS]);
	assert_group(&lower(fixture, 2, 0)->subjects[0], DB);
	assert_true(lower(fixture, 2, 1)->isolates[WARD_EGRESS]);
}

/* Above NetworkPolicies: lines accept and deny, nobody is isolated, and a deny is about its peer in
 * every environment. */
static void a_platform_policy_denies(void **state)
{
	struct fixture *fixture = *state;
	struct ward_group_rule rule = frontend_to_db;
	const struct ward_policy *in;

	rule.denies = true;
	rule.expires = TODAY; /* a deny never lapses */
	fixture->gp.rules = &rule;
	fixture->gp.tier = WARD_GROUP_PLATFORM;
	fixture->gp.baseline = WARD_BASELINE_NONE;
	in = lower(fixture, 2, 0);
	assert_int_equal(in->tier, WARD_TIER_ADMIN);
	assert_int_equal(in->order, 300);
	assert_false(in->isolates[WARD_INGRESS] || in->isolates[WARD_EGRESS]);
	assert_int_equal(in->n_rules, 1);
	assert_int_equal(in->rules[0].action, WARD_DENY);
	assert_false(in->rules[0].peers[0].same_environment);
	ward_policies_done(&fixture->policies);
	fixture->gp.tier = WARD_GROUP_EMERGENCY;
	assert_int_equal(lower(fixture, 2, 0)->order, 100);
}

/* Below NetworkPolicies: the lines accept, and after them everyone is denied. */
static void a_baseline_policy_closes_last(void **state)
{
	struct fixture *fixture = *state;
	const struct ward_policy *last;

	fixture->gp.tier = WARD_GROUP_BASELINE;
	last = lower(fixture, 4, 3);
	assert_int_equal(last->tier, WARD_TIER_BASELINE);
	assert_int_equal(last->order, 100);
	assert_int_equal(last->n_rules, 2);
	for (uint32_t i = 0; i < 2; i++) {
		assert_int_equal(last->rules[i].action, WARD_DENY);
		assert_true(last->rules[i].any_peer && last->rules[i].any_port);
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_true(lower(fixture, 4, i)->part < last->part);
	assert_false(lower(fixture, 4, 0)->isolates[WARD_INGRESS]);
}

static void assert_environment(const struct ward_scope *scope, ward_sym env)
{
	assert_int_equal(scope->namespaces.n, 2);
	assert_int_equal(scope->namespaces.items[0].key, WARD_SYM_METADATA_NAME);
	assert_int_equal(scope->namespaces.items[1].key, WARD_SYM_ENV);
	assert_int_equal(scope->namespaces.items[1].n_values, 1);
	assert_int_equal(scope->namespaces.items[1].values[0], env);
}

/* Environments narrow the subjects, those that are staged in policies of their own.  A peer is the
 * group in all of them: `environment` says where. */
static void environments_have_modes(void **state)
{
	static const struct ward_group_environment environments[] = {{PROD}, {DEV, true}};
	struct fixture *fixture = *state;

	fixture->gp.n_environments = 2;
	fixture->gp.environments = environments;
	for (uint32_t i = 0; i < 6; i++) {
		const struct ward_policy *policy = lower(fixture, 6, i);

		assert_int_equal(policy->staged, i >= 3);
		assert_environment(&policy->subjects[0], i < 3 ? PROD : DEV);
	}
	assert_int_equal(lower(fixture, 6, 1)->rules[0].peers[0].scope.namespaces.items[1].n_values,
			 2);
	assert_true(ward_object_is_staged(&fixture->gp.object));
}

static void listed_environments_narrow_peers(void **state)
{
	struct fixture *fixture = *state;
	const struct ward_peer *peer;

	fixture->gp.peer_environment = WARD_PEER_ENVIRONMENT_LISTED;
	fixture->gp.n_peer_environments = 1;
	fixture->gp.peer_environments = prod;
	peer = lower(fixture, 3, 1)->rules[0].peers;
	assert_false(peer->same_environment);
	assert_environment(&peer->scope, PROD);
	assert_group(&lower(fixture, 3, 1)->subjects[0], DB);
}

/* A UserGroup that is not there is nobody: it opens nothing, at either end. */
static void a_missing_group_is_nobody(void **state)
{
	static const struct ward_group missing[] = {{.name = DEV, .is_named = true},
						    {.name = PROD, .is_named = true}};
	struct fixture *fixture = *state;

	fixture->gp.groups = missing;
	assert_int_equal(lower(fixture, 3, 1)->n_subjects, 0);
	assert_int_equal(lower(fixture, 3, 1)->rules[0].n_peers, 0);
	assert_false(lower(fixture, 3, 1)->rules[0].any_peer);
	assert_true(lower(fixture, 3, 0)->isolates[WARD_INGRESS]);
}

enum {
	TOO_MANY = 13 /* of these, each of two labels that may fail: 2^13 pairs of selectors */
};

/* Everyone but those that carry two labels of some pair. */
static void huge_make(struct ward_member_entry entries[TOO_MANY + 1],
		      struct ward_requirement requirements[2 * TOO_MANY])
{
	entries[TOO_MANY] = (struct ward_member_entry){.scoped = true};
	for (uint32_t i = 0; i < 2 * TOO_MANY; i++)
		requirements[i] = (struct ward_requirement){.key = KEYS + i, .op = WARD_OP_EXISTS};
	for (uint32_t i = 0; i < TOO_MANY; i++)
		entries[i] = (struct ward_member_entry){.pods = {2, &requirements[2 * i]}};
}

/* Whom it closes is then more than was meant, and whom it opens less. */
static void a_group_of_too_many_selectors_opens_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct ward_requirement requirements[2 * TOO_MANY];
	struct ward_member_entry entries[TOO_MANY + 1];
	struct ward_group huge[] = {groups[0], groups[1]};
	struct ward_group_rule rule = frontend_to_db;

	huge_make(entries, requirements);
	huge[1].membership = (struct ward_membership){.n_entries = 1,
						      .n_excludes = TOO_MANY,
						      .entries = &entries[TOO_MANY],
						      .excludes = entries};
	fixture->gp.groups = huge;
	fixture->gp.rules = &rule;
	fixture->gp.baseline = WARD_BASELINE_NONE;
	assert_true(lower(fixture, 2, 0)->isolates[WARD_INGRESS]);
	assert_group(&lower(fixture, 2, 0)->subjects[0], WARD_NONE);
	assert_int_equal(lower(fixture, 2, 0)->n_rules, 0);
	assert_int_equal(lower(fixture, 2, 1)->rules[0].n_peers, 0);
	ward_policies_done(&fixture->policies);

	rule.denies = true;
	fixture->gp.tier = WARD_GROUP_PLATFORM;
	assert_group(&lower(fixture, 2, 0)->subjects[0], WARD_NONE);
	assert_int_equal(lower(fixture, 2, 0)->n_rules, 1);
	assert_true(lower(fixture, 2, 1)->rules[0].any_peer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(default_deny_closes_all_and_opens_both_halves,
						setup, teardown),
		cmocka_unit_test_setup_teardown(ingress_only_leaves_the_way_out_open, setup,
						teardown),
		cmocka_unit_test_setup_teardown(none_closes_only_who_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(dns_stays_open_where_egress_is_closed, setup,
						teardown),
		cmocka_unit_test_setup_teardown(any_is_everyone_as_peer_and_nobody_as_subject,
						setup, teardown),
		cmocka_unit_test_setup_teardown(an_expired_line_opens_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(exemptions_are_open_where_the_baseline_closes,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_platform_policy_denies, setup, teardown),
		cmocka_unit_test_setup_teardown(a_baseline_policy_closes_last, setup, teardown),
		cmocka_unit_test_setup_teardown(environments_have_modes, setup, teardown),
		cmocka_unit_test_setup_teardown(listed_environments_narrow_peers, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_group_is_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(a_group_of_too_many_selectors_opens_nothing, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
