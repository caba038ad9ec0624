/* SPDX-License-Identifier: Apache-2.0 */
/* What the user gave with -f, read. */
#pragma once

#include "analysis/load.h"
#include "cli/command.h"
#include "report/source.h"

struct ward_cluster {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot snapshot;
	struct ward_sources sources;
	uint32_t n_files;
	struct ward_engine *engine; /* NULL until ward_cluster_judge() */
};

/* Reads all files and completes the snapshot.  0, or WARD_EXIT_ERROR when there was nothing to
 * read; what is wrong in the files is in the diagnostics. */
int ward_cluster_read(struct ward_cli *cli, struct ward_cluster *ret_cluster);

/* Prints what is wrong, from @least on, and a line that sums it up. */
void ward_cluster_complain(struct ward_cli *cli, struct ward_cluster *cluster,
			   enum ward_severity least);

/* Reads, complains and judges.  0, or WARD_EXIT_ERROR: no answer is better than one from half of
 * the input. */
int ward_cluster_open(struct ward_cli *cli, struct ward_cluster *ret_cluster);

/* What -n names, or WARD_NONE for all namespaces.  0, or WARD_EXIT_ERROR: there is none of the
 * name. */
int ward_cluster_namespace(const struct ward_cli *cli, const struct ward_cluster *cluster,
			   ward_sym *ret_ns);

void ward_cluster_done(struct ward_cluster *cluster);
