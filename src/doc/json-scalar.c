/* SPDX-License-Identifier: Apache-2.0 */
/* JSON's strings and numbers.
 *
 * Strings are looked through eight bytes at a time for what ends them or needs care.  As in Go, a
 * lone surrogate escape becomes U+FFFD; so does \u0000, which cannot stand in a C string.  Neither
 * is in any valid name or label, so that nothing matches what it should not. */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "doc/json.h"

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t has_zero(uint64_t word)
{
	return (word - EACH(0x01)) & ~word & EACH(0x80);
}

/* The next quote, backslash or control character; the NUL behind the input is one. */
static inline const char *plain_skip(const char *p)
{
	for (;; p += 8) {
		uint64_t word, found;

		memcpy(&word, p, sizeof(word));
		word = le64toh(word);
		found = has_zero(word ^ EACH('"')) | has_zero(word ^ EACH('\\')) |
			((word - EACH(0x20)) & ~word & EACH(0x80));
		if (found)
			return p + __builtin_ctzll(found) / 8;
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits of \uXXXX, or -1. */
static int32_t hex_parse(const char *p)
{
	int32_t value = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		value = value << 4 | digit;
	}
	return value;
}

static char *utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out++ = (char)c;
		return out;
	}
	if (c < 0x800) {
		*out++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*out++ = (char)(0xe0 | c >> 12);
		} else {
			*out++ = (char)(0xf0 | c >> 18);
			*out++ = (char)(0x80 | (c >> 12 & 0x3f));
		}
		*out++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	*out++ = (char)(0x80 | (c & 0x3f));
	return out;
}

/* @p is behind \u, and its digits were checked.  Steps over them, and over those of the second half
 * of a surrogate pair. */
static uint32_t unicode_take(const char **p)
{
	int32_t c = hex_parse(*p), low;

	*p += 4;
	if (c == 0)
		return 0xfffd;
	if (c < 0xd800 || c > 0xdfff)
		return (uint32_t)c;
	low = c < 0xdc00 && (*p)[0] == '\\' && (*p)[1] == 'u' ? hex_parse(*p + 2) : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*p += 6;
	return 0x10000 + ((uint32_t)(c - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static char escape_value(char c)
{
	switch (c) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case '"':
	case '\\':
	case '/':
		return c;
	default:
		return 0;
	}
}

/* Finds the closing quote of a string with escapes, and checks them. */
static int string_end(struct ward_json_reader *json, const char *start, const char **ret_end)
{
	const char *p = start;

	for (p = plain_skip(p); *p == '\\'; p = plain_skip(p)) {
		if (p[1] == 'u' && hex_parse(p + 2) < 0)
			return ward_json_wrong(json, p, "\\u without four hexadecimal digits",
					       NULL);
		if (p[1] != 'u' && !escape_value(p[1]))
			return ward_json_wrong(json, p, "no such escape in JSON",
					       "a backslash itself is written \\\\");
		p += p[1] == 'u' ? 6 : 2;
	}
	*ret_end = p;
	if (*p == '"')
		return 0;
	if (p == json->end && !json->input->ended)
		return WARD_DOC_E_CUT;
	if (p == json->end)
		return ward_json_wrong(json, start - 1, "the string does not end",
				       "close the quote");
	return ward_json_wrong(json, p, "a control character in a string",
			       "write a line break as \\n, a tab as \\t");
}

static void unescape(struct ward_json_reader *json, const char *start, const char *end,
		     struct ward_node *node)
{
	char *text = ward_arena_alloc(json->build.arena, (size_t)(end - start) + 1), *out = text;

	while (start < end) {
		const char *next = plain_skip(start);

		out = mempcpy(out, start, (size_t)(next - start));
		start = next;
		if (start == end)
			break;
		start += 2;
		if (start[-1] == 'u')
			out = utf8_put(out, unicode_take(&start));
		else
			*out++ = escape_value(start[-1]);
	}
	node->text = text;
	node->len = (uint32_t)(out - text);
}

/* Most texts are short: one move of a fixed size, which the padding of the window and of the arena
 * allow, is quicker than asking for the right one. */
static inline const char *text_copy(struct ward_json_reader *json, const char *start, size_t len)
{
	static_assert(WARD_ARENA_ALIGN <= WARD_INPUT_PADDING,
		      "what is read beyond the text is there");
	char *copy = ward_arena_take(json->build.arena, len + 1);

	if (len < WARD_ARENA_ALIGN)
		memcpy(copy, start, WARD_ARENA_ALIGN);
	else
		memcpy(copy, start, len);
	copy[len] = '\0';
	return copy;
}

int ward_json_string(struct ward_json_reader *json, struct ward_node *node)
{
	const char *start = json->at + 1, *end = plain_skip(start);
	int r;

	node->type = WARD_NODE_STRING;
	if (__builtin_expect(*end == '"', true)) {
		node->len = (uint32_t)(end - start);
		node->text = text_copy(json, start, node->len);
	} else {
		r = string_end(json, start, &end);
		if (r)
			return r;
		unescape(json, start, end, node);
	}
	json->at = end + 1;
	return 0;
}

static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One or more digits. */
static int digits_skip(struct ward_json_reader *json, const char **p)
{
	if (!is_digit(**p))
		return ward_json_expected(json, *p, "a digit", NULL);
	while (is_digit(**p))
		++*p;
	return 0;
}

/* Sets the value from the text; an integer that does not fit becomes a FLOAT. */
static void number_value(struct ward_node *node, bool integer)
{
	bool negative = node->text[0] == '-';
	int64_t value = 0;

	for (const char *p = node->text + negative; integer && *p; p++)
		integer = !__builtin_mul_overflow(value, 10, &value) &&
			  !__builtin_sub_overflow(value, *p - '0', &value);
	if (integer && !negative)
		integer = !__builtin_sub_overflow(0, value, &value);
	if (integer) {
		node->type = WARD_NODE_INT;
		node->integer = value;
	} else {
		node->type = WARD_NODE_FLOAT;
		node->real = strtod(node->text, NULL);
	}
}

/* Steps over a number; RFC 8259, 6. */
static int number_skip(struct ward_json_reader *json, const char **p, bool *ret_integer)
{
	int r = 0;

	*p += **p == '-';
	if (**p == '0')
		++*p;
	else
		r = digits_skip(json, p);
	*ret_integer = true;
	if (!r && **p == '.') {
		*ret_integer = false;
		++*p;
		r = digits_skip(json, p);
	}
	if (!r && (**p == 'e' || **p == 'E')) {
		*ret_integer = false;
		++*p;
		*p += **p == '+' || **p == '-';
		r = digits_skip(json, p);
	}
	return r;
}

int ward_json_number(struct ward_json_reader *json, struct ward_node *node)
{
	const char *end = json->at;
	bool integer;
	int r;

	r = number_skip(json, &end, &integer);
	if (r)
		return r;
	node->text = text_copy(json, json->at, (size_t)(end - json->at));
	number_value(node, integer);
	json->at = end;
	return 0;
}
