/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/world.h"

#include <stdlib.h>

#include "group/grouppolicy.h"
#include "kube/networkpolicy.h"
#include "kube/pod.h"
#include "oracle/maker.h"

static const char *const namespace_names[] = {"x", "y", "z", "w", "kube-system"};
static const char *const pod_keys[] = {"app", "role", "k8s-app", "zone"};
static const char *const pod_values[] = {"a", "b", "c", "", "kube-dns"};
static const char *const namespace_keys[] = {"kubernetes.io/metadata.name", "env", "team"};
static const char *const namespace_values[] = {"x", "y", "kube-system", "prod", "dev", "a"};
const char *const port_names[3] = {"web", "dns", "admin"};
const uint16_t port_numbers[6] = {1, 53, 80, 81, 8080, 65535};

ward_sym maker_symbol(struct maker *maker, const char *text)
{
	return ward_symbol(maker->world->symbols, text);
}

ward_sym maker_symbol_n(struct maker *maker, const char *prefix, uint32_t n)
{
	char text[32];

	snprintf(text, sizeof(text), "%s%u", prefix, n);
	return maker_symbol(maker, text);
}

static ward_sym random_namespace(struct maker *maker)
{
	return maker_symbol(maker, namespace_names[rng_below(maker->rng, maker->n_namespaces)]);
}

static void add(struct maker *maker, const void *object)
{
	ward_vec_push(&maker->world->objects, object);
}

struct ward_object maker_object(enum ward_kind kind, ward_sym ns, ward_sym name)
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
		labels_set(&labels, WARD_SYM_ENV, maker_symbol(maker, pick(maker, environments)));
	if (rng_chance(maker->rng, 60))
		labels_set(&labels, maker_symbol(maker, "team"),
			   maker_symbol(maker, pick(maker, pod_values)));
	return labels;
}

static struct ward_labels pod_labels(struct maker *maker)
{
	struct ward_labels labels = {.items = make_n(maker, struct ward_label, 5)};

