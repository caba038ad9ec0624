/* SPDX-License-Identifier: Apache-2.0 */
/* Port sets: what a connection may use, each distinct set once and known by a number.
 *
 * A port map of the tables says for every port which rule decides; most questions only ask which
 * ports are accepted.  A map of n workloads asks it n² times, but of very few distinct pairs of
 * port maps, so the answers are kept. */
#pragma once

#include "analysis/map.h"

enum {
	WARD_PORTS_NONE, /* the empty set is always number 0 */
	WARD_PORTS_ALL,	 /* and everything, protocols without ports too, number 1 */
};

struct ward_port_sets {
	const struct ward_tables *tables;
	struct ward_intern sets;
	uint32_t *of_map;	  /* port map → set, WARD_NONE: not computed yet */
	struct ward_intern pairs; /* (set, set) → index into results */
	WARD_VEC(uint32_t) results;
};

void ward_port_sets_init(struct ward_port_sets *sets, const struct ward_tables *tables);
void ward_port_sets_done(struct ward_port_sets *sets);

/* What the cell accepts. */
uint32_t ward_port_sets_of_map(struct ward_port_sets *sets, uint32_t port_map);

/* Both, either. */
uint32_t ward_port_sets_and(struct ward_port_sets *sets, uint32_t a, uint32_t b);
uint32_t ward_port_sets_or(struct ward_port_sets *sets, uint32_t a, uint32_t b);

/* What @a has and @b has not. */
uint32_t ward_port_sets_minus(struct ward_port_sets *sets, uint32_t a, uint32_t b);

/* The number of a set that comes from elsewhere. */
uint32_t ward_port_sets_put(struct ward_port_sets *sets, const struct ward_port_set *set);

/* Valid until done. */
struct ward_port_set ward_port_sets_get(const struct ward_port_sets *sets, uint32_t set);

bool ward_port_set_has(const struct ward_port_set *set, enum ward_proto proto, uint16_t port);

/* As ward_port_set_str() but never cut; the caller frees. */
char *ward_port_set_text(const struct ward_port_set *set);
