/* SPDX-License-Identifier: Apache-2.0 */
/* The one form that every policy kind is lowered to.
 *
 * A policy says, for the pods in its subject scopes: in this tier, at this place in its order,
 * these rules apply; and perhaps: what no rule of this tier matches is denied ("isolates").  All
 * that a kind means beyond this (defaulting, validation, groups, algebra) is settled by its
 * lowering. */
#pragma once

#include <stdbool.h>

#include "base/arena.h"
#include "base/ip.h"
#include "base/proto.h"
#include "kube/object.h"
#include "kube/selector.h"

/* In the order of evaluation (B9.1). */
enum ward_tier {
	WARD_TIER_ADMIN,
	WARD_TIER_NETWORKPOLICY, /* union of rules, isolates */
	WARD_TIER_BASELINE,
	WARD_N_TIER,
};

/* "Admin", "NetworkPolicy", "Baseline" */
const char *ward_tier_str(enum ward_tier tier);

enum ward_action {
	WARD_ACCEPT,
	WARD_DENY,
	WARD_PASS, /* go on with the next tier */
	WARD_N_ACTION,
};

/* Managed pods whose namespace and own labels both match. */
struct ward_scope {
	struct ward_selector namespaces, pods;
};

enum ward_peer_kind {
	WARD_PEER_SCOPE,  /* managed pods only (A7.1) */
	WARD_PEER_BLOCKS, /* any address in one of the cidrs and none of the excepts (A8) */
	WARD_PEER_NODES,  /* the addresses of matching nodes (B4.3) */
	WARD_N_PEER_KIND,
};

struct ward_peer {
	enum ward_peer_kind kind;
	struct ward_mark mark;
	bool same_environment; /* SCOPE: and in the subject's environment (see engine/inventory.h)
				*/
	struct ward_scope scope;
	uint32_t n_cidrs, n_excepts;
	const struct ward_cidr *cidrs, *excepts;
	struct ward_selector nodes;
};

struct ward_port {
	struct ward_mark mark;
	enum ward_proto proto; /* WARD_N_PROTO with a name: whatever protocol the port has (B5.3) */
	ward_sym name;	       /* resolved at the destination pod (A9.4), or WARD_NONE */
	uint16_t low, high;    /* low > high: no port at all */
};

struct ward_rule {
	struct ward_mark mark;
	enum ward_direction direction;
	enum ward_action action;
	ward_sym name;	   /* as the user called it, or WARD_SYM_EMPTY */
	uint32_t index;	   /* as the user counts: the n-th of its direction or list, from 0 */
	bool any_peer;	   /* no peer list: everyone (A6.4); n_peers == 0 without it: nobody */
	bool any_port;	   /* no port list: everything, ICMP too (A6.5) */
	bool is_exemption; /* of a GroupPolicy: not one of its lines, but what it exempts */
	bool fails_closed; /* some part of it cannot be used: nobody, or Deny for everyone (B7.2) */
	uint32_t n_peers, n_ports;
	const struct ward_peer *peers;
	const struct ward_port *ports;
};

struct ward_policy {
	struct ward_object origin; /* kind, namespace, name, mark of what the user wrote */
	uint32_t part;		   /* one origin may lower to several policies, numbered from 0 */
	enum ward_tier tier;
	int32_t order; /* within the tier, ascending; 0 in the NetworkPolicy tier */
	uint32_t rank; /* of equal order, ascending; then by name (B8.15) */
	/* the group whose pods the subjects are, as the user calls it, or WARD_SYM_EMPTY */
	ward_sym group;
	bool staged; /* only for rehearsals: see ward_engine_rehearse() */
	bool isolates[WARD_N_DIRECTION];
	uint32_t n_subjects;
	const struct ward_scope *subjects; /* any of them */
	uint32_t n_rules;
	const struct ward_rule *rules; /* in order */
	struct ward_arena arena;       /* owns all of it, the struct too */
};

/* An empty policy in an arena of its own. */
struct ward_policy *ward_policy_new(const struct ward_object *origin);
struct ward_policy *ward_policy_free(struct ward_policy *policy); /* NULL; accepts NULL */

/* Is the address in one of a BLOCKS peer's cidrs and in none of its excepts (A8.1)? */
bool ward_peer_has_address(const struct ward_peer *peer, struct ward_ip ip);
