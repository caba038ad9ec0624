/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* The verdict: one function, compiled for user space and for the kernel.
 *
 * What `ward can --image` says and what happens to a packet is the same code over the same bytes.
 * It is written for the BPF verifier too: every access goes through ward_line(), which bounds it;
 * searches are counted loops; a ref that is out of bounds leads to line 0, which is zeros, which is
 * "closed".
 *
 * Nothing in here stores to the image, and it needs no libc. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/proto.h"
#include "image/layout.h"

#define ward_inline static inline __attribute__((always_inline))

/* Hides where a value came from, so that the compiler keeps the bound (or the dependency on the
 * head word) in the register that is used. */
#define ward_opaque(var) __asm__ volatile("" : "+r"(var))

/* The bytes of an image and its geometry; @view comes from the head word, loaded once. */
struct ward_image {
	const char *base, *heap;
	struct ward_geometry geometry;
	uint64_t view;
};

/* One end of a flow. */
struct ward_image_end {
	const struct ward_image_local *local; /* zeros unless LOCAL */
	uint32_t kind;			      /* enum ward_image_kind */
	uint32_t identity;
};

/* A packet as part of its flow: @from opened it, @port is where it was opened to.  An ICMP error
 * is part of the flow that it is about (A10.8), and may come from a router between the two. */
struct ward_image_flow {
	struct ward_ip from, to; /* of one family */
	struct ward_ip sender;	 /* of this packet, if it is neither; or of no family */
	uint32_t proto;		 /* enum ward_proto */
	uint32_t port;
	uint32_t ifindex; /* where the packet came in; 1 is the loopback device: the node's own */
	bool reply;	  /* this packet goes from @to to @from */
};

/* What became of it.  The first is a matter of policy, the others are refused before it. */
enum ward_outcome {
	WARD_OUTCOME_RULES,
	WARD_OUTCOME_SPOOFED,
	WARD_OUTCOME_NOT_READY,
	WARD_OUTCOME_MALFORMED,
	WARD_N_OUTCOME,
};

struct ward_image_verdict {
	bool accept;
	uint32_t outcome;		     /* enum ward_outcome */
	uint32_t decision[WARD_N_DIRECTION]; /* UINT32_MAX: that side was not judged */
};

enum {
	WARD_LOOPBACK_IFINDEX = 1,
	WARD_NOT_JUDGED = UINT32_MAX,
};

/* Where the parts begin, in lines. */
ward_inline uint64_t ward_addresses4_at(const struct ward_geometry *geometry, uint64_t view)
{
	return WARD_HEAD_LINES + view * geometry->n_buckets4;
}

ward_inline uint64_t ward_addresses6_at(const struct ward_geometry *geometry, uint64_t view)
{
	return ward_addresses4_at(geometry, WARD_N_VIEWS) + view * geometry->n_buckets6;
}

ward_inline uint64_t ward_heap_at(const struct ward_geometry *geometry)
{
	return ward_addresses6_at(geometry, WARD_N_VIEWS);
}

ward_inline struct ward_image ward_image_of(const char *base, const struct ward_geometry *geometry)
{
	return (struct ward_image){
		.base = base,
		.heap = base + ward_heap_at(geometry) * WARD_LINE,
		.geometry = *geometry,
	};
}

ward_inline const void *ward_line(const struct ward_image *image, uint64_t line)
{
	if (line >= image->geometry.n_lines)
		line = 0;
	ward_opaque(line);
	return image->heap + line * WARD_LINE;
}

/* Line @i of a block.  Of block 0 each is zeros, however many it is asked for: behind line 0 there
 * are others' blocks. */
ward_inline const void *ward_block_line(const struct ward_image *image, uint32_t ref, uint32_t i)
{
	return ward_line(image, ref ? (uint64_t)ref + i : 0);
}

ward_inline uint32_t ward_u32(const struct ward_image *image, uint32_t ref, uint32_t i)
{
	const uint32_t *line = ward_block_line(image, ref, i / 16);

	return line[i % 16];
}

/* Cell @i of an array. */
ward_inline uint32_t ward_cell(const struct ward_image *image, uint32_t ref, uint32_t i)
{
	uint32_t page = ward_u32(image, ref, i / WARD_PAGE_CELLS);

	return ward_u32(image, page, i % WARD_PAGE_CELLS);
}

/* The value of the last slot whose key is at most @key. */
ward_inline uint32_t ward_slot4_floor(const struct ward_slot4 *node, uint32_t key)
{
	uint32_t value = node[0].value;

#pragma GCC unroll 8
	for (int i = 1; i < WARD_BUCKET4_SLOTS; i++) {
		if (node[i].key > key)
			break;
		value = node[i].value;
	}
	return value;
}

/* What a tree says of @key; 0 if it is none.  A loop that ends when there is nothing below, but
 * counted: no bytes at all may make it endless. */
ward_inline uint32_t ward_floor(const struct ward_image *image, uint32_t ref, uint32_t key)
{
	uint32_t value = 0;

	for (int level = 0; level < WARD_TREE4_LEVELS; level++) {
		const struct ward_slot4 *node = ward_line(image, (uint64_t)ref + value);

		value = ward_slot4_floor(node, key);
		if (!node[0].key)
			return value;
	}
	return 0;
}

