/* SPDX-License-Identifier: Apache-2.0 */
/* YAML, as kubectl reads it, from libyaml's events.
 *
 * Recursion follows the document and is bounded by WARD_DEPTH_MAX.  An alias shares the children of
 * what it names, so a document that explodes when it is expanded takes no memory here; but whoever
 * walks the tree would walk for ever, so what it would expand to is counted and bounded too. */
#include <assert.h>
#include <string.h>
#include <yaml.h>

#include "base/intern.h"
#include "doc/build.h"
#include "doc/cursor.h"
#include "doc/merge.h"
#include "doc/scalar.h"
#include "doc/yaml-problem.h"

/* Far above what anyone writes by hand, and walked in milliseconds. */
#define ALIASED_MAX 1000000

#define TAG_PREFIX "tag:yaml.org,2002:"

struct anchor {
	struct ward_node node;
	uint32_t n_nodes; /* in it, expanded; 0 while it is being read */
	uint32_t height;
};

struct yaml {
	struct ward_build build;
	const struct ward_input *input;
	yaml_parser_t parser;
	yaml_event_t event; /* the one at hand */

	struct ward_cursor cursor;

	struct ward_intern names; /* of anchors */
	WARD_VEC(struct anchor) anchors;
	uint32_t n_nodes, n_aliased; /* of this document, expanded */
	uint32_t depth, deepest;
};

static int read_node(struct yaml *yaml, struct ward_node *ret_node);

static struct ward_node node_here(struct yaml *yaml)
{
	struct ward_mark mark = ward_cursor_mark(&yaml->cursor, yaml->event.start_mark.index);

	return (struct ward_node){.line = mark.line, .col = mark.col};
}

static int event_next(struct yaml *yaml)
{
	yaml_event_delete(&yaml->event);
	if (yaml_parser_parse(&yaml->parser, &yaml->event))
		return 0;
	ward_yaml_problem(yaml->input, &yaml->parser, &yaml->cursor);
	return WARD_DOC_E_BAD;
}

/* A mistake that does not stop the reading, only the object from being handed out. */
static void mistake(struct yaml *yaml, const struct ward_node *place, const char *code,
		    const char *hint, const char *message)
{
	yaml->build.bad = true;
	ward_diag(yaml->input->reader->diags, WARD_ERROR, code,
		  ward_node_mark(yaml->input->file, place), NULL, hint, "%s", message);
}

/* A NUL cannot stand in a C string; the replacement character is in no valid name or label, so
 * that nothing matches what it should not. */
static const char *text_copy(struct yaml *yaml, const char *text, size_t len, uint32_t *ret_len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	size_t n_nuls = 0;
	char *copy, *out;

	if (!memchr(text, '\0', len)) {
		*ret_len = (uint32_t)len;
		return ward_arena_strndup(yaml->build.arena, text, len);
	}
	for (size_t i = 0; i < len; i++)
		n_nuls += text[i] == '\0';
	out = copy = ward_arena_alloc(yaml->build.arena, len + 2 * n_nuls + 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i])
			*out++ = text[i];
		else
			out = mempcpy(out, replacement, 3);
	}
	*ret_len = (uint32_t)(out - copy);
	return copy;
}

/* "int" of "tag:yaml.org,2002:int"; NULL of any other tag. */
static const char *standard_tag(const yaml_char_t *tag)
{
	size_t len = strlen(TAG_PREFIX);

	if (!tag || strncmp((const char *)tag, TAG_PREFIX, len) != 0)
		return NULL;
	return (const char *)tag + len;
}

static bool tag_fits(const char *tag, struct ward_node *node)
{
	static const struct {
		const char *tag;
		enum ward_node_type type;
	} tags[] = {
		{"null", WARD_NODE_NULL},    {"bool", WARD_NODE_BOOL},
		{"int", WARD_NODE_INT},	     {"float", WARD_NODE_FLOAT},
		{"float", WARD_NODE_INT},    {"timestamp", WARD_NODE_STRING},
		{"merge", WARD_NODE_STRING},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(tags); i++)
		if (node->type == tags[i].type && strcmp(tag, tags[i].tag) == 0)
			return true;
	return false;
}

static void read_scalar(struct yaml *yaml, struct ward_node *ret_node)
{
	const char *tag = standard_tag(yaml->event.data.scalar.tag);

	ret_node->text = text_copy(yaml, (const char *)yaml->event.data.scalar.value,
				   yaml->event.data.scalar.length, &ret_node->len);
	ret_node->plain = yaml->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	ret_node->type = WARD_NODE_STRING;
	if (tag && strcmp(tag, "str") != 0) {
		ward_scalar_resolve(ret_node);
		if (!tag_fits(tag, ret_node))
			mistake(yaml, ret_node, "bad-tag", "leave the tag out",
				"the value does not fit its tag");
	} else if (!yaml->event.data.scalar.tag && ret_node->plain) {
		ward_scalar_resolve(ret_node);
	}
	if (ret_node->type != WARD_NODE_STRING)
		ret_node->len = 0;
}

