// SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause
/* What a pod may send to the bridge that it shares with other pods of its node.
 *
 * The program that judges packets sees what a bridge passes on (br_netfilter), and at which port it
 * came in.  It does not see what is no IP, nor to whom on the bridge a frame goes.  So at the port
 * of each pod, before the bridge sees a frame, this makes sure that
 *
 *	- it comes from the pod's own link address, so that the bridge learns nothing wrong;
 *	- it is ARP, IPv4 or IPv6, without a VLAN tag: all else would be passed on unjudged;
 *	- ARP and neighbour discovery claim the pod's own addresses only, and nobody advertises
 *	  routers;
 *	- a packet has the pod's address, and goes to one receiver: to the node, which routes it, or
 *	  to a pod of the bridge by the address that it has.  Otherwise it would be judged as to one
 *	  and heard by another.
 *
 * What is true goes on to the next program, what is not is dropped and counted. */
#include "kernel.h"

#include <bpf/bpf_endian.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "packet6.h"
#include "wire.h"

enum {
	TCX_NEXT = -1,
	TCX_DROP = 2,
	ARP_ETHERNET = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	ND_SOLICIT = 135,
	ND_ADVERT = 136,
	MLD_REPORT = 131,
};

/* By link address. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WARD_STATIONS_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, uint64_t);
	__type(value, struct ward_wire_station);
} ward_stations SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, WARD_N_FRAME);
	__type(key, uint32_t);
	__type(value, uint64_t);
} ward_frames SEC(".maps");

struct arp {
	uint16_t hardware, protocol;
	uint8_t hardware_size, protocol_size;
	uint16_t operation;
	uint8_t sender_mac[6], sender[4], target_mac[6], target[4];
};

struct ip4_addresses {
	uint32_t src, dst;
};

/* Behind the fixed header. */
struct discovery {
	uint8_t type, code;
	uint16_t check;
	uint32_t flags;
	uint64_t target[2];
};

static __always_inline uint64_t mac_key(const uint8_t *mac)
{
	uint64_t key = 0;

	__builtin_memcpy(&key, mac, ETH_ALEN);
	return key;
}

static __always_inline bool is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

static __always_inline enum ward_frame arp_check(struct __sk_buff *skb,
						 const struct ward_wire_station *own, uint64_t mac)
{
	uint32_t sender;
	struct arp arp;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &arp, sizeof(arp)) ||
	    arp.hardware != bpf_htons(ARP_ETHERNET) || arp.protocol != bpf_htons(ETH_P_IP) ||
	    arp.hardware_size != ETH_ALEN || arp.protocol_size != sizeof(sender))
		return WARD_FRAME_KIND;
	__builtin_memcpy(&sender, arp.sender, sizeof(sender));
	if (mac_key(arp.sender_mac) != mac)
		return WARD_FRAME_SPOOFED;
	if (arp.operation == bpf_htons(ARP_REQUEST))
		return !sender || sender == own->ip4 ? WARD_FRAME_TRUE : WARD_FRAME_SPOOFED;
	if (arp.operation == bpf_htons(ARP_REPLY))
		return sender == own->ip4 ? WARD_FRAME_TRUE : WARD_FRAME_SPOOFED;
	return WARD_FRAME_KIND;
}

static __always_inline enum ward_frame packet4_check(struct __sk_buff *skb,
						     const struct ward_wire_station *own,
						     const struct ward_wire_station *to)
{
	struct ip4_addresses ip;

	if (bpf_skb_load_bytes(skb, ETH_HLEN + 12, &ip, sizeof(ip)))
		return WARD_FRAME_KIND;
	if (!own->ip4 || ip.src != own->ip4)
		return WARD_FRAME_SPOOFED;
	if (!to || (!to->is_router && to->ip4 != ip.dst) || bpf_ntohl(ip.dst) >= 0xe0000000)
		return WARD_FRAME_ASTRAY;
	return WARD_FRAME_TRUE;
}

static __always_inline bool is_same(const uint64_t *a, const uint64_t *b)
{
	return a[0] == b[0] && a[1] == b[1];
}

/* The address of the link that is made of the link address (RFC 4291). */
static __always_inline bool is_of_link(const uint64_t *ip, uint64_t key)
{
	const uint8_t *mac = (const uint8_t *)&key;
	uint8_t id[8] = {mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]};
	uint64_t low;

	__builtin_memcpy(&low, id, sizeof(low));
	return ip[0] == bpf_cpu_to_be64(UINT64_C(0xfe80) << 48) && ip[1] == low;
}

/* What neighbours and only neighbours say: who asks has his own address or, not yet sure of it,
 * none; who answers speaks of his own. */
