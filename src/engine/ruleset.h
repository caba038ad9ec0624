/* SPDX-License-Identifier: Apache-2.0 */
/* What the policies say: which apply to whom, in what order, and what their rules ask of a peer.
 *
 * A policy is numbered by its slot, a rule by its decision: the rules of a policy follow each
 * other, so a list of decisions is a list of rules.  Peers of rules are resolved to numbers of
 * scopes and block sets, but these count only while the policy is used by a subject of interest:
 * what no interesting row asks splits no identity. */
#pragma once

#include "base/bits.h"
#include "engine/inventory.h"
#include "engine/policies.h"
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

/* What is known of a policy, by slot. */
struct policy_state {
	uint64_t rank; /* ascends in the order of evaluation */
	uint32_t first_decision;
	uint32_t n_subjects; /* scopes of its own, each once */
	const uint32_t *subjects;
	bool has_say[WARD_N_DIRECTION]; /* it isolates, or has a rule there */
	bool is_bound;			/* a rule is bound to the subject's environment */
	bool names_ports;		/* an ingress rule names a port */
	bool has_nodes;			/* a peer is nodes: it depends on those there are */
	bool is_resolved;
};

struct ruleset {
	struct ward_arena arena;
	WARD_VEC(const struct ward_policy *) policies; /* by slot; NULL: removed */
	WARD_VEC(struct policy_state) states;	       /* by slot */
	number_list order;			       /* slots in the order of evaluation */
	WARD_VEC(struct ward_decision) decisions;
	WARD_VEC(struct rule_peers) peers; /* by decision; once resolved */
	uint32_t n_live_rules;
	struct uses used; /* policies */

	struct scopes subjects;		/* of policies */
	WARD_VEC(number_list) applying; /* by subject scope: slots */
	struct scopes scopes;		/* of peers */
	struct prefixes prefixes;
	struct uses names; /* of ports that egress rules in use mention */
	struct uses bound; /* peer scopes used with same_environment */
};

void ruleset_init(struct ruleset *ruleset);
void ruleset_done(struct ruleset *ruleset);

/* Slots must come in ascending order; @policy must outlive the ruleset, or its removal. */
void ruleset_add(struct ruleset *ruleset, const struct ward_symbols *symbols, uint32_t slot,
		 const struct ward_policy *policy);
void ruleset_remove(struct ruleset *ruleset, uint32_t slot);

/* Appends the policies with a subject scope among @subject_scopes that have a say in @direction,
 * in the order of evaluation, each once. */
void ruleset_applying(const struct ruleset *ruleset, const number_list *subject_scopes,
		      enum ward_direction direction, number_list *ret_policies);

/* Counts what the rules of a policy ask for, or no longer: scopes, block sets, names of ports. */
void ruleset_use(struct ruleset *ruleset, uint32_t policy, bool used,
		 const struct inventory *inventory);

const struct ward_rule *ruleset_rule(const struct ruleset *ruleset, uint32_t decision);
bool rule_has_names(const struct ward_rule *rule);
