/* SPDX-License-Identifier: Apache-2.0 */
#include "group/members.h"

#include "kube/snapshot.h"

enum {
	DEPTH_MAX = 1024 /* of nesting: more than this is too many */
};

static const struct ward_usergroup *snapshot_find(const void *userdata, ward_sym name)
{
	return (const struct ward_usergroup *)ward_snapshot_find(userdata, WARD_KIND_USERGROUP,
								 WARD_NONE, name);
}

void ward_group_resolver_init(struct ward_group_resolver *resolver,
			      const struct ward_snapshot *snapshot)
{
	*resolver = (struct ward_group_resolver){.find = snapshot_find, .userdata = snapshot};
}

void ward_members_done(struct ward_members *members)
{
	ward_boxes_done(&members->pods);
	ward_ranges_done(&members->addresses);
}

void ward_group_resolver_done(struct ward_group_resolver *resolver)
{
	for (uint32_t i = 0; i < resolver->members.n; i++)
		if (resolver->members.items[i])
			ward_members_done(resolver->members.items[i]);
	ward_vec_done(&resolver->members);
	ward_intern_done(&resolver->names);
	ward_arena_done(&resolver->arena);
}

typedef WARD_VEC(ward_sym) name_list;

static void names_push(struct ward_intern *seen, name_list *left,
		       const struct ward_member_entry *entries, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t g = 0; g < entries[i].n_groups; g++) {
			uint32_t before = seen->n;
			ward_sym name = entries[i].groups[g].name;

			if (ward_intern(seen, &name, sizeof(name)) == before)
				ward_vec_push(left, name);
		}
}

static void membership_push(struct ward_intern *seen, name_list *left,
			    const struct ward_membership *membership)
{
	names_push(seen, left, membership->entries, membership->n_entries);
	names_push(seen, left, membership->excludes, membership->n_excludes);
}

bool ward_membership_leads_to(const struct ward_group_resolver *resolver,
			      const struct ward_membership *membership, ward_sym target)
{
	_cleanup_(ward_intern_done) struct ward_intern seen = {};
	name_list left = {};
	bool found = false;

	membership_push(&seen, &left, membership);
	while (left.n && !found) {
		ward_sym name = left.items[--left.n];
		const struct ward_usergroup *group = resolver->find(resolver->userdata, name);

		found = name == target;
		if (group)
			membership_push(&seen, &left, &group->membership);
	}
	ward_vec_done(&left);
	return found;
}

bool ward_group_leads_to(const struct ward_group_resolver *resolver, ward_sym group,
			 ward_sym target)
{
	const struct ward_usergroup *found = resolver->find(resolver->userdata, group);

	return group == target ||
	       (found && ward_membership_leads_to(resolver, &found->membership, target));
}

static void blocks_add(struct ward_ranges *addresses, const struct ward_np_peer *block)
{
	struct ward_ranges own = {}, excepts = {};
	struct ward_ip_range range = ward_cidr_range(block->block);

	if (block->block_is_nothing)
		return;
	ward_ranges_or(&own, &range, 1);
	for (uint32_t i = 0; i < block->n_excepts; i++) {
		range = ward_cidr_range(block->excepts[i].cidr);
		ward_ranges_or(&excepts, &range, 1);
	}
	ward_ranges_minus(&own, &excepts);
	ward_ranges_or(addresses, own.list.items, own.list.n);
	ward_ranges_done(&own);
	ward_ranges_done(&excepts);
}

/* What is being worked out, and in which UserGroup it stands; WARD_NONE: in a policy. */
struct resolving {
	struct ward_group_resolver *resolver;
	ward_sym self;
};

/* Narrows an entry to the members of a group as well. */
static void entry_narrow(const struct resolving *in, ward_sym name, bool is_first,
			 struct ward_members *members)
{
	struct ward_group_resolver *resolver = in->resolver;
	static const struct ward_members nobody = {};
	const struct ward_members *others = NULL;

	if (in->self == WARD_NONE || !ward_group_leads_to(resolver, name, in->self))
		others = ward_group_members(resolver, name);
	if (!others)
		others = &nobody;
	ward_boxes_and(&resolver->arena, &members->pods, &others->pods);
	if (is_first)
		ward_ranges_or(&members->addresses, others->addresses.list.items,
			       others->addresses.list.n);
	else
		ward_ranges_and(&members->addresses, &others->addresses);
}

/* No label selects an address: whoever asks for labels as well asks for pods. */
static void entry_resolve(const struct resolving *in, const struct ward_member_entry *entry,
			  struct ward_members *ret_members)
{
	*ret_members = (struct ward_members){};
	for (uint32_t i = 0; i < entry->n_blocks; i++)
		blocks_add(&ret_members->addresses, &entry->blocks[i]);
	if (entry->n_blocks)
		return;
	ward_boxes_add(&in->resolver->arena, &ret_members->pods, &entry->namespaces, &entry->pods);
	for (uint32_t i = 0; i < entry->n_groups; i++)
		entry_narrow(in, entry->groups[i].name, i == 0, ret_members);
	if (entry->pods.n || entry->namespaces.n)
		ward_ranges_done(&ret_members->addresses);
}

