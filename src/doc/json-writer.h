/* SPDX-License-Identifier: Apache-2.0 */
/* Streaming JSON: nothing is built in memory, commas and indentation come by themselves. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct ward_json {
	FILE *out;
	bool compact; /* one line, for JSON lines */
	uint32_t depth;
	uint32_t flat_depth; /* from here down everything is on one line */
	bool first;	     /* nothing written yet at this depth */
	bool after_key;
};

void ward_json_init(struct ward_json *json, FILE *out, bool compact);

/* Inside a map every value is preceded by its key; @key is NULL inside a list and at the top. */
void ward_json_map(struct ward_json *json, const char *key);
/* A map on one line, whatever is in it: an item of a long list. */
void ward_json_line(struct ward_json *json, const char *key);
void ward_json_list(struct ward_json *json, const char *key);
void ward_json_end_map(struct ward_json *json);
void ward_json_end_list(struct ward_json *json);
void ward_json_str(struct ward_json *json, const char *key, const char *value); /* NULL: null */
void ward_json_int(struct ward_json *json, const char *key, int64_t value);
void ward_json_real(struct ward_json *json, const char *key, double value);
void ward_json_bool(struct ward_json *json, const char *key, bool value);

/* A value that is JSON already. */
void ward_json_raw(struct ward_json *json, const char *key, const char *value);
