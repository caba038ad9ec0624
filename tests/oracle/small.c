/* SPDX-License-Identifier: Apache-2.0 */
#include "oracle/small.h"

#include <stdlib.h>

#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"
#include "oracle/maker.h"

const char *const small_pod_keys[SMALL_POD_KEYS] = {"app", "role"};
const char *const small_values[SMALL_VALUES] = {"a", "b"};
const char *const small_port_names[SMALL_NAMES] = {"web", "dns"};
static const char *const namespaces[] = {"x", "y"};
static const char *const environments[] = {"prod", ""};

static const struct ward_cidr blocks[] = {
	{{.lo = 10u << 24, .family = WARD_FAMILY_4}, 8},
	{{.lo = (10u << 24) + (1u << 16), .family = WARD_FAMILY_4}, 16},
	{{.family = WARD_FAMILY_4}, 0},
	{{.hi = UINT64_C(0xfd) << 56, .family = WARD_FAMILY_6}, 8},
};

static struct ward_mark no_mark(void)
{
	return (struct ward_mark){.file = WARD_NONE};
}

static int cmp_key(const void *a, const void *b)
{
	const struct ward_requirement *x = a, *y = b;

	return x->key != y->key ? (x->key < y->key ? -1 : 1) : (int)x->op - (int)y->op;
}

static struct ward_requirement requirement(struct maker *maker, bool of_namespaces)
{
	bool by_name = of_namespaces && rng_chance(maker->rng, 60);
	struct ward_requirement item = {
		.key = by_name	       ? WARD_SYM_METADATA_NAME
		       : of_namespaces ? WARD_SYM_ENV
				       : maker_symbol(maker, pick(maker, small_pod_keys)),
		.op = rng_below(maker->rng, WARD_N_OP),
		.mark = no_mark(),
	};
	const char *const *from = by_name	  ? namespaces
				  : of_namespaces ? environments
						  : small_values;
	ward_sym *values = make_n(maker, ward_sym, 2);
	uint32_t both = rng_chance(maker->rng, 30), first = rng_below(maker->rng, 2);

	if (item.op >= WARD_OP_EXISTS)
		return item;
	values[0] = maker_symbol(maker, from[both ? 0 : first]);
	values[1] = maker_symbol(maker, from[1]);
	if (both && values[0] > values[1]) {
		ward_sym swap = values[0];

		values[0] = values[1];
		values[1] = swap;
	}
	item.n_values = 1 + both;
	item.values = values;
	return item;
}

static struct ward_selector selector(struct maker *maker, bool of_namespaces)
{
	uint32_t n = rng_below(maker->rng, 5) % 3;
	struct ward_requirement *items = make_n(maker, struct ward_requirement, n);

	for (uint32_t i = 0; i < n; i++)
		items[i] = requirement(maker, of_namespaces);
	if (n)
		qsort(items, n, sizeof(*items), cmp_key);
	return (struct ward_selector){.n = n, .items = items};
}

static struct ward_np_port port(struct maker *maker)
{
	struct ward_np_port port = {
		.mark = no_mark(),
		.proto = rng_chance(maker->rng, 75) ? WARD_TCP : rng_below(maker->rng, 3),
		.name = WARD_NONE,
		.high = 65535,
	};

	if (rng_chance(maker->rng, 20)) {
		port.name = maker_symbol(maker, pick(maker, small_port_names));
		port.high = 0;
	} else if (rng_chance(maker->rng, 70)) {
		port.low = 80;
		port.high = rng_chance(maker->rng, 70) ? 80 : 90;
	}
	return port;
}

static const struct ward_np_port *ports(struct maker *maker, uint32_t *ret_n)
{
	struct ward_np_port *list = make_n(maker, struct ward_np_port, 2);

	*ret_n = rng_below(maker->rng, 3);
	for (uint32_t i = 0; i < *ret_n; i++)
		list[i] = port(maker);
	return list;
}

static struct ward_np_peer np_peer(struct maker *maker)
{
	struct ward_np_peer peer = {.mark = no_mark()};