	for (uint32_t i = 0; i < 3; i++) {
		if (rng_chance(maker->rng, 60))
			labels_set(&labels, maker_symbol(maker, pod_keys[i]),
				   maker_symbol(maker, pick(maker, pod_values)));
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
		ward_sym value = maker_symbol(maker, of_namespaces ? pick(maker, namespace_values)
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

struct ward_selector maker_selector(struct maker *maker, bool of_namespaces)
{
	uint32_t n = rng_below(maker->rng, 6) % 3;
	struct ward_requirement *items = make_n(maker, struct ward_requirement, n);

	for (uint32_t i = 0; i < n; i++) {
		items[i].key = maker_symbol(maker, of_namespaces ? pick(maker, namespace_keys)
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

struct ward_cidr maker_cidr(struct rng *rng)
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

	ns->object = maker_object(WARD_KIND_NAMESPACE, WARD_NONE,
				  maker_symbol(maker, namespace_names[n]));
	ns->labels = namespace_labels(maker, ns->object.name);
	add(maker, ns);
}

static void make_node(struct maker *maker, uint32_t n)
{
	struct ward_node_object *node = make_n(maker, struct ward_node_object, 1);
	struct ward_ip *ips = make_n(maker, struct ward_ip, 2);

	node->object = maker_object(WARD_KIND_NODE, WARD_NONE, maker_symbol_n(maker, "node-", n));
	ips[0] = node_ip(n, WARD_FAMILY_4);
	ips[1] = node_ip(rng_chance(maker->rng, 15) ? n + 1 : n, WARD_FAMILY_6);
	node->n_ips = rng_below(maker->rng, 3);
	node->ips = ips;
	node->labels = pod_labels(maker);
	if (rng_chance(maker->rng, 30))
		labels_set(&node->labels,
			   maker_symbol(maker, "node-role.kubernetes.io/control-plane"),
			   WARD_SYM_EMPTY);
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
		ports[i].name = rng_chance(maker->rng, 85)
					? maker_symbol(maker, pick(maker, port_names))
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

/* Someone an exemption speaks of; not always in a namespace that it speaks of. */
static void become_exempt(struct maker *maker, struct ward_pod *pod)
{
	const struct ward_exemption_def *def =
		&ward_exemptions[rng_below(maker->rng, WARD_EXEMPT_APISERVER_WEBHOOKS)];

	if (rng_chance(maker->rng, 80))
		pod->object.ns = maker_symbol(maker, def->namespaces[0]);
	labels_set(&pod->labels, maker_symbol(maker, def->key),
		   maker_symbol(maker, def->values[0]));
}

static void make_pod(struct maker *maker, uint32_t n)
{
	struct ward_pod *pod = make_n(maker, struct ward_pod, 1);
	uint32_t node = rng_below(maker->rng, maker->n_nodes);
	bool workload = rng_chance(maker->rng, 8);

	pod->object = maker_object(workload ? WARD_KIND_DEPLOYMENT : WARD_KIND_POD,
				   random_namespace(maker), maker_symbol_n(maker, "p", n));
	pod->owner_kind = pod->object.kind;
	pod->owner = pod->object.name;
	pod->replicas = 1;
	pod->labels = pod_labels(maker);
	if (rng_chance(maker->rng, 8))
		become_exempt(maker, pod);
	pod->service_account =
		maker_symbol(maker, rng_chance(maker->rng, 80) ? "default" : "robot");
	pod->node = workload || rng_chance(maker->rng, 10) ? WARD_NONE
							   : maker_symbol_n(maker, "node-", node);
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
		port->name = maker_symbol(maker, pick(maker, port_names));
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
		peer->block = maker_cidr(maker->rng);
		if (!peer->block_is_nothing)
			random_excepts(maker, peer);
		return;
	}
	peer->has_pods = form != 3;
	peer->has_namespaces = form != 4;
	if (peer->has_pods)
		peer->pods = maker_selector(maker, false);
	if (peer->has_namespaces)
		peer->namespaces = maker_selector(maker, true);
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

	np->object = maker_object(WARD_KIND_NETWORKPOLICY, random_namespace(maker), name);
	np->spec_mark.file = WARD_NONE;
	np->pods = maker_selector(maker, false);
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

static struct ward_group_rule *random_lines(struct maker *maker, uint32_t n, uint32_t n_denies,
					    uint32_t n_groups)
{
	struct ward_group_rule *lines = make_n(maker, struct ward_group_rule, n);

	for (uint32_t i = 0; i < n; i++) {
		bool from_any = rng_chance(maker->rng, 15);
		bool to_any = !from_any && rng_chance(maker->rng, 15);

		lines[i].mark.file = WARD_NONE;
		lines[i].denies = i < n_denies;
		lines[i].index = i < n_denies ? i : i - n_denies;
		lines[i].name = WARD_NONE;
		lines[i].from = i < n_groups ? i /* each is spoken of */
				: from_any   ? WARD_GROUP_ANY
					     : rng_below(maker->rng, n_groups);
		lines[i].to = to_any ? WARD_GROUP_ANY : rng_below(maker->rng, n_groups);
		lines[i].ports = random_ports(maker, true, &lines[i].n_ports);
		if (rng_chance(maker->rng, 25))
			lines[i].expires = WORLD_TODAY - 1 + (int32_t)rng_below(maker->rng, 3);
	}
	return lines;
}

static struct ward_selector some_namespaces(struct maker *maker, struct ward_grouppolicy *gp)
{
	ward_sym *names = make_n(maker, ward_sym, maker->n_namespaces);

	struct ward_selector selector = maker_selector(maker, true);

	if (selector.n && rng_chance(maker->rng, 25))
		return selector;
	for (uint32_t i = 0; i < maker->n_namespaces; i++) {
		if (rng_chance(maker->rng, 50))
			names[gp->n_names++] = maker_symbol(maker, namespace_names[i]);
	}
	if (!gp->n_names)
		names[gp->n_names++] = random_namespace(maker);
	gp->names = names;
	return ward_selector_in(&maker->world->arena, WARD_SYM_METADATA_NAME, names, gp->n_names);
}

static void random_environments(struct maker *maker, struct ward_grouppolicy *gp)
{
	static const char *const values[] = {"prod", "dev", "staging"};
	struct ward_group_environment *own = make_n(maker, struct ward_group_environment, 3);
	ward_sym *peers = make_n(maker, ward_sym, 3);

	for (uint32_t i = 0; i < 3; i++) {
		if (rng_chance(maker->rng, 20))
			own[gp->n_environments++] = (struct ward_group_environment){
				.name = maker_symbol(maker, values[i]),
				.staged = rng_chance(maker->rng, 40),
				.mark = {.file = WARD_NONE},
			};
		if (rng_chance(maker->rng, 50))
			peers[gp->n_peer_environments++] = maker_symbol(maker, values[i]);
	}
	if (!gp->n_peer_environments)
		peers[gp->n_peer_environments++] = maker_symbol(maker, values[0]);
	gp->environments = own;
	gp->peer_environment = rng_below(maker->rng, 3);
	gp->n_peer_environments = gp->peer_environment == WARD_PEER_ENVIRONMENT_LISTED
					  ? ward_symbols_sort(peers, gp->n_peer_environments)
					  : 0;
	gp->peer_environments = peers;
}

/* Do all its groups say where their pods are? */
static bool groups_are_scoped(const struct ward_grouppolicy *gp)
{
	for (uint32_t i = 0; i < gp->n_groups; i++) {
		const struct ward_membership *of = &gp->groups[i].membership;

		for (uint32_t k = 0; !gp->groups[i].is_named && k < of->n_entries; k++) {
			if (!of->entries[k].scoped)
				return false;
		}
	}
	return true;
}

static void make_grouppolicy(struct maker *maker, uint32_t n)
{
	struct ward_grouppolicy *gp = make_n(maker, struct ward_grouppolicy, 1);
	bool above;
	uint32_t n_denies;

	gp->object =
		maker_object(WARD_KIND_GROUPPOLICY, WARD_NONE, maker_symbol_n(maker, "policy-", n));
	gp->groups = maker_groups(maker, &gp->n_groups);
	if (rng_chance(maker->rng, 90) || !groups_are_scoped(gp))
		gp->namespaces = some_namespaces(maker, gp);
	gp->namespaces_mark.file = gp->mode_mark.file = WARD_NONE;
	gp->baseline_mark.file = gp->exempt_mark.file = WARD_NONE;
	random_environments(maker, gp);
	gp->staged = rng_chance(maker->rng, 20);
	gp->tier = rng_chance(maker->rng, 60) ? WARD_GROUP_APPLICATION
					      : rng_below(maker->rng, WARD_N_GROUP_TIER);
	gp->order = (int32_t)rng_below(maker->rng, 4);
	above = gp->tier == WARD_GROUP_EMERGENCY || gp->tier == WARD_GROUP_PLATFORM;
	gp->baseline = above ? WARD_BASELINE_NONE : rng_below(maker->rng, WARD_N_BASELINE);
	gp->exempts = above ? 0 : rng_below(maker->rng, 1 << WARD_N_EXEMPTION);
	gp->n_rules = gp->n_groups + rng_below(maker->rng, 3);
	n_denies = above ? rng_below(maker->rng, gp->n_rules + 1) : 0;
	gp->rules = random_lines(maker, gp->n_rules, n_denies, gp->n_groups);
	add(maker, gp);
}

const struct ward_object *world_random_networkpolicy(struct world *world, struct rng *rng,
						     const char *name)
{
	struct maker maker = {.world = world, .rng = rng, .n_namespaces = 3, .n_nodes = 1};

	return &make_networkpolicy(&maker, maker_symbol(&maker, name))->object;
}

void world_random(struct world *world, struct ward_symbols *symbols, struct rng *rng)
{
	struct maker maker = {.world = world, .rng = rng};
	uint32_t n_policies = rng_below(rng, 7);

	world->symbols = symbols;
	world->today = WORLD_TODAY;
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
		add(&maker, make_networkpolicy(&maker, maker_symbol_n(&maker, "policy-", i)));
	if (rng_chance(rng, 60))
		make_usergroups(&maker);
	for (uint32_t i = 0, n = rng_below(rng, 7) / 2; i < n; i++)
		make_grouppolicy(&maker, i);
	if (rng_chance(rng, 70))
		make_clusterpolicies(&maker);
}

void world_copy(struct world *world, const struct world *from)
{
	*world = (struct world){.symbols = from->symbols,
				.today = from->today,
				.rehearses = from->rehearses};
	for (uint32_t i = 0; i < from->objects.n; i++)
		ward_vec_push(&world->objects, from->objects.items[i]);
}

void world_done(struct world *world)
{
	ward_vec_done(&world->objects);
	ward_arena_done(&world->arena);
}
