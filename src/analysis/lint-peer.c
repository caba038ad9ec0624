/* SPDX-License-Identifier: Apache-2.0 */
/* Peers that say more than they seem to: a dash too many (A6.13), and labels that anyone may take.
 */
#include "analysis/lint-parts.h"

static bool is_pods_only(const struct ward_np_peer *peer)
{
	return peer->has_pods && !peer->has_namespaces && peer->pods.n;
}

static bool is_namespaces_only(const struct ward_np_peer *peer)
{
	return peer->has_namespaces && !peer->has_pods;
}

/* Next to each other, one selector each.  `podSelector: {}` beside a namespace means "mine, and
 * those": joined it would say nothing, so nobody meant to join it. */
static bool is_pair(const struct ward_np_rule *rule, uint32_t first)
{
	const struct ward_np_peer *a, *b;

	if (first + 1 >= rule->n_peers)
		return false;
	a = &rule->peers[first];
	b = &rule->peers[first + 1];
	return (is_pods_only(a) && is_namespaces_only(b)) ||
	       (is_namespaces_only(a) && is_pods_only(b));
}

bool ward_lint_peer_is_split(const struct ward_np_rule *rule, uint32_t peer)
{
	return is_pair(rule, peer) || (peer && is_pair(rule, peer - 1));
}

struct readings {
	const struct ward_np_peer *pods, *namespaces;
	struct ward_pod_set by_pods, by_namespaces;
	uint32_t n_or, n_and;
};

static void readings_count(struct ward_lint *lint, struct readings *readings)
{
	const struct ward_tables *tables = lint->tables;
	const struct ward_pod_set *mine = &readings->by_pods, *theirs = &readings->by_namespaces;
	uint32_t n_both = 0;

	for (uint32_t i = 0; i < theirs->n; i++)
		readings->n_and += ward_selector_matches(
			&readings->pods->pods,
			ward_engine_labels(lint->engine,
					   tables->endpoints[theirs->items[i]].labels));
	for (uint32_t i = 0, j = 0; i < mine->n && j < theirs->n;) {
		n_both += mine->items[i] == theirs->items[j];
		if (mine->items[i] <= theirs->items[j])
			i++;
		else
			j++;
	}
	readings->n_or = mine->n + theirs->n - n_both;
}

/* Certainly a slip when the pod selector adds nothing as it stands, but would if joined. */
static bool is_slip(struct ward_lint *lint, const struct ward_lint_policy *policy,
		    const struct readings *readings)
{
	struct ward_labels own = ward_engine_namespace_labels(lint->engine, policy->object->ns);

	return ward_selector_matches(&readings->namespaces->namespaces, own) ||
	       (!readings->by_pods.n && readings->n_and);
}

static const char *pods_counted(struct ward_lint *lint, uint32_t n)
{
	return ward_lint_text(lint, "%u pod%s", n, n == 1 ? "" : "s");
}

static const char *namespaces_text(struct ward_lint *lint, const struct ward_selector *selector)
{
	if (!selector->n)
		return "any namespace";
	return ward_lint_text(lint, "namespaces that are %s", ward_lint_selector(lint, selector));
}

static void split_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			 const struct ward_lint_rule *rule, const struct ward_np_rule *written,
			 uint32_t first)
{
	bool pods_first = is_pods_only(&written->peers[first]);
	struct readings readings = {
		.pods = &written->peers[pods_first ? first : first + 1],
		.namespaces = &written->peers[pods_first ? first + 1 : first],
		.by_pods = ward_lint_scope_pods(lint, rule->scopes[pods_first ? first : first + 1]),
		.by_namespaces =
			ward_lint_scope_pods(lint, rule->scopes[pods_first ? first + 1 : first]),
	};
	const char *pods = ward_lint_selector(lint, &readings.pods->pods);
	const char *namespaces = namespaces_text(lint, &readings.namespaces->namespaces);

	readings_count(lint, &readings);
	ward_lint_report(lint, is_slip(lint, policy, &readings) ? WARD_WARNING : WARD_NOTE,
			 "separate-peers", policy->object, written->peers[first + 1].mark,
			 ward_lint_text(lint, "if both must hold, remove the dash before %s",
					pods_first ? "namespaceSelector" : "podSelector"),
			 "two peers, either is enough: pods of %s that are %s, or any pod in %s "
			 "(%s); as one "
			 "peer: pods that are %s in %s (%s)",
			 ward_symbol_str(lint->symbols, policy->object->ns), pods, namespaces,
			 pods_counted(lint, readings.n_or), pods, namespaces,
			 pods_counted(lint, readings.n_and));
}

/* DNS is asked for by the label everywhere, and a liar learns no more than names. */
static bool is_dns(const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].low != 53 || rule->ports[i].high != 53)
			return false;
	return rule->n_ports > 0;
}

static void scope_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
			const struct ward_rule *rule, const struct ward_np_peer *peer)
{
	bool in = rule->direction == WARD_INGRESS;

	if (!peer->has_namespaces || peer->namespaces.n || !peer->has_pods || !peer->pods.n ||
	    (!in && is_dns(rule)))
		return;
	ward_lint_report(lint, in ? WARD_WARNING : WARD_NOTE, "scope-is-cluster-wide",
			 policy->object, peer->mark,
			 "name the namespaces by a label that their users cannot set, such as "
			 "kubernetes.io/metadata.name",
			 "%s any pod that is %s, in every namespace: whoever may create pods "
			 "anywhere can take the label",
			 in ? "lets in" : "lets out to", ward_lint_selector(lint, &peer->pods));
}

static void rule_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_lint_rule *rule)
{
	const struct ward_np_rule *written =
		&policy->np->rules[rule->rule->direction][rule->rule->index];
	bool split = false;

	for (uint32_t i = 0; i < written->n_peers; i++) {
		if (!split && is_pair(written, i)) {
			split_report(lint, policy, rule, written, i);
			split = true;
		}
		scope_check(lint, policy, rule->rule, &written->peers[i]);
	}
}

void ward_lint_peers(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		for (uint32_t r = 0; policy->np && r < policy->policy->n_rules; r++)
			rule_check(lint, policy, &policy->rules[r]);
	}
}
