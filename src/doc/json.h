/* SPDX-License-Identifier: Apache-2.0 */
/* The JSON reader's inner parts; private to doc/. */
#pragma once

#include "doc/build.h"

struct ward_json_reader {
	struct ward_build build;
	const struct ward_input *input;
	const char *at, *end; /* *end is NUL */
	const char *line_start;
	uint32_t line;
	uint32_t depth;
	struct ward_json_stop *stop;
};

/* Reads the string, number or literal at json->at, which is stepped over. */
int ward_json_string(struct ward_json_reader *json, struct ward_node *node);
int ward_json_number(struct ward_json_reader *json, struct ward_node *node);

/* Records where it stopped being JSON: "expected WANTED, found …".  Returns WARD_DOC_E_NOT_JSON. */
int ward_json_expected(struct ward_json_reader *json, const char *at, const char *wanted,
		       const char *hint);

/* The same, in words of its own. */
int ward_json_wrong(struct ward_json_reader *json, const char *at, const char *message,
		    const char *hint);
