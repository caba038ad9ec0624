/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "doc/read.h"
#include "group/grouppolicy.h"

double bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static int decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders,
							    NULL};
	struct ward_decode *into = userdata;

	into->file = file;
	ward_snapshot_decode(into, tables, root);
	return 0;
}

/* @path or @text. */
static void read_into(struct ward_snapshot *snapshot, const char *path, const char *text)
{
	struct ward_decode into = {
		.snapshot = snapshot,
		.default_ns = ward_symbol(snapshot->symbols, "default"),
	};
	struct ward_reader reader = {
		.symbols = snapshot->symbols,
		.diags = snapshot->diags,
		.fn = decode,
		.userdata = &into,
	};

	if (path)
		ward_read_path(&reader, path);
	else
		ward_read_memory(&reader, "text", text, strlen(text));
	if (!snapshot->diags->n_of[WARD_ERROR])
		return;
	for (uint32_t i = 0; i < snapshot->diags->list.n; i++)
		fprintf(stderr, "%s\n", snapshot->diags->list.items[i].message);
	exit(2);
}

void bench_read_file(struct ward_snapshot *snapshot, const char *path)
{
	read_into(snapshot, path, NULL);
	ward_snapshot_complete(snapshot);
}

void bench_read_text(struct ward_snapshot *snapshot, const char *text)
{
	read_into(snapshot, NULL, text);
}
