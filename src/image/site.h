/* SPDX-License-Identifier: Apache-2.0 */
/* What a writer is told at the beginning and does not change with the tables. */
#pragma once

#include "engine/number.h"
#include "image/image.h"

/* Disjoint, ascending. */
struct ward_closed {
	WARD_VEC(struct ward_ip_range) list;
};

struct ward_site {
	struct ward_closed closed; /* the pod ranges */
	number_list uplinks;	   /* ascending, none twice, none 0 */
};

void ward_site_init(struct ward_site *site, const struct ward_image_config *config);
void ward_site_done(struct ward_site *site);
