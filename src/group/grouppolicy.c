/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding a GroupPolicy.
 *
 * Nothing is ignored: a field or word of the language that this version does not do yet is refused
 * just as a misspelled one, with another message, because leaving out a condition widens and
 * leaving out a deny opens. */
#include "group/grouppolicy.h"

#include <stdio.h>
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

/* The words that a field may hold; this version does the first @n_now of them. */
struct words {
	uint32_t n_now;
	const char *names[5]; /* ended by NULL */
};

static const struct words baseline_words = {3, {"DefaultDeny", "IngressOnly", "None"}};
static const struct words environment_words = {2, {"same", "any"}};
static const struct words mode_words = {2, {"Enforce", "Staged"}};
static const struct words tier_words = {1, {"Application", "Emergency", "Platform", "Baseline"}};
static const struct words exempt_words = {
	1, {"dns", "ingress-controllers", "monitoring", "apiserver-webhooks"}};

static void unsupported(const struct ward_field *field, const char *hint)
{
	ward_field_error(field, "unsupported", hint, "not supported by this version of Ward");
}

/* Fields that the language has and this version does not.  True if one was there. */
static bool fields_refuse(const struct ward_field *map, const char *const *names)
{
	bool found = false;

	for (; *names; names++) {
		struct ward_field field = ward_field_get(map, *names);

		if (!field.node)
			continue;
		unsupported(&field,
			    strcmp(*names, "deny") == 0
				    ? "there are no deny rules yet: what no line of allow "
				      "opens is closed"
				    : "leave it out, if the policy means the same without it");
		found = true;
	}
	return found;
}

static void words_list(const struct words *words, char *buf, size_t size)
{
	size_t used = 0;

	for (uint32_t i = 0; i < words->n_now && used < size; i++) {
		const char *before = !i ? "" : i + 1 < words->n_now ? ", " : " or ";

		used += (size_t)snprintf(buf + used, size - used, "%s%s", before, words->names[i]);
	}
}

/* The number of the word; the first one when absent or wrong. */
static uint32_t word_decode(const struct ward_field *field, const struct words *words)
{
	const char *text = ward_field_str(field);
	struct ward_nearest nearest = {.word = text};
	char expected[96], hint[96];

	for (uint32_t i = 0; text && words->names[i]; i++) {
		ward_nearest_offer(&nearest, words->names[i]);
		if (strcmp(text, words->names[i]) != 0)
			continue;
		if (i < words->n_now)
			return i;
		ward_field_error(field, "unsupported", NULL,
				 "%s is not supported by this version of Ward", text);
		return 0;
	}
	words_list(words, expected, sizeof(expected));
	snprintf(hint, sizeof(hint), "did you mean %s?", nearest.best ? nearest.best : "");
	if (text)
		ward_field_expected(field, "bad-value", nearest.best ? hint : NULL, expected);
	return 0;
}

static void namespace_push(struct ward_grouppolicy *policy, ward_sym *names,
			   const struct ward_field *item)
{
	const char *text = ward_node_is_null(item->node) ? "" : ward_field_str(item);
	ward_sym name;

	if (!text)
		return;
	if (!ward_is_dns_label(text)) {
		ward_field_expected(item, "bad-name", "a pattern is not possible; list them all",
				    "the name of a namespace");
		return;
	}
	name = ward_symbol(item->in->symbols, text);
	for (uint32_t i = 0; i < policy->n_namespaces; i++) {
		if (names[i] == name) {
			ward_field_warn(item, "duplicate-entry", "remove one of them",
					"%s is listed twice", text);
			return;
		}
	}
	names[policy->n_namespaces++] = name;
}

static void namespaces_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "namespaces");
	uint32_t n = ward_field_list(&list);
	ward_sym *names = ward_arena_new_n(spec->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		namespace_push(policy, names, &item);
	}
	policy->namespaces = names;
	if (!list.node || (list.node->type == WARD_NODE_LIST && !n))
		ward_field_error(&list, "no-namespaces", "write namespaces: [shop]",
				 "expected the namespaces that the policy governs, found none");
}

