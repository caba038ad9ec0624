/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "flow/flow.h"

static void the_last_stay(void **state)
{
	struct ward_flow_history history;

	ward_flow_history_init(&history, 4);
	assert_int_equal(ward_flow_history_first(&history), 0);
	for (uint16_t i = 0; i < 10; i++) {
		struct ward_flow flow = {.dport = i};
		uint64_t first;

		ward_flow_history_add(&history, &flow);
		first = ward_flow_history_first(&history);
		assert_int_equal(history.n, i + 1);
		assert_int_equal(first, i < 4 ? 0 : i - 3);
		for (uint64_t k = first; k < history.n; k++)
			assert_int_equal(ward_flow_history_at(&history, k)->dport, k);
	}
	ward_flow_history_done(&history);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