	if (rng_chance(maker->rng, 20)) {
		uint32_t block = rng_below(maker->rng, 4);
		struct ward_np_except *except = make_n(maker, struct ward_np_except, 1);

		peer.has_block = true;
		peer.block = blocks[block];
		peer.n_excepts = block == 0 && rng_chance(maker->rng, 30);
		except->cidr = blocks[1];
		peer.excepts = except;
		return peer;
	}
	peer.has_pods = rng_chance(maker->rng, 70);
	peer.has_namespaces = !peer.has_pods || rng_chance(maker->rng, 50);
	if (peer.has_pods)
		peer.pods = selector(maker, false);
	if (peer.has_namespaces)
		peer.namespaces = selector(maker, true);
	return peer;
}

static const struct ward_object *networkpolicy(struct maker *maker, ward_sym name)
{
	struct ward_networkpolicy *np = make_n(maker, struct ward_networkpolicy, 1);

	np->object = maker_object(WARD_KIND_NETWORKPOLICY,
				  maker_symbol(maker, pick(maker, namespaces)), name);
	np->spec_mark = no_mark();
	np->pods = selector(maker, false);
	for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct ward_np_rule *rules = make_n(maker, struct ward_np_rule, 2);

		np->isolates[dir] = rng_chance(maker->rng, 65);
		np->rules[dir] = rules;
		np->n_rules[dir] = rng_below(maker->rng, 3);
		for (uint32_t r = 0; r < np->n_rules[dir]; r++) {
			struct ward_np_peer *peers = make_n(maker, struct ward_np_peer, 2);

			rules[r].mark = no_mark();
			rules[r].peers = peers;
			rules[r].n_peers = rng_below(maker->rng, 3);
			for (uint32_t i = 0; i < rules[r].n_peers; i++)
				peers[i] = np_peer(maker);
			rules[r].ports = ports(maker, &rules[r].n_ports);
		}
	}
	return &np->object;
}

static struct ward_cnp_peer cnp_peer(struct maker *maker, int dir)
{
	struct ward_cnp_peer peer = {.mark = no_mark(), .kind = WARD_CNP_PODS};
	uint32_t form = rng_below(maker->rng, 10);

	if (form == 0)
		peer.kind = WARD_CNP_UNUSABLE;
	else if (dir == WARD_EGRESS && form == 1)
		peer.kind = WARD_CNP_NODES;
	else if (dir == WARD_EGRESS && form == 2)
		peer.kind = WARD_CNP_NETWORKS;
	if (peer.kind == WARD_CNP_PODS) {
		peer.namespaces = selector(maker, true);
		peer.pods = selector(maker, false);
	}
	if (peer.kind == WARD_CNP_NODES)
		peer.nodes = selector(maker, false);
	if (peer.kind == WARD_CNP_NETWORKS) {
		peer.n_networks = 1;
		peer.networks = &blocks[rng_below(maker->rng, 4)];
	}
	return peer;
}

static struct ward_cnp_rule cnp_rule(struct maker *maker, enum ward_kind kind, int dir)
{
	struct ward_cnp_peer *peers = make_n(maker, struct ward_cnp_peer, 2);
	struct ward_cnp_protocol *protocols = make_n(maker, struct ward_cnp_protocol, 1);
	struct ward_cnp_rule rule = {
		.mark = no_mark(),
		.name = WARD_NONE,
		.action =
			rng_below(maker->rng, kind == WARD_KIND_BASELINEADMINNETWORKPOLICY ? 2 : 3),
		.n_peers = 1 + rng_below(maker->rng, 2),
		.peers = peers,
		.protocols = protocols,
		.n_protocols = rng_below(maker->rng, 2),
	};
	struct ward_np_port from = port(maker);

	for (uint32_t i = 0; i < rule.n_peers; i++)
		peers[i] = cnp_peer(maker, dir);
	*protocols = (struct ward_cnp_protocol){
		.mark = no_mark(),
		.proto = from.name == WARD_NONE ? from.proto : WARD_N_PROTO,
		.name = from.name,
		.low = from.low,
		.high = from.high,
	};
	return rule;
}