static void group_decode(struct ward_group *group, const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"labels", "the group would be larger"},
		{"expressions", "the group would be larger"},
		{"members", .later = true},
		{"exclude", .later = true},
		{"namespaces", .later = true},
		{"serviceAccounts", .later = true},
		{"groups", .later = true},
		{"cidrs", .later = true},
		{"allPods", .later = true},
		{"everything", .later = true},
		{"requiredLabels", .later = true},
		{"join", .later = true},
		{"expect", .later = true},
		{"description", .later = true},
		{"owners", .later = true},
		{},
	};
	static const char *const later[] = {"members", "exclude",    "namespaces",
					    "groups",  "cidrs",	     "serviceAccounts",
					    "allPods", "everything", "requiredLabels",
					    "join",    "expect",     "description",
					    "owners",  NULL};
	struct ward_field labels = ward_field_get(item, "labels");
	struct ward_field expressions = ward_field_get(item, "expressions");
	struct ward_requirements requirements = {};
	bool refused;

	if (!ward_node_is_null(item->node) && !ward_field_is_map(item))
		return;
	refused = fields_refuse(item, later);
	ward_field_only(item, known);
	ward_requirements_add_labels(&requirements, &labels);
	ward_requirements_add_expressions(&requirements, &expressions);
	if (!requirements.list.n && !refused)
		ward_field_error(item, "empty-group",
				 "write labels: {role: db}; for everyone, rules say any",
				 "a group without labels would be every pod of the namespaces");
	group->pods = ward_requirements_take(&requirements, item->in->arena);
}

static void groups_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field map = ward_field_get(spec, "groups");
	uint32_t n = ward_field_is_map(&map) ? map.node->len : 0;
	struct ward_group *groups = ward_arena_new_n(spec->in->arena, struct ward_group, n);

	for (uint32_t i = 0; i < n; i++) {
		const struct ward_node *key = &map.node->entries[i].key;
		struct ward_field item = ward_field_at(&map, i);

		groups[i].name = ward_symbol(spec->in->symbols, key->text);
		groups[i].mark = ward_node_mark(spec->in->decode->file, key);
		if (!ward_is_dns_subdomain(key->text))
			ward_field_error(&item, "bad-name",
					 "a group's name has at most 253 of a-z, 0-9, '-' and '.'",
					 "this is not a name for a group");
		if (strcmp(key->text, "any") == 0)
			ward_field_error(&item, "bad-name", "choose another name",
					 "any means everyone and cannot be the name of a group");
		group_decode(&groups[i], &item);
	}
	policy->n_groups = n;
	policy->groups = groups;
}

static void group_undeclared(const struct ward_grouppolicy *policy, const struct ward_field *field,
			     const char *text)
{
	struct ward_nearest nearest = {.word = text};
	char hint[320] = "declare it under spec.groups, or write any";

	for (uint32_t i = 0; i < policy->n_groups; i++)
		ward_nearest_offer(&nearest,
				   ward_symbol_str(field->in->symbols, policy->groups[i].name));
	ward_nearest_offer(&nearest, "any");
	if (nearest.best)
		snprintf(hint, sizeof(hint), "did you mean %s?", nearest.best);
	ward_field_expected(field, "undeclared-group", hint, "a group of spec.groups or any");
}

/* The number of the group that `from` or `to` names. */
static uint32_t end_decode(const struct ward_grouppolicy *policy, const struct ward_field *field)
{
	bool list = field->node && field->node->type == WARD_NODE_LIST;
	const char *text = list ? NULL : ward_field_str(field);

	if (list || !field->node)
		ward_field_expected(field, list ? "wrong-type" : "no-group",
				    list ? "write one rule for each group" : NULL,
				    "a group of spec.groups or any");
	if (!text || strcmp(text, "any") == 0)
		return WARD_GROUP_ANY;
	for (uint32_t i = 0; i < policy->n_groups; i++)
		if (strcmp(ward_symbol_str(field->in->symbols, policy->groups[i].name), text) == 0)
			return i;
	group_undeclared(policy, field, text);
	return WARD_GROUP_ANY;
}

/* True if one port stands where a list of them should. */
static bool ports_are_one(const struct ward_field *list)
{
	char hint[64];

	if (!list->node || ward_node_is_null(list->node) || list->node->type > WARD_NODE_STRING)
		return false;
	snprintf(hint, sizeof(hint),
		 list->node->type == WARD_NODE_STRING ? "write [\"%.40s\"]" : "write [%.40s]",
		 list->node->text);
	ward_field_expected(list, "wrong-type", hint, "a list");
	return true;
}

static void ports_decode(struct ward_group_rule *rule, const struct ward_field *list)
{
	uint32_t n = ports_are_one(list) ? 0 : ward_field_list(list);
	struct ward_np_port *ports = ward_arena_new_n(list->in->arena, struct ward_np_port, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		ports[i] = ward_group_port_decode(&item);
	}
	rule->n_ports = n;
	rule->ports = ports;
}

