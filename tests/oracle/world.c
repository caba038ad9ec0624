/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/world.h"

#include <stdlib.h>

#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "kube/pod.h"

/* What is being made, and with what. */
struct maker {
	struct world *world;
	struct rng *rng;
	uint32_t n_namespaces, n_nodes;
};

static const char *const namespace_names[] = {"x", "y", "z", "w", "kube-system"};
static const char *const pod_keys[] = {"app", "role", "k8s-app", "zone"};
static const char *const pod_values[] = {"a", "b", "c", "", "kube-dns"};
static const char *const namespace_keys[] = {"kubernetes.io/metadata.name", "env", "team"};
static const char *const namespace_values[] = {"x", "y", "kube-system", "prod", "dev", "a"};
static const char *const port_names[] = {"web", "dns", "admin"};
static const uint16_t port_numbers[] = {1, 53, 80, 81, 8080, 65535};

#define pick(maker, array) ((array)[rng_below((maker)->rng, WARD_ARRAY_SIZE(array))])
#define make_n(maker, type, n) ward_arena_new_n(&(maker)->world->arena, type, n)

static ward_sym symbol(struct maker *maker, const char *text)
{
	return ward_symbol(maker->world->symbols, text);
}

static ward_sym symbol_n(struct maker *maker, const char *prefix, uint32_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%u", prefix, n);
	return symbol(maker, text);
}

static ward_sym random_namespace(struct maker *maker)
{
	return symbol(maker, namespace_names[rng_below(maker->rng, maker->n_namespaces)]);
}

static void add(struct maker *maker, const void *object)
{
	ward_vec_push(&maker->world->objects, object);
}

static struct ward_object object(enum ward_kind kind, ward_sym ns, ward_sym name)
{
	return (struct ward_object){
		.kind = kind,
		.ns = ns,
		.name = name,
		.mark = {.file = WARD_NONE},
	};
}

/* ---- labels and selectors ---- */

/* Keys in ascending order, each once. */
static void labels_set(struct ward_labels *labels, ward_sym key, ward_sym value)
{
	struct ward_label *items = (struct ward_label *)labels->items;
	uint32_t at = labels->n;

	for (uint32_t i = 0; i < labels->n; i++) {
		if (items[i].key == key) {
			items[i].value = value;
			return;
		}
	}
	for (; at > 0 && items[at - 1].key > key; at--)
		items[at] = items[at - 1];
	items[at] = (struct ward_label){.key = key, .value = value};
	labels->n++;
}

static struct ward_labels namespace_labels(struct maker *maker, ward_sym name)
{
	struct ward_labels labels = {.items = make_n(maker, struct ward_label, 3)};
	static const char *const environments[] = {"prod", "dev", "dev", ""};

	labels_set(&labels, WARD_SYM_METADATA_NAME, name);
	if (rng_chance(maker->rng, 60))
		labels_set(&labels, WARD_SYM_ENV, symbol(maker, pick(maker, environments)));
	if (rng_chance(maker->rng, 60))
		labels_set(&labels, symbol(maker, "team"), symbol(maker, pick(maker, pod_values)));
	return labels;
}

static struct ward_labels pod_labels(struct maker *maker)
{
	struct ward_labels labels = {.items = make_n(maker, struct ward_label, 3)};

	for (uint32_t i = 0; i < 3; i++) {
		if (rng_chance(maker->rng, 60))
			labels_set(&labels, symbol(maker, pod_keys[i]),
				   symbol(maker, pick(maker, pod_values)));
	}
	return labels;
}

static int requirement_cmp(const void *a, const void *b)
{
	const struct ward_requirement *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (int)x->op - (int)y->op;
}

/* One or two values, ascending. */
static void random_values(struct maker *maker, bool of_namespaces,
			  struct ward_requirement *requirement)
{
	ward_sym *values = make_n(maker, ward_sym, 2);
	uint32_t n = 0;

