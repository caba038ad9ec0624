/* SPDX-License-Identifier: Apache-2.0 */
/* What the tiers say to a connection, one after the other (B9, F7): rule by rule, where the tables
 * only hold what came of it.  So that "and what then?" can be answered: what would the next tier
 * say if this one passed it on, the next rule if this one went, and all of them if a pod had
 * another label. */
#include <string.h>

#include "analysis/explain-parts.h"

/* Has a Service led the pod back to itself?  Two pods of one workload are two. */
static bool is_self(const struct ward_explainer *explainer, const struct ward_pair *pair)
{
	const struct ward_service *service = explainer->question->to->service;
	uint32_t endpoint = pair->from_end.endpoint;

	return service && !service->headless && endpoint != WARD_NONE &&
	       endpoint == pair->to_end.endpoint &&
	       explainer->tables->endpoints[endpoint].object.kind == WARD_KIND_POD;
}

struct ward_stack ward_stack_of(struct ward_explainer *explainer, const struct ward_pair *pair,
				const struct ward_view *view)
{
	const struct ward_tables *tables = explainer->tables;
	uint32_t index = tables->endpoints[view->subject->endpoint].row[view->direction];
	const struct ward_row *row = &tables->rows[index];
	const struct ward_policy **policies =
		ward_arena_new_n(&explainer->answer->arena, const struct ward_policy *,
				 row->n_policies);

	for (uint32_t i = 0; i < row->n_policies; i++)
		policies[i] = tables->policies[row->policies[i]];
	return (struct ward_stack){
		.view = view,
		.spares_self = is_self(explainer, pair),
		.n = row->n_policies,
		.policies = policies,
	};
}

/* The labels of a pod, with the new one. */
static struct ward_labels labels_of(struct ward_explainer *explainer,
				    const struct ward_relabel *relabel, uint32_t endpoint)
{
	struct ward_labels labels =
		ward_engine_labels(explainer->question->engine,
				   explainer->tables->endpoints[endpoint].labels);
	struct ward_label *items, new;
	uint32_t n = 0;

	if (!relabel || relabel->endpoint != endpoint)
		return labels;
	new = (struct ward_label){.key = relabel->key, .value = relabel->value};
	items = ward_arena_new_n(&explainer->answer->arena, struct ward_label, labels.n + 1);
	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key < new.key)
			items[n++] = labels.items[i];
	items[n++] = new;
	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key > new.key)
			items[n++] = labels.items[i];
	return (struct ward_labels){n, items};
}

static bool scope_has(const struct ward_explainer *explainer, const struct ward_scope *scope,
		      uint32_t endpoint, struct ward_labels labels)
{
	const struct ward_endpoint *pod = &explainer->tables->endpoints[endpoint];

	return ward_selector_matches(&scope->namespaces,
				     ward_engine_namespace_labels(explainer->question->engine,
								  pod->object.ns)) &&
	       ward_selector_matches(&scope->pods, labels);
}

struct ward_stack ward_stack_relabelled(struct ward_explainer *explainer,
					const struct ward_pair *pair, const struct ward_view *view,
					const struct ward_relabel *relabel)
{
	const struct ward_tables *tables = explainer->tables;
	uint32_t endpoint = view->subject->endpoint;
	struct ward_labels labels = labels_of(explainer, relabel, endpoint);
	const struct ward_policy **policies =
		ward_arena_new_n(&explainer->answer->arena, const struct ward_policy *,
				 tables->n_policies);
	uint32_t n = 0;

	for (uint32_t i = 0; i < tables->n_policies; i++) {
		const struct ward_policy *policy = tables->policies[i];
		bool applies = false;

		for (uint32_t s = 0; s < policy->n_subjects && !applies; s++)
			applies = scope_has(explainer, &policy->subjects[s], endpoint, labels);
		if (applies)
			policies[n++] = policy;
	}
	return (struct ward_stack){
		.view = view,
		.spares_self = is_self(explainer, pair),
		.n = n,
		.policies = policies,
		.relabel = relabel,
	};
}

