/* SPDX-License-Identifier: Apache-2.0 */
/* May these connect, and which lines decide it: the answer to `ward can`. */
#pragma once

#include "analysis/map.h"
#include "analysis/who.h"

struct ward_question {
	const struct ward_engine *engine;
	const struct ward_snapshot *snapshot;
	const struct ward_who *from, *to;
	bool any;      /* is anything open between them, rather than everything */
	bool any_port; /* which ports are open, rather than is this one */
	bool brief;    /* no near misses and no fixes, which take the most time */
	bool deny;     /* what would deny it, where it is allowed */
	enum ward_proto proto;
	uint16_t port;
};

/* One member with one other, in the addresses of one family. */
struct ward_pair {
	const struct ward_member *from, *to;
	uint16_t port; /* at the destination: where a Service sends what was asked about */
	struct ward_end from_end, to_end;
	struct ward_verdict verdict;  /* any_port: of which sides are judged, and by which rows */
	bool allowed;		      /* the port; any_port: something */
	struct ward_port_set ports;   /* any_port: what is open */
	bool opens[WARD_N_DIRECTION]; /* any_port: does this side let anything through? */
};

/* A rule and the policy it belongs to. */
struct ward_rule_ref {
	const struct ward_policy *policy;
	const struct ward_rule *rule;
	const char *name; /* as its author called it, or NULL */
	const char *exempts,
		*exempts_what; /* or, none of its lines, but what a GroupPolicy exempts */
};

/* A rule that would have allowed the connection but for something. */
struct ward_near_miss {
	struct ward_rule_ref at;
	const char *because; /* "label role of shop/web is database, not db"; a line for each */
};

enum ward_saying {
	WARD_SAYS_NOTHING, /* no rule matches, and in the NetworkPolicy tier nothing isolates */
	WARD_SAYS_PASS,	   /* a rule does, and passes it on */
	WARD_SAYS_ACCEPT,
	WARD_SAYS_DENY,
	WARD_SAYS_ISOLATED, /* no rule matches, and a policy isolates */
	WARD_SAYS_SELF,	    /* the same, but a pod cannot lock itself out */
	WARD_N_SAYING,
};

/* What one tier says (B9). */
struct ward_step {
	enum ward_tier tier;
	enum ward_saying says;
	struct ward_rule_ref at; /* of PASS, ACCEPT, DENY */
};

/* What one end says and why. */
struct ward_why {
	bool judged; /* is there a pod that policies see? */
	bool accept;
	bool self_exempt;    /* a pod cannot lock itself out (F7.1) */
	bool node_exempt;    /* traffic of the pod's own node (A10.1) */
	enum ward_tier tier; /* that decides; WARD_N_TIER: no policy does */
	uint32_t n_deciding; /* rules that match; the first one decides */
	const struct ward_rule_ref *deciding;
	uint32_t n_isolating;
	const struct ward_policy *const *isolating;
	const struct ward_near_miss *nearest; /* of a denial; NULL: no rule in this direction */
	uint32_t n_steps;		      /* none with any_port: every port has a path */
	const struct ward_step *path; /* the tiers with a policy for this pod, up to the one that
				       * decides */
};

/* A change of what a side says: the words, perhaps with lines of YAML. */
struct ward_fix {
	const char *text;
	bool of[WARD_N_DIRECTION]; /* the sides that it is about */
	enum ward_tier tier;
	bool relabels; /* a pod, and is no rule */
};

/* A Service before the destination that has the port asked about and sends it to another. */
struct ward_detour {
	const struct ward_service *service; /* or NULL */
	uint16_t port;			    /* at the pod */
};

struct ward_answer {
	WARD_VEC(struct ward_pair) pairs;
	uint32_t n_allowed;
	const struct ward_pair *explained; /* the first that keeps the answer from being no (asked
					    * for any) or yes (for all), else the first */
	struct ward_why why[WARD_N_DIRECTION];
	struct ward_detour detour;
	/* Set by who asked again with what is staged enforced: would it be a yes? */
	bool is_rehearsed, rehearsed_yes;
	uint32_t n_fixes;
	/* What would allow it: alternatives, but each tier of each side needs one.  Or what would
	 * deny it (question.deny, and explained->allowed): all of them, at one end. */
	const struct ward_fix *fixes;
	struct ward_arena arena;
};

/* Of the fixes of a denied connection those that are rules to write, and together enough: one for
 * each tier of each end, and one that mends both where there is one.  At most @max; returns how
 * many. */
uint32_t ward_answer_rules(const struct ward_answer *answer, const struct ward_fix **ret_rules,
			   uint32_t max);

/* Where the rule is in its object: "spec.allow[1]", "spec.ingress[0]".  The caller frees. */
char *ward_rule_ref_path(const struct ward_rule_ref *at);

/* 0, or -ENOTCONN: no address of one side is of a family that the other has. */
int ward_explain(const struct ward_question *question, struct ward_answer *ret_answer);
void ward_answer_done(struct ward_answer *answer);
