/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors that match nobody (A14.9), or pods that selectors never match (A14.16).
 *
 * Only what the input speaks of counts: a namespace without any pod in it may be one whose
 * workloads were not given. */
#include "analysis/lint-parts.h"

static const struct ward_mark no_mark = {.file = WARD_NONE};

/* A selector as it is used: of a policy's subjects, or of a peer. */
struct use {
	const struct ward_lint_policy *policy;
	const struct ward_scope *scope;
	uint32_t number; /* of the scope */
	struct ward_mark mark;
	bool is_peer;
};

static void use_report(struct ward_lint *lint, const struct use *use, enum ward_severity severity,
		       const char *hint, const char *what)
{
	ward_lint_report(lint, severity, use->is_peer ? "matches-nothing" : "selects-nothing",
			 use->policy->object, use->mark, hint, "%s %s",
			 use->is_peer ? "the peer matches" : "selects", what);
}

/* "until a pod carries these labels the peer is nobody" */
static const char *until(struct ward_lint *lint, const struct use *use, const char *who)
{
	return ward_lint_text(lint, "until a %s carries these labels %s", who,
			      use->is_peer ? "the peer is nobody" : "the policy does nothing");
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

/* The namespaces that a selector matches: how many there are, and how many pods the input has in
 * them; and labels to look for what was meant. */
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

/* These are in every cluster, given or not. */
static bool is_well_known(const struct ward_lint *lint, const struct ward_selector *namespaces)
{
	static const char *const names[] = {"kube-system", "kube-public", "default"};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(names); i++) {
		const struct ward_label name = {
			.key = WARD_SYM_METADATA_NAME,
			.value = ward_symbol(lint->symbols, names[i]),
		};

		if (ward_selector_matches(namespaces, (struct ward_labels){.n = 1, .items = &name}))
			return true;
	}
	return false;
}

/* A namespace that is not in the input may well exist; one that is nearly spelled so is a slip. */
static void no_namespace_report(struct ward_lint *lint, const struct use *use,
				const struct reach *reach)
{
	const struct ward_selector *namespaces = &use->scope->namespaces;
	bool slip = ward_lint_suggest(lint, namespaces, &reach->namespaces);

	use_report(lint, use, slip ? WARD_WARNING : WARD_NOTE,
		   ward_lint_instead(lint, namespaces, &reach->namespaces,
				     until(lint, use, "namespace")),
		   ward_lint_text(lint, "no namespace: none of the input is %s",
				  ward_lint_selector(lint, namespaces)));
}

/* What is meant may be in another namespace; NULL when nothing there is. */
static const char *elsewhere(struct ward_lint *lint, const struct use *use)
{
	const struct ward_tables *tables = lint->tables;

	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &tables->endpoints[i];
		struct ward_pod_set pods = {.n = 1, .items = &i};

		if (!endpoint->managed ||
		    !ward_selector_matches(&use->scope->pods,
					   ward_engine_labels(lint->engine, endpoint->labels)))
			continue;
		return ward_lint_text(lint, "%s is: %s", ward_lint_pods(lint, pods),
				      use->is_peer	? "name its namespace in the same peer"
				      : use->policy->np ? "put the policy into its namespace"
							: "name its namespace too");
	}
	return NULL;
}

static void no_pod_report(struct ward_lint *lint, const struct use *use, const struct reach *reach)
{
	const char *where = reach->n_namespaces == 1 ? "its namespace" : "its namespaces";
	const char *pods = ward_lint_selector(lint, &use->scope->pods);
	const char *hint = elsewhere(lint, use);

	use_report(lint, use, WARD_WARNING,
		   hint ? hint
			: ward_lint_instead(lint, &use->scope->pods, &reach->pods,
					    until(lint, use, "pod")),
		   reach->n_pods == 1
			   ? ward_lint_text(lint, "no pod: the one in %s is not %s", where, pods)
			   : ward_lint_text(lint, "no pod: none of the %u in %s is %s",
					    reach->n_pods, where, pods));
}

