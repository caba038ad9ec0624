/* SPDX-License-Identifier: Apache-2.0 */
/* Random cluster-wide policies: all three kinds, with ties, every form of peer and protocol, and
 * parts that nobody can use. */
#include "kube/clusternetworkpolicy.h"
#include "oracle/maker.h"

static struct ward_cnp_protocol random_protocol(struct maker *maker, enum ward_kind kind,
						bool named)
{
	struct ward_cnp_protocol protocol = {
		.mark = {.file = WARD_NONE},
		.unusable = rng_chance(maker->rng, 3),
		.proto = rng_chance(maker->rng, 60) ? WARD_TCP : rng_below(maker->rng, 3),
		.name = WARD_NONE,
	};

	if (!protocol.unusable && named && rng_chance(maker->rng, 35)) {
		protocol.proto = WARD_N_PROTO;
		protocol.name = maker_symbol(maker, pick(maker, port_names));
		return protocol;
	}
	protocol.low = protocol.high = pick(maker, port_numbers);
	if (rng_chance(maker->rng, 40))
		protocol.high += rng_below(maker->rng, 65536u - protocol.low);
	if (kind != WARD_KIND_CLUSTERNETWORKPOLICY && rng_chance(maker->rng, 5))
		protocol.low = 65535; /* B8.10 */
	return protocol;
}

static void random_networks(struct maker *maker, struct ward_cnp_peer *peer)
{
	struct ward_cidr *networks = make_n(maker, struct ward_cidr, 3);

	for (uint32_t i = 1 + rng_below(maker->rng, 3); i > 0; i--) {
		struct ward_cidr cidr = maker_cidr(maker->rng);
		bool again = false;

		for (uint32_t k = 0; k < peer->n_networks; k++)
			again = again || (ward_ip_eq(networks[k].ip, cidr.ip) &&
					  networks[k].bits == cidr.bits);
		if (!again)
			networks[peer->n_networks++] = cidr;
	}
	peer->networks = networks;
}

static void random_domains(struct maker *maker, struct ward_cnp_peer *peer)
{
	ward_sym *domains = make_n(maker, ward_sym, 1);

	domains[0] = maker_symbol(maker, "*.example.com");
	peer->n_domains = 1;
	peer->domains = domains;
}

static void random_cnp_peer(struct maker *maker, enum ward_kind kind, enum ward_direction dir,
			    struct ward_cnp_peer *peer)
{
	static const enum ward_cnp_peer_kind kinds[] = {
		WARD_CNP_PODS,	   WARD_CNP_PODS,     WARD_CNP_PODS,  WARD_CNP_PODS,
		WARD_CNP_NETWORKS, WARD_CNP_NETWORKS, WARD_CNP_NODES, WARD_CNP_NODES,
	};

	peer->mark.file = WARD_NONE;
	peer->kind = dir == WARD_EGRESS ? pick(maker, kinds) : WARD_CNP_PODS;
	if (rng_chance(maker->rng, 4))
		peer->kind = WARD_CNP_UNUSABLE;
	else if (dir == WARD_EGRESS && kind != WARD_KIND_BASELINEADMINNETWORKPOLICY &&
		 rng_chance(maker->rng, 4))
		peer->kind = WARD_CNP_DOMAINS;
	if (peer->kind == WARD_CNP_PODS) {
		peer->namespaces = maker_selector(maker, true);
		if (rng_chance(maker->rng, 60))
			peer->pods = maker_selector(maker, false);
	}
	if (peer->kind == WARD_CNP_NODES)
		peer->nodes = maker_selector(maker, false);
	if (peer->kind == WARD_CNP_NETWORKS)
		random_networks(maker, peer);
	if (peer->kind == WARD_CNP_DOMAINS)
		random_domains(maker, peer);
}

/* B2.23, B8.12: names go with networks only in the younger API, with nodes and domains nowhere. */
static bool may_name_ports(enum ward_kind kind, const struct ward_cnp_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		enum ward_cnp_peer_kind peer = rule->peers[i].kind;

		if (peer == WARD_CNP_NODES || peer == WARD_CNP_DOMAINS ||
		    (peer == WARD_CNP_NETWORKS && kind != WARD_KIND_CLUSTERNETWORKPOLICY))
			return false;
	}
	return true;
}

