/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of addresses against brute force: random ones at both ends of both families. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ranges.h"

enum {
	PLACES = 4, /* the first and last addresses of each family */
	SPAN = 12,  /* addresses at each */
	POINTS = PLACES * SPAN,
	TRIALS = 20000,
};

static uint64_t rng = 3;

static uint32_t below(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (rng >> 33) % n;
}

/* Place 0: 0.0.0.0 and on; 1: up to 255.255.255.255; 2, 3: the same of IPv6. */
static struct ward_ip point(uint32_t i)
{
	enum ward_family family = i / SPAN < 2 ? WARD_FAMILY_4 : WARD_FAMILY_6;
	struct ward_ip ip = i / SPAN % 2 ? ward_ip_max(family) : ward_ip_min(family);
	uint32_t step = i % SPAN;

	if (i / SPAN % 2)
		ip.lo -= SPAN - 1 - step;
	else
		ip.lo += step;
	return ip;
}

struct set {
	struct ward_ranges ranges;
	bool in[POINTS];
};

static void set_random(struct set *set)
{
	uint32_t n = below(6);

	*set = (struct set){};
	for (uint32_t i = 0; i < n; i++) {
		uint32_t place = below(PLACES), low = below(SPAN), high = low + below(SPAN - low);
		struct ward_ip_range range = {point(place * SPAN + low),
					      point(place * SPAN + high)};

		memset(&set->in[place * SPAN + low], true, high - low + 1);
		ward_ranges_or(&set->ranges, &range, 1);
	}
}

static void check(const struct ward_ranges *ranges, const bool *in)
{
	for (uint32_t i = 0; i < POINTS; i++)
		assert_int_equal(ward_ranges_have(ranges, point(i)), in[i]);
	for (uint32_t i = 1; i < ranges->list.n; i++) {
		const struct ward_ip_range *left = &ranges->list.items[i - 1];

		assert_true(ward_ip_cmp(left->last, ranges->list.items[i].first) < 0);
		assert_false(!ward_ip_is_max(left->last) &&
			     ward_ip_eq(ward_ip_next(left->last), ranges->list.items[i].first));
	}
}

static bool cidrs_have(const struct ward_cidrs *cidrs, struct ward_ip ip)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < cidrs->list.n; i++)
		n += ward_cidr_has(cidrs->list.items[i], ip);
	assert_true(n <= 1);
	return n;
}

static void the_algebra_is_exact(void **state)
{
	for (uint32_t trial = 0; trial < TRIALS; trial++) {
		struct ward_cidrs cidrs = {};
		struct set a, b;
		uint32_t what = below(3);

		set_random(&a);
		set_random(&b);
		if (what == 0)
			ward_ranges_or(&a.ranges, b.ranges.list.items, b.ranges.list.n);
		else if (what == 1)
			ward_ranges_and(&a.ranges, &b.ranges);
		else
			ward_ranges_minus(&a.ranges, &b.ranges);
		for (uint32_t i = 0; i < POINTS; i++)
			a.in[i] = what == 0   ? a.in[i] | b.in[i]
				  : what == 1 ? a.in[i] & b.in[i]
					      : a.in[i] & !b.in[i];
		check(&a.ranges, a.in);
		ward_ranges_cidrs(&a.ranges, &cidrs);
		for (uint32_t i = 0; i < POINTS; i++)
			assert_int_equal(cidrs_have(&cidrs, point(i)), a.in[i]);
		ward_vec_done(&cidrs.list);
		ward_ranges_done(&a.ranges);
		ward_ranges_done(&b.ranges);
	}
}

static void everything_is_one_block_a_family(void **state)
{
	struct ward_ranges all = {}, none = {};
	struct ward_cidrs cidrs = {};

	ward_ranges_minus(&none, &all);
	assert_int_equal(none.list.n, 0);
	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		struct ward_ip_range range = {ward_ip_min(family), ward_ip_max(family)};

		ward_ranges_or(&all, &range, 1);
	}
	ward_ranges_cidrs(&all, &cidrs);
	assert_int_equal(cidrs.list.n, 2);
	assert_int_equal(cidrs.list.items[1].bits, 0);
	ward_vec_done(&cidrs.list);
	ward_ranges_done(&all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_algebra_is_exact),
		cmocka_unit_test(everything_is_one_block_a_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
