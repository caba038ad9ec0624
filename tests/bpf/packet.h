/* SPDX-License-Identifier: Apache-2.0 */
/* Packets as bytes, and the program run on them in the kernel (BPF_PROG_TEST_RUN).
 *
 * Such a packet has no connection state and comes in through the loopback device, ifindex 1. */
#pragma once

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <bpf/bpf.h>

#include "base/alloc.h"
#include "base/ip.h"

enum {
	PACKET_MAX = 256,
	PACKET_IPV4 = 2, /* NFPROTO_IPV4 */
	PACKET_IPV6 = 10,
};

/* What packet_seal() leaves wrong. */
enum {
	BAD_HEADER_SUM = 1,
	BAD_TRANSPORT_SUM = 2,
};

struct packet {
	uint8_t bytes[PACKET_MAX];
	uint32_t size;
	uint8_t family; /* whose hook it comes to */
	uint8_t protocol, bad_sums;
	uint16_t transport; /* where the protocol's header begins */
};

static inline void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static inline void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* The smallest header that a receiver would take: a SYN, a datagram without data. */
static inline void put_transport(struct packet *packet, uint8_t protocol, uint16_t sport,
				 uint16_t dport)
{
	uint8_t *at = packet->bytes + packet->transport;

	packet->protocol = protocol;
	put16(at, sport);
	put16(at + 2, dport);
	if (protocol == IPPROTO_TCP)
		put32(at + 12, 0x50020400);
	if (protocol == IPPROTO_UDP)
		put16(at + 4, packet->size - packet->transport);
}

/* A whole IPv4 packet: @options bytes (a multiple of 4) of IP options, then the smallest header of
 * the protocol with these ports; room for them is filled with @filler. */
static inline struct packet packet4(uint32_t src, uint32_t dst, uint8_t protocol, uint16_t sport,
				    uint16_t dport, uint32_t options, uint8_t filler)
{
	uint32_t start = 20 + options;
	struct packet packet = {.size = start + 20, .family = PACKET_IPV4, .transport = start};
	uint8_t *ip = packet.bytes;

	memset(ip, filler, sizeof(packet.bytes));
	memset(ip, 0, 20);
	memset(ip + start, 0, 20);
	ip[0] = 0x40 | start / 4;
	put16(ip + 2, packet.size);
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	put_transport(&packet, protocol, sport, dport);
	return packet;
}

static inline void put64(uint8_t *at, uint64_t value)
{
	put32(at, value >> 32);
	put32(at + 4, value);
}

/* A whole IPv6 packet without extensions, with the smallest header of the protocol. */
static inline struct packet packet6(struct ward_ip src, struct ward_ip dst, uint8_t protocol,
				    uint16_t sport, uint16_t dport)
{
	struct packet packet = {.size = 60, .family = PACKET_IPV6, .transport = 40};
	uint8_t *ip = packet.bytes;

	ip[0] = 0x60;
	put16(ip + 4, packet.size - 40);
	ip[6] = protocol;
	ip[7] = 64;
	put64(ip + 8, src.hi);
	put64(ip + 16, src.lo);
	put64(ip + 24, dst.hi);
	put64(ip + 32, dst.lo);
	put_transport(&packet, protocol, sport, dport);
	return packet;
}

static inline struct packet packet_of(struct ward_ip src, struct ward_ip dst, uint8_t protocol,
				      uint16_t sport, uint16_t dport)
{
	if (src.family == WARD_FAMILY_4)
		return packet4(src.lo, dst.lo, protocol, sport, dport, 0, 0);
	return packet6(src, dst, protocol, sport, dport);
}

/* Puts an extension of IPv6 in front of all others: @size bytes, a multiple of 8, of which the
 * first two are filled in. */
static inline void packet_extend(struct packet *packet, uint8_t kind, const void *extension,
				 uint32_t size)
{
	uint8_t *at = packet->bytes + 40;

	memmove(at + size, at, PACKET_MAX - 40 - size);
	memcpy(at, extension, size);
	at[0] = packet->bytes[6];
	at[1] = size / 8 - 1;
	packet->bytes[6] = kind;
	packet->size += size;
	packet->transport += size;
	put16(packet->bytes + 4, packet->size - 40);
}

