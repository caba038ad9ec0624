/* SPDX-License-Identifier: Apache-2.0 */
/* One end of the flows that an observer wants to see. */
#pragma once

#include "analysis/who.h"
#include "lab/control.h"

struct lab_wanted {
	enum {
		LAB_WANT_ALL,
		LAB_WANT_NAMESPACE, /* "NS/" */
		LAB_WANT_GROUP,
		LAB_WANT_NODE,
		LAB_WANT_WORLD,
		LAB_WANT_CIDR,
		LAB_WANT_PODS,
	} kind;
	ward_sym name;	       /* of the namespace, group or node */
	struct ward_cidr cidr; /* an address too */
	WARD_VEC(struct ward_object) pods;
};

/* @text as in `ward can`, or "NS/"; NULL: all.  -ENOENT with @ret_why when there is nobody of that
 * name. */
int lab_wanted_init(struct lab_wanted *wanted, const struct lab_request *request, const char *text,
		    char **ret_why);
void lab_wanted_done(struct lab_wanted *wanted);

bool lab_wanted_is(const struct lab *lab, const struct lab_wanted *wanted,
		   const struct ward_flow_end *end);
