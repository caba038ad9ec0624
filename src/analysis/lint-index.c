/* SPDX-License-Identifier: Apache-2.0 */
/* What the checks look things up in, built once. */
#include <string.h>

#include "analysis/lint-parts.h"

static uint32_t *scopes_of(struct ward_lint *lint, uint32_t n)
{
	return ward_arena_new_n(&lint->arena, uint32_t, n);
}

static const uint32_t *rule_scopes(struct ward_lint *lint, const struct ward_rule *rule)
{
	uint32_t *numbers = scopes_of(lint, rule->n_peers);

	for (uint32_t i = 0; i < rule->n_peers; i++)
		numbers[i] = rule->peers[i].kind == WARD_PEER_SCOPE
				     ? scopes_intern(&lint->scopes, &rule->peers[i].scope)
				     : WARD_NONE;
	return numbers;
}

static void policy_intern(struct ward_lint *lint, const struct ward_policy *policy,
			  struct ward_lint_policy *out)
{
	const struct ward_object *origin = &policy->origin;
	struct ward_lint_rule *rules =
		ward_arena_new_n(&lint->arena, struct ward_lint_rule, policy->n_rules);
	uint32_t *subjects = scopes_of(lint, policy->n_subjects);

	out->policy = policy;
	out->object = ward_snapshot_find(lint->snapshot, origin->kind, origin->ns, origin->name);
	if (origin->kind == WARD_KIND_NETWORKPOLICY)
		out->np = (const struct ward_networkpolicy *)out->object;
	if (origin->kind == WARD_KIND_GROUPPOLICY)
		out->gp = (const struct ward_grouppolicy *)out->object;
	for (uint32_t i = 0; i < policy->n_subjects; i++)
		subjects[i] = scopes_intern(&lint->scopes, &policy->subjects[i]);
	for (uint32_t i = 0; i < policy->n_rules; i++)
		rules[i] = (struct ward_lint_rule){
			.rule = &policy->rules[i],
			.scopes = rule_scopes(lint, &policy->rules[i]),
		};
	out->n_subjects = policy->n_subjects;
	out->subject_scopes = subjects;
	out->rules = rules;
}

static void endpoint_match(struct ward_lint *lint, uint32_t endpoint, number_list *matches)
{
	const struct ward_endpoint *at = &lint->tables->endpoints[endpoint];

	if (!at->managed && !at->host_network)
		return;
	ward_vec_clear(matches);
	scopes_match(&lint->scopes, ward_engine_namespace_labels(lint->engine, at->object.ns),
		     ward_engine_labels(lint->engine, at->labels), matches);
	for (uint32_t i = 0; i < matches->n; i++) {
		struct ward_lint_scope *scope = &lint->of_scope[matches->items[i]];

		if (at->managed)
			ward_vec_push(&scope->pods, endpoint);
		else
			ward_vec_push(&scope->hosts, endpoint);
	}
}

/* The endpoints are sorted by namespace. */
static void endpoint_count(struct ward_lint *lint, uint32_t endpoint)
{
	const struct ward_endpoint *at = &lint->tables->endpoints[endpoint];
	uint32_t id = ward_intern(&lint->namespace_names, &at->object.ns, sizeof(at->object.ns));

	if (id == lint->namespaces.n)
		ward_vec_push(&lint->namespaces, ((struct ward_lint_namespace){
							 .name = at->object.ns,
							 .first = endpoint,
						 }));
	lint->namespaces.items[id].n++;
	lint->namespaces.items[id].n_pods += at->managed;
	lint->n_pods += at->managed;
	lint->pods[endpoint] =
		(const struct ward_pod *)ward_snapshot_find(lint->snapshot, at->object.kind,
							    at->object.ns, at->object.name);
}

/* The union of several scopes' pods, ascending. */
static struct ward_pod_set scopes_union(struct ward_lint *lint, const uint32_t *scopes, uint32_t n)
{
	_cleanup_(ward_bits_done) struct ward_bits seen = {};
	uint32_t *items, n_items = 0;

