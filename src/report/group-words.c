/* SPDX-License-Identifier: Apache-2.0 */
#include "report/group-words.h"

#include <string.h>

char *ward_place_text(const struct ward_symbols *symbols, struct ward_mark mark)
{
	return ward_format("%s:%u", ward_symbol_str(symbols, mark.file), mark.line);
}

char *ward_object_text(const struct ward_symbols *symbols, const struct ward_object *object)
{
	bool has_ns = object->ns != WARD_NONE;

	return ward_format("%s %s%s%s", ward_kind_str(object->kind),
			   has_ns ? ward_symbol_str(symbols, object->ns) : "", has_ns ? "/" : "",
			   ward_symbol_str(symbols, object->name));
}

char *ward_endpoint_text(const struct ward_symbols *symbols, const struct ward_object *endpoint)
{
	return ward_format("%s/%s[%s]", ward_symbol_str(symbols, endpoint->ns),
			   ward_symbol_str(symbols, endpoint->name), ward_kind_str(endpoint->kind));
}

char *ward_selector_text(const struct ward_symbols *symbols, const struct ward_selector *selector)
{
	size_t size = 256;

	for (;;) {
		char *text = ward_alloc(size);

		ward_selector_print(selector, symbols, text, size);
		if (strlen(text) + 1 < size)
			return text;
		free(text);
		size *= 2;
	}
}

static void part_add(char **text, const char *before, const char *part)
{
	char *more = ward_format("%s%s%s%s", *text, **text ? ", " : "", before, part);

	free(*text);
	*text = more;
}

static void selector_add(char **text, const struct ward_symbols *symbols, const char *before,
			 const struct ward_selector *selector)
{
	_cleanup_free_ char *part = ward_selector_text(symbols, selector);

	if (selector->n)
		part_add(text, before, part);
}

char *ward_entry_text(const struct ward_symbols *symbols, const struct ward_member_entry *entry)
{
	char *text = ward_strdup("");

	selector_add(&text, symbols, "", &entry->pods);
	selector_add(&text, symbols, "in namespaces ", &entry->namespaces);
	for (uint32_t i = 0; i < entry->n_groups; i++)
		part_add(&text, "in group ", ward_symbol_str(symbols, entry->groups[i].name));
	for (uint32_t i = 0; i < entry->n_blocks; i++) {
		char cidr[WARD_CIDR_TEXT];

		part_add(&text, "", ward_cidr_str(entry->blocks[i].block, cidr));
	}
	if (!*text)
		part_add(&text, "", "everything");
	return text;
}

char *ward_standing_text(const struct ward_symbols *symbols, const struct ward_standing *standing)
{
	_cleanup_free_ char *entry = NULL, *place = NULL;

	if (standing->kind == WARD_STANDING_LACKING)
		return ward_format("lacks label %s, which is required",
				   ward_symbol_str(symbols, standing->lacks));
	entry = ward_entry_text(symbols, standing->exclude);
	place = ward_place_text(symbols, standing->exclude->mark);
	return ward_format("excluded by %s (%s)", entry, place);
}

void ward_group_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_group_entry *group)
{
	const struct ward_object *object =
		group->policy ? &group->policy->object : &group->group->object;

	ward_json_str(json, "group", ward_symbol_str(symbols, group->name));
	ward_json_map(json, "declaredBy");
	ward_json_str(json, "kind", ward_kind_str(object->kind));
	ward_json_str(json, "name", ward_symbol_str(symbols, object->name));
	ward_json_str(json, "file", ward_symbol_str(symbols, group->mark.file));
	ward_json_int(json, "line", group->mark.line);
	ward_json_end_map(json);
}

void ward_entry_json(struct ward_json *json, const struct ward_symbols *symbols, const char *key,
		     uint32_t index, const struct ward_member_entry *entry)
{
	_cleanup_free_ char *text = ward_entry_text(symbols, entry);

	ward_json_map(json, key);
	ward_json_int(json, "index", index);
	ward_json_str(json, "text", text);
	ward_json_str(json, "file", ward_symbol_str(symbols, entry->mark.file));
	ward_json_int(json, "line", entry->mark.line);
	ward_json_end_map(json);
}

void ward_endpoint_json(struct ward_json *json, const struct ward_symbols *symbols,
			const struct ward_object *endpoint)
{
	_cleanup_free_ char *id = ward_endpoint_text(symbols, endpoint);

	ward_json_str(json, "id", id);
	ward_json_str(json, "namespace", ward_symbol_str(symbols, endpoint->ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, endpoint->name));
	ward_json_str(json, "kind", ward_kind_str(endpoint->kind));
}
