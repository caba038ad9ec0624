/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/put.h"

#include "base/alloc.h"
#include "policy/lower.h"

static void policy_put(struct ward_engine *engine, const struct ward_snapshot *world,
		       struct ward_group_resolver *groups, const struct ward_object *object)
{
	const struct ward_lowering lowering = {world->symbols, world->today, groups};
	_cleanup_(ward_policies_done) struct ward_policies policies = {};

	ward_engine_remove(engine, object->kind, object->ns, object->name);
	ward_lower(&lowering, object, &policies);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(engine, TAKE_PTR(policies.list.items[i]));
}

/* Does what the policy says depend on this UserGroup? */
static bool policy_leads_to(const struct ward_group_resolver *groups,
			    const struct ward_grouppolicy *gp, ward_sym group)
{
	for (uint32_t i = 0; i < gp->n_groups; i++)
		if (gp->groups[i].is_named
			    ? ward_group_leads_to(groups, gp->groups[i].name, group)
			    : ward_membership_leads_to(groups, &gp->groups[i].membership, group))
			return true;
	return false;
}

/* The policies that depend on it, again. */
static void group_put(struct ward_engine *engine, const struct ward_snapshot *world,
		      struct ward_group_resolver *groups, ward_sym group)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object && object->kind == WARD_KIND_GROUPPOLICY &&
		    policy_leads_to(groups, (const struct ward_grouppolicy *)object, group))
			policy_put(engine, world, groups, object);
	}
}

void ward_put(struct ward_engine *engine, const struct ward_snapshot *world,
	      const struct ward_object *object)
{
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver groups;

	ward_group_resolver_init(&groups, world);
	if (ward_kind_is_policy(object->kind))
		policy_put(engine, world, &groups, object);
	else if (object->kind == WARD_KIND_USERGROUP)
		group_put(engine, world, &groups, object->name);
	else
		ward_engine_put(engine, object);
}

bool ward_remove(struct ward_engine *engine, const struct ward_snapshot *world, enum ward_kind kind,
		 ward_sym ns, ward_sym name)
{
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver groups = {};

	ward_group_resolver_init(&groups, world);
	if (kind != WARD_KIND_USERGROUP)
		return ward_engine_remove(engine, kind, ns, name);
	group_put(engine, world, &groups, name);
	return true;
}
