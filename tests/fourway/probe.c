/* SPDX-License-Identifier: Apache-2.0 */
/* The last eight bytes of a probe are a mark and its number.  An ICMP error about a probe ends with
 * them too: so the whole packet is compared. */
#include "fourway/probe.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>

enum {
	IP4_SIZE = 20,
	IP6_SIZE = 40,
	MARK = 0x57617264,
	MARK_SIZE = 8,
	HOPS = 64,
	TCP_SYN = 2,
	TCP_SYN_ACK = 18,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void put64(uint8_t *at, uint64_t value)
{
	put32(at, value >> 32);
	put32(at + 4, value);
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | at[1] << 16 | at[2] << 8 | at[3];
}

/* RFC 1071, of an even number of bytes. */
static uint32_t sum(const uint8_t *bytes, size_t size, uint32_t before)
{
	for (size_t i = 0; i < size; i += 2)
		before += bytes[i] << 8 | bytes[i + 1];
	return before;
}

static uint16_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* CRC32c (RFC 9260, appendix A), as it goes into an SCTP header. */
static uint32_t crc(const uint8_t *bytes, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78 : 0);
	}
	return __builtin_bswap32(~crc);
}

/* ---- what is carried: the size of the header, with the mark still to be put behind it ---- */

static size_t put_tcp(uint8_t *at, const struct probe *probe)
{
	put16(at, probe->sport);
	put16(at + 2, probe->dport);
	put32(at + 4, probe->id);
	if (probe->answers)
		put32(at + 8, probe->answered_id + 1 + MARK_SIZE);
	put16(at + 12, 5 << 12 | (probe->answers ? TCP_SYN_ACK : TCP_SYN));
	put16(at + 14, 1024);
	return 20;
}

static size_t put_udp(uint8_t *at, const struct probe *probe)
{
	put16(at, probe->sport);
	put16(at + 2, probe->dport);
	put16(at + 4, 8 + MARK_SIZE);
	return 8;
}

static uint32_t sctp_tag(uint32_t id)
{
	return id + 1; /* is never 0 */
}

/* An INIT chunk, or its acknowledgement; the mark is its numbers of streams and its first sequence
 * number. */
static size_t put_sctp(uint8_t *at, const struct probe *probe)
{
	put16(at, probe->sport);
	put16(at + 2, probe->dport);
	if (probe->answers)
		put32(at + 4, sctp_tag(probe->answered_id));
	at[12] = probe->answers ? SCTP_INIT_ACK : SCTP_INIT;
	put16(at + 14, 20);
	put32(at + 16, sctp_tag(probe->id));
	put32(at + 20, 65536);
	return 24;
}

static size_t put_echo(uint8_t *at, const struct probe *probe)
{
	if (probe->protocol == IPPROTO_ICMP)
		at[0] = probe->answers ? ICMP_ECHOREPLY : ICMP_ECHO;
	else
		at[0] = probe->answers ? ICMP6_ECHO_REPLY : ICMP6_ECHO_REQUEST;
	put16(at + 4, probe->answers ? probe->dport : probe->sport);
	return 8;
}

static size_t put_transport(uint8_t *at, const struct probe *probe)
{
	switch (probe->protocol) {
	case IPPROTO_TCP:
		return put_tcp(at, probe);
	case IPPROTO_UDP:
		return put_udp(at, probe);
	case IPPROTO_SCTP:
		return put_sctp(at, probe);
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return put_echo(at, probe);
	default:
		return 0;
	}
}

/* @pseudo: what of the IP header is summed too. */
static void put_checksum(uint8_t *at, size_t size, uint8_t protocol, uint32_t pseudo)
{
	switch (protocol) {
	case IPPROTO_TCP:
		put16(at + 16, folded(sum(at, size, pseudo)));
		break;
	case IPPROTO_UDP:
		put16(at + 6, folded(sum(at, size, pseudo)));
		if (!at[6] && !at[7])
			put16(at + 6, 0xffff);
		break;
	case IPPROTO_SCTP:
		put32(at + 8, crc(at, size));
		break;
	case IPPROTO_ICMP:
		put16(at + 2, folded(sum(at, size, 0)));
		break;
	case IPPROTO_ICMPV6:
		put16(at + 2, folded(sum(at, size, pseudo)));
		break;
	}
}

static size_t put_ip4(uint8_t *at, const struct probe *probe, size_t size)
{
	at[0] = 0x45;
	put16(at + 2, IP4_SIZE + size);
	at[8] = HOPS;
	at[9] = probe->protocol;
	put32(at + 12, probe->src.lo);
	put32(at + 16, probe->dst.lo);
	put16(at + 10, folded(sum(at, IP4_SIZE, 0)));
	return IP4_SIZE;
}

static size_t put_ip6(uint8_t *at, const struct probe *probe, size_t size)
{
	at[0] = 0x60;
	put16(at + 4, size);
	at[6] = probe->protocol;
	at[7] = HOPS;
	put64(at + 8, probe->src.hi);
	put64(at + 16, probe->src.lo);
	put64(at + 24, probe->dst.hi);
	put64(at + 32, probe->dst.lo);
	return IP6_SIZE;
}

void probe_build(struct probe *probe)
{
	bool six = probe->src.family == WARD_FAMILY_6;
	uint8_t *transport = probe->bytes + (six ? IP6_SIZE : IP4_SIZE);
	size_t start, size;

	memset(probe->bytes, 0, sizeof(probe->bytes));
	size = put_transport(transport, probe);
	put32(transport + size, MARK);
	put32(transport + size + 4, probe->id);
	size += MARK_SIZE;
	start = six ? put_ip6(probe->bytes, probe, size) : put_ip4(probe->bytes, probe, size);
	probe->size = start + size;
	put_checksum(transport, size, probe->protocol,
		     sum(six ? probe->bytes + 8 : probe->bytes + 12, six ? 32 : 8,
			 size + probe->protocol));
}

void probe_answer(const struct probe *probe, uint32_t id, struct probe *ret_answer)
{
	*ret_answer = (struct probe){
		.src = probe->dst,
		.dst = probe->src,
		.protocol = probe->protocol,
		.sport = probe->dport,
		.dport = probe->sport,
		.id = id,
		.answers = true,
		.answered_id = probe->id,
	};
	probe_build(ret_answer);
}

bool probe_id_of(const uint8_t *bytes, size_t size, uint32_t *ret_id)
{
	if (size < IP4_SIZE + MARK_SIZE || get32(bytes + size - MARK_SIZE) != MARK)
		return false;
	*ret_id = get32(bytes + size - 4);
	return true;
}

/* Hops change and with them the checksum of IPv4; and an identification may be put in. */
bool probe_is(const struct probe *probe, const uint8_t *bytes, size_t size)
{
	uint8_t copy[PROBE_MAX];

	if (size != probe->size)
		return false;
	memcpy(copy, bytes, size);
	if (probe->src.family == WARD_FAMILY_6) {
		copy[7] = HOPS;
	} else {
		copy[8] = HOPS;
		memcpy(copy + 4, probe->bytes + 4, 2);
		memcpy(copy + 10, probe->bytes + 10, 2);
	}
	return memcmp(copy, probe->bytes, size) == 0;
}
