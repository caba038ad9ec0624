/* SPDX-License-Identifier: Apache-2.0 */
/* What is read as JSON and written again reads as the same tree; so does what is read in pieces. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "doc/json-writer.h"
#include "doc/read.h"
#include "fuzz.h"

/* The documents of one input, written as JSON lines. */
struct pass {
	struct ward_json json;
	char *text;
	size_t size;
	bool wrapped;
	bool has_diags, too_deep;
};

static void write_node(struct ward_json *json, const char *key, const struct ward_node *node)
{
	switch (node->type) {
	case WARD_NODE_NULL:
		ward_json_str(json, key, NULL);
		break;
	case WARD_NODE_BOOL:
		ward_json_bool(json, key, node->boolean);
		break;
	case WARD_NODE_INT:
		ward_json_int(json, key, node->integer);
		break;
	case WARD_NODE_FLOAT: /* 15 digits are not all of it */
		ward_json_str(json, key, "float");
		break;
	case WARD_NODE_STRING:
		if (strlen(node->text) != node->len)
			abort();
		ward_json_str(json, key, node->text);
		break;
	case WARD_NODE_LIST:
		ward_json_list(json, key);
		for (uint32_t i = 0; i < node->len; i++)
			write_node(json, NULL, &node->items[i]);
		ward_json_end_list(json);
		break;
	default:
		ward_json_map(json, key);
		for (uint32_t i = 0; i < node->len; i++)
			write_node(json, node->entries[i].key.text, &node->entries[i].value);
		ward_json_end_map(json);
	}
}

static int write_document(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct pass *pass = userdata;

	/* Inside of something, as only objects may follow one another, and a List would be taken
	 * apart again. */
	if (!pass->wrapped)
		ward_json_map(&pass->json, NULL);
	write_node(&pass->json, pass->wrapped ? NULL : "document", root);
	if (!pass->wrapped)
		ward_json_end_map(&pass->json);
	return 0;
}

/* A file that holds the input. */
static int file_of(const char *bytes, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || lseek(fd, 0, SEEK_SET) != 0)
		abort();
	return fd;
}

static void read_window(struct ward_reader *reader, const char *bytes, size_t size)
{
	_cleanup_close_ int fd = file_of(bytes, size);

	ward_read_fd(reader, "fuzz.json", fd);
}

/* @window: 0 reads all at once. */
static void pass_run(struct pass *pass, const char *bytes, size_t size, size_t window)
{
	FILE *out = open_memstream(&pass->text, &pass->size);
	struct ward_diags diags = {};
	struct ward_symbols symbols;
	struct ward_reader reader = {
		.symbols = &symbols,
		.diags = &diags,
		.fn = write_document,
		.userdata = pass,
		.window = window,
	};

	ward_json_init(&pass->json, out, true);
	ward_symbols_init(&symbols);
	if (window)
		read_window(&reader, bytes, size);
	else
		ward_read_memory(&reader, "fuzz.json", bytes, size);
	pass->has_diags = diags.list.n;
	for (uint32_t i = 0; i < diags.list.n; i++)
		pass->too_deep |= strcmp(diags.list.items[i].code, "too-deep") == 0;
	ward_symbols_done(&symbols);
	ward_diags_done(&diags);
	fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct pass first = {}, second = {.wrapped = true}, pieces = {};

	pass_run(&first, (const char *)bytes, size, 0);
	pass_run(&second, first.text, first.size, 0);
	pass_run(&pieces, (const char *)bytes, size, 4 + size % 61);
	if (first.size && !second.too_deep &&
	    (second.has_diags || first.size != second.size ||
	     memcmp(first.text, second.text, first.size) != 0))
		abort();
	if (first.has_diags != pieces.has_diags || pieces.size < first.size ||
	    memcmp(first.text, pieces.text, first.size) != 0)
		abort();
	free(first.text);
	free(second.text);
	free(pieces.text);
	return 0;
}
