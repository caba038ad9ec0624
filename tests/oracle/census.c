/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/census.h"

#include <assert.h>
#include <inttypes.h>

#include "kube/clusternetworkpolicy.h"
#include "oracle/parts.h"

static const char *const names[] = {
	[SEEN_NETWORKPOLICY] = "NetworkPolicy",
	[SEEN_GROUPPOLICY] = "GroupPolicy",
	[SEEN_GROUPPOLICY_DNS] = "its exempt dns",
	[SEEN_ADMIN] = "ClusterNetworkPolicy Admin",
	[SEEN_BASELINE] = "Baseline",
	[SEEN_ANP] = "AdminNetworkPolicy",
	[SEEN_BANP] = "BaselineAdminNetworkPolicy",
	[SEEN_ISOLATED] = "isolated",
	[SEEN_OPEN] = "open",
	[SEEN_OWN_NODE] = "own node",
	[SEEN_ITSELF] = "itself",
	[SEEN_NOT_JUDGED] = "not judged",
	[SEEN_ACCEPT] = "accepted",
	[SEEN_DENY] = "denied",
	[SEEN_IPV6] = "IPv6",
	[SEEN_SERVICE] = "through a Service",
	[SEEN_OTHER_PROTO] = "without ports",
	[SEEN_POD] = "ends: pod",
	[SEEN_POD_WITHOUT_ADDRESS] = "pod without address",
	[SEEN_WORKLOAD] = "workload",
	[SEEN_HOST_NETWORK] = "host network",
	[SEEN_NODE] = "node",
	[SEEN_OUTSIDE] = "outside",
	[SEEN_FINISHED] = "address of a finished pod",
};
static_assert(WARD_ARRAY_SIZE(names) == N_SEEN, "one name each");

static enum census_seen tier_of(const struct world *world, const struct judged_rule *rule)
{
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];

		if (object->kind == rule->kind && object->name == rule->name)
			return ((const struct ward_clusternetworkpolicy *)object)->tier ==
					       WARD_CNP_ADMIN
				       ? SEEN_ADMIN
				       : SEEN_BASELINE;
	}
	return SEEN_ADMIN;
}

static enum census_seen rule_seen(const struct world *world, const struct judged_rule *rule)
{
	switch (rule->kind) {
	case WARD_KIND_NETWORKPOLICY:
		return SEEN_NETWORKPOLICY;
	case WARD_KIND_GROUPPOLICY:
		return rule->exempts ? SEEN_GROUPPOLICY_DNS : SEEN_GROUPPOLICY;
	case WARD_KIND_ADMINNETWORKPOLICY:
		return SEEN_ANP;
	case WARD_KIND_BASELINEADMINNETWORKPOLICY:
		return SEEN_BANP;
	default:
		return tier_of(world, rule);
	}
}

static enum census_seen side_seen(const struct world *world, const struct judged_side *side)
{
	static const enum census_seen by[N_JUDGED_BY] = {
		[NOT_JUDGED] = SEEN_NOT_JUDGED, [OWN_NODE] = SEEN_OWN_NODE,
		[ISOLATED] = SEEN_ISOLATED,	[OPEN] = SEEN_OPEN,
		[SELF] = SEEN_ITSELF,
	};

	return side->by == BY_RULE || side->by == DENIED ? rule_seen(world, &side->rule)
							 : by[side->by];
}

static enum census_seen address_seen(const struct world *world, struct ward_ip ip)
{
	if (oracle_pod_of(world, ip))
		return SEEN_POD;
	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *object = world->objects.items[i];
		const struct ward_pod *pod = (const struct ward_pod *)object;
		const struct ward_node_object *node = (const struct ward_node_object *)object;

		if (object->kind == WARD_KIND_NODE && ip_in(ip, node->ips, node->n_ips))
			return SEEN_NODE;
		if (object->kind == WARD_KIND_POD && pod->finished &&
		    ip_in(ip, pod->ips, pod->n_ips))
			return SEEN_FINISHED;
	}
	return SEEN_OUTSIDE;
}

static enum census_seen end_seen(const struct world *world, const struct conn_end *end)
{
	if (!end->pod)
		return address_seen(world, end->ip);
	if (end->pod->host_network)
		return SEEN_HOST_NETWORK;
	if (end->pod->object.kind != WARD_KIND_POD)
		return SEEN_WORKLOAD;
	return end->ip.family == WARD_FAMILY_NONE ? SEEN_POD_WITHOUT_ADDRESS : SEEN_POD;
}

void census_take(struct census *census, const struct world *world, const struct conn *conn,
		 const struct judgement *judgement)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		census->n[side_seen(world, &judgement->side[dir])]++;
	census->n[judgement->accept ? SEEN_ACCEPT : SEEN_DENY]++;
	census->n[SEEN_IPV6] += conn->to.ip.family == WARD_FAMILY_6;
	census->n[SEEN_SERVICE] += conn->via_service;
	census->n[SEEN_OTHER_PROTO] += conn->proto == WARD_OTHER;
	census->n[end_seen(world, &conn->from)]++;
	census->n[end_seen(world, &conn->to)]++;
}

bool census_print(const struct census *census, FILE *out)
{
	bool all = true;

	for (int i = 0; i < N_SEEN; i++)
		fprintf(out, "%s%" PRIu64 " %s",
			i ? ", " : "of a sixteenth of them: ", census->n[i], names[i]);
	fprintf(out, "\n");
	for (int i = 0; i < N_SEEN; i++) {
		if (!census->n[i])
			fprintf(out, "# never met: %s\n", names[i]);
		all = all && census->n[i];
	}
	return all;
}
