/* SPDX-License-Identifier: Apache-2.0 */
/* To NetworkPolicy v1: one object for each namespace, set of subjects and direction.
 *
 * A subject of the lowered policy is a pair of selectors.  For a namespace that the first selects
 * the second is the podSelector of an object, and what several lines say about the same pods of
 * one group comes together in it.  An object closes its pods in its direction even where the
 * lowered part only opens: these are closed already, by the baseline of the same policy.
 *
 * One thing must never go wrong here, as in lowering: an empty list of peers means everyone.  A
 * rule whose peers are nobody is left out, and the object stays, and closes. */
#include <string.h>

#include "render/parts.h"

struct slot {
	const struct ward_policy *part; /* the first that speaks of it */
	const struct ward_namespace *ns;
	enum ward_direction direction;
	const char *group, *text; /* the name of the group; of the selector */
	struct ward_node pods, rules;
	bool isolates;
};

struct slots {
	WARD_VEC(struct slot) list;
};

static const char *const type_names[] = {[WARD_INGRESS] = "Ingress", [WARD_EGRESS] = "Egress"};
static const char *const rule_names[] = {[WARD_INGRESS] = "ingress", [WARD_EGRESS] = "egress"};

static struct ward_node port_node(struct render *in, const struct ward_port *port)
{
	struct ward_node map = tree_map();

	tree_put(in->arena, &map, "protocol", tree_str(ward_proto_str(port->proto)));
	if (port->name != WARD_NONE)
		tree_put(in->arena, &map, "port",
			 tree_str(ward_symbol_str(in->symbols, port->name)));
	else
		tree_put(in->arena, &map, "port", tree_int(port->low));
	if (port->name == WARD_NONE && port->low != port->high)
		tree_put(in->arena, &map, "endPort", tree_int(port->high));
	return map;
}

static void peer_push(struct render *in, const struct slot *slot, const struct ward_rule *rule,
		      const struct ward_peer *peer, struct ward_node *peers)
{
	const struct ward_object *policy = &slot->part->origin;
	struct ward_selector environment = render_environment(in, slot->ns);
	struct ward_scope scope;

	if (peer->kind == WARD_PEER_NODES)
		render_refuse(in, policy, rule->mark,
			      "leave apiserver-webhooks out of `exempt`, and open the ports of "
			      "webhooks in a NetworkPolicy of their own",
			      "the peers are nodes, which NetworkPolicy cannot select");
	else if (peer->kind == WARD_PEER_BLOCKS)
		render_blocks(in, peer, peers);
	else if (!render_scope_is_refused(in, policy, peer->mark, &peer->scope) &&
		 render_scope(in, &peer->scope, peer->same_environment ? &environment : NULL,
			      &scope))
		tree_push(in->arena, peers, render_pair(in, &scope));
}

static void rule_push(struct render *in, struct slot *slot, const struct ward_rule *rule)
{
	struct ward_node map = tree_map(), peers = tree_list(), ports = tree_list();

	for (uint32_t i = 0; i < rule->n_peers; i++)
		peer_push(in, slot, rule, &rule->peers[i], &peers);
	if (!rule->any_peer && !peers.len)
		return;
	if (!rule->any_peer)
		tree_put(in->arena, &map, slot->direction == WARD_INGRESS ? "from" : "to",
			 render_sorted(in, &peers));
	for (uint32_t i = 0; i < rule->n_ports; i++)
		tree_push(in->arena, &ports, port_node(in, &rule->ports[i]));
	if (!rule->any_port)
		tree_put(in->arena, &map, "ports", ports);
	tree_push(in->arena, &slot->rules, map);
}

static struct slot *slot_of(struct slots *slots, const struct slot *wanted)
{
	for (uint32_t i = 0; i < slots->list.n; i++) {
		struct slot *slot = &slots->list.items[i];

		if (slot->ns == wanted->ns && slot->direction == wanted->direction &&
		    strcmp(slot->group, wanted->group) == 0 &&
		    strcmp(slot->text, wanted->text) == 0)
			return slot;
	}
	ward_vec_push(&slots->list, *wanted);
	return &slots->list.items[slots->list.n - 1];
}

static bool part_speaks(const struct ward_policy *part, enum ward_direction direction)
{
	for (uint32_t i = 0; i < part->n_rules; i++)
		if (part->rules[i].direction == direction)
			return true;
	return part->isolates[direction];
}

