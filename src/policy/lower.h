/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: typed policy objects become the IR. */
#pragma once

#include "base/symbol.h"
#include "base/vec.h"
#include "group/grouppolicy.h"
#include "group/members.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "policy/ir.h"

struct ward_policies {
	WARD_VEC(struct ward_policy *) list;
};

/* What lowering knows beside the object. */
struct ward_lowering {
	struct ward_symbols *symbols;
	int32_t today;			    /* what expires is judged by it (base/day.h) */
	struct ward_group_resolver *groups; /* the UserGroups; NULL: there are none */
};

/* Appends the policies of any policy object; other kinds add nothing.  The caller owns them. */
void ward_lower(const struct ward_lowering *lowering, const struct ward_object *object,
		struct ward_policies *policies);

/* Is some of it judged and reported, and not enforced? */
bool ward_object_is_staged(const struct ward_object *object);

void ward_lower_networkpolicy(struct ward_symbols *symbols, const struct ward_networkpolicy *np,
			      struct ward_policies *policies);
void ward_lower_grouppolicy(const struct ward_lowering *lowering, const struct ward_grouppolicy *gp,
			    struct ward_policies *policies);
void ward_lower_clusternetworkpolicy(struct ward_symbols *symbols,
				     const struct ward_clusternetworkpolicy *cnp,
				     struct ward_policies *policies);

/* Frees those that were not taken (set to NULL by whoever takes one). */
void ward_policies_done(struct ward_policies *policies);
