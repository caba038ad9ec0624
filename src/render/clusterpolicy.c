/* SPDX-License-Identifier: Apache-2.0 */
/* To ClusterNetworkPolicy v1alpha2: tiers Emergency and Platform in the Admin tier, Baseline below.
 *
 * An object has one subject, so every pair of selectors needs one of its own; and of objects with
 * the same priority nobody knows which comes first, so each gets a priority of its own.  They are
 * made in the order of evaluation.  Rules of one policy that follow each other and act alike may
 * change places: in such a run, what is for the same subject comes together in one object.
 *
 *	exempt dns          Accept   run 1
 *	deny any → db:22    Deny     run 2
 *	allow …, allow …    Accept   run 3
 *
 * With `environment: same` a peer depends on where the subject is: there is one subject for each
 * environment of the namespaces that there are.
 *
 * Networks match pods too, as the addresses of a group do (B4.2): so nothing has to be passed
 * before them. */
#include <string.h>

#include "render/cluster.h"

enum {
	LIST_MAX = 25 /* rules of a direction, peers, protocols, networks (B2) */
};

/* Some pods, and the environment that peers share with them, if that is asked for. */
struct place {
	const char *text;
	struct ward_node subject;
	const struct ward_selector *environment;
};

struct places {
	WARD_VEC(struct place) list;
};

static bool rule_is_bound(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].same_environment)
			return true;
	return false;
}

static struct ward_mark rule_mark(const struct ward_policy *part, const struct ward_rule *rule)
{
	return rule->mark.file != WARD_NONE ? rule->mark : part->origin.mark;
}

static void place_add(struct render *in, const struct ward_scope *subject,
		      const struct ward_selector *environment, struct places *places)
{
	struct place place = {.environment = environment};
	struct ward_node pods = tree_map();
	struct ward_scope scope;

	if (!render_scope(in, subject, environment, &scope))
		return;
	tree_put(in->arena, &pods, "pods", render_pair(in, &scope));
	place.subject = pods;
	place.text = tree_text(in->arena, &pods);
	ward_vec_push(&places->list, place);
}

static int place_cmp(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->text, ((const struct place *)b)->text);
}

static void places_find(struct render *in, const struct ward_policy *part,
			const struct ward_rule *rule, struct places *ret_places)
{
	*ret_places = (struct places){};
	for (uint32_t i = 0; i < part->n_subjects; i++) {
		const struct ward_scope *subject = &part->subjects[i];

		if (render_scope_is_refused(in, &part->origin, rule_mark(part, rule), subject))
			continue;
		if (!rule_is_bound(rule))
			place_add(in, subject, NULL, ret_places);
		for (uint32_t k = 0; rule_is_bound(rule) && k < in->n_namespaces; k++) {
			const struct ward_namespace *ns = in->namespaces[k];
			struct ward_selector *environment =
				ward_arena_new(in->arena, struct ward_selector);

			if (!ward_selector_matches(&subject->namespaces, ns->labels))
				continue;
			*environment = render_environment(in, ns);
			place_add(in, subject, environment, ret_places);
		}
	}
	if (ret_places->list.n)
		qsort(ret_places->list.items, ret_places->list.n, sizeof(*ret_places->list.items),
		      place_cmp);
}

static void everyone_push(struct render *in, struct ward_node *peers)
{
	static const struct ward_scope all_pods;
	struct ward_node pods = tree_map(), networks = tree_map(), list = tree_list();

	tree_put(in->arena, &pods, "pods", render_pair(in, &all_pods));
	tree_push(in->arena, peers, pods);
	tree_push(in->arena, &list, tree_str("0.0.0.0/0"));
	tree_push(in->arena, &list, tree_str("::/0"));
	tree_put(in->arena, &networks, "networks", list);
	tree_push(in->arena, peers, networks);
}

