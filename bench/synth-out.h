/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as text for bench/synth.c: YAML as people and helm write it, a document each, or one
 * List of JSON as `kubectl get -o json` writes it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	OUT_DEPTH = 32
};

struct out {
	bool yaml;
	uint32_t depth, indent;
	struct level {
		bool list;
		uint32_t n, indent; /* children so far; the column of the next */
	} level[OUT_DEPTH];
};

/* Around the objects. */
void out_begin(struct out *out, bool yaml);
void out_end(struct out *out);

/* @key is NULL in a list.  Each object is a map in the outermost list. */
void out_map(struct out *out, const char *key);
void out_list(struct out *out, const char *key);
void out_close(struct out *out);
void out_number(struct out *out, const char *key, uint32_t value);
void out_text(struct out *out, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* An empty map. */
void out_empty(struct out *out, const char *key);
