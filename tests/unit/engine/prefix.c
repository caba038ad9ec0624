/* SPDX-License-Identifier: Apache-2.0 */
/* Prefix classes: two addresses have one class exactly when the same rules' blocks contain them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/prefix.h"

static struct ward_cidr cidr(const char *text)
{
	struct ward_cidr cidr;
	unsigned lenient;

	assert_int_equal(ward_cidr_parse(text, &cidr, &lenient), 0);
	return cidr;
}

static struct ward_ip ip(const char *text)
{
	struct ward_ip ip;

	assert_int_equal(ward_ip_parse(text, &ip), 0);
	return ip;
}

/* As if a rule in use had it. */
static uint32_t use(struct prefixes *prefixes, const struct ward_rule *rule)
{
	uint32_t set = prefixes_intern(prefixes, rule);

	if (set != WARD_NONE)
		uses_add(&prefixes->uses, set);
	return set;
}

static void sweep(struct prefixes *prefixes)
{
	uint32_t set;
	bool used;

	while (uses_settle(&prefixes->uses, &set, &used))
		;
	prefixes_sweep(prefixes);
}

static bool class_has(const struct prefixes *prefixes, const char *address, uint32_t set)
{
	uint32_t n;
	const uint32_t *sets = prefixes_sets(prefixes, prefixes_class(prefixes, ip(address)), &n);

	for (uint32_t i = 0; i < n; i++)
		if (sets[i] == set)
			return true;
	return false;
}

/* H15: an except takes only from its own block. */
static void excepts_take_from_their_own_block(void **state)
{
	struct ward_cidr cidrs[] = {cidr("10.0.0.0/8"), cidr("10.1.2.0/24")};
	struct ward_cidr except = cidr("10.1.0.0/16");
	struct ward_peer peers[] = {
		{.kind = WARD_PEER_BLOCKS,
		 .n_cidrs = 1,
		 .cidrs = &cidrs[0],
		 .n_excepts = 1,
		 .excepts = &except},
		{.kind = WARD_PEER_BLOCKS, .n_cidrs = 1, .cidrs = &cidrs[1]},
	};
	struct ward_rule rule = {.n_peers = 2, .peers = peers};
	struct prefixes prefixes;
	uint32_t set;

	prefixes_init(&prefixes);
	set = use(&prefixes, &rule);
	sweep(&prefixes);
	assert_true(class_has(&prefixes, "10.1.2.3", set));
	assert_false(class_has(&prefixes, "10.1.3.3", set));
	assert_true(class_has(&prefixes, "10.0.0.0", set));
	assert_true(class_has(&prefixes, "10.255.255.255", set));
	assert_false(class_has(&prefixes, "11.0.0.0", set));
	assert_false(class_has(&prefixes, "9.255.255.255", set));
	prefixes_done(&prefixes);
}

/* 256 blocks that tile a /16 are one set, one range, two classes. */
static void equal_sets_are_one(void **state)
{
	struct ward_cidr tiles[256], whole = cidr("10.7.0.0/16");
	struct ward_peer peer = {.kind = WARD_PEER_BLOCKS, .n_cidrs = 256, .cidrs = tiles};
	struct ward_peer peer_whole = {.kind = WARD_PEER_BLOCKS, .n_cidrs = 1, .cidrs = &whole};
	struct ward_rule rule = {.n_peers = 1, .peers = &peer};
	struct ward_rule rule_whole = {.n_peers = 1, .peers = &peer_whole};
	struct prefixes prefixes;

	for (uint32_t i = 0; i < 256; i++) {
		tiles[i] = cidr("10.7.0.0/24");
		tiles[i].ip.lo |= (uint64_t)(i * 37 % 256) << 8;
	}
	prefixes_init(&prefixes);
	assert_int_equal(use(&prefixes, &rule), use(&prefixes, &rule_whole));
	sweep(&prefixes);
	assert_int_equal(prefixes.classes.n, 2);
	assert_int_equal(prefixes.boundaries.n, 4); /* three of IPv4, one of IPv6 */
	prefixes_done(&prefixes);
}