static const struct ward_object *clusterpolicy(struct maker *maker, enum ward_kind kind,
					       ward_sym name)
{
	struct ward_clusternetworkpolicy *cnp = make_n(maker, struct ward_clusternetworkpolicy, 1);
	bool baseline = kind == WARD_KIND_BASELINEADMINNETWORKPOLICY ||
			(kind == WARD_KIND_CLUSTERNETWORKPOLICY && rng_chance(maker->rng, 40));

	cnp->object = maker_object(kind, WARD_NONE, name);
	cnp->tier = baseline ? WARD_CNP_BASELINE : WARD_CNP_ADMIN;
	cnp->api_rank = kind != WARD_KIND_CLUSTERNETWORKPOLICY;
	cnp->priority = kind == WARD_KIND_BASELINEADMINNETWORKPOLICY ? 0 : rng_below(maker->rng, 3);
	cnp->namespaces = selector(maker, true);
	cnp->pods = selector(maker, false);
	for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct ward_cnp_rule *rules = make_n(maker, struct ward_cnp_rule, 2);

		cnp->n_rules[dir] = rng_below(maker->rng, 3);
		cnp->rules[dir] = rules;
		for (uint32_t i = 0; i < cnp->n_rules[dir]; i++)
			rules[i] = cnp_rule(maker, kind, dir);
	}
	return &cnp->object;
}

static const struct ward_object *grouppolicy(struct maker *maker, ward_sym name)
{
	struct ward_grouppolicy *gp = make_n(maker, struct ward_grouppolicy, 1);
	ward_sym *names = make_n(maker, ward_sym, 2);
	struct ward_group *groups = make_n(maker, struct ward_group, 2);
	struct ward_member_entry *entries = make_n(maker, struct ward_member_entry, 2);
	struct ward_group_rule *lines = make_n(maker, struct ward_group_rule, 2);

	gp->object = maker_object(WARD_KIND_GROUPPOLICY, WARD_NONE, name);
	gp->n_names = 1 + rng_below(maker->rng, 2);
	names[0] = maker_symbol(maker, namespaces[gp->n_names == 2 ? 0 : rng_below(maker->rng, 2)]);
	names[1] = maker_symbol(maker, "y");
	gp->names = names;
	gp->namespaces =
		ward_selector_in(&maker->world->arena, WARD_SYM_METADATA_NAME, names, gp->n_names);
	gp->tier = WARD_GROUP_APPLICATION;
	gp->peer_environment =
		rng_chance(maker->rng, 70) ? WARD_PEER_ENVIRONMENT_SAME : WARD_PEER_ENVIRONMENT_ANY;
	gp->baseline = rng_below(maker->rng, WARD_N_BASELINE);
	gp->baseline_mark = gp->exempt_mark = gp->mode_mark = no_mark();
	gp->staged = rng_chance(maker->rng, 20);
	gp->n_groups = 2;
	gp->groups = groups;
	for (uint32_t i = 0; i < gp->n_groups; i++) {
		groups[i].name = maker_symbol_n(maker, "g", i);
		groups[i].mark = no_mark();
		entries[i].mark = no_mark();
		entries[i].pods = selector(maker, false);
		groups[i].membership = (struct ward_membership){.mark = no_mark(),
								.n_entries = 1,
								.entries = &entries[i]};
	}
	gp->n_rules = rng_below(maker->rng, 3);
	gp->rules = lines;
	for (uint32_t i = 0; i < gp->n_rules; i++) {
		lines[i].mark = no_mark();
		lines[i].name = WARD_NONE;
		lines[i].index = i;
		lines[i].from =
			rng_chance(maker->rng, 15) ? WARD_GROUP_ANY : rng_below(maker->rng, 2);
		lines[i].to =
			rng_chance(maker->rng, 15) ? WARD_GROUP_ANY : rng_below(maker->rng, 2);
		lines[i].ports = ports(maker, &lines[i].n_ports);
	}
	return &gp->object;
}

static const struct ward_object *policy(struct maker *maker)
{
	ward_sym name = maker_symbol_n(maker, "p", rng_below(maker->rng, 1000));
	uint32_t form = rng_below(maker->rng, 10);

	if (form < 4)
		return networkpolicy(maker, name);
	if (form < 6)
		return grouppolicy(maker, name);
	if (form == 6)
		return clusterpolicy(maker, WARD_KIND_ADMINNETWORKPOLICY, name);
	if (form == 7)
		return clusterpolicy(maker, WARD_KIND_BASELINEADMINNETWORKPOLICY,
				     maker_symbol(maker, "default"));
	return clusterpolicy(maker, WARD_KIND_CLUSTERNETWORKPOLICY, name);
}

