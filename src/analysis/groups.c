/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/groups.h"

static void usergroup_push(struct ward_groups *groups, const struct ward_usergroup *group)
{
	const struct ward_members *members =
		ward_group_members(&groups->resolver, group->object.name);
	struct ward_group_entry entry = {.group = group,
					 .name = group->object.name,
					 .mark = group->object.mark};

	ward_boxes_or(&entry.members.pods, &members->pods);
	ward_ranges_or(&entry.members.addresses, members->addresses.list.items,
		       members->addresses.list.n);
	ward_vec_push(&groups->list, entry);
}

static void declared_push(struct ward_groups *groups, const struct ward_grouppolicy *policy)
{
	for (uint32_t g = 0; g < policy->n_groups; g++) {
		struct ward_group_entry entry = {
			.policy = policy,
			.name = policy->groups[g].name,
			.mark = policy->groups[g].mark,
		};

		if (policy->groups[g].is_named)
			continue;
		ward_grouppolicy_members(&groups->resolver, policy, g, &entry.members);
		ward_vec_push(&groups->list, entry);
	}
}

void ward_groups_init(struct ward_groups *groups, const struct ward_snapshot *snapshot)
{
	*groups = (struct ward_groups){};
	ward_group_resolver_init(&groups->resolver, snapshot);
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_USERGROUP)
			usergroup_push(groups, (const struct ward_usergroup *)object);
		else if (object && object->kind == WARD_KIND_GROUPPOLICY)
			declared_push(groups, (const struct ward_grouppolicy *)object);
	}
}

void ward_groups_done(struct ward_groups *groups)
{
	for (uint32_t i = 0; i < groups->list.n; i++)
		ward_members_done(&groups->list.items[i].members);
	ward_vec_done(&groups->list);
	ward_group_resolver_done(&groups->resolver);
}

bool ward_members_have(const struct ward_engine *engine, const struct ward_members *members,
		       const struct ward_endpoint *endpoint)
{
	return endpoint->managed &&
	       ward_boxes_have(&members->pods,
			       ward_engine_namespace_labels(engine, endpoint->object.ns),
			       ward_engine_labels(engine, endpoint->labels));
}
