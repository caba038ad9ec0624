/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding a GroupPolicy.
 *
 * Nothing is ignored: leaving out a condition widens, and leaving out a deny opens. */
#include "group/grouppolicy.h"

#include <stdio.h>
#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

/* The words that a field may hold. */
struct words {
	const char *names[5]; /* ended by NULL */
};

static const struct words baseline_words = {{"DefaultDeny", "IngressOnly", "None"}};
static const struct words environment_words = {{"same", "any"}};
static const struct words mode_words = {{"Enforce", "Staged"}};
static const struct words tier_words = {{"Emergency", "Platform", "Application", "Baseline"}};

enum {
	ORDER_MAX = 799, /* Platform has the most room: see policy/grouppolicy.c */
	EMERGENCY_ORDER_MAX = 199,
	DEFAULT_ORDER = 100,
};

static void words_list(const struct words *words, char *buf, size_t size)
{
	size_t used = 0;

	for (uint32_t i = 0; words->names[i] && used < size; i++) {
		const char *before = !i ? "" : words->names[i + 1] ? ", " : " or ";

		used += (size_t)snprintf(buf + used, size - used, "%s%s", before, words->names[i]);
	}
}

/* The number of the word; @absent when there is none, or it is wrong. */
static uint32_t word_decode(const struct ward_field *field, const struct words *words,
			    uint32_t absent)
{
	const char *text = ward_field_str(field);
	struct ward_nearest nearest = {.word = text};
	char expected[96], hint[96];

	for (uint32_t i = 0; text && words->names[i]; i++) {
		ward_nearest_offer(&nearest, words->names[i]);
		if (strcmp(text, words->names[i]) == 0)
			return i;
	}
	words_list(words, expected, sizeof(expected));
	snprintf(hint, sizeof(hint), "did you mean %s?", nearest.best ? nearest.best : "");
	if (text)
		ward_field_expected(field, "bad-value", nearest.best ? hint : NULL, expected);
	return absent;
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
	for (uint32_t i = 0; i < policy->n_names; i++) {
		if (names[i] == name) {
			ward_field_warn(item, "duplicate-entry", "remove one of them",
					"%s is listed twice", text);
			return;
		}
	}
	names[policy->n_names++] = name;
}

static void names_decode(struct ward_grouppolicy *policy, const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);
	ward_sym *names = ward_arena_new_n(list->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		namespace_push(policy, names, &item);
	}
	policy->names = names;
}

/* A list of names, or labels. */
static void namespaces_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field field = ward_field_get(spec, "namespaces"), names = field;
	uint32_t before = spec->in->failed;

	policy->namespaces_mark = ward_field_mark(&field);
	if (field.node && field.node->type == WARD_NODE_MAP)
		names = ward_field_get(&field, "names");
	names_decode(policy, &names);
	if (spec->in->failed == before)
		policy->namespaces = ward_group_namespaces_decode(&field);
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
		if (ward_field_is_map(&item)) {
			ward_field_only(&item, ward_inline_group_known);
			ward_owners_decode(&item);
			ward_inline_group_decode(&groups[i].membership, &item);
		}
	}
	policy->n_groups = n;
	policy->groups = groups;
}

/* The number of a group among those that lines speak of, which grows. */
struct naming {
	struct ward_grouppolicy *policy;
	WARD_VEC(struct ward_group) groups;
};

static uint32_t group_number(struct naming *naming, const struct ward_field *field,
			     const char *text)
{
	struct ward_group group = {
		.name = ward_symbol(field->in->symbols, text),
		.mark = ward_field_mark(field),
		.is_named = true,
	};

	for (uint32_t i = 0; i < naming->groups.n; i++)
		if (naming->groups.items[i].name == group.name)
			return i;
	if (!ward_is_dns_subdomain(text))
		ward_field_expected(field, "bad-name", "declare it under spec.groups, or write any",
				    "the name of a group, or any");
	ward_vec_push(&naming->groups, group);
	return naming->groups.n - 1;
}

/* What `from` or `to` names. */
static uint32_t end_decode(struct naming *naming, const struct ward_field *field)
{
	bool list = field->node && field->node->type == WARD_NODE_LIST;
	const char *text = list ? NULL : ward_field_str(field);

	if (list || !field->node)
		ward_field_expected(field, list ? "wrong-type" : "no-group",
				    list ? "write one rule for each group" : NULL,
				    "the name of a group, or any");
	if (!text || strcmp(text, "any") == 0)
		return WARD_GROUP_ANY;
	return group_number(naming, field, text);
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

static void rule_decode(struct naming *naming, struct ward_group_rule *rule,
			const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"name"},
		{"from"},
		{"to"},
		{"ports", "the rule would be about every port"},
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
	rule->name = WARD_NONE;
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
	rule->from = end_decode(naming, &from);
	rule->to = end_decode(naming, &to);
	if (rule->denies && rule->from == WARD_GROUP_ANY && rule->to == WARD_GROUP_ANY &&
	    !item->in->failed)
		ward_field_error(item, "no-group", "name a group at one end at least",
				 "from any to any denies nothing: a line is about the pods of the "
				 "groups that it names");
	ports_decode(rule, &ports);
	rule->expires = ward_group_expires_decode(&expires, rule->denies);
}

