/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "kube/names.h"

#define TEN "abcdefghij"
#define SIXTY TEN TEN TEN TEN TEN TEN

struct name_case {
	const char *text;
	bool valid;
};

static void check(bool (*is)(const char *), const struct name_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is(cases[i].text) != cases[i].valid)
			fail_msg("\"%s\" is not judged %d", cases[i].text, cases[i].valid);
}

/* A3.1 */
static void object_names(void **state)
{
	static const struct name_case subdomains[] = {
		{"a", true},
		{"a-b.c1", true},
		{"1", true},
		{SIXTY TEN, true},
		{"", false},
		{"-a", false},
		{"a-", false},
		{"a..b", false},
		{".a", false},
		{"a.", false},
		{"a.-b", false},
		{"A", false},
		{"a_b", false},
		{"a b", false},
		{"\xc3\xa4", false},
		{SIXTY SIXTY SIXTY SIXTY "abcdefghijklm", true},
		{SIXTY SIXTY SIXTY SIXTY "abcdefghijklmn", false},
	};
	static const struct name_case labels[] = {
		{"a", true},	       {"a-b", true},  {SIXTY "abc", true},
		{SIXTY "abcd", false}, {"a.b", false}, {"", false},
	};

	check(ward_is_dns_subdomain, subdomains, WARD_ARRAY_SIZE(subdomains));
	check(ward_is_dns_label, labels, WARD_ARRAY_SIZE(labels));
}

/* A3.4 */
static void port_names(void **state)
{
	static const struct name_case cases[] = {
		{"http", true},
		{"a", true},
		{"8080a", true},
		{"http-alt", true},
		{"80", false},
		{"8-0", false},
		{"", false},
		{"-http", false},
		{"http-", false},
		{"ht--tp", false},
		{"HTTP", false},
		{"ht_tp", false},
		{"ht.tp", false},
		{"abcdefghijklmno", true},
		{"abcdefghijklmnop", false},
	};

	check(ward_is_port_name, cases, WARD_ARRAY_SIZE(cases));
}

/* A4.1, A4.2 */
static void label_parts(void **state)
{
	static const struct name_case keys[] = {
		{"app", true},	       {"A", true},
		{"a.b_c-d", true},     {"example.com/app", true},
		{"a/b", true},	       {SIXTY "abc", true},
		{SIXTY "abcd", false}, {"", false},
		{"/app", false},       {"example.com/", false},
		{"a/b/c", false},      {"Example.com/app", false},
		{"-app", false},       {"app-", false},
		{"a b", false},	       {"a:b", false},
		{"\xc3\xa4", false},
	};
	static const struct name_case values[] = {
		{"", true},    {"a", true},   {"A.b_c-9", true}, {SIXTY "abc", true},
		{"-a", false}, {"a.", false}, {"a/b", false},	 {SIXTY "abcd", false},
		{"_", false},  {" ", false},
	};

	check(ward_is_label_key, keys, WARD_ARRAY_SIZE(keys));
	check(ward_is_label_value, values, WARD_ARRAY_SIZE(values));
}

static void nearest(void **state)
{
	static const char *const candidates[] = {"podSelector", "policyTypes", "ingress",
						 "egress",	"to",	       "protocol"};
	static const struct {
		const char *word, *best;
	} cases[] = {
		{"ingres", "ingress"},
		{"inrgess", "ingress"},
		{"INGRESS", "ingress"},
		{"podselector", "podSelector"},
		{"pod", "podSelector"},
		{"policyType", "policyTypes"},
		{"prot", "protocol"},
		{"regress", "egress"},
		{"ot", "to"},
		{"x", NULL},
		{"xy", NULL},
		{"", NULL},
		{"spec", NULL},
		{SIXTY, NULL},
		{"namespaceSelector", NULL},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_nearest near = {.word = cases[i].word};

		for (size_t k = 0; k < WARD_ARRAY_SIZE(candidates); k++)
			ward_nearest_offer(&near, candidates[k]);
		if (!cases[i].best)
			assert_null(near.best);
		else
			assert_string_equal(near.best, cases[i].best);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(object_names),
		cmocka_unit_test(port_names),
		cmocka_unit_test(label_parts),
		cmocka_unit_test(nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
