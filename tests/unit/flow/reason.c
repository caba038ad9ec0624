/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "flow/flow.h"

/* Which side decided, and in which word. */
static void deciders(void **state)
{
	static const struct {
		bool accept;
		enum ward_flow_cause cause;
		enum ward_flow_why egress, ingress;
		bool egress_accepts, ingress_accepts;
		enum ward_direction decider;
		const char *reason;
	} cases[] = {
		{true, 0, WARD_FLOW_BY_RULE, WARD_FLOW_OPEN, true, true, WARD_EGRESS, "rule"},
		{true, 0, WARD_FLOW_NOT_JUDGED, WARD_FLOW_BY_RULE, false, true, WARD_INGRESS,
		 "rule"},
		{false, 0, WARD_FLOW_BY_RULE, WARD_FLOW_ISOLATED, true, false, WARD_INGRESS,
		 "isolated"},
		{false, 0, WARD_FLOW_ISOLATED, WARD_FLOW_ISOLATED, false, false, WARD_EGRESS,
		 "isolated"},
		{false, 0, WARD_FLOW_ISOLATED, WARD_FLOW_NOT_JUDGED, false, false, WARD_EGRESS,
		 "isolated"},
		{true, 0, WARD_FLOW_NOT_JUDGED, WARD_FLOW_NOT_JUDGED, false, false,
		 WARD_N_DIRECTION, "not-judged"},
		{true, 0, WARD_FLOW_OPEN, WARD_FLOW_NOT_JUDGED, true, false, WARD_EGRESS,
		 "no-policy"},
		{false, 0, WARD_FLOW_UNKNOWN, WARD_FLOW_NOT_JUDGED, false, false, WARD_EGRESS,
		 "earlier-policy"},
		{false, WARD_FLOW_CAUSE_SPOOFED, WARD_FLOW_NOT_JUDGED, WARD_FLOW_NOT_JUDGED, false,
		 false, WARD_N_DIRECTION, "spoofed"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_flow flow = {.accept = cases[i].accept, .cause = cases[i].cause};

		flow.side[WARD_EGRESS] = (struct ward_flow_side){.why = cases[i].egress,
								 .accept = cases[i].egress_accepts};
		flow.side[WARD_INGRESS] =
			(struct ward_flow_side){.why = cases[i].ingress,
						.accept = cases[i].ingress_accepts};
		assert_int_equal(ward_flow_decider(&flow), cases[i].decider);
		assert_string_equal(ward_flow_reason_str(&flow), cases[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deciders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
