/* SPDX-License-Identifier: Apache-2.0 */
#include "promises.h"

#include <stdlib.h>

#include "group/grouppolicy.h"
#include "group/usergroup.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "kube/pod.h"

static void require(bool good)
{
	if (!good)
		abort();
}

static void selector_check(const struct ward_selector *selector)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *item = &selector->items[i];
		bool wants = item->op == WARD_OP_IN || item->op == WARD_OP_NOT_IN;

		require(item->key != WARD_NONE && item->op < WARD_N_OP && item->mark.line);
		require(wants == (item->n_values > 0));
		require(!i || item[-1].key <= item->key);
		for (uint32_t k = 0; k < item->n_values; k++)
			require(item->values[k] != WARD_NONE &&
				(!k || item->values[k - 1] < item->values[k]));
	}
}

static void labels_check(struct ward_labels labels)
{
	for (uint32_t i = 0; i < labels.n; i++)
		require(labels.items[i].value != WARD_NONE &&
			(!i || labels.items[i - 1].key < labels.items[i].key));
}

static void port_check(const struct ward_np_port *port)
{
	require(port->mark.line && port->proto < WARD_OTHER && port->low <= port->high);
	require(port->low || port->high == UINT16_MAX);
}

static void peer_check(const struct ward_np_peer *peer)
{
	require(peer->mark.line);
	require(peer->has_block != (peer->has_pods || peer->has_namespaces));
	selector_check(&peer->pods);
	selector_check(&peer->namespaces);
	for (uint32_t i = 0; i < peer->n_excepts; i++)
		require(peer->excepts[i].mark.line &&
			ward_cidr_is_inside(peer->excepts[i].cidr, peer->block));
}

static void networkpolicy_check(const struct ward_networkpolicy *np)
{
	selector_check(&np->pods);
	require(np->isolates[WARD_INGRESS] || np->isolates[WARD_EGRESS]);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		for (uint32_t i = 0; i < np->n_rules[direction]; i++) {
			const struct ward_np_rule *rule = &np->rules[direction][i];

			require(rule->mark.line);
			for (uint32_t k = 0; k < rule->n_ports; k++)
				port_check(&rule->ports[k]);
			for (uint32_t k = 0; k < rule->n_peers; k++)
				peer_check(&rule->peers[k]);
		}
	}
}

static void entries_check(const struct ward_member_entry *entries, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_member_entry *entry = &entries[i];

		require(entry->mark.line);
		selector_check(&entry->pods);
		selector_check(&entry->namespaces);
		require(!entry->n_blocks || !(entry->pods.n || entry->namespaces.n));
		for (uint32_t k = 0; k < entry->n_groups; k++)
			require(entry->groups[k].mark.line && entry->groups[k].name != WARD_NONE);
		for (uint32_t k = 0; k < entry->n_blocks; k++)
			peer_check(&entry->blocks[k]);
	}
}

static void membership_check(const struct ward_membership *membership)
{
	entries_check(membership->entries, membership->n_entries);
	entries_check(membership->excludes, membership->n_excludes);
}

static void usergroup_check(const struct ward_usergroup *group)
{
	membership_check(&group->membership);
	require(group->min_members <= group->max_members && group->join < WARD_N_JOIN_MODE);
	for (uint32_t i = 0; i < group->n_joins; i++)
		require(group->joins[i].kind != WARD_NONE && group->joins[i].name != WARD_NONE);
}

static void grouppolicy_check(const struct ward_grouppolicy *policy)
{
	require(policy->baseline < WARD_N_BASELINE && policy->tier < WARD_N_GROUP_TIER);
	require(policy->baseline_mark.line && policy->exempt_mark.line);
	for (uint32_t i = 0; i < policy->n_groups; i++) {
		require(policy->groups[i].mark.line);
		membership_check(&policy->groups[i].membership);
	}
	for (uint32_t i = 0; i < policy->n_rules; i++) {
		const struct ward_group_rule *rule = &policy->rules[i];

		require(rule->from == WARD_GROUP_ANY || rule->from < policy->n_groups);
		require(rule->to == WARD_GROUP_ANY || rule->to < policy->n_groups);
		for (uint32_t k = 0; k < rule->n_ports; k++)
			port_check(&rule->ports[k]);
	}
}