	for (uint32_t i = 0; i < 2; i++) {
		ward_sym value = symbol(maker, of_namespaces ? pick(maker, namespace_values)
							     : pick(maker, pod_values));

		if (n && values[0] == value)
			continue;
		values[n++] = value;
		if (n == 2 && values[0] > value) {
			values[1] = values[0];
			values[0] = value;
		}
		if (rng_chance(maker->rng, 50))
			break;
	}
	requirement->n_values = n;
	requirement->values = values;
}

static struct ward_selector random_selector(struct maker *maker, bool of_namespaces)
{
	uint32_t n = rng_below(maker->rng, 6) % 3;
	struct ward_requirement *items = make_n(maker, struct ward_requirement, n);

	for (uint32_t i = 0; i < n; i++) {
		items[i].key = symbol(maker, of_namespaces ? pick(maker, namespace_keys)
							   : pick(maker, pod_keys));
		items[i].mark.file = WARD_NONE;
		items[i].op = rng_below(maker->rng, WARD_N_OP);
		if (items[i].op == WARD_OP_IN || items[i].op == WARD_OP_NOT_IN)
			random_values(maker, of_namespaces, &items[i]);
	}
	if (n)
		qsort(items, n, sizeof(*items), requirement_cmp);
	return (struct ward_selector){.n = n, .items = items};
}

/* ---- addresses ---- */

static struct ward_ip ip4(uint32_t address)
{
	return (struct ward_ip){.lo = address, .family = WARD_FAMILY_4};
}

static struct ward_ip ip6(uint64_t hi, uint64_t lo)
{
	return (struct ward_ip){.hi = hi, .lo = lo, .family = WARD_FAMILY_6};
}

/* Pods live in 10.0.0.0/27 and fd00::/123. */
static struct ward_ip random_pod_ip(struct rng *rng, enum ward_family family)
{
	uint32_t n = rng_below(rng, 32);

	return family == WARD_FAMILY_4 ? ip4(0x0a000000 + n) : ip6(UINT64_C(0xfd) << 56, n);
}

/* Nodes have 10.0.9.0/24 and fd00::9:0/112 for themselves. */
static struct ward_ip node_ip(uint32_t n, enum ward_family family)
{
	return family == WARD_FAMILY_4 ? ip4(0x0a000900 + n)
				       : ip6(UINT64_C(0xfd) << 56, 0x90000 + n);
}

static struct ward_ip random_ip(struct rng *rng, enum ward_family family)
{
	static const uint32_t known4[] = {0, 0x0a0000ff, 0x0a010203, 0xcb007105, UINT32_MAX};

	if (rng_chance(rng, 60))
		return random_pod_ip(rng, family);
	if (rng_chance(rng, 30))
		return node_ip(rng_below(rng, 4), family);
	if (family == WARD_FAMILY_4)
		return rng_chance(rng, 50) ? ip4(known4[rng_below(rng, 5)])
					   : ip4((uint32_t)rng_next(rng));
	if (rng_chance(rng, 30))
		return rng_chance(rng, 50) ? ward_ip_min(family) : ward_ip_max(family);
	return ip6(rng_chance(rng, 50) ? UINT64_C(0x20010db8) << 32 : rng_next(rng),
		   rng_chance(rng, 50) ? rng_below(rng, 4) : rng_next(rng));
}

static struct ward_cidr cidr_around(struct ward_ip ip, uint32_t bits)
{
	uint32_t width = ip.family == WARD_FAMILY_4 ? 32 : 128, low = width - bits;

	if (low >= 64) {
		ip.lo = 0;
		ip.hi = low == 128 ? 0 : ip.hi >> (low - 64) << (low - 64);
	} else {
		ip.lo = ip.lo >> low << low;
	}
	return (struct ward_cidr){.ip = ip, .bits = (uint8_t)bits};
}

