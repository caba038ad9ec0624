/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the explanation: what its parts share. */
#pragma once

#include "analysis/explain.h"
#include "group/grouppolicy.h"

struct ward_explainer {
	struct ward_question asked;	      /* with the port at the destination of the moment */
	const struct ward_question *question; /* that */
	const struct ward_tables *tables;
	const struct ward_symbols *symbols;
	struct ward_answer *answer;
};

/* The two ends as one direction sees them. */
struct ward_view {
	enum ward_direction direction;
	const struct ward_member *subject_member, *other_member;
	const struct ward_end *subject, *other, *destination;
};

struct ward_view ward_view_of(const struct ward_pair *pair, enum ward_direction direction);

/* Who @policy came from, if that is a GroupPolicy; else NULL. */
const struct ward_grouppolicy *ward_explain_grouppolicy(const struct ward_explainer *explainer,
							const struct ward_policy *policy);

struct ward_rule_ref ward_rule_ref_of(const struct ward_explainer *explainer,
				      const struct ward_policy *policy, uint32_t rule);

const char *ward_explain_format(struct ward_explainer *explainer, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What would have to change for a rule to match.  When it is one label of one pod, which. */
struct ward_miss {
	uint32_t weight;     /* how far it is off; 0: it matches */
	uint32_t n;	     /* things that are wrong */
	const char *because; /* a line for each */
	bool wrong_port;
	const struct ward_member *label_of; /* or NULL */
	uint32_t label_endpoint;
	ward_sym key, value;
};

enum {
	WARD_MISS_FAR = 1000 /* not worth mentioning */
};

/* Why does the rule not match?  Its policy need not even select the subject. */
struct ward_miss ward_miss_of(struct ward_explainer *explainer, const struct ward_view *view,
			      const struct ward_rule_ref *at);

/* Does the policy apply to this endpoint? */
bool ward_policy_selects(const struct ward_explainer *explainer, const struct ward_policy *policy,
			 const struct ward_endpoint *endpoint);

/* The port map of a row for the other end. */
uint32_t ward_explain_cell(const struct ward_explainer *explainer, uint32_t row,
			   const struct ward_end *other);

/* What one end of the pair says, and why. */
void ward_explain_why(struct ward_explainer *explainer, const struct ward_pair *pair,
		      enum ward_direction direction, struct ward_why *why);

/* A label that a pod does not have yet. */
struct ward_relabel {
	uint32_t endpoint;
	ward_sym key, value;
};

/* The policies that apply to one end, in the order of evaluation. */
struct ward_stack {
	const struct ward_view *view;
	bool spares_self; /* isolation does not keep this pod from itself (F7.1) */
	uint32_t n;
	const struct ward_policy *const *policies;
	const struct ward_relabel *relabel; /* or NULL */
};

/* Where a search in a stack goes on; zeroed: at its top. */
struct ward_cursor {
	uint32_t policy, rule;
};

struct ward_stack ward_stack_of(struct ward_explainer *explainer, const struct ward_pair *pair,
				const struct ward_view *view);

/* As if a pod had one label more or another. */
struct ward_stack ward_stack_relabelled(struct ward_explainer *explainer,
					const struct ward_pair *pair, const struct ward_view *view,
					const struct ward_relabel *relabel);

/* The next rule of the tier that matches; false: there is none.  With any_port, those that match
 * what has no ports. */
bool ward_stack_next(struct ward_explainer *explainer, const struct ward_stack *stack,
		     enum ward_tier tier, struct ward_cursor *cursor, struct ward_rule_ref *ret_at);

/* Has the tier a policy that says something in this direction? */
bool ward_stack_has(const struct ward_stack *stack, enum ward_tier tier);

struct ward_step ward_stack_step(struct ward_explainer *explainer, const struct ward_stack *stack,
				 enum ward_tier tier);

/* The step that decides; says NOTHING or PASS, of the Baseline tier: none, so it is allowed. */
struct ward_step ward_stack_decision(struct ward_explainer *explainer,
				     const struct ward_stack *stack);
bool ward_step_allows(const struct ward_step *step);

/* Finds the nearest miss of a side that is isolated, and what would mend it.  @is_told: the near
 * miss is going to be told, so that the words may refer to it. */
void ward_explain_denial(struct ward_explainer *explainer, const struct ward_pair *pair,
			 const struct ward_view *view, bool is_told, struct ward_why *why);

/* What would allow the explained pair, over all address families of the two.  @why: of each side.
 */
void ward_explain_fixes(struct ward_explainer *explainer);

/* What would deny it. */
void ward_explain_denying(struct ward_explainer *explainer);

/* The pairs of these two members, which are next to each other: one for each family. */
const struct ward_pair *ward_explain_family(const struct ward_answer *answer, uint32_t *ret_n);

/* Adds to the answer; NULL: nothing. */
void ward_fix_add(struct ward_explainer *explainer, enum ward_direction direction,
		  enum ward_tier tier, const char *text);
void ward_fix_add_label(struct ward_explainer *explainer, enum ward_direction direction,
			const char *text);

/* A rule to write, in the language of the policies that isolate. */
const char *ward_fix_rule(struct ward_explainer *explainer, const struct ward_view *view,
			  const struct ward_why *why);

/* A rule to write before one that denies, in its own language; NULL: that cannot say it. */
const char *ward_fix_before(struct ward_explainer *explainer, const struct ward_view *view,
			    const struct ward_rule_ref *denying);

/* What goes before the baseline of a GroupPolicy of the tier Baseline. */
const char *ward_fix_closed(struct ward_explainer *explainer, const struct ward_view *view,
			    const struct ward_rule_ref *closing);

/* "{matchLabels: {role: db}}": what selects this pod, or if possible its workload, alone. */
const char *ward_fix_selector(struct ward_explainer *explainer, const struct ward_endpoint *pod);

/* The addresses of the other end as quoted CIDRs with something between them. */
const char *ward_fix_networks(struct ward_explainer *explainer, const struct ward_view *view,
			      const char *separator);

/* A word as a YAML string. */
const char *ward_fix_word(struct ward_explainer *explainer, const char *word);

/* " (shop.yaml:31)", or nothing. */
const char *ward_fix_place(struct ward_explainer *explainer, struct ward_mark mark);

/* "spec.ingress[0] of NetworkPolicy shop/db (shop.yaml:31)" */
const char *ward_fix_rule_name(struct ward_explainer *explainer, const struct ward_rule_ref *at);

/* Is the policy about the workload of this pod and no other? */
bool ward_fix_is_own(const struct ward_explainer *explainer, const struct ward_policy *policy,
		     const struct ward_endpoint *subject);

/* Are they of one workload? */
bool ward_fix_same_owner(const struct ward_explainer *explainer, const struct ward_endpoint *a,
			 const struct ward_endpoint *b);

/* Are the namespaces of both ends in one environment? */
bool ward_explain_same_environment(const struct ward_explainer *explainer,
				   const struct ward_view *view);
