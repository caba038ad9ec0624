/* SPDX-License-Identifier: Apache-2.0 */
/* The rule to put before one that denies in a cluster-wide tier, in the language of its policy.
 *
 * In the Admin tier it passes the connection on, so that the tiers below decide as they would
 * without the denial; nothing is opened that they close.  In the Baseline tier, which only decides
 * where no NetworkPolicy isolates, it accepts.  No rule above the denying one matches this
 * connection, so right before it is early enough. */
#include "analysis/explain-parts.h"
#include "kube/clusternetworkpolicy.h"

enum {
	RULES_MAX = 25,	       /* of a direction (B2.4) */
	RULES_MAX_OLDER = 100, /* B8.4 */
};

static const char *str(const struct ward_explainer *explainer, ward_sym sym)
{
	return ward_symbol_str(explainer->symbols, sym);
}

/* "{namespaceSelector: …, podSelector: …}" */
static const char *pods_yaml(struct ward_explainer *explainer, const char *indent,
			     const struct ward_endpoint *pod)
{
	return ward_explain_format(
		explainer,
		"%snamespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}\n"
		"%spodSelector: %s\n",
		indent, ward_fix_word(explainer, str(explainer, pod->object.ns)), indent,
		ward_fix_selector(explainer, pod));
}

/* The item of `from` or `to`; NULL when these kinds cannot say it (B4.5). */
static const char *peer_yaml(struct ward_explainer *explainer, const struct ward_view *view)
{
	const struct ward_end *other = view->other;

	if (other->kind == WARD_END_POD)
		return ward_explain_format(
			explainer, "    - pods:\n%s",
			pods_yaml(explainer, "        ",
				  &explainer->tables->endpoints[other->endpoint]));
	if (view->direction == WARD_INGRESS || other->ip.family == WARD_FAMILY_NONE)
		return NULL;
	return ward_explain_format(explainer, "    - networks: [%s]\n",
				   ward_fix_networks(explainer, view, ", "));
}

/* What the rule is limited to, when a port was asked about. */
static const char *ports_yaml(struct ward_explainer *explainer, bool younger)
{
	static const char *const names[] = {
		[WARD_TCP] = "tcp",
		[WARD_UDP] = "udp",
		[WARD_SCTP] = "sctp",
	};
	const struct ward_question *question = explainer->question;

	if (question->any_port || question->proto == WARD_OTHER)
		return "";
	if (younger)
		return ward_explain_format(
			explainer, "    protocols:\n    - %s: {destinationPort: {number: %u}}\n",
			names[question->proto], question->port);
	return ward_explain_format(explainer,
				   "    ports:\n    - portNumber: {protocol: %s, port: %u}\n",
				   ward_proto_str(question->proto), question->port);
}

/* Is what goes before it a rule of a ClusterNetworkPolicy? */
static bool is_younger(const struct ward_policy *policy)
{
	return policy->origin.kind == WARD_KIND_CLUSTERNETWORKPOLICY ||
	       policy->origin.kind == WARD_KIND_GROUPPOLICY;
}

static const char *action_word(const struct ward_policy *policy)
{
	if (policy->tier == WARD_TIER_ADMIN)
		return "Pass";
	return is_younger(policy) ? "Accept" : "Allow";
}

/* "  - action: Pass …", as it stands under spec.ingress. */
static const char *rule_yaml(struct ward_explainer *explainer, const struct ward_view *view,
			     const struct ward_policy *policy)
{
	bool younger = is_younger(policy);
	const char *peer = peer_yaml(explainer, view);

	if (!peer)
		return NULL;
	return ward_explain_format(explainer, "  - action: %s\n    %s:\n%s%s", action_word(policy),
				   view->direction == WARD_EGRESS ? "to" : "from", peer,
				   ports_yaml(explainer, younger));
}

/* What the rule does besides. */
static const char *note(const struct ward_explainer *explainer, const struct ward_policy *policy)
{
	const struct ward_question *question = explainer->question;
	bool wide = !question->any_port && question->proto == WARD_OTHER;

	if (policy->tier == WARD_TIER_ADMIN)
		return wide ? "it passes every port on too, and leaves the rest to the tiers below"
			    : "Pass leaves the decision to the tiers below";
	return wide ? "it opens every port too (the policy cannot open ICMP alone)"
		    : "it decides where no NetworkPolicy does";
}

/* Whom the rule is about besides: it counts for every pod of the policy, and the networks of the
 * world are those of the pods as well (B4.2). */
static const char *besides(struct ward_explainer *explainer, const struct ward_view *view,
			   const struct ward_policy *policy)
{
	bool own = ward_fix_is_own(explainer, policy,
				   &explainer->tables->endpoints[view->subject->endpoint]);
	bool world = view->direction == WARD_EGRESS && view->other->kind != WARD_END_POD &&
		     explainer->question->to->kind == WARD_WHO_WORLD;

	return ward_explain_format(explainer, "%s%s", own ? "" : ",\nfor all pods of that policy",
				   world ? ",\nand with addresses of pods among the networks" : "");
}

