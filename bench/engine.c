/* SPDX-License-Identifier: Apache-2.0 */
/* How fast a cluster is judged, next to how fast the same file is read, in one run:
 *
 *     engine FILE...
 *
 * "all" makes every pod a subject of interest, as `ward map` does; "a node" those of the first
 * pod's node, as an agent does.  Each is the best of three. */
#include <stdio.h>
#include <time.h>

#include "analysis/load.h"
#include "base/alloc.h"
#include "doc/read.h"
#include "group/grouppolicy.h"
#include "kube/pod.h"

static double now(void)
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

static void snapshot_read(char **paths, struct ward_snapshot *snapshot)
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

	for (; *paths; paths++)
		ward_read_path(&reader, *paths);
	ward_snapshot_complete(snapshot);
}

static ward_sym some_node(const struct ward_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->objects.n; i++) {
		const struct ward_pod *pod = (const void *)snapshot->objects.items[i];

		if (pod && pod->object.kind == WARD_KIND_POD && pod->node != WARD_NONE)
			return pod->node;
	}
	return WARD_NONE;
}

static void print_tables(const char *what, double seconds, double reading,
			 const struct ward_tables *tables)
{
	printf("%-7s %8.1f ms  %5.2f of reading; %u endpoints, %u policies, %u identities, %u "
	       "rows, "
	       "%u port maps\n",
	       what, seconds * 1e3, seconds / reading, tables->n_endpoints, tables->n_policies,
	       tables->n_identities, tables->n_rows, tables->n_port_maps);
}

static void judge(const char *what, const struct ward_snapshot *snapshot, ward_sym node,
		  double reading)
{
	double best = 1e9;

	for (int i = 0; i < 3; i++) {
		double begin = now(), seconds;
		struct ward_engine *engine = ward_engine_load(snapshot, node);

		seconds = now() - begin;
		best = seconds < best ? seconds : best;
		if (i == 2)
			print_tables(what, best, reading, ward_engine_tables(engine));
		ward_engine_free(engine);
	}
}

int main(int argc, char **argv)
{
	struct ward_symbols symbols;
	struct ward_snapshot snapshot;
	struct ward_diags diags = {};
	double best = 1e9;

	if (argc < 2) {
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
		return 2;
	}
	ward_symbols_init(&symbols);
	for (int i = 0; i < 3; i++) {
		double begin = now();

		if (i)
			ward_snapshot_done(&snapshot);
		ward_snapshot_init(&snapshot, &symbols, &diags);
		snapshot_read(argv + 1, &snapshot);
		best = now() - begin < best ? now() - begin : best;
	}
	printf("reading %8.1f ms, %u errors\n", best * 1e3, diags.n_of[WARD_ERROR]);
	judge("all", &snapshot, WARD_NONE, best);
	if (some_node(&snapshot) != WARD_NONE)
		judge("a node", &snapshot, some_node(&snapshot), best);
	ward_snapshot_done(&snapshot);
	ward_diags_done(&diags);
	ward_symbols_done(&symbols);
	return 0;
}
