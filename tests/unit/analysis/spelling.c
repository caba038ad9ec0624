/* SPDX-License-Identifier: Apache-2.0 */
/* Which words are the same, spelled in two ways. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/spelling.h"
#include "base/alloc.h"

#define UNLIKE WARD_SPELLING_UNLIKE

static const struct {
	const char *a, *b;
	unsigned apart;
} words[] = {
	/* the normal form: case, separators, plural, synonyms; of any length */
	{"frontend", "FrontEnd", 0},
	{"frontend", "front-end", 0},
	{"front_end", "front.end", 0},
	{"payment", "payments", 0},
	{"db", "DB", 0},
	{"db", "dbs", 0},
	{"db", "database", 0},
	{"orders-db", "orders-databases", 0},
	{"fe", "front-end", 0},
	{"prod", "production", 0},
	{"access", "acess", 1}, /* no plural */
	/* three letters: never by edits, whichever is the shorter */
	{"web", "wed", UNLIKE},
	{"web", "webb", UNLIKE},
	{"db", "dba", UNLIKE},
	/* four to seven: one edit */
	{"cart", "card", 1},
	{"cart", "crat", 1},
	{"cart", "carte", 1},
	{"backend", "bakend", 1},
	{"payment", "pzymnet", UNLIKE},
	{"gateway", "getaway", UNLIKE},
	/* the shorter one counts */
	{"payment", "paymentxy", UNLIKE},
	/* eight and more: two */
	{"frontend", "frontned", 1},
	{"frontend", "fromtned", 2},
	{"frontend", "fromtnad", UNLIKE},
	/* numbers */
	{"shard1", "shard2", UNLIKE},
	{"web-1", "web-12", UNLIKE},
	{"db", "db2", UNLIKE},
	{"frontend-v1", "frontend-v2", UNLIKE},
	{"frontend1", "frontned2", 2},
	{"", "a", UNLIKE},
	{"", "", 0},
};

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(words); i++) {
		struct ward_spelling a, b;
		unsigned apart, back;

		ward_spelling_init(&a, words[i].a);
		ward_spelling_init(&b, words[i].b);
		apart = ward_spelling_apart(&a, &b);
		back = ward_spelling_apart(&b, &a);
		if (apart != words[i].apart || back != apart)
			fail_msg("%s, %s: %u, %u", words[i].a, words[i].b, apart, back);
	}
}

/* The longest label there is, and more than fits. */
static void test_long(void **state)
{
	struct ward_spelling a, b;
	char word[200];

	(void)state;
	memset(word, 'x', sizeof(word));
	word[199] = '\0';
	ward_spelling_init(&a, word);
	word[63] = '\0';
	ward_spelling_init(&b, word);
	assert_int_equal(ward_spelling_apart(&a, &b), 0);
	word[10] = 'y';
	ward_spelling_init(&b, word);
	assert_int_equal(ward_spelling_apart(&a, &b), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
