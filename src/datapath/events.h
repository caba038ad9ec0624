/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side reports: flow events and counters. */
#pragma once

#include "datapath/datapath.h"

struct ward_events;
struct ward_program;

/* Of the program and of all that share its maps.  0 or a negative errno. */
int ward_events_open(const struct ward_program *program, struct ward_events **ret_events);
struct ward_events *ward_events_close(struct ward_events *events);

int ward_events_fd(const struct ward_events *events);

/* How many, or a negative errno. */
int ward_events_poll(struct ward_events *events, ward_flow_fn fn, void *userdata);
int ward_events_sweep(struct ward_events *events, ward_flow_fn fn, void *userdata);

/* Sums the counters over all CPUs. */
int ward_counters_read(int map_fd, struct ward_datapath_counters *ret_counters);
