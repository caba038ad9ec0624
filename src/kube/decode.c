/* SPDX-License-Identifier: Apache-2.0 */
#include "kube/decode.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kube/names.h"

enum {
	FOUND_MAX = 60, /* bytes of the user's text that a message repeats */
	FOUND_TEXT = FOUND_MAX + 32,
	PATH_TEXT = 320,
	OBJECT_TEXT = 384,
};

struct ward_field ward_field_get(const struct ward_field *map, const char *name)
{
	const struct ward_node *node = ward_node_get(map->node, name);

	return (struct ward_field){
		.in = map->in,
		.parent = map,
		.node = ward_node_is_null(node) ? NULL : node,
		.name = name,
	};
}

struct ward_field ward_field_at(const struct ward_field *parent, uint32_t i)
{
	struct ward_field field = {.in = parent->in, .parent = parent, .index = i};

	if (parent->node->type == WARD_NODE_LIST) {
		field.node = &parent->node->items[i];
	} else {
		field.node = &parent->node->entries[i].value;
		field.name = parent->node->entries[i].key.text;
	}
	return field;
}

static size_t path_print(const struct ward_field *field, char *buf, size_t size)
{
	size_t used;

	buf[0] = '\0';
	if (!field->parent)
		return 0;
	used = path_print(field->parent, buf, size);
	if (!field->name)
		used += (size_t)snprintf(buf + used, size - used, "[%u]", field->index);
	else if (strpbrk(field->name, "./"))
		used += (size_t)snprintf(buf + used, size - used, "[%s]", field->name);
	else
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? "." : "",
					 field->name);
	return used < size ? used : size - 1;
}

/* An absent field is where its parent is. */
struct ward_mark ward_field_mark(const struct ward_field *field)
{
	while (!field->node)
		field = field->parent;
	return ward_node_mark(field->in->decode->file, field->node);
}

/* "NetworkPolicy shop/web". */
static void object_print(const struct ward_decoding *in, char buf[static OBJECT_TEXT])
{
	const char *ns = ward_symbol_str(in->symbols, in->ns);

	if (*in->name)
		snprintf(buf, OBJECT_TEXT, "%s %.63s%s%.253s", ward_kind_str(in->kind), ns,
			 *ns ? "/" : "", in->name);
	else
		snprintf(buf, OBJECT_TEXT, "%s", ward_kind_str(in->kind));
}

static void field_report(const struct ward_field *field, enum ward_severity severity,
			 const char *code, const char *hint, const char *fmt, va_list args)
	__attribute__((format(printf, 5, 0)));

static void field_report(const struct ward_field *field, enum ward_severity severity,
			 const char *code, const char *hint, const char *fmt, va_list args)
{
	char path[PATH_TEXT], object[OBJECT_TEXT], text[640];

	object_print(field->in, object);
	path_print(field, path, sizeof(path));
	vsnprintf(text, sizeof(text), fmt, args);
	if (severity == WARD_ERROR)
		field->in->failed = true;
	ward_diag(field->in->decode->snapshot->diags, severity, code, ward_field_mark(field),
		  object, hint, "%s%s%s", path, path[0] ? ": " : "", text);
}

void ward_field_error(const struct ward_field *field, const char *code, const char *hint,
		      const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	field_report(field, WARD_ERROR, code, hint, fmt, args);
	va_end(args);
}

void ward_field_warn(const struct ward_field *field, const char *code, const char *hint,
		     const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	field_report(field, WARD_WARNING, code, hint, fmt, args);
	va_end(args);
}

void ward_field_note(const struct ward_field *field, const char *code, const char *hint,
		     const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	field_report(field, WARD_NOTE, code, hint, fmt, args);
	va_end(args);
}

/* How many bytes of @text fit a message without cutting a UTF-8 sequence. */
static int found_len(const struct ward_node *node)
{
	size_t len = strlen(node->text);

	if (len <= FOUND_MAX)
		return (int)len;
	for (len = FOUND_MAX; len && ((unsigned char)node->text[len] & 0xc0) == 0x80; len--)
		;
	return (int)len;
}

