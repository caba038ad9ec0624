/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the engine share. */
#pragma once

#include "engine/address.h"
#include "engine/engine.h"
#include "engine/identity.h"
#include "engine/inventory.h"
#include "engine/policies.h"
#include "engine/row.h"
#include "engine/ruleset.h"
#include "engine/shape.h"

/* What is known of an endpoint beside what the tables say; by slot of the inventory. */
struct endpoint_state {
	uint32_t pod_shape;	 /* WARD_NONE: not managed */
	bool is_subject;	 /* of interest */
	uint32_t next, previous; /* endpoints of interest with the same pod shape */
	struct claim_span span;
};

/* How many there are when all are of use. */
struct fresh_sizes {
	uint32_t shapes, classes, identities, rows;
};

/* All that is computed: it follows from what was put, and may be thrown away. */
struct compiled {
	struct ward_tables tables;
	struct ruleset ruleset;
	struct shapes shapes;
	struct identities identities;
	struct rows rows;
	struct addresses addresses;
	WARD_VEC(struct ward_endpoint) endpoints;
	WARD_VEC(struct endpoint_state) states;
	WARD_VEC(struct ward_node_info) nodes;
	WARD_VEC(struct claim_span) node_spans;
	WARD_VEC(struct ward_prefix) prefixes;
	struct ward_intern subject_scopes; /* sets of subject scopes: the memo of … */
	number_list
		memo[WARD_N_DIRECTION]; /* … the lists of policies that apply, until these change */
	struct ward_delta delta;
	number_list changed_endpoints, changed_addresses, changed_shapes;
	uint32_t n_identified;	  /* shapes from here on have no identity yet */
	bool is_fresh;		  /* nothing was there before this commit */
	struct fresh_sizes fresh; /* after the commit that computed everything */
};

struct ward_engine {
	ward_sym node; /* subjects of interest: this node's pods; WARD_NONE: all */
	bool rehearses;
	struct inventory inventory;
	struct policies policies;
	struct compiled *compiled;
	uint64_t version;
};

struct compiled *compiled_new(void);
struct compiled *compiled_free(struct compiled *compiled); /* NULL; accepts NULL */

/* Brings what is computed up to what was put (update.c). */
void compiled_update(struct compiled *compiled, struct ward_engine *engine);

/* The cells of a row, for all identities that there are. */
void compiled_lay_out(struct compiled *compiled, uint32_t row);

/* Lets the tables point at what there is. */
void compiled_publish(struct compiled *compiled);

/* More than half of what it holds is of no use any more. */
bool compiled_is_stale(const struct compiled *compiled);

/* endpoint.c: a pod as it is now; its shape, and whether it is of interest. */
void endpoint_update(struct compiled *compiled, const struct ward_engine *engine, uint32_t slot);

/* Then, when the classes are known: its addresses. */
void endpoint_claim(struct compiled *compiled, const struct ward_engine *engine, uint32_t slot);

/* The rows of the endpoints of interest with this pod shape are those of the shape. */
void endpoints_take_rows(struct compiled *compiled, uint32_t pod_shape);
