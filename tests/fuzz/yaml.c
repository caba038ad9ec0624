/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes give whole trees with good places, or a diagnostic. */
#include <stdlib.h>
#include <string.h>

#include "doc/read.h"
#include "fuzz.h"

static void require(bool good)
{
	if (!good)
		abort();
}

static void walk(const struct ward_node *node, int depth)
{
	require(node->line && node->col && depth <= 256);
	switch (node->type) {
	case WARD_NODE_LIST:
		for (uint32_t i = 0; i < node->len; i++)
			walk(&node->items[i], depth + 1);
		break;
	case WARD_NODE_MAP:
		for (uint32_t i = 0; i < node->len; i++) {
			require(node->entries[i].key.type == WARD_NODE_STRING);
			walk(&node->entries[i].key, depth + 1);
			walk(&node->entries[i].value, depth + 1);
		}
		break;
	case WARD_NODE_STRING:
		require(strlen(node->text) == node->len);
		break;
	default:
		require(node->text && node->type < WARD_N_NODE_TYPE);
	}
}

static int walk_document(void *userdata, ward_sym file, const struct ward_node *root)
{
	walk(root, 0);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ward_diags diags = {};
	struct ward_symbols symbols;
	struct ward_reader reader = {.symbols = &symbols, .diags = &diags, .fn = walk_document};

	ward_symbols_init(&symbols);
	ward_read_memory(&reader, "fuzz", (const char *)bytes, size);
	for (uint32_t i = 0; i < diags.list.n; i++)
		require(strcmp(diags.list.items[i].code, "empty-input") == 0 ||
			diags.list.items[i].mark.line);
	ward_symbols_done(&symbols);
	ward_diags_done(&diags);
	return 0;
}
