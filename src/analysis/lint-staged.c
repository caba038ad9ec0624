/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that do nothing yet, because they are staged: whoever reads the other findings must know
 * that these policies are not among those that were judged. */
#include "analysis/lint-parts.h"
#include "policy/lower.h"

void ward_lint_staged(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->snapshot->objects.n && !ward_engine_rehearses(lint->engine);
	     i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];

		if (object && ward_object_is_staged(object))
			ward_lint_report(lint, WARD_NOTE, "staged", object,
					 ((const struct ward_grouppolicy *)object)->mode_mark,
					 "--staged checks as if it were enforced",
					 "this policy is judged and reported, and not enforced");
	}
}
