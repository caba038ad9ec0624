/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/changing.h"

#include "engine/engine.h"

#include "policy/lower.h"

static bool world_take_out(struct world *world, const struct ward_object *key)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind != key->kind || object->ns != key->ns || object->name != key->name)
			continue;
		for (; i + 1 < world->objects.n; i++)
			world->objects.items[i] = world->objects.items[i + 1];
		world->objects.n--;
		return true;
	}
	return false;
}

/* A namespace is there as long as something refers to it, and a GroupPolicy may say nothing. */
static bool is_always_known(enum ward_kind kind)
{
	return kind != WARD_KIND_NAMESPACE && kind != WARD_KIND_GROUPPOLICY;
}

bool changing_remove(struct changing *changing, const struct ward_object *object)
{
	bool had = world_take_out(&changing->now, object);
	bool knew = ward_engine_remove(changing->engine, object->kind, object->ns, object->name);

	return knew == had || !is_always_known(object->kind);
}

void changing_put(struct changing *changing, const struct ward_object *object)
{
	struct ward_policies policies = {};

	if (ward_kind_is_policy(object->kind))
		ward_engine_remove(changing->engine, object->kind, object->ns, object->name);
	ward_lower(changing->now.symbols, changing->now.today, object, &policies);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(changing->engine, TAKE_PTR(policies.list.items[i]));
	ward_policies_done(&policies);
	ward_engine_put(changing->engine, object);
	world_take_out(&changing->now, object);
	ward_vec_push(&changing->now.objects, object);
}
