/* SPDX-License-Identifier: Apache-2.0 */
/* Which interfaces there are, and what classic traffic control has at them.  All in the network
 * namespace of the calling thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/vec.h"

struct ward_interface_info {
	uint32_t ifindex;
	char name[16];
	char kind[16];		 /* "bridge", "veth", …; empty: none */
	uint32_t xdp;		 /* a program that runs there; 0: none */
	bool nf_call4, nf_call6; /* of a bridge: it shows its packets to netfilter in any case */
};

struct ward_interfaces {
	WARD_VEC(struct ward_interface_info) list;
};

/* 0 or a negative errno; then nothing has to be freed. */
int ward_interfaces_list(struct ward_interfaces *ret);
void ward_interfaces_done(struct ward_interfaces *interfaces);

struct ward_filter_info {
	char kind[16];	  /* "bpf", "flower", … */
	char name[64];	  /* of a program, or empty */
	uint32_t program; /* 0: it is none */
};

struct ward_filters {
	WARD_VEC(struct ward_filter_info) list;
};

/* Those that an interface's arriving packets go through; the same. */
int ward_filters_list(uint32_t ifindex, struct ward_filters *ret);
void ward_filters_done(struct ward_filters *filters);
