/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding the members of a group.  What selects more than it seems to is refused: an entry of
 * namespaces alone, because it is what two dashes make of one entry, and an entry of nothing. */
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

/* What an entry may say. */
#define ANOTHER "the group would be another one"
#define ENTRY_FIELDS                                                                               \
	{"labels", ANOTHER}, {"expressions", ANOTHER}, {"namespaces", ANOTHER},                    \
		{"serviceAccounts", ANOTHER}, {"groups", ANOTHER}, {"cidrs", ANOTHER},             \
		{"allPods"},                                                                       \
	{                                                                                          \
		"everything"                                                                       \
	}

static const struct ward_known entry_known[] = {ENTRY_FIELDS, {}};

const struct ward_known ward_membership_known[] = {
	{"members", ANOTHER},
	{"exclude", ANOTHER},
	{"requiredLabels"},
	{"lacking"},
	{"join", "anyone could join"},
	{"expect"},
	{"description"},
	{"owners"},
	{},
};

/* The same, and one entry without its dash. */
const struct ward_known ward_inline_group_known[] = {
	ENTRY_FIELDS, {"members", ANOTHER}, {"exclude", ANOTHER}, {"requiredLabels"},
	{"lacking"},  {"description"},	    {"owners"},		  {},
};

/* The names in a list, each once, sorted. */
static const ward_sym *names_decode(const struct ward_field *list, bool (*is_name)(const char *),
				    const char *expected, uint32_t *ret_n)
{
	uint32_t n = ward_field_list(list), kept = 0;
	ward_sym *names = ward_arena_new_n(list->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		const char *text = ward_node_is_null(item.node) ? "" : ward_field_str(&item);

		if (text && !is_name(text))
			ward_field_expected(&item, "bad-name", "a pattern is not possible",
					    expected);
		else if (text)
			names[kept++] = ward_symbol(list->in->symbols, text);
	}
	*ret_n = ward_symbols_sort(names, kept);
	return names;
}

const ward_sym *ward_namespace_names_decode(const struct ward_field *list, uint32_t *ret_n)
{
	return names_decode(list, ward_is_dns_label, "the name of a namespace", ret_n);
}

/* Nobody, though something stands there. */
static void empty_refuse(const struct ward_field *list, const char *code, const char *expected)
{
	if (list->node && list->node->type == WARD_NODE_LIST && !list->node->len)
		ward_field_error(list, code, "list one, or leave it out", "expected %s, found none",
				 expected);
}

static void require_in(const struct ward_field *field, ward_sym key, const ward_sym *values,
		       uint32_t n, struct ward_requirements *requirements)
{
	struct ward_requirement requirement = {
		.key = key,
		.op = WARD_OP_IN,
		.n_values = n,
		.values = values,
		.mark = ward_field_mark(field),
	};

	ward_vec_push(&requirements->list, requirement);
}

struct ward_selector ward_group_namespaces_decode(const struct ward_field *field)
{
	static const struct ward_known known[] = {
		{"names", "it would be about other namespaces"},
		{"labels", "it would be about other namespaces"},
		{"expressions", "it would be about other namespaces"},
		{},
	};
	struct ward_requirements requirements = {};
	struct ward_field list = *field, labels, expressions;
	uint32_t n;

	if (field->node && field->node->type != WARD_NODE_LIST) {
		if (!ward_field_is_map(field))
			return (struct ward_selector){};
		ward_field_only(field, known);
		labels = ward_field_get(field, "labels");
		expressions = ward_field_get(field, "expressions");
		ward_requirements_add_labels(&requirements, &labels);
		ward_requirements_add_expressions(&requirements, &expressions);
		list = ward_field_get(field, "names");
	}
	if (list.node) {
		const ward_sym *names = ward_namespace_names_decode(&list, &n);

		require_in(&list, WARD_SYM_METADATA_NAME, names, n, &requirements);
		empty_refuse(&list, "no-namespaces", "the names of namespaces");
	}
	if (field->node && !requirements.list.n)
		ward_field_error(field, "empty-group", "write {names: [shop]} or {labels: {…}}",
				 "this is every namespace");
	return ward_requirements_take(&requirements, field->in->arena);
}

static void accounts_decode(const struct ward_field *list, struct ward_requirements *requirements)
{
	uint32_t n;
	const ward_sym *names;

	if (!list->node)
		return;
	names = names_decode(list, ward_is_dns_subdomain, "the name of a service account", &n);
	empty_refuse(list, "bad-values", "the names of service accounts");
	require_in(list, WARD_SYM_SERVICE_ACCOUNT, names, n, requirements);
}

const struct ward_group_name *ward_group_names_decode(const struct ward_field *list,
						      uint32_t *ret_n)
{
	uint32_t n = ward_field_list(list);
	struct ward_group_name *groups =
		ward_arena_new_n(list->in->arena, struct ward_group_name, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		const char *text = ward_node_is_null(item.node) ? "" : ward_field_str(&item);

		groups[i] = (struct ward_group_name){WARD_SYM_EMPTY, ward_field_mark(&item)};
		if (text && !ward_is_dns_subdomain(text))
			ward_field_expected(&item, "bad-name", NULL, "the name of a UserGroup");
		else if (text)
			groups[i].name = ward_symbol(list->in->symbols, text);
	}
	*ret_n = n;
	return groups;
}

