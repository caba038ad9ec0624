/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a person means: the words of FROM and TO (docs: "Naming an endpoint").
 *
 *	NS/NAME, NAME, KIND/NAME, NS/KIND/NAME, NS/NAME[KIND]	a pod, or the pods of a workload
 *	group:NAME						the members of a user group
 *	1.2.3.4, 10.0.0.0/8, world				addresses
 *	node:NAME						a node
 */
#pragma once

#include "base/vec.h"
#include "engine/engine.h"
#include "kube/snapshot.h"

enum ward_who_kind {
	WARD_WHO_PODS,
	WARD_WHO_GROUP,
	WARD_WHO_ADDRESS,
	WARD_WHO_CIDR,
	WARD_WHO_WORLD,
	WARD_WHO_NODE,
};

/* One of those that are meant. */
struct ward_member {
	const char *id;	     /* "shop/web", "10.0.0.0-10.255.255.255" */
	uint32_t endpoint;   /* a pod or workload, by whichever address fits; or WARD_NONE */
	struct ward_end end; /* without endpoint: exactly this end */
};

struct ward_who {
	enum ward_who_kind kind;
	const char *text;		      /* as written */
	struct ward_cidr cidr;		      /* of ADDRESS and CIDR */
	WARD_VEC(struct ward_member) members; /* at least one */
	struct ward_arena arena;
};

/* Finds them in a world that was judged; @ns is where a NAME alone is looked for, WARD_NONE:
 * everywhere.  0, or -ENOENT with @ret_why (the caller frees), which names the nearest that there
 * are. */
int ward_who_find(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		  ward_sym ns, const char *text, struct ward_who *ret_who, char **ret_why);
void ward_who_done(struct ward_who *who);

/* The workload that an endpoint belongs to, or itself. */
struct ward_object ward_who_owner(const struct ward_snapshot *snapshot,
				  const struct ward_endpoint *endpoint);
