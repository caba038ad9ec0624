/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/node.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"

static const char *const type_names[] = {
	[WARD_NODE_NULL] = "null",	 [WARD_NODE_BOOL] = "a boolean",
	[WARD_NODE_INT] = "an integer",	 [WARD_NODE_FLOAT] = "a number",
	[WARD_NODE_STRING] = "a string", [WARD_NODE_LIST] = "a list",
	[WARD_NODE_MAP] = "a map",
};
static_assert(WARD_ARRAY_SIZE(type_names) == WARD_N_NODE_TYPE, "one name per type");

const struct ward_node *ward_node_get(const struct ward_node *map, const char *key)
{
	size_t len = strlen(key);

	if (!map || map->type != WARD_NODE_MAP)
		return NULL;
	for (uint32_t i = 0; i < map->len; i++) {
		const struct ward_entry *entry = &map->entries[i];

		if (entry->key.len == len && memcmp(entry->key.text, key, len) == 0)
			return &entry->value;
	}
	return NULL;
}

const char *ward_node_get_str(const struct ward_node *map, const char *key)
{
	const struct ward_node *node = ward_node_get(map, key);

	return node && node->type == WARD_NODE_STRING ? node->text : NULL;
}

const char *ward_node_type_str(enum ward_node_type type)
{
	return type_names[type];
}
