/* SPDX-License-Identifier: Apache-2.0 */
/* The rule that would allow a denied connection, written in the language of the policies there.
 *
 * The smallest permission, not the shortest text: a pod is selected by labels that no other
 * workload of its namespace has together, and a rule is only added to a policy that is about the
 * denied pods and nothing else; otherwise it gets a policy of its own. */
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/groups.h"

static const char *str(const struct ward_explainer *explainer, ward_sym sym)
{
	return ward_symbol_str(explainer->symbols, sym);
}

/* The item of `from` or `to`; NULL when NetworkPolicy cannot say it. */
static const char *peer_yaml(struct ward_explainer *explainer, const struct ward_view *view)
{
	const struct ward_endpoint *endpoints = explainer->tables->endpoints;
	const struct ward_endpoint *other;
	const char *pods, *dash = "    - ", *namespaces = "";

	if (view->other->kind != WARD_END_POD)
		return view->other->ip.family == WARD_FAMILY_NONE
			       ? NULL
			       : ward_explain_format(
					 explainer, "    - ipBlock: {cidr: %s}\n",
					 ward_fix_networks(explainer, view,
							   "}\n    - ipBlock: {cidr: "));
	other = &endpoints[view->other->endpoint];
	pods = ward_fix_selector(explainer, other);
	if (other->object.ns != endpoints[view->subject->endpoint].object.ns) {
		namespaces = ward_explain_format(
			explainer,
			"    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: "
			"%s}}\n",
			ward_fix_word(explainer, str(explainer, other->object.ns)));
		dash = "      ";
	}
	return ward_explain_format(explainer, "%s%spodSelector: %s\n", namespaces, dash, pods);
}

/* "  - from: …" as it stands under spec.ingress; a rule without ports when none was asked about. */
static const char *rule_yaml(struct ward_explainer *explainer, const struct ward_view *view)
{
	const struct ward_question *question = explainer->question;
	const char *peer = peer_yaml(explainer, view), *ports = "";

	if (!peer)
		return NULL;
	if (!question->any_port && question->proto != WARD_OTHER)
		ports = ward_explain_format(explainer,
					    "    ports:\n    - {protocol: %s, port: %u}\n",
					    ward_proto_str(question->proto), question->port);
	return ward_explain_format(explainer, "  - %s:\n%s%s",
				   view->direction == WARD_EGRESS ? "to" : "from", peer, ports);
}

/* What a rule for ICMP opens besides. */
static const char *wide_text(const struct ward_explainer *explainer)
{
	const struct ward_question *question = explainer->question;

	return question->any_port || question->proto != WARD_OTHER
		       ? ""
		       : ", which opens every port too (NetworkPolicy cannot open ICMP alone)";
}

bool ward_fix_is_own(const struct ward_explainer *explainer, const struct ward_policy *policy,
		     const struct ward_endpoint *subject)
{
	for (uint32_t i = 0; i < explainer->tables->n_endpoints; i++) {
		const struct ward_endpoint *other = &explainer->tables->endpoints[i];

		if (ward_policy_selects(explainer, policy, other) &&
		    !ward_fix_same_owner(explainer, other, subject))
			return false;
	}
	return true;
}

static const struct ward_policy *own_policy(const struct ward_explainer *explainer,
					    const struct ward_endpoint *subject,
					    const struct ward_why *why)
{
	for (uint32_t i = 0; i < why->n_isolating; i++)
		if (why->isolating[i]->origin.kind == WARD_KIND_NETWORKPOLICY &&
		    ward_fix_is_own(explainer, why->isolating[i], subject))
			return why->isolating[i];
	return NULL;
}

static const char *new_policy(struct ward_explainer *explainer, const struct ward_view *view,
			      const char *rule)
{
	const struct ward_endpoint *endpoints = explainer->tables->endpoints;
	const struct ward_endpoint *subject = &endpoints[view->subject->endpoint];
	const struct ward_endpoint *other =
		view->other->endpoint == WARD_NONE ? NULL : &endpoints[view->other->endpoint];
	bool out = view->direction == WARD_EGRESS;

	return ward_explain_format(
		explainer,
		"add a policy for this%s:\n"
		"apiVersion: networking.k8s.io/v1\n"
		"kind: NetworkPolicy\n"
		"metadata: {name: %s-%s-%s, namespace: %s}\n"
		"spec:\n"
		"  podSelector: %s\n"
		"  policyTypes: [%s]\n"
		"  %s:\n%s",
		wide_text(explainer),
		str(explainer, ward_who_owner(explainer->question->snapshot, subject).name),
		out ? "to" : "from",
		other ? str(explainer, ward_who_owner(explainer->question->snapshot, other).name)
		      : "outside",
		ward_fix_word(explainer, str(explainer, subject->object.ns)),
		ward_fix_selector(explainer, subject), out ? "Egress" : "Ingress",
		ward_direction_str(view->direction), rule);
}

/* The group of @policy that the pod is in, or NULL. */
static const char *group_of(const struct ward_explainer *explainer,
			    const struct ward_grouppolicy *policy, const struct ward_end *end)
{
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver groups;
	const char *name = NULL;

	ward_group_resolver_init(&groups, explainer->question->snapshot);
	for (uint32_t i = 0; end->kind == WARD_END_POD && i < policy->n_groups && !name; i++) {
		_cleanup_(ward_members_done) struct ward_members members;

		ward_grouppolicy_members(&groups, policy, i, &members);
		if (ward_members_have(explainer->question->engine, &members,
				      &explainer->tables->endpoints[end->endpoint]))
			name = str(explainer, policy->groups[i].name);
	}
	return name;
}

