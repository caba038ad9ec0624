/* SPDX-License-Identifier: Apache-2.0 */
/* Who has a label: from (key, value) to the namespaces and pod shapes that carry it.
 *
 * The way from a new scope to the pods it holds for, as struct scopes is the way from a new pod to
 * the scopes that hold.  Nobody needs it as long as everything is computed once, so it is kept only
 * from the first question on.  What it gives are candidates: labels of namespaces change, and a
 * namespace stays listed under what it once had, until there is so much of that that all namespaces
 * are read anew. */
#pragma once

#include "engine/inventory.h"
#include "engine/scope.h"

struct postings {
	struct ward_intern terms; /* {key, value} */
	WARD_VEC(number_list) of; /* by term, who has it */
};

struct index {
	struct postings namespaces;
	struct postings pods, ports;	    /* pod shapes, by label and by name of a port */
	WARD_VEC(number_list) of_namespace; /* its pod shapes */
	uint32_t n_pods;		    /* pod shapes below this number are in it */
	number_list stale;		    /* namespaces whose labels are to be read (again) */
	struct ward_bits is_stale;
	uint32_t n_read; /* namespaces, each as often as its labels were new */
};

/* The labels of a namespace are new. */
void index_namespace(struct index *index, uint32_t ns);

void index_add_pod(struct index *index, const struct inventory *inventory, uint32_t pod_shape,
		   uint32_t ns, uint32_t labels, uint32_t ports);

/* Appends pod shapes, among them all for which the scope holds; false: it may be any. */
bool index_candidates(struct index *index, const struct inventory *inventory,
		      const struct scope_form *scope, number_list *ret_pod_shapes);

/* Pod shapes with a port of this name. */
const number_list *index_port(const struct index *index, ward_sym name);
const number_list *index_of_namespace(const struct index *index, uint32_t ns);

void index_done(struct index *index);
