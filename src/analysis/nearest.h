/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean …": the known words nearest to one that is not known. */
#pragma once

#include <stdint.h>

enum {
	WARD_NEAREST_MAX = 5
};

/* Edits between two words, a swap of neighbours counting one (Damerau-Levenshtein, optimal string
 * alignment). */
unsigned ward_edit_distance(const char *a, const char *b);

/* The words worth suggesting for @word, nearest first, ties in the order given: those that differ
 * in at most a third of their letters, and those that @word begins or is a whole part of.  Fills
 * @ret_index with indices into @words and returns how many, at most WARD_NEAREST_MAX. */
uint32_t ward_nearest(const char *word, const char *const *words, uint32_t n_words,
		      uint32_t ret_index[static WARD_NEAREST_MAX]);
