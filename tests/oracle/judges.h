/* SPDX-License-Identifier: Apache-2.0 */
/* Those who are judged by the oracle: each answers the same questions about the same worlds. */
#pragma once

#include "oracle/oracle.h"

struct judge {
	const char *name;
	/* Prepares for one world; what it returns is given to the others, the last of which ends
	 * it. */
	void *(*open)(const struct world *world);
	void (*judge)(void *self, const struct conn *conn, struct judgement *ret_judgement);
	void (*close)(void *self);
};

extern const struct judge engine_judge; /* what it opens is a struct ward_engine */
extern const struct judge nodes_judge;
extern const struct judge rules_judge; /* the same */

/* An engine for the pods of one node, or for all with WARD_NONE. */
struct ward_engine *engine_for_node(const struct world *world, ward_sym node);

/* For a struct ward_group_resolver; @world is a struct world. */
struct ward_usergroup;
const struct ward_usergroup *world_usergroup(const void *world, ward_sym name);

struct ward_end;
struct ward_verdict;

/* The two ends and what the engine says. */
void engine_verdict(const struct ward_engine *engine, const struct conn *conn,
		    struct ward_end *ret_from, struct ward_end *ret_to,
		    struct ward_verdict *ret_verdict);

/* Ended by NULL. */
extern const struct judge *const judges[];

enum {
	JUDGES_MAX = 8
};

/* Prints what differs, with the world and the connection, and returns false. */
bool judgement_check(const struct world *world, const struct conn *conn, const char *judge,
		     const struct judgement *got);

/* "allow: egress by rule NetworkPolicy x/p0 #1, ingress open". */
void judgement_print(const struct world *world, const struct judgement *judgement, FILE *out);
