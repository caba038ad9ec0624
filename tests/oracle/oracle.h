/* SPDX-License-Identifier: Apache-2.0 */
/* The oracle: what a connection's verdict is, computed the slow and obvious way.
 *
 * It is written straight from section F of docs/semantics.md and section 8 of docs/groups.md, and
 * is the judge of everything that is fast.  So it shares nothing with what it judges: it looks at
 * the typed objects, evaluates its own selectors, knows no IR, and keeps nothing between calls. */
#pragma once

#include <stdbool.h>

#include "base/proto.h"
#include "kube/pod.h"
#include "oracle/world.h"

/* One end of a connection: an address to be resolved (F2), or @pod itself (F7.4), by its address
 * @ip or, with family NONE, by its labels alone. */
struct conn_end {
	const struct ward_pod *pod; /* or NULL */
	struct ward_ip ip;
};

/* F7.1: what a pod may ask of itself through a Service. */
enum hairpin {
	HAIRPIN_SPEC,
	HAIRPIN_ALLOW,
	HAIRPIN_EVALUATE,
	N_HAIRPIN,
};

struct conn {
	struct conn_end from, to;
	enum ward_proto proto;
	uint16_t port;	  /* 0 with WARD_OTHER */
	bool via_service; /* the address of a Service was translated to that of @to */
	enum hairpin hairpin;
};

/* What a judge says of one side, and why. */
enum judged_by {
	NOT_JUDGED,
	OWN_NODE, /* accept (A10.1) */
	BY_RULE,  /* accept */
	ISOLATED, /* deny */
	OPEN,	  /* accept: nothing isolates */
	DENIED,	  /* deny: by a rule of a cluster-wide policy */
	SELF,	  /* accept: isolated, but the pod itself (F7.1) */
	N_JUDGED_BY,
};

static inline bool denies(enum judged_by by)
{
	return by == ISOLATED || by == DENIED || by == N_JUDGED_BY;
}

/* A rule as the user counts: of a policy's direction, or a line of a GroupPolicy. */
struct judged_rule {
	enum ward_kind kind;
	ward_sym ns, name;
	bool exempts; /* not a line, but what a GroupPolicy exempts: index is which */
	uint32_t index;
};

struct judged_side {
	enum judged_by by;
	/* BY_RULE, DENIED: the one of a cluster-wide policy that decides.  Of others one that
	 * grants it, any; the oracle leaves that out. */
	struct judged_rule rule;
};

struct judgement {
	bool accept;
	struct judged_side side[WARD_N_DIRECTION]; /* of the source EGRESS, of the other INGRESS */
};

void oracle_judge(const struct world *world, const struct conn *conn,
		  struct judgement *ret_judgement);

/* Does this one rule grant its side of the connection? */
bool oracle_grants(const struct world *world, const struct conn *conn, enum ward_direction dir,
		   const struct judged_rule *rule);

/* Whose address is it?  The managed pod, or NULL. */
const struct ward_pod *oracle_pod_of(const struct world *world, struct ward_ip ip);
