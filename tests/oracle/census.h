/* SPDX-License-Identifier: Apache-2.0 */
/* What the verdicts of a run were about: a run that never met a kind of policy or of end proves
 * nothing about it. */
#pragma once

#include "oracle/oracle.h"

enum census_seen {
	/* What decided a side. */
	SEEN_NETWORKPOLICY,
	SEEN_GROUPPOLICY,
	SEEN_GROUPPOLICY_DNS,
	SEEN_ADMIN, /* ClusterNetworkPolicy, by its tier */
	SEEN_BASELINE,
	SEEN_ANP,
	SEEN_BANP,
	SEEN_ISOLATED,
	SEEN_OPEN,
	SEEN_OWN_NODE,
	SEEN_ITSELF,
	SEEN_NOT_JUDGED,
	/* How that was. */
	SEEN_ACCEPT,
	SEEN_DENY,
	SEEN_IPV6,
	SEEN_SERVICE,
	SEEN_OTHER_PROTO, /* ICMP and its like */
	/* Who the ends were. */
	SEEN_POD,
	SEEN_POD_WITHOUT_ADDRESS,
	SEEN_WORKLOAD,
	SEEN_HOST_NETWORK,
	SEEN_NODE,
	SEEN_OUTSIDE,
	SEEN_FINISHED, /* an address that a finished pod had */
	N_SEEN,
};

struct census {
	uint64_t n[N_SEEN];
};

/* Counts one connection and what is said of it, rules included. */
void census_take(struct census *census, const struct world *world, const struct conn *conn,
		 const struct judgement *judgement);

/* A line of counts; false, and what is missing, if something was never met. */
bool census_print(const struct census *census, FILE *out);
