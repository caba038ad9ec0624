/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lower.h"

void ward_lower(struct ward_symbols *symbols, int32_t today, const struct ward_object *object,
		struct ward_policies *policies)
{
	switch (object->kind) {
	case WARD_KIND_NETWORKPOLICY:
		ward_lower_networkpolicy(symbols, (const struct ward_networkpolicy *)object,
					 policies);
		break;
	case WARD_KIND_GROUPPOLICY:
		ward_lower_grouppolicy(symbols, today, (const struct ward_grouppolicy *)object,
				       policies);
		break;
	case WARD_KIND_CLUSTERNETWORKPOLICY:
	case WARD_KIND_ADMINNETWORKPOLICY:
	case WARD_KIND_BASELINEADMINNETWORKPOLICY:
		ward_lower_clusternetworkpolicy(symbols,
						(const struct ward_clusternetworkpolicy *)object,
						policies);
		break;
	default:
		break;
	}
}

bool ward_object_is_staged(const struct ward_object *object)
{
	return object->kind == WARD_KIND_GROUPPOLICY &&
	       ((const struct ward_grouppolicy *)object)->staged;
}

void ward_policies_done(struct ward_policies *policies)
{
	for (uint32_t i = 0; i < policies->list.n; i++)
		ward_policy_free(policies->list.items[i]);
	ward_vec_done(&policies->list);
}
