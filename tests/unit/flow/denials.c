/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "flow/denials.h"

enum {
	NS,
	WEB,
	DB,
	WEB_0,
	WEB_1,
};

static struct ward_flow denied(ward_sym pod, uint16_t port, uint64_t count, int64_t time_us)
{
	struct ward_flow flow = {
		.time_us = time_us,
		.first_us = time_us,
		.count = count,
		.dport = port,
		.from = {.kind = WARD_FLOW_POD, .ns = NS, .name = pod},
		.to = {.kind = WARD_FLOW_POD, .ns = NS, .name = DB},
	};

	flow.side[WARD_EGRESS] = (struct ward_flow_side){.why = WARD_FLOW_ISOLATED};
	return flow;
}

static void add(struct ward_denials *denials, const struct ward_flow *flow)
{
	struct ward_flow_end workload = flow->from;

	workload.name = WEB;
	ward_denials_add(denials, flow, &workload, &flow->to);
}

static void workloads_are_counted_most_frequent_first(void **state)
{
	struct ward_denials denials = {};
	const struct ward_flow flows[] = {denied(WEB_0, 1, 2, 10), denied(WEB_0, 5432, 2, 20),
					  denied(WEB_1, 5432, 3, 30), denied(WEB_0, 5432, 1, 25),
					  denied(WEB_0, 2, 2, 40)};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(flows); i++)
		add(&denials, &flows[i]);
	ward_denials_sort(&denials);
	assert_int_equal(denials.list.n, 3);
	assert_int_equal(denials.list.items[0].count, 6);
	assert_int_equal(denials.list.items[0].from.name, WEB);
	assert_int_equal(denials.list.items[0].last.from.name, WEB_1); /* the last of them */
	assert_int_equal(denials.list.items[0].first_us, 20);
	assert_int_equal(denials.list.items[1].last.dport, 2); /* as often, but later */
	assert_int_equal(denials.list.items[2].last.dport, 1);
	ward_denials_done(&denials);
}

/* What was denied by something else is something else; where it was seen is not. */
static void reasons_are_told_apart(void **state)
{
	struct ward_denials denials = {};
	struct ward_flow flow = denied(WEB_0, 5432, 1, 1);

	add(&denials, &flow);
	flow.node = 7;
	add(&denials, &flow);
	assert_int_equal(denials.list.n, 1);
	flow.side[WARD_EGRESS].n_policies = 1;
	flow.side[WARD_EGRESS].policies[0].line = 3;
	add(&denials, &flow);
	flow.side[WARD_EGRESS].policies[0].line = 4;
	add(&denials, &flow);
	flow.cause = WARD_FLOW_CAUSE_SPOOFED;
	add(&denials, &flow);
	assert_int_equal(denials.list.n, 4);
	ward_denials_done(&denials);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(workloads_are_counted_most_frequent_first),
		cmocka_unit_test(reasons_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
