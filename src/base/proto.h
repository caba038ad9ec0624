/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* The words every layer shares: protocols, directions, verdicts. */
#pragma once

#include <stdint.h>

/* The sections of a port map.  OTHER is ICMP and everything else without ports (A10.9). */
enum ward_proto {
	WARD_TCP,
	WARD_UDP,
	WARD_SCTP,
	WARD_OTHER,
	WARD_N_PROTO,
};

/* Directions are seen from the subject of a policy. */
enum ward_direction {
	WARD_INGRESS,
	WARD_EGRESS,
	WARD_N_DIRECTION,
};

/* "TCP", "UDP", "SCTP", "other". */
const char *ward_proto_str(enum ward_proto proto);

/* The protocol of a name in upper case (A3.5), or WARD_N_PROTO. */
enum ward_proto ward_proto_parse(const char *name);

/* IP protocol numbers (RFC 790, RFC 9260); the headers that name them are not the same for user
 * space and the kernel. */
enum {
	WARD_NUMBER_TCP = 6,
	WARD_NUMBER_UDP = 17,
	WARD_NUMBER_SCTP = 132,
};

/* The section of an IP protocol number. */
static inline enum ward_proto ward_proto_of_number(uint8_t number)
{
	switch (number) {
	case WARD_NUMBER_TCP:
		return WARD_TCP;
	case WARD_NUMBER_UDP:
		return WARD_UDP;
	case WARD_NUMBER_SCTP:
		return WARD_SCTP;
	default:
		return WARD_OTHER;
	}
}

/* "ingress", "egress". */
const char *ward_direction_str(enum ward_direction direction);
