/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned family_bits(enum ward_family family)
{
	return family == WARD_FAMILY_4 ? 32 : 128;
}

/* The mask of @bits leading ones, as an address of the family. */
static struct ward_ip mask_of(enum ward_family family, unsigned bits)
{
	struct ward_ip mask = {.family = family};

	if (family == WARD_FAMILY_4) {
		mask.lo = bits ? UINT64_C(0xffffffff) << (32 - bits) & 0xffffffff : 0;
		return mask;
	}
	mask.hi = bits >= 64 ? UINT64_MAX : bits ? UINT64_MAX << (64 - bits) : 0;
	mask.lo = bits <= 64 ? 0 : UINT64_MAX << (128 - bits);
	return mask;
}

int ward_ip_cmp(struct ward_ip a, struct ward_ip b)
{
	if (a.family != b.family)
		return a.family < b.family ? -1 : 1;
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return a.lo < b.lo ? -1 : a.lo > b.lo;
}

struct ward_ip ward_ip_min(enum ward_family family)
{
	return (struct ward_ip){.family = family};
}

struct ward_ip ward_ip_max(enum ward_family family)
{
	return mask_of(family, family_bits(family));
}

bool ward_ip_is_max(struct ward_ip ip)
{
	return ward_ip_eq(ip, ward_ip_max(ip.family));
}

struct ward_ip ward_ip_next(struct ward_ip ip)
{
	if (++ip.lo == 0)
		ip.hi++;
	return ip;
}

struct ward_ip ward_ip_prev(struct ward_ip ip)
{
	if (ip.lo-- == 0)
		ip.hi--;
	return ip;
}

/* ::ffff:a.b.c.d */
static bool is_mapped(struct ward_ip ip)
{
	return ip.family == WARD_FAMILY_6 && ip.hi == 0 && ip.lo >> 32 == 0xffff;
}

static struct ward_ip unmap(struct ward_ip ip)
{
	return (struct ward_ip){.lo = ip.lo & 0xffffffff, .family = WARD_FAMILY_4};
}

static int parse_address(const char *text, struct ward_ip *ret_ip)
{
	struct in6_addr in6;
	struct in_addr in4;
	uint64_t half[2];

	if (inet_pton(AF_INET, text, &in4) == 1) {
		*ret_ip = (struct ward_ip){.lo = ntohl(in4.s_addr), .family = WARD_FAMILY_4};
		return 0;
	}
	if (inet_pton(AF_INET6, text, &in6) != 1)
		return -EINVAL;
	memcpy(half, &in6, sizeof(half));
	*ret_ip = (struct ward_ip){
		.hi = be64toh(half[0]),
		.lo = be64toh(half[1]),
		.family = WARD_FAMILY_6,
	};
	return 0;
}

int ward_ip_parse(const char *text, struct ward_ip *ret_ip)
{
	struct ward_ip ip;

	if (parse_address(text, &ip) < 0)
		return -EINVAL;
	*ret_ip = is_mapped(ip) ? unmap(ip) : ip;
	return 0;
}

/* Copies @text without the leading zeros of decimal octets: "010.0.0.1" is "10.0.0.1" to older
 * API servers.  Anything with a colon is left as it is. */
static bool strip_zeros(const char *text, char *out)
{
	bool stripped = false, octet_start = true, mapped = strchr(text, ':');

	while (*text) {
		if (!mapped && octet_start && text[0] == '0' && isdigit((unsigned char)text[1])) {
			stripped = true;
			text++;
			continue;
		}
		octet_start = *text == '.';
		*out++ = *text++;
	}
	*out = '\0';
	return stripped;
}

/* "0" to the family's width, digits only. */
static int parse_bits(const char *text, unsigned max, unsigned *ret_bits)
{
	unsigned bits = 0;

	if (!*text || strlen(text) > 3 || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return -EINVAL;
		bits = bits * 10 + (unsigned)(*text - '0');
	}
	if (bits > max)
		return -EINVAL;
	*ret_bits = bits;
	return 0;
}

int ward_cidr_parse(const char *text, struct ward_cidr *ret_cidr, unsigned *ret_lenient)
{
	char copy[64], address[64];
	unsigned bits, lenient = 0;
	struct ward_ip ip, mask;
	char *slash;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, text);
	slash = strchr(copy, '/');
	if (!slash)
		return -EINVAL;
	*slash = '\0';
	if (strip_zeros(copy, address))
		lenient |= WARD_CIDR_LEADING_ZEROS;
	if (parse_address(address, &ip) < 0 ||
	    parse_bits(slash + 1, family_bits(ip.family), &bits) < 0)
		return -EINVAL;
	if (is_mapped(ip) && bits >= 96) {
		lenient |= WARD_CIDR_MAPPED;
		ip = unmap(ip);
		bits -= 96;
	} else if (is_mapped(ip)) {
		lenient |= WARD_CIDR_MAPPED | WARD_CIDR_NOTHING;
	}
	mask = mask_of(ip.family, bits);
	if ((ip.hi & ~mask.hi) || (ip.lo & ~mask.lo))
		lenient |= WARD_CIDR_HOST_BITS;
	ip.hi &= mask.hi;
	ip.lo &= mask.lo;
	*ret_cidr = (struct ward_cidr){.ip = ip, .bits = (uint8_t)bits};
	*ret_lenient = lenient;
	return 0;
}

bool ward_cidr_has(struct ward_cidr cidr, struct ward_ip ip)
{
	struct ward_ip mask = mask_of(cidr.ip.family, cidr.bits);

	return ip.family == cidr.ip.family && (ip.hi & mask.hi) == cidr.ip.hi &&
	       (ip.lo & mask.lo) == cidr.ip.lo;
}

bool ward_cidr_is_inside(struct ward_cidr inner, struct ward_cidr outer)
{
	return inner.bits > outer.bits && ward_cidr_has(outer, inner.ip);
}

struct ward_ip_range ward_cidr_range(struct ward_cidr cidr)
{
	struct ward_ip mask = mask_of(cidr.ip.family, cidr.bits);
	struct ward_ip all = ward_ip_max(cidr.ip.family), last = cidr.ip;

	last.hi |= all.hi & ~mask.hi;
	last.lo |= all.lo & ~mask.lo;
	return (struct ward_ip_range){cidr.ip, last};
}

const char *ward_ip_str(struct ward_ip ip, char buf[static WARD_IP_TEXT])
{
	uint64_t half[2] = {htobe64(ip.hi), htobe64(ip.lo)};
	uint32_t in4 = htonl((uint32_t)ip.lo);

	buf[0] = '\0';
	if (ip.family == WARD_FAMILY_4)
		inet_ntop(AF_INET, &in4, buf, WARD_IP_TEXT);
	else if (ip.family == WARD_FAMILY_6)
		inet_ntop(AF_INET6, half, buf, WARD_IP_TEXT);
	return buf;
}

const char *ward_cidr_str(struct ward_cidr cidr, char buf[static WARD_CIDR_TEXT])
{
	ward_ip_str(cidr.ip, buf);
	sprintf(buf + strlen(buf), "/%u", cidr.bits);
	return buf;
}

const char *ward_range_str(struct ward_ip_range range, char buf[static WARD_RANGE_TEXT])
{
	ward_ip_str(range.first, buf);
	strcat(buf, "-");
	ward_ip_str(range.last, buf + strlen(buf));
	return buf;
}
