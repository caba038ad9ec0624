/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses: who claims them, and who has them.
 *
 * A pod or node claims each of its addresses; the claims of one are a span.  Of several claims to
 * one address the strongest has it (F2): managed pods before nodes before pods of a node's network;
 * among pods the newest, and of two as new the first by name (A12.5); of two nodes the first by
 * name.  An address keeps its number until everything is computed anew, whoever has it. */
#pragma once

#include "engine/prefix.h"
#include "engine/shape.h"
#include "engine/tables.h"

struct claim_span {
	uint32_t first, n; /* claims */
};

struct addresses {
	struct ward_intern ips;		    /* three words: family, hi, lo */
	WARD_VEC(struct ward_address) list; /* by address: the strongest claim; no family: none */
	number_list claims;		    /* by address: one, or WARD_NONE */
	WARD_VEC(struct ward_address) own;  /* by claim */
	number_list next;		    /* by claim: another to the same address */
	number_list of;			    /* by claim: the number of the address */
	uint32_t n_live;		    /* claims */
	number_list touched;		    /* addresses whose claims changed, each once */
	struct ward_bits is_touched;
	number_list sorted; /* addresses below n_sorted, by ip */
	uint32_t n_sorted;
};

/* Numbers the addresses in ascending order, before there are others; sorts @ips. */
void addresses_number(struct addresses *addresses, struct ward_ip *ips, uint32_t n);

/* Claims @n addresses for an endpoint or node, instead of those of @span. */
void addresses_claim(struct addresses *addresses, const struct ward_address *as,
		     const struct ward_ip *ips, uint32_t n, struct claim_span *span);

/* Gives each claim of the span the shape of its address, with this pod shape. */
void addresses_shape(struct addresses *addresses, struct shapes *shapes,
		     const struct prefixes *prefixes, const struct claim_span *span,
		     uint32_t pod_shape);

/* The number of an address that was ever claimed, or WARD_NONE. */
uint32_t addresses_find(const struct addresses *addresses, struct ward_ip ip);

/* Appends the numbers of those within the range. */
void addresses_within(struct addresses *addresses, struct ward_ip first, struct ward_ip last,
		      number_list *ret_addresses);

void addresses_touch(struct addresses *addresses, uint32_t address);

/* Settles who has the touched addresses, and appends these. */
void addresses_elect(struct addresses *addresses, const struct inventory *inventory,
		     number_list *ret_touched);

void addresses_done(struct addresses *addresses);
