/* SPDX-License-Identifier: Apache-2.0 */
/* The space of all connections that could be: between pods, namespaces, nodes and addresses that
 * nobody has written down yet.
 *
 * A connection is a point: a value for each *variable*.  The variables are the labels that some
 * selector asks for (of either end's namespace and pod, or node), the address of either end, the
 * protocol and port, and for each port name in a rule whether the destination calls the port so.
 * A variable has finitely many values, because only those that some rule can tell apart count:
 *
 *	label role      db, web │ another │ absent
 *	address         the pieces that the edges of all blocks cut the addresses into │ none
 *	service         the pieces that the edges of all port ranges cut each protocol into │ other
 *
 * A *region* is a set of values for each variable, as bits: a cube.  What a rule asks of a variable
 * is a *mask*, so in a region each of its terms holds everywhere, nowhere, or must be cut: into the
 * part where it holds and the part where it does not.  With that any question about all points
 * becomes a depth-first search: judge the region; where a term is in the way, cut it in two and go
 * on with each.  Nothing is ever multiplied out, and the first region that answers is the witness.
 *
 * The namespaces that were given exist as they are, with their labels; beside them any other may
 * exist, under any other name.  Two ends in one namespace share its labels.  So the space is
 * searched in *cases*: what each end is, and whether they share a namespace. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "kube/pod.h"
#include "kube/snapshot.h"
#include "policy/ir.h"

enum {
	WARD_SPACE_VERSIONS = 2 /* as many sets of policies share one space */
};

/* Sorted, disjoint; inclusive. */
struct ward_span {
	uint32_t low, high;
};

struct ward_mask {
	uint32_t n;
	const struct ward_span *spans;
};

enum ward_end_at {
	WARD_FROM,
	WARD_TO,
	WARD_N_END_AT,
};

enum ward_var_kind {
	WARD_VAR_GIVEN,	    /* which of the namespaces that were given */
	WARD_VAR_NAMESPACE, /* a label of one that was not */
	WARD_VAR_POD,
	WARD_VAR_NODE,
	WARD_VAR_ADDRESS,
	WARD_VAR_SERVICE, /* protocol and port */
	WARD_VAR_NAME,	  /* is the port one that the destination calls so: no, yes */
};

/* The values of a label are those named, then one or two others, then absence. */
struct ward_var {
	enum ward_var_kind kind;
	ward_sym key; /* of a label; a port's name */
	struct ward_intern named;
	uint32_t n_other; /* of labels */
	uint32_t n_values;
	uint32_t offset[WARD_N_END_AT]; /* first word in a region */
};

/* One requirement. */
struct ward_term {
	uint32_t var;
	struct ward_mask mask;
};

/* All must hold.  Of a pod in a given namespace @given stands for the first @n_namespace. */
struct ward_terms {
	uint32_t n_namespace, n;
	const struct ward_term *items;
	struct ward_mask given;
};

struct ward_space_peer {
	enum ward_peer_kind kind;
	bool same_environment;
	struct ward_terms scope; /* SCOPE; of NODES the terms after the namespace's */
	struct ward_mask blocks;
};

struct ward_space_name {
	uint32_t var;
	struct ward_mask services; /* of the protocols that the name is asked for */
};

/* A rule with the subjects of its policy; or without rule, that the policy isolates them. */
struct ward_unit {
	const struct ward_policy *policy;
	const struct ward_rule *rule; /* or NULL */
	uint32_t version;
	uint32_t content; /* equal for units that mean the same by their text */
	uint32_t n_subjects, n_peers, n_names;
	const struct ward_terms *subjects;
	const struct ward_space_peer *peers;
	struct ward_mask services;
	const struct ward_space_name *names;
};

struct ward_units {
	struct ward_unit *items;
	uint32_t n, cap; /* a vector (base/vec.h) */
};

/* Of one set of policies. */
struct ward_space_version {
	const struct ward_symbols *symbols;
	struct ward_units units[WARD_N_DIRECTION]; /* in the order of evaluation */
	uint32_t *environment;			   /* by given namespace: value of its env label */
	const struct ward_mask *environments; /* by value of env: the given ones that have it */
};

struct ward_space_namespace {
	ward_sym name;
	struct ward_labels labels[WARD_SPACE_VERSIONS];
};

struct ward_service_piece {
	enum ward_proto proto;
	uint16_t low, high; /* of OTHER: 0 */
};

struct ward_space {
	struct ward_arena arena;
	struct ward_symbols symbols; /* its own: two sets of policies have two tables */
	struct ward_intern keys;     /* {kind, key} → variable */
	WARD_VEC(struct ward_var) vars;
	uint32_t given, name, environment, address, service; /* variables */
	WARD_VEC(struct ward_space_namespace) namespaces;
	uint32_t *namespace_of;		 /* by value of the name: a given one, or WARD_NONE */
	WARD_VEC(struct ward_ip) pieces; /* of addresses: where each begins */
	WARD_VEC(struct ward_service_piece) services;
	const struct ward_mask *single_environment; /* by value: it alone */
	struct ward_intern contents;
	bool has_blocks, has_nodes, has_environments;
	uint32_t n_versions, n_words;
	struct ward_space_version versions[WARD_SPACE_VERSIONS];
};

/* The namespaces of a snapshot that are given, and not only implied. */
struct ward_space_namespaces {
	WARD_VEC(const struct ward_namespace *) list;
};
void ward_space_namespaces_find(const struct ward_snapshot *snapshot,
				struct ward_space_namespaces *ret_namespaces);

