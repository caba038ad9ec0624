/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and benchmarks of the datapath: tables without an engine, and the loaded program. */
#pragma once

#include "datapath/datapath.h"
#include "datapath/program.h"

int ward_datapath_commit_tables(struct ward_datapath *datapath, const struct ward_tables *tables,
				const uint32_t *ifindex);

/* Valid as long as the datapath. */
const struct ward_program *ward_datapath_program(const struct ward_datapath *datapath);

struct ward_source;

/* The program that guards the ports, valid as long as the source. */
int ward_source_program(const struct ward_source *source);
