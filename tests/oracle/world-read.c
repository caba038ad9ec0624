/* SPDX-License-Identifier: Apache-2.0 */
/* A world from manifests, by the readers that Ward itself uses. */
#include "oracle/world-read.h"

#include "doc/read.h"
#include "group/grouppolicy.h"

static const struct ward_decoder *const decoders[] = {
	ward_kube_decoders,
	ward_group_decoders,
	NULL,
};

void reading_init(struct reading *reading, struct ward_symbols *symbols)
{
	*reading = (struct reading){};
	ward_snapshot_init(&reading->snapshot, symbols, &reading->diags);
	reading->snapshot.today = WORLD_TODAY;
}

void reading_done(struct reading *reading)
{
	ward_snapshot_done(&reading->snapshot);
	ward_diags_done(&reading->diags);
}

void reading_add(struct reading *reading, ward_sym file, const struct ward_node *root)
{
	struct ward_decode decode = {
		.snapshot = &reading->snapshot,
		.file = file,
		.like_server = reading->like_server,
		.default_ns = ward_symbol(reading->snapshot.symbols, "default"),
	};

	ward_snapshot_decode(&decode, decoders, root);
}

void reading_world(struct reading *reading, struct world *ret_world)
{
	*ret_world = (struct world){.symbols = reading->snapshot.symbols,
				    .today = reading->snapshot.today};
	ward_snapshot_complete(&reading->snapshot);
	for (uint32_t i = 0; i < reading->snapshot.objects.n; i++) {
		if (reading->snapshot.objects.items[i])
			ward_vec_push(&ret_world->objects, reading->snapshot.objects.items[i]);
	}
}

static int document_add(void *userdata, ward_sym file, const struct ward_node *root)
{
	reading_add(userdata, file, root);
	return 0;
}

void reading_add_text(struct reading *reading, const char *name, const char *text, size_t size)
{
	struct ward_reader reader = {
		.symbols = reading->snapshot.symbols,
		.diags = &reading->diags,
		.fn = document_add,
		.userdata = reading,
	};

	ward_read_memory(&reader, name, text, size);
}

void reading_print_diags(const struct reading *reading, FILE *out)
{
	for (uint32_t i = 0; i < reading->diags.list.n; i++) {
		const struct ward_diag *diag = &reading->diags.list.items[i];

		fprintf(out, "# %s:%u: %s: %s: %s\n",
			ward_symbol_str(reading->snapshot.symbols, diag->mark.file),
			diag->mark.line, ward_severity_str(diag->severity), diag->code,
			diag->message);
	}
}