/* What a key is in JSON: the text of its value.  Returns false for what cannot be a key. */
static bool key_finish(struct yaml *yaml, struct ward_node *key)
{
	char number[24];

	switch (key->type) {
	case WARD_NODE_STRING:
		return true;
	case WARD_NODE_BOOL:
		key->text = key->boolean ? "true" : "false";
		break;
	case WARD_NODE_INT:
		snprintf(number, sizeof(number), "%lld", (long long)key->integer);
		key->text = ward_arena_strndup(yaml->build.arena, number, strlen(number));
		break;
	default:
		mistake(yaml, key, "bad-key",
			key->type == WARD_NODE_MAP
				? "if this is a Helm template, read the output of `helm template`"
				: "write the key in quotes if it is meant as text",
			"a key must be a string");
		return false;
	}
	key->type = WARD_NODE_STRING;
	key->len = (uint32_t)strlen(key->text);
	return true;
}

static bool is_merge_key(const yaml_event_t *event)
{
	const char *tag;

	if (event->type != YAML_SCALAR_EVENT ||
	    strcmp((const char *)event->data.scalar.value, "<<") != 0)
		return false;
	tag = standard_tag(event->data.scalar.tag);
	return tag ? strcmp(tag, "merge") == 0
		   : event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int read_list(struct yaml *yaml, struct ward_node *ret_node)
{
	uint32_t base = yaml->build.stack.n;
	int r;

	for (r = event_next(yaml); !r; r = event_next(yaml)) {
		struct ward_node child;

		if (yaml->event.type == YAML_SEQUENCE_END_EVENT) {
			ward_build_list(&yaml->build, base, ret_node);
			return 0;
		}
		r = read_node(yaml, &child);
		if (r)
			return r;
		ward_build_push(&yaml->build, &child);
	}
	return r;
}

/* The list of objects of a List. */
static int read_items(struct yaml *yaml, struct ward_node *ret_node)
{
	uint32_t base = yaml->build.stack.n;
	int r;

	*ret_node = node_here(yaml);
	ward_build_items_begin(&yaml->build);
	for (r = event_next(yaml); !r; r = event_next(yaml)) {
		struct ward_node item;

		if (yaml->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		r = read_node(yaml, &item);
		if (!r)
			r = ward_build_item(&yaml->build, &item);
		if (r)
			break;
	}
	ward_build_items_end(&yaml->build);
	ward_build_list(&yaml->build, base, ret_node);
	return r;
}

static bool is_items(const struct yaml *yaml)
{
	return yaml->depth == 1 && yaml->event.type == YAML_SEQUENCE_START_EVENT &&
	       !yaml->event.data.sequence_start.anchor && ward_build_is_items(&yaml->build);
}

/* Reads one key and its value onto the stack, or neither if the key is none. */
static int read_pair(struct yaml *yaml, bool *ret_merge)
{
	bool merge = is_merge_key(&yaml->event), good;
	struct ward_node key, value;
	int r;

	r = read_node(yaml, &key);
	if (r)
		return r;
	good = key_finish(yaml, &key);
	if (merge)
		key.type = WARD_NODE_NULL; /* ward_merge() puts what it stands for */
	if (good)
		ward_build_push(&yaml->build, &key);
	r = event_next(yaml);
	if (!r)
		r = good && is_items(yaml) ? read_items(yaml, &value) : read_node(yaml, &value);
	if (!r && good)
		ward_build_push(&yaml->build, &value);
	*ret_merge |= merge;
	return r;
}

static int read_map(struct yaml *yaml, struct ward_node *ret_node)
{
	uint32_t base = yaml->build.stack.n;
	bool merge = false;
	int r;

	for (r = event_next(yaml); !r; r = event_next(yaml)) {
		if (yaml->event.type == YAML_MAPPING_END_EVENT) {
			if (merge)
				ward_merge(&yaml->build, base);
			ward_build_map(&yaml->build, base, ret_node);
			return 0;
		}
		r = read_pair(yaml, &merge);
		if (r)
			return r;
	}
	return r;
}

static int too_deep(struct yaml *yaml, const struct ward_node *place)
{
	ward_build_too_deep(&yaml->build, place);
	return WARD_DOC_E_BAD;
}

static int read_alias(struct yaml *yaml, struct ward_node *ret_node)
{
	const char *name = (const char *)yaml->event.data.alias.anchor;
	struct ward_node place = *ret_node;
	const struct anchor *anchor;
	uint32_t id;

	id = ward_intern_find(&yaml->names, name, strlen(name));
	anchor = id == WARD_NONE ? NULL : &yaml->anchors.items[id];
	if (!anchor || !anchor->n_nodes) {
		mistake(yaml, &place, "bad-alias",
			anchor ? NULL : "anchors belong to one document and come before their use",
			anchor ? "the alias is inside of what it names"
			       : "the alias names an anchor that is not there");
		return WARD_DOC_E_BAD;
	}
	yaml->n_nodes += anchor->n_nodes;
	yaml->n_aliased += anchor->n_nodes;
	if (yaml->n_aliased > ALIASED_MAX) {
		mistake(yaml, &place, "too-many-aliases", "write out what is meant",
			"the aliases of this document expand to more than 1000000 values");
		return WARD_DOC_E_BAD;
	}
	if (yaml->depth + anchor->height > WARD_DEPTH_MAX)
		return too_deep(yaml, &place);
	if (yaml->depth + anchor->height > yaml->deepest)
		yaml->deepest = yaml->depth + anchor->height;
	*ret_node = anchor->node;
	ret_node->line = place.line;
	ret_node->col = place.col;
	return 0;
}

static int read_content(struct yaml *yaml, struct ward_node *ret_node)
{
	int r;

	yaml->n_nodes++;
	if (yaml->event.type == YAML_SCALAR_EVENT) {
		read_scalar(yaml, ret_node);
		return 0;
	}
	if (yaml->depth == WARD_DEPTH_MAX)
		return too_deep(yaml, ret_node);
	yaml->depth++;
	if (yaml->depth > yaml->deepest)
		yaml->deepest = yaml->depth;
	r = yaml->event.type == YAML_MAPPING_START_EVENT ? read_map(yaml, ret_node)
							 : read_list(yaml, ret_node);
	yaml->depth--;
	return r;
}

static const char *event_anchor(const yaml_event_t *event)
{
	const yaml_char_t *anchor = event->type == YAML_SCALAR_EVENT ? event->data.scalar.anchor
				    : event->type == YAML_SEQUENCE_START_EVENT
					    ? event->data.sequence_start.anchor
					    : event->data.mapping_start.anchor;

	return (const char *)anchor;
}

/* An anchor may be given again; from there on it names the later one. */
static uint32_t anchor_begin(struct yaml *yaml, const char *name)
{
	uint32_t id = ward_intern(&yaml->names, name, strlen(name));

	if (id == yaml->anchors.n)
		ward_vec_push(&yaml->anchors, (struct anchor){});
	yaml->anchors.items[id] = (struct anchor){};
	yaml->build.pinned = true;
	return id;
}

static int read_anchored(struct yaml *yaml, const char *name, struct ward_node *ret_node)
{
	uint32_t id = anchor_begin(yaml, name);
	uint32_t n_before = yaml->n_nodes, deepest = yaml->deepest;
	int r;

	yaml->deepest = yaml->depth;
	r = read_content(yaml, ret_node);
	if (!yaml->anchors.items[id].n_nodes) /* not given again inside */
		yaml->anchors.items[id] = (struct anchor){
			.node = *ret_node,
			.n_nodes = yaml->n_nodes - n_before,
			.height = yaml->deepest - yaml->depth,
		};
	if (deepest > yaml->deepest)
		yaml->deepest = deepest;
	return r;
}

static int read_node(struct yaml *yaml, struct ward_node *ret_node)
{
	const char *anchor;

	*ret_node = node_here(yaml);
	if (yaml->event.type == YAML_ALIAS_EVENT)
		return read_alias(yaml, ret_node);
	anchor = event_anchor(&yaml->event);
	return anchor ? read_anchored(yaml, anchor, ret_node) : read_content(yaml, ret_node);
}

static int read_document(struct yaml *yaml)
{
	struct ward_node root;
	int r;

	ward_intern_clear(&yaml->names);
	ward_vec_clear(&yaml->anchors);
	yaml->n_nodes = yaml->n_aliased = yaml->deepest = 0;
	r = event_next(yaml);
	if (!r)
		r = read_node(yaml, &root);
	if (!r)
		r = event_next(yaml); /* the end of the document */
	return r ? r : ward_build_document(&yaml->build, &root);
}

static int read_stream(struct yaml *yaml)
{
	int r;

	for (r = event_next(yaml); !r; r = event_next(yaml)) {
		if (yaml->event.type == YAML_STREAM_END_EVENT)
			return 0;
		if (yaml->event.type == YAML_DOCUMENT_START_EVENT)
			r = read_document(yaml);
		if (r)
			return r;
	}
	return r;
}

int ward_yaml_read(struct ward_input *input)
{
	struct yaml yaml = {.input = input};
	int r;

	ward_build_init(&yaml.build, input);
	ward_cursor_init(&yaml.cursor, input);
	yaml_parser_initialize(&yaml.parser);
	yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&yaml.parser, (const unsigned char *)input->bytes,
				     input->size);
	r = read_stream(&yaml);
	yaml_event_delete(&yaml.event);
	yaml_parser_delete(&yaml.parser);
	ward_build_done(&yaml.build);
	ward_intern_done(&yaml.names);
	ward_vec_done(&yaml.anchors);
	return r;
}
