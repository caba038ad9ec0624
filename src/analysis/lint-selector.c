/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors that match nobody (A14.9), or pods that selectors never match (A14.16).
 *
 * Only what the input speaks of counts: a namespace without any pod in it may be one whose
 * workloads were not given. */
#include "analysis/lint-reach.h"

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
static void no_namespace_report(struct ward_reaches *reaches, const struct use *use)
{
	struct ward_lint *lint = reaches->lint;
	const struct ward_selector *namespaces = &use->scope->namespaces;
	const struct ward_label_sets *labels = ward_reaches_labels(reaches);
	bool slip = ward_lint_suggest(lint, namespaces, labels);

	use_report(lint, use, slip ? WARD_WARNING : WARD_NOTE,
		   ward_lint_instead(lint, namespaces, labels, until(lint, use, "namespace")),
		   ward_lint_text(lint, "no namespace: none of the input is %s",
				  ward_lint_selector(lint, namespaces)));
}

/* What is meant may be in another namespace; NULL when nothing there is. */
static const char *elsewhere(struct ward_reaches *reaches, const struct use *use)
{
	uint32_t pod = ward_reaches_first_pod(reaches, &use->scope->pods);

	if (pod == WARD_NONE)
		return NULL;
	return ward_lint_text(reaches->lint, "%s is: %s",
			      ward_lint_pods(reaches->lint,
					     (struct ward_pod_set){.n = 1, .items = &pod}),
			      use->is_peer	? "name its namespace in the same peer"
			      : use->policy->np ? "put the policy into its namespace"
						: "name its namespace too");
}

static void no_pod_report(struct ward_reaches *reaches, const struct use *use,
			  const struct ward_reach *reach)
{
	struct ward_lint *lint = reaches->lint;
	const char *where = reach->n_namespaces == 1 ? "its namespace" : "its namespaces";
	const char *pods = ward_lint_selector(lint, &use->scope->pods);
	const char *hint = elsewhere(reaches, use);

	use_report(lint, use, WARD_WARNING,
		   hint ? hint
			: ward_lint_instead(lint, &use->scope->pods, &reach->pods,
					    until(lint, use, "pod")),
		   reach->n_pods == 1
			   ? ward_lint_text(lint, "no pod: the one in %s is not %s", where, pods)
			   : ward_lint_text(lint, "no pod: none of the %u in %s is %s",
					    reach->n_pods, where, pods));
}

static void use_check(struct ward_reaches *reaches, const struct use *use)
{
	struct ward_lint *lint = reaches->lint;
	const struct ward_reach *reach;

	if (use->number == WARD_NONE) {
		use_report(lint, use, WARD_WARNING, "requirements of one selector must all hold",
			   "nothing, ever: its requirements contradict each other");
		return;
	}
	if (ward_lint_scope_pods(lint, use->number).n)
		return;
	reach = ward_reaches_find(reaches, &use->scope->namespaces);
	if (!reach->n_namespaces && lint->n_pods && !is_well_known(lint, &use->scope->namespaces))
		no_namespace_report(reaches, use);
	else if (reach->n_pods)
		no_pod_report(reaches, use, reach);
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
static void subject_check(struct ward_reaches *reaches, const struct ward_lint_policy *policy)
{
	const struct ward_scope *scope = &policy->policy->subjects[0];
	const struct use use = {
		.policy = policy,
		.scope = scope,
		.number = policy->subject_scopes[0],
		.mark = scope->pods.n ? scope->pods.items[0].mark : no_mark,
	};
	struct ward_pod_set hosts = hosts_of(reaches->lint, use.number);

	if (hosts.n && (policy->np || !policy->subjects.n))
		hosts_report(reaches->lint, &use, hosts, !policy->subjects.n);
	else
		use_check(reaches, &use);
}

static void peer_check(struct ward_reaches *reaches, const struct ward_lint_policy *policy,
		       const struct ward_peer *peer, uint32_t number)
{
	const struct use use = {
		.policy = policy,
		.scope = &peer->scope,
		.number = number,
		.mark = peer->mark,
		.is_peer = true,
	};
	struct ward_pod_set hosts = hosts_of(reaches->lint, number);

	if (hosts.n && !ward_lint_scope_pods(reaches->lint, number).n)
		ward_lint_report(reaches->lint, WARD_WARNING, "host-network", policy->object,
				 peer->mark, "name the addresses of their nodes with ipBlock",
				 "the peer matches nobody: %s use%s the network of the node, and "
				 "selectors match no such pod",
				 ward_lint_pods(reaches->lint, hosts), hosts.n == 1 ? "s" : "");
	else
		use_check(reaches, &use);
}

/* Of two that were probably meant to be one, more is said elsewhere. */
static bool is_split(const struct ward_lint_policy *policy, const struct ward_rule *rule,
		     uint32_t peer)
{
	return policy->np &&
	       ward_lint_peer_is_split(&policy->np->rules[rule->direction][rule->index], peer);
}

static void rule_check(struct ward_reaches *reaches, const struct ward_lint_policy *policy,
		       const struct ward_lint_rule *rule)
{
	for (uint32_t i = 0; i < rule->rule->n_peers; i++)
		if (rule->rule->peers[i].kind == WARD_PEER_SCOPE &&
		    !is_split(policy, rule->rule, i))
			peer_check(reaches, policy, &rule->rule->peers[i], rule->scopes[i]);
}

void ward_lint_selectors(struct ward_lint *lint)
{
	struct ward_reaches reaches;

	ward_reaches_init(&reaches, lint);
	for (uint32_t i = 0; i < lint->tables->n_policies; i++) {
		const struct ward_lint_policy *policy = &lint->policies[i];

		if (policy->gp || !policy->n_subjects)
			continue; /* groups are looked at as such */
		subject_check(&reaches, policy);
		for (uint32_t r = 0; r < policy->policy->n_rules; r++)
			rule_check(&reaches, policy, &policy->rules[r]);
	}
	ward_reaches_done(&reaches);
}
