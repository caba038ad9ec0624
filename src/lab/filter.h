/* SPDX-License-Identifier: Apache-2.0 */
/* Which flows somebody wants to see: all of these must be true of one. */
#pragma once

#include "lab/wanted.h"

struct lab_filter {
	enum {
		LAB_ALLOWED_OR_DENIED,
		LAB_ALLOWED,
		LAB_DENIED,
		LAB_STAGED, /* what is staged would change it */
	} verdict;
	struct lab_wanted from, to;
	struct lab_wanted group; /* of either end */
	int64_t since_us;	 /* since 1970 */
	bool closed;		 /* flows that ended too */
};

/* From the members of the request.  -ENOENT with @ret_why when it asks for somebody who is not
 * there. */
int lab_filter_init(struct lab_filter *filter, const struct lab_request *request, char **ret_why);
void lab_filter_done(struct lab_filter *filter);

bool lab_filter_has(const struct lab *lab, const struct lab_filter *filter,
		    const struct ward_flow *flow);

/* The flows of the past that pass it, in the order of time; the caller frees the array. */
const struct ward_flow **lab_filter_past(const struct lab *lab, const struct lab_filter *filter,
					 uint32_t *ret_n);
