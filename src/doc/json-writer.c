/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"

#include <inttypes.h>
#include <math.h>

static void line_break(struct ward_json *json)
{
	if (json->compact)
		return;
	fputc('\n', json->out);
	for (uint32_t i = 0; i < json->depth; i++)
		fputs("  ", json->out);
}

static void quoted(FILE *out, const char *text)
{
	static const char *const escapes[] = {
		['"'] = "\\\"", ['\\'] = "\\\\", ['\b'] = "\\b", ['\f'] = "\\f",
		['\n'] = "\\n", ['\r'] = "\\r",	 ['\t'] = "\\t", [0x7f] = "\\u007f",
	};

	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < sizeof(escapes) / sizeof(escapes[0]) && escapes[c])
			fputs(escapes[c], out);
		else if (c < 0x20)
			fprintf(out, "\\u%04x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

/* What stands before a value: the comma, the line break and the key. */
static void value_begin(struct ward_json *json, const char *key)
{
	if (json->depth && !json->first)
		fputc(',', json->out);
	if (json->depth)
		line_break(json);
	json->first = false;
	if (!key)
		return;
	quoted(json->out, key);
	fputs(json->compact ? ":" : ": ", json->out);
}

/* And after it: a document at the top ends its line. */
static void value_end(struct ward_json *json)
{
	if (!json->depth)
		fputc('\n', json->out);
}

static void open_bracket(struct ward_json *json, const char *key, char bracket)
{
	value_begin(json, key);
	fputc(bracket, json->out);
	json->depth++;
	json->first = true;
}

static void close_bracket(struct ward_json *json, char bracket)
{
	json->depth--;
	if (!json->first)
		line_break(json);
	json->first = false;
	fputc(bracket, json->out);
	value_end(json);
}

void ward_json_init(struct ward_json *json, FILE *out, bool compact)
{
	*json = (struct ward_json){.out = out, .compact = compact, .first = true};
}

void ward_json_map(struct ward_json *json, const char *key)
{
	open_bracket(json, key, '{');
}

void ward_json_list(struct ward_json *json, const char *key)
{
	open_bracket(json, key, '[');
}

void ward_json_end_map(struct ward_json *json)
{
	close_bracket(json, '}');
}

void ward_json_end_list(struct ward_json *json)
{
	close_bracket(json, ']');
}

void ward_json_str(struct ward_json *json, const char *key, const char *value)
{
	value_begin(json, key);
	if (value)
		quoted(json->out, value);
	else
		fputs("null", json->out);
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
	fputs(isfinite(value) ? text : "null", json->out);
	value_end(json);
}

void ward_json_bool(struct ward_json *json, const char *key, bool value)
{
	value_begin(json, key);
	fputs(value ? "true" : "false", json->out);
	value_end(json);
}
