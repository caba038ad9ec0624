/* SPDX-License-Identifier: Apache-2.0 */
/* Decoding a PolicyTest.  Nothing is ignored: a test that is not run as it was meant passes when it
 * should not. */
#include "group/policytest.h"

#include <string.h>

#include "group/decode.h"
#include "kube/names.h"

#define END_RULE "write a group, any, world, NS/POD, an address, or {env: prod, group: db}"

static ward_sym environment_decode(const struct ward_field *field)
{
	const char *text = ward_node_is_null(field->node) ? "" : ward_field_str(field);

	if (text && *text && ward_is_label_value(text))
		return ward_symbol(field->in->symbols, text);
	if (text)
		ward_field_expected(field, "bad-label", NULL, "a value of the label env");
	return WARD_SYM_EMPTY;
}

static void group_decode(struct ward_test_end *end, const struct ward_field *field,
			 const char *text)
{
	end->kind = WARD_TEST_GROUP;
	if (!ward_is_dns_subdomain(text))
		ward_field_expected(field, "bad-name", END_RULE, "whom it is about");
	else
		end->name = ward_symbol(field->in->symbols, text);
}

static void text_decode(struct ward_test_end *end, const struct ward_field *field, const char *text)
{
	unsigned lenient;

	if (strcmp(text, "any") == 0) {
		end->kind = WARD_TEST_ANY;
	} else if (strcmp(text, "world") == 0) {
		end->kind = WARD_TEST_WORLD;
	} else if (ward_ip_parse(text, &end->cidr.ip) == 0) {
		end->kind = WARD_TEST_BLOCK;
		end->cidr.bits = end->cidr.ip.family == WARD_FAMILY_4 ? 32 : 128;
	} else if (ward_cidr_parse(text, &end->cidr, &lenient) == 0 && !lenient) {
		end->kind = WARD_TEST_BLOCK;
	} else if (strchr(text, '/')) {
		end->kind = WARD_TEST_POD;
		end->name = ward_symbol(field->in->symbols, text);
	} else {
		group_decode(end, field, text);
	}
}

/* {env: prod, group: db}; without a group everybody there. */
static void map_decode(struct ward_test_end *end, const struct ward_field *field)
{
	static const struct ward_known known[] = {
		{"env", "it would be about every environment"},
		{"group", "it would be about everybody"},
		{},
	};
	struct ward_field env = ward_field_get(field, "env"),
			  group = ward_field_get(field, "group");
	const char *text;

	if (!ward_field_is_map(field))
		return;
	ward_field_only(field, known);
	end->kind = WARD_TEST_GROUP;
	if (env.node)
		end->env = environment_decode(&env);
	else
		ward_field_expected(&env, "missing-field", "write {env: prod, group: db}",
				    "an environment");
	text = ward_field_str(&group);
	if (text && strcmp(text, "any") != 0)
		group_decode(end, &group, text);
}

static void end_decode(struct ward_test_end *end, const struct ward_field *field)
{
	const char *text;

	*end = (struct ward_test_end){
		.kind = WARD_TEST_ANY,
		.mark = ward_field_mark(field),
		.name = WARD_NONE,
		.env = WARD_NONE,
	};
	if (!field->node || ward_node_is_null(field->node)) {
		ward_field_expected(field, "no-group", END_RULE, "whom it is about");
	} else if (field->node->type == WARD_NODE_MAP) {
		map_decode(end, field);
	} else {
		text = ward_field_str(field);
		if (text)
			text_decode(end, field, text);
	}
}

static void port_decode(struct ward_expectation *expectation, const struct ward_field *field)
{
	bool is_any = !field->node || (field->node->type == WARD_NODE_STRING &&
				       strcmp(field->node->text, "any") == 0);

	expectation->port_text = "any";
	if (is_any)
		return;
	expectation->port = ward_group_port_decode(field);
	expectation->n_ports = 1;
	if (field->node->type <= WARD_NODE_STRING && field->node->text)
		expectation->port_text = ward_arena_strndup(field->in->arena, field->node->text,
							    strlen(field->node->text));
}

static void verdict_decode(struct ward_expectation *expectation, const struct ward_field *field)
{
	const char *text = field->node ? ward_field_str(field) : "";

	expectation->allow = text && strcmp(text, "Allow") == 0;
	if (text && !expectation->allow && strcmp(text, "Deny") != 0)
		ward_field_expected(field, "bad-value", NULL, "Allow or Deny");
}

static bool is_outside(const struct ward_test_end *end)
{
	return end->kind == WARD_TEST_BLOCK || end->kind == WARD_TEST_WORLD;
}

static void flow_decode(struct ward_expectation *expectation, const struct ward_field *item)
{
	struct ward_field from = ward_field_get(item, "from"), to = ward_field_get(item, "to");
	struct ward_field verdict = ward_field_get(item, "verdict");

	end_decode(&expectation->from, &from);
	end_decode(&expectation->to, &to);
	verdict_decode(expectation, &verdict);
	if (is_outside(&expectation->from) && is_outside(&expectation->to))
		ward_field_error(item, "bad-expectation", "name pods at one end",
				 "policies judge pods, and both ends are addresses");
}

