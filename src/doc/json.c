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

/* The longest that an error looks ahead. */
#define LOOKS_AHEAD 8

/* Is there an error at @at only because the window ends? */
static bool is_cut(const struct ward_json_reader *json, const char *at)
{
	return !json->input->ended && json->end - at < LOOKS_AHEAD;
}

static void stop_set(struct ward_json_reader *json, const char *at, const char *hint)
{
	json->stop->hint = hint;
	json->stop->mark = (struct ward_mark){
		.file = json->input->file,
		.line = json->line,
		.col = ward_json_col(json, at),
	};
}

int ward_json_wrong(struct ward_json_reader *json, const char *at, const char *message,
		    const char *hint)
{
	if (is_cut(json, at))
		return WARD_DOC_E_CUT;
	stop_set(json, at, hint);
	snprintf(json->stop->message, sizeof(json->stop->message), "%s", message);
	return WARD_DOC_E_NOT_JSON;
}

int ward_json_expected(struct ward_json_reader *json, const char *at, const char *wanted,
		       const char *hint)
{
	unsigned char c = (unsigned char)*at;
	char found[16] = "the end";

	if (is_cut(json, at))
		return WARD_DOC_E_CUT;
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
			json->line_start = (uintptr_t)++p;
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

char ward_json_next(struct ward_json_reader *json)
{
	return token_next(json);
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

int ward_json_comma(struct ward_json_reader *json, char end, bool *ret_more)
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

bool ward_json_open(struct ward_json_reader *json, char end)
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
	bool more = ward_json_open(json, ']');
	int r;

	while (more) {
		struct ward_node child;

		r = ward_json_value(json, &child);
		if (r)
			return r;
		ward_build_push(&json->build, &child);
		r = ward_json_comma(json, ']', &more);
		if (r)
			return r;
	}
	ward_build_list(&json->build, base, node);
	return 0;
}

int ward_json_key(struct ward_json_reader *json)
{
	struct ward_node key = ward_json_node(json);
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
	return 0;
}

static int read_map(struct ward_json_reader *json, struct ward_node *node)
{
	uint32_t base = json->build.stack.n;
	bool more = ward_json_open(json, '}');
	int r;

	while (more) {
		struct ward_node value;

		r = ward_json_key(json);
		if (!r)
			r = ward_json_value(json, &value);
		if (r)
			return r;
		ward_build_push(&json->build, &value);
		r = ward_json_comma(json, '}', &more);
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

int ward_json_value(struct ward_json_reader *json, struct ward_node *ret_node)
{
	char c = token_next(json);

	*ret_node = ward_json_node(json);
	if (c == '"')
		return ward_json_string(json, ret_node);
	if (c == '{' || c == '[')
		return read_nested(json, ret_node);
	if (c == '-' || (c >= '0' && c <= '9'))
		return ward_json_number(json, ret_node);
	return read_literal(json, ret_node);
}

/* Should the document that begins here be no JSON, another front end could take over, at the
 * beginning of the line if nothing else stands in it. */
static void document_begins(struct ward_json_reader *json, uint32_t last_line)
{
	uint32_t col = ward_json_col(json, json->at);

	json->document = (struct ward_json_place){
		.offset = json->input->passed + (size_t)(json->at - json->input->bytes),
		.line = json->line,
		.col = col,
	};
	json->stop->can_resume = json->line != last_line;
	if (!json->stop->can_resume)
		return;
	json->document.offset -= col - 1;
	json->document.col = 1;
}

/* To the next document or the end. */
static int step_next(struct ward_json_reader *json, void *unused)
{
	char next = token_next(json), first = json->first;

	if (json->at == json->end || !first || (first == '{' && next == '{'))
		return 0;
	return ward_json_expected(json, json->at,
				  first == '{' ? "the end or another object" : "the end", NULL);
}

static int step_value(struct ward_json_reader *json, void *ret)
{
	return ward_json_value(json, ret);
}

/* The document at hand. */
static int read_document(struct ward_json_reader *json)
{
	struct ward_node root;
	int r;

	if (*json->at == '{') {
		root = ward_json_node(json);
		r = ward_json_root(json, &root);
	} else {
		r = ward_json_take(json, step_value, &root);
	}
	return r ? r : ward_build_document(&json->build, &root);
}

static int read_documents(struct ward_json_reader *json)
{
	uint32_t last_line = 0;
	int r;

	for (;; last_line = json->line) {
		json->document.line = 0;
		r = ward_json_take(json, step_next, NULL);
		if (!r && json->at == json->end)
			return 0;
		document_begins(json, last_line);
		if (r)
			return r;
		json->first = *json->at;
		r = read_document(json);
		if (r)
			return r;
	}
}

int ward_json_read(struct ward_input *input, struct ward_json_stop *ret_stop)
{
	struct ward_json_reader json = {
		.input = input,
		.at = input->bytes,
		.end = input->bytes + input->size,
		.line_start = (uintptr_t)input->bytes,
		.line = input->line,
		.stop = ret_stop,
	};
	int r;

	ward_build_init(&json.build, input);
	r = read_documents(&json);
	ret_stop->resume = json.document.offset;
	ret_stop->resume_line = json.document.line;
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
