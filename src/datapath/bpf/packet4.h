/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* IPv4: the header and its options. */
#pragma once

#include "packet.h"

enum {
	IP_OFFSET = 0x1fff,
	IP_OFFSET_AND_MORE = 0x3fff,
	IP_OPTIONS_MAX = 40,
	IP_OPTION_END = 0,
	IP_OPTION_NOP = 1,
	IP_OPTION_LSRR = 131,
	IP_OPTION_SSRR = 137,
};

struct ip4_header {
	uint8_t version_ihl, tos;
	uint16_t total, id, fragment;
	uint8_t ttl, protocol;
	uint16_t check;
	uint32_t src, dst;
};

/* The header at @start, up to its ports if it has them; @ret_end is where the next begins. */
static __always_inline bool parse_header4(struct bpf_dynptr *bytes, uint32_t start,
					  struct packet *packet, struct ip4_header *ret_ip,
					  uint32_t *ret_end)
{
	struct ip4_header header, *ip = bpf_dynptr_slice(bytes, start, &header, sizeof(header));

	if (!ip || ip->version_ihl >> 4 != 4 || (ip->version_ihl & 15) < 5)
		return false;
	*ret_ip = *ip;
	*ret_end = start + (ip->version_ihl & 15) * 4;
	packet->protocol = ip->protocol;
	packet->flow.from = (struct ward_ip){.lo = bpf_ntohl(ip->src), .family = WARD_FAMILY_4};
	packet->flow.to = (struct ward_ip){.lo = bpf_ntohl(ip->dst), .family = WARD_FAMILY_4};
	return parse_ports(bytes, *ret_end, packet);
}

/* Both 0 or 1, and both by arithmetic: see ward_floor(). */
static __always_inline uint64_t is_below(uint64_t number, uint64_t limit)
{
	return (number - limit) >> 63;
}

static __always_inline uint64_t is_equal(uint64_t one, uint64_t other)
{
	return ((one ^ other) - 1) >> 63;
}

/* The options of a packet, padded with anything. */
static __always_inline bool options_copy(struct bpf_dynptr *bytes, uint64_t size, uint32_t *words)
{
	for (uint64_t at = 0; at < IP_OPTIONS_MAX; at += sizeof(uint32_t)) {
		uint64_t offset = at & -is_below(at, size);
		uint32_t buffer, *word;

		word = bpf_dynptr_slice(bytes, sizeof(struct ip4_header) + offset, &buffer,
					sizeof(buffer));
		if (!word)
			return false;
		words[at / sizeof(uint32_t)] = *word;
	}
	return true;
}

/* Are the options a list, and is no source route among them?  The kernel turns such a route into
 * another destination behind our back; and what is no list might hide one.  Not inline: few packets
 * have options, and the stack is small. */
static __noinline bool options_are_harmless(struct bpf_dynptr *bytes, uint64_t size)
{
	uint32_t words[IP_OPTIONS_MAX / sizeof(uint32_t) + 1] = {};
	const uint8_t *options = (const uint8_t *)words;
	uint64_t next = 0, bad = 0;

	if (!options_copy(bytes, size, words))
		return false;
	for (uint64_t at = 0; at < IP_OPTIONS_MAX; at++) {
		uint64_t type = options[at], length = options[at + 1];
		uint64_t here = is_equal(at, next) & is_below(at, size);
		uint64_t is_end = here & is_equal(type, IP_OPTION_END);
		uint64_t is_single = is_below(type, IP_OPTION_NOP + 1);

		bad |= here & (is_equal(type, IP_OPTION_LSRR) | is_equal(type, IP_OPTION_SSRR) |
			       (is_below(length, 2) & ~is_single));
		next += -here & (is_single | (length & (is_single - 1)));
		next ^= (next ^ size) & -is_end;
		ward_opaque(next);
		ward_opaque(bad);
	}
	return !(bad | (next ^ size));
}

/* 127.0.0.0/8: of a host with itself, and never on a wire (RFC 1122).  A node that routes it, as
 * one with kube-proxy may (route_localnet), would take what comes from elsewhere for its own.  But
 * an answer to the node may look like that: it asked as this address, before it was masqueraded. */
static __always_inline bool is_inward(const struct ward_image_flow *flow)
{
	return (flow->from.lo >> 24 == 127 || flow->to.lo >> 24 == 127) && !flow->reply &&
	       flow->ifindex != WARD_LOOPBACK_IFINDEX;
}

/* False: not a packet that could be judged. */
static __always_inline bool parse4(struct sk_buff *skb, struct bpf_dynptr *bytes,
				   struct packet *packet, uint32_t *ret_end)
{
	struct ip4_header ip;
	uint32_t total;

	if (!parse_header4(bytes, 0, packet, &ip, ret_end))
		return false;
	total = bpf_ntohs(ip.total);
	if (!total && skb->len > UINT16_MAX)
		total = skb->len; /* too big to be said: segments that were put together */
	if (total > skb->len || total < *ret_end + transport_size(packet->protocol) ||
	    (*ret_end > sizeof(ip) && !options_are_harmless(bytes, *ret_end - sizeof(ip))))
		return false;
	/* reassembled before it came here, or nobody tracks connections */
	return !(ip.fragment & bpf_htons(IP_OFFSET_AND_MORE));
}

/* The packet that an ICMP error is about, which begins at @start: now @packet is that one. */
static __always_inline bool parse_inner4(struct bpf_dynptr *bytes, uint32_t start,
					 struct packet *packet)
{
	struct ip4_header ip;
	uint32_t end;

	return parse_header4(bytes, start, packet, &ip, &end) &&
	       !(ip.fragment & bpf_htons(IP_OFFSET));
}
