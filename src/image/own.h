/* SPDX-License-Identifier: Apache-2.0 */
/* The addresses of the node's interfaces: its own (A10.1), but for those that the tables list,
 * which are whose they say. */
#pragma once

#include "base/vec.h"
#include "engine/tables.h"
#include "image/entry.h"

struct ward_own {
	WARD_VEC(struct ward_entry) list; /* ascending, none twice */
	bool changed;			  /* since it was last followed */
};

void ward_own_done(struct ward_own *own);

/* Without the link-local ones, which on every link are another's. */
void ward_own_set(struct ward_own *own, const struct ward_ip *ips, uint32_t n);

/* What they stand for follows from the prefixes.  True: of one it is something else now, or they
 * are others. */
bool ward_own_follow(struct ward_own *own, const struct ward_tables *tables,
		     const struct ward_delta *delta);

bool ward_own_has(const struct ward_own *own, const struct ward_entry *entry);
