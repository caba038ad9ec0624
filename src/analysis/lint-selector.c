/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors that match nobody (A14.9), or pods that selectors never match (A14.16).
 *
 * Only what the input speaks of counts: a namespace without any pod in it may be one whose
 * workloads were not given. */
#include "analysis/lint-parts.h"

static const struct ward_mark no_mark = {.file = WARD_NONE};

static struct ward_mark selector_mark(const struct ward_selector *selector)
{
	return selector->n ? selector->items[0].mark : no_mark;
}

static struct ward_pod_set hosts_of(const struct ward_lint *lint, uint32_t scope)
{
	if (scope == WARD_NONE)
		return (struct ward_pod_set){};
	return (struct ward_pod_set){
		.n = lint->of_scope[scope].hosts.n,
		.items = lint->of_scope[scope].hosts.items,
	};
}

static void hosts_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			 const struct ward_scope *scope, struct ward_pod_set hosts, bool all)
{
	ward_lint_report(lint, all ? WARD_WARNING : WARD_NOTE, "host-network", policy->object,
			 selector_mark(&scope->pods),
			 "to restrict them use the firewall of the node",
			 "%s use%s the network of the node, where this policy has no effect%s",
			 ward_lint_pods(lint, hosts), hosts.n == 1 ? "s" : "",
			 all ? "; it selects no other pod" : "");
}

/* "none of the 3 in namespace shop is app=web". */
static const char *none_text(struct ward_lint *lint, uint32_t n, const char *where,
			     const struct ward_selector *selector)
{
	const char *text = ward_lint_selector(lint, selector);

	if (n == 1)
		return ward_lint_text(lint, "the one in %s is not %s", where, text);
	return ward_lint_text(lint, "none of the %u in %s is %s", n, where, text);
}

static void nobody_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			  const struct ward_scope *scope)
{
	ward_sym ns = policy->object->ns;
	const char *where =
		ward_lint_text(lint, "namespace %s", ward_symbol_str(lint->symbols, ns));
	struct ward_label_sets sets = {};
	const char *hint;

	ward_label_sets_add_pods(&sets, lint, ns);
	hint = ward_lint_instead(lint, &scope->pods, &sets,
				 "until a pod carries these labels the policy does nothing");
	ward_vec_done(&sets.list);
	ward_lint_report(lint, WARD_WARNING, "selects-nothing", policy->object,
			 selector_mark(&scope->pods), hint, "selects no pod: %s",
			 none_text(lint, ward_lint_namespace_of(lint, ns).n_pods, where,
				   &scope->pods));
}

static void subject_check(struct ward_lint *lint, const struct ward_lint_policy *policy)
{
	const struct ward_scope *scope = &policy->policy->subjects[0];
	struct ward_pod_set hosts = hosts_of(lint, policy->subject_scopes[0]);

	if (hosts.n)
		hosts_report(lint, policy, scope, hosts, !policy->subjects.n);
	else if (!policy->subjects.n && ward_lint_namespace_of(lint, policy->object->ns).n_pods)
		nobody_report(lint, policy, scope);
}

/* The namespaces that a selector matches: how many there are, and how many pods the input has in
 * them, whose labels are added to @sets. */
struct reach {
	uint32_t n_namespaces, n_pods;
	struct ward_label_sets pods, namespaces;
};

static void reach_find(struct ward_lint *lint, const struct ward_selector *namespaces,
		       struct reach *reach)
{
	for (uint32_t i = 0; i < lint->namespace_objects.n; i++) {
		const struct ward_namespace *ns = lint->namespace_objects.items[i];

		ward_vec_push(&reach->namespaces.list, ns->labels);
		if (!ward_selector_matches(namespaces, ns->labels))
			continue;
		reach->n_namespaces++;
		reach->n_pods += ward_lint_namespace_of(lint, ns->object.name).n_pods;
		ward_label_sets_add_pods(&reach->pods, lint, ns->object.name);
	}
}

/* A namespace that is not in the input may well exist; one that is nearly spelled so is a slip. */
static void no_namespace_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
				const struct ward_peer *peer, const struct reach *reach)
{
	const struct ward_selector *namespaces = &peer->scope.namespaces;
	bool slip = ward_lint_suggest(lint, namespaces, &reach->namespaces);

	ward_lint_report(lint, slip ? WARD_WARNING : WARD_NOTE, "matches-nothing", policy->object,
			 peer->mark,
			 ward_lint_instead(lint, namespaces, &reach->namespaces,
					   "until a namespace carries these labels the peer is "
					   "nobody"),
			 "the peer matches no namespace: none of the input is %s",
			 ward_lint_selector(lint, namespaces));
}

static void no_pod_report(struct ward_lint *lint, const struct ward_lint_policy *policy,
			  const struct ward_peer *peer, const struct reach *reach)
{
	const char *hint = ward_lint_instead(lint, &peer->scope.pods, &reach->pods,
					     "until a pod carries these labels the peer is nobody");

	ward_lint_report(lint, WARD_WARNING, "matches-nothing", policy->object, peer->mark, hint,
			 "the peer matches no pod: %s",
			 none_text(lint, reach->n_pods,
				   reach->n_namespaces == 1 ? "its namespace" : "its namespaces",
				   &peer->scope.pods));
}

static void peer_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_peer *peer, uint32_t scope)
{
	struct ward_pod_set hosts = hosts_of(lint, scope);
	struct reach reach = {};

	if (scope == WARD_NONE) {
		ward_lint_report(lint, WARD_WARNING, "matches-nothing", policy->object, peer->mark,
				 "requirements of one selector must all hold",
				 "the peer can never match: its requirements contradict each "
				 "other");
		return;
	}
	if (ward_lint_scope_pods(lint, scope).n)
		return;
	if (hosts.n) {
		ward_lint_report(lint, WARD_WARNING, "host-network", policy->object, peer->mark,
				 "name the addresses of their nodes with ipBlock",
				 "the peer matches nobody: %s use%s the network of the node, and "
				 "selectors match no such pod",
				 ward_lint_pods(lint, hosts), hosts.n == 1 ? "s" : "");
		return;
	}
	reach_find(lint, &peer->scope.namespaces, &reach);
	if (!reach.n_namespaces && lint->n_pods)
		no_namespace_report(lint, policy, peer, &reach);
	else if (reach.n_pods)
		no_pod_report(lint, policy, peer, &reach);
	ward_vec_done(&reach.pods.list);
	ward_vec_done(&reach.namespaces.list);
}

static void rule_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_lint_rule *rule)
{
	const struct ward_np_rule *written =
		&policy->np->rules[rule->rule->direction][rule->rule->index];

	for (uint32_t i = 0; i < rule->rule->n_peers; i++)
		if (rule->rule->peers[i].kind == WARD_PEER_SCOPE &&
		    !ward_lint_peer_is_split(written, i))
			peer_check(lint, policy, &rule->rule->peers[i], rule->scopes[i]);
}

void ward_lint_selectors(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		if (!policy->np)
			continue;
		subject_check(lint, policy);
		for (uint32_t r = 0; r < policy->policy->n_rules; r++)
			rule_check(lint, policy, &policy->rules[r]);
	}
}
