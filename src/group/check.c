/* SPDX-License-Identifier: Apache-2.0 */
#include "group/check.h"

#include "base/alloc.h"
#include "group/members.h"
#include "kube/names.h"

/* An object being looked at. */
struct checking {
	const struct ward_snapshot *snapshot, *others;
	struct ward_group_resolver resolver;
	const struct ward_object *object;
	const struct ward_grouppolicy *gp; /* the object, if it is one */
	const char *name;		   /* "UserGroup db" */
};

static const char *str(const struct checking *in, ward_sym sym)
{
	return ward_symbol_str(in->snapshot->symbols, sym);
}

static const struct ward_usergroup *find_in_both(const void *userdata, ward_sym name)
{
	const struct checking *in = userdata;
	const struct ward_object *group =
		ward_snapshot_find(in->snapshot, WARD_KIND_USERGROUP, WARD_NONE, name);

	if (!group && in->others)
		group = ward_snapshot_find(in->others, WARD_KIND_USERGROUP, WARD_NONE, name);
	return (const struct ward_usergroup *)group;
}

/* The name that was probably meant, or NULL. */
static const char *nearest_name(const struct checking *in, ward_sym name)
{
	struct ward_nearest nearest = {.word = str(in, name)};

	for (uint32_t i = 0; in->gp && i < in->gp->n_groups; i++)
		if (!in->gp->groups[i].is_named)
			ward_nearest_offer(&nearest, str(in, in->gp->groups[i].name));
	for (uint32_t i = 0; i < in->snapshot->objects.n; i++) {
		const struct ward_object *object = in->snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_USERGROUP)
			ward_nearest_offer(&nearest, str(in, object->name));
	}
	return nearest.best;
}

static void missing_report(const struct checking *in, const struct ward_group_name *group)
{
	const char *nearest = nearest_name(in, group->name);
	_cleanup_free_ char *hint =
		nearest ? ward_format("did you mean %s?", nearest)
			: ward_format("add a UserGroup of this name%s",
				      in->gp ? ", or declare it under spec.groups" : "");

	ward_diag(in->snapshot->diags, WARD_WARNING, "missing-group", group->mark, in->name, hint,
		  "there is no group %s, so nobody is in it", str(in, group->name));
}

static void circular_report(const struct checking *in, const struct ward_group_name *group)
{
	bool self = group->name == in->object->name;

	ward_diag(in->snapshot->diags, WARD_WARNING, "circular-group", group->mark, in->name,
		  "take one of the references out",
		  self ? "group %s is made of itself, so this counts for nothing"
		       : "group %s is made of this one, so it counts for nothing here",
		  str(in, group->name));
}

static void name_check(const struct checking *in, const struct ward_group_name *group)
{
	if (!find_in_both(in, group->name))
		missing_report(in, group);
	else if (!in->gp && ward_group_leads_to(&in->resolver, group->name, in->object->name))
		circular_report(in, group);
}

static void entries_check(const struct checking *in, const struct ward_member_entry *entries,
			  uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < entries[i].n_groups; k++)
			name_check(in, &entries[i].groups[k]);
}

/* So many selectors would be a policy that nobody can read, and past a point they are not even
 * worked out: whom such a group closes is then more than was meant, and whom it opens nobody. */
static void size_check(const struct checking *in, ward_sym name, struct ward_mark mark,
		       const struct ward_members *members)
{
	if (!members->pods.overflow && members->pods.list.n <= WARD_BOXES_MAX)
		return;
	ward_diag(in->snapshot->diags, WARD_ERROR, "too-many-pairs", mark, in->name,
		  "give its members a label of their own, or exclude by fewer labels",
		  "group %s is more than %u pairs of a namespace selector and a pod selector",
		  str(in, name), WARD_BOXES_MAX);
}

/* An entry that says nothing of namespaces lets in whoever may create a pod anywhere. */
static void scope_check(const struct checking *in, const struct ward_membership *membership)
{
	for (uint32_t i = 0; i < membership->n_entries; i++) {
		const struct ward_member_entry *entry = &membership->entries[i];

		if (entry->scoped || !entry->pods.n)
			continue;
		ward_diag(in->snapshot->diags, WARD_NOTE, "scope-is-cluster-wide", entry->mark,
			  in->name, "write namespaces: {labels: {…}} into the entry",
			  "the entry is about every namespace: who may create a pod in any of them "
			  "can join");
	}
}

static void usergroup_check(struct checking *in, const struct ward_usergroup *group)
{
	const struct ward_membership *of = &group->membership;

	entries_check(in, of->entries, of->n_entries);
	entries_check(in, of->excludes, of->n_excludes);
	for (uint32_t i = 0; i < group->n_disjoint; i++)
		if (!find_in_both(in, group->disjoint[i].name))
			missing_report(in, &group->disjoint[i]);
	size_check(in, group->object.name, group->object.mark,
		   ward_group_members(&in->resolver, group->object.name));
	scope_check(in, of);
}

static void declared_check(struct checking *in, uint32_t i)
{
	_cleanup_(ward_members_done) struct ward_members members;
	const struct ward_group *group = &in->gp->groups[i];

	entries_check(in, group->membership.entries, group->membership.n_entries);
	entries_check(in, group->membership.excludes, group->membership.n_excludes);
	ward_grouppolicy_members(&in->resolver, in->gp, i, &members);
	size_check(in, group->name, group->mark, &members);
}

static void grouppolicy_check(struct checking *in)
{
	for (uint32_t i = 0; i < in->gp->n_groups; i++) {
		const struct ward_group_name named = {in->gp->groups[i].name,
						      in->gp->groups[i].mark};

		if (in->gp->groups[i].is_named)
			name_check(in, &named);
		else
			declared_check(in, i);
	}
}

static void object_check(struct checking *in, const struct ward_object *object)
{
	_cleanup_free_ char *name =
		ward_format("%s %s", ward_kind_str(object->kind), str(in, object->name));

	in->object = object;
	in->name = name;
	in->gp = NULL;
	if (object->kind == WARD_KIND_USERGROUP) {
		usergroup_check(in, (const struct ward_usergroup *)object);
		return;
	}
	in->gp = (const struct ward_grouppolicy *)object;
	grouppolicy_check(in);
}

void ward_groups_check(const struct ward_snapshot *snapshot, const struct ward_snapshot *others)
{
	struct checking in = {.snapshot = snapshot, .others = others};

	in.resolver = (struct ward_group_resolver){.find = find_in_both, .userdata = &in};
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_object *object = snapshot->objects.items[i];

		if (object &&
		    (object->kind == WARD_KIND_USERGROUP || object->kind == WARD_KIND_GROUPPOLICY))
			object_check(&in, object);
	}
	ward_group_resolver_done(&in.resolver);
}
