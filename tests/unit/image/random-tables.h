/* SPDX-License-Identifier: Apache-2.0 */
/* Random tables of both families, and the same questions answered from them without an image.
 *
 * Each part of the tables follows from a seed of its own, so that a sequence of versions can keep
 * what it likes and change the rest. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "engine/tables.h"
#include "image/lookup.h"

enum {
	R_SLOTS = 300, /* addresses of a family that may exist; a pod may have one of each */
	R_ALL_SLOTS = 2 * R_SLOTS,
	R_GROUP = R_SLOTS / 3, /* of IPv6 addresses that are next to each other */
	R_NODES = 3,
	R_OWN_NODE = 1, /* index; its name is R_NODE_NAME + 1 */
	R_NODE_NAME = 1000,
	R_PREFIXES = 12, /* of a family */
	R_SHAPES = 200,
	R_IDENTITIES = 150,
	R_ROWS = 12,
	R_PORT_MAPS = 20,
	R_SPANS = 6,
	R_DECISIONS = 30,
	R_CLOSED_FIRST = 0x0a000100, /* 10.0.1.0/26, closed when nobody has it */
	R_CLOSED_LAST = 0x0a00013f,
	R_UPLINK = 2,
};

/* Closed as well: two blocks of 64 addresses, around the middle of where IPv6 slots are. */
#define R_HI UINT64_C(0x20010db800000000)
#define R_CLOSED6_FIRST UINT64_C(0x7fffffffffffffc0)
#define R_CLOSED6_LAST UINT64_C(0x800000000000003f)

struct random_seeds {
	unsigned slot[R_ALL_SLOTS], prefixes, identities, rows, ports, decisions;
};

struct random_tables {
	struct ward_tables tables;
	struct ward_endpoint endpoints[R_ALL_SLOTS];
	struct ward_address addresses[R_ALL_SLOTS];
	uint32_t ifindex[R_ALL_SLOTS];
	uint32_t endpoint_at[R_SLOTS]; /* IPv4 slot → endpoint, or WARD_NONE */
	struct ward_node_info nodes[R_NODES];
	struct ward_prefix prefixes[2 * R_PREFIXES];
	uint32_t shape_identity[R_SHAPES];
	struct ward_row rows[R_ROWS];
	struct ward_cell cells[R_ROWS][R_IDENTITIES];
	struct ward_port_map port_maps[R_PORT_MAPS];
	struct ward_port_span spans[R_PORT_MAPS][R_SPANS];
	struct ward_decision decisions[R_DECISIONS];
};

static inline struct ward_ip r_ip(uint32_t address)
{
	return (struct ward_ip){.lo = address, .family = WARD_FAMILY_4};
}

static inline struct ward_ip r_ip6(uint64_t hi, uint64_t lo)
{
	return (struct ward_ip){hi, lo, WARD_FAMILY_6};
}

/* Slots are every second address, so that something is between them.  IPv6: the beginning of one
 * /64, the middle of the next, the end of the one after. */
static inline struct ward_ip r_ip6_at(uint32_t number)
{
	static const uint64_t first[] = {0, (UINT64_C(1) << 63) - R_GROUP, -2 * R_GROUP};

	return r_ip6(R_HI + number / (2 * R_GROUP),
		     first[number / (2 * R_GROUP)] + number % (2 * R_GROUP));
}

static inline struct ward_ip r_slot_address(uint32_t slot)
{
	return slot < R_SLOTS ? r_ip(0x0a000000 + 2 * slot) : r_ip6_at(2 * (slot - R_SLOTS));
}

/* A pod elsewhere, a local pod, a host-network pod. */
static inline uint32_t r_endpoint_fill(struct random_tables *random, uint32_t slot, unsigned what,
				       unsigned *seed)
{
	uint32_t number = random->tables.n_endpoints++;
	struct ward_endpoint endpoint = {
		.managed = true,
		.node = R_NODE_NAME + R_OWN_NODE,
		.row = {WARD_NONE, WARD_NONE},
	};

	random->ifindex[number] = slot % R_SLOTS + 10;
	if (what == 4) {
		endpoint.managed = false;
		endpoint.host_network = true;
		endpoint.node = R_NODE_NAME + rand_r(seed) % R_NODES;
	} else if (what < 8) {
		for (int d = 0; d < WARD_N_DIRECTION; d++)
			endpoint.row[d] = rand_r(seed) % R_ROWS;
	}
	random->endpoints[number] = endpoint;
	return number;
}