	if (n == 1)
		return ward_lint_scope_pods(lint, scopes[0]);
	for (uint32_t i = 0; i < n; i++) {
		struct ward_pod_set pods = ward_lint_scope_pods(lint, scopes[i]);

		for (uint32_t p = 0; p < pods.n; p++) {
			n_items += !ward_bits_has(&seen, pods.items[p]);
			ward_bits_add(&seen, pods.items[p]);
		}
	}
	items = ward_arena_new_n(&lint->arena, uint32_t, n_items);
	n_items = 0;
	for (uint32_t w = 0; w < seen.n_words; w++)
		for (uint64_t word = seen.words[w]; word; word &= word - 1)
			items[n_items++] = w * 64 + (uint32_t)__builtin_ctzll(word);
	return (struct ward_pod_set){.n = n_items, .items = items};
}

/* Rows say how an endpoint is judged, identities how it is seen. */
static void classes_build(struct ward_lint *lint)
{
	const struct ward_tables *tables = lint->tables;
	_cleanup_(ward_intern_done) struct ward_intern classes = {};
	number_list key = {};

	lint->classes = ward_arena_new_n(&lint->arena, uint32_t, tables->n_endpoints);
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		const struct ward_endpoint *at = &tables->endpoints[i];

		ward_vec_clear(&key);
		ward_vec_push(&key, at->row[WARD_INGRESS]);
		ward_vec_push(&key, at->row[WARD_EGRESS]);
		if (!at->n_addresses)
			ward_vec_push(&key, tables->shape_identity[at->shape]);
		for (uint32_t a = 0; a < at->n_addresses; a++)
			ward_vec_push(
				&key,
				tables->shape_identity[tables->own[at->first_address + a].shape]);
		lint->classes[i] = ward_intern(&classes, key.items, key.n * sizeof(*key.items));
	}
	lint->n_classes = classes.n;
	ward_vec_done(&key);
}

static void namespaces_collect(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->snapshot->objects.n; i++) {
		const struct ward_object *object = lint->snapshot->objects.items[i];

		if (object && object->kind == WARD_KIND_NAMESPACE)
			ward_vec_push(&lint->namespace_objects,
				      (const struct ward_namespace *)object);
	}
}

void ward_lint_init(struct ward_lint *lint)
{
	const struct ward_tables *tables = ward_engine_tables(lint->engine);
	number_list matches = {};

	lint->tables = tables;
	lint->policies =
		ward_arena_new_n(&lint->arena, struct ward_lint_policy, tables->n_policies);
	lint->pods = ward_arena_new_n(&lint->arena, const struct ward_pod *, tables->n_endpoints);
	for (uint32_t i = 0; i < tables->n_policies; i++)
		policy_intern(lint, tables->policies[i], &lint->policies[i]);
	lint->of_scope =
		ward_arena_new_n(&lint->arena, struct ward_lint_scope, lint->scopes.list.n);
	for (uint32_t i = 0; i < tables->n_endpoints; i++) {
		endpoint_count(lint, i);
		endpoint_match(lint, i, &matches);
	}
	ward_vec_done(&matches);
	classes_build(lint);
	namespaces_collect(lint);
	for (uint32_t i = 0; i < tables->n_policies; i++)
		lint->policies[i].subjects = scopes_union(lint, lint->policies[i].subject_scopes,
							  lint->policies[i].n_subjects);
}

void ward_lint_done(struct ward_lint *lint)
{
	for (uint32_t i = 0; i < lint->scopes.list.n; i++) {
		ward_vec_done(&lint->of_scope[i].pods);
		ward_vec_done(&lint->of_scope[i].hosts);
	}
	scopes_done(&lint->scopes);
	ward_intern_done(&lint->namespace_names);
	ward_vec_done(&lint->namespaces);
	ward_vec_done(&lint->namespace_objects);
	ward_arena_done(&lint->arena);
}

struct ward_pod_set ward_lint_scope_pods(const struct ward_lint *lint, uint32_t scope)
{
	if (scope == WARD_NONE)
		return (struct ward_pod_set){};
	return (struct ward_pod_set){
		.n = lint->of_scope[scope].pods.n,
		.items = lint->of_scope[scope].pods.items,
	};
}