/* {to: db, onlyFrom: [backend]}, {from: db, onlyTo: [backend]}. */
static void closure_decode(struct ward_expectation *expectation, const struct ward_field *item)
{
	bool is_from = expectation->kind == WARD_EXPECT_ONLY_FROM;
	struct ward_field list = ward_field_get(item, is_from ? "onlyFrom" : "onlyTo");
	struct ward_field own = ward_field_get(item, is_from ? "to" : "from");
	struct ward_field other = ward_field_get(item, is_from ? "from" : "to");
	struct ward_field verdict = ward_field_get(item, "verdict");
	struct ward_test_end *end = is_from ? &expectation->to : &expectation->from;
	uint32_t n = ward_field_list(&list);
	struct ward_test_end *others = ward_arena_new_n(item->in->arena, struct ward_test_end, n);

	end_decode(end, &own);
	if (is_outside(end))
		ward_field_error(&own, "bad-expectation", "name a group or pods",
				 "policies judge pods, and this is an address");
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field one = ward_field_at(&list, i);

		end_decode(&others[i], &one);
	}
	expectation->n_others = n;
	expectation->others = others;
	if (other.node || verdict.node)
		ward_field_error(other.node ? &other : &verdict, "bad-expectation",
				 "make it an expectation of its own",
				 "%s says it all: nobody else may",
				 is_from ? "onlyFrom" : "onlyTo");
}

static void expectation_decode(struct ward_expectation *expectation, const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"name"},    {"from"},	   {"to"},     {"port", "it would be about every port"},
		{"verdict"}, {"onlyFrom"}, {"onlyTo"}, {},
	};
	struct ward_field only_from = ward_field_get(item, "onlyFrom");
	struct ward_field only_to = ward_field_get(item, "onlyTo");
	struct ward_field port = ward_field_get(item, "port");
	struct ward_field name = ward_field_get(item, "name");

	expectation->mark = ward_field_mark(item);
	expectation->port_text = "any";
	if (ward_node_is_null(item->node)) {
		ward_field_expected(item, "wrong-type", "remove the lone dash", "a map");
		return;
	}
	if (!ward_field_is_map(item))
		return;
	ward_field_only(item, known);
	expectation->name = ward_field_sym(&name);
	port_decode(expectation, &port);
	expectation->kind = only_from.node ? WARD_EXPECT_ONLY_FROM
			    : only_to.node ? WARD_EXPECT_ONLY_TO
					   : WARD_EXPECT_FLOW;
	if (only_from.node && only_to.node)
		ward_field_error(item, "bad-expectation", "make it two",
				 "onlyFrom and onlyTo are two expectations");
	else if (expectation->kind == WARD_EXPECT_FLOW)
		flow_decode(expectation, item);
	else
		closure_decode(expectation, item);
}

static void expectations_decode(struct ward_policytest *test, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "expect");
	uint32_t n = ward_field_list(&list);
	struct ward_expectation *expectations =
		ward_arena_new_n(spec->in->arena, struct ward_expectation, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		expectations[i].name = WARD_NONE;
		expectation_decode(&expectations[i], &item);
	}
	test->n_expectations = n;
	test->expectations = expectations;
	if (!n)
		ward_field_expected(
			&list, "missing-field",
			"write expect: [{from: web, to: db, port: 5432, verdict: Allow}]",
			"what is expected");
}

static void environments_decode(struct ward_policytest *test, const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);
	ward_sym *names = ward_arena_new_n(list->in->arena, ward_sym, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);

		names[i] = environment_decode(&item);
	}
	if (list->node && !n)
		ward_field_expected(list, "missing-field", "list one, or leave it out",
				    "environments");
	test->n_environments = ward_symbols_sort(names, n);
	test->environments = names;
}

/* How it is to be run: by the engine, which every run does. */
static void run_decode(const struct ward_field *list)
{
	uint32_t n = ward_field_list(list);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(list, i);
		const char *text = ward_node_is_null(item.node) ? "" : ward_field_str(&item);

		if (text && strcmp(text, "Probe") == 0)
			ward_field_error(&item, "unsupported",
					 "leave it out; `ward lab probe` sends packets between all",
					 "tests by packets are not in this version of Ward");
		else if (text && strcmp(text, "Static") != 0)
			ward_field_expected(&item, "bad-value", NULL, "Static");
	}
}

static void spec_decode(struct ward_policytest *test, const struct ward_field *spec)
{
	static const struct ward_known known[] = {
		{"policy", "groups would mean others"},
		{"environments", "it would be about every environment"},
		{"expect"},
		{"run"},
		{"description"},
		{"owners"},
		{},
	};
	struct ward_field policy = ward_field_get(spec, "policy");
	struct ward_field environments = ward_field_get(spec, "environments");
	struct ward_field run = ward_field_get(spec, "run");

	ward_field_only(spec, known);
	ward_owners_decode(spec);
	test->policy = ward_field_sym(&policy);
	test->policy_mark = ward_field_mark(&policy);
	environments_decode(test, &environments);
	run_decode(&run);
	expectations_decode(test, spec);
}

struct ward_object *ward_policytest_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_policytest *test =
		ward_arena_new(&decode->snapshot->arena, struct ward_policytest);
	struct ward_decoding in;
	struct ward_field spec;

	if (!ward_group_begin(&in, decode, root, WARD_KIND_POLICYTEST, &test->object, &spec))
		return NULL;
	spec_decode(test, &spec);
	return in.failed ? NULL : &test->object;
}
