/* SPDX-License-Identifier: Apache-2.0 */
/* Rows: what a set of policies says, in one direction, to every identity.
 *
 * Subjects share a row when the same policies apply to them and nothing that those policies ask of
 * the subject itself differs: its environment, if a rule is bound to it; its own named ports, if
 * an ingress rule names one.  So a row never changes its meaning.
 *
 * A row is laid out when somebody wants its cells, from the rules outwards, not cell by cell: rules
 * for anyone are the default of all cells; a rule with peers visits only the identities that its
 * scopes and block sets hold for.  Identities that came later are added the same way, for
 * themselves. Cells with the same matched rules (and the same meaning of port names) share a port
 * map. */
#pragma once

#include "engine/identity.h"
#include "engine/tables.h"

struct row_key {
	uint32_t direction;
	uint32_t list;	      /* of policies */
	uint32_t environment; /* WARD_NONE unless a rule is bound to it */
	uint32_t ports; /* in identities.port_sets; WARD_NONE unless an ingress rule names one */
};

/* What is laid out so far. */
struct row_cells {
	WARD_VEC(struct ward_cell) list;
	uint32_t n_identities;
};

struct rows {
	struct ward_intern lists;    /* uint32_t[]: policies in the order of evaluation; 0: none */
	struct uses used;	     /* lists that apply to a subject of interest */
	struct ward_intern keys;     /* struct row_key; row 0 is open */
	struct ward_intern map_keys; /* what a port map is made of → its number */
	WARD_VEC(struct ward_row) list;
	WARD_VEC(struct row_cells) cells;
	number_list users; /* by row: pod shapes of interest */
	WARD_VEC(struct ward_port_map) maps;
	number_list scratch;	 /* by identity, while a row is laid out */
	struct ward_arena arena; /* spans */
};

void rows_init(struct rows *rows);
void rows_done(struct rows *rows);

/* The number of the list of policies that apply to a subject. */
uint32_t rows_policies(struct rows *rows, const struct ruleset *ruleset,
		       const number_list *subject_scopes, enum ward_direction direction);

const uint32_t *rows_list(const struct rows *rows, uint32_t list, uint32_t *ret_n);

/* The row of a subject. */
uint32_t rows_intern(struct rows *rows, struct identities *identities,
		     const struct ruleset *ruleset, const struct inventory *inventory,
		     enum ward_direction direction, uint32_t list, const struct pod_shape *subject);

/* A pod shape begins or ceases to be judged by a row; WARD_NONE: by none. */
void rows_add(struct rows *rows, uint32_t row);
void rows_drop(struct rows *rows, uint32_t row);

/* Its cells, for all identities that there are. */
void rows_lay_out(struct rows *rows, const struct identities *identities,
		  const struct ruleset *ruleset, uint32_t row);