static struct ward_cidr random_cidr(struct rng *rng)
{
	static const uint8_t bits4[] = {0, 1, 8, 16, 22, 24, 27, 28, 29, 30, 31, 32};
	static const uint8_t bits6[] = {0, 1, 8, 64, 108, 112, 123, 124, 125, 126, 127, 128};
	enum ward_family family = rng_chance(rng, 65) ? WARD_FAMILY_4 : WARD_FAMILY_6;
	uint32_t i = rng_below(rng, 12);

	return cidr_around(random_ip(rng, family), family == WARD_FAMILY_4 ? bits4[i] : bits6[i]);
}

/* A8: strictly inside the block. */
static void random_excepts(struct maker *maker, struct ward_np_peer *peer)
{
	uint32_t width = peer->block.ip.family == WARD_FAMILY_4 ? 32 : 128;
	uint32_t n = rng_below(maker->rng, 3);
	struct ward_np_except *excepts = make_n(maker, struct ward_np_except, n);

	for (uint32_t tries = 0; tries < 8 && peer->n_excepts < n; tries++) {
		struct ward_ip ip = random_ip(maker->rng, peer->block.ip.family);
		uint32_t longer = width - peer->block.bits, bits;

		if (!longer || !ward_cidr_has(peer->block, ip))
			continue;
		bits = peer->block.bits + 1 + rng_below(maker->rng, longer);
		excepts[peer->n_excepts++] = (struct ward_np_except){.cidr = cidr_around(ip, bits),
								     .mark = {.file = WARD_NONE}};
	}
	peer->excepts = excepts;
}

/* ---- namespaces, nodes, pods ---- */

static void make_namespace(struct maker *maker, uint32_t n)
{
	struct ward_namespace *ns = make_n(maker, struct ward_namespace, 1);

	ns->object = object(WARD_KIND_NAMESPACE, WARD_NONE, symbol(maker, namespace_names[n]));
	ns->labels = namespace_labels(maker, ns->object.name);
	add(maker, ns);
}

static void make_node(struct maker *maker, uint32_t n)
{
	struct ward_node_object *node = make_n(maker, struct ward_node_object, 1);
	struct ward_ip *ips = make_n(maker, struct ward_ip, 2);

	node->object = object(WARD_KIND_NODE, WARD_NONE, symbol_n(maker, "node-", n));
	ips[0] = node_ip(n, WARD_FAMILY_4);
	ips[1] = node_ip(n, WARD_FAMILY_6);
	node->n_ips = rng_below(maker->rng, 3);
	node->ips = ips;
	node->labels = pod_labels(maker);
	add(maker, node);
}

static void random_pod_ips(struct maker *maker, struct ward_pod *pod, uint32_t node)
{
	struct ward_ip *ips = make_n(maker, struct ward_ip, 3);
	uint32_t kind = rng_below(maker->rng, 10);

	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		if (kind == 0 || (kind == 1 && family == WARD_FAMILY_4) ||
		    (kind < 5 && family == WARD_FAMILY_6))
			continue;
		if (!pod->host_network || rng_chance(maker->rng, 4))
			ips[pod->n_ips++] = rng_chance(maker->rng, 4)
						    ? node_ip(node, family)
						    : random_pod_ip(maker->rng, family);
		else if (pod->node != WARD_NONE)
			ips[pod->n_ips++] = node_ip(node, family);
	}
	if (kind == 9 && !pod->host_network)
		ips[pod->n_ips++] = random_pod_ip(maker->rng, WARD_FAMILY_4);
	pod->ips = ips;
}

static int container_port_cmp(const void *a, const void *b)
{
	const struct ward_container_port *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	if (x->proto != y->proto)
		return (int)x->proto - (int)y->proto;
	return (int)x->number - (int)y->number;
}

