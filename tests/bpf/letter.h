/* SPDX-License-Identifier: Apache-2.0 */
/* Numbered packets from place to place of a town, as frames.
 *
 * Who sent one, through which place, and the lower bits of its number are in the source port, so
 * that the event about it says which it was; all of it is also in a note behind the headers, which
 * says so when it arrives. */
#pragma once

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include "base/proto.h"
#include "packet.h"
#include "town.h"

enum letter_kind {
	BY_UDP_53,
	BY_UDP_80,
	BY_ECHO,    /* answered by whoever gets it */
	BY_SERVICE, /* to the address of the Service */
	BY_TCP_53,
	BY_TCP_80,
	BY_TCP_81,
	BY_SCTP_80,
	BY_PING,
	N_LETTER_KIND,
};

static const struct {
	enum ward_proto proto;
	uint16_t port;
} letter_kinds[N_LETTER_KIND] = {
	[BY_UDP_53] = {WARD_UDP, 53}, [BY_UDP_80] = {WARD_UDP, 80},   [BY_ECHO] = {WARD_UDP, 7},
	[BY_SERVICE] = {WARD_UDP, 9}, [BY_TCP_53] = {WARD_TCP, 53},   [BY_TCP_80] = {WARD_TCP, 80},
	[BY_TCP_81] = {WARD_TCP, 81}, [BY_SCTP_80] = {WARD_SCTP, 80}, [BY_PING] = {WARD_OTHER, 0},
};

enum {
	N_SENDERS = 2,
	SERIALS = 1 << 11,
	NOTE_AT = 20, /* behind the beginning of the protocol's header */
	NOTE_MAGIC = 0x77617264,
};

struct note {
	uint32_t magic, number;
	uint8_t sender, is_answer;
	uint8_t pad[2];
};

struct letter {
	enum letter_kind kind;
	int sender, six; /* which family */
	int from, to;	 /* places; the Service is NOWHERE */
	int through;	 /* whose veth it leaves by: another than @from is a lie */
	uint32_t number;
	bool is_answer;
};

static inline uint16_t letter_port(const struct letter *letter)
{
	return (letter->through + 1) << 12 | letter->sender * SERIALS | letter->number % SERIALS;
}

/* The way back. */
static inline bool letter_of_port(uint16_t port, int *ret_through, int *ret_sender,
				  uint32_t *ret_serial)
{
	*ret_through = (port >> 12) - 1;
	*ret_sender = port / SERIALS % N_SENDERS;
	*ret_serial = port % SERIALS;
	return *ret_through >= 0 && *ret_through < N_PLACES;
}

/* The number of the kind with this protocol and port, or N_LETTER_KIND. */
static inline enum letter_kind letter_kind_of(enum ward_proto proto, uint16_t port)
{
	enum letter_kind kind = 0;

	while (kind < N_LETTER_KIND &&
	       (letter_kinds[kind].proto != proto || letter_kinds[kind].port != port))
		kind++;
	return kind;
}

/* Fills in what the protocol needs to be taken for what it is, at its header. */
static inline void letter_open(uint8_t *at, enum ward_proto proto, int six, uint32_t size)
{
	if (proto == WARD_UDP)
		put16(at + 4, size);
	if (proto == WARD_TCP) {
		at[12] = 5 << 4;
		at[13] = 2; /* SYN */
	}
	if (proto == WARD_SCTP) {
		at[12] = 1; /* INIT */
		put16(at + 14, size - 12);
	}
	if (proto == WARD_OTHER) {
		memcpy(at + 4, at, 2);		    /* the port becomes the identifier */
		put32(at, (six ? 128u : 8u) << 24); /* of an echo request */
	}
}

static inline void ip4_sum(uint8_t *ip)
{
	uint32_t sum = 0;

	for (int i = 0; i < 20; i += 2)
		sum += ip[i] << 8 | ip[i + 1];
	while (sum >> 16)
		sum = (sum & UINT16_MAX) + (sum >> 16);
	put16(ip + 10, ~sum);
}

/* The packet, from source to target with these ports. */
static inline struct packet letter_packet(const struct letter *letter, struct ward_ip from,
					  struct ward_ip to, uint16_t sport, uint16_t dport)
{
	static const uint8_t numbers[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_ICMP};
	const struct note note = {.magic = NOTE_MAGIC,
				  .number = letter->number,
				  .sender = letter->sender,
				  .is_answer = letter->is_answer};
	enum ward_proto proto = letter_kinds[letter->kind].proto;
	uint8_t protocol = proto == WARD_OTHER && letter->six ? IPPROTO_ICMPV6 : numbers[proto];
	struct packet packet = packet_of(from, to, protocol, sport, dport);
	uint32_t start = packet.size - NOTE_AT;

	memcpy(packet.bytes + packet.size, &note, sizeof(note));
	packet.size += sizeof(note);
	letter_open(packet.bytes + start, proto, letter->six, packet.size - start);
	if (letter->six) {
		put16(packet.bytes + 4, packet.size - start);
	} else {
		put16(packet.bytes + 2, packet.size);
		ip4_sum(packet.bytes);
	}
	return packet;
}

/* Hands a packet to the near end of a place, as whoever is there could. */
static inline void packet_send(int fd, const struct town *town, int through,
			       const struct packet *packet)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_ifindex = (int)town->far[through],
				 .sll_halen = ETH_ALEN};
	uint8_t frame[ETH_HLEN + PACKET_MAX];

	mac_of(MAC_NEAR, through, frame);
	mac_of(MAC_FAR, through, frame + ETH_ALEN);
	put16(frame + 2 * ETH_ALEN, packet->family == PACKET_IPV4 ? ETH_P_IP : ETH_P_IPV6);
	memcpy(frame + ETH_HLEN, packet->bytes, packet->size);
	if (sendto(fd, frame, ETH_HLEN + packet->size, 0, (void *)&to, sizeof(to)) < 0)
		net_fail("sendto");
}

static inline void letter_send(int fd, const struct town *town, const struct letter *letter)
{
	struct ward_ip to = letter->to == NOWHERE ? town->service[letter->six]
						  : town->ip[letter->six][letter->to];
	struct packet packet = letter_packet(letter, town->ip[letter->six][letter->from], to,
					     letter_port(letter), letter_kinds[letter->kind].port);

	packet_send(fd, town, letter->through, &packet);
}

/* A letter that arrived somewhere, @size bytes of frame; false: it is something else. */
static inline bool letter_read(const uint8_t *frame, size_t size, struct note *ret_note)
{
	size_t start = ETH_HLEN + (frame[12] == 8 ? 20 : 40) + NOTE_AT;

	if (size < start + sizeof(*ret_note))
		return false;
	memcpy(ret_note, frame + start, sizeof(*ret_note));
	return ret_note->magic == NOTE_MAGIC;
}
