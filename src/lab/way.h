/* SPDX-License-Identifier: Apache-2.0 */
/* A way through a Service: from whom, to which of its addresses, and which nodes judge a connection
 * on it by which addresses (A11.2, A11.4).  A node judges behind the translation of the destination
 * and before that of the source, and only for its own pods:
 *
 *	at the client's node	the client → what it asks for, its egress: the backend when this
 *				node translates, a node's address when another one does
 *	where it is translated	the client → the backend
 *	at the backend's node	the client, or who masqueraded it, → the backend, its ingress
 *
 * What a node sends itself passes no PREROUTING there: it is judged where it arrives. */
#pragma once

#include "lab/service.h"

struct lab_way {
	const struct lab_pod *from; /* a pod, one on the host's network, or the world: */
	struct ward_ip outside;	    /* its address then, else none */
	const struct lab_frontend *frontend;
	const struct lab_node *entry; /* whose node port; NULL: the Service's own address */
};

/* Where a client connects to. */
struct ward_ip lab_way_ip(const struct lab_way *way);
uint16_t lab_way_port(const struct lab_way *way);

/* Is this one of the backends that a connection may be sent to? */
bool lab_way_leads_to(const struct lab_way *way, const struct lab_backend *backend);

/* Would all let a connection through that is sent to this backend? */
bool lab_way_is_open(const struct lab *lab, const struct lab_way *way,
		     const struct lab_backend *backend);
