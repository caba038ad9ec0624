/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicy v1: what the API server does with one, in the same order: unknown fields (A3.11),
 * defaults (A2), validation (A3).  What is left out, misspelled or null never widens a policy
 * without a word. */
#include "kube/networkpolicy.h"

#include <stdio.h>
#include <string.h>

#include "kube/decode.h"
#include "kube/names.h"

static const struct ward_known policy_known[] = {
	{"apiVersion"},
	{"kind"},
	{"metadata"},
	{"spec", "every pod of the namespace would be closed for ingress and nothing else"},
	{"status"},
	{},
};

static const struct ward_known spec_known[] = {
	{"podSelector", "every pod of the namespace would be selected"},
	{"policyTypes", "the rules alone would decide which directions are closed"},
	{"ingress", "these rules would allow nothing"},
	{"egress", "these rules would allow nothing and egress might stay open"},
	{},
};

/* By direction. */
static const struct ward_known rule_known[][3] = {
	[WARD_INGRESS] = {{"from", "the rule would allow everyone"},
			  {"ports", "the rule would allow every port"}},
	[WARD_EGRESS] = {{"to", "the rule would allow everyone"},
			 {"ports", "the rule would allow every port"}},
};

static const struct ward_known peer_known[] = {
	{"podSelector", "the peer would be another one"},
	{"namespaceSelector", "the peer would be another one"},
	{"ipBlock", "the peer would be another one"},
	{},
};

static const struct ward_known block_known[] = {
	{"cidr"},
	{"except", "the addresses excepted would be allowed"},
	{},
};

static const struct ward_known port_known[] = {
	{"protocol", "TCP would be meant"},
	{"port", "every port of the protocol would be allowed"},
	{"endPort", "only the first port would be allowed"},
	{},
};

/* A null element is a zero value to the server (A2.6). */
static bool element_is_null(const struct ward_field *item, const char *meaning)
{
	if (!ward_node_is_null(item->node))
		return false;
	ward_field_warn(item, "null-element", "remove the lone dash, or write what is meant",
			"a null element means %s", meaning);
	return true;
}

static void port_number_decode(struct ward_np_port *port, const struct ward_field *field)
{
	int64_t value;

	if (!ward_field_int(field, 1, 65535, &value))
		return;
	port->low = port->high = (uint16_t)value;
}

/* A string is a name, never a number (A3.4, A3.12). */
static void port_name_decode(struct ward_np_port *port, const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	char hint[96] = WARD_PORT_NAME_RULE;

	if (!text)
		return;
	port->name = ward_symbol(field->in->symbols, text);
	if (ward_is_port_name(text))
		return;
	if (digits && digits <= 5 && !text[digits])
		snprintf(hint, sizeof(hint), "write port: %s without quotes", text);
	else if (digits && digits <= 5 && text[digits] == '-')
		snprintf(hint, sizeof(hint), "a range is written port: %.*s and endPort: %.5s",
			 (int)digits, text, text + digits + 1);
	ward_field_expected(field, "bad-port", hint, "an integer 1–65535 or a port name");
}

/* Both checks are made whatever the other says (A3.3). */
static void end_port_decode(struct ward_np_port *port, const struct ward_field *field,
			    const struct ward_field *first)
{
	int64_t value;

	if (!field->node)
		return;
	if (!first->node)
		ward_field_error(field, "bad-end-port", "add port, the first of the range",
				 "endPort needs a port to start from");
	else if (first->node->type == WARD_NODE_STRING)
		ward_field_error(field, "bad-end-port", "use numbers for a range",
				 "endPort cannot go with the named port %.60s", first->node->text);
	if (!ward_field_int(field, 1, 65535, &value))
		return;
	if (port->low && value < port->low)
		ward_field_error(field, "bad-end-port", "write the smaller one as port",
				 "expected at least port, which is %u, found %u", port->low,
				 (unsigned)value);
	port->high = (uint16_t)value;
}

static void port_decode(struct ward_np_port *port, const struct ward_field *item)
{
	struct ward_field proto = ward_field_get(item, "protocol");
	struct ward_field number = ward_field_get(item, "port");
	struct ward_field end = ward_field_get(item, "endPort");

	*port = (struct ward_np_port){
		.mark = ward_field_mark(item),
		.proto = WARD_TCP,
		.name = WARD_NONE,
		.high = 65535,
	};
	if (element_is_null(item, "every TCP port") || !ward_field_is_map(item))
		return;
	ward_field_only(item, port_known);
	port->is_empty = !proto.node && !number.node && !end.node;
	port->proto = ward_field_proto(&proto);
	if (!number.node || number.node->type != WARD_NODE_STRING)
		port_number_decode(port, &number);
	else
		port_name_decode(port, &number);
	end_port_decode(port, &end, &number);
}

