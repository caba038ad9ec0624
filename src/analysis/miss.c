/* SPDX-License-Identifier: Apache-2.0 */
/* Near misses: what keeps a rule from matching, in words.
 *
 * Every mistake has a weight, so that the rule that is off by one label comes before the one that
 * is about something else. */
#include <stdio.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/unlike.h"
#include "kube/pod.h"

enum {
	WEIGHT_LABEL = 2,
	WEIGHT_PORT = 2,
	WEIGHT_NAMESPACE = 3,
	WEIGHT_SUBJECT = 1, /* more, when the policy does not even select the subject */
	WEIGHT_BLOCK = 6,
	WEIGHT_NO_POD = 8,
};

static const char *str(const struct ward_explainer *explainer, ward_sym sym)
{
	return ward_symbol_str(explainer->symbols, sym);
}

/* One more thing is wrong. */
static void miss_add(struct ward_explainer *explainer, struct ward_miss *miss, uint32_t weight,
		     const char *because)
{
	miss->because = miss->n ? ward_explain_format(explainer, "%s\n%s", miss->because, because)
				: because;
	miss->weight += weight;
	miss->n++;
}

/* Whose labels a selector looks at. */
struct holder {
	const struct ward_member *member;
	uint32_t endpoint;
	const char *name; /* "shop/web", "namespace shop" */
	struct ward_labels labels;
	bool is_namespace;
};

static void selector_miss(struct ward_explainer *explainer, const struct ward_selector *selector,
			  const struct holder *holder, struct ward_miss *miss)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *requirement = &selector->items[i];

		if (ward_requirement_matches(requirement, holder->labels))
			continue;
		miss_add(explainer, miss, holder->is_namespace ? WEIGHT_NAMESPACE : WEIGHT_LABEL,
			 ward_unlike_text(&explainer->answer->arena, explainer->symbols,
					  requirement, holder->labels, holder->name));
		miss->label_of = NULL;
		if (miss->n > 1 || holder->is_namespace || requirement->op != WARD_OP_IN ||
		    requirement->key == WARD_SYM_SERVICE_ACCOUNT)
			continue;
		miss->label_of = holder->member;
		miss->label_endpoint = holder->endpoint;
		miss->key = requirement->key;
		miss->value = requirement->values[0];
	}
}

/* What keeps this pod out of the scope. */
static void scope_miss(struct ward_explainer *explainer, const struct ward_scope *scope,
		       const struct ward_member *member, uint32_t endpoint, struct ward_miss *miss)
{
	const struct ward_endpoint *pod = &explainer->tables->endpoints[endpoint];
	const struct ward_engine *engine = explainer->question->engine;
	struct holder ns = {
		.name = ward_explain_format(explainer, "namespace %s",
					    str(explainer, pod->object.ns)),
		.labels = ward_engine_namespace_labels(engine, pod->object.ns),
		.is_namespace = true,
	};
	struct holder self = {
		.member = member,
		.endpoint = endpoint,
		.name = member->id,
		.labels = ward_engine_labels(engine, pod->labels),
	};

	selector_miss(explainer, &scope->namespaces, &ns, miss);
	selector_miss(explainer, &scope->pods, &self, miss);
}

/* The environments of the subject's and of the other's namespace, WARD_NONE: without. */
static void environments_of(const struct ward_explainer *explainer, const struct ward_view *view,
			    ward_sym ns[2], ward_sym env[2])
{
	const struct ward_endpoint *endpoints = explainer->tables->endpoints;
	const struct ward_engine *engine = explainer->question->engine;

	ns[0] = endpoints[view->subject->endpoint].object.ns;
	ns[1] = endpoints[view->other->endpoint].object.ns;
	for (int i = 0; i < 2; i++) {
		env[i] = ward_labels_get(ward_engine_namespace_labels(engine, ns[i]), WARD_SYM_ENV);
		if (env[i] == WARD_SYM_EMPTY)
			env[i] = WARD_NONE;
	}
}

bool ward_explain_same_environment(const struct ward_explainer *explainer,
				   const struct ward_view *view)
{
	ward_sym ns[2], env[2];

	environments_of(explainer, view, ns, env);
	return ns[0] == ns[1] || (env[0] == env[1] && env[0] != WARD_NONE);
}

static void environment_miss(struct ward_explainer *explainer, const struct ward_view *view,
			     struct ward_miss *miss)
{
	ward_sym ns[2], env[2];
	int without;

