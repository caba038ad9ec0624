/* SPDX-License-Identifier: Apache-2.0 */
/* The policies in force, in the order of evaluation, and which of them apply to whom.
 *
 * Every rule has its decision number, counted through all policies, so that a list of decisions is
 * a list of rules.  Peers of rules are resolved to scope and block set numbers only for policies
 * that apply to a subject of interest: what no interesting row uses splits no identity. */
#pragma once

#include "base/bits.h"
#include "engine/inventory.h"
#include "engine/prefix.h"
#include "engine/scope.h"
#include "engine/tables.h"

/* A scope as a peer: perhaps only within the subject's own environment. */
struct peer_scope {
	uint32_t scope;
	bool same_environment;
};

struct rule_peers {
	uint32_t n_scopes;
	const struct peer_scope *scopes;
	uint32_t block_set; /* or WARD_NONE */
};

struct ruleset {
	struct ward_arena arena;
	uint32_t n_policies, n_decisions;
	const struct ward_policy **policies; /* in the order of evaluation */
	uint32_t *first_decision;	     /* of each policy */
	struct ward_decision *decisions;
	struct rule_peers *peers; /* by decision; filled in when the policy is used */
	struct ward_bits used;	  /* policies */
	struct ward_bits named[WARD_N_DIRECTION]; /* names of ports that used rules mention */
	struct ward_bits bound;			  /* peer scopes used with same_environment */

	struct scopes subjects;	       /* of policies */
	WARD_VEC(scope_list) applying; /* by subject scope: policies, ascending */
	struct scopes scopes;	       /* of peers */
	struct prefixes prefixes;
};

/* Takes no policy over; @policies must outlive the ruleset. */
void ruleset_init(struct ruleset *ruleset, const struct ward_symbols *symbols,
		  struct ward_policy *const *policies, uint32_t n_policies);
void ruleset_done(struct ruleset *ruleset);

/* Appends the policies with a subject scope among @subject_scopes that have a say in @direction,
 * in the order of evaluation, each once. */
void ruleset_applying(const struct ruleset *ruleset, const scope_list *subject_scopes,
		      enum ward_direction direction, scope_list *ret_policies);

/* Marks a policy as used by an interesting row and resolves the peers of its rules; those that are
 * nodes to the nodes of @inventory. */
void ruleset_use(struct ruleset *ruleset, uint32_t policy, const struct inventory *inventory);

const struct ward_rule *ruleset_rule(const struct ruleset *ruleset, uint32_t decision);