/* What a part says to these pods of a namespace. */
static void part_add(struct render *in, const struct ward_policy *part, struct slot wanted,
		     struct slots *slots)
{
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		struct slot *slot;

		if (!part_speaks(part, dir))
			continue;
		wanted.direction = dir;
		slot = slot_of(slots, &wanted);
		slot->isolates |= part->isolates[dir];
		for (uint32_t i = 0; i < part->n_rules; i++)
			if (part->rules[i].direction == dir)
				rule_push(in, slot, &part->rules[i]);
	}
}

static struct ward_mark part_mark(const struct ward_policy *part)
{
	return part->n_rules ? part->rules[0].mark : part->origin.mark;
}

/* Two subjects may select the same pods of a namespace, by other namespaces' selectors. */
static bool subject_is_known(const struct ward_node *known, const char *text)
{
	for (uint32_t i = 0; i < known->len; i++)
		if (strcmp(known->items[i].text, text) == 0)
			return true;
	return false;
}

static void part_render(struct render *in, const struct ward_policy *part,
			const struct ward_namespace *ns, struct slots *slots)
{
	struct ward_node known = tree_list();

	for (uint32_t i = 0; i < part->n_subjects; i++) {
		const struct ward_scope *subject = &part->subjects[i];
		struct slot wanted = {
			.part = part,
			.ns = ns,
			.group = ward_symbol_str(in->symbols, part->group),
			.rules = tree_list(),
		};

		if (!ward_selector_matches(&subject->namespaces, ns->labels) ||
		    render_scope_is_refused(in, &part->origin, part_mark(part), subject))
			continue;
		wanted.pods = render_selector(in, &subject->pods);
		wanted.text = tree_text(in->arena, &wanted.pods);
		if (subject_is_known(&known, wanted.text))
			continue;
		tree_push(in->arena, &known, tree_str(wanted.text));
		part_add(in, part, wanted, slots);
	}
}

static int slot_cmp(const void *a, const void *b)
{
	const struct slot *left = a, *right = b;
	int cmp = strcmp(left->group, right->group);

	if (!cmp)
		cmp = (int)left->direction - (int)right->direction;
	return cmp ? cmp : strcmp(left->text, right->text);
}

/* @number: of those of the same group and direction, from 1. */
static void slot_write(struct render *in, const struct slot *slot, uint32_t number)
{
	const char *direction = rule_names[slot->direction], *suffix = direction;
	struct ward_node spec = tree_map(), types = tree_list();
	ward_sym policy = slot->part->origin.name;

	if (number > 1)
		suffix = ward_arena_format(in->arena, "%s-%u", direction, number);
	tree_push(in->arena, &types, tree_str(type_names[slot->direction]));
	tree_put(in->arena, &spec, "podSelector", slot->pods);
	tree_put(in->arena, &spec, "policyTypes", types);
	if (slot->rules.len)
		tree_put(in->arena, &spec, direction, slot->rules);
	render_object(in, "networking.k8s.io/v1", "NetworkPolicy",
		      ward_symbol_str(in->symbols, slot->ns->object.name),
		      render_name(in, policy, slot->part->group, suffix), policy, spec);
}

static void slots_write(struct render *in, struct slots *slots)
{
	uint32_t number = 0;

	if (slots->list.n)
		qsort(slots->list.items, slots->list.n, sizeof(*slots->list.items), slot_cmp);
	for (uint32_t i = 0; i < slots->list.n; i++) {
		const struct slot *slot = &slots->list.items[i], *before = slot - 1;
		bool follows = i && before->direction == slot->direction &&
			       strcmp(before->group, slot->group) == 0;

		number = follows ? number + 1 : 1;
		if (slot->isolates || slot->rules.len)
			slot_write(in, slot, number);
	}
}

void render_networkpolicies(struct render *in, struct ward_policy *const *parts, uint32_t n)
{
	for (uint32_t k = 0; k < in->n_namespaces; k++) {
		struct slots slots = {};

		for (uint32_t i = 0; i < n; i++)
			part_render(in, parts[i], in->namespaces[k], &slots);
		slots_write(in, &slots);
		ward_vec_done(&slots.list);
	}
}