	if (ward_explain_same_environment(explainer, view))
		return;
	environments_of(explainer, view, ns, env);
	without = env[0] == WARD_NONE ? 0 : env[1] == WARD_NONE ? 1 : 2;
	miss_add(explainer, miss, WEIGHT_NAMESPACE,
		 without < 2 ? ward_explain_format(explainer,
						   "namespace %s has no label env, so it is in "
						   "no environment that others share",
						   str(explainer, ns[without]))
			     : ward_explain_format(
				       explainer,
				       "namespace %s is in environment %s, namespace %s in %s",
				       str(explainer, ns[1]), str(explainer, env[1]),
				       str(explainer, ns[0]), str(explainer, env[0])));
}

static const char *cidrs_text(struct ward_explainer *explainer, const struct ward_cidr *cidrs,
			      uint32_t n)
{
	const char *text = "";

	for (uint32_t i = 0; i < n; i++) {
		char cidr[WARD_CIDR_TEXT];

		text = ward_explain_format(explainer, "%s%s%s", text, i ? ", " : "",
					   ward_cidr_str(cidrs[i], cidr));
	}
	return text;
}

static void blocks_miss(struct ward_explainer *explainer, const struct ward_view *view,
			const struct ward_peer *peer, struct ward_miss *miss)
{
	struct ward_ip ip = view->other->ip;
	const char *blocks = cidrs_text(explainer, peer->cidrs, peer->n_cidrs), *who;
	char text[WARD_IP_TEXT], cidr[WARD_CIDR_TEXT];

	if (ip.family == WARD_FAMILY_NONE) {
		miss_add(explainer, miss, WEIGHT_BLOCK,
			 ward_explain_format(explainer,
					     "the address of %s is not known, so it is not "
					     "taken to be in %s",
					     view->other_member->id, blocks));
		return;
	}
	who = view->other->kind == WARD_END_EXTERNAL ? view->other_member->id
						     : ward_ip_str(ip, text);
	for (uint32_t i = 0; i < peer->n_excepts; i++) {
		if (!ward_cidr_has(peer->excepts[i], ip))
			continue;
		miss_add(explainer, miss, WEIGHT_BLOCK,
			 ward_explain_format(explainer, "%s is in the exception %s of %s", who,
					     ward_cidr_str(peer->excepts[i], cidr), blocks));
		return;
	}
	miss_add(explainer, miss, WEIGHT_BLOCK,
		 ward_explain_format(explainer, "%s is not in %s", who,
				     peer->n_cidrs ? blocks : "any block"));
}

static void peer_miss(struct ward_explainer *explainer, const struct ward_view *view,
		      const struct ward_peer *peer, struct ward_miss *miss)
{
	if (peer->kind == WARD_PEER_BLOCKS) {
		blocks_miss(explainer, view, peer, miss);
		return;
	}
	if (peer->kind == WARD_PEER_NODES) {
		miss_add(explainer, miss, WEIGHT_NO_POD,
			 ward_explain_format(explainer, "%s is not an address of one of the nodes",
					     view->other_member->id));
		return;
	}
	if (view->other->kind != WARD_END_POD) {
		const char *what = view->other->endpoint == WARD_NONE
					   ? "is no pod"
					   : "uses the network of its node";

		miss_add(explainer, miss, WEIGHT_NO_POD,
			 ward_explain_format(explainer, "%s %s, and the rule is about pods",
					     view->other_member->id, what));
		return;
	}
	if (peer->same_environment)
		environment_miss(explainer, view, miss);
	scope_miss(explainer, &peer->scope, view->other_member, view->other->endpoint, miss);
}

/* The peer that is off least. */
static struct ward_miss peers_miss(struct ward_explainer *explainer, const struct ward_view *view,
				   const struct ward_rule *rule)
{
	struct ward_miss best = {.weight = WARD_MISS_FAR, .n = 1, .because = "it names no peer"};

	if (ward_rule_matches_peer(explainer->question->engine, rule, view->subject, view->other))
		return (struct ward_miss){};
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct ward_miss miss = {};

		peer_miss(explainer, view, &rule->peers[i], &miss);
		if (miss.weight < best.weight)
			best = miss;
	}
	return best;
}

/* " (8080 at shop/db)", " (which shop/db does not have)". */
static const char *named_text(struct ward_explainer *explainer, const struct ward_view *view,
			      const struct ward_port *port)
{
	const struct ward_endpoint *endpoints = explainer->tables->endpoints;
	const struct ward_object *object = NULL;
	const struct ward_pod *pod;

	if (view->destination->endpoint != WARD_NONE) {
		object = &endpoints[view->destination->endpoint].object;
		object = ward_snapshot_find(explainer->question->snapshot, object->kind, object->ns,
					    object->name);
	}
	pod = (const struct ward_pod *)object;
	for (uint32_t i = 0; pod && i < pod->n_ports; i++)
		if (pod->ports[i].name == port->name)
			return ward_explain_format(explainer, " (%u/%s at the destination)",
						   pod->ports[i].number,
						   ward_proto_str(pod->ports[i].proto));
	return " (which the destination does not have)";
}

