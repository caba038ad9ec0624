/* SPDX-License-Identifier: Apache-2.0 */
/* The writer of an image: tables in, one store, and the node judges by them.
 *
 * It writes into memory that it is given: an mmapped BPF array, or plain memory. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "engine/tables.h"
#include "image/layout.h"

struct ward_image_writer;

struct ward_image_config {
	void *bytes; /* ward_image_size() of them, zeroed, page-aligned; not owned */
	struct ward_geometry geometry;
	ward_sym node;	       /* the node whose addresses are "own" (A10.1), or WARD_NONE */
	uint32_t n_pod_ranges; /* addresses in here that nobody has are closed; copied */
	const struct ward_cidr *pod_ranges;
	uint32_t n_uplinks; /* interfaces that lead out of the node: only through them comes what */
	const uint32_t *uplinks; /* is neither the node's nor of a pod of it; copied */
	/* Waits until every look-up that may have begun before the call has ended.  0 or a
	 * negative errno: then nothing is reused until a later call succeeds.  NULL: there are
	 * no concurrent look-ups. */
	int (*grace)(void *userdata);
	void *userdata;
	bool is_lazy; /* a commit returns when it has switched; see ward_image_settle() */
};

/* Bytes of an image. */
size_t ward_image_size(const struct ward_geometry *geometry);

/* Room for @n4 IPv4 and @n6 IPv6 addresses, and @n_lines lines for everything else. */
struct ward_geometry ward_geometry_for(uint32_t n4, uint32_t n6, uint32_t n_lines);

/* Writes version 0: no pods, the pod ranges closed.  NULL if the geometry is absurd (no bucket for
 * a family, fewer than WARD_PAGE_CELLS lines) or has no room for the pod ranges. */
struct ward_image_writer *ward_image_writer_new(const struct ward_image_config *config);
struct ward_image_writer *ward_image_writer_free(struct ward_image_writer *writer);

/* The addresses of the node's interfaces: they are its own (A10.1) from the next commit on, even if
 * no Node object says so; but whoever the tables say has one has it.  Link-local ones are left out:
 * on every link they are another's. */
void ward_image_own_set(struct ward_image_writer *writer, const struct ward_ip *ips, uint32_t n);

/* Publishes the tables.  @delta is what their commit changed, as the engine says it, or NULL; it
 * helps if the writer was given the tables of the version before, and is not needed.
 * @ifindex has one entry per endpoint, 0 where there is none; NULL: all 0.
 * Returns 0, -ENOSPC when they do not fit, or the error of a grace period that the last commit
 * still needs; on failure the version before stays in force, whole. */
int ward_image_commit(struct ward_image_writer *writer, const struct ward_tables *tables,
		      const struct ward_delta *delta, const uint32_t *ifindex);

/* Waits for the grace period of the last commit, so that the next one need not: for a lazy writer,
 * in the time between commits.  May run in another thread than the commits, not at the same time.
 * 0 or the error of the grace period. */
int ward_image_settle(struct ward_image_writer *writer);

/* What is in use, for status and tests. */
struct ward_image_usage {
	uint32_t lines_used, lines; /* of the heap; with what waits to be swept */
	uint32_t addresses4, addresses4_max;
	uint32_t addresses6, addresses6_max;
	uint32_t blocks_written; /* by the last commit: not shared with the version before */
};
void ward_image_usage(const struct ward_image_writer *writer, struct ward_image_usage *ret_usage);
