/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/groups.h"

void ward_groups_init(struct ward_groups *groups, const struct ward_snapshot *snapshot)
{
	*groups = (struct ward_groups){};
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];
		const struct ward_grouppolicy *policy;

		if (!object || object->kind != WARD_KIND_GROUPPOLICY)
			continue;
		policy = (const struct ward_grouppolicy *)object;
		for (uint32_t g = 0; g < policy->n_groups; g++)
			ward_vec_push(&groups->list, ((struct ward_group_entry){
							     .policy = policy,
							     .group = &policy->groups[g],
						     }));
	}
}

void ward_groups_done(struct ward_groups *groups)
{
	ward_vec_done(&groups->list);
}

bool ward_group_has(const struct ward_engine *engine, const struct ward_group_entry *entry,
		    const struct ward_endpoint *endpoint)
{
	if (!endpoint->managed)
		return false;
	for (uint32_t i = 0; i < entry->policy->n_namespaces; i++)
		if (entry->policy->namespaces[i] == endpoint->object.ns)
			return ward_selector_matches(&entry->group->pods,
						     ward_engine_labels(engine, endpoint->labels));
	return false;
}
