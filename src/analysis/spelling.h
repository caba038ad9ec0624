/* SPDX-License-Identifier: Apache-2.0 */
/* Are two labels the same word, spelled in two ways?
 *
 * Words that have the same normal form (case, '-', '_' and '.', plural, known synonyms) are.  So
 * are words of four to seven letters with one edit between them, and longer ones with two; edits
 * are insertions, deletions, replacements and swaps of neighbours.  Words that differ in digits
 * only never are: they are numbered. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	WARD_SPELLING_MAX = 64,	 /* longer words are cut */
	WARD_SPELLING_UNLIKE = 3 /* more edits than any two like words have */
};

struct ward_spelling {
	char plain[WARD_SPELLING_MAX];	/* without case, separators, plural */
	char normal[WARD_SPELLING_MAX]; /* and synonyms made one */
	uint32_t len;			/* of plain */
	uint64_t letters;		/* which occur in plain */
};

void ward_spelling_init(struct ward_spelling *spelling, const char *word);

/* Edits between the two: 0 (the same normal form), 1, 2 or WARD_SPELLING_UNLIKE. */
unsigned ward_spelling_apart(const struct ward_spelling *a, const struct ward_spelling *b);