/* "the string "80"", "a list", "nothing". */
static void found_print(const struct ward_node *node, char buf[static FOUND_TEXT])
{
	static const char *const nouns[] = {
		[WARD_NODE_BOOL] = "the boolean",
		[WARD_NODE_INT] = "the integer",
		[WARD_NODE_FLOAT] = "the number",
		[WARD_NODE_STRING] = "the string",
	};
	const char *quote, *more;
	int len;

	if (!node || node->type >= WARD_ARRAY_SIZE(nouns) || !nouns[node->type]) {
		snprintf(buf, FOUND_TEXT, "%s", node ? ward_node_type_str(node->type) : "nothing");
		return;
	}
	quote = node->type == WARD_NODE_STRING ? "\"" : "";
	len = found_len(node);
	more = node->text[len] ? "…" : "";
	snprintf(buf, FOUND_TEXT, "%s %s%.*s%s%s", nouns[node->type], quote, len, node->text, more,
		 quote);
}

void ward_field_expected(const struct ward_field *field, const char *code, const char *hint,
			 const char *expected)
{
	char found[FOUND_TEXT];

	found_print(field->node, found);
	ward_field_error(field, code, hint, "expected %s, found %s", expected, found);
}

void ward_field_mistaken(const struct ward_field *field, const char *code, const char *hint,
			 const char *fmt, ...)
{
	bool tolerant = field->in->tolerant;
	va_list args;

	va_start(args, fmt);
	if (tolerant)
		field_report(field, WARD_WARNING, "unusable", WARD_FAILS_CLOSED, fmt, args);
	else
		field_report(field, WARD_ERROR, code, hint, fmt, args);
	va_end(args);
	field->in->unusable |= tolerant;
}

void ward_field_expected_content(const struct ward_field *field, const char *code, const char *hint,
				 const char *expected)
{
	char found[FOUND_TEXT];

	found_print(field->node, found);
	ward_field_mistaken(field, code, hint, "expected %s, found %s", expected, found);
}

static bool field_is(const struct ward_field *field, enum ward_node_type type)
{
	bool dash = type == WARD_NODE_LIST;

	if (!field->node)
		return false;
	if (field->node->type == type)
		return true;
	ward_field_expected(field, "wrong-type", dash ? "write a dash before each element" : NULL,
			    ward_node_type_str(type));
	return false;
}

bool ward_field_is_map(const struct ward_field *field)
{
	return field_is(field, WARD_NODE_MAP);
}

bool ward_field_is_list(const struct ward_field *field)
{
	return field_is(field, WARD_NODE_LIST);
}

uint32_t ward_field_list(const struct ward_field *field)
{
	return field_is(field, WARD_NODE_LIST) ? field->node->len : 0;
}

const char *ward_field_str(const struct ward_field *field)
{
	const struct ward_node *node = field->node;
	char hint[FOUND_TEXT];

	if (!node)
		return NULL;
	if (node->type == WARD_NODE_STRING)
		return node->text;
	if (node->type < WARD_NODE_STRING && node->type != WARD_NODE_NULL) {
		snprintf(hint, sizeof(hint), "put it in quotes: \"%.*s\"", found_len(node),
			 node->text);
		ward_field_expected(field, "wrong-type", hint, "a string");
	} else {
		ward_field_expected(field, "wrong-type", NULL, "a string");
	}
	return NULL;
}

ward_sym ward_field_sym(const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	return text ? ward_symbol(field->in->symbols, text) : WARD_NONE;
}

/* YAML's other spellings of an integer reach the server as that integer; JSON's 80.0 does not. */
static bool node_integer(const struct ward_node *node, int64_t *ret_value)
{
	if (node->type == WARD_NODE_INT) {
		*ret_value = node->integer;
		return true;
	}
	if (node->type != WARD_NODE_FLOAT || !node->plain ||
	    !(node->real > -1e15 && node->real < 1e15) || node->real != (double)(int64_t)node->real)
		return false;
	*ret_value = (int64_t)node->real;
	return true;
}

/* Is it written as integers are: digits, no zero before others? */
static bool is_written_plainly(const char *text)
{
	const char *digits = text + (*text == '-');
	size_t n = strspn(digits, "0123456789");

	return n && !digits[n] && (*digits != '0' || strcmp(text, "0") == 0);
}

static void warn_unlike(const struct ward_field *field, int64_t value)
{
	char plain[24], hint[64];

	if (is_written_plainly(field->node->text))
		return;
	snprintf(plain, sizeof(plain), "%lld", (long long)value);
	snprintf(hint, sizeof(hint), "write %s", plain);
	ward_field_warn(field, "number-spelling", hint, "%.*s is read as %s",
			found_len(field->node), field->node->text, plain);
}

