/* SPDX-License-Identifier: Apache-2.0 */
/* The links of a map as a person reads them.
 *
 * The map cuts the external addresses wherever any workload is treated differently.  For a single
 * workload most of these cuts mean nothing, so its neighbouring ranges are joined again, and all
 * addresses of both families are "world". */
#pragma once

#include "analysis/map.h"

struct ward_map_row {
	char *from, *to;
	const struct ward_port_set *allow;
};

struct ward_map_rows {
	WARD_VEC(struct ward_map_row) list; /* from workloads, then from outside */
};

void ward_map_rows_init(struct ward_map_rows *rows, const struct ward_map *map);
void ward_map_rows_done(struct ward_map_rows *rows);