static void list_decode(struct naming *naming, const struct ward_field *list, bool denies,
			struct ward_group_rule *rules)
{
	uint32_t n = ward_field_list(list);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		rules[i].denies = denies;
		rules[i].index = i;
		rule_decode(naming, &rules[i], &item);
	}
}

static bool is_above(const struct ward_grouppolicy *policy)
{
	return policy->tier == WARD_GROUP_EMERGENCY || policy->tier == WARD_GROUP_PLATFORM;
}

static void rules_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field allow = ward_field_get(spec, "allow");
	struct ward_field deny = ward_field_get(spec, "deny");
	uint32_t n_deny = ward_field_list(&deny), n = n_deny + ward_field_list(&allow);
	struct ward_group_rule *rules =
		ward_arena_new_n(spec->in->arena, struct ward_group_rule, n);
	struct naming naming = {.policy = policy};

	for (uint32_t i = 0; i < policy->n_groups; i++)
		ward_vec_push(&naming.groups, policy->groups[i]);
	list_decode(&naming, &deny, true, rules);
	list_decode(&naming, &allow, false, rules + n_deny);
	policy->n_rules = n;
	policy->rules = rules;
	policy->n_groups = naming.groups.n;
	policy->groups = ward_arena_copy(spec->in->arena, naming.groups.items,
					 naming.groups.n * sizeof(*naming.groups.items));
	ward_vec_done(&naming.groups);
	if (n_deny && !is_above(policy))
		ward_field_error(&deny, "deny-below",
				 "write tier: Platform; in tier Application what no line of allow "
				 "opens is closed anyway",
				 "deny rules are for the tiers Emergency and Platform");
}

static void exemption_decode(struct ward_grouppolicy *policy, const struct ward_field *item)
{
	const char *text = ward_node_is_null(item->node) ? "" : ward_field_str(item);
	struct ward_nearest nearest = {.word = text};
	char hint[96] = "`ward help exemptions` lists them";

	for (uint32_t i = 0; text && i < WARD_N_EXEMPTION; i++) {
		ward_nearest_offer(&nearest, ward_exemptions[i].name);
		if (strcmp(text, ward_exemptions[i].name) == 0) {
			policy->exempts |= UINT32_C(1) << i;
			return;
		}
	}
	if (nearest.best)
		snprintf(hint, sizeof(hint), "did you mean %s?", nearest.best);
	if (text)
		ward_field_expected(item, "bad-value", hint, "the name of an exemption");
}

/* Absent means [dns] where something is closed; an empty list means nothing. */
static void exempt_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "exempt");
	uint32_t n = ward_field_list(&list);

	policy->exempt_mark = ward_field_mark(&list);
	if (!list.node && !is_above(policy))
		policy->exempts = UINT32_C(1) << WARD_EXEMPT_DNS;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		exemption_decode(policy, &item);
	}
	if (n && is_above(policy))
		ward_field_error(&list, "closes-above", "leave it out",
				 "in this tier nothing is closed, so there is nothing to exempt");
}

/* `environment`: where a peer may be. */
static void environment_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field field = ward_field_get(spec, "environment");
	uint32_t n;
	ward_sym *names;

	if (!field.node || field.node->type != WARD_NODE_LIST) {
		policy->peer_environment =
			word_decode(&field, &environment_words, WARD_PEER_ENVIRONMENT_SAME);
		return;
	}
	n = ward_field_list(&field);
	names = ward_arena_new_n(spec->in->arena, ward_sym, n);
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&field, i);
		const char *text = ward_node_is_null(item.node) ? "" : ward_field_str(&item);

		if (text && (!*text || !ward_is_label_value(text)))
			ward_field_expected(&item, "bad-label", NULL, "a value of the label env");
		names[i] = text ? ward_symbol(spec->in->symbols, text) : WARD_SYM_EMPTY;
	}
	if (!n)
		ward_field_error(&field, "bad-values", "list one, or write same or any",
				 "expected environments, found none");
	policy->peer_environment = WARD_PEER_ENVIRONMENT_LISTED;
	policy->n_peer_environments = ward_symbols_sort(names, n);
	policy->peer_environments = names;
}

/* One of `environments`: {name, mode}. */
static void own_environment_decode(struct ward_grouppolicy *policy,
				   struct ward_group_environment *environment,
				   const struct ward_field *item)
{
	static const struct ward_known known[] = {{"name"}, {"mode", "it would be enforced"}, {}};
	struct ward_field name = ward_field_get(item, "name");
	struct ward_field mode = ward_field_get(item, "mode");
	const char *text;

	environment->mark = ward_field_mark(item);
	if (!ward_field_is_map(item))
		return;
	ward_field_only(item, known);
	text = ward_field_str(&name);
	if (!name.node || (text && (!*text || !ward_is_label_value(text))))
		ward_field_expected(&name, "bad-label", NULL, "a value of the label env");
	environment->name = text ? ward_symbol(item->in->symbols, text) : WARD_SYM_EMPTY;
	environment->staged = word_decode(&mode, &mode_words, policy->staged) == 1;
}

