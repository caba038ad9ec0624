/* SPDX-License-Identifier: Apache-2.0 */
/* What was put into the engine: namespaces, nodes, pods, as compact records.
 *
 * Records are found by (kind, namespace, name) and keep their slot until everything is computed
 * anew; a removed one leaves a dead slot that its successor of the same name takes again.  What
 * was changed since the last commit is listed; putting the same again changes nothing. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "engine/number.h"
#include "kube/pod.h"

typedef WARD_VEC(struct ward_ip) ip_list;

/* A named container port, without padding: interned as bytes. */
struct named_port {
	uint32_t name, proto, number;
};

struct inventory_namespace {
	bool live;    /* put, not only referred to */
	bool changed; /* and listed as such */
	ward_sym name;
	uint32_t labels;
	/* The environment: the value of the `env` label.  A namespace without one is an environment
	 * of its own that no other shares, because two missing labels are not "the same"; an empty
	 * value counts as none. */
	uint32_t environment;
};

struct inventory_node {
	bool live;
	bool changed; /* and listed as such */
	ward_sym name;
	uint32_t labels;
	ip_list ips;
};

struct inventory_pod {
	bool live;
	bool changed; /* and listed as such */
	struct ward_object object;
	ward_sym node;
	bool host_network, finished;
	uint32_t labels; /* in label_sets */
	uint32_t ports;	 /* in port_sets: the named ones */
	uint32_t ns;	 /* index into namespaces */
	int64_t started; /* of two pods with one address the newer has it (A12.5) */
	ip_list ips;
};

struct inventory {
	struct ward_symbols *symbols;
	struct ward_intern label_sets; /* struct ward_label[] */
	struct ward_intern port_sets;  /* struct named_port[] */
	struct ward_intern keys;       /* {kind, ns, name} → index into slots */
	WARD_VEC(uint32_t) slots;      /* of the vector that belongs to the key's kind */
	WARD_VEC(struct inventory_namespace) namespaces;
	WARD_VEC(struct inventory_node) nodes;
	WARD_VEC(struct inventory_pod) pods;
	uint32_t n_live; /* namespaces, nodes and pods that were put and are still there */
	number_list changed_namespaces;
	number_list changed_pods;
	number_list changed_nodes;
	bool nodes_came_or_went;
};

void inventory_init(struct inventory *inventory, struct ward_symbols *symbols);
void inventory_done(struct inventory *inventory);

/* After a commit: nothing is changed. */
void inventory_settle(struct inventory *inventory);

/* More than half of what it holds is of no use any more: time to be sorted. */
bool inventory_is_wasteful(const struct inventory *inventory);

/* Forgets what is dead; the others get new slots, pods in the order of (namespace, name, kind),
 * nodes in that of their names.  Everything counts as changed. */
void inventory_sort(struct inventory *inventory);

void inventory_put(struct inventory *inventory, const struct ward_object *object);
bool inventory_remove(struct inventory *inventory, enum ward_kind kind, ward_sym ns, ward_sym name);

/* The index of a namespace; one that was never put exists with its automatic label (A4.9). */
uint32_t inventory_namespace(struct inventory *inventory, ward_sym name);
uint32_t inventory_find_namespace(const struct inventory *inventory, ward_sym name); /* or NONE */

uint32_t inventory_find_pod(const struct inventory *inventory, enum ward_kind kind, ward_sym ns,
			    ward_sym name);					/* or NONE */
uint32_t inventory_find_node(const struct inventory *inventory, ward_sym name); /* or NONE */

struct ward_labels inventory_labels(const struct inventory *inventory, uint32_t labels);

/* Seen by policies: it has an address of its own and is not finished. */
static inline bool inventory_pod_is_managed(const struct inventory_pod *pod)
{
	return pod->live && !pod->host_network && !pod->finished;
}

/* The order of (namespace, name, kind), by text. */
int inventory_cmp_pods(const struct inventory *inventory, const struct inventory_pod *a,
		       const struct inventory_pod *b);

/* The order of names, by text. */
int inventory_cmp_nodes(const struct inventory *inventory, const struct inventory_node *a,
			const struct inventory_node *b);

/* The named ports of a set. */
const struct named_port *inventory_ports(const struct inventory *inventory, uint32_t ports,
					 uint32_t *ret_n);
