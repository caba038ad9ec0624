/* SPDX-License-Identifier: Apache-2.0 */
/* Random connections in a world. */
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "oracle/oracle.h"

enum {
	TRIES = 16
};

/* Some object of these kinds, or NULL. */
static const struct ward_object *random_object(const struct world *world, struct rng *rng,
					       bool (*wanted)(enum ward_kind))
{
	for (uint32_t tries = 0; world->objects.n && tries < TRIES; tries++) {
		const struct ward_object *object =
			world->objects.items[rng_below(rng, world->objects.n)];

		if (wanted(object->kind))
			return object;
	}
	return NULL;
}

static bool is_node(enum ward_kind kind)
{
	return kind == WARD_KIND_NODE;
}

static bool is_networkpolicy(enum ward_kind kind)
{
	return kind == WARD_KIND_NETWORKPOLICY;
}

static bool random_of_family(struct rng *rng, const struct ward_ip *ips, uint32_t n,
			     enum ward_family family, struct ward_ip *ret_ip)
{
	for (uint32_t tries = 0; n && tries < 4; tries++) {
		struct ward_ip ip = ips[rng_below(rng, n)];

		if (ip.family != family)
			continue;
		*ret_ip = ip;
		return true;
	}
	return false;
}

/* The pod itself, by its first address of the family whoever else has it, or by labels when it has
 * no address at all. */
static bool pod_itself(const struct ward_pod *pod, enum ward_family family,
		       struct conn_end *ret_end)
{
	uint32_t i = 0;

	while (i < pod->n_ips && pod->ips[i].family != family)
		i++;
	if (pod->finished || (pod->n_ips && i == pod->n_ips))
		return false;
	*ret_end = (struct conn_end){.pod = pod};
	if (i < pod->n_ips)
		ret_end->ip = pod->ips[i];
	return true;
}

static bool pod_end(const struct world *world, struct rng *rng, enum ward_family family,
		    struct conn_end *ret_end)
{
	const struct ward_pod *pod =
		(const struct ward_pod *)random_object(world, rng, ward_kind_is_pod);

	*ret_end = (struct conn_end){};
	if (!pod)
		return false;
	if (rng_chance(rng, 50))
		return pod_itself(pod, family, ret_end);
	return random_of_family(rng, pod->ips, pod->n_ips, family, &ret_end->ip);
}

static bool node_end(const struct world *world, struct rng *rng, enum ward_family family,
		     struct conn_end *ret_end)
{
	const struct ward_node_object *node =
		(const struct ward_node_object *)random_object(world, rng, is_node);

	*ret_end = (struct conn_end){};
	return node && random_of_family(rng, node->ips, node->n_ips, family, &ret_end->ip);
}

/* On either side of either edge of a block. */
static struct ward_ip edge_of(struct ward_cidr cidr, struct rng *rng)
{
	struct ward_ip_range range = ward_cidr_range(cidr);
	bool at_first = rng_chance(rng, 50), outside = rng_chance(rng, 50);
	struct ward_ip edge = at_first ? range.first : range.last;

	if (!outside)
		return edge;
	if (at_first)
		return ward_ip_eq(edge, ward_ip_min(edge.family)) ? edge : ward_ip_prev(edge);
	return ward_ip_is_max(edge) ? edge : ward_ip_next(edge);
}

static bool block_end(const struct world *world, struct rng *rng, enum ward_family family,
		      struct conn_end *ret_end)
{
	const struct ward_networkpolicy *np =
		(const struct ward_networkpolicy *)random_object(world, rng, is_networkpolicy);
	enum ward_direction dir = rng_below(rng, WARD_N_DIRECTION);
	const struct ward_np_rule *rule;
	const struct ward_np_peer *peer;

	*ret_end = (struct conn_end){};
	if (!np || !np->n_rules[dir])
		return false;
	rule = &np->rules[dir][rng_below(rng, np->n_rules[dir])];
	if (!rule->n_peers)
		return false;
	peer = &rule->peers[rng_below(rng, rule->n_peers)];
	if (!peer->has_block || peer->block.ip.family != family)
		return false;
	if (peer->n_excepts && rng_chance(rng, 60))
		ret_end->ip = edge_of(peer->excepts[rng_below(rng, peer->n_excepts)].cidr, rng);
	else
		ret_end->ip = edge_of(peer->block, rng);
	return true;
}

static bool network_end(const struct world *world, struct rng *rng, enum ward_family family,
			struct conn_end *ret_end)
{
	const struct ward_clusternetworkpolicy *policy =
		(const void *)random_object(world, rng, ward_kind_is_cluster_policy);
	const struct ward_cnp_rule *rule;
	const struct ward_cnp_peer *peer;
	struct ward_cidr cidr;

	*ret_end = (struct conn_end){};
	if (!policy || !policy->n_rules[WARD_EGRESS])
		return false;
	rule = &policy->rules[WARD_EGRESS][rng_below(rng, policy->n_rules[WARD_EGRESS])];
	peer = &rule->peers[rng_below(rng, rule->n_peers)];
	if (!peer->n_networks)
		return false;
	cidr = peer->networks[rng_below(rng, peer->n_networks)];
	if (cidr.ip.family != family)
		return false;
	ret_end->ip = edge_of(cidr, rng);
	return true;
}

static struct ward_ip any_ip(struct rng *rng, enum ward_family family)
{
	struct ward_ip ip = {.lo = rng_next(rng), .family = family};

	if (family == WARD_FAMILY_6)
		ip.hi = rng_next(rng);
	else
		ip.lo = rng_chance(rng, 50) ? (uint32_t)ip.lo : 0x0a000000 + rng_below(rng, 256);
	return ip;
}

static void random_end(const struct world *world, struct rng *rng, enum ward_family family,
		       struct conn_end *ret_end)
{
	for (uint32_t tries = 0; tries < TRIES; tries++) {
		uint32_t form = rng_below(rng, 10);

		if (form < 6 && pod_end(world, rng, family, ret_end))
			return;
		if (form == 6 && node_end(world, rng, family, ret_end))
			return;
		if (form > 6 && form < 9 && block_end(world, rng, family, ret_end))
			return;
		if (form == 9 && network_end(world, rng, family, ret_end))
			return;
	}
	*ret_end = (struct conn_end){.ip = any_ip(rng, family)};
}

void world_random_conn(const struct world *world, struct rng *rng, struct conn *ret_conn)
{
	static const uint16_t ports[] = {0, 1, 2, 52, 53, 54, 79, 80, 81, 82, 8080, 65534, 65535};
	enum ward_family family = rng_chance(rng, 60) ? WARD_FAMILY_4 : WARD_FAMILY_6;
	enum ward_proto proto = rng_chance(rng, 50) ? WARD_TCP : rng_below(rng, WARD_N_PROTO);

	*ret_conn = (struct conn){.proto = proto};
	random_end(world, rng, family, &ret_conn->from);
	random_end(world, rng, family, &ret_conn->to);
	if (rng_chance(rng, 10)) {
		ret_conn->via_service = true;
		ret_conn->hairpin = rng_below(rng, N_HAIRPIN);
		if (ret_conn->from.pod && rng_chance(rng, 50))
			ret_conn->to = ret_conn->from;
	}
	if (proto != WARD_OTHER)
		ret_conn->port = rng_chance(rng, 85) ? ports[rng_below(rng, WARD_ARRAY_SIZE(ports))]
						     : (uint16_t)rng_next(rng);
}
