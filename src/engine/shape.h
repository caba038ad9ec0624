/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: what policies may look at, without the names.
 *
 * A *pod shape* is (namespace, labels, named ports) of a managed pod: 100,000 pods of 10,000
 * workloads have 10,000.  Selectors are evaluated on pod shapes, never on pods.  A *shape* is a
 * pod shape, or none, together with a prefix class: it belongs to an address. */
#pragma once

#include "base/intern.h"
#include "engine/inventory.h"
#include "engine/prefix.h"
#include "engine/tables.h"

/* Interned as bytes. */
struct pod_shape {
	uint32_t ns; /* index into inventory namespaces */
	uint32_t labels, ports;
};

struct shape {
	uint32_t pod; /* pod shape, or WARD_NONE: a node or outside */
	uint32_t class;
};

struct shapes {
	struct ward_intern pods; /* struct pod_shape */
	struct ward_intern all;	 /* struct shape */
};

const struct pod_shape *shapes_pod(const struct shapes *shapes, uint32_t pod_shape);
const struct shape *shapes_get(const struct shapes *shapes, uint32_t shape);
uint32_t shapes_intern_pod(struct shapes *shapes, const struct inventory_pod *pod);
uint32_t shapes_intern(struct shapes *shapes, uint32_t pod_shape, uint32_t class);
void shapes_done(struct shapes *shapes);

static inline bool inventory_pod_is_managed(const struct inventory_pod *pod)
{
	return pod->live && !pod->host_network && !pod->finished;
}
