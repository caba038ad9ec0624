/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the making of random worlds: what its files share. */
#pragma once

#include "kube/selector.h"
#include "oracle/world.h"

/* What is being made, and with what. */
struct maker {
	struct world *world;
	struct rng *rng;
	uint32_t n_namespaces, n_nodes;
};

extern const char *const port_names[3];
extern const uint16_t port_numbers[6];

#define pick(maker, array) ((array)[rng_below((maker)->rng, WARD_ARRAY_SIZE(array))])
#define make_n(maker, type, n) ward_arena_new_n(&(maker)->world->arena, type, n)

ward_sym maker_symbol(struct maker *maker, const char *text);
ward_sym maker_symbol_n(struct maker *maker, const char *prefix, uint32_t n);
struct ward_object maker_object(enum ward_kind kind, ward_sym ns, ward_sym name);
struct ward_selector maker_selector(struct maker *maker, bool of_namespaces);
struct ward_cidr maker_cidr(struct rng *rng);

ward_sym maker_namespace(struct maker *maker);

/* The groups that a GroupPolicy speaks of, at least one: declared, or the name of a UserGroup that
 * may not be there. */
struct ward_group;
const struct ward_group *maker_groups(struct maker *maker, uint32_t *ret_n);

/* Some of each kind, perhaps none; they are added to the world. */
void make_usergroups(struct maker *maker);
void make_clusterpolicies(struct maker *maker);
