/* SPDX-License-Identifier: Apache-2.0 */
/* What each version of a town's policy says to every letter there can be, on either node: computed
 * beside the datapath, from the engine's verdicts, and compared with the oracle's. */
#pragma once

#include <stdatomic.h>

#include "engine/engine.h"
#include "letter.h"
#include "oracle/changing.h"

enum {
	KEPT = 256, /* versions: more than can be on the way at any time */
};

/* How a node sees an address. */
struct seen {
	enum {
		SEEN_NOBODY, /* of the pod range */
		SEEN_HERE,   /* a pod of this node */
		SEEN_AWAY,   /* anyone else */
	} who;
	int wired; /* SEEN_HERE: the place whose veth it is behind, or NOWHERE */
	uint32_t identity;
};

struct verdict_seen {
	uint32_t decision[WARD_N_DIRECTION];
	bool accept;
};

/* One version on one node. */
struct page {
	struct seen seen[N_FAMILIES][N_PLACES];
	struct verdict_seen said[N_FAMILIES][N_PLACES][N_PLACES][N_LETTER_KIND];
};

struct version {
	_Atomic uint64_t number; /* that the page is about; set when it is ready */
	struct page node[N_NODES];
};

struct versions {
	struct version version[KEPT];
};

/* Who is behind which veth. */
struct wiring {
	/* The place of this pod's veth, or NOWHERE. */
	int (*place_of)(void *self, ward_sym ns, ward_sym name);
	void *self;
};

/* From the tables that the engine of node @node has committed. */
void page_fill(struct page *page, const struct town *town, int node, ward_sym name,
	       const struct ward_engine *engine, const struct wiring *wiring);

/* The oracle about @n random letters of the page; prints the first that differs. */
bool page_agrees(const struct page *page, const struct town *town, const struct world *world,
		 struct rng *rng, uint32_t n);

/* Waits until the version is ready; NULL: it is too old. */
const struct version *versions_wait(struct versions *versions, uint64_t number);

/* What a node does to a packet of the flow @from → @to that comes in through the veth of place
 * @through, or by the wire. */
enum {
	BY_WIRE = -1,
};
void page_judge(const struct page *page, const struct letter *letter, int node, int through,
		struct ward_flow_event *ret_expected);
