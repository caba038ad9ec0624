/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader's inner parts; private to doc/. */
#pragma once

#include "doc/build.h"

struct ward_json_place {
	size_t offset; /* in the file */
	uint32_t line, col;
};

struct ward_json_reader {
	struct ward_build build;
	struct ward_input *input;
	const char *at, *end; /* in the window; *end is NUL */
	uintptr_t line_start; /* may be before the window */
	uint32_t line;
	uint32_t depth;
	char first;			 /* of the first document; 0: none yet */
	struct ward_json_place document; /* where another front end would begin; line 0: none */
	struct ward_json_stop *stop;
};

static inline uint32_t ward_json_col(const struct ward_json_reader *json, const char *at)
{
	return (uint32_t)((uintptr_t)at - json->line_start) + 1;
}

static inline struct ward_node ward_json_node(const struct ward_json_reader *json)
{
	return (struct ward_node){.line = json->line, .col = ward_json_col(json, json->at)};
}

/* Everything that is read in one go, or again when the window was too small. */
typedef int (*ward_json_step)(struct ward_json_reader *json, void *ret);

/* Takes a step, with a larger window if need be. */
int ward_json_take(struct ward_json_reader *json, ward_json_step step, void *ret);

/* Steps over white space; the next byte. */
char ward_json_next(struct ward_json_reader *json);

/* One value. */
int ward_json_value(struct ward_json_reader *json, struct ward_node *ret_node);

/* Steps over '[' or '{'; false when the @end follows at once. */
bool ward_json_open(struct ward_json_reader *json, char end);

/* After a child: a comma and another one (true), or the @end. */
int ward_json_comma(struct ward_json_reader *json, char end, bool *ret_more);

/* A key and its ':', onto the stack. */
int ward_json_key(struct ward_json_reader *json);

/* A map that is a document: if it is a List, its items are handed out one by one. */
int ward_json_root(struct ward_json_reader *json, struct ward_node *node);

/* Reads the string, number or literal at json->at, which is stepped over. */
int ward_json_string(struct ward_json_reader *json, struct ward_node *node);
int ward_json_number(struct ward_json_reader *json, struct ward_node *node);

/* Records where it stopped being JSON: "expected WANTED, found …".  Returns WARD_DOC_E_NOT_JSON; or
 * WARD_DOC_E_CUT when that may only be because the window ends. */
int ward_json_expected(struct ward_json_reader *json, const char *at, const char *wanted,
		       const char *hint);

/* The same, in words of its own. */
int ward_json_wrong(struct ward_json_reader *json, const char *at, const char *message,
		    const char *hint);