static void not_an_integer(const struct ward_field *field, const char *expected)
{
	bool quoted = field->node->type == WARD_NODE_STRING && field->node->len &&
		      strspn(field->node->text, "0123456789") == field->node->len;
	char hint[64];

	snprintf(hint, sizeof(hint), "write %s: %.20s without quotes",
		 field->name ? field->name : "it", quoted ? field->node->text : "");
	ward_field_expected(field, "wrong-type", quoted ? hint : NULL, expected);
}

bool ward_field_int(const struct ward_field *field, int64_t min, int64_t max, int64_t *ret_value)
{
	char expected[64];
	int64_t value = 0;
	bool integer;

	if (!field->node)
		return false;
	integer = node_integer(field->node, &value);
	if (!integer || value < min || value > max) {
		snprintf(expected, sizeof(expected), "an integer %lld–%lld", (long long)min,
			 (long long)max);
		if (integer)
			ward_field_expected(field, "out-of-range", NULL, expected);
		else
			not_an_integer(field, expected);
		return false;
	}
	warn_unlike(field, value);
	*ret_value = value;
	return true;
}

bool ward_field_bool(const struct ward_field *field)
{
	const struct ward_node *node = field->node;
	bool quoted = node && node->type == WARD_NODE_STRING &&
		      (!strcmp(node->text, "true") || !strcmp(node->text, "false"));

	if (quoted)
		ward_field_expected(field, "wrong-type", "remove the quotes", "a boolean");
	return !quoted && field_is(field, WARD_NODE_BOOL) && node->boolean;
}

enum ward_proto ward_field_proto(const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	enum ward_proto proto;
	char hint[128] = "other protocols, such as ICMP, are allowed only by rules without ports";

	if (!text)
		return WARD_TCP;
	proto = ward_proto_parse(text);
	if (proto < WARD_OTHER)
		return proto;
	for (proto = 0; proto < WARD_OTHER; proto++)
		if (strcasecmp(text, ward_proto_str(proto)) == 0)
			snprintf(hint, sizeof(hint), "write %s", ward_proto_str(proto));
	ward_field_expected(field, "bad-protocol", hint, "TCP, UDP or SCTP in capitals");
	return WARD_TCP;
}

static void known_list(const struct ward_known *known, char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; known->name && used < size; known++) {
		if (known->later)
			continue;
		used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
					 known->name);
	}
}

static void unknown_report(const struct ward_field *field, const struct ward_known *known)
{
	struct ward_nearest nearest = {.word = field->name};
	char hint[512], fields[256], name[FOUND_TEXT];
	bool like = field->in->decode->like_server;
	const char *lost = NULL;

	snprintf(name, sizeof(name), "%.*s", found_len(field->parent->node), field->name);
	known_list(known, fields, sizeof(fields));
	for (; known->name; known++) {
		if (!known->later)
			ward_nearest_offer(&nearest, known->name);
		if (nearest.best == known->name)
			lost = known->lost;
	}
	if (nearest.best)
		snprintf(hint, sizeof(hint), "did you mean %s?%s%s", nearest.best,
			 !lost	? ""
			 : like ? " Without it "
				: " The API server would drop it, and ",
			 lost ? lost : "");
	else
		snprintf(hint, sizeof(hint), "known here: %s", fields);
	if (like)
		ward_field_warn(field->parent, "unknown-field", hint,
				"unknown field %s, dropped as the API server does", name);
	else
		ward_field_error(field->parent, "unknown-field", hint, "unknown field %s", name);
}

static bool known_has(const struct ward_known *known, const struct ward_node *key)
{
	for (; known->name; known++)
		if (strcmp(known->name, key->text) == 0)
			return true;
	return false;
}

void ward_field_only(const struct ward_field *map, const struct ward_known *known)
{
	if (!map->node || map->node->type != WARD_NODE_MAP)
		return;
	for (uint32_t i = 0; i < map->node->len; i++) {
		const struct ward_node *key = &map->node->entries[i].key;
		struct ward_field at = *map, field = ward_field_at(&at, i);

		if (known_has(known, key))
			continue;
		/* The path is the map's, the place is the key's. */
		at.node = key;
		unknown_report(&field, known);
	}
}
