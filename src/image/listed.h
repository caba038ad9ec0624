/* SPDX-License-Identifier: Apache-2.0 */
/* What every address that the tables list stands for, by its number there. */
#pragma once

#include "base/bits.h"
#include "base/symbol.h"
#include "engine/number.h"
#include "engine/tables.h"
#include "image/entry.h"

/* An address of a local pod. */
struct ward_record {
	uint32_t number; /* of the address, or WARD_NONE: the record is free */
	uint32_t endpoint, shape;
	uint32_t row[WARD_N_DIRECTION];
};

struct ward_listed {
	ward_sym node;			     /* whose addresses are "own" (A10.1), or WARD_NONE */
	WARD_VEC(struct ward_entry) entries; /* by number; a hole keeps its address, value 0 */
	WARD_VEC(struct ward_record) locals; /* each stays one for as long as it is local */
	number_list free;		     /* records */
	struct ward_bits touched;
};

void ward_listed_done(struct ward_listed *listed);

/* Brings it up to the tables; @delta NULL: from nothing. */
void ward_listed_follow(struct ward_listed *listed, const struct ward_tables *tables,
			const struct ward_delta *delta);
