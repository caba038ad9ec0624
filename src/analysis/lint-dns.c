/* SPDX-License-Identifier: Apache-2.0 */
/* Pods that may connect to something, but not ask for its name (A10.14).
 *
 * When the input has the cluster's DNS pods, the tables say whether a pod may reach one of them.
 * Otherwise the rules do: one that names port 53 is for DNS, whatever its peers are; one without
 * ports counts when it would match what the DNS pods of most clusters look like.  A pod that may go
 * nowhere at all needs no names and is left alone. */
#include <string.h>

#include "analysis/lint-parts.h"

struct dns {
	WARD_VEC(uint32_t) pods;
	struct ward_labels labels, ns_labels; /* of an ordinary DNS pod */
	uint8_t *of_row;		      /* by row: not known yet, or one of these */
};

enum {
	ROW_UNKNOWN,
	ROW_ASKS,  /* or goes nowhere, or is open */
	ROW_MUTE,  /* goes to pods but cannot ask */
	ROW_LOCAL, /* goes to addresses only: may well not need names */
};

static bool is_dns_pod(const struct ward_lint *lint, const struct ward_endpoint *endpoint)
{
	struct ward_labels labels = ward_engine_labels(lint->engine, endpoint->labels);
	ward_sym value = ward_labels_get(labels, ward_symbol(lint->symbols, "k8s-app"));
	ward_sym name =
		ward_labels_get(labels, ward_symbol(lint->symbols, "app.kubernetes.io/name"));

	return value == ward_symbol(lint->symbols, "kube-dns") ||
	       value == ward_symbol(lint->symbols, "coredns") ||
	       name == ward_symbol(lint->symbols, "coredns");
}

static struct ward_labels one_label(struct ward_lint *lint, ward_sym key, const char *value)
{
	struct ward_label *label = ward_arena_new(&lint->arena, struct ward_label);

	*label = (struct ward_label){.key = key, .value = ward_symbol(lint->symbols, value)};
	return (struct ward_labels){.n = 1, .items = label};
}

static void dns_init(struct ward_lint *lint, struct dns *dns)
{
	ward_sym system = ward_symbol(lint->symbols, "kube-system");
	const struct ward_namespace *ns = (const struct ward_namespace *)ward_snapshot_find(
		lint->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, system);

	*dns = (struct dns){.of_row = ward_alloc(lint->tables->n_rows)};
	dns->labels = one_label(lint, ward_symbol(lint->symbols, "k8s-app"), "kube-dns");
	dns->ns_labels = ns ? ns->labels : one_label(lint, WARD_SYM_METADATA_NAME, "kube-system");
	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++)
		if (is_dns_pod(lint, &lint->tables->endpoints[i]))
			ward_vec_push(&dns->pods, i);
}

static bool rule_has_53(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->proto == WARD_UDP && port->name == WARD_NONE && port->low <= 53 &&
		    port->high >= 53)
			return true;
	}
	return false;
}

/* Would it match an ordinary DNS pod? */
static bool rule_reaches(const struct dns *dns, const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct ward_peer *peer = &rule->peers[i];

		if (peer->kind != WARD_PEER_SCOPE ||
		    (ward_selector_matches(&peer->scope.namespaces, dns->ns_labels) &&
		     ward_selector_matches(&peer->scope.pods, dns->labels)))
			return true;
	}
	return rule->any_peer;
}

static bool rule_asks(const struct dns *dns, const struct ward_rule *rule)
{
	bool has_53 = rule_has_53(rule);

	if (!dns->pods.n)
		return has_53 || (rule->any_port && rule_reaches(dns, rule));
	/* A resolver at an address, such as a cache on the node. */
	for (uint32_t i = 0; has_53 && i < rule->n_peers; i++)
		if (rule->peers[i].kind != WARD_PEER_SCOPE)
			return true;
	return false;
}

/* Port 53, or whatever UDP port a DNS pod declares: some listen elsewhere behind their Service. */
static bool row_reaches(const struct ward_lint *lint, const struct ward_row *row, uint32_t pod)
{
	const struct ward_port fifty_three = {
		.proto = WARD_UDP, .name = WARD_NONE, .low = 53, .high = 53};
	struct ward_rule rule = {.n_ports = 1, .ports = &fifty_three};

	if (ward_lint_row_accepts(lint, row, pod, &rule, pod))
		return true;
	for (uint32_t i = 0; lint->pods[pod] && i < lint->pods[pod]->n_ports; i++) {
		const struct ward_container_port *declared = &lint->pods[pod]->ports[i];
		const struct ward_port port = {.proto = WARD_UDP,
					       .name = WARD_NONE,
					       .low = declared->number,
					       .high = declared->number};

		rule.ports = &port;
		if (declared->proto == WARD_UDP &&
		    ward_lint_row_accepts(lint, row, pod, &rule, pod))
			return true;
	}
	return false;
}

