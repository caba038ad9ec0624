/* SPDX-License-Identifier: Apache-2.0 */
/* What every address that the tables list stands for, by its number there. */
#pragma once

#include "base/symbol.h"
#include "engine/number.h"
#include "engine/tables.h"
#include "image/addresses.h"

struct ward_listed {
	ward_sym node;			     /* whose addresses are "own" (A10.1), or WARD_NONE */
	WARD_VEC(struct ward_entry) entries; /* by number; a hole keeps its address, value 0 */
	/* Addresses of local pods: each has a record of its own for as long as it is one. */
	number_list locals; /* by record: the number of the address, or WARD_NONE: free */
	number_list free;   /* records */
};

void ward_listed_done(struct ward_listed *listed);

/* Brings it up to the tables; @delta NULL: from nothing. */
void ward_listed_follow(struct ward_listed *listed, const struct ward_tables *tables,
			const struct ward_delta *delta);