static void cnp_protocol_check(const struct ward_cnp_protocol *protocol)
{
	require(protocol->mark.line);
	if (protocol->unusable)
		return;
	if (protocol->name != WARD_NONE)
		require(protocol->proto == WARD_N_PROTO);
	else
		require(protocol->proto < WARD_OTHER && protocol->low && protocol->high);
}

static void cnp_peer_check(const struct ward_cnp_peer *peer, int direction)
{
	require(peer->mark.line && peer->kind < WARD_N_CNP_PEER_KIND);
	require(direction == WARD_EGRESS || peer->kind == WARD_CNP_PODS ||
		peer->kind == WARD_CNP_UNUSABLE);
	selector_check(&peer->namespaces);
	selector_check(&peer->pods);
	selector_check(&peer->nodes);
	require((peer->kind == WARD_CNP_NETWORKS) == (peer->n_networks > 0));
	require((peer->kind == WARD_CNP_DOMAINS) == (peer->n_domains > 0));
	for (uint32_t i = 0; i < peer->n_networks; i++)
		require(peer->networks[i].ip.family != WARD_FAMILY_NONE);
}

static void clusternetworkpolicy_check(const struct ward_clusternetworkpolicy *policy)
{
	require(policy->tier < WARD_N_CNP_TIER && policy->priority <= 1000);
	selector_check(&policy->namespaces);
	selector_check(&policy->pods);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		require(policy->n_rules[direction] <= 100);
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct ward_cnp_rule *rule = &policy->rules[direction][i];

			require(rule->mark.line && rule->action < WARD_N_CNP_ACTION);
			require(rule->n_peers);
			for (uint32_t k = 0; k < rule->n_peers; k++)
				cnp_peer_check(&rule->peers[k], direction);
			for (uint32_t k = 0; k < rule->n_protocols; k++)
				cnp_protocol_check(&rule->protocols[k]);
		}
	}
}

static void pod_check(const struct ward_pod *pod)
{
	labels_check(pod->labels);
	require(ward_kind_is_pod(pod->owner_kind) && pod->owner != WARD_NONE);
	require(pod->service_account != WARD_NONE);
	for (uint32_t i = 0; i < pod->n_ports; i++)
		require(pod->ports[i].number && pod->ports[i].proto < WARD_OTHER);
}

void object_check(const struct ward_snapshot *snapshot, const struct ward_object *object)
{
	require(object->name != WARD_NONE && object->mark.line);
	require(ward_kind_is_namespaced(object->kind) == (object->ns != WARD_NONE));
	require(ward_snapshot_find(snapshot, object->kind, object->ns, object->name) == object);
	if (ward_kind_is_namespaced(object->kind))
		require(ward_snapshot_find(snapshot, WARD_KIND_NAMESPACE, WARD_NONE, object->ns));
	if (ward_kind_is_pod(object->kind))
		pod_check((const struct ward_pod *)object);
	if (object->kind == WARD_KIND_NETWORKPOLICY)
		networkpolicy_check((const struct ward_networkpolicy *)object);
	if (object->kind == WARD_KIND_GROUPPOLICY)
		grouppolicy_check((const struct ward_grouppolicy *)object);
	if (object->kind == WARD_KIND_USERGROUP)
		usergroup_check((const struct ward_usergroup *)object);
	if (ward_kind_is_cluster_policy(object->kind))
		clusternetworkpolicy_check((const struct ward_clusternetworkpolicy *)object);
	if (object->kind == WARD_KIND_SERVICE)
		selector_check(&((const struct ward_service *)object)->selector);
}
