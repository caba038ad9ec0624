/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/spelling.h"

#include <ctype.h>
#include <string.h>

#include "analysis/nearest.h"
#include "base/alloc.h"

enum {
	EDIT_LEAST = 4,	 /* letters of words that may differ by an edit */
	EDITS_LEAST = 8, /* by two */
};

/* The first is written for the second; without plural. */
static const char *const synonyms[][2] = {
	{"database", "db"},	{"frontend", "fe"},	{"backend", "be"},
	{"production", "prod"}, {"prd", "prod"},	{"development", "dev"},
	{"develop", "dev"},	{"stage", "staging"},	{"stg", "staging"},
	{"testing", "test"},	{"tst", "test"},	{"postgresql", "postgres"},
	{"kubernete", "k8"},	{"environment", "env"}, {"application", "app"},
};

static void plural_drop(char *word)
{
	size_t len = strlen(word);

	if (len >= 3 && word[len - 1] == 's' && word[len - 2] != 's')
		word[len - 1] = '\0';
}

static const char *synonym_of(const char *word)
{
	for (size_t i = 0; i < WARD_ARRAY_SIZE(synonyms); i++)
		if (strcmp(synonyms[i][0], word) == 0)
			return synonyms[i][1];
	return word;
}

static void append(char *buf, const char *text)
{
	size_t used = strlen(buf), len = strlen(text), room = WARD_SPELLING_MAX - 1 - used;

	len = len < room ? len : room;
	memcpy(buf + used, text, len);
	buf[used + len] = '\0';
}

/* The next part of @word, in small letters; false at the end. */
static bool part_next(const char **word, char part[static WARD_SPELLING_MAX])
{
	size_t n = 0;

	while (**word && strchr("-_.", **word))
		(*word)++;
	for (; **word && !strchr("-_.", **word); (*word)++)
		if (n + 1 < WARD_SPELLING_MAX)
			part[n++] = (char)tolower((unsigned char)**word);
	part[n] = '\0';
	return n > 0;
}

void ward_spelling_init(struct ward_spelling *spelling, const char *word)
{
	char part[WARD_SPELLING_MAX], whole[WARD_SPELLING_MAX];

	*spelling = (struct ward_spelling){};
	while (part_next(&word, part)) {
		plural_drop(part);
		append(spelling->plain, part);
		append(spelling->normal, synonym_of(part));
	}
	/* "front-end" is one as a whole. */
	memcpy(whole, spelling->normal, sizeof(whole));
	spelling->normal[0] = '\0';
	append(spelling->normal, synonym_of(whole));
	spelling->len = (uint32_t)strlen(spelling->plain);
	for (uint32_t i = 0; i < spelling->len; i++)
		spelling->letters |= UINT64_C(1) << (spelling->plain[i] & 63);
}

/* Without their digits they are the same. */
static bool is_numbered(const char *a, const char *b)
{
	for (;; a++, b++) {
		while (isdigit((unsigned char)*a))
			a++;
		while (isdigit((unsigned char)*b))
			b++;
		if (*a != *b)
			return false;
		if (!*a)
			return true;
	}
}

unsigned ward_spelling_apart(const struct ward_spelling *a, const struct ward_spelling *b)
{
	uint32_t less = a->len < b->len ? a->len : b->len;
	uint32_t more = a->len < b->len ? b->len : a->len;
	unsigned most = less < EDIT_LEAST ? 0 : less < EDITS_LEAST ? 1 : 2, apart;

	if (strcmp(a->normal, b->normal) == 0)
		return 0;
	/* Each edit changes at most two of the letters that occur. */
	if (!most || more - less > most ||
	    (unsigned)__builtin_popcountll(a->letters ^ b->letters) > 2 * most ||
	    is_numbered(a->plain, b->plain))
		return WARD_SPELLING_UNLIKE;
	apart = ward_edit_distance(a->plain, b->plain);
	return apart <= most ? apart : WARD_SPELLING_UNLIKE;
}