static inline uint32_t sum_of(const uint8_t *bytes, uint32_t size)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < size; i++)
		sum += i % 2 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static inline uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	return sum ^ UINT16_MAX;
}

/* Where a protocol has its sum; 0: it has none, or one that nobody asks for. */
static inline uint32_t sum_at(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 16;
	case IPPROTO_UDP:
		return 6;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return 2;
	default:
		return 0;
	}
}

/* CRC32c, the sum of SCTP. */
static inline uint32_t crc32c(const uint8_t *bytes, uint32_t size)
{
	uint32_t crc = UINT32_MAX;

	for (uint32_t i = 0; i < size * 8; i++) {
		uint32_t bit = (crc ^ bytes[i / 8] >> i % 8) & 1;

		crc = crc >> 1 ^ (bit ? 0x82f63b78 : 0);
	}
	return ~crc;
}

static inline void sctp_seal(uint8_t *at, uint32_t size)
{
	uint32_t crc;

	if (size < 12)
		return;
	put32(at + 8, 0);
	crc = crc32c(at, size);
	for (int i = 0; i < 4; i++)
		at[8 + i] = crc >> 8 * i;
}

/* The sum of what is behind the header of IP, up to where that says it ends. */
static inline void transport_seal(struct packet *packet)
{
	uint8_t *ip = packet->bytes, *at = ip + packet->transport;
	uint32_t claimed =
		packet->family == PACKET_IPV4 ? ip[2] << 8 | ip[3] : 40 + (ip[4] << 8 | ip[5]);
	uint32_t end = claimed < packet->size ? claimed : packet->size;
	uint32_t place = sum_at(packet->protocol), sum;

	if (packet->protocol == IPPROTO_SCTP && end > packet->transport)
		sctp_seal(at, end - packet->transport);
	if (!place || end < packet->transport + place + 2)
		return;
	put16(at + place, 0);
	sum = sum_of(at, end - packet->transport);
	if (packet->protocol != IPPROTO_ICMP) {
		sum += packet->protocol + (end - packet->transport);
		sum += packet->family == PACKET_IPV4 ? sum_of(ip + 12, 8) : sum_of(ip + 8, 32);
	}
	put16(at + place, sum_fold(sum) ? sum_fold(sum) : UINT16_MAX);
	if (packet->bad_sums & BAD_TRANSPORT_SUM)
		at[place] ^= 0x55;
}

/* Fills in the sums, as far as the packet has room for what they are of. */
static inline void packet_seal(struct packet *packet)
{
	uint32_t header = (packet->bytes[0] & 15) * 4;

	transport_seal(packet);
	if (packet->family != PACKET_IPV4 || header < 20 || header > packet->size)
		return;
	put16(packet->bytes + 10, 0);
	put16(packet->bytes + 10, sum_fold(sum_of(packet->bytes, header)));
	if (packet->bad_sums & BAD_HEADER_SUM)
		packet->bytes[10] ^= 0x55;
}

/* What user space may say of struct nf_hook_state. */
struct packet_hook {
	uint8_t hook, pf;
	uint8_t pad[6];
	uint64_t pointers[5];
};

/* 1: let through, 0: dropped; -errno.  The kernel wants an Ethernet header and takes it off.
 * @ret_ns: how long each of @repeat runs took, on average. */
static inline int packet_run(int program_fd, const struct packet *packet, uint32_t repeat,
			     uint32_t *ret_ns)
{
	uint8_t frame[ETH_HLEN + PACKET_MAX] = {};
	struct packet_hook hook = {.pf = packet->family};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame,
		    .data_size_in = ETH_HLEN + packet->size, .ctx_in = &hook,
		    .ctx_size_in = sizeof(hook), .repeat = repeat);
	int r;

	put16(frame + 12, packet->family == PACKET_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	memcpy(frame + ETH_HLEN, packet->bytes, packet->size);
	r = bpf_prog_test_run_opts(program_fd, &opts);
	*ret_ns = opts.duration;
	return r < 0 ? r : (int)opts.retval;
}

static inline int packet_judge(int program_fd, const struct packet *packet)
{
	uint32_t ns;

	return packet_run(program_fd, packet, 1, &ns);
}
