/* SPDX-License-Identifier: Apache-2.0 */
/* A flow record: what a node's kernel decided about the first packet of a flow, or about flows or
 * denied packets that are alike, in names.
 *
 * It is plain data of fixed size that refers to nothing but symbols, so it outlives the policies
 * and pods it speaks of and can be kept, copied and sent. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/proto.h"
#include "base/symbol.h"

enum {
	WARD_FLOW_POLICIES = 4, /* named per side; more are counted */
	WARD_FLOW_GROUPS = 4,	/* named per end */
};

enum ward_flow_end_kind {
	WARD_FLOW_POD,
	WARD_FLOW_NODE,
	WARD_FLOW_EXTERNAL,
	WARD_N_FLOW_END,
};

struct ward_flow_end {
	enum ward_flow_end_kind kind;
	struct ward_ip ip;
	ward_sym ns, name; /* POD; name also for NODE, when known */
	uint32_t n_groups;
	ward_sym groups[WARD_FLOW_GROUPS];
};

/* A policy, and for those that decided the rule. */
struct ward_flow_policy {
	const char *kind; /* "NetworkPolicy"; static */
	ward_sym ns, name;
	uint32_t rule;	    /* as the user counts, from 0 */
	ward_sym rule_name; /* or WARD_NONE */
	/* The list of spec that it is in, of a GroupPolicy: "allow", "deny", or "exempt" and
	 * "baseline", which have no numbers; NULL: that of its direction. */
	const char *list;
	ward_sym file; /* the place of the rule, or of the policy that isolates */
	uint32_t line;
};

/* Why one side of a flow decided as it did. */
enum ward_flow_why {
	WARD_FLOW_NOT_JUDGED, /* not here, or not at all */
	WARD_FLOW_BY_RULE,    /* policies[0] decided */
	WARD_FLOW_ISOLATED,   /* policies isolate, no rule matched */
	WARD_FLOW_OPEN,	      /* no policy isolates */
	WARD_FLOW_UNKNOWN,    /* by a version of the policies that is forgotten */
	WARD_N_FLOW_WHY,
};

struct ward_flow_side {
	enum ward_flow_why why;
	bool accept;
	uint32_t n_policies; /* all; the first WARD_FLOW_POLICIES are named */
	struct ward_flow_policy policies[WARD_FLOW_POLICIES];
};

/* What the kernel did before any policy was asked. */
enum ward_flow_cause {
	WARD_FLOW_CAUSE_POLICY, /* nothing: the sides say why */
	WARD_FLOW_CAUSE_SPOOFED,
	WARD_FLOW_CAUSE_NOT_READY,
	WARD_FLOW_CAUSE_MALFORMED,
	WARD_N_FLOW_CAUSE,
};

struct ward_flow {
	int64_t first_us, time_us; /* since 1970; of the first and the last of them */
	uint64_t count;		   /* flows opened, or packets denied */
	ward_sym node;		   /* where it was seen */
	bool accept;
	enum ward_flow_cause cause;
	uint8_t protocol; /* IP protocol number */
	uint16_t sport, dport;
	bool closed; /* the flows have ended; else they were opened, or denied */
	bool is_counted;
	uint64_t packets[2], bytes[2]; /* of a closed one: of who opened it, of replies */
	struct ward_flow_end from, to;
	struct ward_flow_side side[WARD_N_DIRECTION];
	/* And if what is staged were enforced; unless it was not asked, or nothing is staged. */
	bool is_rehearsed, staged_accept;
	struct ward_flow_side staged[WARD_N_DIRECTION];
};

/* Would enforcing what is staged have changed what became of it? */
static inline bool ward_flow_would_change(const struct ward_flow *flow)
{
	return flow->is_rehearsed && flow->staged_accept != flow->accept;
}

/* "rule", "isolated", "no-policy", "spoofed", "not-ready", …: why the flow was accepted or denied,
 * in one word that scripts may rely on. */
const char *ward_flow_reason_str(const struct ward_flow *flow);

/* The side that decided: the one that denied, else the first that was judged; WARD_N_DIRECTION
 * when none was. */
enum ward_direction ward_flow_decider(const struct ward_flow *flow);

/* The same ends, port and reasons: one record can stand for both. */
bool ward_flow_is_alike(const struct ward_flow *a, const struct ward_flow *b);

/* @flow becomes the record of both. */
void ward_flow_merge(struct ward_flow *flow, const struct ward_flow *more);
