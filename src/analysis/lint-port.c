/* SPDX-License-Identifier: Apache-2.0 */
/* Named ports that mean nothing where the rule applies (A9.4–A9.6).
 *
 * A name is looked up at the destination: the pods that an ingress rule protects, the peers of an
 * egress rule.  That some of them do not declare it is ordinary; that none does is a mistake. */
#include "analysis/lint-parts.h"

struct lookup {
	bool found;		   /* some pod declares it with the rule's protocol */
	enum ward_proto other;	   /* else: the protocol that it is declared with, or N_PROTO */
	struct ward_guess nearest; /* else: a name declared there */
};

static void pod_look(const struct ward_lint *lint, const struct ward_pod *pod,
		     const struct ward_port *port, struct lookup *lookup)
{
	for (uint32_t i = 0; pod && i < pod->n_ports; i++) {
		const struct ward_container_port *declared = &pod->ports[i];

		if (declared->name == WARD_NONE)
			continue;
		if (declared->name != port->name)
			ward_guess_offer(&lookup->nearest,
					 ward_symbol_str(lint->symbols, declared->name));
		else if (port->proto == WARD_N_PROTO || declared->proto == port->proto)
			lookup->found = true;
		else
			lookup->other = declared->proto;
	}
}

static void lookup_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			  const struct ward_port *port, const struct lookup *lookup,
			  struct ward_pod_set pods)
{
	const char *name = ward_symbol_str(lint->symbols, port->name);
	const char *hint = "declare it under the container's ports, or write the number";

	if (lookup->other != WARD_N_PROTO) {
		ward_lint_report(
			lint, WARD_WARNING, "port-name-protocol", policy->object, port->mark,
			ward_lint_text(lint, "write protocol: %s", ward_proto_str(lookup->other)),
			"port %s is %s at %s, and the rule says %s, so it never matches", name,
			ward_proto_str(lookup->other), ward_lint_pods(lint, pods),
			ward_proto_str(port->proto));
		return;
	}
	if (lookup->nearest.best)
		hint = ward_lint_text(lint, "did you mean %s?", lookup->nearest.best);
	ward_lint_report(lint, WARD_WARNING, "unknown-port-name", policy->object, port->mark, hint,
			 "port %s is declared by none of the rule's destinations: %s", name,
			 ward_lint_pods(lint, pods));
}

/* A14.7: addresses outside have no port names. */
static bool is_outside(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (rule->peers[i].kind != WARD_PEER_BLOCKS)
			return false;
	return rule->direction == WARD_EGRESS && rule->n_peers;
}

static bool is_in_blocks(const struct ward_rule *rule, const struct ward_pod *pod)
{
	for (uint32_t p = 0; p < rule->n_peers; p++)
		for (uint32_t c = 0; c < rule->peers[p].n_cidrs; c++)
			for (uint32_t i = 0; pod && i < pod->n_ips; i++)
				if (ward_cidr_has(rule->peers[p].cidrs[c], pod->ips[i]))
					return true;
	return false;
}

static void outside_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
			  const struct ward_rule *rule, const struct ward_port *port)
{
	struct lookup lookup = {.other = WARD_N_PROTO,
				.nearest.word = ward_symbol_str(lint->symbols, port->name)};

	for (uint32_t i = 0; i < lint->tables->n_endpoints && !lookup.found; i++)
		if (lint->tables->endpoints[i].managed && is_in_blocks(rule, lint->pods[i]))
			pod_look(lint, lint->pods[i], port, &lookup);
	if (!lookup.found)
		ward_lint_report(lint, WARD_WARNING, "port-name-outside", policy->object,
				 port->mark, "write the number of the port",
				 "port %s is looked up at a pod, and the peers are blocks of "
				 "addresses, so the rule allows nothing",
				 ward_symbol_str(lint->symbols, port->name));
}

static void port_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_port *port, struct ward_pod_set pods)
{
	struct lookup lookup = {.other = WARD_N_PROTO,
				.nearest.word = ward_symbol_str(lint->symbols, port->name)};

	for (uint32_t i = 0; i < pods.n && !lookup.found; i++)
		pod_look(lint, lint->pods[pods.items[i]], port, &lookup);
	if (pods.n && !lookup.found)
		lookup_report(lint, policy, port, &lookup, pods);
}

static bool has_names(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].name != WARD_NONE)
			return true;
	return false;
}

static void rule_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_lint_rule *rule)
{
	struct ward_pod_set pods = rule->rule->direction == WARD_INGRESS
					   ? policy->subjects
					   : ward_lint_rule_pods(lint, rule);

	for (uint32_t i = 0; i < rule->rule->n_ports; i++) {
		const struct ward_port *port = &rule->rule->ports[i];

		if (port->name == WARD_NONE)
			continue;
		if (is_outside(rule->rule))
			outside_check(lint, policy, rule->rule, port);
		else
			port_check(lint, policy, port, pods);
	}
}

/* The halves of a line between two groups look names up at the same pods. */
static bool is_second_half(const struct ward_lint_policy *policy, const struct ward_rule *rule)
{
	return policy->gp && rule->direction == WARD_EGRESS && !rule->any_peer;
}

void ward_lint_ports(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		for (uint32_t r = 0; r < policy->policy->n_rules; r++)
			if (has_names(&policy->policy->rules[r]) &&
			    !is_second_half(policy, &policy->policy->rules[r]))
				rule_check(lint, policy, &policy->rules[r]);
	}
}
