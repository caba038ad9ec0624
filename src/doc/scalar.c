/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

static const struct word {
	const char *text;
	enum ward_node_type type;
	bool boolean;
	double real;
} words[] = {
	{"", WARD_NODE_NULL},
	{"~", WARD_NODE_NULL},
	{"null", WARD_NODE_NULL},
	{"Null", WARD_NODE_NULL},
	{"NULL", WARD_NODE_NULL},
	{"y", WARD_NODE_BOOL, true},
	{"Y", WARD_NODE_BOOL, true},
	{"yes", WARD_NODE_BOOL, true},
	{"Yes", WARD_NODE_BOOL, true},
	{"YES", WARD_NODE_BOOL, true},
	{"true", WARD_NODE_BOOL, true},
	{"True", WARD_NODE_BOOL, true},
	{"TRUE", WARD_NODE_BOOL, true},
	{"on", WARD_NODE_BOOL, true},
	{"On", WARD_NODE_BOOL, true},
	{"ON", WARD_NODE_BOOL, true},
	{"n", WARD_NODE_BOOL, false},
	{"N", WARD_NODE_BOOL, false},
	{"no", WARD_NODE_BOOL, false},
	{"No", WARD_NODE_BOOL, false},
	{"NO", WARD_NODE_BOOL, false},
	{"false", WARD_NODE_BOOL, false},
	{"False", WARD_NODE_BOOL, false},
	{"FALSE", WARD_NODE_BOOL, false},
	{"off", WARD_NODE_BOOL, false},
	{"Off", WARD_NODE_BOOL, false},
	{"OFF", WARD_NODE_BOOL, false},
	{".nan", WARD_NODE_FLOAT, .real = NAN},
	{".NaN", WARD_NODE_FLOAT, .real = NAN},
	{".NAN", WARD_NODE_FLOAT, .real = NAN},
	{".inf", WARD_NODE_FLOAT, .real = INFINITY},
	{".Inf", WARD_NODE_FLOAT, .real = INFINITY},
	{".INF", WARD_NODE_FLOAT, .real = INFINITY},
	{"+.inf", WARD_NODE_FLOAT, .real = INFINITY},
	{"+.Inf", WARD_NODE_FLOAT, .real = INFINITY},
	{"+.INF", WARD_NODE_FLOAT, .real = INFINITY},
	{"-.inf", WARD_NODE_FLOAT, .real = -INFINITY},
	{"-.Inf", WARD_NODE_FLOAT, .real = -INFINITY},
	{"-.INF", WARD_NODE_FLOAT, .real = -INFINITY},
};

enum {
	LONGEST_WORD = 5,
	LONGEST_NUMBER = 400, /* 1 and 308 zeros is the largest that a double holds */
};

static bool resolve_word(struct ward_node *node)
{
	if (node->len > LONGEST_WORD)
		return false;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].text, node->text) != 0)
			continue;
		node->type = words[i].type;
		if (node->type == WARD_NODE_BOOL)
			node->boolean = words[i].boolean;
		else if (node->type == WARD_NODE_FLOAT)
			node->real = words[i].real;
		return true;
	}
	return false;
}

/* Without underscores; false when it cannot be a number. */
static bool number_copy(const struct ward_node *node, char *out)
{
	if (node->len >= LONGEST_NUMBER)
		return false;
	for (const char *p = node->text; *p; p++)
		if (*p != '_')
			*out++ = *p;
	*out = '\0';
	return true;
}

/* Steps over the prefix of the base. */
static int number_base(const char **digits)
{
	const char *p = *digits;
	int letter;

	if (p[0] != '0' || !p[1])
		return 10;
	letter = tolower((unsigned char)p[1]);
	*digits += letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1;
	return letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
}

static bool resolve_int(struct ward_node *node, const char *number)
{
	bool negative = *number == '-';
	const char *digits = number + (*number == '-' || *number == '+');
	int base = number_base(&digits);
	unsigned long long value;
	char *end;

	if (!isxdigit((unsigned char)*digits))
		return false;
	errno = 0;
	value = strtoull(digits, &end, base);
	if (*end || errno || (base == 16 && tolower((unsigned char)digits[1]) == 'x'))
		return false;
	if (value > (uint64_t)INT64_MAX + negative) {
		node->type = WARD_NODE_FLOAT;
		node->real = negative ? -(double)value : (double)value;
		return true;
	}
	node->type = WARD_NODE_INT;
	node->integer = negative ? (int64_t)-value : (int64_t)value;
	return true;
}

/* [-+]? (.digits | digits [. digits*]) ([eE] [-+]? digits)? */
static bool is_float(const char *p)
{
	size_t n;

	p += *p == '-' || *p == '+';
	n = strspn(p, "0123456789");
	if (n) {
		p += n;
		if (*p == '.')
			p += 1 + strspn(p + 1, "0123456789");
	} else {
		n = *p == '.' ? strspn(p + 1, "0123456789") : 0;
		p += n + 1;
	}
	if (!n)
		return false;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		n = strspn(p, "0123456789");
		p += n;
	}
	return n && !*p;
}

static bool resolve_float(struct ward_node *node, const char *number)
{
	double value;

	if (!is_float(number))
		return false;
	value = strtod(number, NULL);
	if (isinf(value))
		return false;
	if (value == trunc(value) && fabs(value) < 0x1p63) {
		node->type = WARD_NODE_INT;
		node->integer = (int64_t)value;
	} else {
		node->type = WARD_NODE_FLOAT;
		node->real = value;
	}
	return true;
}

static bool resolve_number(struct ward_node *node)
{
	char number[LONGEST_NUMBER];

	if (!number_copy(node, number))
		return false;
	if (*node->text == '.')
		return !strchr(node->text, '_') && resolve_float(node, number);
	return resolve_int(node, number) || resolve_float(node, number);
}

void ward_scalar_resolve(struct ward_node *node)
{
	static const char word_starts[] = "~yYnNtTfFoO+-.", number_starts[] = "+-.0123456789";
	char first = *node->text;

	node->type = WARD_NODE_STRING;
	if (strchr(word_starts, first) && resolve_word(node))
		return;
	if (first && strchr(number_starts, first))
		resolve_number(node);
}