/* @home: where entries are that do not say; NULL: anywhere. */
static void entries_add(const struct resolving *in, const struct ward_boxes *home,
			const struct ward_member_entry *entries, uint32_t n,
			struct ward_members *members)
{
	for (uint32_t i = 0; i < n; i++) {
		struct ward_members entry;

		entry_resolve(in, &entries[i], &entry);
		if (home && !entries[i].scoped)
			ward_boxes_and(&in->resolver->arena, &entry.pods, home);
		ward_boxes_or(&members->pods, &entry.pods);
		ward_ranges_or(&members->addresses, entry.addresses.list.items,
			       entry.addresses.list.n);
		ward_members_done(&entry);
	}
}

/* Only pods that carry all of the labels. */
static void require_labels(struct ward_group_resolver *resolver,
			   const struct ward_membership *membership, struct ward_members *members)
{
	static const struct ward_selector anywhere;
	struct ward_requirement *items = ward_arena_new_n(&resolver->arena, struct ward_requirement,
							  membership->n_required + 1);
	struct ward_selector pods = {membership->n_required, items};
	struct ward_boxes labelled = {};

	for (uint32_t i = 0; i < pods.n; i++)
		items[i] = (struct ward_requirement){.key = membership->required[i],
						     .op = WARD_OP_EXISTS};
	ward_boxes_add(&resolver->arena, &labelled, &anywhere, &pods);
	ward_boxes_and(&resolver->arena, &members->pods, &labelled);
	ward_boxes_done(&labelled);
}

static void resolve(struct ward_group_resolver *resolver, ward_sym self,
		    const struct ward_membership *membership, const struct ward_boxes *home,
		    struct ward_members *ret_members)
{
	const struct resolving in = {resolver, self};
	struct ward_members excluded = {};

	*ret_members = (struct ward_members){};
	if (resolver->depth >= DEPTH_MAX) {
		ret_members->pods.overflow = true;
		return;
	}
	resolver->depth++;
	entries_add(&in, home, membership->entries, membership->n_entries, ret_members);
	entries_add(&in, NULL, membership->excludes, membership->n_excludes, &excluded);
	resolver->depth--;
	ward_boxes_minus(&resolver->arena, &ret_members->pods, &excluded.pods);
	ward_ranges_minus(&ret_members->addresses, &excluded.addresses);
	if (membership->excludes_lacking)
		require_labels(resolver, membership, ret_members);
	ward_members_done(&excluded);
}

const struct ward_members *ward_group_members(struct ward_group_resolver *resolver, ward_sym name)
{
	const struct ward_usergroup *group = resolver->find(resolver->userdata, name);
	uint32_t i = ward_intern(&resolver->names, &name, sizeof(name));
	struct ward_members *members;

	if (i == resolver->members.n)
		ward_vec_push(&resolver->members, NULL);
	if (!group || resolver->members.items[i])
		return resolver->members.items[i];
	members = ward_arena_new(&resolver->arena, struct ward_members);
	resolve(resolver, name, &group->membership, NULL, members);
	resolver->members.items[i] = members;
	return members;
}

void ward_boxes_in_environments(struct ward_arena *arena, const ward_sym *names, uint32_t n,
				struct ward_boxes *boxes)
{
	static const struct ward_selector any_pods;
	struct ward_selector namespaces = ward_selector_in(arena, WARD_SYM_ENV, names, n);
	struct ward_boxes environments = {};

	ward_boxes_add(arena, &environments, &namespaces, &any_pods);
	ward_boxes_and(arena, boxes, &environments);
	ward_boxes_done(&environments);
}

void ward_grouppolicy_home(struct ward_arena *arena, const struct ward_grouppolicy *policy,
			   enum ward_home_part part, struct ward_boxes *ret_boxes)
{
	static const struct ward_selector any_pods;
	ward_sym *names = ward_arena_new_n(arena, ward_sym, policy->n_environments);
	uint32_t n = 0;

	*ret_boxes = (struct ward_boxes){};
	ward_boxes_add(arena, ret_boxes, &policy->namespaces, &any_pods);
	for (uint32_t i = 0; i < policy->n_environments; i++)
		if (part == WARD_HOME_ALL ||
		    policy->environments[i].staged == (part == WARD_HOME_STAGED))
			names[n++] = policy->environments[i].name;
	if (policy->n_environments)
		ward_boxes_in_environments(arena, names, n, ret_boxes);
}

void ward_grouppolicy_members(struct ward_group_resolver *resolver,
			      const struct ward_grouppolicy *policy, uint32_t group,
			      struct ward_members *ret_members)
{
	const struct ward_group *of = &policy->groups[group];
	const struct ward_members *named;
	struct ward_boxes home;

	if (!of->is_named) {
		ward_grouppolicy_home(&resolver->arena, policy, WARD_HOME_ALL, &home);
		resolve(resolver, WARD_NONE, &of->membership, &home, ret_members);
		ward_boxes_done(&home);
		return;
	}
	*ret_members = (struct ward_members){};
	named = ward_group_members(resolver, of->name);
	if (!named)
		return;
	ward_boxes_or(&ret_members->pods, &named->pods);
	ward_ranges_or(&ret_members->addresses, named->addresses.list.items,
		       named->addresses.list.n);
}