/* Does one of those before it have its name? */
static bool is_listed(const struct ward_group_environment *environments, uint32_t i)
{
	for (uint32_t k = 0; k < i; k++)
		if (environments[i].name != WARD_SYM_EMPTY &&
		    environments[k].name == environments[i].name)
			return true;
	return false;
}

static void environments_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "environments");
	uint32_t n = ward_field_list(&list);
	struct ward_group_environment *environments =
		ward_arena_new_n(spec->in->arena, struct ward_group_environment, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		own_environment_decode(policy, &environments[i], &item);
		if (is_listed(environments, i))
			ward_field_error(&item, "duplicate-entry", "remove one of them",
					 "the environment is listed twice");
	}
	policy->n_environments = n;
	policy->environments = environments;
	if (list.node && list.node->type == WARD_NODE_LIST && !n)
		ward_field_error(&list, "bad-values", "list one, or leave it out",
				 "expected environments, found none");
}

static void baseline_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field baseline = ward_field_get(spec, "baseline");

	policy->baseline =
		word_decode(&baseline, &baseline_words,
			    is_above(policy) ? WARD_BASELINE_NONE : WARD_BASELINE_DEFAULT_DENY);
	policy->baseline_mark = ward_field_mark(&baseline);
	if (is_above(policy) && policy->baseline != WARD_BASELINE_NONE)
		ward_field_error(&baseline, "closes-above",
				 "leave it out, and close by deny rules or in tier Application",
				 "in this tier it would close what every NetworkPolicy opens");
}

static void order_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field order = ward_field_get(spec, "order");
	int64_t max = policy->tier == WARD_GROUP_EMERGENCY ? EMERGENCY_ORDER_MAX : ORDER_MAX, value;

	policy->order = DEFAULT_ORDER;
	if (ward_field_int(&order, 0, max, &value))
		policy->order = (int32_t)value;
}

/* Do all members of the group say where they are? */
static bool group_is_scoped(const struct ward_group *group)
{
	for (uint32_t i = 0; i < group->membership.n_entries; i++)
		if (!group->membership.entries[i].scoped)
			return false;
	return true;
}

/* Whom does it govern?  Without namespaces and environments only those that its groups say. */
static void scope_judge(const struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "namespaces");
	bool is_known = policy->n_groups || ward_field_get(spec, "allow").node ||
			ward_field_get(spec, "deny").node;

	if (list.node || policy->n_environments)
		return;
	for (uint32_t i = 0; i < policy->n_groups; i++)
		is_known &= group_is_scoped(&policy->groups[i]);
	if (!is_known)
		ward_field_error(&list, "no-namespaces", "write namespaces: [shop]",
				 "expected the namespaces that the policy governs, found none");
}

static void spec_decode(struct ward_grouppolicy *policy, const struct ward_field *spec)
{
	static const struct ward_known known[] = {
		{"namespaces", "it would govern more namespaces"},
		{"environments", "it would govern more namespaces"},
		{"groups"},
		{"allow"},
		{"deny", "what it denies would be open"},
		{"baseline"},
		{"exempt"},
		{"environment", "the peers' environment would have to be the same"},
		{"mode", "it would be enforced"},
		{"tier"},
		{"order"},
		{"description"},
		{"owners"},
		{},
	};
	struct ward_field mode = ward_field_get(spec, "mode");
	struct ward_field tier = ward_field_get(spec, "tier");

	ward_field_only(spec, known);
	ward_owners_decode(spec);
	policy->staged = word_decode(&mode, &mode_words, 0) == 1;
	policy->mode_mark = ward_field_mark(&mode);
	policy->tier = word_decode(&tier, &tier_words, WARD_GROUP_APPLICATION);
	order_decode(policy, spec);
	namespaces_decode(policy, spec);
	environments_decode(policy, spec);
	environment_decode(policy, spec);
	baseline_decode(policy, spec);
	exempt_decode(policy, spec);
	groups_decode(policy, spec);
	rules_decode(policy, spec);
	scope_judge(policy, spec);
}

struct ward_object *ward_grouppolicy_decode(struct ward_decode *decode,
					    const struct ward_node *root)
{
	struct ward_grouppolicy *policy =
		ward_arena_new(&decode->snapshot->arena, struct ward_grouppolicy);
	struct ward_decoding in;
	struct ward_field spec;

	if (!ward_group_begin(&in, decode, root, WARD_KIND_GROUPPOLICY, &policy->object, &spec))
		return NULL;
	spec_decode(policy, &spec);
	return in.failed ? NULL : &policy->object;
}