static void whole_families_and_no_blocks(void **state)
{
	struct ward_cidr all4 = cidr("0.0.0.0/0"), all6 = cidr("::/0");
	struct ward_peer peers[] = {
		{.kind = WARD_PEER_BLOCKS, .n_cidrs = 1, .cidrs = &all4},
		{.kind = WARD_PEER_BLOCKS, .n_cidrs = 1, .cidrs = &all6},
		{.kind = WARD_PEER_BLOCKS},
	};
	struct ward_rule rule4 = {.n_peers = 1, .peers = &peers[0]};
	struct ward_rule rule6 = {.n_peers = 1, .peers = &peers[1]};
	struct ward_rule nothing = {.n_peers = 1, .peers = &peers[2]};
	struct prefixes prefixes;
	uint32_t set4, set6;

	prefixes_init(&prefixes);
	assert_int_equal(use(&prefixes, &nothing), WARD_NONE);
	set4 = use(&prefixes, &rule4);
	set6 = use(&prefixes, &rule6);
	sweep(&prefixes);
	assert_true(class_has(&prefixes, "0.0.0.0", set4));
	assert_true(class_has(&prefixes, "255.255.255.255", set4));
	assert_false(class_has(&prefixes, "2001:db8::1", set4));
	assert_true(class_has(&prefixes, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", set6));
	assert_false(class_has(&prefixes, "1.2.3.4", set6));
	prefixes_done(&prefixes);
}

/* Random blocks against the definition. */
static void classes_are_exact(void **state)
{
	enum {
		RULES = 40,
		PROBES = 4000
	};
	static struct ward_cidr cidrs[RULES][2], excepts[RULES];
	static struct ward_peer peers[RULES];
	uint32_t sets[RULES];
	struct prefixes prefixes;

	srand(11);
	prefixes_init(&prefixes);
	for (int i = 0; i < RULES; i++) {
		struct ward_rule rule = {.n_peers = 1, .peers = &peers[i]};

		for (int c = 0; c < 2; c++) {
			cidrs[i][c] = cidr("10.0.0.0/20");
			cidrs[i][c].bits = (uint8_t)(22 + rand() % 11);
			cidrs[i][c].ip.lo |= (uint64_t)(rand() % 4096) &
					     ~((UINT64_C(1) << (32 - cidrs[i][c].bits)) - 1);
		}
		excepts[i] = cidrs[i][0];
		excepts[i].bits = (uint8_t)(excepts[i].bits + (32 - excepts[i].bits) / 2);
		peers[i] = (struct ward_peer){.kind = WARD_PEER_BLOCKS,
					      .n_cidrs = 2,
					      .cidrs = cidrs[i],
					      .n_excepts = rand() % 2,
					      .excepts = &excepts[i]};
		sets[i] = use(&prefixes, &rule);
	}
	sweep(&prefixes);
	for (int p = 0; p < PROBES; p++) {
		struct ward_ip address = {.lo = 0x0a000000 + (uint64_t)p, .family = WARD_FAMILY_4};
		uint32_t n, class = prefixes_class(&prefixes, address);
		const uint32_t *in = prefixes_sets(&prefixes, class, &n);

		for (int i = 0; i < RULES; i++) {
			bool want = (ward_cidr_has(cidrs[i][0], address) ||
				     ward_cidr_has(cidrs[i][1], address)) &&
				    !(peers[i].n_excepts && ward_cidr_has(excepts[i], address));
			bool found = false;

			for (uint32_t s = 0; s < n && sets[i] != WARD_NONE; s++)
				found |= in[s] == sets[i];
			assert_int_equal(found, want);
		}
	}
	prefixes_done(&prefixes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(excepts_take_from_their_own_block),
		cmocka_unit_test(equal_sets_are_one),
		cmocka_unit_test(whole_families_and_no_blocks),
		cmocka_unit_test(classes_are_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