/* One set of policies and the namespaces beside them; those that are only implied are not given. */
struct ward_space_source {
	const struct ward_symbols *symbols;
	uint32_t n_policies, n_namespaces;
	const struct ward_policy *const *policies; /* in the order of evaluation */
	const struct ward_namespace *const *namespaces;
	uint32_t n_known; /* whose names and environments count, though they are not given */
	const struct ward_namespace *const *known;
	uint32_t n_ports; /* container ports of pods that are asked about */
	const struct ward_container_port *ports;
};

/* Policies must outlive the space. */
void ward_space_init(struct ward_space *space, const struct ward_space_source *sources,
		     uint32_t n_sources);
void ward_space_done(struct ward_space *space);

/* The value of a label, or absence with WARD_NONE; @symbols is the table of both. */
uint32_t ward_space_value(const struct ward_space *space, uint32_t var,
			  const struct ward_symbols *symbols, ward_sym value);

static inline uint32_t ward_var_absent(const struct ward_var *var)
{
	return var->n_values - 1;
}

/* Is it one that no pod is without: the name of its namespace, its service account? */
static inline bool ward_space_is_always(const struct ward_space *space, uint32_t v)
{
	const struct ward_var *var = &space->vars.items[v];

	return v == space->name ||
	       (var->kind == WARD_VAR_POD && var->key == WARD_SYM_SERVICE_ACCOUNT);
}

/* What an end is. */
enum ward_space_end_kind {
	WARD_SPACE_GIVEN, /* a pod in a namespace that was given */
	WARD_SPACE_NEW,	  /* a pod in another */
	WARD_SPACE_NODE,
	WARD_SPACE_OUTSIDE,
};

static inline bool ward_space_is_pod(enum ward_space_end_kind kind)
{
	return kind <= WARD_SPACE_NEW;
}

struct ward_space_case {
	enum ward_space_end_kind kind[WARD_N_END_AT];
	bool same_namespace;
	enum ward_family family;
	const struct ward_mask *names; /* of a destination that is known: for each variable of kind
					  NAME the services that it calls so; else NULL */
};

static inline uint64_t *ward_region_at(const struct ward_space *space,
				       const struct ward_space_case *at, uint64_t *words,
				       enum ward_end_at end, uint32_t var)
{
	const struct ward_var *of = &space->vars.items[var];

	if (at->same_namespace && of->kind <= WARD_VAR_NAMESPACE)
		end = WARD_FROM;
	return words + of->offset[end];
}

/* All of the case: n_words words. */
void ward_region_fill(const struct ward_space *space, const struct ward_space_case *at,
		      uint64_t *words);

/* Leaves a variable only the values in @mask, or only those not in it. */
void ward_region_keep(uint64_t *values, uint32_t n_values, const struct ward_mask *mask, bool in);

/* Is some value from low to high among them? */
bool ward_values_any(const uint64_t *values, uint32_t low, uint32_t high);

enum ward_truth {
	WARD_NO,
	WARD_YES,
	WARD_MAYBE, /* it depends on where in the region */
};

/* Where a region is to be cut. */
struct ward_cut {
	enum ward_end_at end;
	uint32_t var;
	const struct ward_mask *mask;
	const struct ward_unit *unit; /* that asks */
};

struct ward_space_judge {
	const struct ward_space *space;
	const struct ward_space_case *at;
	uint64_t *words;
	uint64_t n_terms;				 /* looked at so far */
	const struct ward_units *only[WARD_N_DIRECTION]; /* of the version's, those that may apply;
							    NULL: all */
};

/* Does the policy of the unit apply to this end? */
enum ward_truth ward_unit_selects(struct ward_space_judge *judge, const struct ward_unit *unit,
				  enum ward_end_at end, struct ward_cut *ret_cut);

/* Does the unit apply (its subject, its peer, its port)?  MAYBE: @ret_cut says why. */
enum ward_truth ward_unit_applies(struct ward_space_judge *judge, uint32_t version,
				  const struct ward_unit *unit, enum ward_direction direction,
				  struct ward_cut *ret_cut);

/* Is the connection accepted on this side (F7)?  @ret_by: the rule that decides, NULL: none; not
 * set for MAYBE. */
enum ward_truth ward_space_side(struct ward_space_judge *judge, uint32_t version,
				enum ward_direction direction, const struct ward_unit **ret_by,
				struct ward_cut *ret_cut);

/* Can both ends be: are they not two namespaces of one name? */
bool ward_region_is_possible(const struct ward_space *space, const struct ward_space_case *at,
			     uint64_t *words);

/* Leaves each variable one value, an ordinary one where there is a choice. */
void ward_region_choose(const struct ward_space *space, const struct ward_space_case *at,
			uint64_t *words);

/* The lowest value. */
uint32_t ward_values_first(const uint64_t *values, uint32_t n_values);

/* Regions that are still to be searched. */
struct ward_regions {
	WARD_VEC(uint64_t) words;
};

void ward_regions_push(struct ward_regions *regions, const struct ward_space *space,
		       const uint64_t *words);

/* False: there is none. */
bool ward_regions_pop(struct ward_regions *regions, const struct ward_space *space,
		      uint64_t *ret_words);

/* Pushes both parts, so that the one where the term holds, or not, comes out first. */
void ward_regions_cut(struct ward_regions *regions, const struct ward_space *space,
		      const struct ward_space_case *at, uint64_t *words, const struct ward_cut *cut,
		      bool holds_first);
void ward_regions_done(struct ward_regions *regions);
