/* SPDX-License-Identifier: Apache-2.0 */
/* What each workload is open to beyond those that are there: pods that could come, in these or
 * other namespaces, nodes, and addresses outside.
 *
 * Said is what the workload's own policies accept, as widely as their rules speak of it: "any pod
 * with role=monitoring in any namespace with env=prod".  What denies is taken away from it, what a
 * wider one covers is left out.  And because the other end may have policies too, each is kept only
 * for the ports on which some pod of this description gets through at both ends; one such pod is
 * the witness.  Pods that could come are taken to be in no address block (A12.6); the addresses are
 * listed as such. */
#pragma once

#include "analysis/map.h"
#include "analysis/witness.h"

/* What a label may be. */
struct ward_exposed_label {
	const char *key;
	bool except; /* any value but @values, instead of only them */
	bool absent; /* and the label may be missing */
	uint32_t n_values;
	const char *const *values;
};

struct ward_exposed_labels {
	uint32_t n;
	const struct ward_exposed_label *items; /* by key */
};

struct ward_exposed_peer {
	enum ward_space_end_kind kind;	       /* NEW, NODE or OUTSIDE */
	struct ward_exposed_labels namespaces; /* of the pod's; its name is a label of it too */
	struct ward_exposed_labels labels;     /* of the pod or node */
	uint32_t n_ranges;		       /* OUTSIDE */
	const struct ward_ip_range *ranges;
	uint32_t n_names, n_unnamed; /* only ports that the peer calls by all these names, and */
	const char *const *names;    /* by none of those */
	const char *const *unnamed;
	struct ward_port_set ports;
	struct ward_witness witness; /* gets through on one of them */
};

struct ward_exposed {
	uint32_t place; /* of the map */
	bool complete;	/* false: the search was given up, there may be more */
	uint32_t n[WARD_N_DIRECTION];
	const struct ward_exposed_peer *peers[WARD_N_DIRECTION]; /* widest first */
};

struct ward_exposure {
	const struct ward_map *map;
	uint32_t n;
	const struct ward_exposed *list; /* the workloads that the map was asked about */
	bool has_blocks;		 /* some rule speaks of addresses */
	struct ward_arena arena;
};

/* @map must outlive it. */
void ward_exposure_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
			 const struct ward_map *map, const struct ward_port_set *only,
			 struct ward_exposure *ret_exposure);
void ward_exposure_done(struct ward_exposure *exposure);
