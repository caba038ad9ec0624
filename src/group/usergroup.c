/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

static void expect_decode(struct ward_usergroup *group, const struct ward_field *map)
{
	static const struct ward_known known[] = {
		{"minMembers"}, {"maxMembers"}, {"disjointWith"}, {}};
	struct ward_field min = ward_field_get(map, "minMembers");
	struct ward_field max = ward_field_get(map, "maxMembers");
	struct ward_field disjoint = ward_field_get(map, "disjointWith");
	int64_t value;

	group->max_members = UINT32_MAX;
	group->expect_mark = ward_field_mark(map);
	if (!map->node || !ward_field_is_map(map))
		return;
	ward_field_only(map, known);
	if (ward_field_int(&min, 0, UINT32_MAX - 1, &value))
		group->min_members = (uint32_t)value;
	if (ward_field_int(&max, 0, UINT32_MAX - 1, &value))
		group->max_members = (uint32_t)value;
	if (group->min_members > group->max_members)
		ward_field_error(&max, "out-of-range", "make it at least minMembers",
				 "no number of members is at least %u and at most %u",
				 group->min_members, group->max_members);
	group->disjoint = ward_group_names_decode(&disjoint, &group->n_disjoint);
}

static void subject_decode(struct ward_join_subject *subject, const struct ward_field *item)
{
	static const struct ward_known known[] = {{"kind"}, {"name"}, {"namespaces"}, {}};
	static const char *const kinds[] = {"User", "Group", "ServiceAccount"};
	struct ward_field kind = ward_field_get(item, "kind");
	struct ward_field name = ward_field_get(item, "name");
	struct ward_field namespaces = ward_field_get(item, "namespaces");
	const char *text;

	subject->mark = ward_field_mark(item);
	if (ward_node_is_null(item->node)) {
		ward_field_expected(item, "wrong-type", "remove the lone dash", "a map");
		return;
	}
	if (!ward_field_is_map(item))
		return;
	ward_field_only(item, known);
	text = kind.node ? ward_field_str(&kind) : "";
	for (size_t i = 0; text && i < WARD_ARRAY_SIZE(kinds); i++)
		if (strcmp(text, kinds[i]) == 0)
			subject->kind = ward_field_sym(&kind);
	if (text && subject->kind == WARD_NONE)
		ward_field_expected(&kind, "bad-value", NULL, "User, Group or ServiceAccount");
	subject->name = ward_field_sym(&name);
	if (!name.node || subject->name == WARD_SYM_EMPTY)
		ward_field_expected(&name, "no-name", NULL, "whom RBAC knows by this name");
	subject->namespaces = ward_namespace_names_decode(&namespaces, &subject->n_namespaces);
}

static enum ward_join_mode mode_decode(const struct ward_field *field)
{
	static const char *const modes[WARD_N_JOIN_MODE] = {
		[WARD_JOIN_AUDIT] = "Audit",
		[WARD_JOIN_WARN] = "Warn",
		[WARD_JOIN_DENY] = "Deny",
	};
	const char *text = ward_field_str(field);

	for (enum ward_join_mode mode = 0; text && mode < WARD_N_JOIN_MODE; mode++)
		if (strcmp(text, modes[mode]) == 0)
			return mode;
	if (text)
		ward_field_expected(field, "bad-value", NULL, "Audit, Warn or Deny");
	return WARD_JOIN_WARN;
}

static void join_decode(struct ward_usergroup *group, const struct ward_field *map)
{
	static const struct ward_known known[] = {{"mode"}, {"allow"}, {}};
	struct ward_field mode = ward_field_get(map, "mode");
	struct ward_field list = ward_field_get(map, "allow");
	struct ward_join_subject *joins;

	group->join_mark = ward_field_mark(map);
	if (!map->node || !ward_field_is_map(map))
		return;
	ward_field_only(map, known);
	group->join = mode_decode(&mode);
	group->n_joins = ward_field_list(&list);
	joins = ward_arena_new_n(map->in->arena, struct ward_join_subject, group->n_joins);
	for (uint32_t i = 0; i < group->n_joins; i++) {
		struct ward_field item = ward_field_at(&list, i);

		joins[i].kind = joins[i].name = WARD_NONE;
		subject_decode(&joins[i], &item);
	}
	group->joins = joins;
}

static void spec_decode(struct ward_usergroup *group, const struct ward_field *spec)
{
	struct ward_field expect = ward_field_get(spec, "expect");
	struct ward_field join = ward_field_get(spec, "join");

	ward_field_only(spec, ward_membership_known);
	ward_membership_decode(&group->membership, spec);
	ward_owners_decode(spec);
	expect_decode(group, &expect);
	join_decode(group, &join);
}

struct ward_object *ward_usergroup_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_usergroup *group =
		ward_arena_new(&decode->snapshot->arena, struct ward_usergroup);
	struct ward_decoding in;
	struct ward_field spec;

	if (!ward_group_begin(&in, decode, root, WARD_KIND_USERGROUP, &group->object, &spec))
		return NULL;
	spec_decode(group, &spec);
	if (strcmp(ward_symbol_str(in.symbols, group->object.name), "any") == 0)
		ward_field_error(&in.metadata, "bad-name", "choose another name",
				 "any means everyone and cannot be the name of a group");
	return in.failed ? NULL : &group->object;
}
