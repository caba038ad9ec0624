/* SPDX-License-Identifier: Apache-2.0 */
/* What changes between two sets of policies, for the pods given.
 *
 * Both sides are judged and mapped whole; then every ordered pair of places is compared.  Places of
 * the two maps are the same when they have the same name.  Where one side shows a workload pod by
 * pod (they differ there) and the other as one, the pods are compared; external ranges are cut so
 * that both sides agree on where they begin and end.
 *
 * Changes come in bundles: everyone in `from` with everyone in `to`, all changed alike, so that the
 * new policy between two groups of thirty workloads is one change and not nine hundred. */
#pragma once

#include "analysis/map.h"
#include "analysis/witness.h"

enum ward_diff_version {
	WARD_OLD,
	WARD_NEW,
	WARD_N_VERSION,
};

/* One of the two, judged. */
struct ward_diff_side {
	const struct ward_engine *engine;
	const struct ward_snapshot *snapshot;
};

struct ward_diff_place {
	const char *id; /* "shop/web[Deployment]"; NULL for external ones */
	bool external;
	enum ward_kind kind;	     /* unless external */
	const char *ns, *name;	     /* unless external */
	struct ward_ip_range range;  /* external */
	uint32_t at[WARD_N_VERSION]; /* its place on either map, WARD_NONE: not there; a range that
					is not there may do nothing */
};

/* A policy that has a part in a verdict: by a rule, or by isolating. */
struct ward_diff_reason {
	bool isolates;
	const struct ward_policy *policy;
	struct ward_mark mark;
};

/* Why one side says what it says about the example. */
struct ward_diff_why {
	bool known;
	bool accept;
	uint32_t n; /* an accepted example without reasons: no policy isolates either end */
	const struct ward_diff_reason *reasons;
};

/* The first pair of a change, on the first port of it. */
struct ward_diff_example {
	uint32_t from, to;
	enum ward_proto proto;
	uint16_t port;
	struct ward_diff_why why[WARD_N_VERSION];
};

enum ward_change_kind {
	WARD_CHANGE_ALLOWED, /* nothing was, something is */
	WARD_CHANGE_DENIED,  /* something was, nothing is */
	WARD_CHANGE_PORTS,
	WARD_N_CHANGE,
};

/* From every one to every one; of a pod with itself, which is never judged, nothing is said. */
struct ward_diff_change {
	enum ward_change_kind kind;
	struct ward_port_set allow[WARD_N_VERSION];
	struct ward_port_set gained, lost;
	uint32_t n_from, n_to;
	const uint32_t *from, *to; /* indices into places, ascending */
	struct ward_diff_example example;
};

/* Places that a direction begins or ceases to be isolated in, by the same policies. */
struct ward_diff_isolation {
	enum ward_direction direction;
	bool isolated; /* now; false: no longer */
	uint32_t n_places, n_policies;
	const uint32_t *places;
	const struct ward_policy *const *policies; /* that isolate, or did */
};

enum ward_diff_way {
	WARD_GAINED, /* NEW accepts what OLD does not */
	WARD_LOST,
	WARD_N_WAY,
};

enum ward_diff_found {
	WARD_FOUND_NONE, /* there is no such connection */
	WARD_FOUND,
	WARD_FOUND_UNKNOWN, /* the search was given up */
};

/* The same for everything that could be: other pods, in these or other namespaces, nodes, and all
 * external addresses.  The pods given are not asked for here: they are a few of those. */
struct ward_diff_possible {
	enum ward_diff_found found;
	struct ward_witness witness;
	struct ward_diff_why why[WARD_N_VERSION];
};

struct ward_diff {
	const char *ns; /* that was asked about; NULL: all */
	struct ward_map maps[WARD_N_VERSION];
	const struct ward_symbols *symbols[WARD_N_VERSION];
	uint32_t n_places, n_isolations, n_changes;
	const struct ward_diff_place
		*places;		 /* as on a map: by namespace, name, kind; then ranges */
	uint32_t n_gone[WARD_N_VERSION]; /* places that only this version has */
	const uint32_t *gone[WARD_N_VERSION];
	const struct ward_diff_isolation *isolations; /* newly isolated first */
	const struct ward_diff_change *changes;	      /* by kind */
	bool too_large; /* a map is (WARD_MAP_LINKS_MAX): nothing was compared */
	struct ward_diff_possible possible[WARD_N_WAY];
	struct ward_diags undecided[WARD_N_VERSION]; /* what made the search too long */
	bool speaks_of_nodes;			     /* some rule does; nodes are not on the maps */
	struct ward_arena arena;
};

struct ward_diff_options {
	bool pods;	 /* a place for every pod instead of every workload */
	const char *ns;	 /* only what goes on there or crosses its border; NULL: everywhere */
	uint64_t effort; /* where the search is given up; 0: the usual */
};

void ward_diff_build(const struct ward_diff_side sides[WARD_N_VERSION],
		     const struct ward_diff_options *options, struct ward_diff *ret_diff);
void ward_diff_done(struct ward_diff *diff);

/* Do both sides mean the same for the pods given? */
bool ward_diff_is_same(const struct ward_diff *diff);

/* And for everything that could be?  NONE: they do. */
enum ward_diff_found ward_diff_possible(const struct ward_diff *diff);

/* Does some change of the pods given go this way too? */
bool ward_diff_goes(const struct ward_diff *diff, enum ward_diff_way way);