static void use_check(struct ward_lint *lint, const struct use *use)
{
	struct reach reach = {};

	if (use->number == WARD_NONE) {
		use_report(lint, use, WARD_WARNING, "requirements of one selector must all hold",
			   "nothing, ever: its requirements contradict each other");
		return;
	}
	if (ward_lint_scope_pods(lint, use->number).n)
		return;
	reach_find(lint, &use->scope->namespaces, &reach);
	if (!reach.n_namespaces && lint->n_pods && !is_well_known(lint, &use->scope->namespaces))
		no_namespace_report(lint, use, &reach);
	else if (reach.n_pods)
		no_pod_report(lint, use, &reach);
	ward_vec_done(&reach.pods.list);
	ward_vec_done(&reach.namespaces.list);
}

static void hosts_report(struct ward_lint *lint, const struct use *use, struct ward_pod_set hosts,
			 bool all)
{
	ward_lint_report(lint, all ? WARD_WARNING : WARD_NOTE, "host-network", use->policy->object,
			 use->mark, "to restrict them use the firewall of the node",
			 "%s use%s the network of the node, where this policy has no effect%s",
			 ward_lint_pods(lint, hosts), hosts.n == 1 ? "s" : "",
			 all ? "; it selects no other pod" : "");
}

/* Policies for the whole cluster select pods of the nodes' network as a matter of course. */
static void subject_check(struct ward_lint *lint, const struct ward_lint_policy *policy)
{
	const struct ward_scope *scope = &policy->policy->subjects[0];
	const struct use use = {
		.policy = policy,
		.scope = scope,
		.number = policy->subject_scopes[0],
		.mark = scope->pods.n ? scope->pods.items[0].mark : no_mark,
	};
	struct ward_pod_set hosts = hosts_of(lint, use.number);

	if (hosts.n && (policy->np || !policy->subjects.n))
		hosts_report(lint, &use, hosts, !policy->subjects.n);
	else
		use_check(lint, &use);
}

static void peer_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_peer *peer, uint32_t number)
{
	const struct use use = {
		.policy = policy,
		.scope = &peer->scope,
		.number = number,
		.mark = peer->mark,
		.is_peer = true,
	};
	struct ward_pod_set hosts = hosts_of(lint, number);

	if (hosts.n && !ward_lint_scope_pods(lint, number).n)
		ward_lint_report(lint, WARD_WARNING, "host-network", policy->object, peer->mark,
				 "name the addresses of their nodes with ipBlock",
				 "the peer matches nobody: %s use%s the network of the node, and "
				 "selectors match no such pod",
				 ward_lint_pods(lint, hosts), hosts.n == 1 ? "s" : "");
	else
		use_check(lint, &use);
}

/* Of two that were probably meant to be one, more is said elsewhere. */
static bool is_split(const struct ward_lint_policy *policy, const struct ward_rule *rule,
		     uint32_t peer)
{
	return policy->np &&
	       ward_lint_peer_is_split(&policy->np->rules[rule->direction][rule->index], peer);
}

static void rule_check(struct ward_lint *lint, const struct ward_lint_policy *policy,
		       const struct ward_lint_rule *rule)
{
	for (uint32_t i = 0; i < rule->rule->n_peers; i++)
		if (rule->rule->peers[i].kind == WARD_PEER_SCOPE &&
		    !is_split(policy, rule->rule, i))
			peer_check(lint, policy, &rule->rule->peers[i], rule->scopes[i]);
}

void ward_lint_selectors(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		if (policy->gp || !policy->n_subjects)
			continue; /* groups are looked at as such */
		subject_check(lint, policy);
		for (uint32_t r = 0; r < policy->policy->n_rules; r++)
			rule_check(lint, policy, &policy->rules[r]);
	}
}
