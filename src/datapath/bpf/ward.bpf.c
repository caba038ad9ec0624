// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* The program that judges every packet of a node.
 *
 * It runs at netfilter PREROUTING, priority -99: after connection tracking (-200), which also
 * reassembles, and after the translation of Service addresses (-100), before routing.  So it sees
 * who really talks to whom, in both directions, and the connection state tells which packet opens
 * a flow, which belongs to one, and which is a reply.  Each packet is judged by the policy of now:
 * a permission that goes away cuts a live connection at its next packet.
 *
 * A packet is parsed into a struct ward_flow4, turned round if it is a reply, and given to
 * ward_walk4(), which reads the image.  An ICMP error stands for a packet of the flow that it is
 * about, whose beginning it carries: that is what is parsed.  What cannot be parsed is dropped;
 * everything that is not "accept" in one place, ward_judge_packet(), is a silent drop.
 *
 * IPv6 is closed in this version: neighbour discovery (A10.10) and the node's own loopback pass,
 * everything else is dropped and counted, so that no policy can be by-passed by the other family
 * (A13.2). */
#include "kernel.h"

#include <bpf/bpf_endian.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "base/ip.h"
#include "image/lookup.h"
#include "wire.h"

/* Written by the loader; the verifier then knows them as constants. */
const volatile uint32_t ward_n_buckets, ward_n_lines;
const volatile bool ward_report_every; /* packet, not only the first of a flow: for tests */

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(uint32_t));
	__uint(value_size, 4096); /* set when loaded */
} ward_image SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} ward_flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WARD_N_COUNT);
	__type(key, uint32_t);
	__type(value, uint64_t);
} ward_counters SEC(".maps");

/* A parsed packet. */
struct packet {
	uint64_t src[2], dst[2];
	uint16_t sport, dport;
	uint8_t family, protocol;
	bool opens; /* the first packet of its flow */
};

struct ip4_header {
	uint8_t version_ihl, tos;
	uint16_t total, id, fragment;
	uint8_t ttl, protocol;
	uint16_t check;
	uint32_t src, dst;
};

struct ip6_header {
	uint32_t version_class_flow;
	uint16_t length;
	uint8_t next, hops;
	uint64_t src[2], dst[2];
};

static __always_inline void count(uint32_t slot)
{
	uint64_t *counter = bpf_map_lookup_elem(&ward_counters, &slot);

	if (counter)
		++*counter;
}

/* The image, with the view of this moment: loaded once, and all further addresses contain it. */
static __always_inline bool image_open(struct ward_image *image)
{
	uint32_t zero = 0;
	char *base = bpf_map_lookup_elem(&ward_image, &zero);
	uint64_t head;

	if (!base)
		return false;
	head = *(volatile uint64_t *)(base + __builtin_offsetof(struct ward_image_head, head));
	head &= WARD_N_VIEWS - 1;
	ward_opaque(head);
	*image = (struct ward_image){
		.base = base,
		.n_buckets = ward_n_buckets,
		.n_lines = ward_n_lines,
		.view = head,
	};
	return true;
}

/* The smallest header of a protocol; ports are its first two words where there are ports. */
static __always_inline uint32_t transport_size(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return 20;
	case IPPROTO_SCTP:
		return 12;
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
		return 8;
	default:
		return 0;
	}
}

static __always_inline uint32_t section_of(uint8_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return WARD_TCP;
	case IPPROTO_UDP:
		return WARD_UDP;
	case IPPROTO_SCTP:
		return WARD_SCTP;
	default:
		return WARD_OTHER;
	}
}

