/* SPDX-License-Identifier: Apache-2.0 */
/* What only the wire can show: interfaces, frames, fragments, connections. */
#include "vectors.h"

enum {
	TCP = IPPROTO_TCP,
	UDP = IPPROTO_UDP,
	FIN = 1,
	SYN = 2,
	RST = 4,
	ACK = 16,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_TAG = 0x1234,
};

static struct ward_ip ip4(uint32_t address)
{
	return (struct ward_ip){.lo = address, .family = WARD_FAMILY_4};
}

static struct ward_ip ip6(uint64_t hi, uint64_t lo)
{
	return (struct ward_ip){hi, lo, WARD_FAMILY_6};
}

static struct packet lie(const struct ends *ends, struct ward_ip source)
{
	return packet_of(source, ends->pod, UDP, 1024, 80);
}

/* Who may claim to be whom.  All would be allowed if they were true. */
void vectors_sources(struct vectors *vectors, const struct ends *ends)
{
	const struct packet pod = lie(ends, ends->pod), shut = lie(ends, ends->shut),
			    far = lie(ends, ends->far), own = lie(ends, ends->own),
			    world = lie(ends, ends->world), remote = lie(ends, ends->remote),
			    unready = lie(ends, ends->unready);
	const struct packet to_far = packet_of(ends->pod, ends->far, UDP, 1024, 80);
	const struct vector all[] = {
		{"A10.15", "a pod as itself", shut, ACCEPTED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "another as that pod", shut, SPOOFED, WIRE_ONLY, VIA_FAR},
		{"A10.15", "the destination as that pod", shut, SPOOFED, WIRE_ONLY, VIA_POD},
		{"A10.15", "the world as that pod", shut, SPOOFED, WIRE_ONLY, VIA_WORLD},
		{"A10.15", "a pod as another", far, SPOOFED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "a pod as the one it sends to", pod, SPOOFED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "the world as the one it sends to", pod, SPOOFED, WIRE_ONLY, VIA_WORLD},
		{"A10.15", "a pod as a pod of another node", remote, SPOOFED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "a pod of another node", remote, ACCEPTED, WIRE_ONLY, VIA_WORLD},
		{"A10.15", "a pod as the node", own, SPOOFED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "the world as the node", own, SPOOFED, WIRE_ONLY, VIA_WORLD},
		{"A10.15", "a pod as the world", world, SPOOFED, WIRE_ONLY, VIA_SHUT},
		{"A10.15", "the world", world, ACCEPTED, WIRE_ONLY, VIA_WORLD},
		{"A12.2", "the world as a pod that is not ready", unready, NOT_READY, WIRE_ONLY,
		 VIA_WORLD},
		{"A12.2", "a pod as one that is not ready", unready, NOT_READY, WIRE_ONLY,
		 VIA_SHUT},
		{"A10.15", "another, to whom all may send", to_far, SPOOFED, WIRE_ONLY, VIA_SHUT},
	};
	static const enum via senders[] = {VIA_SHUT, VIA_FAR};
	const struct ward_ip four[] = {ip4(0),		ip4(1),		 ip4(0xa9fe0101),
				       ip4(0xe0000001), ip4(0xf0000001), ip4(UINT32_MAX)};
	const struct ward_ip six[] = {ip6(0, 0), ip6(UINT64_C(0xfe80) << 48, 2),
				      ip6(UINT64_C(0xfec0) << 48, 2),
				      ip6(UINT64_C(0x64ff9b) << 32, 0x0a010003)};
	bool is_four = ends->pod.family == WARD_FAMILY_4;
	const struct ward_ip *nobodies = is_four ? four : six;
	size_t n = is_four ? WARD_ARRAY_SIZE(four) : WARD_ARRAY_SIZE(six);

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
	for (size_t i = 0; i < n * WARD_ARRAY_SIZE(senders); i++) {
		const struct vector vector = {"A10.15",
					      "a pod as nobody",
					      lie(ends, nobodies[i / WARD_ARRAY_SIZE(senders)]),
					      SPOOFED,
					      WIRE_ONLY,
					      senders[i % WARD_ARRAY_SIZE(senders)]};

		vectors_add(vectors, &vector, 1);
	}
}

