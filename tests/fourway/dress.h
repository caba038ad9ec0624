/* SPDX-License-Identifier: Apache-2.0 */
/* A world made fit for packets: each pod hangs on some node and has an address. */
#pragma once

#include "kube/snapshot.h"
#include "oracle/oracle.h"

struct dressed_pod {
	const struct ward_pod *was, *is;
};

struct dressed {
	struct world world;	       /* shares with the one it was made from */
	struct ward_snapshot snapshot; /* the same, as agents want it */
	struct ward_diags diags;
	WARD_VEC(struct dressed_pod) pods;
};

/* A pod without a node gets one that no Node object describes; a pod without any address gets one
 * of each family; a workload becomes the pod that it would make, unless there is one of its name.
 * What an object becomes depends on nothing else.  What that changes, the oracle knows. */
void dressed_init(struct dressed *dressed, const struct world *from);
void dressed_done(struct dressed *dressed);

/* What an object of the dressed world was made from, or itself. */
const struct ward_object *dressed_was(const struct dressed *dressed,
				      const struct ward_object *object);

/* The same connection in the dressed world; an end that had no address gets that of its pod. */
void dressed_conn(const struct dressed *dressed, const struct conn *conn, struct conn *ret_conn);
