/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding a LabelStandard.  There is one, because two that disagree would be none. */
#include "group/labelstandard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

#define KEY_HINT "a label key is NAME or PREFIX/NAME, as in team or example.com/team"

bool ward_syms_have(const ward_sym *syms, uint32_t n, ward_sym sym)
{
	uint32_t low = 0;

	while (low < n) {
		uint32_t mid = low + (n - low) / 2;

		if (syms[mid] == sym)
			return true;
		if (syms[mid] < sym)
			low = mid + 1;
		else
			n = mid;
	}
	return false;
}

const struct ward_dimension *ward_labelstandard_find(const struct ward_labelstandard *standard,
						     ward_sym key)
{
	for (uint32_t i = 0; i < standard->n_dimensions; i++)
		if (standard->dimensions[i].key == key)
			return &standard->dimensions[i];
	return NULL;
}

bool ward_dimension_admits(const struct ward_dimension *dimension,
			   const struct ward_symbols *symbols, ward_sym value)
{
	if (dimension->pattern)
		return ward_pattern_matches(dimension->pattern, ward_symbol_str(symbols, value));
	return !dimension->n_values ||
	       ward_syms_have(dimension->values, dimension->n_values, value);
}

ward_sym ward_dimension_alias(const struct ward_dimension *dimension, ward_sym value)
{
	for (uint32_t i = 0; i < dimension->n_aliases; i++)
		if (dimension->aliases[i].alias == value)
			return dimension->aliases[i].value;
	return WARD_NONE;
}

const struct ward_labelstandard *ward_labelstandard_of(const struct ward_snapshot *snapshot)
{
	ward_sym name = ward_symbol_find(snapshot->symbols, "default");

	if (name == WARD_NONE)
		return NULL;
	return (const struct ward_labelstandard *)ward_snapshot_find(snapshot,
								     WARD_KIND_LABELSTANDARD,
								     WARD_NONE, name);
}

/* A list of symbols, sorted, each once. */
static const ward_sym *syms_decode(const struct ward_field *list, bool (*is)(const char *),
				   const char *hint, const char *expected, uint32_t *ret_n)
{
	uint32_t n = ward_field_list(list), kept = 0;
	ward_sym *syms = ward_arena_new_n(list->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		const char *text = ward_node_is_null(item.node) ? "" : ward_field_str(&item);

		if (text && (!*text || !is(text)))
			ward_field_expected(&item, "bad-label", hint, expected);
		else if (text)
			syms[kept++] = ward_symbol(list->in->symbols, text);
	}
	*ret_n = ward_symbols_sort(syms, kept);
	return syms;
}

/* The number of the word, or @absent. */
static uint32_t word_decode(const struct ward_field *field, const char *const *words, uint32_t n,
			    const char *expected, uint32_t absent)
{
	const char *text = ward_field_str(field);

	for (uint32_t i = 0; text && i < n; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	if (text)
		ward_field_expected(field, "bad-value", NULL, expected);
	return absent;
}

/* Where the label is to be; absent: on workloads. */
static void of_decode(struct ward_dimension *dimension, const struct ward_field *list)
{
	static const char *const words[] = {"Namespace", "Workload"};
	uint32_t n = ward_field_list(list);

	dimension->on_workloads = !list->node;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		uint32_t word = WARD_N_KIND;

		if (ward_node_is_null(item.node))
			ward_field_expected(&item, "bad-value", NULL, "Namespace or Workload");
		else
			word = word_decode(&item, words, WARD_ARRAY_SIZE(words),
					   "Namespace or Workload", WARD_N_KIND);
		dimension->on_namespaces |= word == 0;
		dimension->on_workloads |= word == 1;
	}
	if (list->node && list->node->type == WARD_NODE_LIST && !n)
		ward_field_error(list, "bad-dimension", "write [Workload], or leave it out",
				 "expected where the label is to be, found nothing");
}

