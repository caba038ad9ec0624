/* SPDX-License-Identifier: Apache-2.0 */
/* The document tree: what YAML and JSON both become.
 *
 * One document is one tree in one arena.  Every node knows its line and column, so that every
 * finding and every "decided by" can point into the user's file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/mark.h"

enum ward_node_type {
	WARD_NODE_NULL,
	WARD_NODE_BOOL,
	WARD_NODE_INT,	 /* fits int64_t */
	WARD_NODE_FLOAT, /* any other number */
	WARD_NODE_STRING,
	WARD_NODE_LIST,
	WARD_NODE_MAP,
	WARD_N_NODE_TYPE,
};

struct ward_node {
	enum ward_node_type type;
	bool plain;	  /* YAML: written without quotes */
	uint32_t line;	  /* from 1 */
	uint32_t col;	  /* from 1, in bytes */
	uint32_t len;	  /* STRING: bytes; LIST, MAP: children */
	const char *text; /* scalars: as written (unquoted), NUL-terminated; JSON keeps it too */
	union {
		bool boolean;
		int64_t integer;
		double real;
		struct ward_node *items;    /* LIST: len nodes */
		struct ward_entry *entries; /* MAP: len entries, in the order written */
	};
};

struct ward_entry {
	struct ward_node key; /* always STRING */
	struct ward_node value;
};

/* The value of a key, or NULL; NULL also when @map is NULL or no map. */
const struct ward_node *ward_node_get(const struct ward_node *map, const char *key);

/* The text of a string value, or NULL when absent or no string. */
const char *ward_node_get_str(const struct ward_node *map, const char *key);

static inline bool ward_node_is_null(const struct ward_node *node)
{
	return !node || node->type == WARD_NODE_NULL;
}

static inline struct ward_mark ward_node_mark(ward_sym file, const struct ward_node *node)
{
	return (struct ward_mark){.file = file, .line = node->line, .col = node->col};
}

/* "null", "a boolean", "an integer", "a number", "a string", "a list", "a map". */
const char *ward_node_type_str(enum ward_node_type type);
