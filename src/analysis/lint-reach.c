/* SPDX-License-Identifier: Apache-2.0 */
#include "analysis/lint-reach.h"

void ward_reaches_init(struct ward_reaches *reaches, struct ward_lint *lint)
{
	*reaches = (struct ward_reaches){.lint = lint};
}

void ward_reaches_done(struct ward_reaches *reaches)
{
	for (uint32_t i = 0; i < reaches->list.n; i++)
		ward_vec_done(&reaches->list.items[i].pods.list);
	ward_vec_done(&reaches->list);
	ward_vec_done(&reaches->first_pod);
	ward_vec_done(&reaches->labels.list);
	scopes_done(&reaches->namespaces);
	scopes_done(&reaches->pods);
}

static void reach_add(struct ward_reach *reach, const struct ward_lint *lint,
		      const struct ward_selector *namespaces, const struct ward_namespace *ns)
{
	if (!ns || !ward_selector_matches(namespaces, ns->labels))
		return;
	reach->n_namespaces++;
	reach->n_pods += ward_lint_namespace_of(lint, ns->object.name).n_pods;
	ward_label_sets_add_pods(&reach->pods, lint, ns->object.name);
}

/* The one namespace that a selector names, or WARD_NONE (A4.7). */
static ward_sym named(const struct ward_selector *namespaces)
{
	for (uint32_t i = 0; i < namespaces->n; i++) {
		const struct ward_requirement *requirement = &namespaces->items[i];

		if (requirement->key == WARD_SYM_METADATA_NAME && requirement->op == WARD_OP_IN &&
		    requirement->n_values == 1)
			return requirement->values[0];
	}
	return WARD_NONE;
}

static struct ward_reach reach_of(const struct ward_lint *lint,
				  const struct ward_selector *namespaces)
{
	ward_sym name = named(namespaces);
	struct ward_reach reach = {};

	if (name != WARD_NONE)
		reach_add(&reach, lint, namespaces,
			  (const void *)ward_snapshot_find(lint->snapshot, WARD_KIND_NAMESPACE,
							   WARD_NONE, name));
	for (uint32_t i = 0; name == WARD_NONE && i < lint->namespace_objects.n; i++)
		reach_add(&reach, lint, namespaces, lint->namespace_objects.items[i]);
	return reach;
}

const struct ward_reach *ward_reaches_find(struct ward_reaches *reaches,
					   const struct ward_selector *namespaces)
{
	static const struct ward_reach nowhere;
	struct ward_scope scope = {.namespaces = *namespaces};
	uint32_t number = scopes_intern(&reaches->namespaces, &scope);

	if (number == WARD_NONE)
		return &nowhere;
	if (number == reaches->list.n)
		ward_vec_push(&reaches->list, reach_of(reaches->lint, namespaces));
	return &reaches->list.items[number];
}

static void pods_add(struct ward_reaches *reaches, const struct ward_selector *pods)
{
	struct ward_scope scope = {.pods = *pods};

	scopes_intern(&reaches->pods, &scope);
}

static void policy_add(struct ward_reaches *reaches, const struct ward_policy *policy)
{
	for (uint32_t i = 0; i < policy->n_subjects; i++)
		pods_add(reaches, &policy->subjects[i].pods);
	for (uint32_t r = 0; r < policy->n_rules; r++)
		for (uint32_t p = 0; p < policy->rules[r].n_peers; p++)
			if (policy->rules[r].peers[p].kind == WARD_PEER_SCOPE)
				pods_add(reaches, &policy->rules[r].peers[p].scope.pods);
}

/* One walk through the pods answers for all selectors. */
static void pods_match(struct ward_reaches *reaches)
{
	const struct ward_lint *lint = reaches->lint;
	number_list matches = {};

	for (uint32_t i = 0; i < lint->tables->n_policies; i++)
		policy_add(reaches, lint->tables->policies[i]);
	while (reaches->first_pod.n < reaches->pods.list.n)
		ward_vec_push(&reaches->first_pod, WARD_NONE);
	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++) {
		const struct ward_endpoint *endpoint = &lint->tables->endpoints[i];

		ward_vec_clear(&matches);
		if (endpoint->managed)
			scopes_match(&reaches->pods, (struct ward_labels){},
				     ward_engine_labels(lint->engine, endpoint->labels), &matches);
		for (uint32_t k = 0; k < matches.n; k++)
			if (reaches->first_pod.items[matches.items[k]] == WARD_NONE)
				reaches->first_pod.items[matches.items[k]] = i;
	}
	ward_vec_done(&matches);
}

uint32_t ward_reaches_first_pod(struct ward_reaches *reaches, const struct ward_selector *pods)
{
	struct ward_scope scope = {.pods = *pods};
	uint32_t number;

	if (!reaches->first_pod.n)
		pods_match(reaches);
	number = scopes_intern(&reaches->pods, &scope);
	return number == WARD_NONE ? WARD_NONE : reaches->first_pod.items[number];
}

const struct ward_label_sets *ward_reaches_labels(struct ward_reaches *reaches)
{
	const struct ward_lint *lint = reaches->lint;

	for (uint32_t i = reaches->labels.list.n; i < lint->namespace_objects.n; i++)
		ward_vec_push(&reaches->labels.list, lint->namespace_objects.items[i]->labels);
	return &reaches->labels;
}
