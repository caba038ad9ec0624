/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of addresses of both families, as ranges: disjoint, ascending, none touching the next. */
#pragma once

#include "base/ip.h"
#include "base/vec.h"

struct ward_ranges {
	WARD_VEC(struct ward_ip_range) list;
};

static inline void ward_ranges_done(struct ward_ranges *ranges)
{
	ward_vec_done(&ranges->list);
}

/* @more may be in any order. */
void ward_ranges_or(struct ward_ranges *ranges, const struct ward_ip_range *more, uint32_t n);
void ward_ranges_and(struct ward_ranges *ranges, const struct ward_ranges *other);
void ward_ranges_minus(struct ward_ranges *ranges, const struct ward_ranges *other);

bool ward_ranges_have(const struct ward_ranges *ranges, struct ward_ip ip);

/* The fewest blocks that are exactly these addresses, appended. */
struct ward_cidrs {
	WARD_VEC(struct ward_cidr) list;
};
void ward_ranges_cidrs(const struct ward_ranges *ranges, struct ward_cidrs *ret_cidrs);
