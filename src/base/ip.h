/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* IP addresses, prefixes and ranges of both families, as integers in host order. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum ward_family {
	WARD_FAMILY_NONE, /* no address */
	WARD_FAMILY_4,
	WARD_FAMILY_6,
};

struct ward_ip {
	uint64_t hi, lo; /* IPv4: hi is 0, lo the 32 bits */
	enum ward_family family;
};

/* Normalised: no bits below the mask. */
struct ward_cidr {
	struct ward_ip ip;
	uint8_t bits; /* 0..32 or 0..128 */
};

/* Inclusive, first <= last, one family. */
struct ward_ip_range {
	struct ward_ip first, last;
};

/* What was lenient about an accepted text (A3.7, A8.6). */
enum {
	WARD_CIDR_HOST_BITS = 1,     /* 10.0.0.1/8: cleared */
	WARD_CIDR_LEADING_ZEROS = 2, /* 010.0.0.0/8: read as decimal */
	WARD_CIDR_MAPPED = 4,	     /* ::ffff:10.0.0.0/104: became 10.0.0.0/8 */
	WARD_CIDR_NOTHING = 8,	     /* IPv4-mapped with a mask below 96: matches nothing (A8.6) */
};

enum {
	WARD_IP_TEXT = 46,
	WARD_CIDR_TEXT = 50,
	WARD_RANGE_TEXT = 94
};

/* Orders by family, then numerically. */
int ward_ip_cmp(struct ward_ip a, struct ward_ip b);
static inline bool ward_ip_eq(struct ward_ip a, struct ward_ip b)
{
	return a.hi == b.hi && a.lo == b.lo && a.family == b.family;
}

/* All zeros and all ones of a family. */
struct ward_ip ward_ip_min(enum ward_family family);
struct ward_ip ward_ip_max(enum ward_family family);
bool ward_ip_is_max(struct ward_ip ip);

/* The neighbour; the caller makes sure there is one. */
struct ward_ip ward_ip_next(struct ward_ip ip);
struct ward_ip ward_ip_prev(struct ward_ip ip);

/* 0 or -EINVAL.  IPv4-mapped IPv6 text becomes IPv4.  Nothing is lenient here. */
int ward_ip_parse(const char *text, struct ward_ip *ret_ip);

/* 0 or -EINVAL.  Accepts what the API server's lenient reading accepts (A3.7), normalises, and
 * says in @ret_lenient (WARD_CIDR_*) what was normalised. */
int ward_cidr_parse(const char *text, struct ward_cidr *ret_cidr, unsigned *ret_lenient);

bool ward_cidr_has(struct ward_cidr cidr, struct ward_ip ip);

/* Is @inner within @outer and strictly smaller (A3.8)? */
bool ward_cidr_is_inside(struct ward_cidr inner, struct ward_cidr outer);

struct ward_ip_range ward_cidr_range(struct ward_cidr cidr);

/* Text into @buf, which is returned. */
const char *ward_ip_str(struct ward_ip ip, char buf[static WARD_IP_TEXT]);
const char *ward_cidr_str(struct ward_cidr cidr, char buf[static WARD_CIDR_TEXT]);
const char *ward_range_str(struct ward_ip_range range, char buf[static WARD_RANGE_TEXT]);
