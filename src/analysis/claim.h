/* SPDX-License-Identifier: Apache-2.0 */
/* What a PolicyTest expects, as claims that can be judged.
 *
 * A claim is a rule of the IR: wherever it applies (its subject, its peer, its port), the policies
 * shall accept, or shall not.  So whoever can ask where a rule applies can look for what breaks a
 * claim, among the pods given as among all that could be.  An expectation may take several:
 *
 *	{from: any, to: any, …}		egress of every pod, and ingress to every pod
 *	{from: backend, to: vendor, …}	egress of backend to pods of vendor, and to addresses of it
 *	environments: [dev, staging]	the same once for each
 *	{to: db, onlyFrom: [backend]}	ingress to db from everybody, unless this is one of backend:
 *					a second rule says where the claim does not hold */
#pragma once

#include "analysis/groups.h"
#include "group/policytest.h"

struct ward_who;

struct ward_claim {
	const struct ward_expectation *expectation;
	enum ward_direction direction; /* whose subject the rule has */
	bool allow;
	bool outside_only; /* its peers are external addresses, and no pod that has one */
	/* Not in force.  rules[0]: where the claim holds; rules[1], if there: unless it applies. */
	struct ward_policy *policy;
	/* A pod that is named is asked about alone, and no other that could be. */
	const struct ward_who *from, *to; /* or NULL */
};

/* Everything that the tests of a snapshot expect. */
struct ward_claims {
	const struct ward_engine *engine;
	const struct ward_snapshot *snapshot;
	struct ward_groups groups;
	struct ward_arena arena;
	WARD_VEC(struct ward_claim) list;
	WARD_VEC(struct ward_who *) whos;
};

void ward_claims_init(struct ward_claims *claims, const struct ward_engine *engine,
		      const struct ward_snapshot *snapshot);
void ward_claims_done(struct ward_claims *claims);

/* Adds what the expectation takes.  NULL, or why it cannot be judged: a group or pod that is not
 * there (the caller frees). */
char *ward_claims_add(struct ward_claims *claims, const struct ward_policytest *test,
		      const struct ward_expectation *expectation);
