/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/lower.h"

void ward_lower(const struct ward_lowering *lowering, const struct ward_object *object,
		struct ward_policies *policies)
{
	struct ward_symbols *symbols = lowering->symbols;

	switch (object->kind) {
	case WARD_KIND_NETWORKPOLICY:
		ward_lower_networkpolicy(symbols, (const struct ward_networkpolicy *)object,
					 policies);
		break;
	case WARD_KIND_GROUPPOLICY:
		ward_lower_grouppolicy(lowering, (const struct ward_grouppolicy *)object, policies);
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
	const struct ward_grouppolicy *gp = (const struct ward_grouppolicy *)object;

	if (object->kind != WARD_KIND_GROUPPOLICY)
		return false;
	for (uint32_t i = 0; i < gp->n_environments; i++)
		if (gp->environments[i].staged)
			return true;
	return !gp->n_environments && gp->staged;
}

void ward_policies_done(struct ward_policies *policies)
{
	for (uint32_t i = 0; i < policies->list.n; i++)
		ward_policy_free(policies->list.items[i]);
	ward_vec_done(&policies->list);
}
