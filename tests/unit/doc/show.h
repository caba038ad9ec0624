/* SPDX-License-Identifier: Apache-2.0 */
/* What reading an input gave, as one line of text: the documents, each followed by a blank, and
 * then the diagnostics.  {a:1, b:"text", c:[null]}; floats end in f; @line:col when asked for. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "doc/read.h"

#define EMPTY_HINT "(expected Kubernetes objects: write them, or leave the file out)"

struct show {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_reader reader;
	FILE *out;
	char *text;
	size_t size;
	bool marks;
};

static void show_node(struct show *show, const struct ward_node *node)
{
	const char *comma = "";

	switch (node->type) {
	case WARD_NODE_NULL:
		fputs("null", show->out);
		break;
	case WARD_NODE_BOOL:
		fputs(node->boolean ? "true" : "false", show->out);
		break;
	case WARD_NODE_INT:
		fprintf(show->out, "%lld", (long long)node->integer);
		break;
	case WARD_NODE_FLOAT:
		fprintf(show->out, "%.15gf", node->real);
		break;
	case WARD_NODE_STRING:
		assert_int_equal(strlen(node->text), node->len);
		fprintf(show->out, "\"%s\"", node->text);
		break;
	case WARD_NODE_LIST:
		fputc('[', show->out);
		for (uint32_t i = 0; i < node->len; i++, comma = ", ") {
			fputs(comma, show->out);
			show_node(show, &node->items[i]);
		}
		fputc(']', show->out);
		break;
	default:
		fputc('{', show->out);
		for (uint32_t i = 0; i < node->len; i++, comma = ", ") {
			const struct ward_node *key = &node->entries[i].key;

			assert_int_equal(key->type, WARD_NODE_STRING);
			fprintf(show->out, "%s%s", comma, key->text);
			if (show->marks)
				fprintf(show->out, "@%u:%u", key->line, key->col);
			fputc(':', show->out);
			show_node(show, &node->entries[i].value);
		}
		fputc('}', show->out);
	}
	if (show->marks)
		fprintf(show->out, "@%u:%u", node->line, node->col);
}

static int show_document(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct show *show = userdata;

	show_node(show, root);
	fputc(' ', show->out);
	return 0;
}

static inline void show_init(struct show *show)
{
	*show = (struct show){};
	ward_symbols_init(&show->symbols);
	show->out = open_memstream(&show->text, &show->size);
	show->reader = (struct ward_reader){
		.symbols = &show->symbols,
		.diags = &show->diags,
		.fn = show_document,
		.userdata = show,
	};
}

/* "3:1 error bad-yaml: message (hint)" for each diagnostic. */
static inline const char *show_finish(struct show *show)
{
	for (uint32_t i = 0; i < show->diags.list.n; i++) {
		const struct ward_diag *diag = &show->diags.list.items[i];

		fprintf(show->out, "%u:%u %s %s: %s", diag->mark.line, diag->mark.col,
			ward_severity_str(diag->severity), diag->code, diag->message);
		if (diag->hint)
			fprintf(show->out, " (%s)", diag->hint);
		fputc(' ', show->out);
	}
	fflush(show->out);
	if (show->size)
		show->text[show->size - 1] = '\0';
	return show->text;
}

static inline void show_done(struct show *show)
{
	fclose(show->out);
	free(show->text);
	ward_diags_done(&show->diags);
	ward_symbols_done(&show->symbols);
}

/* Reads @size bytes as a file @name and compares. */
/* @window: 0 reads from memory, else from a file, that many bytes at once. */
static inline void show_read(struct show *show, const char *name, const char *bytes, size_t size,
			     size_t window)
{
	_cleanup_file_ FILE *file = tmpfile();

	assert_int_equal(fwrite(bytes, 1, size, file), size);
	rewind(file);
	show->reader.window = window;
	if (window)
		assert_int_equal(ward_read_fd(&show->reader, name, fileno(file)), 0);
	else
		assert_int_equal(ward_read_memory(&show->reader, name, bytes, size), 0);
}

static inline void assert_reads_window(const char *name, const char *bytes, size_t size,
				       size_t window, bool marks, const char *expected)
{
	struct show show;
	const char *text;

	show_init(&show);
	show.marks = marks;
	show_read(&show, name, bytes, size, window);
	text = show_finish(&show);
	if (strcmp(text, expected) != 0)
		fail_msg("%.*s\n  gives    %s\n  expected %s\n  by %zu bytes", (int)size, bytes,
			 text, expected, window);
	show_done(&show);
}

/* Whole, and in windows of every size that may cut it. */
static inline void assert_reads_n(const char *name, const char *bytes, size_t size, bool marks,
				  const char *expected)
{
	static const size_t windows[] = {0, 4, 5, 10, 17, 40, 64, 100, 1000};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(windows); i++)
		assert_reads_window(name, bytes, size, windows[i], marks, expected);
}

struct read_case {
	const char *input, *expected;
};

static inline void assert_reads(const char *name, const struct read_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_reads_n(name, cases[i].input, strlen(cases[i].input), false,
			       cases[i].expected);
}