static void random_container_ports(struct maker *maker, struct ward_pod *pod)
{
	uint32_t n = rng_below(maker->rng, 4);
	struct ward_container_port *ports = make_n(maker, struct ward_container_port, n);

	for (uint32_t i = 0; i < n; i++) {
		ports[i].name = rng_chance(maker->rng, 85) ? symbol(maker, pick(maker, port_names))
							   : WARD_NONE;
		ports[i].proto = rng_chance(maker->rng, 60) ? WARD_TCP : rng_below(maker->rng, 3);
		ports[i].number = pick(maker, port_numbers);
	}
	if (n)
		qsort(ports, n, sizeof(*ports), container_port_cmp);
	for (uint32_t i = 0; i < n; i++) {
		if (!i || container_port_cmp(&ports[i], &ports[pod->n_ports - 1]) != 0)
			ports[pod->n_ports++] = ports[i];
	}
	pod->ports = ports;
}

static void make_pod(struct maker *maker, uint32_t n)
{
	struct ward_pod *pod = make_n(maker, struct ward_pod, 1);
	uint32_t node = rng_below(maker->rng, maker->n_nodes);
	bool workload = rng_chance(maker->rng, 8);

	pod->object = object(workload ? WARD_KIND_DEPLOYMENT : WARD_KIND_POD,
			     random_namespace(maker), symbol_n(maker, "p", n));
	pod->owner_kind = pod->object.kind;
	pod->owner = pod->object.name;
	pod->replicas = 1;
	pod->labels = pod_labels(maker);
	pod->service_account = symbol(maker, "default");
	pod->node =
		workload || rng_chance(maker->rng, 10) ? WARD_NONE : symbol_n(maker, "node-", node);
	pod->host_network = rng_chance(maker->rng, 15);
	pod->started = workload ? 0 : rng_below(maker->rng, 3);
	pod->finished = !workload && rng_chance(maker->rng, 10);
	random_container_ports(maker, pod);
	if (!workload)
		random_pod_ips(maker, pod, node);
	add(maker, pod);
}

/* ---- policies ---- */

static void random_port(struct maker *maker, bool always_numbered, struct ward_np_port *port)
{
	*port = (struct ward_np_port){
		.mark = {.file = WARD_NONE},
		.proto = rng_chance(maker->rng, 60) ? WARD_TCP : rng_below(maker->rng, 3),
		.name = WARD_NONE,
	};
	if (rng_chance(maker->rng, 30)) {
		port->name = symbol(maker, pick(maker, port_names));
	} else if (!always_numbered && rng_chance(maker->rng, 20)) {
		port->high = 65535;
	} else {
		port->low = port->high = pick(maker, port_numbers);
		if (rng_chance(maker->rng, 40))
			port->high += rng_below(maker->rng, 65536u - port->low);
	}
}

static struct ward_np_port *random_ports(struct maker *maker, bool always_numbered, uint32_t *ret_n)
{
	struct ward_np_port *ports;

	*ret_n = rng_below(maker->rng, 4);
	ports = make_n(maker, struct ward_np_port, *ret_n);
	for (uint32_t i = 0; i < *ret_n; i++)
		random_port(maker, always_numbered, &ports[i]);
	return ports;
}

static void random_peer(struct maker *maker, struct ward_np_peer *peer)
{
	uint32_t form = rng_below(maker->rng, 6);

	peer->mark.file = WARD_NONE;
	if (form < 3) {
		peer->has_block = true;
		peer->block_is_nothing = rng_chance(maker->rng, 5);
		peer->block = random_cidr(maker->rng);
		if (!peer->block_is_nothing)
			random_excepts(maker, peer);
		return;
	}
	peer->has_pods = form != 3;
	peer->has_namespaces = form != 4;
	if (peer->has_pods)
		peer->pods = random_selector(maker, false);
	if (peer->has_namespaces)
		peer->namespaces = random_selector(maker, true);
}

