/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/nearest.h"

#include <string.h>

#include "base/alloc.h"

/* Longer words are cut: nobody mistypes the 100th letter, and the table below is quadratic. */
enum {
	LEN_MAX = 100
};

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

unsigned ward_edit_distance(const char *a, const char *b)
{
	size_t n_a = strnlen(a, LEN_MAX), n_b = strnlen(b, LEN_MAX);
	unsigned rows[3][LEN_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];

	for (unsigned j = 0; j <= n_b; j++)
		last[j] = j;
	for (unsigned i = 1; i <= n_a; i++) {
		unsigned *spare = before;

		now[0] = i;
		for (unsigned j = 1; j <= n_b; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1,
				      last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[n_b];
}

/* How far @candidate is from @word; UINT32_MAX: too far to be meant. */
static unsigned nearest_score(const char *word, const char *candidate)
{
	size_t len = strlen(word), limit = strlen(candidate) > len ? strlen(candidate) : len;
	unsigned distance = ward_edit_distance(word, candidate);

	if (distance <= (limit < 3 ? 1 : limit / 3))
		return distance;
	/* "db" for "shop/db", "front" for "frontend". */
	return len >= 2 && strstr(candidate, word) ? LEN_MAX + distance : UINT32_MAX;
}

uint32_t ward_nearest(const char *word, const char *const *words, uint32_t n_words,
		      uint32_t ret_index[static WARD_NEAREST_MAX])
{
	unsigned scores[WARD_NEAREST_MAX];
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_words; i++) {
		unsigned score = nearest_score(word, words[i]);
		uint32_t at = n;

		if (score == UINT32_MAX)
			continue;
		while (at > 0 && scores[at - 1] > score)
			at--;
		if (at == WARD_NEAREST_MAX)
			continue;
		n = n < WARD_NEAREST_MAX ? n + 1 : n;
		memmove(scores + at + 1, scores + at, (n - at - 1) * sizeof(*scores));
		memmove(ret_index + at + 1, ret_index + at, (n - at - 1) * sizeof(*ret_index));
		scores[at] = score;
		ret_index[at] = i;
	}
	return n;
}
