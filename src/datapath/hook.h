/* SPDX-License-Identifier: Apache-2.0 */
/* Where the program sits: netfilter PREROUTING, one link per family. */
#pragma once

#include <stdint.h>

/* Newer than the headers and the libbpf of Debian 12, so by number. */
enum {
	WARD_BPF_PROG_TYPE_NETFILTER = 32,
	WARD_BPF_ATTACH_NETFILTER = 45,
};

enum {
	/* Behind connection tracking (-200) and DNAT (-100). */
	WARD_HOOK_PRIORITY = -99,
	WARD_N_HOOK_PRIORITIES = 2, /* that are ours, from there on */
};

/* Attaches in the calling thread's network namespace; the link goes with its descriptor.  The
 * descriptor, or a negative errno. */
int ward_hook_attach(int program_fd, uint32_t family, int32_t priority);

/* No packet that comes after is judged through this link, whoever still holds it. */
int ward_hook_detach(int link_fd);

/* Is there a program at one of our priorities, in the calling thread's network namespace?  1, 0, or
 * a negative errno. */
int ward_hook_is_taken(uint32_t family);

/* Does the kernel know programs of this type?  0 or a negative errno. */
int ward_hook_probe(void);