/* The word that comes to mind is a boolean to YAML, and the field would be called true. */
static void on_refuse(const struct ward_field *item)
{
	if (ward_node_get(item->node, "true") || ward_node_get(item->node, "on"))
		ward_field_error(item, "unknown-field",
				 "write of; to YAML an unquoted on is the boolean true",
				 "unknown field on");
}

static void pattern_decode(struct ward_dimension *dimension, const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	struct ward_pattern_problem problem;

	if (!text)
		return;
	dimension->pattern = ward_pattern_compile(field->in->arena, text, &problem);
	if (!dimension->pattern)
		ward_field_error(field, "bad-pattern", problem.hint, "at character %u: %s",
				 problem.at, problem.what);
	else if (ward_pattern_matches(dimension->pattern, ""))
		ward_field_warn(field, "bad-pattern", "write + instead of *, or {1,}",
				"the empty value would be right too");
}

static void alias_decode(const struct ward_dimension *dimension, const struct ward_node *key,
			 const struct ward_field *item, struct ward_label_alias *alias)
{
	const char *text = ward_node_is_null(item->node) ? NULL : ward_field_str(item);

	alias->alias = ward_symbol(item->in->symbols, key->text);
	alias->value = text ? ward_symbol(item->in->symbols, text) : WARD_NONE;
	if (!ward_is_label_value(key->text))
		ward_field_error(item, "bad-label", NULL, "%.60s is not a label value", key->text);
	else if (!text)
		ward_field_expected(item, "bad-label", "write {database: db}",
				    "the value that it stands for");
	else if (!ward_syms_have(dimension->values, dimension->n_values, alias->value))
		ward_field_expected(item, "bad-dimension", "add it to values",
				    "one of the values of this dimension");
	else if (ward_syms_have(dimension->values, dimension->n_values, alias->alias))
		ward_field_error(item, "bad-dimension", "remove it from one of the two",
				 "%.60s is a value itself", key->text);
}

static void aliases_decode(struct ward_dimension *dimension, const struct ward_field *map)
{
	uint32_t n = ward_field_is_map(map) ? map->node->len : 0;
	struct ward_label_alias *aliases =
		ward_arena_new_n(map->in->arena, struct ward_label_alias, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(map, i);

		alias_decode(dimension, &map->node->entries[i].key, &item, &aliases[i]);
	}
	dimension->n_aliases = n;
	dimension->aliases = aliases;
}

static ward_sym key_decode(const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	if (!field->node || (text && !ward_is_label_key(text)))
		ward_field_expected(field, "bad-label", KEY_HINT, "a label key");
	return text ? ward_symbol(field->in->symbols, text) : WARD_NONE;
}

/* What cannot be meant together. */
static void dimension_judge(const struct ward_dimension *dimension, const struct ward_field *item)
{
	struct ward_field values = ward_field_get(item, "values");
	struct ward_field pattern = ward_field_get(item, "pattern");
	struct ward_field inherit = ward_field_get(item, "inheritFromNamespace");
	struct ward_field exclusive = ward_field_get(item, "exclusive");

	if (values.node && values.node->type == WARD_NODE_LIST && !values.node->len)
		ward_field_error(&values, "bad-dimension", "list them, or leave it out",
				 "expected values, found none");
	if (values.node && pattern.node)
		ward_field_error(&pattern, "bad-dimension", "remove one of them",
				 "a dimension has values or a pattern");
	if (dimension->inherits && !(dimension->on_namespaces && dimension->on_workloads))
		ward_field_error(&inherit, "bad-dimension", "write of: [Namespace, Workload]",
				 "pods inherit what both namespaces and workloads have");
	if (dimension->exclusive && !dimension->on_workloads)
		ward_field_error(&exclusive, "bad-dimension", "write of: [Workload]",
				 "only a label of workloads can tell groups apart");
	if (dimension->key == WARD_SYM_METADATA_NAME)
		ward_field_error(item, "bad-dimension", "remove it",
				 "the API server sets kubernetes.io/metadata.name");
}

