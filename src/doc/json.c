/* SPDX-License-Identifier: Apache-2.0 */
/* JSON, exactly RFC 8259, in one pass.
 *
 * Lists of 100,000 pods are a normal input, so this reads as fast as it can while staying plain:
 * the NUL behind the input ends every scan, white space and strings are skipped in words, and
 * lines are counted where line breaks can stand, which is only between tokens.  The input is known
 * to be UTF-8.
 *
 * Several documents may follow one another if all are objects, as kubectl takes them.  Anything
 * else after a document is an error, as it should be. */
#include "doc/json.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

static int read_value(struct ward_json_reader *json, struct ward_node *ret_node);

static void stop_set(struct ward_json_reader *json, const char *at, const char *hint)
{
	json->stop->hint = hint;
	json->stop->mark = (struct ward_mark){
		.file = json->input->file,
		.line = json->line,
		.col = (uint32_t)(at - json->line_start) + 1,
	};
}

int ward_json_wrong(struct ward_json_reader *json, const char *at, const char *message,
		    const char *hint)
{
	stop_set(json, at, hint);
	snprintf(json->stop->message, sizeof(json->stop->message), "%s", message);
	return WARD_DOC_E_NOT_JSON;
}

int ward_json_expected(struct ward_json_reader *json, const char *at, const char *wanted,
		       const char *hint)
{
	unsigned char c = (unsigned char)*at;
	char found[16] = "the end";

	if (at < json->end && c > ' ' && c < 0x7f)
		snprintf(found, sizeof(found), "'%c'", c);
	else if (at < json->end)
		snprintf(found, sizeof(found), "the byte 0x%02x", c);
	stop_set(json, at, hint);
	snprintf(json->stop->message, sizeof(json->stop->message), "expected %s, found %s", wanted,
		 found);
	return WARD_DOC_E_NOT_JSON;
}

/* Indentation: mostly 4 to 30 spaces. */
static inline const char *spaces_skip(const char *p)
{
	for (;; p += 8) {
		uint64_t word;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word) ^ UINT64_C(0x2020202020202020);
		if (word)
			return p + __builtin_ctzll(word) / 8;
	}
}

static inline char token_next(struct ward_json_reader *json)
{
	const char *p = json->at;

	while (*p <= ' ') {
		if (*p == '\n') {
			json->line++;
			json->line_start = ++p;
			p = spaces_skip(p);
		} else if (*p == ' ' || *p == '\t' || *p == '\r') {
			p++;
		} else {
			break;
		}
	}
	json->at = p;
	return *p;
}

static inline struct ward_node node_here(const struct ward_json_reader *json)
{
	return (struct ward_node){
		.line = json->line,
		.col = (uint32_t)(json->at - json->line_start) + 1,
	};
}

static int read_literal(struct ward_json_reader *json, struct ward_node *node)
{
	static const struct {
		const char *text;
		size_t len;
		enum ward_node_type type;
		bool boolean;
	} literals[] = {
		{"true", 4, WARD_NODE_BOOL, true},
		{"false", 5, WARD_NODE_BOOL, false},
		{"null", 4, WARD_NODE_NULL, false},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(literals); i++) {
		if (strncmp(json->at, literals[i].text, literals[i].len) != 0)
			continue;
		node->type = literals[i].type;
		node->text = literals[i].text;
		if (node->type == WARD_NODE_BOOL)
			node->boolean = literals[i].boolean;
		json->at += literals[i].len;
		return 0;
	}
	return ward_json_expected(json, json->at, "a value",
				  *json->at == '\'' ? "JSON's quotes are double" : NULL);
}

/* After a child: a comma and another one (true), or the end. */
static int comma_or_end(struct ward_json_reader *json, char end, bool *ret_more)
{
	char c = token_next(json);

	*ret_more = c == ',';
	if (c != ',' && c != end)
		return ward_json_expected(json, json->at,
					  end == '}' ? "a ',' or the closing '}'"
						     : "a ',' or the closing ']'",
					  NULL);
	json->at++;
	if (*ret_more && token_next(json) == end)
		return ward_json_expected(json, json->at,
					  end == '}' ? "a key after the ','"
						     : "a value after the ','",
					  "no ',' after the last one");
	return 0;
}

/* Steps over '[' or '{'; false when the end follows at once. */
static bool open_bracket(struct ward_json_reader *json, char end)
{
	json->at++;
	if (token_next(json) != end)
		return true;
	json->at++;
	return false;
}