static void networks_push(struct render *in, const struct ward_peer *peer, struct ward_node *peers)
{
	struct ward_ranges addresses;
	struct ward_cidrs cidrs = {};

	render_addresses(peer, &addresses);
	ward_ranges_cidrs(&addresses, &cidrs);
	for (uint32_t i = 0; i < cidrs.list.n;) {
		struct ward_node map = tree_map(), list = tree_list();
		char text[WARD_CIDR_TEXT];

		for (; i < cidrs.list.n && list.len < LIST_MAX; i++)
			tree_push(in->arena, &list,
				  tree_str(ward_arena_format(in->arena, "%s",
							     ward_cidr_str(cidrs.list.items[i],
									   text))));
		tree_put(in->arena, &map, "networks", list);
		tree_push(in->arena, peers, map);
	}
	ward_ranges_done(&addresses);
	ward_vec_done(&cidrs.list);
}

static void peer_push(struct render *in, const struct ward_policy *part,
		      const struct ward_peer *peer, const struct ward_selector *environment,
		      struct ward_node *peers)
{
	struct ward_node map = tree_map();
	struct ward_scope scope;

	if (peer->kind == WARD_PEER_BLOCKS) {
		networks_push(in, peer, peers);
		return;
	}
	if (render_scope_is_refused(in, &part->origin, peer->mark, &peer->scope) ||
	    !render_scope(in, &peer->scope, peer->same_environment ? environment : NULL, &scope))
		return;
	tree_put(in->arena, &map, "pods", render_pair(in, &scope));
	tree_push(in->arena, peers, map);
}

/* Who comes from outside the pods is no peer of ingress (B4.5). */
static bool peers_are_refused(struct render *in, const struct ward_policy *part,
			      const struct ward_rule *rule)
{
	bool outside = rule->any_peer, nodes = false;

	for (uint32_t i = 0; i < rule->n_peers; i++) {
		outside |= rule->peers[i].kind == WARD_PEER_BLOCKS;
		nodes |= rule->peers[i].kind == WARD_PEER_NODES;
	}
	if (nodes)
		render_refuse(in, &part->origin, rule->mark,
			      "leave apiserver-webhooks out of `exempt`",
			      "connections from nodes are no peer of a ClusterNetworkPolicy");
	else if (outside && rule->direction == WARD_INGRESS)
		render_refuse(in, &part->origin, rule->mark,
			      part->tier == WARD_TIER_BASELINE && rule->action == WARD_DENY
				      ? "write baseline: None, and close with NetworkPolicies"
				      : "name a group of pods, perhaps one with `everything: true`",
			      "the peers of ingress are %s, and in a ClusterNetworkPolicy they "
			      "can only be pods",
			      rule->any_peer ? "everyone" : "addresses too");
	return nodes || (outside && rule->direction == WARD_INGRESS);
}

static bool ports_are_refused(struct render *in, const struct ward_policy *part,
			      const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE) {
			render_refuse(in, &part->origin, rule->mark, "write the number of the port",
				      "port %s is a name, and a name in a ClusterNetworkPolicy "
				      "means every protocol that a pod has it for",
				      ward_symbol_str(in->symbols, rule->ports[i].name));
			return true;
		}
	return false;
}

static struct ward_node protocol_node(struct render *in, const struct ward_port *port)
{
	static const char *const names[] = {
		[WARD_TCP] = "tcp", [WARD_UDP] = "udp", [WARD_SCTP] = "sctp"};
	struct ward_node map = tree_map(), proto = tree_map(), place = tree_map();
	struct ward_node range = tree_map();

	if (port->low == port->high) {
		tree_put(in->arena, &place, "number", tree_int(port->low));
	} else {
		tree_put(in->arena, &range, "start", tree_int(port->low));
		tree_put(in->arena, &range, "end", tree_int(port->high));
		tree_put(in->arena, &place, "range", range);
	}
	tree_put(in->arena, &proto, "destinationPort", place);
	tree_put(in->arena, &map, names[port->proto], proto);
	return map;
}

static struct ward_node list_cut(struct render *in, const struct ward_node *list, uint32_t first)
{
	struct ward_node cut = tree_list();

	for (uint32_t i = first; i < list->len && cut.len < LIST_MAX; i++)
		tree_push(in->arena, &cut, list->items[i]);
	return cut;
}

