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

struct packet {
	uint8_t bytes[PACKET_MAX];
	uint32_t size;
	uint8_t family; /* whose hook it comes to */
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

/* A whole IPv4 packet: @options bytes (a multiple of 4) of IP options, then the smallest header of
 * the protocol with these ports; room for them is filled with @filler. */
static inline struct packet packet4(uint32_t src, uint32_t dst, uint8_t protocol, uint16_t sport,
				    uint16_t dport, uint32_t options, uint8_t filler)
{
	uint32_t start = 20 + options;
	struct packet packet = {.size = start + 20, .family = PACKET_IPV4};
	uint8_t *ip = packet.bytes;

	memset(ip, filler, sizeof(packet.bytes));
	memset(ip, 0, 20);
	ip[0] = 0x40 | start / 4;
	put16(ip + 2, packet.size);
	ip[8] = 64;
	ip[9] = protocol;
	put32(ip + 12, src);
	put32(ip + 16, dst);
	put16(ip + start, sport);
	put16(ip + start + 2, dport);
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
	struct packet packet = {.size = 60, .family = PACKET_IPV6};
	uint8_t *ip = packet.bytes;

	ip[0] = 0x60;
	put16(ip + 4, packet.size - 40);
	ip[6] = protocol;
	ip[7] = 64;
	put64(ip + 8, src.hi);
	put64(ip + 16, src.lo);
	put64(ip + 24, dst.hi);
	put64(ip + 32, dst.lo);
	put16(ip + 40, sport);
	put16(ip + 42, dport);
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
	put16(packet->bytes + 4, packet->size - 40);
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
