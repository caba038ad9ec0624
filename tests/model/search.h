/* SPDX-License-Identifier: Apache-2.0 */
/* Every state that can be reached from the first, breadth first, each once: so what is found to be
 * wrong is found by a shortest way, which is printed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct search;

/* What happened on the way from one state to the next. */
struct step {
	uint8_t who, what, value;
};

struct search_model {
	size_t size; /* of a state, without holes */
	/* Calls search_reach() for all that can come next. */
	void (*expand)(struct search *search, const void *state);
	void (*print)(const struct step *step, const void *before);
};

/* A state that comes next.  @wrong: it must not be reached. */
void search_reach(struct search *search, struct step step, const void *state, bool wrong);

struct search_result {
	uint64_t n_states, n_steps;
	bool wrong;
};

/* Until everything was seen, or something wrong, whose trace is printed. */
struct search_result search_run(const struct search_model *model, const void *first);
