/* SPDX-License-Identifier: Apache-2.0 */
/* Packets and what has to become of them: one table for test runs (verdict.c) and for the wire
 * (wire.c).
 *
 * Three pods of the node: to "pod" TCP and UDP 80 may be opened, and nothing without ports; "shut"
 * may open as much and no more; "far" may all, and is behind another interface than test runs come
 * from.  "remote" is a pod of another node, "own" the node, "unready" an address of the pod ranges
 * that no pod has, "nobody" one that is neither. */
#pragma once

#include "base/vec.h"
#include "datapath/datapath.h"
#include "engine/tables.h"
#include "packet.h"

struct ends {
	struct ward_ip world, pod, shut, far, remote, own, unready, nobody;
};

/* Through whose interface a packet comes in, on the wire. */
enum via {
	VIA_SOURCE, /* of whoever has its source address */
	VIA_SHUT,
	VIA_POD,
	VIA_FAR,
	VIA_WORLD,
};

enum fate {
	ACCEPTED,
	DENIED,
	SPOOFED,
	NOT_READY,
	MALFORMED,
	N_FATE,
};

/* Where it can be tried. */
enum how {
	ANYWHERE,
	LOST,	   /* on the wire the kernel loses it before it comes to the program */
	RUN_ONLY,  /* comes in through the loopback device */
	WIRE_ONLY, /* interfaces, frames or connections make the difference */
	WIRE_LOST, /* the kernel loses it, and there is nothing to be run */
};

/* A part of a packet, sent as a fragment: so many bytes behind the IP header. */
struct piece {
	uint16_t at, size;
	bool more;
};

struct vector {
	const char *number; /* in docs/semantics.md */
	const char *what;
	struct packet packet;
	enum fate fate;
	enum how how;
	enum via via;
	struct packet opener; /* is sent before it, if there is one */
	uint32_t n_pieces;
	struct piece pieces[4];
	uint32_t tag_size; /* instead of the Ethernet type */
	uint8_t tag[16];
};

struct vectors {
	WARD_VEC(struct vector) list;
};

void vectors_add(struct vectors *vectors, const struct vector *more, size_t n);

/* Bytes: of either family, of one, of what IPv6 neighbours say. */
void vectors_either(struct vectors *vectors, const struct ends *ends);
void vectors_four(struct vectors *vectors, const struct ends *four);
void vectors_six(struct vectors *vectors, const struct ends *six);
void vectors_neighbours(struct vectors *vectors, const struct ends *six);

/* What only the wire can show: who sends through which interface, frames, fragments, connections
 * and the errors about them. */
void vectors_sources(struct vectors *vectors, const struct ends *ends);
void vectors_frames(struct vectors *vectors, const struct ends *ends);
void vectors_fragments(struct vectors *vectors, const struct ends *ends);
void vectors_connections(struct vectors *vectors, const struct ends *ends);
void vectors_groups(struct vectors *vectors, const struct ends *ends);
void vectors_untracked(struct vectors *vectors, const struct ends *ends);
void vectors_errors(struct vectors *vectors, const struct ends *ends);

/* The tables of the policy above; @ifindex: of pod, shut and far. */
struct vector_tables {
	struct ward_endpoint endpoints[4];
	struct ward_node_info nodes[1];
	struct ward_address addresses[10];
	uint32_t ifindex[4], identity[1];
	struct ward_row rows[2];
	struct ward_port_map port_maps[2];
	struct ward_port_span spans[2];
	struct ward_decision decisions[3];
	struct ward_tables tables;
};
void vector_tables_init(struct vector_tables *tables, const struct ends *four,
			const struct ends *six, ward_sym node, const uint32_t ifindex[3]);

/* Changes to a packet. */
static inline struct packet with_byte(struct packet packet, uint32_t at, uint8_t value)
{
	packet.bytes[at] = value;
	return packet;
}

static inline struct packet with_word(struct packet packet, uint32_t at, uint16_t value)
{
	put16(packet.bytes + at, value);
	return packet;
}

/* From the world to the pod. */
static inline struct packet to_pod(const struct ends *ends, uint8_t protocol, uint16_t dport)
{
	return packet_of(ends->world, ends->pod, protocol, 1024, dport);
}