/* Is the pod one of those that the policy closes, so that a line of it opens it? */
static bool is_governed(const struct ward_explainer *explainer, const struct ward_grouppolicy *gp,
			const struct ward_end *end)
{
	const struct ward_engine *engine = explainer->question->engine;
	const struct ward_endpoint *pod = &explainer->tables->endpoints[end->endpoint];
	struct ward_arena arena = {};
	struct ward_boxes home;
	bool is;

	ward_grouppolicy_home(&arena, gp, WARD_HOME_ENFORCED, &home);
	is = ward_boxes_have(&home, ward_engine_namespace_labels(engine, pod->object.ns),
			     ward_engine_labels(engine, pod->labels));
	ward_boxes_done(&home);
	ward_arena_done(&arena);
	return is;
}

/* One more line of `allow`, when both ends are in groups of the policy and it may join them. */
static const char *group_line(struct ward_explainer *explainer, const struct ward_view *view,
			      const struct ward_policy *policy)
{
	const struct ward_grouppolicy *gp = ward_explain_grouppolicy(explainer, policy);
	const struct ward_question *question = explainer->question;
	bool out = view->direction == WARD_EGRESS, tcp = question->proto == WARD_TCP;
	const char *subject = gp ? group_of(explainer, gp, view->subject) : NULL;
	const char *other = gp ? group_of(explainer, gp, view->other) : NULL;
	const char *ports = "";

	if (!subject || !other || question->proto == WARD_OTHER ||
	    policy->tier == WARD_TIER_ADMIN ||
	    gp->peer_environment == WARD_PEER_ENVIRONMENT_LISTED ||
	    !is_governed(explainer, gp, view->subject))
		return NULL;
	if (gp->peer_environment == WARD_PEER_ENVIRONMENT_SAME &&
	    !ward_explain_same_environment(explainer, view))
		return policy->tier == WARD_TIER_BASELINE
			       ? NULL
			       : ward_explain_format(
					 explainer,
					 "GroupPolicy %s keeps environments apart (environment: "
					 "same): only one with `environment: any` can join them",
					 str(explainer, gp->object.name));
	if (!question->any_port)
		ports = ward_explain_format(explainer, ", ports: [%u%s%s]", question->port,
					    tcp ? "" : "/",
					    tcp ? "" : ward_proto_str(question->proto));
	return ward_explain_format(explainer,
				   "add to spec.allow of GroupPolicy %s (%s:%u):\n"
				   "  - {from: %s, to: %s%s}\n",
				   str(explainer, gp->object.name),
				   str(explainer, gp->object.mark.file), gp->object.mark.line,
				   ward_fix_word(explainer, out ? subject : other),
				   ward_fix_word(explainer, out ? other : subject), ports);
}

static bool is_advised(const struct ward_explainer *explainer, const char *text)
{
	for (uint32_t i = 0; i < explainer->answer->n_fixes; i++)
		if (strcmp(explainer->answer->fixes[i].text, text) == 0)
			return true;
	return false;
}

/* The line that mends the other end too, if that has been advised; else one of the policy of the
 * nearest rule first, which is where a person would look. */
static const char *group_fix(struct ward_explainer *explainer, const struct ward_view *view,
			     const struct ward_why *why)
{
	const char *fix;

	for (uint32_t i = 0; i < why->n_isolating; i++) {
		fix = group_line(explainer, view, why->isolating[i]);
		if (fix && is_advised(explainer, fix))
			return fix;
	}
	fix = why->nearest ? group_line(explainer, view, why->nearest->at.policy) : NULL;
	for (uint32_t i = 0; i < why->n_isolating && !fix; i++)
		fix = group_line(explainer, view, why->isolating[i]);
	return fix;
}

/* A line of the policy itself; a rule before it; or, where no cluster-wide rule can say it, a
 * NetworkPolicy, which decides before the tier Baseline is asked. */
const char *ward_fix_closed(struct ward_explainer *explainer, const struct ward_view *view,
			    const struct ward_rule_ref *closing)
{
	static const struct ward_why nobody;
	const char *fix = group_line(explainer, view, closing->policy);

	if (!fix)
		fix = ward_fix_before(explainer, view, closing);
	return fix ? fix : ward_fix_rule(explainer, view, &nobody);
}

const char *ward_fix_rule(struct ward_explainer *explainer, const struct ward_view *view,
			  const struct ward_why *why)
{
	const struct ward_endpoint *subject =
		&explainer->tables->endpoints[view->subject->endpoint];
	const struct ward_policy *policy;
	const char *fix = group_fix(explainer, view, why);
	const char *rule = fix ? NULL : rule_yaml(explainer, view);

	if (fix)
		return fix;
	if (!rule)
		return ward_explain_format(explainer,
					   "no rule can name %s, whose address is not known",
					   view->other_member->id);
	policy = own_policy(explainer, subject, why);
	if (!policy)
		return new_policy(explainer, view, rule);
	return ward_explain_format(
		explainer, "add to spec.%s of NetworkPolicy %s/%s (%s:%u)%s:\n%s",
		ward_direction_str(view->direction), str(explainer, policy->origin.ns),
		str(explainer, policy->origin.name), str(explainer, policy->origin.mark.file),
		policy->origin.mark.line, wide_text(explainer), rule);
}
