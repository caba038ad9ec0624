/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the decoding of the cluster-wide policies: what their two dialects share.  Seen by this
 * layer only. */
#pragma once

#include "kube/clusternetworkpolicy.h"
#include "kube/decode.h"

/* How one of the kinds writes things down. */
struct ward_dialect {
	uint32_t max;		      /* rules a direction, peers, ports (B2, B8.4) */
	const char *actions[3];	      /* in the order of enum ward_cnp_action; NULL: has no such */
	const char *protocols;	      /* the name of the list of ports */
	bool tenancy;		      /* old peers: `namespaces: {namespaceSelector}` (B8.9) */
	bool needs_namespaces;	      /* a peer `pods` has both selectors (B8.11) */
	bool checks_cidrs;	      /* the server parses them (B2.25), or looks for ':' and '.' */
	bool refuses_named_with_nets; /* B8.12; otherwise only one channel does (B2.23) */
	const struct ward_known *rule[WARD_N_DIRECTION];
	const struct ward_known *peer[WARD_N_DIRECTION];
	void (*protocol_decode)(struct ward_cnp_protocol *protocol, const struct ward_field *item);
};

/* The subject and the rules of both directions. */
void ward_dialect_decode(const struct ward_dialect *dialect,
			 struct ward_clusternetworkpolicy *policy, const struct ward_field *spec);

/* A peer of an ingress or egress rule. */
void ward_cnp_peer_decode(const struct ward_dialect *dialect, enum ward_direction direction,
			  struct ward_cnp_peer *peer, const struct ward_field *item);

/* `{namespaceSelector, podSelector}`; false: not usable. */
bool ward_cnp_pods_decode(const struct ward_field *pods, bool needs_namespaces,
			  struct ward_selector *ret_namespaces, struct ward_selector *ret_pods);

/* False, and an error, when a field is absent that has to be there. */
bool ward_field_needed(const struct ward_field *field, const char *expected);

/* The one member of @map, which may have no other (B2.11, B2.12, B2.17); an absent field, after a
 * report, when there is not exactly one.  A member that is not in @known makes all of it unusable:
 * it may be the one of a newer API (B7.1).  That is an error too, unless decoding like the server.
 */
struct ward_field ward_field_only_one(const struct ward_field *map, const struct ward_known *known,
				      bool *ret_unusable);

/* The index of a text in @names, or @n after a report, which is a warning when it @may_be_newer
 * and decoding is like the server; names at the end may be NULL. */
uint32_t ward_field_choice(const struct ward_field *field, const char *code,
			   const char *const *names, uint32_t n, bool may_be_newer);

/* The first and last port of `start` and `end`, 0 when they are not right. */
void ward_field_ports(const struct ward_field *start, const struct ward_field *end,
		      struct ward_cnp_protocol *protocol);
