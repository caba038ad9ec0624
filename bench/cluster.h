/* SPDX-License-Identifier: Apache-2.0 */
/* Reading clusters, and the clock: what the benchmarks of the engine have in common. */
#pragma once

#include "kube/snapshot.h"

/* Seconds since some moment. */
double bench_now(void);

/* Into an empty snapshot; errors are printed and end the program. */
void bench_read_file(struct ward_snapshot *snapshot, const char *path);
void bench_read_text(struct ward_snapshot *snapshot, const char *text);
