/* SPDX-License-Identifier: Apache-2.0 */
/* A view's addresses, and what it has not been told of while the other view was written. */
#pragma once

#include "image/addresses.h"
#include "image/listed.h"
#include "image/own.h"

struct ward_view {
	struct ward_addresses four, six;
	bool is_behind;	    /* too far to catch up: to be filled from nothing */
	number_list unseen; /* addresses of the tables that have changed, some twice */
	bool owes_own; /* the node's own addresses, or who else has one of them, have changed */
	WARD_VEC(struct ward_entry) own; /* of these it has put here */
};

void ward_view_done(struct ward_view *view);

/* The tables changed as @delta says, NULL: in any way. */
void ward_view_tell(struct ward_view *view, const struct ward_listed *listed,
		    const struct ward_own *own, const struct ward_delta *delta);

/* Brings the view, which nobody may be reading, up to what there is now.  0, or -ENOSPC: then it is
 * to be filled from nothing. */
int ward_view_update(struct ward_view *view, const struct ward_listed *listed,
		     const struct ward_own *own);

struct ward_addresses *ward_view_table(struct ward_view *view, enum ward_family family);
