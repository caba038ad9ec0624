/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the oracle: what its files share. */
#pragma once

#include "kube/selector.h"
#include "oracle/oracle.h"

/* F2. */
struct endpoint {
	enum {
		POD,
		NODE,
		EXTERNAL
	} kind;
	const struct ward_pod *pod; /* POD */
	ward_sym node;		    /* POD, NODE: its name, or WARD_NONE */
	struct ward_ip ip;	    /* that was looked up */
};

/* One of the two decisions: everything that F7's side() is given. */
struct side {
	const struct world *world;
	enum ward_direction dir;
	const struct ward_pod *subject;
	struct endpoint other, destination;
	enum ward_proto proto;
	uint16_t port;
	bool spares_self; /* F7.1 */
};

/* F4. */
bool selects_pod(const struct ward_selector *selector, const struct ward_pod *pod);
bool selects_namespace(const struct ward_selector *selector, const struct world *world,
		       ward_sym name);
bool selects_node(const struct ward_selector *selector, const struct ward_node_object *node);
bool ip_in(struct ward_ip ip, const struct ward_ip *ips, uint32_t n);

/* What a tier of cluster-wide policies says: NOT_JUDGED is nothing, or Pass. */
struct judged_side cluster_judge(const struct side *side, bool baseline);

/* The label of a namespace; false when it has none. */
bool namespace_label(const struct world *world, ward_sym name, ward_sym key, ward_sym *ret_value);

struct ward_np_peer;
struct ward_np_port;
struct ward_grouppolicy;
bool block_matches(const struct ward_np_peer *peer, struct ward_ip ip);
bool ports_match(const struct side *side, const struct ward_np_port *ports, uint32_t n);
bool is_node_address(const struct world *world, const struct ward_selector *nodes,
		     struct ward_ip ip);

/* A GroupPolicy of tier Application, beside the NetworkPolicies. */
void group_policy_judge(const struct side *side, const struct ward_grouppolicy *gp, bool *isolated,
			bool *granted);

/* Does this line, or this exemption, grant the side? */
bool group_policy_grants(const struct side *side, const struct ward_grouppolicy *gp, bool exempts,
			 uint32_t index);

/* A GroupPolicy of another tier; false: nothing in it matches. */
bool group_policy_decides(const struct side *side, const struct ward_grouppolicy *gp,
			  struct judged_side *ret_judged);
