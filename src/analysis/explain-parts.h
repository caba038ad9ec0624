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

/* Finds the nearest miss of a denied side and what would mend it. */
void ward_explain_denial(struct ward_explainer *explainer, const struct ward_view *view,
			 struct ward_why *why);

/* A rule to write, in the language of the policies that isolate. */
const char *ward_fix_rule(struct ward_explainer *explainer, const struct ward_view *view,
			  const struct ward_why *why);

/* Are the namespaces of both ends in one environment? */
bool ward_explain_same_environment(const struct ward_explainer *explainer,
				   const struct ward_view *view);