/* What is of a host with itself, on a wire. */
static void loopbacks(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip self = ip4(0x7f000001), other = ip4(0x7fffffff);
	const struct vector all[] = {
		{"A10.16", "to 127.0.0.1", packet_of(ends->pod, self, UDP, 1, 80), MALFORMED,
		 WIRE_ONLY},
		{"A10.16", "to 127.255.255.255", packet_of(ends->world, other, UDP, 1, 80),
		 MALFORMED, WIRE_ONLY},
		{"A10.16", "a pod from 127.0.0.1", lie(ends, self), MALFORMED, WIRE_ONLY, VIA_SHUT},
		{"A10.16", "the world from 127.0.0.1", lie(ends, self), MALFORMED, WIRE_ONLY,
		 VIA_WORLD},
		{"A10.16", "from and to it", packet_of(self, self, UDP, 1, 80), MALFORMED,
		 WIRE_ONLY, VIA_WORLD},
		{"A10.16", "beside it", packet_of(ends->pod, ip4(0x80000001), UDP, 1, 80), ACCEPTED,
		 WIRE_ONLY},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* IPv6 from where the kernel itself believes nobody. */
static void sources_lost(struct vectors *vectors, const struct ends *ends)
{
	const struct vector all[] = {
		{"A10.15", "from ::1", lie(ends, ip6(0, 1)), SPOOFED, WIRE_LOST, VIA_SHUT},
		{"A10.15", "from a group", lie(ends, ip6(UINT64_C(0xff02) << 48, 1)), SPOOFED,
		 WIRE_LOST, VIA_SHUT},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* To addresses that nobody has, or all: ordinary destinations, from the shut pod and from one that
 * is open. */
void vectors_groups(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip four[] = {ip4(0xe0000001), ip4(0xe00000fb), ip4(0xef010101),
				       ip4(UINT32_MAX), ip4(0x0a0100ff), ip4(0xa9fea9fe),
				       ip4(0)};
	const struct ward_ip six[] = {
		ip6(UINT64_C(0xff02) << 48, 1), ip6(UINT64_C(0xff02) << 48, 0xfb),
		ip6(UINT64_C(0xff05) << 48, 2), ip6(UINT64_C(0xff0e) << 48, 5),
		ip6(UINT64_C(0xfe80) << 48, 1), ip6(UINT64_C(0xfec0) << 48, 1)};
	bool is_four = ends->pod.family == WARD_FAMILY_4;
	const struct ward_ip *groups = is_four ? four : six;
	size_t n = is_four ? WARD_ARRAY_SIZE(four) : WARD_ARRAY_SIZE(six);

	for (size_t i = 0; i < n; i++) {
		const struct ward_ip to = groups[i];
		/* 10.1.0.255 is of the pod ranges */
		bool is_pod = is_four && to.lo >> 8 == 0x0a0100;
		const struct vector all[] = {
			{"A10.13", "the shut pod to all, or to nobody",
			 packet_of(ends->shut, to, UDP, 1, 81), is_pod ? NOT_READY : DENIED,
			 WIRE_ONLY},
			{"A10.13", "and to the port 80", packet_of(ends->shut, to, UDP, 1, 80),
			 is_pod ? NOT_READY : ACCEPTED, WIRE_ONLY},
			{"A10.13", "an open pod to all, or to nobody",
			 packet_of(ends->pod, to, UDP, 1, 81), is_pod ? NOT_READY : ACCEPTED,
			 WIRE_ONLY},
			{"A10.13", "another in its name", packet_of(ends->pod, to, UDP, 1, 81),
			 SPOOFED, WIRE_ONLY, VIA_SHUT},
		};

		vectors_add(vectors, all, WARD_ARRAY_SIZE(all) - is_pod);
	}
}

static struct vector tagged(const char *what, struct packet packet, enum fate fate, enum how how,
			    const char *tag, uint32_t size)
{
	struct vector vector = {"A10.16", what, packet, fate, how, .tag_size = size};

	memcpy(vector.tag, tag, size);
	put16(vector.tag + size - 2, packet.family == PACKET_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	return vector;
}

#define TAGGED(what, packet, fate, how, tag)                                                       \
	tagged(what, packet, fate, how, tag "\0", sizeof(tag "\0"))

/* A tag of priority alone is no network of its own: the kernel takes it off.  What is of another
 * virtual network, or of no protocol that is spoken here, never reaches anyone. */
void vectors_frames(struct vectors *vectors, const struct ends *ends)
{
	const struct packet open = to_pod(ends, TCP, 80), closed = to_pod(ends, TCP, 81);
	struct packet other = open;
	const struct vector all[] = {
		TAGGED("virtual network 5", open, ACCEPTED, WIRE_LOST, "\x81\0\0\5"),
		TAGGED("virtual network 4095", open, ACCEPTED, WIRE_LOST, "\x81\0\x0f\xff"),
		TAGGED("priority alone", open, ACCEPTED, WIRE_ONLY, "\x81\0\xe0\0"),
		TAGGED("priority alone, a closed port", closed, DENIED, WIRE_ONLY, "\x81\0\xe0\0"),
		TAGGED("priority alone, of a provider", open, ACCEPTED, WIRE_ONLY, "\x88\xa8\0\0"),
		TAGGED("the same to a closed port", closed, DENIED, WIRE_ONLY, "\x88\xa8\0\0"),
		TAGGED("of a provider", open, ACCEPTED, WIRE_LOST, "\x88\xa8\0\5\x81\0\0\5"),
		TAGGED("a network behind priority", open, ACCEPTED, WIRE_LOST,
		       "\x81\0\0\0\x81\0\0\5"),
		TAGGED("half a tag", open, ACCEPTED, WIRE_LOST, "\x81\0"),
		TAGGED("SNAP", open, ACCEPTED, WIRE_LOST, "\0\x44\xaa\xaa\3\0\0\0"),
		TAGGED("PPP", open, ACCEPTED, WIRE_LOST, "\x88\x64\x11\0\0\1\0\x3e\0\x21"),
		TAGGED("MPLS", open, ACCEPTED, WIRE_LOST, "\x88\x47\0\1\x01\x40"),
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
	other.family = open.family == PACKET_IPV4 ? PACKET_IPV6 : PACKET_IPV4;
	vectors_add(vectors,
		    &(struct vector){"A10.16", "the other family's type", other, ACCEPTED,
				     WIRE_LOST, VIA_WORLD},
		    1);
}

/* With so many bytes behind it, all the same. */
static struct packet with_data(struct packet packet, uint32_t n, uint8_t byte)
{
	uint8_t *transport = packet.bytes + packet.transport;

	memset(packet.bytes + packet.size, byte, n);
	packet.size += n;
	if (packet.family == PACKET_IPV4)
		put16(packet.bytes + 2, packet.size);
	else
		put16(packet.bytes + 4, packet.size - 40);
	if (packet.protocol == UDP)
		put16(transport + 4, packet.size - packet.transport);
	return packet;
}

static void split(struct vectors *vectors, const char *what, struct packet packet, enum fate fate,
		  enum how how, uint32_t n, const struct piece *pieces)
{
	struct vector vector = {"A10.11", what, packet, fate, how, .n_pieces = n};

	memcpy(vector.pieces, pieces, n * sizeof(*pieces));
	vectors_add(vectors, &vector, 1);
}

#define SPLIT(what, packet, fate, how, ...)                                                        \
	split(vectors, what, packet, fate, how,                                                    \
	      WARD_ARRAY_SIZE(((const struct piece[]){__VA_ARGS__})),                              \
	      (const struct piece[]){__VA_ARGS__})

/* 84 bytes of UDP, or of TCP, behind the header of IP, in parts. */
void vectors_fragments(struct vectors *vectors, const struct ends *ends)
{
	const struct packet open = with_data(to_pod(ends, UDP, 80), 64, 80);
	const struct packet closed = with_data(to_pod(ends, UDP, 81), 64, 80);
	const struct packet tcp = with_data(to_pod(ends, TCP, 80), 64, 80);
	const struct packet shut = with_data(to_pod(ends, TCP, 81), 64, 80);
	/* A first fragment of IPv6 has whole headers, or it is none (RFC 8200). */
	bool is_four = ends->pod.family == WARD_FAMILY_4;
	enum fate half_open = is_four ? ACCEPTED : MALFORMED;
	enum fate half_closed = is_four ? DENIED : MALFORMED;
	struct packet spells = closed;

	put32(spells.bytes + spells.transport + 40, 80 << 16 | 80);
	SPLIT("in order", open, ACCEPTED, WIRE_ONLY, {0, 40, true}, {40, 44, false});
	SPLIT("out of order", open, ACCEPTED, WIRE_ONLY, {40, 44, false}, {0, 40, true});
	SPLIT("of three, the middle last", open, ACCEPTED, WIRE_ONLY, {0, 32, true},
	      {64, 20, false}, {32, 32, true});
	SPLIT("one of them twice", open, ACCEPTED, WIRE_ONLY, {0, 40, true}, {0, 40, true},
	      {40, 44, false});
	SPLIT("a closed port", closed, DENIED, WIRE_ONLY, {0, 40, true}, {40, 44, false});
	SPLIT("a closed port, out of order", closed, DENIED, WIRE_ONLY, {40, 44, false},
	      {0, 40, true});
	SPLIT("a later one spells an open port", spells, DENIED, WIRE_ONLY, {0, 40, true},
	      {40, 44, false});
	SPLIT("the one that spells it first", spells, DENIED, WIRE_ONLY, {40, 44, false},
	      {0, 40, true});
	SPLIT("ports alone in the first", open, ACCEPTED, WIRE_ONLY, {0, 8, true}, {8, 76, false});
	SPLIT("half a header of TCP", tcp, half_open, WIRE_ONLY, {0, 8, true}, {8, 76, false});
	SPLIT("half a header, a closed port", shut, half_closed, WIRE_ONLY, {0, 8, true},
	      {8, 76, false});
	SPLIT("the other half first", shut, half_closed, WIRE_ONLY, {8, 76, false}, {0, 8, true});
	SPLIT("the first alone", open, ACCEPTED, WIRE_LOST, {0, 40, true});
	SPLIT("a later one alone", open, ACCEPTED, WIRE_LOST, {40, 44, false});
	SPLIT("a later one alone that spells an open port", spells, DENIED, WIRE_LOST,
	      {40, 44, false});
	SPLIT("a hole between them", open, ACCEPTED, WIRE_LOST, {0, 32, true}, {40, 44, false});
	SPLIT("they overlap", open, ACCEPTED, WIRE_LOST, {0, 40, true}, {32, 52, false});
	SPLIT("the second in the first", open, ACCEPTED, WIRE_ONLY, {0, 40, true}, {8, 16, true},
	      {40, 44, false});
	SPLIT("an end too early", open, ACCEPTED, WIRE_ONLY, {0, 40, true}, {40, 16, false},
	      {56, 28, false});
	SPLIT("an end too early, a closed port", closed, DENIED, WIRE_ONLY, {0, 40, true},
	      {40, 16, false}, {56, 28, false});
}

static struct packet tcp(struct ward_ip from, struct ward_ip to, uint16_t sport, uint16_t dport,
			 uint8_t flags)
{
	struct packet packet = packet_of(from, to, TCP, sport, dport);

	return with_byte(packet, packet.transport + 13, flags);
}

/* SCTP with one chunk, which is how a connection begins. */
static struct packet sctp(struct ward_ip from, struct ward_ip to, uint16_t sport, uint16_t dport,
			  uint8_t chunk, uint32_t verification)
{
	struct packet packet = packet_of(from, to, IPPROTO_SCTP, sport, dport);
	uint8_t *at;

	packet = with_data(packet, 12, 0);
	at = packet.bytes + packet.transport;
	put32(at + 4, verification);
	put32(at + 12, chunk << 24 | 20); /* its size */
	put32(at + 16, SCTP_TAG);
	put32(at + 20, 65536);
	put32(at + 24, 1 << 16 | 1);
	put32(at + 28, 1);
	return packet;
}

/* What it is that a connection's first packet opens, and who may answer. */
void vectors_connections(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip world = ends->world, pod = ends->pod, shut = ends->shut;
	const struct packet in = tcp(world, pod, 1024, 80, SYN), out = tcp(pod, world, 5, 9, SYN),
			    closed = tcp(world, pod, 1024, 81, SYN),
			    asks = packet_of(pod, world, UDP, 5555, 9),
			    answers = packet_of(world, pod, UDP, 9, 5555);
	const struct vector all[] = {
		{"A12.3", "picked up midway", tcp(world, pod, 1024, 80, ACK), ACCEPTED, WIRE_ONLY},
		{"A12.3", "midway, a closed port", tcp(world, pod, 1024, 81, ACK), DENIED,
		 WIRE_ONLY},
		{"A10.7", "no answer to anything", tcp(world, pod, 80, 5, SYN | ACK), DENIED,
		 WIRE_ONLY},
		{"A10.7", "nor from an open port", tcp(world, pod, 80, 81, ACK), DENIED, WIRE_ONLY},
		{"A9.2", "a reset of nothing", tcp(world, pod, 1024, 80, RST), ACCEPTED, WIRE_ONLY},
		{"A9.2", "a reset, a closed port", tcp(world, pod, 1024, 81, RST), DENIED,
		 WIRE_ONLY},
		{"A9.2", "an end of nothing", tcp(world, pod, 1024, 80, FIN | ACK), ACCEPTED,
		 WIRE_ONLY},
		{"A9.2", "an end, a closed port", tcp(world, pod, 1024, 81, FIN | ACK), DENIED,
		 WIRE_ONLY},
		{"A9.2", "no flags", tcp(world, pod, 1024, 81, 0), DENIED, WIRE_ONLY},
		{"A9.2", "all flags", tcp(world, pod, 1024, 81, 0xff), DENIED, WIRE_ONLY},
		{"A9.2", "begin and end", tcp(world, pod, 1024, 81, SYN | FIN), DENIED, WIRE_ONLY},
		{"A10.7", "an answer", tcp(world, pod, 9, 5, SYN | ACK), ACCEPTED, WIRE_ONLY,
		 .opener = out},
		{"A10.7", "both at once", tcp(world, pod, 9, 5, SYN), ACCEPTED, WIRE_ONLY,
		 .opener = out},
		{"A10.7", "an answer to what may be opened", tcp(pod, world, 80, 1024, SYN | ACK),
		 ACCEPTED, WIRE_ONLY, .opener = in},
		{"A10.7", "an answer to what was denied", tcp(pod, world, 81, 1024, SYN | ACK),
		 ACCEPTED, WIRE_ONLY, .opener = closed}, /* opens: that the pod may */
		{"A10.7", "an answer by another port", tcp(world, pod, 10, 5, SYN | ACK), DENIED,
		 WIRE_ONLY, .opener = out},
		{"A10.7", "an answer by another pod", tcp(ends->far, pod, 9, 5, SYN | ACK), DENIED,
		 WIRE_ONLY, .opener = out},
		{"A10.7", "an answer in the world's name", answers, SPOOFED, WIRE_ONLY, VIA_SHUT,
		 .opener = asks},
		{"A10.7", "a datagram's answer", answers, ACCEPTED, WIRE_ONLY, .opener = asks},
		{"A10.7", "a datagram that answers nothing", answers, DENIED, WIRE_ONLY},
		{"A10.12", "SCTP's answer", packet_of(world, pod, IPPROTO_SCTP, 9, 5), DENIED,
		 WIRE_ONLY, .opener = packet_of(pod, world, IPPROTO_SCTP, 5, 9)}, /* no INIT */
		{"A10.12", "a connection of SCTP", sctp(world, pod, 9, 5, SCTP_INIT_ACK, SCTP_TAG),
		 ACCEPTED, WIRE_ONLY, .opener = sctp(pod, world, 5, 9, SCTP_INIT, 0)},
		{"A10.12", "an answer by another port",
		 sctp(world, pod, 10, 5, SCTP_INIT_ACK, SCTP_TAG), DENIED, WIRE_ONLY,
		 .opener = sctp(pod, world, 5, 9, SCTP_INIT, 0)},
		{"A10.12", "SCTP to a port open for TCP", sctp(world, pod, 5, 80, SCTP_INIT, 0),
		 DENIED, WIRE_ONLY},
		{"A10.9", "GRE's answer", packet_of(world, pod, IPPROTO_GRE, 0, 0), ACCEPTED,
		 WIRE_ONLY, .opener = packet_of(pod, world, IPPROTO_GRE, 0, 0)},
		{"A5.5", "an answer of the shut pod", tcp(shut, world, 81, 1024, SYN | ACK),
		 ACCEPTED, WIRE_ONLY, .opener = tcp(world, shut, 1024, 81, SYN)},
		{"A5.5", "without the question", tcp(shut, world, 81, 1024, SYN | ACK), DENIED,
		 WIRE_ONLY},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
	if (pod.family == WARD_FAMILY_6)
		sources_lost(vectors, ends);
	else
		loopbacks(vectors, ends);
}

/* Where connections are not tracked there are no answers: each packet opens (fail closed). */
void vectors_untracked(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip world = ends->world, pod = ends->pod, shut = ends->shut;
	const struct vector all[] = {
		{"A10.7", "a datagram's answer", packet_of(world, pod, UDP, 9, 5555), DENIED,
		 WIRE_ONLY, .opener = packet_of(pod, world, UDP, 5555, 9)},
		{"A10.7", "an answer", tcp(world, pod, 9, 5, SYN | ACK), DENIED, WIRE_ONLY,
		 .opener = tcp(pod, world, 5, 9, SYN)},
		{"A10.7", "an answer to whom all may send", tcp(world, shut, 80, 5, SYN | ACK),
		 ACCEPTED, WIRE_ONLY, .opener = tcp(shut, world, 5, 80, SYN)},
		{"A10.7", "an answer of the shut pod", tcp(shut, world, 81, 5, SYN | ACK), DENIED,
		 WIRE_ONLY, .opener = tcp(world, shut, 5, 81, SYN)},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* An ICMP error about @inner, so many bytes of it. */
static struct packet error_about(struct ward_ip from, struct ward_ip to, uint8_t type, uint8_t code,
				 struct packet inner, uint32_t size)
{
	bool is_four = from.family == WARD_FAMILY_4;
	struct packet packet = packet_of(from, to, is_four ? IPPROTO_ICMP : IPPROTO_ICMPV6,
					 (uint16_t)(type << 8 | code), 0);

	packet.size = packet.transport + 8;
	packet = with_data(packet, size, 0);
	put32(packet.bytes + packet.transport + 4, is_four ? 1000 : 1280); /* of the next link */
	packet_seal(&inner);
	memcpy(packet.bytes + packet.transport + 8, inner.bytes, size);
	return packet;
}

/* The kinds of errors, as IPv4 and IPv6 number them. */
enum error {
	NO_HOST,
	NO_PORT,
	TOO_BIG,
	TOO_LATE,
	BAD_HEADER,
};

static struct packet error(enum error kind, struct ward_ip from, struct ward_ip to,
			   struct packet inner)
{
	static const uint8_t four[][2] = {[NO_HOST] = {3, 1},
					  [NO_PORT] = {3, 3},
					  [TOO_BIG] = {3, 4},
					  [TOO_LATE] = {11, 0},
					  [BAD_HEADER] = {12, 0}};
	static const uint8_t six[][2] = {[NO_HOST] = {1, 3},
					 [NO_PORT] = {1, 4},
					 [TOO_BIG] = {2, 0},
					 [TOO_LATE] = {3, 0},
					 [BAD_HEADER] = {4, 0}};
	const uint8_t *type = from.family == WARD_FAMILY_4 ? four[kind] : six[kind];

	return error_about(from, to, type[0], type[1], inner, inner.transport + 8);
}

static struct packet with_bad_sum(struct packet packet)
{
	packet.bad_sums = BAD_TRANSPORT_SUM;
	return packet;
}

/* A redirection of IPv4 is an error like the others, of IPv6 a word among neighbours (A10.10). */
static void redirections(struct vectors *vectors, const struct ends *four)
{
	const struct ward_ip world = four->world, pod = four->pod;
	const struct packet asks = packet_of(pod, world, UDP, 5555, 9);
	const struct packet router = error_about(four->remote, pod, 5, 1, asks, 28);
	const struct packet other = error_about(four->far, pod, 5, 1, asks, 28);
	const struct packet node = error_about(four->shut, four->own, 5, 1, asks, 28);
	const struct vector all[] = {
		{"A10.8", "a router's redirection", router, ACCEPTED, WIRE_ONLY, .opener = asks},
		{"A10.8", "another pod's redirection", other, SPOOFED, WIRE_ONLY, .opener = asks},
		{"A10.8", "the same, as a router", router, SPOOFED, WIRE_ONLY, VIA_FAR,
		 .opener = asks},
		{"A10.8", "its redirection of the node", node, DENIED, WIRE_ONLY, .opener = asks},
		{"A10.8", "a redirection of no flow", router, DENIED, WIRE_ONLY},
		{"A10.8", "of the node, of no flow", node, DENIED, WIRE_ONLY},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
}

/* The pod has asked the world; the world has asked the shut pod. */
void vectors_errors(struct vectors *vectors, const struct ends *ends)
{
	const struct ward_ip world = ends->world, pod = ends->pod, shut = ends->shut,
			     far = ends->far, remote = ends->remote;
	const struct packet asks = packet_of(pod, world, UDP, 5555, 9),
			    other = packet_of(pod, world, UDP, 5556, 9),
			    asked = packet_of(world, shut, UDP, 1024, 81),
			    closed = packet_of(world, pod, UDP, 1024, 81);
	const struct packet in_error = error(NO_HOST, world, pod, asks);
	const struct vector all[] = {
		{"A10.8", "too big, says the other end", error(TOO_BIG, world, pod, asks), ACCEPTED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "too big, says a router", error(TOO_BIG, remote, pod, asks), ACCEPTED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "unreachable, says a router", error(NO_HOST, remote, pod, asks), ACCEPTED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "too late, says a router", error(TOO_LATE, remote, pod, asks), ACCEPTED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "bad header, says a router", error(BAD_HEADER, remote, pod, asks),
		 ACCEPTED, WIRE_ONLY, .opener = asks},
		{"A10.8", "about no flow", error(NO_HOST, world, pod, asks), DENIED, WIRE_ONLY},
		{"A10.8", "about no flow, too big", error(TOO_BIG, remote, pod, asks), DENIED,
		 WIRE_ONLY},
		{"A10.8", "about another flow", error(NO_HOST, world, pod, other), DENIED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "about a denied flow",
		 error(NO_PORT, world, pod, packet_of(pod, world, UDP, 81, 1024)), DENIED,
		 WIRE_ONLY, .opener = closed},
		{"A10.8", "by another pod", error(NO_HOST, far, pod, asks), SPOOFED, WIRE_ONLY,
		 .opener = asks},
		{"A10.8", "by another pod, as the world", error(NO_HOST, world, pod, asks), SPOOFED,
		 WIRE_ONLY, VIA_FAR, .opener = asks},
		{"A10.8", "by another pod, as a router", error(TOO_BIG, remote, pod, asks), SPOOFED,
		 WIRE_ONLY, VIA_SHUT, .opener = asks},
		{"A10.8", "by the world, as another pod", error(TOO_BIG, far, pod, asks), SPOOFED,
		 WIRE_ONLY, VIA_WORLD, .opener = asks},
		{"A10.8", "by the world, as the node", error(TOO_BIG, ends->own, pod, asks),
		 SPOOFED, WIRE_ONLY, VIA_WORLD, .opener = asks},
		{"A10.8", "by one that is not ready", error(TOO_BIG, ends->unready, pod, asks),
		 NOT_READY, WIRE_ONLY, VIA_WORLD, .opener = asks},
		{"A10.8", "by a pod that may open nothing", error(NO_PORT, shut, world, asked),
		 ACCEPTED, WIRE_ONLY, .opener = asked},
		{"A10.8", "by that pod, about no flow", error(NO_PORT, shut, world, asked), DENIED,
		 WIRE_ONLY},
		{"A10.8", "by that pod, to the other end of another's flow",
		 error(NO_PORT, shut, world, packet_of(world, pod, UDP, 9, 5555)), SPOOFED,
		 WIRE_ONLY, .opener = asks},
		{"A10.8", "a bad sum", with_bad_sum(in_error), DENIED, WIRE_ONLY, .opener = asks},
		{"A10.8", "about an error", error(NO_HOST, world, pod, in_error), DENIED, WIRE_ONLY,
		 .opener = asks},
		{"A10.8", "about half a header",
		 error_about(world, pod, pod.family == WARD_FAMILY_4 ? 3 : 1, 3, asks,
			     asks.transport - 4),
		 DENIED, WIRE_ONLY, .opener = asks},
		{"A10.8", "without its ports",
		 error_about(world, pod, pod.family == WARD_FAMILY_4 ? 3 : 1, 3, asks,
			     asks.transport),
		 DENIED, WIRE_ONLY, .opener = asks},
	};

	vectors_add(vectors, all, WARD_ARRAY_SIZE(all));
	if (pod.family == WARD_FAMILY_4)
		redirections(vectors, ends);
}
