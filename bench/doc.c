/* SPDX-License-Identifier: Apache-2.0 */
/* How fast documents are read, next to what others need for the same file in the same run:
 *
 *     doc FILE.yaml     against the bare events of libyaml
 *     doc FILE.json     against what memory can deliver, and against jansson where that was found
 *
 * Each is the best of three.  Ward's begins with the file, the others' with its bytes in memory. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <yaml.h>

#include "base/alloc.h"
#include "doc/read.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif

struct text {
	char *bytes;
	size_t size;
};

typedef void (*bench_fn)(const char *path, const struct text *text);

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int ignore(void *userdata, ward_sym file, const struct ward_node *root)
{
	return 0;
}

static void read_ward(const char *path, const struct text *text)
{
	struct ward_diags diags = {};
	struct ward_symbols symbols;
	struct ward_reader reader = {.symbols = &symbols, .diags = &diags, .fn = ignore};

	ward_symbols_init(&symbols);
	ward_read_path(&reader, path);
	for (uint32_t i = 0; i < diags.list.n; i++)
		fprintf(stderr, "%s:%u:%u: %s\n", path, diags.list.items[i].mark.line,
			diags.list.items[i].mark.col, diags.list.items[i].message);
	ward_symbols_done(&symbols);
	ward_diags_done(&diags);
}

static void read_libyaml(const char *path, const struct text *text)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_parser_t parser;
	yaml_event_t event;

	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text->bytes, text->size);
	while (type != YAML_STREAM_END_EVENT && yaml_parser_parse(&parser, &event)) {
		type = event.type;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
}

/* As fast as memory delivers: eight sums that do not wait for each other. */
static void read_memory(const char *path, const struct text *text)
{
	uint64_t sums[8] = {}, words[8];
	volatile uint64_t sum;

	for (size_t at = 0; at + sizeof(words) <= text->size; at += sizeof(words)) {
		memcpy(words, text->bytes + at, sizeof(words));
		for (int i = 0; i < 8; i++)
			sums[i] += words[i];
	}
	sum = sums[0] ^ sums[1] ^ sums[2] ^ sums[3] ^ sums[4] ^ sums[5] ^ sums[6] ^ sums[7];
	(void)sum;
}

#ifdef HAVE_JANSSON
static void read_jansson(const char *path, const struct text *text)
{
	json_decref(json_loadb(text->bytes, text->size, 0, NULL));
}
#endif

static double best(bench_fn fn, const char *path, const struct text *text)
{
	double least = 1e9;

	for (int i = 0; i < 3; i++) {
		double start = now(), seconds;

		fn(path, text);
		seconds = now() - start;
		if (seconds < least)
			least = seconds;
	}
	return least;
}

static void line(const char *name, bench_fn fn, const char *path, const struct text *text,
		 double ward)
{
	double seconds = best(fn, path, text);

	printf("%-16s %8.1f ms %8.1f MB/s   ward takes %.2f of it, is %.2f x as fast\n", name,
	       seconds * 1e3, (double)text->size / 1e6 / seconds, ward / seconds, seconds / ward);
}

static int text_load(const char *path, struct text *ret_text)
{
	_cleanup_file_ FILE *file = fopen(path, "re");
	long size;

	if (!file || fseek(file, 0, SEEK_END) < 0 || (size = ftell(file)) < 0)
		return -1;
	rewind(file);
	ret_text->bytes = ward_alloc((size_t)size + 1);
	ret_text->size = fread(ret_text->bytes, 1, (size_t)size, file);
	return ret_text->size == (size_t)size ? 0 : -1;
}

int main(int argc, char **argv)
{
	struct text text = {};
	double ward;

	if (argc != 2 || text_load(argv[1], &text) < 0) {
		fprintf(stderr, "usage: doc FILE.yaml|FILE.json\n");
		return 2;
	}
	ward = best(read_ward, argv[1], &text);
	printf("%-16s %8.1f ms %8.1f MB/s\n", "ward", ward * 1e3, (double)text.size / 1e6 / ward);
	if (strstr(argv[1], ".json")) {
		line("memory", read_memory, argv[1], &text, ward);
#ifdef HAVE_JANSSON
		line("jansson", read_jansson, argv[1], &text, ward);
#else
		printf("jansson          not found when this was built (libjansson-dev)\n");
#endif
	} else {
		line("libyaml events", read_libyaml, argv[1], &text, ward);
	}
	free(text.bytes);
	return 0;
}
