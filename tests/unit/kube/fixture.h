/* SPDX-License-Identifier: Apache-2.0 */
/* What the decoder tests share: text in, objects and diagnostics out. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/diag.h"
#include "doc/read.h"
#include "kube/snapshot.h"

struct fixture {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot snapshot;
	struct ward_decode decode;
	const struct ward_decoder *const *tables;
	char places[8][24]; /* "4:21" of each '@' in the text read last */
};

static inline void fixture_init(struct fixture *fixture, const struct ward_decoder *const *tables)
{
	*fixture = (struct fixture){.tables = tables};
	ward_symbols_init(&fixture->symbols);
	ward_snapshot_init(&fixture->snapshot, &fixture->symbols, &fixture->diags);
	fixture->decode.snapshot = &fixture->snapshot;
	fixture->decode.default_ns = WARD_NONE;
}

static inline void fixture_done(struct fixture *fixture)
{
	ward_snapshot_done(&fixture->snapshot);
	ward_diags_done(&fixture->diags);
	ward_symbols_done(&fixture->symbols);
}

static inline int fixture_document(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct fixture *fixture = userdata;

	fixture->decode.file = file;
	ward_snapshot_decode(&fixture->decode, fixture->tables, root);
	return 0;
}

/* The text without its '@', each of which says where a diagnostic is expected. */
static inline char *fixture_places(struct fixture *fixture, const char *text)
{
	char *plain = ward_alloc(strlen(text) + 1), *out = plain;
	unsigned line = 1, col = 1;
	size_t n = 0;

	for (; *text; text++) {
		if (*text == '@') {
			assert_true(n < WARD_ARRAY_SIZE(fixture->places));
			snprintf(fixture->places[n++], sizeof(fixture->places[0]), "%u:%u", line,
				 col);
			continue;
		}
		*out++ = *text;
		col++;
		if (*text == '\n') {
			line++;
			col = 1;
		}
	}
	return plain;
}

static inline void fixture_read(struct fixture *fixture, const char *name, const char *marked)
{
	_cleanup_free_ char *text = fixture_places(fixture, marked);
	struct ward_reader reader = {
		.symbols = &fixture->symbols,
		.diags = &fixture->diags,
		.fn = fixture_document,
		.userdata = fixture,
	};

	assert_int_equal(ward_read_memory(&reader, name, text, strlen(text)), 0);
}

static inline ward_sym fixture_sym(const struct fixture *fixture, const char *text)
{
	return ward_symbol_find(&fixture->symbols, text);
}

static inline const char *fixture_str(const struct fixture *fixture, ward_sym sym)
{
	return sym == WARD_NONE ? "-" : ward_symbol_str(&fixture->symbols, sym);
}

/* @ns NULL: cluster-scoped. */
static inline void *fixture_find(const struct fixture *fixture, enum ward_kind kind, const char *ns,
				 const char *name)
{
	return ward_snapshot_find(&fixture->snapshot, kind,
				  ns ? fixture_sym(fixture, ns) : WARD_NONE,
				  fixture_sym(fixture, name));
}

/* One line each: "4:7 error bad-port [NetworkPolicy x/p] message (hint)".  The caller frees. */
static inline char *fixture_diags(const struct fixture *fixture)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (uint32_t i = 0; i < fixture->diags.list.n; i++) {
		const struct ward_diag *diag = &fixture->diags.list.items[i];

		fprintf(out, "%s%u:%u %s %s", i ? "\n" : "", diag->mark.line, diag->mark.col,
			ward_severity_str(diag->severity), diag->code);
		if (diag->object)
			fprintf(out, " [%s]", diag->object);
		fprintf(out, " %s", diag->message);
		if (diag->hint)
			fprintf(out, " (%s)", diag->hint);
	}
	fclose(out);
	return text;
}

/* "@1" in @expected is the place of the first '@' of the text, and so on. */
static inline void assert_diags(const struct fixture *fixture, const char *expected)
{
	_cleanup_free_ char *found = fixture_diags(fixture);
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (; *expected; expected++) {
		if (*expected == '@')
			fputs(fixture->places[*++expected - '1'], out);
		else
			fputc(*expected, out);
	}
	fclose(out);
	assert_string_equal(found, text);
}