static void dimension_decode(struct ward_dimension *dimension, const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"key"},
		{"of"},
		{"on", NULL, true},
		{"true", NULL, true},
		{"values", "every value would be right"},
		{"pattern", "every value would be right"},
		{"required"},
		{"immutable"},
		{"guarded", "anyone could set it"},
		{"exclusive"},
		{"aliases"},
		{"inheritFromNamespace"},
		{"description"},
		{},
	};
	struct ward_field key = ward_field_get(item, "key");
	struct ward_field of = ward_field_get(item, "of");
	struct ward_field values = ward_field_get(item, "values");
	struct ward_field pattern = ward_field_get(item, "pattern");
	struct ward_field required = ward_field_get(item, "required");
	struct ward_field immutable = ward_field_get(item, "immutable");
	struct ward_field guarded = ward_field_get(item, "guarded");
	struct ward_field exclusive = ward_field_get(item, "exclusive");
	struct ward_field inherit = ward_field_get(item, "inheritFromNamespace");
	struct ward_field aliases = ward_field_get(item, "aliases");
	struct ward_field description = ward_field_get(item, "description");

	ward_field_only(item, known);
	dimension->key = key_decode(&key);
	on_refuse(item);
	of_decode(dimension, &of);
	dimension->values = syms_decode(&values, ward_is_label_value, NULL, "a label value",
					&dimension->n_values);
	pattern_decode(dimension, &pattern);
	dimension->required = ward_field_bool(&required);
	dimension->immutable = ward_field_bool(&immutable);
	dimension->guarded = ward_field_bool(&guarded);
	dimension->exclusive = ward_field_bool(&exclusive);
	dimension->inherits = ward_field_bool(&inherit);
	aliases_decode(dimension, &aliases);
	ward_field_str(&description);
	dimension_judge(dimension, item);
}

static void dimensions_decode(struct ward_labelstandard *standard, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "dimensions");
	uint32_t n = ward_field_list(&list);
	struct ward_dimension *dimensions =
		ward_arena_new_n(spec->in->arena, struct ward_dimension, n);

	standard->dimensions = dimensions;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		if (ward_node_is_null(item.node)) {
			ward_field_expected(&item, "wrong-type", "remove the lone dash", "a map");
			continue;
		}
		if (!ward_field_is_map(&item))
			continue;
		dimensions[i].mark = ward_field_mark(&item);
		dimension_decode(&dimensions[i], &item);
		if (ward_labelstandard_find(standard, dimensions[i].key))
			ward_field_error(&item, "duplicate-entry", "make them one",
					 "%s has a dimension already",
					 ward_symbol_str(spec->in->symbols, dimensions[i].key));
		standard->n_dimensions++;
	}
	if (!n && (!list.node || list.node->type == WARD_NODE_LIST))
		ward_field_error(&list, "missing-field", "write dimensions: [{key: role}]",
				 "expected the labels that there are to be, found none");
}

/* A key that is wanted cannot be forbidden. */
static void forbidden_decode(struct ward_labelstandard *standard, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "forbiddenKeys");

	standard->forbidden = syms_decode(&list, ward_is_label_key, KEY_HINT, "a label key",
					  &standard->n_forbidden);
	for (uint32_t i = 0; i < standard->n_dimensions; i++)
		if (ward_syms_have(standard->forbidden, standard->n_forbidden,
				   standard->dimensions[i].key))
			ward_field_error(&list, "bad-dimension", "remove it from one of the two",
					 "%s is forbidden and a dimension",
					 ward_symbol_str(spec->in->symbols,
							 standard->dimensions[i].key));
}

/* "spec.template": names of fields with dots between them. */
static bool is_field_path(const char *text)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (;;) {
		size_t n = strspn(text, letters);

		if (!n || (*text >= '0' && *text <= '9'))
			return false;
		if (!text[n])
			return true;
		if (text[n] != '.')
			return false;
		text += n + 1;
	}
}

