/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a person means: the words of FROM and TO (docs: "Naming an endpoint").
 *
 *	NS/NAME, NAME, KIND/NAME, NS/KIND/NAME, NS/NAME[KIND]	a pod, or the pods of a workload
 *	group:NAME						the members of a user group
 *	group:ENV/NAME						those in one environment
 *	1.2.3.4, 10.0.0.0/8, world				addresses
 *	node:NAME						a node
 *	svc/NAME, NS/svc/NAME					the pods behind a Service
 */
#pragma once

#include "base/vec.h"
#include "engine/engine.h"
#include "kube/pod.h"
#include "kube/snapshot.h"

enum ward_who_kind {
	WARD_WHO_PODS,
	WARD_WHO_GROUP,
	WARD_WHO_ADDRESS,
	WARD_WHO_CIDR,
	WARD_WHO_WORLD,
	WARD_WHO_NODE,
	WARD_WHO_SERVICE,
};

/* One of those that are meant. */
struct ward_member {
	const char *id;	     /* "shop/web", "10.0.0.0-10.255.255.255" */
	uint32_t endpoint;   /* a pod or workload, by whichever address fits; or WARD_NONE */
	struct ward_end end; /* without endpoint: exactly this end */
	uint16_t port;	     /* where a Service sends the port asked about; 0: to itself */
};

struct ward_who {
	enum ward_who_kind kind;
	const char *text;			      /* as written */
	struct ward_cidr cidr;			      /* of ADDRESS and CIDR */
	const struct ward_service *service;	      /* of SERVICE */
	const struct ward_service_port *service_port; /* ward_who_send() */
	uint32_t n_left_out; /* pods of the Service that lack the port it sends to */
	WARD_VEC(struct ward_member) members; /* at least one */
	struct ward_arena arena;
};

/* Finds them in a world that was judged; @ns is where a NAME alone and the members of a group
 * are looked for, WARD_NONE: everywhere.  0, or -ENOENT with @ret_why (the caller frees), which
 * names the nearest that there are. */
int ward_who_find(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		  ward_sym ns, const char *text, struct ward_who *ret_who, char **ret_why);
void ward_who_done(struct ward_who *who);

/* The workload that an endpoint belongs to, or itself. */
struct ward_object ward_who_owner(const struct ward_snapshot *snapshot,
				  const struct ward_endpoint *endpoint);

/* Does the Service lead to this endpoint? */
bool ward_service_selects(const struct ward_engine *engine, const struct ward_service *service,
			  const struct ward_endpoint *endpoint);

/* Does @to, a Service, take connections of @from, an outsider, on a node, which puts its own
 * address in the place of the client's?  Then it is not @from that policies see (A11.4). */
static inline bool ward_service_hides(const struct ward_who *to, const struct ward_who *from)
{
	return to->service && to->service->by_nodes && !to->service->keeps_source &&
	       (from->kind == WARD_WHO_ADDRESS || from->kind == WARD_WHO_CIDR ||
		from->kind == WARD_WHO_WORLD);
}

enum ward_target {
	WARD_TARGET_ONE,
	WARD_TARGET_NONE,    /* the endpoint does not declare the port's name */
	WARD_TARGET_SEVERAL, /* containers of the endpoint declare it differently */
};

/* The number at @endpoint that a port of a Service leads to (A11.2). */
enum ward_target ward_service_target(const struct ward_snapshot *snapshot,
				     const struct ward_service_port *port,
				     const struct ward_endpoint *endpoint, uint16_t *ret_number);

/* "Service web has 80/TCP (http), 443/TCP"; the caller frees. */
char *ward_service_ports_text(const struct ward_snapshot *snapshot,
			      const struct ward_service *service);

/* The members of a Service are asked about the ports that @port leads to at each; those without
 * one are no members.  0, or -ENOENT with @ret_why (the caller frees). */
int ward_who_send(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		  struct ward_who *who, const struct ward_service_port *port, char **ret_why);
