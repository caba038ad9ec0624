/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"

#include <inttypes.h>
#include <math.h>

/* Maps of a large cluster are hundreds of thousands of lines: one writer, no locks. */
static void put(const struct ward_json *json, const char *text)
{
	fputs_unlocked(text, json->out);
}

static bool is_flat(const struct ward_json *json)
{
	return json->compact || json->depth >= json->flat_depth;
}

static void line_break(struct ward_json *json)
{
	put(json, "\n");
	for (uint32_t i = 0; i < json->depth; i++)
		put(json, "  ");
}

/* The escape of a byte, in @buf if it needs one made; NULL: none. */
static const char *escape_of(unsigned char c, char buf[static 8])
{
	static const char *const escapes[] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
		['\n'] = "\\n", ['\r'] = "\\r",	 ['\t'] = "\\t", [0x7f] = "\\u007f",
	};

	if (c >= 0x20)
		return c < sizeof(escapes) / sizeof(escapes[0]) ? escapes[c] : NULL;
	if (escapes[c])
		return escapes[c];
	snprintf(buf, 8, "\\u%04x", c);
	return buf;
}

static void quoted(const struct ward_json *json, const char *text)
{
	const char *run = text;
	char buf[8];

	put(json, "\"");
	for (; *text; text++) {
		const char *escape = escape_of((unsigned char)*text, buf);

		if (!escape)
			continue;
		fwrite_unlocked(run, 1, (size_t)(text - run), json->out);
		put(json, escape);
		run = text + 1;
	}
	fwrite_unlocked(run, 1, (size_t)(text - run), json->out);
	put(json, "\"");
}

/* What stands before a value: the comma, the line break and the key. */
static void value_begin(struct ward_json *json, const char *key)
{
	if (json->depth && !json->first)
		put(json, is_flat(json) && !json->compact ? ", " : ",");
	if (json->depth && !is_flat(json))
		line_break(json);
	json->first = false;
	if (!key)
		return;
	quoted(json, key);
	put(json, json->compact ? ":" : ": ");
}

/* And after it: a document at the top ends its line. */
static void value_end(struct ward_json *json)
{
	if (!json->depth)
		put(json, "\n");
}

static void open_bracket(struct ward_json *json, const char *key, const char *bracket)
{
	value_begin(json, key);
	put(json, bracket);
	json->depth++;
	json->first = true;
}

static void close_bracket(struct ward_json *json, const char *bracket)
{
	bool flat = is_flat(json);

	json->depth--;
	if (!json->first && !flat)
		line_break(json);
	if (json->depth + 1 == json->flat_depth)
		json->flat_depth = UINT32_MAX;
	json->first = false;
	put(json, bracket);
	value_end(json);
}

void ward_json_init(struct ward_json *json, FILE *out, bool compact)
{
	*json = (struct ward_json){
		.out = out,
		.compact = compact,
		.flat_depth = UINT32_MAX,
		.first = true,
	};
}

void ward_json_map(struct ward_json *json, const char *key)
{
	open_bracket(json, key, "{");
}

void ward_json_line(struct ward_json *json, const char *key)
{
	open_bracket(json, key, "{");
	if (json->depth < json->flat_depth)
		json->flat_depth = json->depth;
}

void ward_json_list(struct ward_json *json, const char *key)
{
	open_bracket(json, key, "[");
}

void ward_json_end_map(struct ward_json *json)
{
	close_bracket(json, "}");
}

void ward_json_end_list(struct ward_json *json)
{
	close_bracket(json, "]");
}

void ward_json_str(struct ward_json *json, const char *key, const char *value)
{
	value_begin(json, key);
	if (value)
		quoted(json, value);
	else
		put(json, "null");
	value_end(json);
}

void ward_json_int(struct ward_json *json, const char *key, int64_t value)
{
	value_begin(json, key);
	fprintf(json->out, "%" PRId64, value);
	value_end(json);
}

/* Infinity and NaN have no JSON. */
void ward_json_real(struct ward_json *json, const char *key, double value)
{
	char text[32];

	value_begin(json, key);
	snprintf(text, sizeof(text), "%.15g", value);
	put(json, isfinite(value) ? text : "null");
	value_end(json);
}

void ward_json_bool(struct ward_json *json, const char *key, bool value)
{
	value_begin(json, key);
	put(json, value ? "true" : "false");
	value_end(json);
}

void ward_json_raw(struct ward_json *json, const char *key, const char *value)
{
	value_begin(json, key);
	put(json, value);
	value_end(json);
}
