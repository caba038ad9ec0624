/* SPDX-License-Identifier: Apache-2.0 */
/* Inside "whom a person means". */
#pragma once

#include "analysis/who.h"

struct ward_finder {
	const struct ward_engine *engine;
	const struct ward_tables *tables;
	const struct ward_snapshot *snapshot;
	const struct ward_symbols *symbols;
	ward_sym ns;
	const char *text;
	struct ward_who *who; /* being filled */
	char *why;
};

/* Is it written like a Service, "svc/NAME"?  Then finds its pods; 0, or -ENOENT with finder->why.
 */
bool ward_finder_is_service(const struct ward_finder *finder);
int ward_finder_service(struct ward_finder *finder);

/* Finds pods by name.  0, or -ENOENT with finder->why. */
int ward_finder_names(struct ward_finder *finder);

/* Sets finder->why, taking it; returns -ENOENT. */
int ward_finder_fail(struct ward_finder *finder, char *why);

/* @id is copied. */
void ward_finder_add(struct ward_finder *finder, const char *id, uint32_t endpoint,
		     const struct ward_end *end);
void ward_finder_add_pod(struct ward_finder *finder, uint32_t endpoint);

/* "; did you mean A, B?" with the words of @shown whose counterparts in @words are nearest to
 * @word, or "".  The caller frees. */
char *ward_finder_suggest(const char *word, const char *const *words, const char *const *shown,
			  uint32_t n);
