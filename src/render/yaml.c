/* SPDX-License-Identifier: Apache-2.0 */
/* Trees as YAML in block style, a list as far to the left as its key, as kubectl writes it.
 *
 * A string goes without quotes only where no reader of any version of YAML takes it for something
 * else: a country code, a version, a time of day. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "render/tree.h"

static bool is_word_of_yaml(const char *text)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no",
					    "on",   "off",   "y",    "n"};

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(words); i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

/* 10.0.0.0/8: the slash makes it neither number nor date. */
static bool is_ipv4_block(const char *text)
{
	return isdigit((unsigned char)*text) && strchr(text, '/') &&
	       !text[strspn(text, "0123456789./")];
}

static bool is_plain(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789._/-";

	if (is_ipv4_block(text))
		return true;
	return isalpha((unsigned char)*text) && !text[strspn(text, safe)] && !is_word_of_yaml(text);
}

static void string_write(const char *text, FILE *out)
{
	if (is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			fprintf(out, "\\x%02x", c);
		else
			fputc(c, out);
	}
	fputc('"', out);
}

static void scalar_write(const struct ward_node *node, FILE *out)
{
	if (node->type == WARD_NODE_INT)
		fprintf(out, "%lld", (long long)node->integer);
	else
		string_write(node->text, out);
	fputc('\n', out);
}

static void map_write(const struct ward_node *map, int depth, bool in_item, FILE *out);

/* Behind a dash, or behind a key. */
static void list_write(const struct ward_node *list, int depth, FILE *out)
{
	for (uint32_t i = 0; i < list->len; i++) {
		const struct ward_node *item = &list->items[i];

		fprintf(out, "%*s- ", depth, "");
		if (item->type == WARD_NODE_MAP && !item->len)
			fputs("{}\n", out);
		else if (item->type == WARD_NODE_MAP)
			map_write(item, depth + 2, true, out);
		else
			scalar_write(item, out);
	}
}

static void value_write(const struct ward_node *value, int depth, FILE *out)
{
	if (value->type != WARD_NODE_MAP && value->type != WARD_NODE_LIST) {
		fputc(' ', out);
		scalar_write(value, out);
	} else if (!value->len) {
		fputs(value->type == WARD_NODE_MAP ? " {}\n" : " []\n", out);
	} else {
		fputc('\n', out);
		if (value->type == WARD_NODE_MAP)
			map_write(value, depth + 2, false, out);
		else
			list_write(value, depth, out);
	}
}

static void map_write(const struct ward_node *map, int depth, bool in_item, FILE *out)
{
	for (uint32_t i = 0; i < map->len; i++) {
		fprintf(out, "%*s", in_item && !i ? 0 : depth, "");
		string_write(map->entries[i].key.text, out);
		fputc(':', out);
		value_write(&map->entries[i].value, depth, out);
	}
}

void tree_write_yaml(const struct ward_node *root, FILE *out)
{
	map_write(root, 0, false, out);
}