/* What is carried when @b and @carry are taken from @a: 1 if @a is the smaller. */
ward_inline uint64_t ward_borrow(uint64_t a, uint64_t b, uint64_t carry)
{
	return ((~a & b) | ((~a | b) & (a - b - carry))) >> 63;
}

ward_inline bool ward_is_above6(const struct ward_bucket6 *node, int i, const struct ward_ip *ip)
{
	return ward_borrow(ip->hi, node->hi[i], ward_borrow(ip->lo, node->lo[i], 0));
}

/* As ward_floor(). */
ward_inline uint32_t ward_floor6(const struct ward_image *image, uint32_t ref,
				 const struct ward_ip *ip)
{
	uint32_t value = 0;

	for (int level = 0; level < WARD_TREE6_LEVELS; level++) {
		const struct ward_bucket6 *node = ward_line(image, (uint64_t)ref + value);

		value = node->value[0];
		if (!ward_is_above6(node, 1, ip))
			value = node->value[1];
		if (!ward_is_above6(node, 2, ip))
			value = node->value[2];
		if (!node->below)
			return value;
	}
	return 0;
}

ward_inline uint64_t ward_mix(uint64_t hash)
{
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return (hash ^ hash >> 32) * UINT64_C(0xd6e8feb86659fd93);
}

ward_inline uint64_t ward_hash4(uint32_t address, uint32_t seed)
{
	return ward_mix((uint64_t)seed << 32 | address);
}

ward_inline uint64_t ward_hash6(uint64_t hi, uint64_t lo, uint32_t seed)
{
	uint64_t hash = ward_mix(hi + seed);

	return ward_mix((hash ^ hash >> 32) + lo);
}

/* The two buckets an address may be in: from the upper and the lower half of its hash. */
ward_inline uint64_t ward_bucket(uint32_t n_buckets, uint32_t half_hash)
{
	return (uint64_t)half_hash * n_buckets >> 32;
}

ward_inline uint32_t ward_bucket4_find(const struct ward_slot4 *slots, uint32_t address)
{
#pragma GCC unroll 8
	for (int i = 0; i < WARD_BUCKET4_SLOTS; i++)
		if (slots[i].key == address && slots[i].value)
			return slots[i].value;
	return 0;
}

ward_inline uint32_t ward_bucket6_find(const struct ward_bucket6 *bucket, uint64_t hi, uint64_t lo)
{
#pragma GCC unroll 3
	for (int i = 0; i < WARD_BUCKET6_SLOTS; i++)
		if (!((bucket->hi[i] ^ hi) | (bucket->lo[i] ^ lo)) && bucket->value[i])
			return bucket->value[i];
	return 0;
}

ward_inline const struct ward_image_root *ward_root(const struct ward_image *image)
{
	const struct ward_image_head *head = (const void *)image->base;

	return &head->root[image->view];
}

ward_inline const struct ward_slot4 *ward_slots4(const struct ward_image *image, uint32_t half_hash)
{
	const struct ward_geometry *geometry = &image->geometry;
	uint64_t bucket = ward_bucket(geometry->n_buckets4, half_hash);

	return (const void *)(image->base + ward_addresses4_at(geometry, image->view) * WARD_LINE +
			      bucket * WARD_LINE);
}

ward_inline const struct ward_bucket6 *ward_slots6(const struct ward_image *image,
						   uint32_t half_hash)
{
	const struct ward_geometry *geometry = &image->geometry;
	uint64_t bucket = ward_bucket(geometry->n_buckets6, half_hash);

	return (const void *)(image->base + ward_addresses6_at(geometry, image->view) * WARD_LINE +
			      bucket * WARD_LINE);
}

/* What an address stands for: its slot, else the prefix it is in. */
ward_inline uint32_t ward_value4(const struct ward_image *image, uint32_t address)
{
	const struct ward_image_root *root = ward_root(image);
	uint64_t hash = ward_hash4(address, root->seed4);
	uint32_t value = ward_bucket4_find(ward_slots4(image, hash >> 32), address);

	if (!value)
		value = ward_bucket4_find(ward_slots4(image, hash), address);
	return value ? value : ward_floor(image, root->prefixes4, address);
}

ward_inline uint32_t ward_value6(const struct ward_image *image, const struct ward_ip *ip)
{
	const struct ward_image_root *root = ward_root(image);
	uint64_t hash = ward_hash6(ip->hi, ip->lo, root->seed6);
	uint32_t value = ward_bucket6_find(ward_slots6(image, hash >> 32), ip->hi, ip->lo);

	if (!value)
		value = ward_bucket6_find(ward_slots6(image, hash), ip->hi, ip->lo);
	return value ? value : ward_floor6(image, root->prefixes6, ip);
}

