/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes to send packets through: each a network namespace with an agent, built once and dressed
 * again and again.
 *
 *	        ┌──────────── node ────────────┐
 *	world ══╡ UPLINK     agent       POD 0 ╞══ pod
 *	        │ HOST                   POD 1 ╞══ pod
 *	        └──╥───────────────────────────┘
 *	      what is for the node
 *
 * All wires end at one socket: pods, the world and what is between nodes are the test itself.  What
 * the node has for itself comes out at HOST, so that it too can be seen to arrive; what the node
 * sends goes through its own stack, as in life.
 *
 * Everything happens on one CPU, so packets do not overtake each other. */
#pragma once

#include "agent/agent.h"
#include "base/vec.h"
#include "kube/object.h"

enum fabric_port {
	FABRIC_UPLINK,
	FABRIC_HOST,
	FABRIC_POD, /* the first of them */
	FABRIC_PORTS = 64,
};

enum {
	FABRIC_NODES = 40,
	FABRIC_FAMILIES = 2,
};

/* Where a node sends what is for an address. */
struct fabric_way {
	struct ward_ip ip;
	uint32_t port;
};

/* What an agent knows. */
struct fabric_object {
	struct ward_object object;
	const struct ward_object *was; /* what it was told of it; NULL: no longer there */
};

struct fabric_node {
	struct fabric *fabric;
	ward_sym name;
	uint32_t index;
	int ns;
	int raw[FABRIC_FAMILIES]; /* what the node itself sends */
	struct ward_netlink *netlink;
	struct ward_agent *agent;
	uint32_t n_ports;
	WARD_VEC(struct fabric_way) ways; /* every one there has ever been */
	WARD_VEC(struct fabric_object) objects;
	bool used; /* in the present dress */
};

struct fabric {
	struct ward_symbols *symbols;
	int ns, socket; /* where all wires end */
	uint32_t n_nodes;
	struct fabric_node nodes[FABRIC_NODES];
	ward_agent_flow_fn on_flow;
	void *userdata;
};

/* Where somebody is. */
struct fabric_place {
	struct fabric_node *node; /* NULL: the world */
	uint32_t port;
};

/* Ends the test if the machine does not do what it should. */
void fabric_check(int error, const char *what);

void fabric_open(struct fabric *fabric, struct ward_symbols *symbols);
void fabric_close(struct fabric *fabric);

/* The node of a name, which is made if there is none; it has a port for each of @n_pods. */
struct fabric_node *fabric_node(struct fabric *fabric, ward_sym name, uint32_t n_pods);

/* The interface of a port as the node knows it. */
uint32_t fabric_ifindex(uint32_t port);

/* Until told otherwise: what is for @ip goes out at @port. */
void fabric_route(struct fabric_node *node, struct ward_ip ip, uint32_t port);

/* Forgets all connections. */
void fabric_forget(struct fabric_node *node);

/* Puts an IP packet on the wire to a port of a node, or lets the node send it (HOST). */
void fabric_send(const struct fabric *fabric, struct fabric_place from, const uint8_t *bytes,
		 size_t size);

/* Hands on what comes out of nodes until all is through that was sent before. */
void fabric_collect(struct fabric *fabric,
		    void (*fn)(void *userdata, struct fabric_place at, const uint8_t *bytes,
			       size_t size),
		    void *userdata);
