/* SPDX-License-Identifier: Apache-2.0 */
/* Subjects and rules of the cluster-wide policies.
 *
 * Two things are kept apart.  What the API server refuses is an error, and the object is not taken.
 * What it takes although nobody can use it, such as a selector with an operator that there is not
 * (B2.26), is a warning, and the part is marked unusable. */
#include "kube/cluster-rules.h"

#include <stdio.h>
#include <string.h>

#include "kube/names.h"

enum {
	NAME_MAX_LEN = 100 /* B2.6 */
};

bool ward_field_needed(const struct ward_field *field, const char *expected)
{
	if (field->node)
		return true;
	ward_field_expected(field, "missing-field", NULL, expected);
	return false;
}

static bool is_known(const struct ward_known *known, const char *name)
{
	for (; known->name; known++)
		if (strcmp(known->name, name) == 0)
			return true;
	return false;
}

/* The members of @map that are not in @known. */
static bool has_unknown(const struct ward_field *map, const struct ward_known *known)
{
	for (uint32_t i = 0; i < map->node->len; i++)
		if (!is_known(known, map->node->entries[i].key.text))
			return true;
	return false;
}

/* "namespaces, pods". */
static void names_print(const struct ward_field *map, const struct ward_known *known, bool present,
			char *buf, size_t size)
{
	size_t used = 0;

	buf[0] = '\0';
	for (; known->name && used < size; known++)
		if (!present || ward_field_get(map, known->name).node)
			used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "",
						 known->name);
}

static void one_report(const struct ward_field *map, const struct ward_known *known, uint32_t n)
{
	const char *hint = map->name ? "keep one of them" : "put a dash before each";
	const char *which = known[1].name ? "exactly one of " : "";
	char may[160], has[160];

	names_print(map, known, false, may, sizeof(may));
	names_print(map, known, true, has, sizeof(has));
	ward_field_error(map, "not-one-of", n ? hint : NULL, "expected %s%s, found %s", which, may,
			 n ? has : "nothing");
}

struct ward_field ward_field_only_one(const struct ward_field *map, const struct ward_known *known,
				      bool *ret_unusable)
{
	struct ward_field found = {.in = map->in, .parent = map, .name = known->name};
	bool unknown;
	uint32_t n = 0;

	if (!ward_field_is_map(map))
		return found;
	unknown = has_unknown(map, known);
	if (unknown && map->in->decode->like_server) {
		*ret_unusable = true;
		ward_field_warn(map, "unusable", WARD_FAILS_CLOSED,
				"has a field that is not known here, so that it cannot be used");
	} else if (unknown) {
		ward_field_only(map, known);
		*ret_unusable = true;
	}
	for (const struct ward_known *one = known; one->name; one++) {
		struct ward_field member = ward_field_get(map, one->name);

		if (member.node && n++ == 0)
			found = member;
	}
	if (n == 1 || (unknown && n == 0))
		return found;
	one_report(map, known, n);
	return (struct ward_field){.in = map->in, .parent = map, .name = known->name};
}

/* "Accept, Deny or Pass". */
static void choices_print(const char *const *names, uint32_t n, char *buf, size_t size)
{
	size_t used = 0;

	while (n && !names[n - 1])
		n--;
	for (uint32_t i = 0; i < n && used < size; i++)
		used += (size_t)snprintf(buf + used, size - used, "%s%s",
					 !i	      ? ""
					 : i + 1 == n ? " or "
						      : ", ",
					 names[i]);
}

uint32_t ward_field_choice(const struct ward_field *field, const char *code,
			   const char *const *names, uint32_t n, bool may_be_newer)
{
	const char *text = ward_field_str(field);
	char expected[64] = "";

	for (uint32_t i = 0; i < n; i++)
		if (names[i] && text && strcmp(names[i], text) == 0)
			return i;
	choices_print(names, n, expected, sizeof(expected));
	if (!field->node)
		ward_field_needed(field, expected);
	else if (text && may_be_newer && field->in->decode->like_server)
		ward_field_warn(field, "unusable", "a rule of an action that is not known denies",
				"expected %s, found %.60s", expected, text);
	else if (text)
		ward_field_expected(field, code, NULL, expected);
	return n;
}