static const char *port_text(struct ward_explainer *explainer, const struct ward_view *view,
			     const struct ward_port *port)
{
	const char *proto = port->proto == WARD_N_PROTO ? "any" : ward_proto_str(port->proto);

	if (port->name != WARD_NONE)
		return ward_explain_format(explainer, "%s/%s%s", str(explainer, port->name), proto,
					   named_text(explainer, view, port));
	if (port->low == port->high)
		return ward_explain_format(explainer, "%u/%s", port->low, proto);
	if (port->low <= 1 && port->high == UINT16_MAX)
		return ward_explain_format(explainer, "any %s port", proto);
	return ward_explain_format(explainer, "%u-%u/%s", port->low, port->high, proto);
}

static void ports_miss(struct ward_explainer *explainer, const struct ward_view *view,
		       const struct ward_rule *rule, struct ward_miss *miss)
{
	const struct ward_question *question = explainer->question;
	const char *list = "";

	if (question->any_port || ward_rule_matches_port(question->engine, rule, view->destination,
							 question->proto, question->port))
		return;
	for (uint32_t i = 0; i < rule->n_ports; i++)
		list = ward_explain_format(explainer, "%s%s%s", list, i ? ", " : "",
					   port_text(explainer, view, &rule->ports[i]));
	miss->wrong_port = true;
	miss_add(explainer, miss, WEIGHT_PORT,
		 question->proto == WARD_OTHER
			 ? ward_explain_format(explainer, "it opens %s only", list)
			 : ward_explain_format(explainer, "it opens %s, not %u/%s", list,
					       question->port, ward_proto_str(question->proto)));
}

bool ward_policy_selects(const struct ward_explainer *explainer, const struct ward_policy *policy,
			 const struct ward_endpoint *endpoint)
{
	const struct ward_engine *engine = explainer->question->engine;

	for (uint32_t i = 0; endpoint->managed && i < policy->n_subjects; i++)
		if (ward_selector_matches(&policy->subjects[i].namespaces,
					  ward_engine_namespace_labels(engine,
								       endpoint->object.ns)) &&
		    ward_selector_matches(&policy->subjects[i].pods,
					  ward_engine_labels(engine, endpoint->labels)))
			return true;
	return false;
}

static bool policy_selects_nobody(const struct ward_explainer *explainer,
				  const struct ward_policy *policy)
{
	for (uint32_t i = 0; i < explainer->tables->n_endpoints; i++)
		if (ward_policy_selects(explainer, policy, &explainer->tables->endpoints[i]))
			return false;
	return true;
}

/* A policy that is about other pods is no near miss, but one that is about nobody was perhaps
 * meant for this pod. */
static void subject_miss(struct ward_explainer *explainer, const struct ward_view *view,
			 const struct ward_policy *policy, struct ward_miss *miss)
{
	struct ward_miss best = {.weight = WARD_MISS_FAR};

	if (ward_policy_selects(explainer, policy,
				&explainer->tables->endpoints[view->subject->endpoint]))
		return;
	for (uint32_t i = 0; i < policy->n_subjects; i++) {
		struct ward_miss one = {};

		scope_miss(explainer, &policy->subjects[i], view->subject_member,
			   view->subject->endpoint, &one);
		if (one.weight < best.weight)
			best = one;
	}
	if (best.n != 1 || !best.label_of || !policy_selects_nobody(explainer, policy)) {
		miss->weight += WARD_MISS_FAR;
		return;
	}
	miss_add(explainer, miss, best.weight + WEIGHT_SUBJECT,
		 ward_explain_format(explainer, "the policy does not select %s: %s",
				     view->subject_member->id, best.because));
	miss->label_of = best.label_of;
	miss->label_endpoint = best.label_endpoint;
	miss->key = best.key;
	miss->value = best.value;
}

struct ward_miss ward_miss_of(struct ward_explainer *explainer, const struct ward_view *view,
			      const struct ward_rule_ref *at)
{
	struct ward_miss miss = peers_miss(explainer, view, at->rule);

	if (miss.weight >= WARD_MISS_FAR)
		return miss;
	ports_miss(explainer, view, at->rule, &miss);
	subject_miss(explainer, view, at->policy, &miss);
	return miss;
}
