/* SPDX-License-Identifier: Apache-2.0 */
/* The blocks of addresses that nobody has: what of them is closed, and the shapes of the rest. */
#pragma once

#include "engine/tables.h"
#include "image/site.h"
#include "image/tree.h"

/* The prefixes of a family with the closed ranges laid over them. */
uint32_t ward_prefixes_put(struct ward_tree *tree, struct ward_heap *heap,
			   const struct ward_tables *tables, const struct ward_closed *closed,
			   enum ward_family family);

/* The shape of an address that the tables do not list. */
uint32_t ward_prefixes_shape(const struct ward_tables *tables, struct ward_ip ip);
