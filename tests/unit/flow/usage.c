/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/usage.h"

static struct ward_usage usage_of(ward_sym pod, uint32_t rule, uint32_t line)
{
	return (struct ward_usage){
		.name = pod,
		.direction = WARD_EGRESS,
		.why = WARD_FLOW_BY_RULE,
		.accept = true,
		.rule = {.kind = "NetworkPolicy", .rule = rule, .line = line},
		.packets = {1, 2},
		.bytes = {100, 200},
	};
}

static void alike_is_summed(void **state)
{
	struct ward_usages usages = {};
	struct ward_usage other = usage_of(1, 0, 3);

	for (uint32_t line = 3; line < 6; line++) { /* a rule is the same when its line moves */
		struct ward_usage usage = usage_of(1, 0, line);

		ward_usages_add(&usages, &usage);
	}
	assert_int_equal(usages.list.n, 1);
	assert_int_equal(usages.list.items[0].packets[0], 3);
	assert_int_equal(usages.list.items[0].packets[1], 6);
	assert_int_equal(usages.list.items[0].bytes[1], 600);
	assert_int_equal(usages.list.items[0].rule.line, 5);
	other.direction = WARD_INGRESS;
	ward_usages_add(&usages, &other);
	other.rule.rule = 1;
	ward_usages_add(&usages, &other);
	other.name = 2;
	ward_usages_add(&usages, &other);
	other.why = WARD_FLOW_ISOLATED;
	ward_usages_add(&usages, &other);
	other.rule.rule = 9; /* means nothing here */
	ward_usages_add(&usages, &other);
	assert_int_equal(usages.list.n, 5);
	ward_usages_done(&usages);
}

static void it_is_bounded(void **state)
{
	struct ward_usages usages = {};

	for (uint32_t i = 0; i < WARD_USAGES_MAX + 10; i++) {
		struct ward_usage usage = usage_of(i, 0, 1);

		ward_usages_add(&usages, &usage);
		ward_usages_add(&usages, &usage);
	}
	assert_int_equal(usages.list.n, WARD_USAGES_MAX);
	assert_int_equal(usages.n_untold, 10 * 2 * 3);
	assert_int_equal(usages.list.items[WARD_USAGES_MAX - 1].packets[0], 2);
	ward_usages_done(&usages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alike_is_summed),
		cmocka_unit_test(it_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
