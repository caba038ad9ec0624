/* SPDX-License-Identifier: Apache-2.0 */
/* Services as the lab has them: which addresses and node ports they were given, and which pods are
 * behind them.  This is the one model; what the nodes' kernels are told is rendered from it (see
 * proxy.h), and what `ward lab probe` expects is computed from it (see passage.h). */
#pragma once

#include "lab/world.h"

struct lab_node_port {
	enum ward_proto proto;
	uint16_t port, number;
};

/* What a Service keeps through every change. */
struct lab_service {
	ward_sym ns, name;
	const struct ward_service *object; /* in the world */
	struct ward_ip ip[LAB_FAMILIES];   /* family NONE: it has none of this one */
	WARD_VEC(struct lab_node_port) node_ports;
};

/* A pod that answers for a Service: it matches the selector and, where the target port has a name,
 * declares that name.  Pods of the lab are ready as soon as they are there. */
struct lab_backend {
	const struct lab_pod *pod;
	uint16_t port;
};

/* A port of a Service in one family: ip:port, and node_port of every node, lead to a backend. */
struct lab_frontend {
	const struct lab_service *service;
	const struct ward_service_port *port;
	uint32_t family; /* index of addresses */
	struct ward_ip ip;
	uint16_t node_port; /* 0: none */
	WARD_VEC(struct lab_backend) backends;
};

struct lab_services {
	struct ward_cidr range[LAB_FAMILIES];
	uint32_t given[LAB_FAMILIES];		 /* the number of the address that was given last */
	WARD_VEC(struct lab_service *) list;	 /* sorted by namespace and name */
	WARD_VEC(struct lab_frontend) frontends; /* of all of them, in that order */
	char *rules[LAB_NODES_MAX][LAB_FAMILIES]; /* that a node's kernel follows; NULL: none */
};

void lab_services_open(struct lab *lab);

/* Brings the model up to the lab's objects and pods, and every node up to the model.  0, or a
 * negative errno with @ret_why. */
int lab_services_follow(struct lab *lab, char **ret_why);

/* service-address.c: gives each Service the addresses and node ports that it has none of yet; those
 * that its object asks for, when they fit and are free. */
void lab_services_address(struct lab *lab);

/* 0: none. */
uint16_t lab_service_node_port(const struct lab_service *service, enum ward_proto proto,
			       uint16_t port);

/* Does its selector find the pod? */
bool lab_service_finds(const struct ward_service *service, const struct lab_pod *pod);

/* hosts.c: the names of Services, for who is in the namespace @ns. */
void lab_hosts_write(const struct lab *lab, ward_sym ns, FILE *out);

/* How many of the backends are on @node. */
uint32_t lab_frontend_count_on(const struct lab_frontend *frontend, const struct lab_node *node);
