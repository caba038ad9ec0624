/* SPDX-License-Identifier: Apache-2.0 */
/* Identities: sets of shapes that every policy in use treats alike as a peer.
 *
 * The identity of a shape is the interned signature of all that a used rule could ask about it:
 * the peer scopes that hold, its environment if one of those is bound to the subject's, the named
 * ports that egress rules mention, and the prefix class.  What no rule asks about splits nothing:
 * a pod that no selector matches and an address outside share an identity when their prefix class
 * is the same.
 *
 * Example: rules speak of {role=db} and {app in (a, b)}.  Pods {role=db, app=a, rev=7} and
 * {role=db, app=b, rev=8} have one identity; {role=db} another; {rev=9} and 8.8.8.8 a third. */
#pragma once

#include "engine/ruleset.h"
#include "engine/shape.h"

struct identity {
	uint32_t signature; /* of the pod part */
	uint32_t class;
};

struct identities {
	struct ward_intern signatures; /* {environment, ports, scopes…} */
	struct ward_intern port_sets;  /* struct named_port[]: only names that used rules mention */
	struct ward_intern all;	       /* struct identity */
	uint32_t *of_shape;
	uint32_t n_shapes;
	WARD_VEC(scope_list) of_scope; /* by peer scope: the identities it holds for */
	WARD_VEC(scope_list) of_set;   /* by block set: the identities it contains */
};

/* After the sweep, when every policy in use is known. */
void identities_build(struct identities *identities, struct ruleset *ruleset,
		      const struct inventory *inventory, const struct shapes *shapes);
void identities_done(struct identities *identities);

/* The named ports of a pod shape that rules of @direction mention, interned in port_sets. */
uint32_t identities_ports(struct identities *identities, const struct ruleset *ruleset,
			  const struct inventory *inventory, uint32_t ports,
			  enum ward_direction direction);

/* The environment part of an identity, or WARD_NONE when nobody asks. */
uint32_t identity_environment(const struct identities *identities, uint32_t identity);
uint32_t identity_ports(const struct identities *identities, uint32_t identity);
