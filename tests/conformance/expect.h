/* SPDX-License-Identifier: Apache-2.0 */
/* The expectations of a case, spread out into single connections. */
#pragma once

#include "base/vec.h"
#include "doc/node.h"
#include "oracle/oracle.h"

struct expectation {
	struct conn conn;
	bool allow;
	uint32_t line;
};

struct expectations {
	const struct world *world;
	const struct ward_node *pods; /* what `*` stands for; NULL: every pod of the world */
	WARD_VEC(struct expectation) list;
	char error[160]; /* why the last line could not be read */
};

/* Spreads one line of `expect`.  Where lines overlap the later one holds.  0, or -EINVAL with
 * @error set. */
int expectations_add(struct expectations *expectations, const struct ward_node *line);

void expectations_done(struct expectations *expectations);
