/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 OR BSD-2-Clause */
/* The image: what the engine computed, as bytes that user space and the kernel read alike.
 *
 * An image is an array of 64-byte lines:
 *
 *	head page		64 lines: what this is, its geometry, the head word, the two roots
 *	IPv4 addresses		n_buckets4 lines for view 0, as many for view 1
 *	IPv6 addresses		n_buckets6 lines for view 0, as many for view 1
 *	heap			n_lines lines of immutable blocks
 *
 * The head word says which of the two *views* is in force; everything else is reached from that
 * view's root and table, so whoever loads the head once sees one version of everything:
 *
 *	head ─► root ─┬─► shapes (array) ─► identity
 *	              ├─► locals (records) ─► interface, identity, rows ─┐
 *	              ├─► prefixes4, prefixes6 ─► value                  │
 *	              ├─► uplinks (tree)                 row (array) ◄───┘
 *	              └─ address tables ─► value             └─► port map (tree) ─► verdict
 *
 * Blocks name each other by *ref*: the number of their first line in the heap.  Ref 0 is a block
 * that is all zeros, as long as anybody takes it to be, and zero means "closed" at every step: an
 * image that nobody has written yet lets nothing through, nor does what is missing in one.
 *
 *	array	u32 refs of pages of 64 cells (u32): cell i is page[i / 64][i % 64]
 *	tree	lines of ascending slots: from its key on, up to the next, holds its value; tree.c
 *	tree6	the same, of struct ward_bucket6
 *	local	struct ward_image_local, one line each
 *
 * A bucket of addresses is a line: 8 slots, or for IPv6 three whole addresses and their values.  A
 * slot whose value is 0 is empty.  A node of a tree looks the same; the value of one that has
 * others below it is the line of the next, counted from the first of the tree.  The key of the
 * first slot of a node is never asked for: there stands how many levels are below; IPv6 has a word
 * for it.
 *
 * This file is the ABI between the writer, ward.bpf.c and images on disk: a change of meaning is
 * a new WARD_IMAGE_LAYOUT. */
#pragma once

#include <stdint.h>

enum {
	WARD_IMAGE_LAYOUT = 4,
	WARD_LINE = 64,
	WARD_HEAD_LINES = 64,
	WARD_N_VIEWS = 2, /* a power of two */
	WARD_BUCKET4_SLOTS = 8,
	WARD_BUCKET6_SLOTS = 3,
	WARD_PAGE_CELLS = 64,
	WARD_TREE_ENTRIES = 1 << 20, /* at most */
	WARD_TREE4_LEVELS = 7,	     /* for so many */
	WARD_TREE6_LEVELS = 13,
	WARD_IS_UPLINK = 1,
};

#define WARD_IMAGE_MAGIC UINT64_C(0x6567616d69647277) /* "wrdimage" */

/* What an address stands for: kind << 30 | number. */
enum ward_image_kind {
	WARD_AT_UNREADY, /* of the pod ranges, but nobody's (yet): closed */
	WARD_AT_OTHER,	 /* number is a shape: a pod elsewhere, another node, the world */
	WARD_AT_LOCAL,	 /* number is an index into locals */
	WARD_AT_NODE,	 /* number is a shape: an address of this node */
};
#define WARD_VALUE(kind, number) ((uint32_t)(kind) << 30 | (uint32_t)(number))
#define WARD_VALUE_KIND(value) ((uint32_t)(value) >> 30)
#define WARD_VALUE_NUMBER(value) ((uint32_t)(value) & (UINT32_MAX >> 2))

/* Verdicts in port maps: decision << 1 | accept. */
#define WARD_RULING(decision, accept) ((uint32_t)(decision) << 1 | (uint32_t)(accept))

/* What WARD_DECISION_ISOLATED is there: no rule matched.  Like nothing at all. */
#define WARD_RULING_ISOLATED 0u

/* Keys of a port map: protocol section << 16 | port; OTHER has port 0 only. */
#define WARD_PORT_KEY(proto, port) ((uint32_t)(proto) << 16 | (uint32_t)(port))

/* How an image is divided: in lines. */
struct ward_geometry {
	uint32_t n_buckets4, n_buckets6; /* of each view's table of addresses */
	uint32_t n_lines;		 /* of the heap */
};

struct ward_slot4 {
	uint32_t value, key;
};

struct ward_bucket6 {
	uint64_t hi[WARD_BUCKET6_SLOTS], lo[WARD_BUCKET6_SLOTS];
	uint32_t value[WARD_BUCKET6_SLOTS];
	uint32_t below; /* levels, in a tree */
};

struct ward_image_root {
	uint64_t version;   /* ward_tables.version; 0 before the first commit */
	uint32_t numbering; /* the version since which numbers have meant what they mean */
	uint32_t seed4;	    /* of the hash of this view's table of IPv4 addresses */
	uint32_t seed6;	    /* IPv6 */
	uint32_t prefixes4; /* tree: first address → value, for addresses in no slot */
	uint32_t prefixes6; /* tree6: the same */
	uint32_t shapes;    /* array: shape → identity */
	uint32_t locals;    /* struct ward_image_local[] */
	uint32_t uplinks;   /* tree: ifindex of what leads out of the node → WARD_IS_UPLINK */
	uint32_t pad[6];
};

struct ward_image_local {
	uint32_t ifindex;  /* the node's end of its link; 0: none yet, its packets are refused */
	uint32_t endpoint; /* equal for the addresses of one pod */
	uint32_t identity;
	uint32_t row[2]; /* array: identity → port map; by enum ward_direction */
	uint32_t pad[11];
};

struct ward_image_head {
	uint64_t magic;
	uint32_t layout;
	struct ward_geometry geometry;
	uint32_t pad[10];
	uint64_t head; /* version of the image << 1 | view: the one word that is stored to live */
	uint64_t pad2[7];
	struct ward_image_root root[WARD_N_VIEWS];
};

_Static_assert(sizeof(struct ward_bucket6) == WARD_LINE, "a bucket is a line");
_Static_assert(sizeof(struct ward_slot4) * WARD_BUCKET4_SLOTS == WARD_LINE, "a bucket is a line");
_Static_assert(sizeof(struct ward_image_root) == WARD_LINE, "a root is a line");
_Static_assert(sizeof(struct ward_image_local) == WARD_LINE, "a local is a line");
_Static_assert(sizeof(struct ward_image_head) == 4 * WARD_LINE, "no holes");