static int read_list(struct ward_json_reader *json, struct ward_node *node)
{
	uint32_t base = json->build.stack.n;
	bool more = open_bracket(json, ']');
	int r;

	while (more) {
		struct ward_node child;

		r = read_value(json, &child);
		if (r)
			return r;
		ward_build_push(&json->build, &child);
		r = comma_or_end(json, ']', &more);
		if (r)
			return r;
	}
	ward_build_list(&json->build, base, node);
	return 0;
}

/* The list of objects of a List. */
static int read_items(struct ward_json_reader *json, struct ward_node *node)
{
	uint32_t base = json->build.stack.n;
	bool more = open_bracket(json, ']');
	int r = 0;

	ward_build_items_begin(&json->build);
	while (more && !r) {
		struct ward_node item;

		r = read_value(json, &item);
		if (!r)
			r = ward_build_item(&json->build, &item);
		if (!r)
			r = comma_or_end(json, ']', &more);
	}
	ward_build_items_end(&json->build);
	ward_build_list(&json->build, base, node);
	return r;
}

/* Reads one key and its value onto the stack. */
static int read_pair(struct ward_json_reader *json)
{
	struct ward_node key = node_here(json), value;
	int r;

	if (*json->at != '"')
		return ward_json_expected(json, json->at, "a key in quotes",
					  *json->at == '\'' ? "JSON's quotes are double" : NULL);
	r = ward_json_string(json, &key);
	if (r)
		return r;
	ward_build_push(&json->build, &key);
	if (token_next(json) != ':')
		return ward_json_expected(json, json->at, "a ':' after the key", NULL);
	json->at++;
	if (token_next(json) == '[' && json->depth == 1 && ward_build_is_items(&json->build)) {
		value = node_here(json);
		r = read_items(json, &value);
	} else {
		r = read_value(json, &value);
	}
	if (!r)
		ward_build_push(&json->build, &value);
	return r;
}

static int read_map(struct ward_json_reader *json, struct ward_node *node)
{
	uint32_t base = json->build.stack.n;
	bool more = open_bracket(json, '}');
	int r;

	while (more) {
		r = read_pair(json);
		if (r)
			return r;
		r = comma_or_end(json, '}', &more);
		if (r)
			return r;
	}
	ward_build_map(&json->build, base, node);
	return 0;
}

static int read_nested(struct ward_json_reader *json, struct ward_node *node)
{
	int r;

	if (json->depth == WARD_DEPTH_MAX) {
		ward_build_too_deep(&json->build, node);
		return WARD_DOC_E_BAD;
	}
	json->depth++;
	r = *json->at == '{' ? read_map(json, node) : read_list(json, node);
	json->depth--;
	return r;
}

static int read_value(struct ward_json_reader *json, struct ward_node *ret_node)
{
	char c = token_next(json);

	*ret_node = node_here(json);
	if (c == '"')
		return ward_json_string(json, ret_node);
	if (c == '{' || c == '[')
		return read_nested(json, ret_node);
	if (c == '-' || (c >= '0' && c <= '9'))
		return ward_json_number(json, ret_node);
	return read_literal(json, ret_node);
}

/* Where another front end could take over should the document that begins here be no JSON. */
static void resume_set(struct ward_json_reader *json, uint32_t last_line)
{
	json->stop->resume = (size_t)(json->line_start - json->input->bytes);
	json->stop->resume_line = json->line;
	json->stop->can_resume = json->line != last_line;
}

static int read_documents(struct ward_json_reader *json)
{
	uint32_t last_line = 0;
	char first = 0;
	int r;

	for (; token_next(json), json->at < json->end; last_line = json->line) {
		struct ward_node root;

		resume_set(json, last_line);
		if (first && (first != '{' || *json->at != '{'))
			return ward_json_expected(json, json->at,
						  first == '{' ? "the end or another object"
							       : "the end",
						  NULL);
		first = *json->at;
		r = read_value(json, &root);
		if (!r)
			r = ward_build_document(&json->build, &root);
		if (r)
			return r;
	}
	return 0;
}

int ward_json_read(struct ward_input *input, struct ward_json_stop *ret_stop)
{
	struct ward_json_reader json = {
		.input = input,
		.at = input->bytes,
		.end = input->bytes + input->size,
		.line_start = input->bytes,
		.line = input->line,
		.stop = ret_stop,
	};
	int r;

	ward_build_init(&json.build, input);
	r = read_documents(&json);
	if (json.build.n_items)
		ret_stop->can_resume = false;
	ward_build_done(&json.build);
	return r;
}

void ward_json_stop_diag(const struct ward_input *input, const struct ward_json_stop *stop)
{
	ward_diag(input->reader->diags, WARD_ERROR, "bad-json", stop->mark, NULL, stop->hint,
		  "malformed JSON: %s", stop->message);
}
