/* SPDX-License-Identifier: Apache-2.0 */
/* Lowering: typed policy objects become the IR. */
#pragma once

#include "base/symbol.h"
#include "base/vec.h"
#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "policy/ir.h"

struct ward_policies {
	WARD_VEC(struct ward_policy *) list;
};

/* Appends the policies of any policy object; other kinds add nothing.  The caller owns them.  What
 * expires is judged by @today (base/day.h). */
void ward_lower(struct ward_symbols *symbols, int32_t today, const struct ward_object *object,
		struct ward_policies *policies);

/* A policy that is judged and reported, and not enforced? */
bool ward_object_is_staged(const struct ward_object *object);

void ward_lower_networkpolicy(struct ward_symbols *symbols, const struct ward_networkpolicy *np,
			      struct ward_policies *policies);
void ward_lower_grouppolicy(struct ward_symbols *symbols, int32_t today,
			    const struct ward_grouppolicy *gp, struct ward_policies *policies);
void ward_lower_clusternetworkpolicy(struct ward_symbols *symbols,
				     const struct ward_clusternetworkpolicy *cnp,
				     struct ward_policies *policies);

/* Frees those that were not taken (set to NULL by whoever takes one). */
void ward_policies_done(struct ward_policies *policies);
