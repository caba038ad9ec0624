/* SPDX-License-Identifier: Apache-2.0 */
/* Who may talk to whom: every ordered pair of places with anything allowed between them. */
#pragma once

#include "base/arena.h"
#include "base/ip.h"
#include "base/vec.h"
#include "engine/engine.h"
#include "kube/snapshot.h"

/* Ports as people see them: sorted by protocol, merged, disjoint. */
struct ward_port_set {
	bool other; /* protocols without ports, ICMP among them */
	uint32_t n;
	const struct ward_port_range {
		enum ward_proto proto;
		uint16_t low, high; /* 1..65535 */
	} * ranges;
};

/* A place on the map: a workload (or a pod), or a range of external addresses. */
struct ward_place {
	const char *id; /* "shop/web[Deployment]", or "10.0.0.0-10.255.255.255" */
	bool external;
	enum ward_kind kind;  /* unless external */
	ward_sym ns, name;    /* unless external */
	ward_sym environment; /* value of the namespace's `env` label, or WARD_NONE */
	uint32_t n_groups;
	const ward_sym
		*groups; /* names of the user groups it belongs to, in order of declaration */
	bool isolated[WARD_N_DIRECTION];
	bool asked;	     /* the options ask about it: it is not only the other end */
	uint32_t endpoint;   /* one that it stands for, unless external */
	const char *differs; /* the id of its workload, whose pods are not alike and are shown one
				by one; else NULL */
	struct ward_ip_range range; /* external */
};

struct ward_link {
	uint32_t from, to;		   /* index into places */
	const struct ward_port_set *allow; /* one of the map's sets */
};

/* A pod that policies do not see, so the map has no place for it. */
struct ward_skipped {
	const char *id;
	const char *why; /* "uses the network of its node" */
};

struct ward_map {
	const struct ward_symbols *symbols;
	uint32_t n_places, n_links, n_sets;
	const struct ward_place *places;  /* sorted: by namespace, name, kind; external ones last */
	const struct ward_link *links;	  /* sorted by (from, to) */
	const struct ward_port_set *sets; /* each once */
	uint32_t n_skipped; /* host-network and finished pods, which policies do not see */
	const struct ward_skipped *skipped;
	bool too_large;	   /* more than WARD_MAP_LINKS_MAX links: there are no places */
	bool undetermined; /* rules have address blocks, and pods whose address is not known are
			      taken to be in none of them (A12.6) */
	struct ward_arena arena;
};

struct ward_bits;

/* Where nothing is closed, links grow with the square of the workloads: 5,000 of them, all open,
 * still have a map, of which a table takes some gigabytes. */
enum {
	WARD_MAP_LINKS_MAX = 25 * 1000 * 1000
};

struct ward_map_options {
	bool pods;   /* a place for every pod instead of every workload */
	bool twins;  /* also links from a workload to itself: what its pods may do with each other
		      */
	ward_sym ns; /* only what goes on in this namespace or crosses its border;
			WARD_SYM_EMPTY: everywhere */
	const struct ward_bits *focus;	  /* only what these endpoints have a part in; NULL: all */
	const struct ward_port_set *only; /* of what is open, only these ports; NULL: all */
};

void ward_map_build(const struct ward_engine *engine, const struct ward_snapshot *snapshot,
		    const struct ward_map_options *options, struct ward_map *ret_map);
void ward_map_done(struct ward_map *map);

/* "all", "TCP 80,8000-9000 UDP 53", "TCP 1-65535 other": into @buf, cut with "…" if too long. */
const char *ward_port_set_str(const struct ward_port_set *set, char *buf, size_t size);