/* One peer of the rule, by the labels that the other end would have. */
static bool peer_matches(struct ward_explainer *explainer, const struct ward_stack *stack,
			 const struct ward_rule *rule, const struct ward_peer *peer)
{
	const struct ward_view *view = stack->view;
	struct ward_rule alone = *rule;
	struct ward_peer anyone = *peer;

	alone.n_peers = 1;
	alone.peers = &anyone;
	if (peer->kind == WARD_PEER_SCOPE && view->other->kind == WARD_END_POD) {
		uint32_t endpoint = view->other->endpoint;

		if (!scope_has(explainer, &peer->scope, endpoint,
			       labels_of(explainer, stack->relabel, endpoint)))
			return false;
		anyone.scope.pods = (struct ward_selector){};
	}
	return ward_rule_matches_peer(explainer->question->engine, &alone, view->subject,
				      view->other);
}

static bool rule_matches(struct ward_explainer *explainer, const struct ward_stack *stack,
			 const struct ward_rule *rule)
{
	const struct ward_question *question = explainer->question;
	const struct ward_view *view = stack->view;
	enum ward_proto proto = question->any_port ? WARD_OTHER : question->proto;
	bool matches = rule->any_peer;

	if (rule->direction != view->direction ||
	    !ward_rule_matches_port(question->engine, rule, view->destination, proto,
				    question->port))
		return false;
	if (!stack->relabel)
		return ward_rule_matches_peer(question->engine, rule, view->subject, view->other);
	for (uint32_t i = 0; i < rule->n_peers && !matches; i++)
		matches = peer_matches(explainer, stack, rule, &rule->peers[i]);
	return matches;
}

bool ward_stack_next(struct ward_explainer *explainer, const struct ward_stack *stack,
		     enum ward_tier tier, struct ward_cursor *cursor, struct ward_rule_ref *ret_at)
{
	for (; cursor->policy < stack->n; cursor->policy++, cursor->rule = 0) {
		const struct ward_policy *policy = stack->policies[cursor->policy];

		while (policy->tier == tier && cursor->rule < policy->n_rules) {
			uint32_t rule = cursor->rule++;

			if (!rule_matches(explainer, stack, &policy->rules[rule]))
				continue;
			*ret_at = ward_rule_ref_of(explainer, policy, rule);
			return true;
		}
	}
	return false;
}

static bool policy_has(const struct ward_policy *policy, enum ward_direction direction)
{
	bool has = policy->isolates[direction];

	for (uint32_t i = 0; i < policy->n_rules && !has; i++)
		has = policy->rules[i].direction == direction;
	return has;
}

bool ward_stack_has(const struct ward_stack *stack, enum ward_tier tier)
{
	for (uint32_t i = 0; i < stack->n; i++)
		if (stack->policies[i]->tier == tier &&
		    (tier == WARD_TIER_NETWORKPOLICY ||
		     policy_has(stack->policies[i], stack->view->direction)))
			return true;
	return false;
}

static bool stack_isolates(const struct ward_stack *stack)
{
	for (uint32_t i = 0; i < stack->n; i++)
		if (stack->policies[i]->isolates[stack->view->direction])
			return true;
	return false;
}

struct ward_step ward_stack_step(struct ward_explainer *explainer, const struct ward_stack *stack,
				 enum ward_tier tier)
{
	static const enum ward_saying sayings[WARD_N_ACTION] = {
		[WARD_ACCEPT] = WARD_SAYS_ACCEPT,
		[WARD_DENY] = WARD_SAYS_DENY,
		[WARD_PASS] = WARD_SAYS_PASS,
	};
	struct ward_step step = {.tier = tier};
	struct ward_cursor cursor = {};

	if (ward_stack_next(explainer, stack, tier, &cursor, &step.at))
		step.says = sayings[step.at.rule->action];
	else if (tier == WARD_TIER_NETWORKPOLICY && stack_isolates(stack))
		step.says = stack->spares_self ? WARD_SAYS_SELF : WARD_SAYS_ISOLATED;
	return step;
}

struct ward_step ward_stack_decision(struct ward_explainer *explainer,
				     const struct ward_stack *stack)
{
	struct ward_step step = {};

	for (enum ward_tier tier = 0; tier < WARD_N_TIER; tier++) {
		step = ward_stack_step(explainer, stack, tier);
		if (step.says != WARD_SAYS_NOTHING && step.says != WARD_SAYS_PASS)
			break;
	}
	return step;
}

bool ward_step_allows(const struct ward_step *step)
{
	return step->says != WARD_SAYS_DENY && step->says != WARD_SAYS_ISOLATED;
}