static void rule_head(struct render *in, const struct ward_rule *rule, struct ward_node *map)
{
	const char *name = ward_symbol_str(in->symbols, rule->name);

	if (rule->is_exemption)
		name = ward_exemptions[rule->index].name;
	if (*name && strlen(name) <= 100)
		tree_put(in->arena, map, "name", tree_str(name));
	tree_put(in->arena, map, "action", tree_str(rule->action == WARD_DENY ? "Deny" : "Accept"));
}

/* As many rules as the lists are too long for one. */
static void rule_write(struct render *in, const struct ward_rule *rule,
		       const struct ward_node *peers, const struct ward_node *protocols,
		       struct cluster_slot wanted, struct cluster_slots *slots)
{
	const char *key = rule->direction == WARD_INGRESS ? "from" : "to";

	for (uint32_t i = 0; i < peers->len; i += LIST_MAX)
		for (uint32_t k = 0; k == 0 || k < protocols->len; k += LIST_MAX) {
			struct cluster_slot *slot =
				cluster_slot_of(slots, &wanted, rule->direction);
			struct ward_node map = tree_map();

			rule_head(in, rule, &map);
			tree_put(in->arena, &map, key, list_cut(in, peers, i));
			if (protocols->len)
				tree_put(in->arena, &map, "protocols", list_cut(in, protocols, k));
			tree_push(in->arena, &slot->rules[rule->direction], map);
		}
}

static void rule_render(struct render *in, const struct ward_policy *part,
			const struct ward_rule *rule, uint32_t run, struct cluster_slots *slots)
{
	struct ward_node protocols = tree_list();
	struct places places;

	if (peers_are_refused(in, part, rule) || ports_are_refused(in, part, rule))
		return;
	for (uint32_t i = 0; i < rule->n_ports; i++)
		tree_push(in->arena, &protocols, protocol_node(in, &rule->ports[i]));
	places_find(in, part, rule, &places);
	for (uint32_t i = 0; i < places.list.n; i++) {
		const struct place *place = &places.list.items[i];
		struct ward_node peers = tree_list();

		if (i && place_cmp(place - 1, place) == 0)
			continue;
		if (rule->any_peer)
			everyone_push(in, &peers);
		for (uint32_t k = 0; k < rule->n_peers; k++)
			peer_push(in, part, &rule->peers[k], place->environment, &peers);
		peers = render_sorted(in, &peers);
		rule_write(in, rule, &peers, &protocols,
			   (struct cluster_slot){.part = part,
						 .run = run,
						 .text = place->text,
						 .subject = place->subject},
			   slots);
	}
	ward_vec_done(&places.list);
}

/* In the order of evaluation (B8.15). */
static int part_cmp(const void *a, const void *b, void *symbols)
{
	const struct ward_policy *left = *(struct ward_policy *const *)a;
	const struct ward_policy *right = *(struct ward_policy *const *)b;

	if (left->tier != right->tier)
		return left->tier < right->tier ? -1 : 1;
	if (left->order != right->order)
		return left->order < right->order ? -1 : 1;
	if (left->origin.name != right->origin.name)
		return ward_symbol_cmp(symbols, left->origin.name, right->origin.name);
	return left->part < right->part ? -1 : left->part > right->part;
}

void render_clusterpolicies(struct render *in, struct ward_policies *parts)
{
	struct cluster_slots slots = {};
	const struct ward_policy *before = NULL;
	enum ward_action action = WARD_N_ACTION;
	uint32_t run = 0;

	if (parts->list.n)
		qsort_r(parts->list.items, parts->list.n, sizeof(struct ward_policy *), part_cmp,
			in->symbols);
	for (uint32_t i = 0; i < parts->list.n; i++) {
		const struct ward_policy *part = parts->list.items[i];

		for (uint32_t k = 0; k < part->n_rules; k++) {
			if (!before || before->origin.name != part->origin.name ||
			    part->rules[k].action != action)
				run++;
			before = part;
			action = part->rules[k].action;
			rule_render(in, part, &part->rules[k], run, &slots);
		}
	}
	cluster_write(in, &slots);
	ward_vec_done(&slots.list);
}