/* The greatest that is free below that of the policy, or UINT32_MAX. */
static uint32_t priority_before(const struct ward_explainer *explainer,
				const struct ward_policy *policy)
{
	const struct ward_tables *tables = explainer->tables;
	int32_t priority = policy->order - 1;

	for (; priority >= 0; priority--) {
		bool taken = false;

		for (uint32_t i = 0; i < tables->n_policies; i++)
			taken |= tables->policies[i]->tier == policy->tier &&
				 tables->policies[i]->order == priority;
		if (!taken)
			return (uint32_t)priority;
	}
	return UINT32_MAX;
}

/* A policy with nothing but this rule, about this pod only. */
static const char *policy_yaml(struct ward_explainer *explainer, const struct ward_view *view,
			       const struct ward_policy *policy, uint32_t priority,
			       const char *rule)
{
	const struct ward_endpoint *subject =
		&explainer->tables->endpoints[view->subject->endpoint];
	bool younger = is_younger(policy);

	return ward_explain_format(
		explainer,
		"apiVersion: policy.networking.k8s.io/%s\n"
		"kind: %s\n"
		"metadata: {name: %s-before-%s}\n"
		"spec:\n%s"
		"  priority: %u\n"
		"  subject:\n"
		"    pods:\n%s"
		"  %s:\n%s",
		younger ? "v1alpha2" : "v1alpha1",
		ward_kind_str(younger ? WARD_KIND_CLUSTERNETWORKPOLICY : policy->origin.kind),
		str(explainer, ward_who_owner(explainer->question->snapshot, subject).name),
		str(explainer, policy->origin.name),
		!younger			  ? ""
		: policy->tier == WARD_TIER_ADMIN ? "  tier: Admin\n"
						  : "  tier: Baseline\n",
		priority, pods_yaml(explainer, "      ", subject),
		ward_direction_str(view->direction), rule);
}

/* No room: a policy of its own goes before. */
static const char *new_policy(struct ward_explainer *explainer, const struct ward_view *view,
			      const struct ward_policy *policy, const char *rule)
{
	uint32_t priority = priority_before(explainer, policy);
	const char *kind = ward_kind_str(policy->origin.kind);
	const char *name = str(explainer, policy->origin.name);
	uint32_t most = is_younger(policy) ? RULES_MAX : RULES_MAX_OLDER;

	if (priority == UINT32_MAX)
		return ward_explain_format(
			explainer,
			"make room in spec.%s of %s %s, which has %u rules,\n"
			"the most there may be, and no free priority before it: this rule has\n"
			"to come before the one that denies:\n%s",
			ward_direction_str(view->direction), kind, name, most, rule);
	return ward_explain_format(
		explainer,
		"add a policy before %s %s, which has %u rules,\nthe most there may be; %s:\n%s",
		kind, name, most, note(explainer, policy),
		policy_yaml(explainer, view, policy, priority, rule));
}

/* A GroupPolicy of the tier Baseline has no line for these two: a policy goes before it. */
static const char *before_group(struct ward_explainer *explainer, const struct ward_view *view,
				const struct ward_policy *policy, const char *rule)
{
	uint32_t priority = priority_before(explainer, policy);

	if (priority == UINT32_MAX)
		return NULL;
	return ward_explain_format(explainer, "add a policy before GroupPolicy %s; %s:\n%s",
				   str(explainer, policy->origin.name), note(explainer, policy),
				   policy_yaml(explainer, view, policy, priority, rule));
}

static uint32_t policy_n_rules(const struct ward_policy *policy, enum ward_direction direction)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < policy->n_rules; i++)
		n += policy->rules[i].direction == direction;
	return n;
}

/* "rule "deny-ops"", or its place within the policy. */
static const char *rule_text(struct ward_explainer *explainer, const struct ward_rule_ref *at)
{
	_cleanup_free_ char *path = ward_rule_ref_path(at);

	return at->name ? ward_explain_format(explainer, "rule \"%s\"", at->name)
			: ward_explain_format(explainer, "%s", path);
}

const char *ward_fix_before(struct ward_explainer *explainer, const struct ward_view *view,
			    const struct ward_rule_ref *denying)
{
	const struct ward_policy *policy = denying->policy;
	bool younger = policy->origin.kind == WARD_KIND_CLUSTERNETWORKPOLICY;
	const char *rule = rule_yaml(explainer, view, policy);

	if (!rule)
		return NULL;
	if (policy->origin.kind == WARD_KIND_GROUPPOLICY)
		return before_group(explainer, view, policy, rule);
	if (policy_n_rules(policy, view->direction) >= (younger ? RULES_MAX : RULES_MAX_OLDER))
		return new_policy(explainer, view, policy, rule);
	return ward_explain_format(explainer, "put before %s of %s %s%s;\n%s%s:\n%s",
				   rule_text(explainer, denying),
				   ward_kind_str(policy->origin.kind),
				   str(explainer, policy->origin.name),
				   ward_fix_place(explainer, denying->rule->mark),
				   note(explainer, policy), besides(explainer, view, policy), rule);
}
