/* SPDX-License-Identifier: Apache-2.0 */
/* Cluster-wide policies, as F3, F6 and F7 have them. */
#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"

#include <stdlib.h>
#include <string.h>

#include "oracle/parts.h"

/* ---- F3 ---- */

enum form {
	ORDINARY,
	NEVER,
	DENY_ALL
};

static bool peer_is_bad(const struct side *side, const struct ward_cnp_peer *peer)
{
	if (peer->kind == WARD_CNP_PODS)
		return false;
	if (side->dir == WARD_INGRESS)
		return true;
	return peer->kind != WARD_CNP_NETWORKS && peer->kind != WARD_CNP_NODES;
}

static enum form form_of(const struct side *side, const struct ward_cnp_rule *rule)
{
	bool bad = false;

	for (uint32_t i = 0; i < rule->n_peers; i++)
		bad = bad || peer_is_bad(side, &rule->peers[i]);
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		bad = bad || rule->protocols[i].unusable;
	if (rule->action == WARD_CNP_UNKNOWN_ACTION)
		return DENY_ALL;
	if (!bad)
		return ORDINARY;
	return rule->action == WARD_CNP_ACCEPT ? NEVER : DENY_ALL;
}

/* ---- F6 ---- */

static bool is_subject(const struct side *side, const struct ward_clusternetworkpolicy *policy)
{
	return selects_namespace(&policy->namespaces, side->world, side->subject->object.ns) &&
	       selects_pod(&policy->pods, side->subject);
}

bool is_node_address(const struct world *world, const struct ward_selector *nodes,
		     struct ward_ip ip)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];
		const struct ward_node_object *node = (const struct ward_node_object *)object;

		if (object->kind == WARD_KIND_NODE && selects_node(nodes, node) &&
		    ip_in(ip, node->ips, node->n_ips))
			return true;
	}
	return false;
}

static bool is_in_networks(const struct side *side, const struct ward_cnp_peer *peer)
{
	for (uint32_t i = 0; i < peer->n_networks; i++) {
		if (ward_cidr_has(peer->networks[i], side->other.ip))
			return true;
	}
	return false;
}

static bool peer_matches(const struct side *side, const struct ward_cnp_peer *peer)
{
	const struct ward_pod *pod = side->other.pod;

	if (peer->kind == WARD_CNP_PODS)
		return side->other.kind == POD &&
		       selects_namespace(&peer->namespaces, side->world, pod->object.ns) &&
		       selects_pod(&peer->pods, pod);
	if (side->other.ip.family == WARD_FAMILY_NONE)
		return false;
	if (peer->kind == WARD_CNP_NODES)
		return is_node_address(side->world, &peer->nodes, side->other.ip);
	return is_in_networks(side, peer);
}

static bool named_matches(const struct side *side, ward_sym name)
{
	const struct ward_pod *pod = side->destination.pod;

	if (side->proto == WARD_OTHER || side->destination.kind != POD)
		return false;
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		if (pod->ports[i].name == name && pod->ports[i].proto == side->proto &&
		    pod->ports[i].number == side->port)
			return true;
	}
	return false;
}

static bool protocol_matches(const struct side *side, const struct ward_cnp_protocol *protocol)
{
	if (protocol->name != WARD_NONE)
		return named_matches(side, protocol->name);
	return side->proto == protocol->proto && protocol->low <= side->port &&
	       side->port <= protocol->high;
}

static bool rule_matches(const struct side *side, const struct ward_cnp_rule *rule)
{
	enum form form = form_of(side, rule);
	bool peer = false, protocol = rule->n_protocols == 0;

	if (form != ORDINARY)
		return form == DENY_ALL;
	for (uint32_t i = 0; i < rule->n_peers; i++)
		peer = peer || peer_matches(side, &rule->peers[i]);
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		protocol = protocol || protocol_matches(side, &rule->protocols[i]);
	return peer && protocol;
}

/* ---- F7 ---- */

/* A policy of a tier above or below NetworkPolicies, and its place. */
struct placed {
	uint32_t priority, rank;
	const struct ward_object *object;
};

static int policy_cmp(const void *a, const void *b, void *symbols)
{
	const struct placed *x = a, *y = b;
	int names = strcmp(ward_symbol_str(symbols, x->object->name),
			   ward_symbol_str(symbols, y->object->name));

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return names ? names : (int)x->object->kind - (int)y->object->kind;
}

/* Emergency has the places 0 to 199 of the upper tier, Platform those from 200 on. */
static bool group_place(const struct ward_grouppolicy *gp, bool baseline, struct placed *ret_placed)
{
	uint32_t first = gp->tier == WARD_GROUP_PLATFORM ? 200 : 0;

	*ret_placed = (struct placed){.priority = first + gp->order, .object = &gp->object};
	return gp->tier != WARD_GROUP_APPLICATION && (gp->tier == WARD_GROUP_BASELINE) == baseline;
}

static bool place(const struct side *side, const struct ward_object *object, bool baseline,
		  struct placed *ret_placed)
{
	const struct ward_clusternetworkpolicy *policy = (const void *)object;

	if (object->kind == WARD_KIND_GROUPPOLICY)
		return group_place((const struct ward_grouppolicy *)object, baseline, ret_placed);
	if (!ward_kind_is_cluster_policy(object->kind))
		return false;
	*ret_placed = (struct placed){policy->priority, policy->api_rank, object};
	return (policy->tier == WARD_CNP_BASELINE) == baseline && is_subject(side, policy);
}

/* False: no rule of the policy matches. */
static bool policy_judge(const struct side *side, const struct ward_clusternetworkpolicy *policy,
			 struct judged_side *ret_judged)
{
	for (uint32_t i = 0; i < policy->n_rules[side->dir]; i++) {
		const struct ward_cnp_rule *rule = &policy->rules[side->dir][i];
		bool accept = rule->action == WARD_CNP_ACCEPT;

		if (!rule_matches(side, rule))
			continue;
		*ret_judged = (struct judged_side){
			.by = accept ? BY_RULE : DENIED,
			.rule = {.kind = policy->object.kind,
				 .ns = WARD_NONE,
				 .name = policy->object.name,
				 .index = i},
		};
		if (rule->action == WARD_CNP_PASS && form_of(side, rule) == ORDINARY)
			*ret_judged = (struct judged_side){.by = NOT_JUDGED};
		return true;
	}
	return false;
}

struct judged_side cluster_judge(const struct side *side, bool baseline)
{
	WARD_VEC(struct placed) policies = {};
	struct judged_side judged = {.by = NOT_JUDGED};
	bool decided = false;

	for (uint32_t i = 0; i < side->world->objects.n; i++) {
		struct placed placed;

		if (place(side, side->world->objects.items[i], baseline, &placed))
			ward_vec_push(&policies, placed);
	}
	if (policies.n)
		qsort_r(policies.items, policies.n, sizeof(*policies.items), policy_cmp,
			side->world->symbols);
	for (uint32_t i = 0; !decided && i < policies.n; i++) {
		const struct ward_object *object = policies.items[i].object;

		decided = object->kind == WARD_KIND_GROUPPOLICY
				  ? group_policy_decides(side, (const void *)object, &judged)
				  : policy_judge(side, (const void *)object, &judged);
	}
	ward_vec_done(&policies);
	return judged;
}