static void random_cnp_rule(struct maker *maker, enum ward_kind kind, enum ward_direction dir,
			    struct ward_cnp_rule *rule)
{
	bool passes = kind != WARD_KIND_BASELINEADMINNETWORKPOLICY;
	struct ward_cnp_peer *peers;
	struct ward_cnp_protocol *protocols;

	rule->mark.file = WARD_NONE;
	rule->name = WARD_NONE;
	rule->action = rng_below(maker->rng, passes ? 3 : 2);
	if (rng_chance(maker->rng, 2))
		rule->action = WARD_CNP_UNKNOWN_ACTION;
	rule->n_peers = 1 + rng_below(maker->rng, 3);
	rule->peers = peers = make_n(maker, struct ward_cnp_peer, rule->n_peers);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		random_cnp_peer(maker, kind, dir, &peers[i]);
	rule->n_protocols = rng_below(maker->rng, 4);
	rule->protocols = protocols = make_n(maker, struct ward_cnp_protocol, rule->n_protocols);
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		protocols[i] = random_protocol(maker, kind, may_name_ports(kind, rule));
}

static struct ward_clusternetworkpolicy *make_clusterpolicy(struct maker *maker,
							    enum ward_kind kind, ward_sym name)
{
	static const uint32_t priorities[] = {0, 5, 5, 1000};
	struct ward_clusternetworkpolicy *policy =
		make_n(maker, struct ward_clusternetworkpolicy, 1);
	bool baseline = kind == WARD_KIND_BASELINEADMINNETWORKPOLICY ||
			(kind == WARD_KIND_CLUSTERNETWORKPOLICY && rng_chance(maker->rng, 40));

	policy->object = maker_object(kind, WARD_NONE, name);
	policy->tier = baseline ? WARD_CNP_BASELINE : WARD_CNP_ADMIN;
	policy->api_rank = kind != WARD_KIND_CLUSTERNETWORKPOLICY;
	if (kind != WARD_KIND_BASELINEADMINNETWORKPOLICY)
		policy->priority = pick(maker, priorities);
	policy->namespaces = maker_selector(maker, true);
	if (rng_chance(maker->rng, 50))
		policy->pods = maker_selector(maker, false);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		uint32_t n = rng_below(maker->rng, 4);
		struct ward_cnp_rule *rules = make_n(maker, struct ward_cnp_rule, n);

		for (uint32_t i = 0; i < n; i++)
			random_cnp_rule(maker, kind, dir, &rules[i]);
		policy->n_rules[dir] = n;
		policy->rules[dir] = rules;
	}
	return policy;
}

static void policy_add(struct maker *maker, const struct ward_clusternetworkpolicy *policy)
{
	ward_vec_push(&maker->world->objects, &policy->object);
}

void make_clusterpolicies(struct maker *maker)
{
	for (uint32_t i = 0, n = rng_below(maker->rng, 4); i < n; i++)
		policy_add(maker, make_clusterpolicy(maker, WARD_KIND_CLUSTERNETWORKPOLICY,
						     maker_symbol_n(maker, "tier-", i)));
	for (uint32_t i = 0, n = rng_below(maker->rng, 5) / 2; i < n; i++)
		policy_add(maker, make_clusterpolicy(maker, WARD_KIND_ADMINNETWORKPOLICY,
						     maker_symbol_n(maker, "tier-", i)));
	if (rng_chance(maker->rng, 20))
		policy_add(maker, make_clusterpolicy(maker, WARD_KIND_BASELINEADMINNETWORKPOLICY,
						     maker_symbol(maker, "default")));
}

const struct ward_object *world_random_clusterpolicy(struct world *world, struct rng *rng,
						     const char *name)
{
	struct maker maker = {.world = world, .rng = rng, .n_namespaces = 3, .n_nodes = 1};

	return &make_clusterpolicy(&maker, WARD_KIND_CLUSTERNETWORKPOLICY,
				   maker_symbol(&maker, name))
			->object;
}
