/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as ipBlocks: exactly they, and in few lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "render/parts.h"

/* Blocks, and exceptions with a '-' before them; and what they become. */
static const struct {
	const char *given[4];
	const char *expected;
} cases[] = {
	{{"10.0.0.0/8"}, "[{\"ipBlock\":{\"cidr\":\"10.0.0.0/8\"}}]\n"},
	{{"0.0.0.0/0", "-10.0.0.0/8"},
	 "[{\"ipBlock\":{\"cidr\":\"0.0.0.0/0\",\"except\":[\"10.0.0.0/8\"]}}]\n"},
	{{"10.0.0.0/9", "10.128.0.0/9"}, "[{\"ipBlock\":{\"cidr\":\"10.0.0.0/8\"}}]\n"},
	{{"10.0.0.0/31", "10.0.0.2/32"},
	 "[{\"ipBlock\":{\"cidr\":\"10.0.0.0/30\",\"except\":[\"10.0.0.3/32\"]}}]\n"},
	{{"10.0.0.0/8", "-10.0.0.0/8"}, "[]\n"},
	{{"0.0.0.0/0", "::/0"},
	 "[{\"ipBlock\":{\"cidr\":\"0.0.0.0/0\"}},{\"ipBlock\":{\"cidr\":\"::/0\"}}]\n"},
	{{"2001:db8::/32", "-2001:db8:1::/48"},
	 "[{\"ipBlock\":{\"cidr\":\"2001:db8::/32\",\"except\":[\"2001:db8:1::/48\"]}}]\n"},
	{{"10.0.0.1/32", "10.9.0.0/16"},
	 "[{\"ipBlock\":{\"cidr\":\"10.0.0.1/32\"}},{\"ipBlock\":{\"cidr\":"
	 "\"10.9.0.0/16\"}}]\n"},
};

static void test_blocks(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_cidr cidrs[4], excepts[4];
		struct ward_peer peer = {.kind = WARD_PEER_BLOCKS,
					 .cidrs = cidrs,
					 .excepts = excepts};
		struct ward_arena arena = {};
		struct render in = {.arena = &arena};
		struct ward_node peers = tree_list();
		unsigned lenient;

		for (uint32_t k = 0; k < 4 && cases[i].given[k]; k++) {
			const char *text = cases[i].given[k];
			struct ward_cidr *cidr =
				*text == '-' ? &excepts[peer.n_excepts++] : &cidrs[peer.n_cidrs++];

			assert_int_equal(ward_cidr_parse(text + (*text == '-'), cidr, &lenient), 0);
		}
		render_blocks(&in, &peer, &peers);
		assert_string_equal(tree_text(&arena, &peers), cases[i].expected);
		ward_arena_done(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_blocks)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
