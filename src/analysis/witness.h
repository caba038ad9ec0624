/* SPDX-License-Identifier: Apache-2.0 */
/* A point of the space as things that a person can make: a pod with these labels in a namespace
 * with those. */
#pragma once

#include "analysis/space.h"

struct ward_witness_label {
	const char *key, *value;
};

struct ward_witness_end {
	enum ward_space_end_kind kind;
	const char *ns; /* of a pod */
	uint32_t n_namespace_labels, n_labels;
	const struct ward_witness_label *namespace_labels; /* of one that was not given */
	const struct ward_witness_label *labels;	   /* of a pod or node */
	bool has_ip;					   /* some rule looks at addresses */
	struct ward_ip ip;
};

struct ward_witness {
	struct ward_witness_end end[WARD_N_END_AT];
	enum ward_proto proto;
	uint16_t port;
	uint32_t n_names; /* under which the destination declares the port */
	const char *const *names;
};

/* @words: chosen (ward_region_choose()). */
void ward_witness_make(struct ward_arena *arena, const struct ward_space *space,
		       const struct ward_space_case *at, uint64_t *words,
		       struct ward_witness *ret_witness);