static void random_rule(struct maker *maker, struct ward_np_rule *rule)
{
	struct ward_np_peer *peers;

	rule->n_peers = rng_below(maker->rng, 4);
	peers = make_n(maker, struct ward_np_peer, rule->n_peers);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		random_peer(maker, &peers[i]);
	rule->mark.file = WARD_NONE;
	rule->peers = peers;
	rule->ports = random_ports(maker, false, &rule->n_ports);
}

static struct ward_networkpolicy *make_networkpolicy(struct maker *maker, ward_sym name)
{
	struct ward_networkpolicy *np = make_n(maker, struct ward_networkpolicy, 1);
	uint32_t types = 1 + rng_below(maker->rng, 3);

	np->object = object(WARD_KIND_NETWORKPOLICY, random_namespace(maker), name);
	np->spec_mark.file = WARD_NONE;
	np->pods = random_selector(maker, false);
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		uint32_t n = rng_below(maker->rng, 4);
		struct ward_np_rule *rules = make_n(maker, struct ward_np_rule, n);

		for (uint32_t i = 0; i < n; i++)
			random_rule(maker, &rules[i]);
		np->isolates[dir] = types >> dir & 1;
		np->n_rules[dir] = n;
		np->rules[dir] = rules;
	}
	return np;
}

static struct ward_group *random_groups(struct maker *maker, uint32_t n)
{
	struct ward_group *groups = make_n(maker, struct ward_group, n);

	for (uint32_t i = 0; i < n; i++) {
		groups[i].name = symbol_n(maker, "g", i);
		groups[i].mark.file = WARD_NONE;
		do
			groups[i].pods = random_selector(maker, false);
		while (!groups[i].pods.n);
	}
	return groups;
}

static struct ward_group_rule *random_lines(struct maker *maker, uint32_t n, uint32_t n_groups)
{
	struct ward_group_rule *lines = make_n(maker, struct ward_group_rule, n);

	for (uint32_t i = 0; i < n; i++) {
		bool from_any = rng_chance(maker->rng, 15);
		bool to_any = !from_any && rng_chance(maker->rng, 15);

		lines[i].mark.file = WARD_NONE;
		lines[i].name = WARD_NONE;
		lines[i].from = from_any ? WARD_GROUP_ANY : rng_below(maker->rng, n_groups);
		lines[i].to = to_any ? WARD_GROUP_ANY : rng_below(maker->rng, n_groups);
		lines[i].ports = random_ports(maker, true, &lines[i].n_ports);
	}
	return lines;
}

static void make_grouppolicy(struct maker *maker, uint32_t n)
{
	struct ward_grouppolicy *gp = make_n(maker, struct ward_grouppolicy, 1);
	ward_sym *namespaces = make_n(maker, ward_sym, maker->n_namespaces);

	gp->object = object(WARD_KIND_GROUPPOLICY, WARD_NONE, symbol_n(maker, "policy-", n));
	for (uint32_t i = 0; i < maker->n_namespaces; i++) {
		if (rng_chance(maker->rng, 50))
			namespaces[gp->n_namespaces++] = symbol(maker, namespace_names[i]);
	}
	if (!gp->n_namespaces)
		namespaces[gp->n_namespaces++] = random_namespace(maker);
	gp->namespaces = namespaces;
	gp->same_environment = rng_chance(maker->rng, 60);
	gp->baseline = rng_below(maker->rng, WARD_N_BASELINE);
	gp->exempt_dns = rng_chance(maker->rng, 60);
	gp->baseline_mark.file = gp->exempt_mark.file = WARD_NONE;
	gp->n_groups = 1 + rng_below(maker->rng, 3);
	gp->groups = random_groups(maker, gp->n_groups);
	gp->n_rules = rng_below(maker->rng, 4);
	gp->rules = random_lines(maker, gp->n_rules, gp->n_groups);
	add(maker, gp);
}