static void blocks_decode(struct ward_member_entry *entry, const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);
	struct ward_np_peer *blocks = ward_arena_new_n(list->in->arena, struct ward_np_peer, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		blocks[i].has_block = true;
		blocks[i].mark = ward_field_mark(&item);
		if (ward_node_is_null(item.node))
			ward_field_expected(&item, "wrong-type", "write {cidr: 10.0.0.0/8}",
					    "a map");
		else
			ward_block_decode(&blocks[i], &item);
	}
	entry->n_blocks = n;
	entry->blocks = blocks;
}

/* Does the entry mean what its author sees? */
static void entry_judge(const struct ward_member_entry *entry, const struct ward_field *item)
{
	struct ward_field all_pods = ward_field_get(item, "allPods");
	struct ward_field everything = ward_field_get(item, "everything");
	bool says_all = ward_field_bool(&all_pods), says_everything = ward_field_bool(&everything);
	bool narrow = entry->pods.n || entry->n_groups;

	if (entry->n_blocks && (narrow || entry->namespaces.n))
		ward_field_error(item, "mixed-entry", "make them two entries",
				 "addresses have no labels and no namespace: nothing is both");
	else if (narrow || entry->n_blocks || says_everything)
		return;
	else if (!entry->namespaces.n)
		ward_field_error(item, "empty-group",
				 "write labels: {role: db}; for every pod, everything: true",
				 "an entry without a condition would be every pod");
	else if (!says_all)
		ward_field_error(item, "namespaces-alone",
				 "put the labels into the same entry, without a dash; for all of "
				 "their pods, allPods: true",
				 "an entry of namespaces alone is every pod of them");
}

static void entry_decode(struct ward_member_entry *entry, const struct ward_field *item)
{
	struct ward_field labels = ward_field_get(item, "labels");
	struct ward_field expressions = ward_field_get(item, "expressions");
	struct ward_field namespaces = ward_field_get(item, "namespaces");
	struct ward_field accounts = ward_field_get(item, "serviceAccounts");
	struct ward_field groups = ward_field_get(item, "groups");
	struct ward_field cidrs = ward_field_get(item, "cidrs");
	struct ward_requirements requirements = {};

	entry->mark = ward_field_mark(item);
	ward_requirements_add_labels(&requirements, &labels);
	ward_requirements_add_expressions(&requirements, &expressions);
	accounts_decode(&accounts, &requirements);
	entry->pods = ward_requirements_take(&requirements, item->in->arena);
	entry->namespaces = ward_group_namespaces_decode(&namespaces);
	entry->groups = ward_group_names_decode(&groups, &entry->n_groups);
	blocks_decode(entry, &cidrs);
	entry->scoped = entry->namespaces.n || entry->n_groups || entry->n_blocks;
	entry_judge(entry, item);
}

static const struct ward_member_entry *entries_decode(const struct ward_field *list,
						      uint32_t *ret_n)
{
	uint32_t n = ward_field_list(list);
	struct ward_member_entry *entries =
		ward_arena_new_n(list->in->arena, struct ward_member_entry, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		if (ward_node_is_null(item.node)) {
			ward_field_expected(&item, "wrong-type", "remove the lone dash", "a map");
		} else if (ward_field_is_map(&item)) {
			ward_field_only(&item, entry_known);
			entry_decode(&entries[i], &item);
		}
	}
	*ret_n = n;
	return entries;
}

static void lacking_decode(struct ward_membership *membership, const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	membership->excludes_lacking = text && strcmp(text, "Exclude") == 0;
	if (text && !membership->excludes_lacking && strcmp(text, "Report") != 0)
		ward_field_expected(field, "bad-value", NULL, "Report or Exclude");
}

/* Everything but the entries. */
static void rest_decode(struct ward_membership *membership, const struct ward_field *map)
{
	struct ward_field excludes = ward_field_get(map, "exclude");
	struct ward_field required = ward_field_get(map, "requiredLabels");
	struct ward_field lacking = ward_field_get(map, "lacking");

	membership->mark = ward_field_mark(map);
	membership->excludes = entries_decode(&excludes, &membership->n_excludes);
	membership->required =
		names_decode(&required, ward_is_label_key, "a label key", &membership->n_required);
	lacking_decode(membership, &lacking);
}

void ward_membership_decode(struct ward_membership *membership, const struct ward_field *map)
{
	struct ward_field members = ward_field_get(map, "members");

	membership->entries = entries_decode(&members, &membership->n_entries);
	rest_decode(membership, map);
}

/* Is there a field of an entry at all? */
static bool has_entry(const struct ward_field *map)
{
	for (const struct ward_known *known = entry_known; known->name; known++)
		if (ward_field_get(map, known->name).node)
			return true;
	return false;
}

void ward_inline_group_decode(struct ward_membership *membership, const struct ward_field *map)
{
	struct ward_field members = ward_field_get(map, "members");

	if (members.node && has_entry(map)) {
		ward_field_error(&members, "mixed-entry", "put all of it under members",
				 "a group has members, or is one entry itself");
	} else if (members.node) {
		membership->entries = entries_decode(&members, &membership->n_entries);
	} else {
		struct ward_member_entry *entry =
			ward_arena_new(map->in->arena, struct ward_member_entry);

		entry_decode(entry, map);
		membership->n_entries = 1;
		membership->entries = entry;
	}
	rest_decode(membership, map);
}
