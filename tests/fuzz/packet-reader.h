/* SPDX-License-Identifier: Apache-2.0 */
/* Packets read as Linux reads them, written from its sources' behaviour and from the RFCs, without
 * a look at src/datapath/bpf/: the judge of the parser there. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum reading {
	READ_PLAIN,	/* it is what its headers say */
	READ_ODD,	/* nobody delivers it as it is, or not everybody in the same way */
	READ_ELSEWHERE, /* a receiver would make of it something else than its headers say: a part
			   of a packet, or one on a route */
};

struct reader {
	const uint8_t *bytes;
	size_t size, at;
};

struct told {
	uint8_t src[16], dst[16]; /* IPv4: the first four */
	uint8_t protocol;
	int has_ports;
	uint16_t sport, dport;
};

/* The next @n bytes; NULL if there are not so many. */
static inline const uint8_t *reader_take(struct reader *reader, size_t n)
{
	const uint8_t *taken = reader->bytes + reader->at;

	if (reader->at > reader->size || n > reader->size - reader->at)
		return NULL;
	reader->at += n;
	return taken;
}

static inline uint16_t number16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

static inline void copy_bytes(uint8_t *to, const uint8_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = from[i];
}

/* What begins here is of this protocol, all of it that there is. */
static inline enum reading read_transport(struct reader *reader, uint8_t protocol,
					  struct told *ret_told)
{
	static const uint8_t least[256] = {[1] = 8, [6] = 20, [17] = 8, [58] = 8, [132] = 12};
	size_t left = reader->at > reader->size ? 0 : reader->size - reader->at;
	const uint8_t *ports;

	ret_told->protocol = protocol;
	ret_told->has_ports = protocol == 6 || protocol == 17 || protocol == 132;
	if (ret_told->has_ports) {
		ports = reader_take(reader, 4);
		if (!ports)
			return READ_ODD;
		ret_told->sport = number16(ports);
		ret_told->dport = number16(ports + 2);
	}
	return left < least[protocol] ? READ_ODD : READ_PLAIN;
}

static inline enum reading worse(enum reading one, enum reading other)
{
	return one > other ? one : other;
}

/* Options as ip_options_compile() goes through them. */
static inline enum reading read_options(const uint8_t *options, size_t left)
{
	while (left > 0 && options[0] != 0) {
		size_t step = 1;

		if (options[0] != 1) {
			if (left < 2 || options[1] < 2 || options[1] > left)
				return READ_ODD;
			step = options[1];
		}
		if (options[0] == 131 || options[0] == 137)
			return READ_ELSEWHERE;
		options += step;
		left -= step;
	}
	return READ_PLAIN;
}

/* A header of IPv4, options and all; the reader is behind it, and has no more than belongs to it if
 * that is @whole. */
static inline enum reading read_header4(struct reader *reader, int whole, struct told *ret_told)
{
	const uint8_t *ip = reader_take(reader, 20), *options;
	enum reading reading = READ_PLAIN;
	size_t header, total;

	if (!ip || ip[0] < 0x45 || ip[0] > 0x4f)
		return READ_ODD;
	header = ip[0] % 16 * 4u;
	total = number16(ip + 2);
	copy_bytes(ret_told->src, ip + 12, 4);
	copy_bytes(ret_told->dst, ip + 16, 4);
	ret_told->protocol = ip[9];
	if (whole) {
		if (total > reader->size || total < header)
			return READ_ODD;
		reader->size = total;
		if (number16(ip + 6) & 0x3fff)
			reading = READ_ELSEWHERE;
	} else if (number16(ip + 6) & 0x1fff) {
		reading = READ_ELSEWHERE;
	}
	options = reader_take(reader, header - 20);
	if (!options)
		return READ_ODD;
	if (whole)
		reading = worse(reading, read_options(options, header - 20));
	return worse(reading, read_transport(reader, ip[9], ret_told));
}

/* One extension of IPv6; *@ret_next: what is behind it. */
static inline enum reading read_extension(struct reader *reader, int is_first, int whole,
					  uint8_t kind, uint8_t *ret_next)
{
	const uint8_t *start = reader_take(reader, 8);
	uint16_t fragment;

	if (!start)
		return READ_ODD;
	*ret_next = start[0];
	fragment = number16(start + 2);
	if (kind == 44)
		return fragment & (whole ? 0xfff9 : 0xfff8) ? READ_ELSEWHERE : READ_PLAIN;
	if (kind == 0 && !is_first)
		return READ_ODD;
	reader->at += start[1] * 8u; /* connection tracking does not ask whether it is all there */
	if (whole && reader->at > reader->size)
		return READ_ODD;
	if (kind == 43 && start[3] > 0)
		return READ_ELSEWHERE;
	return kind == 43 && start[2] == 0 ? READ_ODD : READ_PLAIN;
}

static inline enum reading read_header6(struct reader *reader, int whole, struct told *ret_told)
{
	const uint8_t *ip = reader_take(reader, 40);
	enum reading reading = READ_PLAIN;
	size_t total;
	uint8_t next;
	int n = 0;

	if (!ip || ip[0] >> 4 != 6)
		return READ_ODD;
	total = 40 + number16(ip + 4);
	copy_bytes(ret_told->src, ip + 8, 16);
	copy_bytes(ret_told->dst, ip + 24, 16);
	if (whole && total > reader->size)
		return READ_ODD;
	if (whole)
		reader->size = total;
	for (next = ip[6]; next == 0 || next == 43 || next == 44 || next == 60; n++) {
		reading = worse(reading, read_extension(reader, n == 0, whole, next, &next));
		if (reading != READ_PLAIN)
			return reading;
	}
	reading = worse(reading, n > 8 ? READ_ODD : READ_PLAIN);
	return worse(reading, read_transport(reader, next, ret_told));
}