static uint8_t row_judge(const struct ward_lint *lint, const struct dns *dns,
			 const struct ward_row *row)
{
	bool goes_anywhere = false, to_pods = false;

	if (!row->isolated)
		return ROW_ASKS;
	for (uint32_t i = 0; i < dns->pods.n; i++)
		if (row_reaches(lint, row, dns->pods.items[i]))
			return ROW_ASKS;
	for (uint32_t p = 0; p < row->n_policies; p++) {
		const struct ward_policy *policy = lint->tables->policies[row->policies[p]];

		for (uint32_t r = 0; r < policy->n_rules; r++) {
			const struct ward_rule *rule = &policy->rules[r];

			if (rule->direction != WARD_EGRESS || rule->action != WARD_ACCEPT)
				continue;
			if (rule_asks(dns, rule))
				return ROW_ASKS;
			goes_anywhere = true;
			to_pods |= rule->any_peer;
			for (uint32_t i = 0; i < rule->n_peers; i++)
				to_pods |= rule->peers[i].kind == WARD_PEER_SCOPE;
		}
	}
	return !goes_anywhere ? ROW_ASKS : to_pods ? ROW_MUTE : ROW_LOCAL;
}

/* The policy to add the rule to: the first that has egress rules, else the first that isolates. */
static uint32_t row_policy(const struct ward_lint *lint, const struct ward_row *row)
{
	for (uint32_t p = 0; p < row->n_policies; p++) {
		const struct ward_policy *policy = lint->tables->policies[row->policies[p]];

		for (uint32_t r = 0; r < policy->n_rules; r++)
			if (policy->rules[r].direction == WARD_EGRESS)
				return row->policies[p];
	}
	return row->policies[0];
}

static struct ward_mark egress_mark(const struct ward_lint_policy *policy)
{
	for (uint32_t r = 0; r < policy->policy->n_rules; r++)
		if (policy->policy->rules[r].direction == WARD_EGRESS)
			return policy->policy->rules[r].mark;
	return policy->object->mark;
}

static void mute_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			struct ward_pod_set pods, enum ward_severity severity)
{
	ward_lint_report(lint, severity, "no-dns", policy->object, egress_mark(policy),
			 "add an egress rule to UDP and TCP 53 of the pods k8s-app=kube-dns in "
			 "namespace kube-system",
			 "%s may connect to others but not ask DNS for their names",
			 ward_lint_pods(lint, pods));
}

/* One finding a policy. */
static void mutes_report(struct ward_lint *lint, const struct dns *dns, uint8_t what)
{
	WARD_VEC(uint32_t) *mutes = ward_alloc((lint->tables->n_policies + 1) * sizeof(*mutes));

	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &lint->tables->endpoints[i];

		if (endpoint->managed && dns->of_row[endpoint->row[WARD_EGRESS]] == what)
			ward_vec_push(&mutes[row_policy(lint, ward_lint_row(lint, i, WARD_EGRESS))],
				      i);
	}
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		struct ward_pod_set pods = {.n = mutes[i].n, .items = mutes[i].items};

		if (pods.n)
			mute_report(lint, &lint->policies[i], pods,
				    what == ROW_MUTE ? WARD_WARNING : WARD_NOTE);
		ward_vec_done(&mutes[i]);
	}
	free(mutes);
}

void ward_lint_dns(struct ward_lint *lint)
{
	struct dns dns;

	dns_init(lint, &dns);
	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &lint->tables->endpoints[i];
		uint32_t row = endpoint->row[WARD_EGRESS];

		if (endpoint->managed && dns.of_row[row] == ROW_UNKNOWN)
			dns.of_row[row] = row_judge(lint, &dns, &lint->tables->rows[row]);
	}
	mutes_report(lint, &dns, ROW_MUTE);
	mutes_report(lint, &dns, ROW_LOCAL);
	ward_vec_done(&dns.pods);
	free(dns.of_row);
}
