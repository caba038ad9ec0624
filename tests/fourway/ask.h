/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about worlds, put to all who judge: engines, images, and packets through nodes. */
#pragma once

#include <stdio.h>

#include "fourway/burst.h"
#include "fourway/unasked.h"

struct question {
	struct conn conn; /* in the world that was dressed */
	bool allow;
};

struct ask_tally {
	uint64_t n_questions, n_of_images, n_wrong;
	uint64_t n_unasked[N_UNASKED];
	struct burst_tally packets;
};

struct asker;

struct asker *asker_new(struct ward_symbols *symbols, struct ask_tally *tally);
struct asker *asker_free(struct asker *asker);

/* Puts the world into force, and every question to the engines, the images and the nodes.  False,
 * and what is wrong on standard output, if one of them says something else.  @goes_on: the objects
 * of the world before are still there, and the nodes are told of what is new only. */
bool ask(struct asker *asker, const struct world *world, bool goes_on,
	 const struct question *questions, uint32_t n);

/* One line. */
void ask_tally_print(const struct ask_tally *tally, FILE *out);
