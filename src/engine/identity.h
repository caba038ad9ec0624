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
 * {role=db, app=b, rev=8} have one identity; {role=db} another; {rev=9} and 8.8.8.8 a third.
 *
 * An identity never changes: when rules ask for something new, the shapes that it tells apart get
 * other identities, and so they do when nobody asks for it any more. */
#pragma once

#include "engine/ruleset.h"
#include "engine/shape.h"

struct identity {
	uint32_t signature; /* of the pod part */
	uint32_t class;
};

struct identities {
	struct ward_intern signatures;	/* {environment, ports, scopes…} */
	struct ward_intern port_sets;	/* struct named_port[]; 0: none */
	struct ward_intern all;		/* struct identity */
	number_list of_shape;		/* by shape */
	WARD_VEC(number_list) of_scope; /* by peer scope: the identities it holds for, ascending */
	WARD_VEC(number_list) of_set;	/* by block set: the identities it contains, ascending */
	number_list with_ports;		/* the identities that have named ports, ascending */
};

void identities_init(struct identities *identities);
void identities_done(struct identities *identities);

/* The signature of a pod shape by the rules in use. */
uint32_t identities_sign(struct identities *identities, struct ruleset *ruleset,
			 const struct inventory *inventory, const struct pod_shape *pod);

/* Gives @shape the identity of its class and @signature; WARD_NONE: of no pod.  True if it had
 * another or none. */
bool identities_assign(struct identities *identities, const struct ruleset *ruleset,
		       const struct shapes *shapes, uint32_t shape, uint32_t signature);

/* The environment part of an identity, or WARD_NONE when nobody asks. */
uint32_t identity_environment(const struct identities *identities, uint32_t identity);

/* Its named ports, in port_sets. */
uint32_t identity_ports(const struct identities *identities, uint32_t identity);
