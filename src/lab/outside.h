/* SPDX-License-Identifier: Apache-2.0 */
/* The world: every address that is neither a node's nor in the pod range of one.
 *
 * It is one namespace behind the fabric that hosts them all, so that whatever address a policy
 * speaks of, there is somebody at it who answers, and who can be asked to send from it. */
#pragma once

#include "lab/world.h"

/* The namespace, reached from the fabric.  0 or a negative errno. */
int lab_outside_open(struct lab *lab);

/* Answers on the ports of the rules in force, and on those that everybody asks the world for. */
void lab_outside_serve(struct lab *lab);

struct lab_outsiders {
	WARD_VEC(struct ward_ip) list; /* sorted */
	uint32_t n_left_out;	       /* beyond what is sensible to try */
};

/* Addresses of the world that stand for all: of each range that no rule in force divides, the first
 * and the last. */
void lab_outsiders_find(const struct lab *lab, struct lab_outsiders *ret);
void lab_outsiders_done(struct lab_outsiders *outsiders);
