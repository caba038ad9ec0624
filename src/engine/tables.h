/* SPDX-License-Identifier: Apache-2.0 */
/* What the engine computes: flat tables that everyone above reads.
 *
 *	address ──► shape ──► identity ─┐
 *	                                ├─► cell = port map ──► decision
 *	subject ──► row (a direction) ──┘
 *
 * A *shape* is what the policies may look at in an address: for a pod its namespace, labels, ports
 * and the prefix class of the address; for any other address the prefix class alone.  An *identity*
 * is a set of shapes that every row in these tables treats alike.  A *row* is what one set of
 * policies says to each identity.
 *
 * All are numbers from 0, and keep their meaning from one commit to the next: what comes new gets a
 * new number, and what goes leaves a hole, until everything is computed anew.  Tables that were
 * just computed anew (ward_engine_recompute(), and the first commit) have no holes and are sorted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/proto.h"
#include "kube/object.h"
#include "policy/ir.h"

/* A pod or a workload, as the engine keeps it. */
struct ward_endpoint {
	struct ward_object object; /* kind, namespace, name, mark */
	bool live;		   /* false: it was removed, and is nobody's */
	ward_sym node;		   /* WARD_NONE: unknown */
	bool managed; /* has an address of its own and is not finished: policies see it */
	bool host_network;
	uint32_t labels;		     /* ward_engine_labels() */
	uint32_t shape;			     /* without an address: no prefix contains it (A12.6) */
	uint32_t first_address, n_addresses; /* a span of ward_tables.own */
	uint32_t row[WARD_N_DIRECTION];	     /* WARD_NONE when not a subject of interest */
};

struct ward_address {
	struct ward_ip ip;
	uint32_t shape;
	uint32_t endpoint; /* whose it is, or WARD_NONE: a node's */
	uint32_t node;	   /* a node's address: index of the node, else WARD_NONE */
};

struct ward_node_info {
	ward_sym name;
	uint32_t labels;
};

/* All addresses from @first up to the next entry (or the end of the family) that belong to no
 * endpoint have this shape.  The first entry of a family is its lowest address. */
struct ward_prefix {
	struct ward_ip first;
	uint32_t shape;
};

struct ward_cell {
	uint32_t identity, map;
};

struct ward_row {
	enum ward_direction direction;
	bool isolated; /* some policy isolates: unmatched traffic is denied */
	uint32_t n_policies;
	const uint32_t *policies; /* that apply to its subjects, in the order of evaluation */
	/* Once laid out: the port map of an identity in the cells, or else the rest. */
	uint32_t rest, n_cells;
	const struct ward_cell *cells; /* sorted by identity */
};

struct ward_port_span {
	enum ward_proto proto; /* never OTHER */
	uint16_t low, high;
	uint32_t decision;
};

/* Total: every protocol and port has a decision. */
struct ward_port_map {
	uint32_t other; /* the decision for protocols without ports */
	uint32_t rest;	/* for ports in none of the spans */
	uint32_t n;
	const struct ward_port_span *spans; /* sorted (proto, low), disjoint */
};

/* Decisions that no rule made. */
enum {
	WARD_DECISION_ISOLATED, /* deny: the row's policies isolate, none of their rules matched */
	WARD_DECISION_OPEN,	/* accept: no policy isolates (default, tier baseline and below) */
	WARD_N_FIXED_DECISION,
};

struct ward_decision {
	bool accept;
	uint32_t policy; /* index into policies, or WARD_NONE for the fixed ones */
	uint32_t rule;	 /* index into its rules */
};

/* Row 0 of every table is open: no policies, every cell port map 0, which says
 * WARD_DECISION_OPEN to everything. */
struct ward_tables {
	uint64_t version; /* of commits */
	bool dense;	  /* computed anew: no holes, and sorted as said below */

	uint32_t n_endpoints, n_nodes, n_addresses, n_prefixes;
	const struct ward_endpoint *endpoints; /* sorted (namespace, name, kind) by text */
	const struct ward_node_info *nodes;    /* a hole has no name */
	/* Sorted by ip, each once: the newest pod wins (A12.5); a hole has no family. */
	const struct ward_address *addresses;
	/* What each endpoint has, also where another is newer; not all of it is in use. */
	const struct ward_address *own;
	const struct ward_prefix *prefixes; /* sorted by first */

	uint32_t n_shapes, n_identities;
	const uint32_t *shape_identity;

	uint32_t n_rows, n_port_maps, n_decisions, n_policies;
	const struct ward_row *rows;
	const struct ward_port_map *port_maps;
	const struct ward_decision *decisions;
	const struct ward_policy *const
		*policies; /* sorted: tier, order, rank, then (name, part); a hole is NULL */
};

/* What a commit changed, by number; some may be listed twice.  Rows, port maps and decisions never
 * change: those from n_*_before on are new; so is what a row says to a new identity. */
struct ward_delta {
	bool everything; /* it was all computed anew, and the lists are empty */
	bool prefixes;
	uint32_t n_endpoints, n_addresses, n_shapes;
	const uint32_t *endpoints; /* who they are, how they are seen, their rows */
	const uint32_t *addresses; /* whose they are, their shape, how whoever has them is seen */
	const uint32_t *shapes;	   /* their identity */
	uint32_t n_identities_before, n_rows_before, n_decisions_before;
};

/* The port map of a row for an identity. */
uint32_t ward_row_cell(const struct ward_row *row, uint32_t identity);

/* The decision of a port map; @port is ignored for WARD_OTHER. */
uint32_t ward_port_map_lookup(const struct ward_port_map *map, enum ward_proto proto,
			      uint16_t port);