static void lenient_warn(const struct ward_field *field, unsigned lenient, struct ward_cidr cidr)
{
	char text[WARD_CIDR_TEXT], hint[96];
	const char *what = lenient & WARD_CIDR_MAPPED	       ? "is an IPv4 block in IPv6 form"
			   : lenient & WARD_CIDR_LEADING_ZEROS ? "has leading zeros"
							       : "has bits set below its mask";

	if (lenient & WARD_CIDR_NOTHING) {
		ward_field_warn(field, "lenient-cidr", "write the IPv4 block, or an IPv6 one",
				"%.60s, an IPv4-mapped block wider than /96, matches nothing",
				field->node->text);
		return;
	}
	snprintf(hint, sizeof(hint), "write %s; recent API servers refuse the other form",
		 ward_cidr_str(cidr, text));
	ward_field_warn(field, "lenient-cidr", hint, "%.60s %s, read as %s", field->node->text,
			what, text);
}

/* A3.7: stored objects may hold the lenient forms. */
static bool cidr_decode(struct ward_cidr *cidr, unsigned *ret_lenient,
			const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	struct ward_ip ip;
	char hint[96] = "such as 10.0.0.0/8 or 2001:db8::/32";

	if (!text) {
		if (!field->node)
			ward_field_expected(field, "bad-cidr", hint, "an address block");
		return false;
	}
	if (ward_cidr_parse(text, cidr, ret_lenient) < 0) {
		if (ward_ip_parse(text, &ip) == 0)
			snprintf(hint, sizeof(hint), "one address is written %.46s/%d", text,
				 strchr(text, ':') ? 128 : 32);
		ward_field_expected(field, "bad-cidr", hint, "an address block");
		return false;
	}
	if (*ret_lenient)
		lenient_warn(field, *ret_lenient, *cidr);
	return true;
}

static void excepts_decode(struct ward_np_peer *peer, const struct ward_field *list, bool valid)
{
	uint32_t n = ward_field_list(list);
	struct ward_np_except *excepts =
		ward_arena_new_n(list->in->arena, struct ward_np_except, n);
	char text[WARD_CIDR_TEXT], expected[96];

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		unsigned lenient;

		excepts[i].mark = ward_field_mark(&item);
		if (!cidr_decode(&excepts[i].cidr, &lenient, &item) || !valid ||
		    ward_cidr_is_inside(excepts[i].cidr, peer->block))
			continue;
		snprintf(expected, sizeof(expected), "a smaller block inside %s",
			 ward_cidr_str(peer->block, text));
		ward_field_expected(&item, "bad-except",
				    "an exception has a longer prefix and lies inside cidr",
				    expected);
	}
	peer->n_excepts = n;
	peer->excepts = excepts;
}

void ward_block_decode(struct ward_np_peer *peer, const struct ward_field *block)
{
	struct ward_field cidr = ward_field_get(block, "cidr");
	struct ward_field excepts = ward_field_get(block, "except");
	unsigned lenient = 0;
	bool valid;

	if (!ward_field_is_map(block))
		return;
	ward_field_only(block, block_known);
	valid = cidr_decode(&peer->block, &lenient, &cidr);
	peer->block_is_nothing = lenient & WARD_CIDR_NOTHING;
	excepts_decode(peer, &excepts, valid);
}

static void peer_decode(struct ward_np_peer *peer, const struct ward_field *item)
{
	struct ward_field pods = ward_field_get(item, "podSelector");
	struct ward_field namespaces = ward_field_get(item, "namespaceSelector");
	struct ward_field block = ward_field_get(item, "ipBlock");

	*peer = (struct ward_np_peer){
		.mark = ward_field_mark(item),
		.has_pods = pods.node,
		.has_namespaces = namespaces.node,
		.has_block = block.node,
	};
	if (!ward_node_is_null(item->node) && !ward_field_is_map(item))
		return;
	ward_field_only(item, peer_known);
	if (!peer->has_pods && !peer->has_namespaces && !peer->has_block)
		ward_field_error(item, "empty-peer",
				 "name podSelector, namespaceSelector or ipBlock; for everyone "
				 "leave the whole list out",
				 "a peer without any selector or block is refused");
	if (peer->has_block && (peer->has_pods || peer->has_namespaces))
		ward_field_error(item, "mixed-peer",
				 "make them two peers: put a dash before ipBlock",
				 "ipBlock cannot go with a selector in one peer");
	peer->pods = ward_selector_decode(&pods);
	peer->namespaces = ward_selector_decode(&namespaces);
	ward_block_decode(peer, &block);
}