/* @family: of the address; a constant where it is known. */
ward_inline void ward_resolve(const struct ward_image *image, enum ward_family family,
			      const struct ward_ip *ip, struct ward_image_end *end)
{
	const struct ward_image_root *root = ward_root(image);
	uint32_t value =
		family == WARD_FAMILY_4 ? ward_value4(image, ip->lo) : ward_value6(image, ip);
	uint32_t number = WARD_VALUE_NUMBER(value);

	end->kind = WARD_VALUE_KIND(value);
	if (end->kind == WARD_AT_LOCAL) {
		end->local = ward_block_line(image, root->locals, number);
		end->identity = end->local->identity;
	} else {
		end->local = ward_line(image, 0);
		end->identity = ward_cell(image, root->shapes, number);
	}
}

/* Does it lead out of the node, or is what comes in there the node's own? */
ward_inline bool ward_is_outside(const struct ward_image *image, uint32_t ifindex)
{
	return ifindex == WARD_LOOPBACK_IFINDEX ||
	       ward_floor(image, ward_root(image)->uplinks, ifindex) == WARD_IS_UPLINK;
}

/* Is the sender who it claims to be?  A pod of this node sends through its own interface, the node
 * through none, and all others are behind the uplinks: so whatever is at another interface, a pod
 * that is not known yet, or no longer, or by no address that is judged, can be nobody. */
ward_inline bool ward_source_is_true(const struct ward_image *image, uint32_t kind,
				     uint32_t its_ifindex, uint32_t ifindex)
{
	if (kind == WARD_AT_LOCAL)
		return its_ifindex && ifindex == its_ifindex;
	if (kind == WARD_AT_NODE)
		return ifindex == WARD_LOOPBACK_IFINDEX;
	return ward_is_outside(image, ifindex);
}

ward_inline uint32_t ward_ruling(const struct ward_image *image, uint32_t row, uint32_t identity,
				 uint32_t key)
{
	return ward_floor(image, ward_cell(image, row, identity), key);
}

/* A pod cannot lock itself out by isolation, only by a rule that denies (F7.1). */
ward_inline bool ward_accepts(uint32_t ruling, bool self)
{
	return ruling & 1 || (self && ruling == WARD_RULING_ISOLATED);
}

/* May @from open this flow to @to (F7)?  Both ends that are pods of this node are asked, and both
 * must agree.  A pod that talks to itself by way of its node does so through a Service. */
ward_inline void ward_judge(const struct ward_image *image, const struct ward_image_end *from,
			    const struct ward_image_end *to, uint32_t proto, uint32_t port,
			    struct ward_image_verdict *verdict)
{
	uint32_t key = WARD_PORT_KEY(proto, proto == WARD_OTHER ? 0 : port);
	bool self = from->kind == WARD_AT_LOCAL && to->kind == WARD_AT_LOCAL &&
		    from->local->endpoint == to->local->endpoint;
	uint32_t ruling;

	verdict->accept = true;
	if (from->kind == WARD_AT_LOCAL) {
		ruling = ward_ruling(image, from->local->row[WARD_EGRESS], to->identity, key);
		verdict->decision[WARD_EGRESS] = ruling >> 1;
		verdict->accept = ward_accepts(ruling, self);
	}
	if (to->kind == WARD_AT_LOCAL && from->kind != WARD_AT_NODE) { /* A10.1 */
		ruling = ward_ruling(image, to->local->row[WARD_INGRESS], from->identity, key);
		verdict->decision[WARD_INGRESS] = ruling >> 1;
		verdict->accept &= ward_accepts(ruling, self);
	}
}

/* Who sent it, if not an end of its flow?  Then it was a router, which no pod of this node is: what
 * it says it is in the middle of would be a way to speak to whom it may not. */
ward_inline void ward_resolve_router(const struct ward_image *image, enum ward_family family,
				     const struct ward_ip *ip, struct ward_image_end *end)
{
	ward_resolve(image, family, ip, end);
	if (end->kind == WARD_AT_LOCAL)
		end->local = ward_line(image, 0);
}

/* The walk of a parsed packet, from the check of its source to the verdict. */
ward_inline void ward_walk(const struct ward_image *image, enum ward_family family,
			   const struct ward_image_flow *flow, struct ward_image_verdict *verdict)
{
	struct ward_image_end from, to, sender;

	*verdict = (struct ward_image_verdict){
		.decision = {WARD_NOT_JUDGED, WARD_NOT_JUDGED},
	};
	ward_resolve(image, family, &flow->from, &from);
	ward_resolve(image, family, &flow->to, &to);
	sender = flow->reply ? to : from;
	if (flow->sender.family && !ward_ip_eq(flow->sender, flow->reply ? flow->to : flow->from))
		ward_resolve_router(image, family, &flow->sender, &sender);
	if (from.kind == WARD_AT_UNREADY || to.kind == WARD_AT_UNREADY ||
	    sender.kind == WARD_AT_UNREADY)
		verdict->outcome = WARD_OUTCOME_NOT_READY;
	else if (!ward_source_is_true(image, sender.kind, sender.local->ifindex, flow->ifindex))
		verdict->outcome = WARD_OUTCOME_SPOOFED;
	else
		ward_judge(image, &from, &to, flow->proto, flow->port, verdict);
}
