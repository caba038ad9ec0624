/* SPDX-License-Identifier: Apache-2.0 */
/* The ports of a bridge of pods, guarded: a frame of a pod that is not what it seems never reaches
 * the bridge (bpf/source.bpf.c).  Whoever makes a pod's link guards it before the pod is in it.
 *
 * All in the network namespace of the calling thread. */
#pragma once

#include <stdint.h>

#include "base/ip.h"

struct ward_source;

struct ward_source_port {
	uint32_t ifindex; /* on the node's side */
	uint8_t mac[6];	  /* of the pod */
	uint32_t n_ips;
	const struct ward_ip *ips; /* of the pod, at most one of each family */
};

/* 0, or a negative errno with @ret_why (the caller frees).  @router is the node's own link address
 * at the bridge. */
int ward_source_open(const uint8_t router[static 6], struct ward_source **ret_source,
		     char **ret_why);
struct ward_source *ward_source_close(struct ward_source *source); /* accepts NULL */

/* From now on only frames with these addresses get through; the same errors. */
int ward_source_guard(struct ward_source *source, const struct ward_source_port *port,
		      char **ret_why);

/* The port may be gone already. */
void ward_source_release(struct ward_source *source, const struct ward_source_port *port);

struct ward_source_counters {
	uint64_t passed;
	uint64_t spoofed, kind, astray; /* dropped: see enum ward_frame in bpf/wire.h */
};
void ward_source_counters(const struct ward_source *source, struct ward_source_counters *ret);