static ward_sym part_decode(const struct ward_field *item, const char *name,
			    bool (*is)(const char *), const char *expected)
{
	struct ward_field field = ward_field_get(item, name);
	const char *text = ward_field_str(&field);

	if (!field.node || (text && !is(text)))
		ward_field_expected(&field, "bad-template",
				    "write {group: argoproj.io, resource: rollouts, path: "
				    "spec.template}",
				    expected);
	return text ? ward_symbol(item->in->symbols, text) : WARD_NONE;
}

static void templates_decode(struct ward_labelstandard *standard, const struct ward_field *spec)
{
	static const struct ward_known known[] = {{"group"}, {"resource"}, {"path"}, {}};
	struct ward_field list = ward_field_get(spec, "extraTemplates");
	uint32_t n = ward_field_list(&list);
	struct ward_extra_template *templates =
		ward_arena_new_n(spec->in->arena, struct ward_extra_template, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		if (ward_node_is_null(item.node)) {
			ward_field_expected(&item, "wrong-type", "remove the lone dash", "a map");
			continue;
		}
		if (!ward_field_is_map(&item))
			continue;
		ward_field_only(&item, known);
		templates[i] = (struct ward_extra_template){
			.mark = ward_field_mark(&item),
			.group = part_decode(&item, "group", ward_is_dns_subdomain, "an API group"),
			.resource = part_decode(&item, "resource", ward_is_dns_label,
						"a resource, lower case and plural"),
			.path = part_decode(&item, "path", is_field_path, "the path of a field"),
		};
	}
	standard->n_templates = n;
	standard->templates = templates;
}

static void spec_decode(struct ward_labelstandard *standard, const struct ward_field *spec)
{
	static const struct ward_known known[] = {
		{"dimensions", "there would be no standard"},
		{"forbiddenKeys"},
		{"nearDuplicates"},
		{"enforcement", "nothing would be refused"},
		{"extraTemplates", "their labels could be set by anyone"},
		{"exemptNamespaces"},
		{"description"},
		{"owners"},
		{},
	};
	static const char *const near[] = {"Ignore", "Report"};
	static const char *const enforcements[WARD_N_LABEL_ENFORCEMENT] = {
		[WARD_LABEL_AUDIT] = "Audit",
		[WARD_LABEL_WARN] = "Warn",
		[WARD_LABEL_DENY] = "Deny",
	};
	struct ward_field duplicates = ward_field_get(spec, "nearDuplicates");
	struct ward_field enforcement = ward_field_get(spec, "enforcement");
	struct ward_field exempt = ward_field_get(spec, "exemptNamespaces");

	ward_field_only(spec, known);
	ward_owners_decode(spec);
	dimensions_decode(standard, spec);
	forbidden_decode(standard, spec);
	standard->reports_near =
		word_decode(&duplicates, near, WARD_ARRAY_SIZE(near), "Report or Ignore", 1) == 1;
	standard->enforcement = word_decode(&enforcement, enforcements, WARD_N_LABEL_ENFORCEMENT,
					    "Audit, Warn or Deny", WARD_LABEL_AUDIT);
	templates_decode(standard, spec);
	standard->exempt = ward_namespace_names_decode(&exempt, &standard->n_exempt);
}

struct ward_object *ward_labelstandard_decode(struct ward_decode *decode,
					      const struct ward_node *root)
{
	struct ward_labelstandard *standard =
		ward_arena_new(&decode->snapshot->arena, struct ward_labelstandard);
	struct ward_decoding in;
	struct ward_field spec, name;

	if (!ward_group_begin(&in, decode, root, WARD_KIND_LABELSTANDARD, &standard->object, &spec))
		return NULL;
	name = ward_field_get(&in.metadata, "name");
	if (name.node && *in.name && strcmp(in.name, "default") != 0)
		ward_field_expected(&name, "bad-name",
				    "there is one for a cluster: two that disagree would be none",
				    "default");
	spec_decode(standard, &spec);
	return in.failed ? NULL : &standard->object;
}