void ward_field_ports(const struct ward_field *start, const struct ward_field *end,
		      struct ward_cnp_protocol *protocol)
{
	int64_t low = 0, high = 0;

	if (ward_field_needed(start, "the first port"))
		ward_field_int(start, 1, 65535, &low);
	if (ward_field_needed(end, "the last port"))
		ward_field_int(end, 1, 65535, &high);
	protocol->low = (uint16_t)low;
	protocol->high = (uint16_t)high;
}

/* The number of elements, which must be 1 to @max when @at_least_one, or absent; 0 when wrong. */
static uint32_t list_limited(const struct ward_field *list, uint32_t min, uint32_t max)
{
	uint32_t n = ward_field_list(list);
	bool is_list = list->node && list->node->type == WARD_NODE_LIST;

	if (!is_list || (n >= min && n <= max))
		return n;
	ward_field_error(list, "wrong-length",
			 n > max ? "split them over several rules or policies" : NULL,
			 "expected %u to %u elements, found %u", min, max, n);
	return 0;
}

/* How many characters; bytes that go on with one are not counted. */
static uint32_t text_length(const char *text)
{
	uint32_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static ward_sym rule_name_decode(const struct ward_field *item)
{
	struct ward_field field = ward_field_get(item, "name");
	const char *name = ward_field_str(&field);

	if (!name)
		return WARD_NONE;
	if (text_length(name) > NAME_MAX_LEN)
		ward_field_error(&field, "too-long", NULL,
				 "expected at most %u characters, found %u", NAME_MAX_LEN,
				 text_length(name));
	return ward_symbol(item->in->symbols, name);
}

static bool has_name(const struct ward_cnp_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		if (rule->protocols[i].name != WARD_NONE)
			return true;
	return false;
}

/* B2.23, B8.12: addresses that are nobody's have no names for their ports. */
static void named_check(const struct ward_dialect *dialect, const struct ward_cnp_rule *rule,
			const struct ward_field *item)
{
	bool networks = false, others = false;

	for (uint32_t i = 0; i < rule->n_peers; i++) {
		networks |= rule->peers[i].kind == WARD_CNP_NETWORKS;
		others |= rule->peers[i].kind == WARD_CNP_NODES ||
			  rule->peers[i].kind == WARD_CNP_DOMAINS;
	}
	if (!has_name(rule) || (!networks && !others))
		return;
	if (others || dialect->refuses_named_with_nets)
		ward_field_error(item, "named-port-outside", "give the number, or make two rules",
				 "a named port cannot go with networks, nodes or domainNames");
	else
		ward_field_warn(item, "named-port-outside", "give the number, or make two rules",
				"a named port matches nothing in networks, and API servers with "
				"the experimental channel refuse the rule");
}

static void rule_lists_decode(const struct ward_dialect *dialect, enum ward_direction direction,
			      struct ward_cnp_rule *rule, const struct ward_field *item)
{
	const char *name = direction == WARD_INGRESS ? "from" : "to";
	struct ward_field peers = ward_field_get(item, name);
	struct ward_field protocols = ward_field_get(item, dialect->protocols);
	struct ward_cnp_peer *peer;
	struct ward_cnp_protocol *protocol;

	ward_field_needed(&peers, "a list of peers");
	rule->n_peers = list_limited(&peers, 1, dialect->max);
	rule->n_protocols = list_limited(&protocols, 1, dialect->max);
	rule->peers = peer = ward_arena_new_n(item->in->arena, struct ward_cnp_peer, rule->n_peers);
	rule->protocols = protocol =
		ward_arena_new_n(item->in->arena, struct ward_cnp_protocol, rule->n_protocols);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		struct ward_field field = ward_field_at(&peers, i);

		ward_cnp_peer_decode(dialect, direction, &peer[i], &field);
	}
	for (uint32_t i = 0; i < rule->n_protocols; i++) {
		struct ward_field field = ward_field_at(&protocols, i);

		protocol[i] = (struct ward_cnp_protocol){
			.mark = ward_field_mark(&field),
			.name = WARD_NONE,
		};
		dialect->protocol_decode(&protocol[i], &field);
	}
}