/* The header at @start, up to its ports if it has them; @ret_end is where the next begins. */
static __always_inline bool parse_header4(struct bpf_dynptr *bytes, uint32_t start,
					  struct packet *packet, struct ip4_header *ret_ip,
					  uint32_t *ret_end)
{
	struct ip4_header header, *ip = bpf_dynptr_slice(bytes, start, &header, sizeof(header));
	uint16_t ports[2], *found;

	if (!ip || ip->version_ihl >> 4 != 4 || (ip->version_ihl & 15) < 5)
		return false;
	*ret_ip = *ip;
	*ret_end = start + (ip->version_ihl & 15) * 4;
	packet->family = WARD_FAMILY_4;
	packet->protocol = ip->protocol;
	packet->src[1] = bpf_ntohl(ip->src);
	packet->dst[1] = bpf_ntohl(ip->dst);
	if (section_of(packet->protocol) == WARD_OTHER)
		return true;
	found = bpf_dynptr_slice(bytes, *ret_end, ports, sizeof(ports));
	if (!found)
		return false;
	packet->sport = bpf_ntohs(found[0]);
	packet->dport = bpf_ntohs(found[1]);
	return true;
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
 * another destination behind our back; and what is no list might hide one. */
static __always_inline bool options_are_harmless(struct bpf_dynptr *bytes, uint64_t size)
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

/* False: not a packet that could be judged. */
static __always_inline bool parse4(struct sk_buff *skb, struct bpf_dynptr *bytes,
				   struct packet *packet, uint32_t *ret_end)
{
	struct ip4_header ip;
	uint32_t total;

	if (bpf_dynptr_from_skb(skb, 0, bytes) || !parse_header4(bytes, 0, packet, &ip, ret_end))
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

/* The packet that an ICMP error at @start is about: now @packet is that one. */
static __always_inline bool parse_inner4(struct bpf_dynptr *bytes, uint32_t start,
					 struct packet *packet)
{
	struct ip4_header ip;
	uint32_t end;

	packet->sport = packet->dport = 0;
	return parse_header4(bytes, start + ICMP_SIZE, packet, &ip, &end) &&
	       !(ip.fragment & bpf_htons(IP_OFFSET));
}

static __always_inline void turn_round(struct packet *packet)
{
	uint64_t address = packet->src[1];
	uint16_t port = packet->sport;

	packet->src[1] = packet->dst[1];
	packet->dst[1] = address;
	packet->sport = packet->dport;
	packet->dport = port;
}

/* Nobody has seen a packet of this flow go through.  Without a connection there is no telling. */
static __always_inline bool is_first(unsigned long nfct)
{
	const struct nf_conn *conn = (const void *)(nfct & ~(unsigned long)CT_INFO_MASK);

	uint32_t state = nfct & CT_INFO_MASK;

	if (!conn || (state != CT_NEW && state != CT_RELATED))
		return false;
	return !(BPF_CORE_READ(conn, status) & CT_CONFIRMED);
}

static __always_inline uint32_t came_from(const struct bpf_nf_ctx *ctx)
{
	if (ctx->skb->pkt_type == PACKET_LOOPBACK)
		return WARD_LOOPBACK_IFINDEX; /* the node's own multicast, heard by itself */
	return ctx->skb->dev->ifindex;	      /* is state->in, which test runs leave out */
}

static __always_inline void judge4(const struct bpf_nf_ctx *ctx, const struct ward_image *image,
				   struct packet *packet, struct ward_image_verdict *verdict)
{
	unsigned long nfct = ctx->skb->_nfct;
	/* Without a connection (untracked, invalid) the low bits mean nothing: as new. */
	uint32_t state = nfct & ~(unsigned long)CT_INFO_MASK ? nfct & CT_INFO_MASK : CT_NEW;
	struct ward_flow4 flow = {.ifindex = came_from(ctx)};
	struct bpf_dynptr bytes;
	uint32_t end;
	bool is_error;

	verdict->outcome = WARD_OUTCOME_MALFORMED;
	if (!parse4(ctx->skb, &bytes, packet, &end))
		return;
	packet->opens = ward_report_every || is_first(nfct);
	flow.sender = packet->src[1];
	flow.reply = state == CT_REPLY || state == CT_RELATED_REPLY;
	is_error = packet->protocol == IPPROTO_ICMP &&
		   (state == CT_RELATED || state == CT_RELATED_REPLY);
	if (is_error && !parse_inner4(&bytes, end, packet))
		return;
	if (flow.reply != is_error) /* what an error is about went the other way */
		turn_round(packet);
	flow.from = packet->src[1];
	flow.to = packet->dst[1];
	flow.proto = section_of(packet->protocol);
	flow.port = packet->dport;
	ward_walk4(image, &flow, verdict);
}

/* fe80::/10 or ff02::/16: no router passes it on. */
static __always_inline bool is_of_the_link(uint64_t address_hi)
{
	return address_hi >> 54 == 0xfe80 >> 6 || address_hi >> 48 == 0xff02;
}

/* Neighbour discovery, straight behind the fixed header: from this link and for this link, or it
 * would be a way from pod to pod. */
static __always_inline bool is_discovery(struct bpf_dynptr *bytes, const struct ip6_header *ip)
{
	uint8_t buffer, *type;

	if (ip->next != IPPROTO_ICMPV6 || ip->hops != ND_HOPS ||
	    !is_of_the_link(bpf_be64_to_cpu(ip->dst[0])))
		return false;
	type = bpf_dynptr_slice(bytes, sizeof(*ip), &buffer, sizeof(buffer));
	return type && *type >= ND_ROUTER_SOLICIT && *type <= ND_REDIRECT;
}

static __always_inline void judge6(const struct bpf_nf_ctx *ctx, struct packet *packet,
				   struct ward_image_verdict *verdict)
{
	struct ip6_header header, *ip;
	struct bpf_dynptr bytes;

	verdict->outcome = WARD_OUTCOME_MALFORMED;
	if (bpf_dynptr_from_skb(ctx->skb, 0, &bytes))
		return;
	ip = bpf_dynptr_slice(&bytes, 0, &header, sizeof(header));
	if (!ip)
		return;
	packet->family = WARD_FAMILY_6;
	packet->protocol = ip->next;
	packet->src[0] = bpf_be64_to_cpu(ip->src[0]);
	packet->src[1] = bpf_be64_to_cpu(ip->src[1]);
	packet->dst[0] = bpf_be64_to_cpu(ip->dst[0]);
	packet->dst[1] = bpf_be64_to_cpu(ip->dst[1]);
	verdict->outcome = WARD_OUTCOME_UNSUPPORTED;
	verdict->accept = is_discovery(&bytes, ip) || came_from(ctx) == WARD_LOOPBACK_IFINDEX;
}

static __always_inline void report(const struct ward_image *image, const struct packet *packet,
				   const struct ward_image_verdict *verdict)
{
	struct ward_wire_event *event = bpf_ringbuf_reserve(&ward_flows, sizeof(*event), 0);

	if (!event) {
		count(WARD_COUNT_LOST);
		return;
	}
	*event = (struct ward_wire_event){
		.time_ns = bpf_ktime_get_ns(),
		.version = ward_root(image)->version,
		.src = {packet->src[0], packet->src[1]},
		.dst = {packet->dst[0], packet->dst[1]},
		.decision = {verdict->decision[0], verdict->decision[1]},
		.sport = packet->sport,
		.dport = packet->dport,
		.family = packet->family,
		.protocol = packet->protocol,
		.accept = verdict->accept,
		.outcome = verdict->outcome,
	};
	bpf_ringbuf_submit(event, 0);
}

SEC("?netfilter") /* the loader sets the type by number: libbpf 1.1 does not know it */
int ward_prerouting(struct bpf_nf_ctx *ctx)
{
	struct ward_image_verdict verdict = {
		.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED},
	};
	struct packet packet = {};
	struct ward_image image;

	if (!image_open(&image))
		return NF_DROP;
	if (ctx->state->pf == NFPROTO_IPV4)
		judge4(ctx, &image, &packet, &verdict);
	else
		judge6(ctx, &packet, &verdict);
	count(verdict.accept ? WARD_COUNT_ACCEPTED : WARD_COUNT_REFUSED + verdict.outcome);
	if (!verdict.accept || packet.opens)
		report(&image, &packet, &verdict);
	return verdict.accept ? NF_ACCEPT : NF_DROP;
}

char ward_license[] SEC("license") = "Dual BSD/GPL";