/* What is at a slot: nothing, a node, or a pod of some kind, perhaps one that has an IPv4 address
 * too. */
static inline void r_slot_fill(struct random_tables *random, uint32_t slot, unsigned seed)
{
	unsigned what = rand_r(&seed) % 10;
	struct ward_address address = {
		.ip = r_slot_address(slot),
		.shape = rand_r(&seed) % R_SHAPES,
		.endpoint = WARD_NONE,
		.node = WARD_NONE,
	};

	if (slot < R_SLOTS)
		random->endpoint_at[slot] = WARD_NONE;
	if (what < 3)
		return;
	if (what == 3)
		address.node = rand_r(&seed) % R_NODES;
	else if (slot >= R_SLOTS && what % 2)
		address.endpoint = random->endpoint_at[slot - R_SLOTS];
	if (what != 3 && address.endpoint == WARD_NONE)
		address.endpoint = r_endpoint_fill(random, slot, what, &seed);
	if (slot < R_SLOTS)
		random->endpoint_at[slot] = address.endpoint;
	random->addresses[random->tables.n_addresses++] = address;
}

static inline void r_ports_fill(struct random_tables *random, unsigned seed)
{
	for (uint32_t i = 0; i < R_PORT_MAPS; i++) {
		struct ward_port_map *map = &random->port_maps[i];
		uint32_t n = i ? rand_r(&seed) % R_SPANS : 0, at = 0, proto = 0;

		*map = (struct ward_port_map){
			.other = i ? rand_r(&seed) % R_DECISIONS : WARD_DECISION_OPEN,
			.rest = i ? rand_r(&seed) % R_DECISIONS : WARD_DECISION_OPEN,
			.spans = random->spans[i],
		};
		for (uint32_t k = 0; k < n; k++) {
			uint32_t low = at + rand_r(&seed) % 20;
			uint32_t high = rand_r(&seed) % 8 ? low + rand_r(&seed) % 20 : UINT16_MAX;

			random->spans[i][map->n++] =
				(struct ward_port_span){proto, low, high,
							rand_r(&seed) % R_DECISIONS};
			at = high + 1;
			if (at > UINT16_MAX || rand_r(&seed) % 3 == 0) {
				at = 0;
				proto++;
			}
			if (proto >= WARD_OTHER)
				break;
		}
	}
}

static inline void r_prefixes_fill(struct random_tables *random, unsigned seed)
{
	uint32_t at = 0, n = 0;

	while (n < R_PREFIXES && at <= 0x0a000400) {
		random->prefixes[n++] = (struct ward_prefix){r_ip(at), rand_r(&seed) % R_SHAPES};
		at = n == 1 ? 0x09ffff00 + rand_r(&seed) % 1024 : at + 1 + rand_r(&seed) % 150;
	}
	random->prefixes[n++] = (struct ward_prefix){r_ip6(0, 0), rand_r(&seed) % R_SHAPES};
	for (at = rand_r(&seed) % 150; at < 2 * R_SLOTS; at += 1 + rand_r(&seed) % 150)
		if (n < 2 * R_PREFIXES)
			random->prefixes[n++] =
				(struct ward_prefix){r_ip6_at(at), rand_r(&seed) % R_SHAPES};
	random->tables.n_prefixes = n;
}