static void rule_decode(struct ward_np_rule *rule, const struct ward_field *item,
			enum ward_direction direction)
{
	struct ward_field ports = ward_field_get(item, "ports");
	struct ward_field peers = ward_field_get(item, direction == WARD_INGRESS ? "from" : "to");
	struct ward_np_port *port;
	struct ward_np_peer *peer;

	*rule = (struct ward_np_rule){.mark = ward_field_mark(item)};
	if (element_is_null(item, "a rule that allows everyone every port") ||
	    !ward_field_is_map(item))
		return;
	ward_field_only(item, rule_known[direction]);
	rule->n_ports = ward_field_list(&ports);
	rule->n_peers = ward_field_list(&peers);
	rule->ports = port = ward_arena_new_n(item->in->arena, struct ward_np_port, rule->n_ports);
	rule->peers = peer = ward_arena_new_n(item->in->arena, struct ward_np_peer, rule->n_peers);
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		struct ward_field field = ward_field_at(&ports, i);

		port_decode(&port[i], &field);
	}
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct ward_field field = ward_field_at(&peers, i);

		peer_decode(&peer[i], &field);
	}
}

static void rules_decode(struct ward_networkpolicy *np, const struct ward_field *spec,
			 enum ward_direction direction)
{
	struct ward_field list = ward_field_get(spec, ward_direction_str(direction));
	uint32_t n = ward_field_list(&list);
	struct ward_np_rule *rules = ward_arena_new_n(spec->in->arena, struct ward_np_rule, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		rule_decode(&rules[i], &item, direction);
	}
	np->n_rules[direction] = n;
	np->rules[direction] = rules;
}

static void type_decode(struct ward_networkpolicy *np, const struct ward_field *item)
{
	static const char *const names[] = {[WARD_INGRESS] = "Ingress", [WARD_EGRESS] = "Egress"};
	const char *text = ward_node_is_null(item->node) ? "" : ward_field_str(item);
	struct ward_nearest nearest = {.word = text};
	char hint[32];

	for (int direction = 0; text && direction < WARD_N_DIRECTION; direction++) {
		if (strcmp(text, names[direction]) == 0) {
			np->isolates[direction] = true;
			return;
		}
		ward_nearest_offer(&nearest, names[direction]);
	}
	snprintf(hint, sizeof(hint), "write %s", nearest.best ? nearest.best : "");
	if (text)
		ward_field_expected(item, "bad-policy-type", nearest.best ? hint : NULL,
				    "Ingress or Egress");
}

/* Absent and empty mean Ingress, and Egress when there are egress rules (A2.2). */
static void types_decode(struct ward_networkpolicy *np, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "policyTypes");
	uint32_t n = ward_field_list(&list);

	if (n > 2)
		ward_field_error(&list, "bad-policy-type", "write each direction once",
				 "expected at most two entries, found %u", n);
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		type_decode(np, &item);
	}
	if (!n) {
		np->types_implied = true;
		np->isolates[WARD_INGRESS] = true;
		np->isolates[WARD_EGRESS] = np->n_rules[WARD_EGRESS] > 0;
	}
}

struct ward_object *ward_networkpolicy_decode(struct ward_decode *decode,
					      const struct ward_node *root)
{
	struct ward_networkpolicy *np =
		ward_arena_new(&decode->snapshot->arena, struct ward_networkpolicy);
	struct ward_decoding in;
	struct ward_field spec, pods;

	ward_decoding_begin(&in, decode, root, WARD_KIND_NETWORKPOLICY, &np->object);
	ward_decoding_only(&in, policy_known);
	spec = ward_field_get(&in.root, "spec");
	pods = ward_field_get(&spec, "podSelector");
	if (!spec.node)
		ward_field_warn(&spec, "no-spec", "write spec: {podSelector: {}} if that is meant",
				"absent, which closes every pod of the namespace for ingress");
	ward_field_is_map(&spec);
	ward_field_only(&spec, spec_known);
	np->spec_mark = ward_field_mark(&spec);
	np->pods = ward_selector_decode(&pods);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		rules_decode(np, &spec, direction);
	types_decode(np, &spec);
	return in.failed ? NULL : &np->object;
}