/* B6.3: only an Accept rule can name domains. */
static void domains_check(const struct ward_cnp_rule *rule, const struct ward_field *item)
{
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		if (rule->peers[i].kind != WARD_CNP_DOMAINS)
			continue;
		if (rule->action == WARD_CNP_ACCEPT)
			ward_field_warn(item, "domain-names", "judge it by networks instead",
					"which addresses a name has is not known here, so this "
					"rule is taken to match nothing");
		else
			ward_field_warn(item, "domain-names", "only Accept rules can name domains",
					"domainNames outside an Accept rule: it denies everything");
		return;
	}
}

static void rule_decode(const struct ward_dialect *dialect, enum ward_direction direction,
			struct ward_cnp_rule *rule, const struct ward_field *item)
{
	struct ward_field action = ward_field_get(item, "action");

	*rule = (struct ward_cnp_rule){.mark = ward_field_mark(item), .name = WARD_NONE};
	if (!ward_field_is_map(item))
		return;
	ward_field_only(item, dialect->rule[direction]);
	rule->name = rule_name_decode(item);
	rule->action = ward_field_choice(&action, "bad-action", dialect->actions,
					 WARD_ARRAY_SIZE(dialect->actions), true);
	rule_lists_decode(dialect, direction, rule, item);
	named_check(dialect, rule, item);
	domains_check(rule, item);
}

static void rules_decode(const struct ward_dialect *dialect, enum ward_direction direction,
			 struct ward_clusternetworkpolicy *policy, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, ward_direction_str(direction));
	uint32_t n = list_limited(&list, 0, dialect->max);
	struct ward_cnp_rule *rules = ward_arena_new_n(spec->in->arena, struct ward_cnp_rule, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		rule_decode(dialect, direction, &rules[i], &item);
	}
	policy->n_rules[direction] = n;
	policy->rules[direction] = rules;
}

/* An unusable subject cannot be placed (B7.6): every mistake in it is an error. */
static void subject_decode(const struct ward_dialect *dialect,
			   struct ward_clusternetworkpolicy *policy,
			   const struct ward_field *subject)
{
	static const struct ward_known known[] = {{"namespaces"}, {"pods"}, {}};
	static const struct ward_known pods_known[] = {
		{"namespaceSelector", "pods of all namespaces would be subjects"},
		{"podSelector"},
		{},
	};
	struct ward_field one, namespaces, pods;
	bool unusable = false;

	if (!ward_field_needed(subject, "namespaces or pods"))
		return;
	one = ward_field_only_one(subject, known, &unusable);
	if (unusable && subject->in->decode->like_server)
		ward_field_error(subject, "unknown-field", NULL,
				 "whom it is about cannot be told, so the policy has no place");
	if (!one.node || !ward_field_is_map(&one))
		return;
	if (strcmp(one.name, "namespaces") == 0) {
		policy->namespaces = ward_selector_decode(&one);
		return;
	}
	namespaces = ward_field_get(&one, "namespaceSelector");
	pods = ward_field_get(&one, "podSelector");
	ward_field_only(&one, pods_known);
	ward_field_needed(&pods, "a selector, perhaps {}");
	if (dialect->needs_namespaces)
		ward_field_needed(&namespaces, "a selector, perhaps {}");
	policy->namespaces = ward_selector_decode(&namespaces);
	policy->pods = ward_selector_decode(&pods);
}

void ward_dialect_decode(const struct ward_dialect *dialect,
			 struct ward_clusternetworkpolicy *policy, const struct ward_field *spec)
{
	struct ward_field subject = ward_field_get(spec, "subject");
	struct ward_field ns = ward_field_get(&spec->in->metadata, "namespace");

	if (ns.node)
		ward_field_warn(&ns, "cluster-scoped", "remove it",
				"a %s belongs to no namespace; this has no effect",
				ward_kind_str(policy->object.kind));
	subject_decode(dialect, policy, &subject);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		rules_decode(dialect, direction, policy, spec);
}