struct ward_lint_namespace ward_lint_namespace_of(const struct ward_lint *lint, ward_sym ns)
{
	uint32_t id = ward_intern_find(&lint->namespace_names, &ns, sizeof(ns));

	if (id == WARD_NONE)
		return (struct ward_lint_namespace){.name = ns};
	return lint->namespaces.items[id];
}

static struct ward_pod_set all_pods(struct ward_lint *lint)
{
	uint32_t *items = ward_arena_new_n(&lint->arena, uint32_t, lint->n_pods), n = 0;

	for (uint32_t i = 0; i < lint->tables->n_endpoints; i++)
		if (lint->tables->endpoints[i].managed)
			items[n++] = i;
	return (struct ward_pod_set){.n = n, .items = items};
}

struct ward_pod_set ward_lint_rule_pods(struct ward_lint *lint, const struct ward_lint_rule *rule)
{
	if (!rule->rule->any_peer)
		return scopes_union(lint, rule->scopes, rule->rule->n_peers);
	if (!lint->everyone.items)
		lint->everyone = all_pods(lint);
	return lint->everyone;
}

const struct ward_row *ward_lint_row(const struct ward_lint *lint, uint32_t endpoint,
				     enum ward_direction direction)
{
	return &lint->tables->rows[lint->tables->endpoints[endpoint].row[direction]];
}

bool ward_lint_map_accepts(const struct ward_lint *lint, const struct ward_port_map *map,
			   enum ward_proto proto, uint32_t low, uint32_t high)
{
	const struct ward_decision *decisions = lint->tables->decisions;
	uint32_t next = low;

	for (uint32_t i = 0; i < map->n && next <= high; i++) {
		const struct ward_port_span *span = &map->spans[i];

		if (span->proto != proto || span->high < next)
			continue;
		if (span->low > high)
			break;
		if (decisions[span->decision].accept ||
		    (span->low > next && decisions[map->rest].accept))
			return true;
		next = span->high + 1u;
	}
	return next <= high && decisions[map->rest].accept;
}

/* Does it accept anything at all? */
static bool map_accepts_any(const struct ward_lint *lint, const struct ward_port_map *map)
{
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++)
		if (ward_lint_map_accepts(lint, map, proto, 1, UINT16_MAX))
			return true;
	return lint->tables->decisions[map->other].accept;
}

static bool map_accepts_named(const struct ward_lint *lint, const struct ward_port_map *map,
			      const struct ward_port *port, const struct ward_pod *destination)
{
	for (uint32_t i = 0; destination && i < destination->n_ports; i++) {
		const struct ward_container_port *declared = &destination->ports[i];

		if (declared->name == port->name &&
		    (port->proto == WARD_N_PROTO || port->proto == declared->proto) &&
		    ward_lint_map_accepts(lint, map, declared->proto, declared->number,
					  declared->number))
			return true;
	}
	return false;
}

static bool map_accepts_rule(const struct ward_lint *lint, const struct ward_port_map *map,
			     const struct ward_rule *rule, uint32_t destination)
{
	if (rule->any_port)
		return map_accepts_any(lint, map);
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->name != WARD_NONE
			    ? map_accepts_named(lint, map, port, lint->pods[destination])
			    : ward_lint_map_accepts(lint, map, port->proto, port->low, port->high))
			return true;
	}
	return false;
}

bool ward_lint_row_accepts(const struct ward_lint *lint, const struct ward_row *row, uint32_t other,
			   const struct ward_rule *rule, uint32_t destination)
{
	const struct ward_tables *tables = lint->tables;
	const struct ward_endpoint *end = &tables->endpoints[other];
	uint32_t n = end->n_addresses ? end->n_addresses : 1;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t shape =
			end->n_addresses ? tables->own[end->first_address + i].shape : end->shape;
		uint32_t cell = ward_row_cell(row, tables->shape_identity[shape]);

		if (map_accepts_rule(lint, &tables->port_maps[cell], rule, destination))
			return true;
	}
	return false;
}
