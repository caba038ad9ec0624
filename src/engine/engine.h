/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: objects in, tables out.  Pure: no I/O, no clock, no threads, no globals; the same
 * objects give the same tables in whatever order they arrive. */
#pragma once

#include "engine/tables.h"

struct ward_engine;

/* @node: only pods of this node are subjects of interest (they get rows); WARD_NONE: all pods. */
struct ward_engine *ward_engine_new(struct ward_symbols *symbols, ward_sym node);
struct ward_engine *ward_engine_free(struct ward_engine *engine);

/* Before anything is put: staged policies are in force here too.  In any other engine they are
 * nothing, so that whoever reads its tables cannot enforce one. */
void ward_engine_rehearse(struct ward_engine *engine);
bool ward_engine_rehearses(const struct ward_engine *engine);

/* Adds or replaces a namespace, node, pod or workload; the engine copies what it keeps.  Other
 * kinds are ignored.  Takes effect at the next commit, as do the next two. */
void ward_engine_put(struct ward_engine *engine, const struct ward_object *object);

/* Takes the policy.  Policies of one origin are told apart by their part; to replace an origin,
 * remove it first. */
void ward_engine_put_policy(struct ward_engine *engine, struct ward_policy *policy);

/* Removes the object, or every policy lowered from it; false if there was none. */
bool ward_engine_remove(struct ward_engine *engine, enum ward_kind kind, ward_sym ns,
			ward_sym name);

/* Brings the tables up to all that was put; what that costs grows with the change.  They stay valid
 * until the next commit. */
const struct ward_tables *ward_engine_commit(struct ward_engine *engine);
const struct ward_tables *ward_engine_tables(const struct ward_engine *engine);

/* What the last commit changed in them. */
const struct ward_delta *ward_engine_delta(const struct ward_engine *engine);

/* A commit that computes everything anew: tables that are dense and sorted. */
const struct ward_tables *ward_engine_recompute(struct ward_engine *engine);

/* Lays out the rows of all subjects of interest: only then have rows in the tables their cells.  An
 * engine of a node does it with each commit; the verdicts below do it for what they need.  The
 * arrays of rows and port maps may then be elsewhere in memory: keep numbers, not pointers. */
void ward_engine_lay_out(struct ward_engine *engine);

struct ward_labels ward_engine_labels(const struct ward_engine *engine, uint32_t labels);
struct ward_labels ward_engine_namespace_labels(const struct ward_engine *engine, ward_sym ns);
struct ward_symbols *ward_engine_symbols(const struct ward_engine *engine);

/* The index of an endpoint, or WARD_NONE: not in the tables, or removed since. */
uint32_t ward_engine_find(const struct ward_engine *engine, enum ward_kind kind, ward_sym ns,
			  ward_sym name);

/* One end of a connection (F2). */
enum ward_end_kind {
	WARD_END_POD,  /* a managed pod */
	WARD_END_NODE, /* an address of a node, or a pod of its network */
	WARD_END_EXTERNAL,
	WARD_N_END_KIND,
};

struct ward_end {
	enum ward_end_kind kind;
	uint32_t endpoint; /* POD, and host-network pods; else WARD_NONE */
	uint32_t node;	   /* NODE: index into nodes; WARD_NONE when not known */
	uint32_t shape;
	struct ward_ip ip; /* family NONE: judged by labels alone (F7.4) */
};

void ward_engine_resolve(const struct ward_engine *engine, struct ward_ip ip,
			 struct ward_end *ret_end);

/* The endpoint itself, by its first address of @family (NONE: any, or none at all). */
void ward_engine_end_of(const struct ward_engine *engine, uint32_t endpoint,
			enum ward_family family, struct ward_end *ret_end);

enum ward_reason {
	WARD_REASON_RULES,  /* each judged side has a decision */
	WARD_REASON_SELF,   /* a pod to itself is not judged (A10.5, F7.1) */
	WARD_REASON_NO_POD, /* neither end is a pod that policies see */
	WARD_N_REASON,
};

struct ward_side {
	bool judged;
	bool node_exempt; /* ingress from the pod's own node: accepted before any row (A10.1) */
	bool self_exempt; /* isolated, but a pod cannot lock itself out: accepted (F7.1) */
	bool accept;
	uint32_t row; /* unless exempt */
	uint32_t decision;
};

struct ward_verdict {
	bool accept;
	enum ward_reason reason;
	struct ward_side side[WARD_N_DIRECTION];
};

/* A pod to itself through a Service (F7.1). */
enum ward_hairpin {
	WARD_HAIRPIN_SPEC,     /* the cluster-wide tiers judge; isolation does not lock a pod out */
	WARD_HAIRPIN_ALLOW,    /* never judged */
	WARD_HAIRPIN_EVALUATE, /* like any other connection */
	WARD_N_HAIRPIN,
};

/* How the connection came about; zeroed: by the address of the other end. */
struct ward_via {
	bool service; /* the address of a Service was translated to that of @to */
	enum ward_hairpin hairpin;
};

/* May @from open a connection to @to?  @port is ignored for WARD_OTHER.  Egress at the source,
 * then ingress at the destination; both must accept (A5.4, F7). */
void ward_engine_judge(const struct ward_engine *engine, const struct ward_end *from,
		       const struct ward_end *to, enum ward_proto proto, uint16_t port,
		       struct ward_verdict *ret_verdict);

/* The same for a connection that came about @via something. */
void ward_engine_judge_via(const struct ward_engine *engine, const struct ward_end *from,
			   const struct ward_end *to, enum ward_proto proto, uint16_t port,
			   const struct ward_via *via, struct ward_verdict *ret_verdict);

/* Does this one rule match the connection?  As the tables would say, but rule by rule: for
 * explanations, which need the rules that did not decide too.  @subject is the rule's own end. */
bool ward_rule_matches_peer(const struct ward_engine *engine, const struct ward_rule *rule,
			    const struct ward_end *subject, const struct ward_end *other);
bool ward_rule_matches_port(const struct ward_engine *engine, const struct ward_rule *rule,
			    const struct ward_end *destination, enum ward_proto proto,
			    uint16_t port);
