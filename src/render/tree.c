/* SPDX-License-Identifier: Apache-2.0 */
#include "render/tree.h"

#include <string.h>

#include "base/alloc.h"

struct ward_node tree_str(const char *text)
{
	return (struct ward_node){.type = WARD_NODE_STRING,
				  .text = text,
				  .len = (uint32_t)strlen(text)};
}

struct ward_node tree_int(int64_t value)
{
	return (struct ward_node){.type = WARD_NODE_INT, .integer = value};
}

struct ward_node tree_map(void)
{
	return (struct ward_node){.type = WARD_NODE_MAP};
}

struct ward_node tree_list(void)
{
	return (struct ward_node){.type = WARD_NODE_LIST};
}

/* Room for one more; it doubles whenever the number is a power of two. */
static void *grown(struct ward_arena *arena, void *items, uint32_t n, size_t size)
{
	char *more;

	if (n & (n - 1))
		return items;
	more = ward_arena_alloc(arena, (n ? 2 * (size_t)n : 1) * size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

void tree_put(struct ward_arena *arena, struct ward_node *map, const char *key,
	      struct ward_node value)
{
	map->entries = grown(arena, map->entries, map->len, sizeof(*map->entries));
	map->entries[map->len++] = (struct ward_entry){.key = tree_str(key), .value = value};
}

void tree_push(struct ward_arena *arena, struct ward_node *list, struct ward_node value)
{
	list->items = grown(arena, list->items, list->len, sizeof(*list->items));
	list->items[list->len++] = value;
}

void tree_write_json(const struct ward_node *node, const char *key, struct ward_json *json)
{
	switch (node->type) {
	case WARD_NODE_MAP:
		ward_json_map(json, key);
		for (uint32_t i = 0; i < node->len; i++)
			tree_write_json(&node->entries[i].value, node->entries[i].key.text, json);
		ward_json_end_map(json);
		break;
	case WARD_NODE_LIST:
		ward_json_list(json, key);
		for (uint32_t i = 0; i < node->len; i++)
			tree_write_json(&node->items[i], NULL, json);
		ward_json_end_list(json);
		break;
	case WARD_NODE_INT:
		ward_json_int(json, key, node->integer);
		break;
	default:
		ward_json_str(json, key, node->text);
		break;
	}
}

const char *tree_text(struct ward_arena *arena, const struct ward_node *node)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	struct ward_json json;

	if (!out)
		abort();
	ward_json_init(&json, out, true);
	tree_write_json(node, NULL, &json);
	fclose(out);
	return ward_arena_strndup(arena, text, size);
}
