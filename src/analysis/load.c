/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/load.h"

#include "policy/lower.h"

static struct ward_engine *load(const struct ward_snapshot *snapshot, struct ward_engine *engine)
{
	_cleanup_(ward_policies_done) struct ward_policies policies = {};
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver groups;
	const struct ward_lowering lowering = {snapshot->symbols, snapshot->today, &groups};

	ward_group_resolver_init(&groups, snapshot);
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (!object)
			continue;
		ward_engine_put(engine, object);
		ward_lower(&lowering, object, &policies);
	}
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(engine, TAKE_PTR(policies.list.items[i]));
	ward_engine_commit(engine);
	ward_engine_lay_out(engine);
	return engine;
}

struct ward_engine *ward_engine_load(const struct ward_snapshot *snapshot, ward_sym node)
{
	return load(snapshot, ward_engine_new(snapshot->symbols, node));
}

struct ward_engine *ward_engine_load_staged(const struct ward_snapshot *snapshot, ward_sym node)
{
	struct ward_engine *engine = ward_engine_new(snapshot->symbols, node);

	ward_engine_rehearse(engine);
	return load(snapshot, engine);
}

bool ward_snapshot_has_staged(const struct ward_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && ward_object_is_staged(object))
			return true;
	}
	return false;
}