static __always_inline enum ward_frame discovery_check(struct __sk_buff *skb,
						       const struct ip6_header *ip,
						       const struct ward_wire_station *own,
						       uint64_t mac, uint8_t type)
{
	bool is_own = is_same(ip->src, own->ip6) || is_of_link(ip->src, mac);
	struct discovery nd;

	if (ip->hops != ND_HOPS)
		return WARD_FRAME_KIND;
	switch (type) {
	case ND_ROUTER_SOLICIT:
	case ND_SOLICIT:
		return is_own || !(ip->src[0] | ip->src[1]) ? WARD_FRAME_TRUE : WARD_FRAME_SPOOFED;
	case ND_ADVERT:
		if (bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(*ip), &nd, sizeof(nd)))
			return WARD_FRAME_KIND;
		return is_own && (is_same(nd.target, own->ip6) || is_of_link(nd.target, mac))
			       ? WARD_FRAME_TRUE
			       : WARD_FRAME_SPOOFED;
	default:
		return WARD_FRAME_KIND; /* routers and redirections are not for pods to announce */
	}
}

/* A report to the routers of the link, which comes with hop-by-hop options: these, and no more. */
static __always_inline bool is_report(struct __sk_buff *skb, const struct ip6_header *ip,
				      uint64_t mac)
{
	struct {
		struct ip6_extension options;
		uint8_t type;
	} head;

	if (ip->next != IPPROTO_HOPOPTS || ip->hops != MLD_HOPS ||
	    bpf_be64_to_cpu(ip->dst[0]) >> 48 != 0xff02 ||
	    (!is_of_link(ip->src, mac) && (ip->src[0] | ip->src[1])) ||
	    bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(*ip), &head, 9))
		return false;
	return head.options.next == IPPROTO_ICMPV6 && !head.options.length &&
	       (head.type == MLD_REPORT || head.type == MLD_DONE || head.type == MLD2_REPORT);
}

/* Is there what only neighbours may say behind extension headers?  Then it would be heard. */
static __always_inline bool is_hidden(struct __sk_buff *skb, const struct ip6_header *ip)
{
	uint32_t end = ETH_HLEN + sizeof(*ip);
	uint8_t next = ip->next, type;

	for (int i = 0; i < IP6_EXTENSIONS_MAX && is_extension(next); i++) {
		struct ip6_extension extension;

		if (next == IPPROTO_FRAGMENT) /* nobody listens to it in pieces (RFC 6980) */
			return false;
		if (bpf_skb_load_bytes(skb, end, &extension, sizeof(extension)))
			return true;
		next = extension.next;
		end += 8 + extension.length * 8;
	}
	if (next != IPPROTO_ICMPV6)
		return is_extension(next);
	return bpf_skb_load_bytes(skb, end, &type, sizeof(type)) ||
	       (type >= MLD_QUERY && type <= ND_REDIRECT) || type == MLD2_REPORT;
}

static __always_inline enum ward_frame packet6_check(struct __sk_buff *skb,
						     const struct ward_wire_station *own,
						     const struct ward_wire_station *to,
						     uint64_t mac)
{
	struct ip6_header ip;
	uint8_t type = 0;

	if (bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)))
		return WARD_FRAME_KIND;
	if (ip.next == IPPROTO_ICMPV6 &&
	    bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(ip), &type, sizeof(type)))
		return WARD_FRAME_KIND;
	if (type >= ND_ROUTER_SOLICIT && type <= ND_REDIRECT)
		return discovery_check(skb, &ip, own, mac, type);
	if (is_report(skb, &ip, mac))
		return WARD_FRAME_TRUE;
	if (!(own->ip6[0] | own->ip6[1]) || !is_same(ip.src, own->ip6))
		return WARD_FRAME_SPOOFED;
	if (!to || (!to->is_router && !is_same(to->ip6, ip.dst)) || *(uint8_t *)ip.dst == 0xff)
		return WARD_FRAME_ASTRAY;
	return is_hidden(skb, &ip) ? WARD_FRAME_KIND : WARD_FRAME_TRUE;
}

static __always_inline enum ward_frame frame_check(struct __sk_buff *skb)
{
	const struct ward_wire_station *own, *to;
	uint64_t from_mac, to_mac;
	struct ethhdr eth;

	if (skb->vlan_present || bpf_skb_load_bytes(skb, 0, &eth, sizeof(eth)))
		return WARD_FRAME_KIND;
	from_mac = mac_key(eth.h_source);
	to_mac = mac_key(eth.h_dest);
	own = bpf_map_lookup_elem(&ward_stations, &from_mac);
	if (!own || own->ifindex != skb->ifindex)
		return WARD_FRAME_SPOOFED;
	to = is_group(eth.h_dest) ? NULL : bpf_map_lookup_elem(&ward_stations, &to_mac);
	switch (eth.h_proto) {
	case bpf_htons(ETH_P_ARP):
		return arp_check(skb, own, from_mac);
	case bpf_htons(ETH_P_IP):
		return packet4_check(skb, own, to);
	case bpf_htons(ETH_P_IPV6):
		return packet6_check(skb, own, to, from_mac);
	default:
		return WARD_FRAME_KIND;
	}
}

SEC("tc")
int ward_source(struct __sk_buff *skb)
{
	uint32_t frame = frame_check(skb);
	uint64_t *counter = bpf_map_lookup_elem(&ward_frames, &frame);

	if (counter)
		++*counter;
	return frame == WARD_FRAME_TRUE ? TCX_NEXT : TCX_DROP;
}

char ward_license[] SEC("license") = "Dual BSD/GPL";
