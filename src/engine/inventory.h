/* SPDX-License-Identifier: Apache-2.0 */
/* What was put into the engine: namespaces, nodes, pods, as compact records.
 *
 * Records are found by (kind, namespace, name) and keep their slot for life; a removed one leaves
 * a dead slot that its successor of the same name takes again. */
#pragma once

#include "base/intern.h"
#include "base/vec.h"
#include "kube/pod.h"

/* A named container port, without padding: interned as bytes. */
struct named_port {
	uint32_t name, proto, number;
};

struct inventory_namespace {
	bool live; /* put, not only referred to */
	ward_sym name;
	uint32_t labels;
	/* The environment: the value of the `env` label.  A namespace without one is an environment
	 * of its own that no other shares, because two missing labels are not "the same"; an empty
	 * value counts as none. */
	uint32_t environment;
};

struct inventory_node {
	bool live;
	ward_sym name;
	uint32_t labels;
	WARD_VEC(struct ward_ip) ips;
};

struct inventory_pod {
	bool live;
	struct ward_object object;
	ward_sym node;
	bool host_network, finished;
	uint32_t labels; /* in label_sets */
	uint32_t ports;	 /* in port_sets: the named ones */
	uint32_t ns;	 /* index into namespaces */
	int64_t started; /* of two pods with one address the newer has it (A12.5) */
	WARD_VEC(struct ward_ip) ips;
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
};

void inventory_init(struct inventory *inventory, struct ward_symbols *symbols);
void inventory_done(struct inventory *inventory);

void inventory_put(struct inventory *inventory, const struct ward_object *object);
bool inventory_remove(struct inventory *inventory, enum ward_kind kind, ward_sym ns, ward_sym name);

/* The index of a namespace; one that was never put exists with its automatic label (A4.9). */
uint32_t inventory_namespace(struct inventory *inventory, ward_sym name);
uint32_t inventory_find_namespace(const struct inventory *inventory, ward_sym name); /* or NONE */

struct ward_labels inventory_labels(const struct inventory *inventory, uint32_t labels);

/* The named ports of a set. */
const struct named_port *inventory_ports(const struct inventory *inventory, uint32_t ports,
					 uint32_t *ret_n);
