/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever objects any bytes decode to keep the promises of their headers. */
#include "doc/read.h"
#include "fuzz.h"
#include "group/grouppolicy.h"
#include "promises.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders, NULL};

static int document_decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct ward_decode *decode = userdata;

	decode->file = file;
	ward_snapshot_decode(decode, tables, root);
	return 0;
}

static void decode_all(const char *bytes, size_t size, bool like_server)
{
	struct ward_diags diags = {};
	struct ward_symbols symbols;
	struct ward_snapshot snapshot;
	struct ward_decode decode = {.snapshot = &snapshot, .default_ns = WARD_NONE};
	struct ward_reader reader = {
		.symbols = &symbols, .diags = &diags, .fn = document_decode, .userdata = &decode};

	decode.like_server = like_server;
	ward_symbols_init(&symbols);
	ward_snapshot_init(&snapshot, &symbols, &diags);
	ward_read_memory(&reader, "fuzz", bytes, size);
	ward_snapshot_complete(&snapshot);
	for (uint32_t i = 0; i < snapshot.objects.n; i++)
		if (snapshot.objects.items[i])
			object_check(&snapshot, snapshot.objects.items[i]);
	ward_snapshot_done(&snapshot);
	ward_symbols_done(&symbols);
	ward_diags_done(&diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	decode_all((const char *)bytes, size, false);
	decode_all((const char *)bytes, size, true);
	return 0;
}
