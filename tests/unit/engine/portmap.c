/* SPDX-License-Identifier: Apache-2.0 */
/* Port maps against the tier walk of F7, port by port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "engine/portmap.h"

enum {
	RULES = 6,
	NAME = 9
};

static const struct named_port named[] = {{NAME, WARD_TCP, 3}, {NAME, WARD_UDP, 5}};

static bool port_matches(const struct ward_port *port, enum ward_proto proto, uint16_t number)
{
	if (port->name == WARD_NONE)
		return port->proto == proto && port->low <= number && number <= port->high;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(named); i++)
		if (named[i].name == port->name && named[i].proto == proto &&
		    named[i].number == number &&
		    (port->proto == WARD_N_PROTO || port->proto == proto))
			return true;
	return false;
}

static bool rule_matches(const struct ward_rule *rule, enum ward_proto proto, uint16_t number)
{
	if (rule->any_port)
		return true;
	for (uint32_t i = 0; i < rule->n_ports && proto != WARD_OTHER; i++)
		if (port_matches(&rule->ports[i], proto, number))
			return true;
	return false;
}

/* F7: tier by tier, first match; Pass leaves the tier; isolation ends the NetworkPolicy tier. */
static uint32_t walk(const struct port_map_spec *spec, enum ward_proto proto, uint16_t number)
{
	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		for (uint32_t i = 0; i < spec->n_rules; i++) {
			const struct matched_rule *matched = &spec->rules[i];

			if (matched->policy->tier != tier ||
			    !rule_matches(matched->rule, proto, number))
				continue;
			if (matched->rule->action == WARD_PASS)
				break;
			return matched->decision;
		}
		if (tier == WARD_TIER_NETWORKPOLICY && spec->isolated)
			return WARD_DECISION_ISOLATED;
	}
	return WARD_DECISION_OPEN;
}

static void random_port(struct ward_port *port)
{
	bool by_name = rand() % 5 == 0;

	port->name = by_name ? NAME : WARD_NONE;
	port->proto = (enum ward_proto)(rand() % WARD_OTHER);
	if (by_name && rand() % 2)
		port->proto = WARD_N_PROTO;
	port->low = (uint16_t)(rand() % 10);
	port->high = (uint16_t)(port->low + rand() % 5);
	if (rand() % 8 == 0) {
		port->low = 0;
		port->high = 65535;
	}
}

static void painting_is_the_walk(void **state)
{
	static const uint16_t numbers[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 65535};
	struct ward_policy policies[WARD_N_TIER];

	srand(3);
	for (int tier = 0; tier < WARD_N_TIER; tier++)
		policies[tier] = (struct ward_policy){.tier = tier};
	for (int world = 0; world < 3000; world++) {
		struct ward_port ports[RULES][3];
		struct ward_rule rules[RULES];
		struct matched_rule matched[RULES];
		struct ward_arena arena = {};
		struct port_map_spec spec = {.rules = matched,
					     .n_rules = (uint32_t)(rand() % (RULES + 1)),
					     .ports = named,
					     .n_ports = WARD_ARRAY_SIZE(named),
					     .isolated = rand() % 2};
		struct ward_port_map map;
		int tier = 0;

		for (uint32_t r = 0; r < spec.n_rules; r++) {
			tier += rand() % 2 && tier + 1 < WARD_N_TIER;
			rules[r] = (struct ward_rule){.any_port = rand() % 6 == 0,
						      .action = tier == WARD_TIER_NETWORKPOLICY
									? WARD_ACCEPT
									: rand() % WARD_N_ACTION,
						      .n_ports = 1 + (uint32_t)rand() % 3,
						      .ports = ports[r]};
			for (uint32_t p = 0; p < rules[r].n_ports; p++)
				random_port(&ports[r][p]);
			matched[r] = (struct matched_rule){&policies[tier], &rules[r], 100 + r};
		}
		map = port_map_build(&arena, &spec);
		for (int proto = 0; proto < WARD_N_PROTO; proto++)
			for (size_t i = 0; i < WARD_ARRAY_SIZE(numbers); i++)
				assert_int_equal(ward_port_map_lookup(&map, proto, numbers[i]),
						 walk(&spec, proto, numbers[i]));
		for (uint32_t i = 1; i < map.n; i++)
			assert_true(map.spans[i - 1].proto < map.spans[i].proto ||
				    map.spans[i - 1].high < map.spans[i].low);
		ward_arena_done(&arena);
	}
}

/* A6.6: `ports: [{}]` is TCP only; A6.5: no ports is everything. */
static void all_of_one_protocol(void **state)
{
	struct ward_port tcp = {.proto = WARD_TCP, .name = WARD_NONE, .low = 0, .high = 65535};
	struct ward_policy policy = {.tier = WARD_TIER_NETWORKPOLICY};
	struct ward_rule rule = {.n_ports = 1, .ports = &tcp};
	struct matched_rule matched = {&policy, &rule, 7};
	struct port_map_spec spec = {.rules = &matched, .n_rules = 1, .isolated = true};
	struct ward_arena arena = {};
	struct ward_port_map map = port_map_build(&arena, &spec);

	assert_int_equal(ward_port_map_lookup(&map, WARD_TCP, 1), 7);
	assert_int_equal(ward_port_map_lookup(&map, WARD_TCP, 65535), 7);
	assert_int_equal(ward_port_map_lookup(&map, WARD_UDP, 1), WARD_DECISION_ISOLATED);
	assert_int_equal(ward_port_map_lookup(&map, WARD_OTHER, 0), WARD_DECISION_ISOLATED);
	assert_int_equal(map.n, 1);
	rule.any_port = true;
	map = port_map_build(&arena, &spec);
	assert_int_equal(ward_port_map_lookup(&map, WARD_OTHER, 0), 7);
	ward_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(painting_is_the_walk),
		cmocka_unit_test(all_of_one_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