/* ---- cluster-wide policies ---- */

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
		protocol.name = symbol(maker, pick(maker, port_names));
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
		struct ward_cidr cidr = random_cidr(maker->rng);
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

	domains[0] = symbol(maker, "*.example.com");
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
		peer->namespaces = random_selector(maker, true);
		if (rng_chance(maker->rng, 60))
			peer->pods = random_selector(maker, false);
	}
	if (peer->kind == WARD_CNP_NODES)
		peer->nodes = random_selector(maker, false);
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

	policy->object = object(kind, WARD_NONE, name);
	policy->tier = baseline ? WARD_CNP_BASELINE : WARD_CNP_ADMIN;
	policy->api_rank = kind != WARD_KIND_CLUSTERNETWORKPOLICY;
	if (kind != WARD_KIND_BASELINEADMINNETWORKPOLICY)
		policy->priority = pick(maker, priorities);
	policy->namespaces = random_selector(maker, true);
	if (rng_chance(maker->rng, 50))
		policy->pods = random_selector(maker, false);
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

static void make_clusterpolicies(struct maker *maker)
{
	for (uint32_t i = 0, n = rng_below(maker->rng, 4); i < n; i++)
		add(maker, make_clusterpolicy(maker, WARD_KIND_CLUSTERNETWORKPOLICY,
					      symbol_n(maker, "tier-", i)));
	for (uint32_t i = 0, n = rng_below(maker->rng, 5) / 2; i < n; i++)
		add(maker, make_clusterpolicy(maker, WARD_KIND_ADMINNETWORKPOLICY,
					      symbol_n(maker, "tier-", i)));
	if (rng_chance(maker->rng, 20))
		add(maker, make_clusterpolicy(maker, WARD_KIND_BASELINEADMINNETWORKPOLICY,
					      symbol(maker, "default")));
}

const struct ward_object *world_random_clusterpolicy(struct world *world, struct rng *rng,
						     const char *name)
{
	struct maker maker = {.world = world, .rng = rng, .n_namespaces = 3, .n_nodes = 1};

	return &make_clusterpolicy(&maker, WARD_KIND_CLUSTERNETWORKPOLICY, symbol(&maker, name))
			->object;
}

const struct ward_object *world_random_networkpolicy(struct world *world, struct rng *rng,
						     const char *name)
{
	struct maker maker = {.world = world, .rng = rng, .n_namespaces = 3, .n_nodes = 1};

	return &make_networkpolicy(&maker, symbol(&maker, name))->object;
}

void world_random(struct world *world, struct ward_symbols *symbols, struct rng *rng)
{
	struct maker maker = {.world = world, .rng = rng};
	uint32_t n_policies = rng_below(rng, 7);

	world->symbols = symbols;
	maker.n_namespaces = 2 + rng_below(rng, 4);
	maker.n_nodes = 1 + rng_below(rng, 3);
	/* Some namespaces and nodes are only referred to (A4.9). */
	for (uint32_t i = 0; i < maker.n_namespaces; i++) {
		if (rng_chance(rng, 85))
			make_namespace(&maker, i);
	}
	for (uint32_t i = 0; i < maker.n_nodes; i++) {
		if (rng_chance(rng, 85))
			make_node(&maker, i);
	}
	for (uint32_t i = 0, n = 3 + rng_below(rng, 18); i < n; i++)
		make_pod(&maker, i);
	for (uint32_t i = 0; i < n_policies; i++)
		add(&maker, make_networkpolicy(&maker, symbol_n(&maker, "policy-", i)));
	for (uint32_t i = 0, n = rng_below(rng, 5) / 2; i < n; i++)
		make_grouppolicy(&maker, i);
	if (rng_chance(rng, 70))
		make_clusterpolicies(&maker);
}

void world_copy(struct world *world, const struct world *from)
{
	*world = (struct world){.symbols = from->symbols};
	for (uint32_t i = 0; i < from->objects.n; i++)
		ward_vec_push(&world->objects, from->objects.items[i]);
}

void world_done(struct world *world)
{
	ward_vec_done(&world->objects);
	ward_arena_done(&world->arena);
}
