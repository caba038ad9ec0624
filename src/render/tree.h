/* SPDX-License-Identifier: Apache-2.0 */
/* Making document trees, and writing them as a person would. */
#pragma once

#include <stdio.h>

#include "base/arena.h"
#include "doc/json-writer.h"
#include "doc/node.h"

/* @text must live as long as the tree. */
struct ward_node tree_str(const char *text);
struct ward_node tree_int(int64_t value);
struct ward_node tree_map(void);
struct ward_node tree_list(void);

/* Nodes are values: what is put into another is complete. */
void tree_put(struct ward_arena *arena, struct ward_node *map, const char *key,
	      struct ward_node value);
void tree_push(struct ward_arena *arena, struct ward_node *list, struct ward_node value);

/* One YAML document, without the line that separates it from others. */
void tree_write_yaml(const struct ward_node *root, FILE *out);
void tree_write_json(const struct ward_node *node, const char *key, struct ward_json *json);

/* As one line of JSON, in @arena: equal trees have equal texts. */
const char *tree_text(struct ward_arena *arena, const struct ward_node *node);
