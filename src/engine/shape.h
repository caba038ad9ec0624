/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: what policies may look at, without the names.
 *
 * A *pod shape* is (namespace, labels, named ports) of a managed pod: 100,000 pods of 10,000
 * workloads have 10,000.  Selectors are evaluated on pod shapes, never on pods.  A *shape* is a
 * pod shape, or none, together with a prefix class: it belongs to an address.
 *
 * A shape that no pod has any more keeps its number and is passed over until a pod has it again;
 * computing everything anew forgets it. */
#pragma once

#include "base/intern.h"
#include "engine/index.h"
#include "engine/inventory.h"
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

/* What is known of a pod shape. */
struct pod_shape_state {
	uint32_t n_pods;	/* managed pods that have it */
	uint32_t n_subjects;	/* those of interest among them */
	uint32_t first_subject; /* an endpoint; its next is in struct endpoint_state */
	uint32_t first_shape;	/* the shapes with this pod shape: a chain through shapes.next */
	uint32_t list[WARD_N_DIRECTION]; /* the policies that apply to it; 0 unless of interest */
	uint32_t row[WARD_N_DIRECTION];	 /* WARD_NONE unless of interest */
	uint32_t signature;		 /* of its identities, or WARD_NONE */
	bool is_subject_dirty, is_peer_dirty;
};

struct shapes {
	struct ward_intern pods;		 /* struct pod_shape */
	WARD_VEC(struct pod_shape_state) states; /* by pod shape */
	struct ward_intern all;			 /* struct shape */
	number_list next;			 /* by shape, see first_shape */
	number_list dirty_subjects;		 /* pod shapes whose policies may have changed */
	number_list dirty_peers;		 /* pod shapes whose signature may have changed */
	uint32_t n_live;			 /* pod shapes that some pod has */
	struct index index;
};

const struct pod_shape *shapes_pod(const struct shapes *shapes, uint32_t pod_shape);
const struct shape *shapes_get(const struct shapes *shapes, uint32_t shape);
uint32_t shapes_intern_pod(struct shapes *shapes, const struct inventory_pod *pod);
uint32_t shapes_intern(struct shapes *shapes, uint32_t pod_shape, uint32_t class);

void shapes_touch_subject(struct shapes *shapes, uint32_t pod_shape);
void shapes_touch_peer(struct shapes *shapes, uint32_t pod_shape);

/* Appends the pod shapes that some pod has and for which the scope holds; perhaps twice. */
void shapes_find(struct shapes *shapes, const struct inventory *inventory,
		 const struct scope_form *scope, number_list *ret_pod_shapes);

/* The same for those with a port of this name, and those of a namespace. */
void shapes_find_port(struct shapes *shapes, const struct inventory *inventory, ward_sym name,
		      number_list *ret_pod_shapes);
void shapes_find_namespace(struct shapes *shapes, const struct inventory *inventory, uint32_t ns,
			   number_list *ret_pod_shapes);

void shapes_done(struct shapes *shapes);
