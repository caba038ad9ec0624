/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* IPv6: the header, its extensions, and what neighbours say to each other. */
#pragma once

#include "packet.h"

enum {
	IP6_EXTENSIONS_MAX = 8,
	IP6_OFFSET = 0xfff8,
	IP6_OFFSET_AND_MORE = 0xfff9,
	ND_ROUTER_SOLICIT = 133,
	ND_ROUTER_ADVERT = 134,
	ND_REDIRECT = 137,
	ND_HOPS = 255, /* nobody can have passed it on */
	MLD_QUERY = 130,
	MLD_DONE = 132,
	MLD2_REPORT = 143,
	MLD_HOPS = 1, /* nobody will pass it on */
};

struct ip6_header {
	uint32_t version_class_flow;
	uint16_t length;
	uint8_t next, hops;
	uint64_t src[2], dst[2];
};

/* The first eight bytes of any: that is what each has at least. */
struct ip6_extension {
	uint8_t next, length; /* in units of 8 bytes, without the first */
	union {
		struct {
			uint8_t type, segments_left;
		} routing;
		uint16_t fragment;
	};
	uint32_t rest;
};

/* Hop-by-hop options, a routing header, a fragment header, destination options.  Others are
 * protocols to us: what is behind them is nothing that a rule could ask for. */
static __always_inline bool is_extension(uint8_t next)
{
	const uint64_t all = UINT64_C(1) << IPPROTO_HOPOPTS | UINT64_C(1) << IPPROTO_ROUTING |
			     UINT64_C(1) << IPPROTO_FRAGMENT | UINT64_C(1) << IPPROTO_DSTOPTS;

	return next < 64 && all >> next & 1;
}

/* Hop-by-hop options come first or not at all.  A route that is not at its end makes another
 * destination of this one behind our back, and type 0 is never spoken (RFC 5095).  A fragment has
 * no ports but in its first; @fragment: the bits that must not be set. */
static __always_inline bool extension_is_harmless(const struct ip6_extension *extension,
						  uint8_t kind, bool is_first, uint16_t fragment)
{
	switch (kind) {
	case IPPROTO_HOPOPTS:
		return is_first;
	case IPPROTO_ROUTING:
		return extension->routing.type && !extension->routing.segments_left;
	case IPPROTO_FRAGMENT:
		return !(extension->fragment & bpf_htons(fragment));
	default:
		return true;
	}
}

/* From the first header behind the fixed one to the first that is no extension. */
static __always_inline bool skip_extensions(struct bpf_dynptr *bytes, uint16_t fragment,
					    uint8_t *next, uint32_t *end)
{
	for (int i = 0; i < IP6_EXTENSIONS_MAX && is_extension(*next); i++) {
		struct ip6_extension buffer, *extension;
		uint8_t kind = *next;

		extension = bpf_dynptr_slice(bytes, *end, &buffer, sizeof(buffer));
		if (!extension || !extension_is_harmless(extension, kind, i == 0, fragment))
			return false;
		*next = extension->next;
		*end += 8 + (kind == IPPROTO_FRAGMENT ? 0 : extension->length * 8);
	}
	return !is_extension(*next);
}

static __always_inline struct ward_ip ip6(const uint64_t address[2])
{
	return (struct ward_ip){
		.hi = bpf_be64_to_cpu(address[0]),
		.lo = bpf_be64_to_cpu(address[1]),
		.family = WARD_FAMILY_6,
	};
}

/* The header at @start and its extensions, up to its ports if it has them; @ret_end is where the
 * next begins. */
static __always_inline bool parse_header6(struct bpf_dynptr *bytes, uint32_t start,
					  uint16_t fragment, struct packet *packet,
					  struct ip6_header *ret_ip, uint32_t *ret_end)
{
	struct ip6_header header, *ip = bpf_dynptr_slice(bytes, start, &header, sizeof(header));
	uint32_t end = start + sizeof(header);
	uint8_t next;

	if (!ip || (bpf_ntohl(ip->version_class_flow) >> 28) != 6)
		return false;
	*ret_ip = *ip;
	packet->flow.from = ip6(ip->src);
	packet->flow.to = ip6(ip->dst);
	next = ip->next;
	if (!skip_extensions(bytes, fragment, &next, &end))
		return false;
	packet->protocol = next;
	*ret_end = end;
	return parse_ports(bytes, end, packet);
}

/* ::ffff:0:0/96: an IPv4 address in IPv6 clothes, which nobody may wear in a header. */
static __always_inline bool is_mapped(struct ward_ip ip)
{
	return !ip.hi && ip.lo >> 32 == 0xffff;
}

/* False: not a packet that could be judged. */
static __always_inline bool parse6(struct sk_buff *skb, struct bpf_dynptr *bytes,
				   struct packet *packet, struct ip6_header *ret_ip,
				   uint32_t *ret_end)
{
	uint32_t total;

	/* reassembled before it came here, or nobody tracks connections */
	if (!parse_header6(bytes, 0, IP6_OFFSET_AND_MORE, packet, ret_ip, ret_end) ||
	    is_mapped(packet->flow.from) || is_mapped(packet->flow.to))
		return false;
	total = sizeof(*ret_ip) + bpf_ntohs(ret_ip->length);
	if (!ret_ip->length && skb->len > sizeof(*ret_ip) + UINT16_MAX)
		total = skb->len; /* too big to be said: segments that were put together */
	return total <= skb->len && total >= *ret_end + transport_size(packet->protocol);
}

/* The packet that an ICMP error is about, which begins at @start: now @packet is that one. */
static __always_inline bool parse_inner6(struct bpf_dynptr *bytes, uint32_t start,
					 struct packet *packet)
{
	struct ip6_header ip;
	uint32_t end;

	return parse_header6(bytes, start, IP6_OFFSET, packet, &ip, &end);
}

/* fe80::/10 or ff02::/16: no router passes it on. */
static __always_inline bool is_of_the_link(struct ward_ip ip)
{
	return ip.hi >> 54 == 0xfe80 >> 6 || ip.hi >> 48 == 0xff02;
}

/* Neighbour discovery, straight behind the fixed header and from a neighbour. */
static __always_inline bool is_discovery(const struct ip6_header *ip, uint32_t end, uint8_t type)
{
	return ip->hops == ND_HOPS && end == sizeof(*ip) && type >= ND_ROUTER_SOLICIT &&
	       type <= ND_REDIRECT;
}

/* What only a router says: from anybody else it would make routes at whoever hears it. */
static __always_inline bool is_of_a_router(uint8_t type)
{
	return type == ND_ROUTER_ADVERT || type == ND_REDIRECT;
}

/* Which groups of the link somebody listens to: without it he may not be heard of, nor hear. */
static __always_inline bool is_listening(const struct ip6_header *ip, struct ward_ip dst,
					 uint8_t type)
{
	return ip->hops == MLD_HOPS && dst.hi >> 48 == 0xff02 &&
	       ((type >= MLD_QUERY && type <= MLD_DONE) || type == MLD2_REPORT);
}
