/* SPDX-License-Identifier: Apache-2.0 */
/* What leads packets past the place where they are judged, or changes them behind it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "base/vec.h"

struct ward_bypass {
	bool certain; /* false: it may, and nobody but who put it there knows */
	char *what;   /* a sentence without its full stop: what it is, what it does, what to do */
};

struct ward_bypasses {
	WARD_VEC(struct ward_bypass) list;
};

/* Looks in the network namespace of the calling thread.  0, or a negative errno: it cannot be
 * known. */
int ward_bypass_find(struct ward_bypasses *ret);
void ward_bypasses_done(struct ward_bypasses *bypasses);

/* One more; @what is taken. */
void ward_bypass_found(struct ward_bypasses *bypasses, bool certain, char *what);

/* -EOPNOTSUPP with @ret_why (the caller frees) if there is a certain one; 0 if not. */
int ward_bypass_refuse(char **ret_why);

/* What is read for it as text: how many services /proc/net/ip_vs lists; and which flowtables `nft
 * list flowtables` does, "TABLE/NAME" with commas between, NULL if none (the caller frees). */
unsigned int ward_bypass_ipvs(FILE *ip_vs);
char *ward_bypass_flowtables(const char *listing);
