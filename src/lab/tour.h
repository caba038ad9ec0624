/* SPDX-License-Identifier: Apache-2.0 */
/* All ways through the lab's Services, each gone so often that every backend is met, and what was
 * found compared with the engine: a connection succeeds if and only if the backend that was chosen
 * for it may be reached. */
#pragma once

#include "lab/outside.h"
#include "lab/way.h"

/* Who said its name on a way. */
struct lab_met {
	const struct lab_pod *pod; /* NULL: nobody that the lab knows */
	uint32_t n;
};

struct lab_stage {
	struct lab_way way;
	uint32_t n_tries, n_silences, n_refusals;
	WARD_VEC(struct lab_met) met;
};

/* On a way, something else happened than was predicted. */
struct lab_astray {
	const struct lab_way *way;
	const struct lab_pod *to; /* who; NULL: whoever there is, on any try */
	bool expected_open;
};

struct lab_tour;

typedef void (*lab_toured_fn)(void *userdata);

/* Calls @fn when all ways have been gone; never within this call.  NULL when there are too many
 * open files to begin. */
struct lab_tour *lab_tour_start(struct lab *lab, const struct lab_outsiders *outsiders,
				lab_toured_fn fn, void *userdata);

/* Ends it, early too; then @fn is not called. */
void lab_tour_done(struct lab_tour *tour);

/* The results. */
struct lab_tour_report {
	uint32_t n_ways, n_agree, n_tries;
	uint32_t n_left_out; /* ports of Services whose protocol this kernel lacks */
	WARD_VEC(struct lab_astray) astray;
};

void lab_tour_report(const struct lab_tour *tour, struct lab_tour_report *ret_report);
