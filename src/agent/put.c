/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/put.h"

#include "base/alloc.h"
#include "policy/lower.h"

void ward_put(struct ward_engine *engine, int32_t today, const struct ward_object *object)
{
	_cleanup_(ward_policies_done) struct ward_policies policies = {};

	if (!ward_kind_is_policy(object->kind)) {
		ward_engine_put(engine, object);
		return;
	}
	ward_engine_remove(engine, object->kind, object->ns, object->name);
	ward_lower(ward_engine_symbols(engine), today, object, &policies);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(engine, TAKE_PTR(policies.list.items[i]));
}
