/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/ports.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum {
	DENY = WARD_DECISION_ISOLATED,
	ALLOW = WARD_DECISION_OPEN,
};

static const struct ward_decision decisions[] = {
	[DENY] = {.accept = false, .policy = WARD_NONE},
	[ALLOW] = {.accept = true, .policy = WARD_NONE},
};

static const struct ward_port_span allow_some[] = {
	{WARD_TCP, 80, 80, ALLOW},
	{WARD_TCP, 81, 90, ALLOW},
	{WARD_UDP, 53, 53, ALLOW},
};

/* Denials inside of what is allowed, at both edges of the ports too. */
static const struct ward_port_span deny_some[] = {
	{WARD_TCP, 0, 79, DENY},     {WARD_TCP, 85, 85, DENY},	      {WARD_UDP, 53, 53, ALLOW},
	{WARD_UDP, 60, 65535, DENY}, {WARD_SCTP, 65535, 65535, DENY},
};

static const struct ward_port_map maps[] = {
	{.other = ALLOW, .rest = ALLOW},
	{.other = DENY, .rest = DENY},
	{.other = DENY, .rest = DENY, .n = 3, .spans = allow_some},
	{.other = ALLOW, .rest = ALLOW, .n = 5, .spans = deny_some},
};

static const struct ward_tables tables = {
	.n_decisions = 2,
	.decisions = decisions,
	.n_port_maps = WARD_ARRAY_SIZE(maps),
	.port_maps = maps,
};

static void assert_text(const struct ward_port_sets *sets, uint32_t set, const char *wanted)
{
	struct ward_port_set got = ward_port_sets_get(sets, set);
	char text[256];

	assert_string_equal(ward_port_set_str(&got, text, sizeof(text)), wanted);
}

static void of_maps(void **state)
{
	struct ward_port_sets sets;

	ward_port_sets_init(&sets, &tables);
	assert_int_equal(ward_port_sets_of_map(&sets, 0), WARD_PORTS_ALL);
	assert_int_equal(ward_port_sets_of_map(&sets, 1), WARD_PORTS_NONE);
	assert_text(&sets, WARD_PORTS_ALL, "all");
	assert_text(&sets, WARD_PORTS_NONE, "none");
	assert_text(&sets, ward_port_sets_of_map(&sets, 2), "TCP 80-90 UDP 53");
	assert_text(&sets, ward_port_sets_of_map(&sets, 3),
		    "TCP 80-84,86-65535 UDP 1-59 SCTP 1-65534 other");
	ward_port_sets_done(&sets);
}

static void combined(void **state)
{
	struct ward_port_sets sets;
	uint32_t some, most, both, either;

	ward_port_sets_init(&sets, &tables);
	some = ward_port_sets_of_map(&sets, 2);
	most = ward_port_sets_of_map(&sets, 3);
	both = ward_port_sets_and(&sets, some, most);
	either = ward_port_sets_or(&sets, some, most);
	assert_text(&sets, both, "TCP 80-84,86-90 UDP 53");
	assert_text(&sets, either, "TCP 80-65535 UDP 1-59 SCTP 1-65534 other");
	assert_int_equal(ward_port_sets_and(&sets, most, some), both);
	assert_int_equal(ward_port_sets_or(&sets, most, some), either);
	assert_int_equal(ward_port_sets_and(&sets, WARD_PORTS_ALL, some), some);
	assert_int_equal(ward_port_sets_and(&sets, most, WARD_PORTS_NONE), WARD_PORTS_NONE);
	assert_int_equal(ward_port_sets_or(&sets, some, WARD_PORTS_NONE), some);
	assert_int_equal(ward_port_sets_or(&sets, WARD_PORTS_ALL, some), WARD_PORTS_ALL);
	ward_port_sets_done(&sets);
}

/* What one has and the other has not; and the rest is in both. */
static void without(void **state)
{
	struct ward_port_sets sets;
	uint32_t some, most;

	ward_port_sets_init(&sets, &tables);
	some = ward_port_sets_of_map(&sets, 2);
	most = ward_port_sets_of_map(&sets, 3);
	assert_text(&sets, ward_port_sets_minus(&sets, some, most), "TCP 85");
	assert_text(&sets, ward_port_sets_minus(&sets, most, some),
		    "TCP 91-65535 UDP 1-52,54-59 SCTP 1-65534 other");
	assert_text(&sets, ward_port_sets_minus(&sets, WARD_PORTS_ALL, most),
		    "TCP 1-79,85 UDP 60-65535 SCTP 65535");
	assert_int_equal(ward_port_sets_minus(&sets, some, WARD_PORTS_ALL), WARD_PORTS_NONE);
	assert_int_equal(ward_port_sets_minus(&sets, WARD_PORTS_ALL, WARD_PORTS_NONE),
			 WARD_PORTS_ALL);
	assert_int_equal(ward_port_sets_minus(&sets, most, most), WARD_PORTS_NONE);
	ward_port_sets_done(&sets);
}

/* A set of another map is the same number here. */
static void from_elsewhere(void **state)
{
	struct ward_port_sets sets, others;

	ward_port_sets_init(&sets, &tables);
	ward_port_sets_init(&others, &tables);
	for (uint32_t map = 0; map < WARD_ARRAY_SIZE(maps); map++) {
		struct ward_port_set other =
			ward_port_sets_get(&others, ward_port_sets_of_map(&others, map));

		assert_int_equal(ward_port_sets_put(&sets, &other),
				 ward_port_sets_of_map(&sets, map));
	}
	ward_port_sets_done(&others);
	ward_port_sets_done(&sets);
}

static void cut_text(void **state)
{
	struct ward_port_sets sets;
	struct ward_port_set set;
	char text[12];

	ward_port_sets_init(&sets, &tables);
	set = ward_port_sets_get(&sets, ward_port_sets_of_map(&sets, 2));
	assert_string_equal(ward_port_set_str(&set, text, sizeof(text)), "TCP 80-9…");
	ward_port_sets_done(&sets);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_maps),  cmocka_unit_test(combined),
		cmocka_unit_test(without),  cmocka_unit_test(from_elsewhere),
		cmocka_unit_test(cut_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
