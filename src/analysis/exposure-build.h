/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the exposure: what its parts share. */
#pragma once

#include "analysis/exposure.h"

/* Some of the other end, and the services that all of it is accepted on. */
struct ward_exposed_row {
	enum ward_space_end_kind kind;
	uint64_t *peer;	    /* n_words: the variables of the other end, where those of TO are */
	uint64_t *services; /* of the variable of services */
	struct ward_witness witness;
};

struct ward_exposer {
	struct ward_space space;
	const struct ward_snapshot *snapshot;
	struct ward_arena *arena; /* of the result */
	struct ward_arena scratch;
	WARD_VEC(const struct ward_namespace *) given; /* those whose labels are known */
	uint64_t *only;				       /* the services asked about */
	const struct ward_mask *names; /* the ports of the workload in hand, by variable */
	enum ward_direction direction;
	enum ward_end_at subject, other;
	struct ward_units units; /* those that apply to the workload in hand */
	uint64_t *own;		 /* the values of the workload's end, where those of TO are */
	uint64_t *words;
	uint64_t n_terms;
	struct ward_regions regions;
	WARD_VEC(struct ward_exposed_row) rows;
};

enum {
	WARD_EXPOSURE_EFFORT = 20000000 /* terms looked at for a workload and direction */
};

static inline bool ward_exposer_gives_up(const struct ward_exposer *exposer)
{
	return exposer->n_terms > WARD_EXPOSURE_EFFORT;
}

/* The value that a variable has in these labels. */
uint32_t ward_exposer_value(const struct ward_exposer *exposer, uint32_t var,
			    struct ward_labels labels);

/* The cases of the other end, ended by false. */
bool ward_exposer_case(const struct ward_exposer *exposer, uint32_t n,
		       struct ward_space_case *ret_case);

/* All of a case in exposer->words: the workload's own end, and whatever the other may be.  False:
 * the workload has no address of that family. */
bool ward_exposer_begin(struct ward_exposer *exposer, const struct ward_space_case *at);

/* Finds the rows of the workload in hand in one direction. */
void ward_exposer_find(struct ward_exposer *exposer);

/* Leaves out what others cover, joins what is one, and keeps what gets through at both ends. */
void ward_exposer_sift(struct ward_exposer *exposer);

/* The rows as people read them. */
const struct ward_exposed_peer *ward_exposer_peers(struct ward_exposer *exposer, uint32_t *ret_n);

static inline uint32_t ward_var_words(const struct ward_var *var)
{
	return (var->n_values + 63) / 64;
}