static inline void random_tables_fill(struct random_tables *random,
				      const struct random_seeds *seeds, uint64_t version)
{
	unsigned identities = seeds->identities, rows = seeds->rows, decisions = seeds->decisions;

	random->tables = (struct ward_tables){
		.version = version,
		.endpoints = random->endpoints,
		.nodes = random->nodes,
		.n_nodes = R_NODES,
		.addresses = random->addresses,
		.prefixes = random->prefixes,
		.n_shapes = R_SHAPES,
		.n_identities = R_IDENTITIES,
		.shape_identity = random->shape_identity,
		.n_rows = R_ROWS,
		.rows = random->rows,
		.n_port_maps = R_PORT_MAPS,
		.port_maps = random->port_maps,
		.n_decisions = R_DECISIONS,
		.decisions = random->decisions,
	};
	for (uint32_t i = 0; i < R_NODES; i++)
		random->nodes[i].name = R_NODE_NAME + i;
	for (uint32_t i = 0; i < R_ALL_SLOTS; i++)
		r_slot_fill(random, i, seeds->slot[i]);
	for (uint32_t i = 0; i < R_SHAPES; i++)
		random->shape_identity[i] = rand_r(&identities) % R_IDENTITIES;
	for (uint32_t i = 0; i < R_ROWS; i++) {
		random->rows[i] =
			(struct ward_row){.n_cells = R_IDENTITIES, .cells = random->cells[i]};
		for (uint32_t k = 0; k < R_IDENTITIES; k++)
			random->cells[i][k] =
				(struct ward_cell){k, i ? rand_r(&rows) % R_PORT_MAPS : 0};
	}
	for (uint32_t i = 0; i < R_DECISIONS; i++)
		random->decisions[i].accept =
			i == WARD_DECISION_OPEN || (i > 1 && rand_r(&decisions) % 2);
	r_ports_fill(random, seeds->ports);
	r_prefixes_fill(random, seeds->prefixes);
}

static inline void random_seeds_init(struct random_seeds *seeds, unsigned *rng)
{
	for (uint32_t i = 0; i < R_ALL_SLOTS; i++)
		seeds->slot[i] = rand_r(rng);
	seeds->prefixes = rand_r(rng);
	seeds->identities = rand_r(rng);
	seeds->rows = rand_r(rng);
	seeds->ports = rand_r(rng);
	seeds->decisions = rand_r(rng);
}

/* Pods come, go and change; now and then policies do, or both. */
static inline void random_seeds_change(struct random_seeds *seeds, unsigned *rng)
{
	for (uint32_t n = rand_r(rng) % 20; n; n--)
		seeds->slot[rand_r(rng) % R_ALL_SLOTS] = rand_r(rng);
	switch (rand_r(rng) % 8) {
	case 0:
		seeds->prefixes = rand_r(rng);
		break;
	case 1:
		seeds->identities = rand_r(rng);
		break;
	case 2:
		seeds->rows = rand_r(rng);
		break;
	case 3:
		seeds->ports = rand_r(rng);
		break;
	case 4:
		seeds->decisions = rand_r(rng);
		break;
	default:
		break;
	}
}

static inline uint64_t random_64(unsigned *rng)
{
	return (uint64_t)rand_r(rng) << 62 ^ (uint64_t)rand_r(rng) << 31 ^ (uint64_t)rand_r(rng);
}

/* An address near what matters, or anywhere. */
static inline struct ward_ip random_address(unsigned *rng, enum ward_family family)
{
	bool anywhere = rand_r(rng) % 20 == 0;

	if (family == WARD_FAMILY_4)
		return r_ip(anywhere ? (uint32_t)random_64(rng)
				     : 0x0a000000 + rand_r(rng) % (2 * R_SLOTS + 20));
	if (!anywhere)
		return r_ip6_at(rand_r(rng) % (2 * R_SLOTS));
	return r_ip6(rand_r(rng) % 2 ? random_64(rng) : R_HI + rand_r(rng) % 5 - 1, random_64(rng));
}

/* A packet from and to addresses of one family. */
static inline struct ward_image_flow random_flow(unsigned *rng)
{
	enum ward_family family = rand_r(rng) % 2 ? WARD_FAMILY_4 : WARD_FAMILY_6;
	struct ward_image_flow flow = {
		.from = random_address(rng, family),
		.to = random_address(rng, family),
		.proto = rand_r(rng) % WARD_N_PROTO,
		.ifindex = WARD_LOOPBACK_IFINDEX,
	};

	flow.sender = flow.from;
	return flow;
}

static inline uint16_t random_port(unsigned *rng)
{
	return rand_r(rng) % 10 ? rand_r(rng) % 140 : UINT16_MAX - rand_r(rng) % 3;
}

/* The naive answers, straight from the tables. */
struct naive_end {
	const struct ward_address *address; /* or NULL */
	const struct ward_endpoint *local;  /* or NULL */
	bool closed, own_node;
	uint32_t identity;
};

static inline bool naive_is_closed(struct ward_ip ip)
{
	if (ip.family == WARD_FAMILY_4)
		return ip.lo >= R_CLOSED_FIRST && ip.lo <= R_CLOSED_LAST;
	return ip.hi == R_HI + 1 && ip.lo >= R_CLOSED6_FIRST && ip.lo <= R_CLOSED6_LAST;
}

