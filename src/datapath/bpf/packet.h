/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What is read from a packet of either family.
 *
 * What cannot be read is dropped: every parser here answers "no" to what it does not understand,
 * and reads nothing but what the receiver will read the same way. */
#pragma once

#include "kernel.h"

#include <bpf/bpf_endian.h>
#include <linux/in.h>
#include <linux/in6.h>

#include "base/proto.h"
#include "image/lookup.h"

struct packet {
	struct ward_image_flow flow; /* that it is part of; until turn_round() as if it opened it */
	uint16_t sport;
	uint8_t protocol;
	bool opens; /* the first packet of its flow */
};

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
	case IPPROTO_ICMPV6:
		return ICMP_SIZE;
	default:
		return 0;
	}
}

/* The ports at @start, if the protocol has them; otherwise they are 0. */
static __always_inline bool parse_ports(struct bpf_dynptr *bytes, uint32_t start,
					struct packet *packet)
{
	uint16_t buffer[2], *ports;

	packet->flow.proto = ward_proto_of_number(packet->protocol);
	packet->flow.port = packet->sport = 0;
	if (packet->flow.proto == WARD_OTHER)
		return true;
	ports = bpf_dynptr_slice(bytes, start, buffer, sizeof(buffer));
	if (!ports)
		return false;
	packet->sport = bpf_ntohs(ports[0]);
	packet->flow.port = bpf_ntohs(ports[1]);
	return true;
}

static __always_inline void turn_round(struct packet *packet)
{
	struct ward_ip address = packet->flow.from;
	uint16_t port = packet->sport;

	packet->flow.from = packet->flow.to;
	packet->flow.to = address;
	packet->sport = packet->flow.port;
	packet->flow.port = port;
}
