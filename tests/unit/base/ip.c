/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/ip.h"

/* A3.7, A8.6: what is accepted, what it becomes, what was lenient about it. */
static void cidr_texts(void **state)
{
	static const struct {
		const char *text, *normal; /* normal NULL: refused */
		unsigned lenient;
	} cases[] = {
		{"10.0.0.0/8", "10.0.0.0/8", 0},
		{"0.0.0.0/0", "0.0.0.0/0", 0},
		{"10.1.2.3/8", "10.0.0.0/8", WARD_CIDR_HOST_BITS},
		{"010.0.0.0/8", "10.0.0.0/8", WARD_CIDR_LEADING_ZEROS},
		{"10.0.0.1/32", "10.0.0.1/32", 0},
		{"::/0", "::/0", 0},
		{"2001:db8::1/32", "2001:db8::/32", WARD_CIDR_HOST_BITS},
		{"2001:0db8::/32", "2001:db8::/32", 0},
		{"::ffff:10.0.0.0/104", "10.0.0.0/8", WARD_CIDR_MAPPED},
		{"::ffff:10.0.0.0/90", "::ffc0:0:0/90",
		 WARD_CIDR_MAPPED | WARD_CIDR_NOTHING | WARD_CIDR_HOST_BITS},
		{"10.0.0.0", NULL, 0},
		{"10.0.0.0/33", NULL, 0},
		{"10.0.0.0/08", NULL, 0},
		{"10.0.0.0/", NULL, 0},
		{"10.0.0.0/-1", NULL, 0},
		{"10.0.0/8", NULL, 0},
		{"10.0.0.256/8", NULL, 0},
		{"::/129", NULL, 0},
		{"", NULL, 0},
		{"/", NULL, 0},
		{"10.0.0.0/8 ", NULL, 0},
		{"1111111111111111111111111111111111111111111111111111111111111111111/1", NULL, 0},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_cidr cidr;
		unsigned lenient;
		char text[WARD_CIDR_TEXT];
		int r = ward_cidr_parse(cases[i].text, &cidr, &lenient);

		if (!cases[i].normal) {
			assert_int_not_equal(r, 0);
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(ward_cidr_str(cidr, text), cases[i].normal);
		assert_int_equal(lenient, cases[i].lenient);
	}
}

static void cidr_edges(void **state)
{
	static const struct {
		const char *cidr, *first, *last;
	} cases[] = {
		{"10.0.0.0/8", "10.0.0.0", "10.255.255.255"},
		{"10.0.0.1/32", "10.0.0.1", "10.0.0.1"},
		{"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
		{"2001:db8::/64", "2001:db8::", "2001:db8::ffff:ffff:ffff:ffff"},
		{"2001:db8::/63", "2001:db8::", "2001:db8:0:1:ffff:ffff:ffff:ffff"},
		{"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_ip_range range;
		struct ward_cidr cidr;
		unsigned lenient;
		char text[WARD_IP_TEXT];

		assert_int_equal(ward_cidr_parse(cases[i].cidr, &cidr, &lenient), 0);
		range = ward_cidr_range(cidr);
		assert_string_equal(ward_ip_str(range.first, text), cases[i].first);
		assert_string_equal(ward_ip_str(range.last, text), cases[i].last);
		assert_true(ward_cidr_has(cidr, range.first));
		assert_true(ward_cidr_has(cidr, range.last));
		if (!ward_ip_is_max(range.last))
			assert_false(ward_cidr_has(cidr, ward_ip_next(range.last)));
	}
}

/* A3.8: strictly smaller, and inside. */
static void cidr_inside(void **state)
{
	static const struct {
		const char *inner, *outer;
		bool inside;
	} cases[] = {
		{"10.1.0.0/16", "10.0.0.0/8", true},  {"10.0.0.0/8", "10.0.0.0/8", false},
		{"11.0.0.0/16", "10.0.0.0/8", false}, {"0.0.0.0/0", "10.0.0.0/8", false},
		{"2001:db8::/64", "::/0", true},      {"10.0.0.0/8", "::/0", false},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_cidr inner, outer;
		unsigned lenient;

		assert_int_equal(ward_cidr_parse(cases[i].inner, &inner, &lenient), 0);
		assert_int_equal(ward_cidr_parse(cases[i].outer, &outer, &lenient), 0);
		assert_int_equal(ward_cidr_is_inside(inner, outer), cases[i].inside);
	}
}

static void families_never_mix(void **state)
{
	struct ward_cidr all4, all6;
	struct ward_ip ip4, ip6, mapped;
	unsigned lenient;

	ward_cidr_parse("0.0.0.0/0", &all4, &lenient);
	ward_cidr_parse("::/0", &all6, &lenient);
	assert_int_equal(ward_ip_parse("10.0.0.1", &ip4), 0);
	assert_int_equal(ward_ip_parse("2001:db8::1", &ip6), 0);
	assert_int_equal(ward_ip_parse("::ffff:10.0.0.1", &mapped), 0);
	assert_true(ward_ip_eq(ip4, mapped));
	assert_true(ward_cidr_has(all4, ip4) && ward_cidr_has(all6, ip6));
	assert_false(ward_cidr_has(all4, ip6) || ward_cidr_has(all6, ip4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cidr_texts),
		cmocka_unit_test(cidr_edges),
		cmocka_unit_test(cidr_inside),
		cmocka_unit_test(families_never_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
