/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of a packet by its bytes. */
#include "vectors.h"

enum {
	TCP = IPPROTO_TCP,
	UDP = IPPROTO_UDP,
	SCTP = IPPROTO_SCTP,
	ICMP = IPPROTO_ICMP,
	ICMP6 = IPPROTO_ICMPV6,
};

void vectors_add(struct vectors *vectors, const struct vector *more, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ward_vec_push(&vectors->list, more[i]);
}

/* Cut to @size; the header knows, or still claims the whole. */
static struct packet cut(struct packet packet, uint32_t size, bool honest)
{
	packet.size = size;
	if (honest && packet.family == PACKET_IPV4)
		put16(packet.bytes + 2, size);
	else if (honest)
		put16(packet.bytes + 4, size - 40);
	return packet;
}

/* As an Ethernet frame is that would be too short. */
static struct packet padded(struct packet packet)
{
	packet.size += 20;
	return packet;
}

static struct packet with_sums(struct packet packet, uint8_t bad)
{
	packet.bad_sums = bad;
	return packet;
}

static void ports_and_protocols(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip world = ends->world, pod = ends->pod, shut = ends->shut;
	const struct vector all[] = {
		{"A9.2", "TCP 80", to_pod(ends, TCP, 80), ACCEPTED},
		{"A9.2", "TCP 81", to_pod(ends, TCP, 81), DENIED},
		{"A9.2", "TCP 0", to_pod(ends, TCP, 0), DENIED},
		{"A9.2", "TCP 65535", to_pod(ends, TCP, 65535), DENIED},
		{"A9.2", "UDP 80", to_pod(ends, UDP, 80), ACCEPTED},
		{"A10.12", "SCTP 80", to_pod(ends, SCTP, 80), DENIED},
		{"A10.9", "UDP-Lite 80", to_pod(ends, IPPROTO_UDPLITE, 80), DENIED},
		{"A10.9", "DCCP 80", to_pod(ends, IPPROTO_DCCP, 80), DENIED},
		{"A5.2", "UDP 80 from the pod", packet_of(pod, world, UDP, 1, 80), ACCEPTED},
		{"A5.2", "SCTP from the pod", packet_of(pod, world, SCTP, 1, 9), ACCEPTED},
		{"A9.1", "from the port 80", packet_of(world, pod, TCP, 80, 81), DENIED},
		{"A5.3", "from the shut pod", packet_of(shut, world, TCP, 1, 81), DENIED},
		{"A5.3", "from there to 80", packet_of(shut, world, TCP, 1, 80), ACCEPTED},
		{"A5.4", "both ends agree", packet_of(shut, pod, TCP, 1, 80), ACCEPTED},
		{"A5.4", "neither agrees", packet_of(shut, pod, TCP, 1, 81), DENIED},
		{"A5.2", "to a pod that is open", packet_of(world, shut, TCP, 1, 81), ACCEPTED},
		{"A10.1", "from the node", packet_of(ends->own, pod, TCP, 1, 81), ACCEPTED,
		 RUN_ONLY},
		{"A10.2", "to the node", packet_of(shut, ends->own, UDP, 1, 80), ACCEPTED},
		{"A10.2", "to the node, a closed port", packet_of(shut, ends->own, UDP, 1, 81),
		 DENIED},
		{"A10.6", "to itself, by way of the node", packet_of(pod, pod, UDP, 1, 81),
		 ACCEPTED},
		{"A10.9", "GRE", to_pod(ends, IPPROTO_GRE, 80), DENIED},
		{"A10.9", "ESP", to_pod(ends, IPPROTO_ESP, 80), DENIED},
		{"A10.9", "authentication header", to_pod(ends, IPPROTO_AH, 80), DENIED},
		{"A10.9", "IPv4 inside", to_pod(ends, IPPROTO_IPIP, 80), DENIED},
		{"A10.9", "IPv6 inside", to_pod(ends, IPPROTO_IPV6, 80), DENIED},
		{"A10.9", "MPLS inside", to_pod(ends, IPPROTO_MPLS, 80), DENIED},
		{"A10.9", "protocol 255", to_pod(ends, 255, 80), DENIED},
		{"A10.9", "no next header", to_pod(ends, IPPROTO_NONE, 80), DENIED},
		{"A10.9", "ICMP echo", packet_of(world, pod, ICMP, 0x0800, 80), DENIED},
		{"A10.9", "ICMPv6 echo", packet_of(world, pod, ICMP6, 0x8000, 80), DENIED},
		{"A10.9", "ICMP of no known type", packet_of(world, pod, ICMP, 0x2a00, 80), DENIED},
		{"A10.9", "ICMPv6 of no known type", packet_of(world, pod, ICMP6, 0xc800, 80),
		 DENIED},
		{"A10.9", "GRE from the pod", packet_of(pod, world, IPPROTO_GRE, 1, 80), ACCEPTED},
		{"A10.9", "GRE from the shut pod", packet_of(shut, world, IPPROTO_GRE, 1, 80),
		 DENIED},
		{"A12.2", "to a pod that is not ready", packet_of(world, ends->unready, TCP, 1, 80),
		 NOT_READY},
		{"A12.2", "from a pod that is not ready", packet_of(ends->unready, pod, TCP, 1, 80),
		 NOT_READY},
		{"A10.15", "from another's interface", packet_of(ends->far, pod, TCP, 1, 80),
		 SPOOFED, .via = VIA_SHUT},
		{"A5.2", "to that pod", packet_of(world, ends->far, TCP, 1, 80), ACCEPTED},
		{"A10.13", "to nobody here", packet_of(world, ends->nobody, 255, 1, 1), ACCEPTED},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

static void lengths_and_sums(struct vectors *vectors, const struct ends *ends)
{
	uint32_t start = ends->pod.family == WARD_FAMILY_4 ? 20 : 40;
	const struct packet tcp = to_pod(ends, TCP, 80), udp = to_pod(ends, UDP, 80);
	const struct vector all[] = {
		{"A10.16", "padding behind it", padded(tcp), ACCEPTED},
		{"A10.16", "TCP header of 4 bytes", cut(tcp, start + 4, true), MALFORMED},
		{"A10.16", "TCP header of 19 bytes", cut(tcp, start + 19, true), MALFORMED},
		{"A10.16", "TCP header of 19 bytes, and padding",
		 padded(cut(tcp, start + 19, true)), MALFORMED},
		{"A10.16", "half a port", cut(tcp, start + 1, true), MALFORMED},
		{"A10.16", "no transport header", cut(tcp, start, true), MALFORMED},
		{"A10.16", "bytes missing at the end", cut(tcp, start + 19, false), MALFORMED,
		 LOST},
		{"A10.16", "UDP header of 8 bytes", cut(udp, start + 8, true), ACCEPTED},
		{"A10.16", "UDP header of 7 bytes", cut(udp, start + 7, true), MALFORMED},
		{"A10.16", "SCTP header of 11 bytes", cut(to_pod(ends, SCTP, 80), start + 11, true),
		 MALFORMED},
		{"A10.16", "ICMP of 7 bytes", cut(to_pod(ends, ICMP, 80), start + 7, true),
		 MALFORMED},
		{"A10.16", "ICMPv6 of 7 bytes", cut(to_pod(ends, ICMP6, 80), start + 7, true),
		 MALFORMED},
		{"A10.9", "nothing behind the header", cut(to_pod(ends, 255, 80), start, true),
		 DENIED},
		{"A10.16", "version 5", with_byte(tcp, 0, 0x55), MALFORMED, LOST},
		{"A10.16", "version 0", with_byte(tcp, 0, 0x05), MALFORMED, LOST},
		{"A10.16", "version 15", with_byte(tcp, 0, tcp.bytes[0] | 0xf0), MALFORMED, LOST},
		{"A10.16", "the other version", with_byte(tcp, 0, tcp.bytes[0] ^ 0x20), MALFORMED,
		 LOST},
		{"A10.16", "length 0 of UDP", with_word(udp, start + 4, 0), ACCEPTED},
		{"A10.16", "length of UDP beyond the packet", with_word(udp, start + 4, 1000),
		 ACCEPTED},
		{"A10.16", "length of UDP to a closed port",
		 with_word(to_pod(ends, UDP, 81), start + 4, 4), DENIED},
		{"A10.16", "data offset 0 of TCP", with_byte(tcp, start + 12, 0), ACCEPTED},
		{"A10.16", "data offset 15 of TCP, a closed port",
		 with_byte(to_pod(ends, TCP, 81), start + 12, 0xf0), DENIED},
		/* the receiver's to throw away: the ports are where they are */
		{"A10.16", "bad sum of TCP", with_sums(tcp, BAD_TRANSPORT_SUM), ACCEPTED},
		{"A10.16", "bad sum of UDP", with_sums(udp, BAD_TRANSPORT_SUM), ACCEPTED},
		{"A10.16", "bad sum of TCP, a closed port",
		 with_sums(to_pod(ends, TCP, 81), BAD_TRANSPORT_SUM), DENIED},
		{"A10.16", "bad sum of UDP, a closed port",
		 with_sums(to_pod(ends, UDP, 81), BAD_TRANSPORT_SUM), DENIED},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

void vectors_either(struct vectors *vectors, const struct ends *ends)
{
	ports_and_protocols(vectors, ends);
	lengths_and_sums(vectors, ends);
}

static struct packet tcp4(const struct ends *four, uint16_t dport, uint32_t options)
{
	return packet4(four->world.lo, four->pod.lo, TCP, 1024, dport, options, 1); /* NOP */
}

/* Options that spell "port 80" where a header without options would have its ports. */
static struct packet options_spell_port(const struct ends *four, uint16_t dport)
{
	return with_word(with_word(tcp4(four, dport, 8), 20, 80), 22, 80);
}

/* To the open port, with these eight bytes of options. */
static struct packet with_options(const struct ends *four, uint64_t options)
{
	struct packet packet = tcp4(four, 80, 8);

	put64(packet.bytes + 20, options);
	return packet;
}

void vectors_four(struct vectors *vectors, const struct ends *four)
{
	const struct packet tcp = tcp4(four, 80, 0);
	const struct vector all[] = {
		{"A10.16", "one NOP option", tcp4(four, 80, 4), ACCEPTED},
		{"A10.16", "40 bytes of options", tcp4(four, 80, 40), ACCEPTED},
		{"A10.16", "options to a closed port", tcp4(four, 81, 40), DENIED},
		{"A10.16", "loose source route", with_options(four, 0x83070408080808ff), MALFORMED},
		{"A10.16", "strict source route", with_options(four, 0x0189070408080808),
		 MALFORMED},
		{"A10.16", "source route behind a timestamp",
		 with_options(four, 0x4404050083070400), MALFORMED},
		{"A10.16", "source route behind NOPs", with_options(four, 0x0101010101018302),
		 MALFORMED},
		{"A10.16", "record route", with_options(four, 0x0707040000000001), ACCEPTED},
		{"A10.16", "timestamp", with_options(four, 0x4408050000000000), ACCEPTED},
		{"A10.16", "router alert", with_options(four, 0x9404000001010101), ACCEPTED},
		{"A10.16", "security label", with_options(four, 0x8204000001010101), ACCEPTED},
		{"A10.16", "router alert, end, and what follows it",
		 with_options(four, 0x9404000000838383), ACCEPTED},
		{"A10.16", "a source route's number inside an option",
		 with_options(four, 0x0707088389838901), ACCEPTED},
		{"A10.16", "option of length 0", with_options(four, 0x4400010101010101), MALFORMED},
		{"A10.16", "option of length 1", with_options(four, 0x4401010101010101), MALFORMED},
		{"A10.16", "option longer than the options", with_options(four, 0x0144080500000000),
		 MALFORMED},
		{"A10.16", "option without its length", with_options(four, 0x0101010101010144),
		 MALFORMED},
		{"A10.16", "options that spell an open port", options_spell_port(four, 81), DENIED},
		{"A10.9", "protocol 0", to_pod(four, 0, 80), DENIED},
		{"A10.9", "IGMP", to_pod(four, IPPROTO_IGMP, 80), DENIED},
		{"A10.11", "first fragment", with_word(tcp, 6, 0x2000), MALFORMED, LOST},
		{"A10.11", "later fragment that spells port 80", with_word(tcp, 6, 0x0003),
		 MALFORMED, LOST},
		{"A10.11", "last fragment", with_word(tcp, 6, 0x1fff), MALFORMED, LOST},
		{"A10.16", "don't fragment", with_word(tcp, 6, 0x4000), ACCEPTED},
		{"A10.16", "the evil bit", with_word(tcp, 6, 0x8000), ACCEPTED},
		{"A10.16", "header of 16 bytes", with_byte(tcp, 0, 0x44), MALFORMED, LOST},
		{"A10.16", "header longer than the packet", with_byte(tcp, 0, 0x4f), MALFORMED,
		 LOST},
		{"A10.16", "total length 0", with_byte(tcp, 3, 0), MALFORMED, LOST},
		{"A10.16", "total length beyond the packet", with_byte(tcp, 2, 1), MALFORMED, LOST},
		{"A10.16", "bad sum of the header", with_sums(tcp, BAD_HEADER_SUM), ACCEPTED, LOST},
		{"A10.15", "from 0.0.0.0", packet4(0, four->pod.lo, TCP, 1, 81, 0, 0), DENIED,
		 RUN_ONLY},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* With an extension of 8 bytes in front: its first two are filled in, the others are these. */
static struct packet extended(struct packet packet, uint8_t kind, uint64_t rest)
{
	uint8_t bytes[8];

	put64(bytes, rest);
	packet_extend(&packet, kind, bytes, sizeof(bytes));
	return packet;
}

/* A routing header of a type, so many segments before its end. */
static struct packet routed(struct packet packet, uint8_t type, uint8_t left)
{
	return extended(packet, IPPROTO_ROUTING, (uint64_t)type << 40 | (uint64_t)left << 32);
}

static struct packet fragment6(struct packet packet, uint16_t offset_and_more)
{
	packet = extended(packet, IPPROTO_FRAGMENT, (uint64_t)offset_and_more << 32 | 0x1234);
	packet.bytes[41] = 0;
	return packet;
}

/* Padding of four bytes each. */
static struct packet with_extensions(struct packet packet, uint8_t kind, int n)
{
	while (n-- > 0)
		packet = extended(packet, kind, 0x010400000000);
	return packet;
}

/* Destination options that are ports where a header without extensions would have its. */
static struct packet extension_spells_port(const struct ends *six, uint16_t dport)
{
	struct packet packet = to_pod(six, TCP, dport);
	uint8_t bytes[16];

	memset(bytes, 80, sizeof(bytes));
	packet_extend(&packet, IPPROTO_DSTOPTS, bytes, sizeof(bytes));
	return with_word(packet, 42, 80);
}

static void extensions(struct vectors *vectors, const struct ends *six)
{
	enum {
		HOP = IPPROTO_HOPOPTS,
		DST = IPPROTO_DSTOPTS,
	};
	const struct packet tcp = to_pod(six, TCP, 80), shut = to_pod(six, TCP, 81);
	const struct packet behind_hop = with_extensions(tcp, HOP, 1);
	const struct packet hop_last = with_extensions(with_extensions(tcp, HOP, 1), DST, 1);
	const struct vector all[] = {
		{"A10.16", "hop-by-hop options", behind_hop, ACCEPTED},
		{"A10.16", "hop-by-hop options to a closed port", with_extensions(shut, HOP, 1),
		 DENIED},
		{"A10.16", "destination options", with_extensions(tcp, DST, 1), ACCEPTED},
		{"A10.16", "destination options to a closed port", with_extensions(shut, DST, 1),
		 DENIED},
		{"A10.16", "options that spell an open port", extension_spells_port(six, 81),
		 DENIED},
		{"A10.16", "options in front of an open port", extension_spells_port(six, 80),
		 ACCEPTED},
		{"A10.16", "both kinds of options",
		 with_extensions(with_extensions(tcp, DST, 1), HOP, 1), ACCEPTED},
		{"A10.16", "hop-by-hop options in second place", hop_last, MALFORMED},
		{"A10.16", "hop-by-hop options twice", with_extensions(tcp, HOP, 2), MALFORMED},
		{"A10.16", "router alert", extended(tcp, HOP, 0x050200000100), ACCEPTED},
		{"A10.16", "router alert, a closed port", extended(shut, HOP, 0x050200000100),
		 DENIED},
		{"A10.16", "an option that whoever does not know it throws away",
		 extended(tcp, HOP, 0x800400000000), ACCEPTED, LOST},
		{"A10.16", "a jumbogram of 60 bytes",
		 with_word(extended(tcp, HOP, 0xc20400010000), 4, 0), MALFORMED, LOST},
		{"A10.16", "8 extensions", with_extensions(tcp, DST, 8), ACCEPTED},
		{"A10.16", "8 extensions to a closed port", with_extensions(shut, DST, 8), DENIED},
		{"A10.16", "9 extensions", with_extensions(tcp, DST, 9), MALFORMED},
		{"A10.16", "extension longer than the packet",
		 with_byte(with_extensions(tcp, DST, 1), 41, 255), MALFORMED},
		{"A10.16", "extension into the ports",
		 with_byte(with_extensions(tcp, DST, 1), 41, 1), MALFORMED},
		{"A10.16", "extension at the end", cut(with_extensions(tcp, DST, 1), 48, true),
		 MALFORMED},
		{"A10.16", "half an extension", cut(with_extensions(tcp, DST, 1), 44, true),
		 MALFORMED},
		{"A10.9", "extension and nothing behind it",
		 cut(with_extensions(to_pod(six, IPPROTO_NONE, 80), DST, 1), 48, true), DENIED},
		{"A10.9", "authentication header in front of TCP",
		 extended(tcp, IPPROTO_AH, 0x010000000000), DENIED},
		{"A10.9", "mobility header", with_extensions(to_pod(six, IPPROTO_MH, 80), DST, 1),
		 DENIED},
		{"A10.9", "shim6", to_pod(six, 140, 80), DENIED},
		{"A10.16", "routing of type 0", routed(tcp, 0, 1), MALFORMED},
		{"A10.16", "routing of type 0, at its end", routed(tcp, 0, 0), MALFORMED},
		{"A10.16", "routing of type 2", routed(tcp, 2, 1), MALFORMED},
		{"A10.16", "routing of type 2, at its end", routed(tcp, 2, 0), ACCEPTED},
		{"A10.16", "routing of type 4", routed(tcp, 4, 3), MALFORMED},
		{"A10.16", "routing of type 4, at its end", routed(tcp, 4, 0), ACCEPTED},
		{"A10.16", "and to a closed port", routed(shut, 4, 0), DENIED},
		{"A10.16", "routing behind options", with_extensions(routed(tcp, 4, 1), DST, 2),
		 MALFORMED},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

static struct packet from_to6(struct ward_ip from, struct ward_ip to, uint16_t dport)
{
	return packet6(from, to, TCP, 1024, dport);
}

void vectors_six(struct vectors *vectors, const struct ends *six)
{
	static const struct ward_ip mapped = {0, 0xffff0a000002, WARD_FAMILY_6};
	static const struct ward_ip compatible = {0, 0x0a000002, WARD_FAMILY_6};
	static const struct ward_ip router = {UINT64_C(0xfe80) << 48, 1, WARD_FAMILY_6};
	static const struct ward_ip any = {.family = WARD_FAMILY_6};
	const struct packet tcp = to_pod(six, TCP, 80), shut = to_pod(six, TCP, 81);
	const struct packet part = fragment6(tcp, 9);
	const struct vector all[] = {
		{"A10.11", "a fragment that is all", fragment6(tcp, 0), ACCEPTED},
		{"A10.11", "a fragment that is all, to a closed port", fragment6(shut, 0), DENIED},
		{"A10.11", "reserved bits of a fragment", fragment6(tcp, 6), ACCEPTED},
		/* of a length that is no multiple of 8: the kernel does not take it for one */
		{"A10.11", "first fragment", fragment6(tcp, 1), MALFORMED},
		{"A10.11", "later fragment that spells port 80", fragment6(tcp, 8), MALFORMED,
		 LOST},
		{"A10.11", "last fragment", fragment6(tcp, 0xfff8), MALFORMED, LOST},
		{"A10.11", "fragment behind options", with_extensions(part, IPPROTO_DSTOPTS, 2),
		 MALFORMED},
		{"A10.16", "payload beyond the packet", with_word(tcp, 4, 21), MALFORMED, LOST},
		{"A10.16", "payload of 0", with_word(tcp, 4, 0), MALFORMED},
		{"A10.16", "payload shorter than TCP", with_word(tcp, 4, 19), MALFORMED},
		{"A10.16", "payload that ends in an extension",
		 with_word(with_extensions(tcp, IPPROTO_DSTOPTS, 1), 4, 8), MALFORMED},
		{"A10.15", "from an IPv4-mapped address", from_to6(mapped, six->pod, 80),
		 MALFORMED},
		{"A10.16", "to an IPv4-mapped address", from_to6(six->pod, mapped, 80), MALFORMED},
		{"A10.13", "to an IPv4-compatible address", from_to6(six->pod, compatible, 80),
		 ACCEPTED},
		{"A10.15", "from ::", from_to6(any, six->pod, 81), DENIED, RUN_ONLY},
		{"A10.15", "from a link-local address", from_to6(router, six->pod, 81), DENIED,
		 RUN_ONLY},
	};

	extensions(vectors, six);
	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* ICMPv6 from the pod that may send none. */
static struct packet icmp6(const struct ends *six, struct ward_ip to, uint8_t type, uint8_t hops)
{
	struct packet packet = packet6(six->shut, to, ICMP6, (uint16_t)(type << 8), 0);

	return with_byte(packet, 7, hops);
}

/* What is for the link passes, whatever the rules say, and nothing that could leave it. */
void vectors_neighbours(struct vectors *vectors, const struct ends *six)
{
	enum {
		SOLICIT = 135,
		REPORT = 143,
		ECHO = 128,
		ALERT = IPPROTO_HOPOPTS,
	};
	static const struct ward_ip router = {UINT64_C(0xfe80) << 48, 1, WARD_FAMILY_6};
	static const struct ward_ip group = {UINT64_C(0xff02) << 48, 0x1ff000002, WARD_FAMILY_6};
	static const struct ward_ip site = {UINT64_C(0xff05) << 48, 1, WARD_FAMILY_6};
	const struct packet solicit = icmp6(six, group, SOLICIT, 255);
	const struct vector all[] = {
		{"A10.10", "router solicitation", icmp6(six, group, 133, 255), ACCEPTED},
		{"A10.10", "neighbour solicitation", solicit, ACCEPTED},
		{"A10.10", "neighbour advertisement", icmp6(six, router, 136, 255), ACCEPTED},
		{"A10.10", "router advertisement", icmp6(six, group, 134, 255), ACCEPTED, RUN_ONLY},
		{"A10.10", "redirect", icmp6(six, router, 137, 255), ACCEPTED, RUN_ONLY},
		{"A10.10", "router advertisement of a pod", icmp6(six, group, 134, 255), DENIED,
		 WIRE_ONLY},
		{"A10.10", "redirect of a pod", icmp6(six, router, 137, 255), DENIED, WIRE_ONLY},
		{"A10.10", "redirect of a pod to its node", icmp6(six, six->own, 137, 255), DENIED,
		 WIRE_ONLY},
		{"A10.10", "to the node itself", icmp6(six, six->own, SOLICIT, 255), ACCEPTED},
		{"A10.10", "passed on", icmp6(six, group, SOLICIT, 254), DENIED},
		{"A10.10", "to another pod", icmp6(six, six->pod, SOLICIT, 255), DENIED},
		{"A10.10", "to the world", icmp6(six, six->world, SOLICIT, 255), DENIED},
		{"A10.10", "to the site", icmp6(six, site, SOLICIT, 255), DENIED},
		{"A10.10", "type 132", icmp6(six, group, 132, 255), DENIED},
		{"A10.10", "type 138", icmp6(six, group, 138, 255), DENIED},
		{"A10.10", "echo", icmp6(six, group, ECHO, 255), DENIED},
		{"A10.10", "echo to the node", icmp6(six, six->own, ECHO, 255), DENIED},
		{"A10.10", "behind an extension", with_extensions(solicit, IPPROTO_DSTOPTS, 1),
		 DENIED},
		{"A10.10", "7 bytes", cut(solicit, 47, true), MALFORMED},
		{"A10.10", "who listens?", with_extensions(icmp6(six, group, 130, 1), ALERT, 1),
		 ACCEPTED},
		{"A10.10", "I listen", with_extensions(icmp6(six, group, 131, 1), ALERT, 1),
		 ACCEPTED},
		{"A10.10", "I have listened", with_extensions(icmp6(six, group, 132, 1), ALERT, 1),
		 ACCEPTED},
		{"A10.10", "we listen", with_extensions(icmp6(six, group, REPORT, 1), ALERT, 1),
		 ACCEPTED},
		{"A10.10", "for more than the link", icmp6(six, group, REPORT, 2), DENIED},
		{"A10.10", "I listen, site", icmp6(six, site, REPORT, 1), DENIED},
		{"A10.10", "I listen, node", icmp6(six, six->own, REPORT, 1), DENIED},
		{"A10.10", "I listen, pod", icmp6(six, six->pod, REPORT, 1), DENIED},
		{"A10.10", "type 133 for one hop", icmp6(six, group, 133, 1), DENIED},
		{"A10.10", "echo for one hop", icmp6(six, group, ECHO, 1), DENIED},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}