static inline struct naive_end naive_resolve(const struct ward_tables *tables, struct ward_ip ip)
{
	struct naive_end end = {};
	const struct ward_endpoint *endpoint = NULL;
	uint32_t shape = 0;

	for (uint32_t i = 0; i < tables->n_addresses; i++)
		if (ward_ip_eq(tables->addresses[i].ip, ip))
			end.address = &tables->addresses[i];
	if (!end.address) {
		end.closed = naive_is_closed(ip);
		for (uint32_t i = 0; i < tables->n_prefixes; i++)
			if (tables->prefixes[i].first.family == ip.family &&
			    ward_ip_cmp(tables->prefixes[i].first, ip) <= 0)
				shape = tables->prefixes[i].shape;
		end.identity = tables->shape_identity[shape];
		return end;
	}
	end.identity = tables->shape_identity[end.address->shape];
	if (end.address->endpoint != WARD_NONE)
		endpoint = &tables->endpoints[end.address->endpoint];
	if (endpoint && endpoint->managed && endpoint->row[0] != WARD_NONE)
		end.local = endpoint;
	end.own_node =
		end.address->node == R_OWN_NODE ||
		(endpoint && endpoint->host_network && endpoint->node == R_NODE_NAME + R_OWN_NODE);
	return end;
}

static inline uint32_t naive_decision(const struct ward_tables *tables, uint32_t row,
				      uint32_t identity, enum ward_proto proto, uint16_t port)
{
	const struct ward_port_map *map = &tables->port_maps[tables->rows[row].cells[identity].map];

	if (proto == WARD_OTHER)
		return map->other;
	for (uint32_t i = 0; i < map->n; i++)
		if (map->spans[i].proto == proto && map->spans[i].low <= port &&
		    port <= map->spans[i].high)
			return map->spans[i].decision;
	return map->rest;
}

static inline void naive_judge(const struct ward_tables *tables, struct ward_ip from,
			       struct ward_ip to, enum ward_proto proto, uint16_t port,
			       struct ward_image_verdict *verdict)
{
	struct naive_end source = naive_resolve(tables, from), target = naive_resolve(tables, to);
	bool self = source.local && source.local == target.local;
	uint32_t decision;

	*verdict = (struct ward_image_verdict){.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED}};
	if (source.closed || target.closed) {
		verdict->outcome = WARD_OUTCOME_NOT_READY;
		return;
	}
	verdict->accept = true;
	if (source.local) {
		decision = naive_decision(tables, source.local->row[WARD_EGRESS], target.identity,
					  proto, port);
		verdict->decision[WARD_EGRESS] = decision;
		verdict->accept &= tables->decisions[decision].accept ||
				   (self && decision == WARD_DECISION_ISOLATED);
	}
	if (target.local && !source.own_node) {
		decision = naive_decision(tables, target.local->row[WARD_INGRESS], source.identity,
					  proto, port);
		verdict->decision[WARD_INGRESS] = decision;
		verdict->accept &= tables->decisions[decision].accept ||
				   (self && decision == WARD_DECISION_ISOLATED);
	}
}

/* The same for a packet: who sent it decides whether it is looked at. */
static inline void naive_walk(const struct random_tables *random,
			      const struct ward_image_flow *flow,
			      struct ward_image_verdict *verdict)
{
	const struct ward_tables *tables = &random->tables;
	struct naive_end sender = naive_resolve(tables, flow->sender);
	bool is_router = !ward_ip_eq(flow->sender, flow->reply ? flow->to : flow->from);
	bool spoofed = false;

	if (sender.local)
		spoofed = is_router ||
			  random->ifindex[sender.local - random->endpoints] != flow->ifindex;
	else if (flow->ifindex != WARD_LOOPBACK_IFINDEX)
		spoofed = sender.own_node || flow->ifindex != R_UPLINK;
	naive_judge(tables, flow->from, flow->to, flow->proto, flow->port, verdict);
	if (verdict->outcome == WARD_OUTCOME_NOT_READY)
		return;
	if (spoofed || sender.closed)
		*verdict = (struct ward_image_verdict){
			.outcome = sender.closed ? WARD_OUTCOME_NOT_READY : WARD_OUTCOME_SPOOFED,
			.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED},
		};
}
