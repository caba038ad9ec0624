/* SPDX-License-Identifier: Apache-2.0 */
/* How large the next image is when one is full. */
#pragma once

#include <stddef.h>

#include "engine/tables.h"
#include "image/image.h"

struct ward_growth {
	const struct ward_image_writer *full;
	const struct ward_tables *tables; /* that did not fit */
	uint32_t n_own; /* addresses of the node, which take room as those of the tables do */
	const struct ward_ip *own;
	size_t max_bytes;
};

/* 0, or -ENOSPC: it may not be larger. */
int ward_growth_next(const struct ward_growth *growth, struct ward_geometry *ret_geometry);
