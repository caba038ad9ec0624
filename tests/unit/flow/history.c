/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "base/alloc.h"
#include "flow/history.h"

enum {
	WINDOW_US = 1000,
};

static struct ward_flow flow_to(uint16_t port, int64_t time_us)
{
	return (struct ward_flow){
		.time_us = time_us, .first_us = time_us, .count = 1, .dport = port};
}

static void the_last_stay(void **state)
{
	struct ward_flow_history history;

	ward_flow_history_init(&history, 4, WINDOW_US);
	assert_int_equal(ward_flow_history_first(&history), 0);
	for (uint16_t i = 0; i < 10; i++) {
		struct ward_flow flow = flow_to(i, i);
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

static void what_is_alike_is_one_record(void **state)
{
	struct ward_flow_history history;
	const struct ward_flow *record;

	ward_flow_history_init(&history, 4, WINDOW_US);
	for (int i = 0; i < 100; i++) {
		struct ward_flow one = flow_to(1, i), other = flow_to(2 + i % 2, i);

		one.sport = i;
		ward_flow_history_add(&history, &one);
		ward_flow_history_add(&history, &other);
	}
	assert_int_equal(history.n, 3);
	record = ward_flow_history_at(&history, 0);
	assert_int_equal(record->count, 100);
	assert_int_equal(record->first_us, 0);
	assert_int_equal(record->time_us, 99);
	assert_int_equal(record->sport, 99);
	assert_int_equal(ward_flow_history_at(&history, 1)->count, 50);
	ward_flow_history_done(&history);
}

/* A record does not grow for ever, or a question about the last minutes would get all of it. */
static void a_window_ends(void **state)
{
	struct ward_flow_history history;

	ward_flow_history_init(&history, 4, WINDOW_US);
	for (int64_t t = 0; t < 3 * WINDOW_US; t += 100) {
		struct ward_flow flow = flow_to(1, t);

		ward_flow_history_add(&history, &flow);
	}
	assert_int_equal(history.n, 3);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(ward_flow_history_at(&history, i)->count, 10);
	ward_flow_history_done(&history);
}

/* Against a list that is searched from its end. */
static void as_a_plain_list_would(void **state)
{
	enum {
		CAP = 16,
		ADDED = 20000
	};
	struct ward_flow *list = ward_new_n(struct ward_flow, ADDED);
	struct ward_flow_history history;
	unsigned rng = 5;
	uint32_t n = 0;

	ward_flow_history_init(&history, CAP, WINDOW_US);
	for (int64_t t = 0; t < ADDED; t++) {
		struct ward_flow flow = flow_to(rand_r(&rng) % 24, t * 20);
		uint32_t i = n;

		flow.accept = rand_r(&rng) % 2;
		ward_flow_history_add(&history, &flow);
		while (i > 0 && i + CAP > n && !ward_flow_is_alike(&list[i - 1], &flow))
			i--;
		if (i > 0 && i + CAP > n && flow.time_us - list[i - 1].first_us < WINDOW_US)
			ward_flow_merge(&list[i - 1], &flow);
		else
			list[n++] = flow;
		assert_int_equal(history.n, n);
	}
	for (uint64_t i = ward_flow_history_first(&history); i < n; i++) {
		const struct ward_flow *record = ward_flow_history_at(&history, i);

		assert_true(ward_flow_is_alike(record, &list[i]));
		assert_int_equal(record->count, list[i].count);
		assert_int_equal(record->time_us, list[i].time_us);
	}
	assert_true(n < ADDED);
	ward_flow_history_done(&history);
	free(list);
}

static void since_is_in_order(void **state)
{
	static const int64_t times[] = {10, 20, 15, 30, 5};
	struct ward_flow_history history;
	const struct ward_flow **list;
	uint32_t n;

	ward_flow_history_init(&history, 8, WINDOW_US);
	for (uint16_t i = 0; i < WARD_ARRAY_SIZE(times); i++) {
		struct ward_flow flow = flow_to(i, times[i]);

		ward_flow_history_add(&history, &flow);
	}
	list = ward_flow_history_since(&history, 15, &n);
	assert_int_equal(n, 3);
	assert_int_equal(list[0]->dport, 2);
	assert_int_equal(list[1]->dport, 1);
	assert_int_equal(list[2]->dport, 3);
	free(list);
	list = ward_flow_history_since(&history, 31, &n);
	assert_int_equal(n, 0);
	free(list);
	ward_flow_history_done(&history);
}

/* What ended is explained by what opened it. */
static void the_opener_is_found(void **state)
{
	struct ward_flow_history history;
	struct ward_flow opened = flow_to(80, 1), closed, denied = flow_to(81, 2);

	opened.accept = true;
	opened.side[WARD_EGRESS].why = WARD_FLOW_OPEN;
	closed = opened;
	closed.closed = true;
	closed.packets[0] = 3;
	ward_flow_history_init(&history, 4, WINDOW_US);
	assert_null(ward_flow_history_opened(&history, &closed));
	ward_flow_history_add(&history, &opened);
	ward_flow_history_add(&history, &denied);
	for (int i = 0; i < 2; i++) {
		const struct ward_flow *found = ward_flow_history_opened(&history, &closed);

		assert_non_null(found);
		assert_int_equal(found->side[WARD_EGRESS].why, WARD_FLOW_OPEN);
		ward_flow_history_add(&history, &closed); /* which is a record of its own */
	}
	assert_int_equal(history.n, 3);
	assert_int_equal(ward_flow_history_at(&history, 2)->packets[0], 6);
	closed.dport = 81;
	assert_null(ward_flow_history_opened(&history, &closed));
	for (uint16_t i = 0; i < 4; i++) {
		denied.dport = 100 + i;
		ward_flow_history_add(&history, &denied);
	}
	assert_null(ward_flow_history_opened(&history, &opened));
	ward_flow_history_done(&history);
}

static void everything_tells_flows_apart(void **state)
{
	static const struct ward_flow base = {
		.side[0] = {.n_policies = 1, .policies = {{.kind = "NetworkPolicy"}}}};
	struct ward_flow other[13];

	for (size_t i = 0; i < WARD_ARRAY_SIZE(other); i++)
		other[i] = base;
	other[0].node = 1;
	other[1].accept = true;
	other[2].cause = WARD_FLOW_CAUSE_SPOOFED;
	other[3].protocol = 6;
	other[4].dport = 80;
	other[5].from.ip.lo = 1;
	other[6].to.name = 3;
	other[7].to.n_groups = 1;
	other[8].side[1].why = WARD_FLOW_OPEN;
	other[9].side[0].policies[0].line = 7;
	other[10].side[0].policies[0].kind = "GroupPolicy";
	other[11].side[0].n_policies = 2;
	other[12].closed = true;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(other); i++)
		assert_false(ward_flow_is_alike(&base, &other[i]));
	other[0] = base;
	other[0].sport = 9;
	other[0].time_us = 9;
	other[0].count = 9;
	assert_true(ward_flow_is_alike(&base, &other[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_stay),
		cmocka_unit_test(what_is_alike_is_one_record),
		cmocka_unit_test(a_window_ends),
		cmocka_unit_test(as_a_plain_list_would),
		cmocka_unit_test(since_is_in_order),
		cmocka_unit_test(the_opener_is_found),
		cmocka_unit_test(everything_tells_flows_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
