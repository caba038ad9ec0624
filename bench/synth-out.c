/* SPDX-License-Identifier: Apache-2.0 */
#include "synth-out.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static void spaces(uint32_t n)
{
	for (; n > 0; n--)
		putchar_unlocked(' ');
}

static void put(const char *text)
{
	fputs_unlocked(text, stdout);
}

/* May it stand without quotes in YAML? */
static bool is_plain(const char *text)
{
	static const char *const words[] = {"y",   "n",	   "yes",   "no",  "on",
					    "off", "true", "false", "null"};

	if (!isalpha((unsigned char)*text))
		return false;
	for (const char *p = text; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '-' && *p != '/' && *p != '.')
			return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return false;
	return true;
}

static void put_string(const struct out *out, const char *text)
{
	bool bare = out->yaml && is_plain(text);

	put(bare ? "" : "\"");
	put(text);
	put(bare ? "" : "\"");
}

/* Everything before a value: the line, the comma, the key. */
static void begin_value(struct out *out, const char *key)
{
	struct level *level = &out->level[out->depth];
	const struct level *parent = out->depth ? level - 1 : NULL;
	bool beside_dash = out->yaml && parent && parent->list && !level->n;

	if (!out->yaml) {
		put(level->n ? ",\n" : "\n");
		spaces(level->indent);
	} else if (!beside_dash) {
		putchar_unlocked('\n');
		spaces(level->indent);
	}
	level->n++;
	if (key) {
		put_string(out, key);
		putchar_unlocked(':');
	} else if (out->yaml) {
		putchar_unlocked('-');
	}
	if (!out->yaml && key)
		putchar_unlocked(' ');
}

static void open_level(struct out *out, const char *key, bool list)
{
	uint32_t indent = out->level[out->depth].indent;

	begin_value(out, key);
	if (!out->yaml)
		put(list ? "[" : "{");
	else if (!key)
		putchar_unlocked(' ');
	out->depth++;
	out->level[out->depth] = (struct level){
		.list = list,
		.indent = out->yaml ? indent + (list && key ? 0 : 2) : indent + 4,
	};
}

void out_begin(struct out *out, bool yaml)
{
	*out = (struct out){.yaml = yaml, .level[0] = {.list = true, .indent = yaml ? 0 : 8}};
	if (!yaml)
		put("{\n    \"apiVersion\": \"v1\",\n    \"items\": [");
}

void out_end(struct out *out)
{
	if (!out->yaml)
		put("\n    ],\n    \"kind\": \"List\",\n    \"metadata\": {\n"
		    "        \"resourceVersion\": \"\"\n    }\n}");
	putchar_unlocked('\n');
}

void out_map(struct out *out, const char *key)
{
	if (!out->yaml || out->depth) {
		open_level(out, key, false);
		return;
	}
	put(out->level[0].n++ ? "\n---" : "---");
	out->depth++;
	out->level[out->depth] = (struct level){.n = 0, .indent = 0};
	out->level[0].list = false;
}

void out_list(struct out *out, const char *key)
{
	open_level(out, key, true);
}

void out_close(struct out *out)
{
	const struct level *level = &out->level[out->depth--];

	if (out->yaml)
		return;
	putchar_unlocked('\n');
	spaces(level->indent - 4);
	put(level->list ? "]" : "}");
}

void out_number(struct out *out, const char *key, uint32_t value)
{
	char text[16];

	begin_value(out, key);
	if (out->yaml)
		putchar_unlocked(' ');
	snprintf(text, sizeof(text), "%u", value);
	put(text);
}

void out_text(struct out *out, const char *key, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	begin_value(out, key);
	if (out->yaml)
		putchar_unlocked(' ');
	put_string(out, text);
}

void out_empty(struct out *out, const char *key)
{
	begin_value(out, key);
	put(out->yaml ? " {}" : "{}");
}
