/* SPDX-License-Identifier: Apache-2.0 */
/* From the engine's tables to the blocks and the address words of one version. */
#pragma once

#include "engine/tables.h"
#include "image/addresses.h"
#include "image/heap.h"

struct ward_build {
	struct ward_heap *heap;
	const struct ward_tables *tables;
	const uint32_t *ifindex; /* per endpoint, or NULL */
	ward_sym node;
	uint32_t n_closed;
	const struct ward_ip_range *closed; /* whoever asks: disjoint, ascending */
	uint32_t n_uplinks;
	const uint32_t *uplinks; /* ascending, none twice */
	uint32_t n_own;
	const struct ward_ip *own; /* the same */
};

/* Puts the blocks, fills @ret_root (but for its seeds) and appends the addresses of each family.
 * What does not fit shows in heap->full. */
void ward_build(const struct ward_build *build, struct ward_image_root *ret_root,
		struct ward_entries *entries4, struct ward_entries *entries6);
