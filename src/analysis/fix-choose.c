/* SPDX-License-Identifier: Apache-2.0 */
/* Who has no time for alternatives wants the rules to write: they come last among the fixes of a
 * side, behind a port that would do as well. */
#include "analysis/explain.h"

/* Takes the last fix of the tier that is about just these sides. */
static bool take(const struct ward_answer *answer, enum ward_tier tier, bool egress, bool ingress,
		 const struct ward_fix **ret_fix)
{
	for (uint32_t i = answer->n_fixes; i--;) {
		const struct ward_fix *fix = &answer->fixes[i];

		if (fix->relabels || fix->tier != tier || fix->of[WARD_EGRESS] != egress ||
		    fix->of[WARD_INGRESS] != ingress)
			continue;
		*ret_fix = fix;
		return true;
	}
	return false;
}

uint32_t ward_answer_rules(const struct ward_answer *answer, const struct ward_fix **ret_rules,
			   uint32_t max)
{
	uint32_t n = 0;

	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		if (n < max && take(answer, tier, true, true, &ret_rules[n])) {
			n++;
			continue;
		}
		for (int ingress = 0; ingress <= 1; ingress++)
			if (n < max && take(answer, tier, !ingress, ingress, &ret_rules[n]))
				n++;
	}
	return n;
}