static void rule_decode(const struct ward_grouppolicy *policy, struct ward_group_rule *rule,
			const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"name"},
		{"from"},
		{"to"},
		{"ports", "the rule would allow every port"},
		{"reason"},
		{"owner"},
		{"expires", "the line would stay open"},
		{},
	};
	struct ward_field name = ward_field_get(item, "name");
	struct ward_field from = ward_field_get(item, "from");
	struct ward_field to = ward_field_get(item, "to");
	struct ward_field ports = ward_field_get(item, "ports");
	struct ward_field reason = ward_field_get(item, "reason");
	struct ward_field owner = ward_field_get(item, "owner");
	struct ward_field expires = ward_field_get(item, "expires");

	rule->mark = ward_field_mark(item);
	if (ward_node_is_null(item->node)) {
		ward_field_expected(item, "wrong-type", "remove the lone dash", "a rule");
		return;
	}
	if (!ward_field_is_map(item))
		return;
	ward_field_only(item, known);
	ward_field_str(&reason);
	ward_field_str(&owner);
	rule->name = ward_field_sym(&name);
	rule->from = end_decode(policy, &from);
	rule->to = end_decode(policy, &to);
	ports_decode(rule, &ports);
	rule->expires = ward_group_expires_decode(&expires);
}

static void rules_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "allow");
	uint32_t n = ward_field_list(&list);
	struct ward_group_rule *rules =
		ward_arena_new_n(spec->in->arena, struct ward_group_rule, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		rule_decode(policy, &rules[i], &item);
	}
	policy->n_rules = n;
	policy->rules = rules;
}

/* Absent means [dns]; an empty list means nothing. */
static void exempt_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "exempt");
	uint32_t n = ward_field_list(&list);

	policy->exempt_mark = ward_field_mark(&list);
	policy->exempt_dns = !list.node || n;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		if (ward_node_is_null(item.node))
			ward_field_expected(&item, "bad-value", "remove the lone dash", "dns");
		else
			word_decode(&item, &exempt_words);
	}
}

static void environment_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field field = ward_field_get(spec, "environment");

	if (field.node && field.node->type == WARD_NODE_LIST)
		unsupported(&field, "write same or any");
	else
		policy->same_environment = word_decode(&field, &environment_words) == 0;
}

static void spec_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	static const struct ward_known known[] = {
		{"namespaces"},
		{"groups"},
		{"allow"},
		{"baseline"},
		{"exempt"},
		{"environment", "the peers' environment would have to be the same"},
		{"mode"},
		{"tier"},
		{"order", .later = true},
		{"environments", .later = true},
		{"deny", .later = true},
		{"description", .later = true},
		{"owners", .later = true},
		{},
	};
	static const char *const later[] = {"order",	   "environments", "deny",
					    "description", "owners",	   NULL};
	struct ward_field baseline = ward_field_get(spec, "baseline");
	struct ward_field mode = ward_field_get(spec, "mode");
	struct ward_field tier = ward_field_get(spec, "tier");

	fields_refuse(spec, later);
	ward_field_only(spec, known);
	namespaces_decode(policy, spec);
	groups_decode(policy, spec);
	rules_decode(policy, spec);
	exempt_decode(policy, spec);
	environment_decode(policy, spec);
	policy->baseline = word_decode(&baseline, &baseline_words);
	policy->baseline_mark = ward_field_mark(&baseline);
	policy->staged = word_decode(&mode, &mode_words) == 1;
	policy->mode_mark = ward_field_mark(&mode);
	word_decode(&tier, &tier_words);
}

struct ward_object *ward_grouppolicy_decode(struct ward_decode *decode,
					    const struct ward_node *root)
{
	static const struct ward_known known[] = {
		{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}, {},
	};
	struct ward_grouppolicy *policy =
		ward_arena_new(&decode->snapshot->arena, struct ward_grouppolicy);
	struct ward_decoding in;
	struct ward_field spec, ns;

	ward_decoding_begin(&in, decode, root, WARD_KIND_GROUPPOLICY, &policy->object);
	ward_decoding_only(&in, known);
	ns = ward_field_get(&in.metadata, "namespace");
	if (ns.node)
		ward_field_warn(&ns, "cluster-scoped", "remove it and list spec.namespaces",
				"a GroupPolicy belongs to no namespace; this has no effect");
	spec = ward_field_get(&in.root, "spec");
	if (!spec.node)
		ward_field_expected(&spec, "no-spec", NULL, "a map");
	else if (ward_field_is_map(&spec))
		spec_decode(policy, &spec);
	return in.failed ? NULL : &policy->object;
}
