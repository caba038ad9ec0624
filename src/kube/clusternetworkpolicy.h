/* SPDX-License-Identifier: Apache-2.0 */
/* ClusterNetworkPolicy v1alpha2, and AdminNetworkPolicy and BaselineAdminNetworkPolicy v1alpha1,
 * which say the same in older words (B8.14): one type for the three, told apart by object.kind.
 *
 * Validated as the API server does (B2, B8).  What it takes although nobody can use it is kept as
 * such, never dropped: what a rule with it means depends on the rule (B7). */
#pragma once

#include "base/ip.h"
#include "base/proto.h"
#include "kube/selector.h"

enum ward_cnp_tier {
	WARD_CNP_ADMIN,
	WARD_CNP_BASELINE,
	WARD_N_CNP_TIER,
};

enum ward_cnp_action {
	WARD_CNP_ACCEPT,
	WARD_CNP_DENY,
	WARD_CNP_PASS,
	WARD_CNP_UNKNOWN_ACTION, /* of an API newer than this (B7.3) */
	WARD_N_CNP_ACTION,
};

enum ward_cnp_peer_kind {
	WARD_CNP_PODS,	   /* in matching namespaces; `namespaces`, or `pods` (B4.1) */
	WARD_CNP_NETWORKS, /* egress only, as the next two (B4.2) */
	WARD_CNP_NODES,	   /* B4.3 */
	WARD_CNP_DOMAINS,  /* B6 */
	WARD_CNP_UNUSABLE, /* B7.1, B7.5 */
	WARD_N_CNP_PEER_KIND,
};

struct ward_cnp_peer {
	struct ward_mark mark;
	enum ward_cnp_peer_kind kind;
	struct ward_selector namespaces, pods; /* PODS */
	struct ward_selector nodes;	       /* NODES */
	uint32_t n_networks, n_domains;
	const struct ward_cidr *networks;
	const ward_sym *domains; /* as written */
};

struct ward_cnp_protocol {
	struct ward_mark mark;
	bool unusable;	       /* B7.4 */
	enum ward_proto proto; /* WARD_N_PROTO with a name: whichever the port has (B5.3) */
	ward_sym name;	       /* of the destination's port, or WARD_NONE */
	uint16_t low, high;    /* low > high: nothing (B8.10) */
};

struct ward_cnp_rule {
	struct ward_mark mark;
	ward_sym name; /* informative (B2.6), or WARD_NONE */
	enum ward_cnp_action action;
	uint32_t n_peers; /* at least 1 */
	const struct ward_cnp_peer *peers;
	uint32_t n_protocols; /* 0: any protocol, any port (B5.1) */
	const struct ward_cnp_protocol *protocols;
};

struct ward_clusternetworkpolicy {
	struct ward_object object;
	enum ward_cnp_tier tier;
	uint32_t priority; /* within the tier: smaller is earlier; 0 for BaselineAdminNetworkPolicy
			    */
	uint32_t api_rank; /* of equal priorities the lower rank is earlier (B8.15) */
	struct ward_selector namespaces, pods; /* the subject (B3) */
	uint32_t n_rules[WARD_N_DIRECTION];
	const struct ward_cnp_rule *rules[WARD_N_DIRECTION]; /* in order */
};