static bool is_there(const struct world *world, const struct ward_object *object)
{
	for (uint32_t i = 0; i < world->objects.n; i++)
		if (world->objects.items[i]->kind == object->kind &&
		    world->objects.items[i]->ns == object->ns &&
		    world->objects.items[i]->name == object->name)
			return true;
	return false;
}

static void add(struct world *world, const struct ward_object *object)
{
	if (!is_there(world, object))
		ward_vec_push(&world->objects, object);
}

void small_policies(struct world *world, struct rng *rng)
{
	struct maker maker = {.world = world, .rng = rng};

	for (uint32_t n = 1 + rng_below(rng, 3); n > 0; n--)
		add(world, policy(&maker));
}

/* One rule for each peer and port of each rule: the same, in other words. */
static const struct ward_object *in_other_words(struct maker *maker,
						const struct ward_networkpolicy *from)
{
	struct ward_networkpolicy *np = make_n(maker, struct ward_networkpolicy, 1);

	*np = *from;
	for (int dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct ward_np_rule *rules = make_n(maker, struct ward_np_rule, 8);

		np->n_rules[dir] = 0;
		np->rules[dir] = rules;
		for (uint32_t r = from->n_rules[dir]; r-- > 0;) {
			const struct ward_np_rule *rule = &from->rules[dir][r];

			for (uint32_t i = 0; i < (rule->n_peers ? rule->n_peers : 1); i++)
				for (uint32_t k = 0; k < (rule->n_ports ? rule->n_ports : 1); k++)
					rules[np->n_rules[dir]++] = (struct ward_np_rule){
						.mark = rule->mark,
						.n_peers = rule->n_peers ? 1 : 0,
						.peers = rule->peers + i,
						.n_ports = rule->n_ports ? 1 : 0,
						.ports = rule->ports + k,
					};
		}
	}
	return &np->object;
}

/* One rule of one direction less, or two that change places. */
static const struct ward_object *retouched(struct maker *maker,
					   const struct ward_clusternetworkpolicy *from)
{
	struct ward_clusternetworkpolicy *cnp = make_n(maker, struct ward_clusternetworkpolicy, 1);
	int dir = (int)rng_below(maker->rng, WARD_N_DIRECTION);
	struct ward_cnp_rule *rules = make_n(maker, struct ward_cnp_rule, 2);

	*cnp = *from;
	if (from->n_rules[dir] == 2) {
		rules[0] = from->rules[dir][1];
		rules[1] = from->rules[dir][0];
		cnp->rules[dir] = rules;
	}
	if (cnp->n_rules[dir] && rng_chance(maker->rng, 60))
		cnp->n_rules[dir]--;
	return &cnp->object;
}

static const struct ward_object *renamed(struct maker *maker, const struct ward_object *object)
{
	struct ward_networkpolicy *np;

	if (object->kind != WARD_KIND_NETWORKPOLICY)
		return object;
	np = make_n(maker, struct ward_networkpolicy, 1);
	*np = *(const struct ward_networkpolicy *)object;
	np->object.name = maker_symbol(maker, "renamed");
	return &np->object;
}

void small_variation(struct world *world, const struct world *from, struct rng *rng)
{
	struct maker maker = {.world = world, .rng = rng};

	if (rng_chance(rng, 15)) {
		small_policies(world, rng);
		return;
	}
	for (uint32_t i = from->objects.n; i-- > 0;) {
		const struct ward_object *object = from->objects.items[i];
		uint32_t form = rng_below(rng, 10);

		if (!ward_kind_is_policy(object->kind) || form == 0)
			continue;
		if (form == 1)
			object = policy(&maker);
		if (form >= 5 && object->kind == WARD_KIND_NETWORKPOLICY)
			object = in_other_words(&maker, (const void *)object);
		if (form >= 6 && ward_kind_is_cluster_policy(object->kind))
			object = retouched(&maker, (const void *)object);
		if (form == 9)
			add(world, renamed(&maker, object));
		add(world, object);
	}
	if (rng_chance(rng, 15))
		add(world, policy(&maker));
}
