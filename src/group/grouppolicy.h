/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicy: policies between user groups. */
#pragma once

#include "base/proto.h"
#include "group/exemptions.h"
#include "group/membership.h"
#include "kube/networkpolicy.h"
#include "kube/selector.h"
#include "kube/snapshot.h"

/* A group that lines speak of: declared in the policy, or a UserGroup. */
struct ward_group {
	ward_sym name;
	struct ward_mark mark;		   /* of the declaration, or of the first use */
	bool is_named;			   /* a UserGroup; nothing is declared here */
	struct ward_membership membership; /* else */
};

enum ward_baseline {
	WARD_BASELINE_DEFAULT_DENY, /* what the policy governs is closed in both directions */
	WARD_BASELINE_INGRESS_ONLY, /* closed in, open out; rules open their ingress half only */
	WARD_BASELINE_NONE,	    /* only pods named by a rule are closed, in that direction */
	WARD_N_BASELINE,
};

/* Fixed names, fixed order.  The first two are above NetworkPolicies, the last is below. */
enum ward_group_tier {
	WARD_GROUP_EMERGENCY,
	WARD_GROUP_PLATFORM,
	WARD_GROUP_APPLICATION, /* adds up with NetworkPolicies */
	WARD_GROUP_BASELINE,
	WARD_N_GROUP_TIER,
};

struct ward_group_environment {
	ward_sym name;
	bool staged;
	struct ward_mark mark;
};

/* In which environments a peer may be. */
enum ward_peer_environment {
	WARD_PEER_ENVIRONMENT_SAME,
	WARD_PEER_ENVIRONMENT_ANY,
	WARD_PEER_ENVIRONMENT_LISTED,
};

/* One line of `allow` or `deny`. */
struct ward_group_rule {
	struct ward_mark mark;
	bool denies;
	uint32_t index;	   /* in its list */
	ward_sym name;	   /* or WARD_NONE */
	uint32_t from, to; /* index into groups, or WARD_GROUP_ANY */
	int32_t expires;   /* from this day on (base/day.h) an allow is left out; 0: never */
	uint32_t n_ports;  /* 0: any */
	const struct ward_np_port *ports;
};
#define WARD_GROUP_ANY UINT32_MAX

/* A deny never lapses. */
static inline bool ward_group_rule_has_expired(const struct ward_group_rule *rule, int32_t today)
{
	return !rule->denies && rule->expires && rule->expires <= today;
}

struct ward_grouppolicy {
	struct ward_object object;
	/* What it governs: these namespaces, in these environments.  Without either, the pods of
	 * the groups that its lines name. */
	struct ward_selector namespaces;
	uint32_t n_names; /* of namespaces, where it lists them */
	const ward_sym *names;
	struct ward_mark namespaces_mark;
	uint32_t n_environments; /* 0: any, and `mode` holds */
	const struct ward_group_environment *environments;
	bool staged; /* `mode: Staged`: judged and reported, not enforced */
	struct ward_mark mode_mark;
	enum ward_group_tier tier;
	int32_t order; /* within the tier */
	enum ward_peer_environment peer_environment;
	uint32_t n_peer_environments; /* LISTED */
	const ward_sym *peer_environments;
	enum ward_baseline baseline;
	struct ward_mark baseline_mark; /* of `baseline`, else of spec */
	uint32_t exempts;		/* bits: enum ward_exemption */
	struct ward_mark exempt_mark;
	uint32_t n_groups;
	const struct ward_group *groups;
	uint32_t n_rules;
	const struct ward_group_rule *rules; /* deny first */
};

extern const struct ward_decoder ward_group_decoders[];
