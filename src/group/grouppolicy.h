/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicy: policies between user groups. */
#pragma once

#include "base/proto.h"
#include "kube/networkpolicy.h"
#include "kube/selector.h"
#include "kube/snapshot.h"

/* An inline group: the pods of the policy's namespaces that carry these labels. */
struct ward_group {
	ward_sym name;
	struct ward_mark mark;
	struct ward_selector pods;
};

enum ward_baseline {
	WARD_BASELINE_DEFAULT_DENY, /* every pod of the namespaces is closed in both directions */
	WARD_BASELINE_INGRESS_ONLY, /* closed in, open out; rules open their ingress half only */
	WARD_BASELINE_NONE,	    /* only pods named by a rule are closed, in that direction */
	WARD_N_BASELINE,
};

/* One line of `allow`. */
struct ward_group_rule {
	struct ward_mark mark;
	ward_sym name;	   /* or WARD_NONE */
	uint32_t from, to; /* index into groups, or WARD_GROUP_ANY */
	int32_t expires;   /* from this day on (base/day.h) it is left out; 0: never */
	uint32_t n_ports;  /* 0: any */
	const struct ward_np_port *ports;
};
#define WARD_GROUP_ANY UINT32_MAX

static inline bool ward_group_rule_has_expired(const struct ward_group_rule *rule, int32_t today)
{
	return rule->expires && rule->expires <= today;
}

struct ward_grouppolicy {
	struct ward_object object;
	uint32_t n_namespaces;
	const ward_sym *namespaces;
	bool staged; /* `mode: Staged`: judged and reported, not enforced */
	struct ward_mark mode_mark;
	bool same_environment; /* `environment: same`; false for `any` */
	enum ward_baseline baseline;
	struct ward_mark baseline_mark; /* of `baseline`, else of spec */
	bool exempt_dns;
	struct ward_mark exempt_mark;
	uint32_t n_groups;
	const struct ward_group *groups;
	uint32_t n_rules;
	const struct ward_group_rule *rules;
};

extern const struct ward_decoder ward_group_decoders[];
