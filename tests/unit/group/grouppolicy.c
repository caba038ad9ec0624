/* SPDX-License-Identifier: Apache-2.0 */
/* GroupPolicy: what is understood, and that everything else is refused rather than ignored. */
#include "fixture.h"

#include "group/grouppolicy.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders, NULL};

static const char *group_name(const struct fixture *fixture, const struct ward_grouppolicy *policy,
			      uint32_t group)
{
	return group == WARD_GROUP_ANY ? "any" : fixture_str(fixture, policy->groups[group].name);
}

static void rule_dump(FILE *out, const struct fixture *fixture,
		      const struct ward_grouppolicy *policy, const struct ward_group_rule *rule)
{
	fprintf(out, "; %s%s%s -> %s",
		rule->name == WARD_NONE ? "" : fixture_str(fixture, rule->name),
		rule->name == WARD_NONE ? "" : ": ", group_name(fixture, policy, rule->from),
		group_name(fixture, policy, rule->to));
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_np_port *port = &rule->ports[i];

		fprintf(out, " %s:", ward_proto_str(port->proto));
		if (port->name != WARD_NONE)
			fprintf(out, "%s", fixture_str(fixture, port->name));
		else
			fprintf(out, "%u-%u", port->low, port->high);
	}
}

/* "DefaultDeny same dns [shop]; db(role=db); web -> db TCP:5432-5432" */
static char *policy_dump(const struct fixture *fixture, const struct ward_grouppolicy *policy)
{
	static const char *const baselines[] = {"DefaultDeny", "IngressOnly", "None"};
	char *text = NULL, pods[128];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "%s %s%s [", baselines[policy->baseline],
		policy->same_environment ? "same" : "any", policy->exempt_dns ? " dns" : "");
	for (uint32_t i = 0; i < policy->n_namespaces; i++)
		fprintf(out, "%s%s", i ? " " : "", fixture_str(fixture, policy->namespaces[i]));
	fprintf(out, "]");
	for (uint32_t i = 0; i < policy->n_groups; i++) {
		ward_selector_print(&policy->groups[i].pods, &fixture->symbols, pods, sizeof(pods));
		fprintf(out, "; %s(%s)", fixture_str(fixture, policy->groups[i].name), pods);
	}
	for (uint32_t i = 0; i < policy->n_rules; i++)
		rule_dump(out, fixture, policy, &policy->rules[i]);
	fclose(out);
	return text;
}

static const struct ward_grouppolicy *spec_read(struct fixture *fixture, const char *spec)
{
	_cleanup_free_ char *text = ward_format("apiVersion: ward.dev/v1alpha1\n"
						"kind: GroupPolicy\n"
						"metadata: {name: shop}\n"
						"spec: %s\n",
						spec);

	fixture_init(fixture, tables);
	fixture_read(fixture, "in.yaml", text);
	return fixture_find(fixture, WARD_KIND_GROUPPOLICY, NULL, "shop");
}

#define GROUPS "groups: {web: {labels: {role: web}}, db: {labels: {role: db}}}"
#define HEAD "{namespaces: [shop], " GROUPS ", "
#define DUMP "DefaultDeny same dns [shop]; web(role=web); db(role=db)"

static void meaning(void **state)
{
	static const struct {
		const char *spec, *dump, *diags;
	} cases[] = {
		{"{namespaces: [shop]}", "DefaultDeny same dns [shop]", ""},
		{"{namespaces: [a, b, @a]}", "DefaultDeny same dns [a b]",
		 "@1 warning duplicate-entry [GroupPolicy shop] spec.namespaces[2]: a is listed "
		 "twice (remove one of them)"},
		{HEAD "allow: [{from: web, to: db, ports: [5432]}]}",
		 DUMP "; web -> db TCP:5432-5432", ""},
		{HEAD "allow: [{name: out, from: web, to: any}, {from: any, to: web, ports: []}]}",
		 DUMP "; out: web -> any; any -> web", ""},
		{HEAD "allow: [{from: web, to: db, ports: [8080, 9000-9010, metrics, 53/UDP, "
		      "'9000-9010/UDP', '80', dns/SCTP, 1-65535, '65535', 7-7, 7-8a]}]}",
		 DUMP "; web -> db TCP:8080-8080 TCP:9000-9010 TCP:metrics UDP:53-53 UDP:9000-9010 "
		      "TCP:80-80 SCTP:dns TCP:1-65535 TCP:65535-65535 TCP:7-7 TCP:7-8a",
		 ""},
		{"{namespaces: [shop], groups: {db: {labels: {a: b}, expressions: [{key: c, "
		 "operator: NotIn, values: [d]}]}}}",
		 "DefaultDeny same dns [shop]; db(a=b, c!=d)", ""},
		{"{namespaces: [shop], groups: {db: {expressions: [{key: c, operator: Exists}]}}}",
		 "DefaultDeny same dns [shop]; db(c)", ""},
		{"{namespaces: [shop], baseline: IngressOnly, environment: any, exempt: [], mode: "
		 "Enforce, tier: Application}",
		 "IngressOnly any [shop]", ""},
		{"{namespaces: [shop], baseline: None, environment: same, exempt: [dns]}",
		 "None same dns [shop]", ""},
		{"{namespaces: [shop], baseline: null, environment: null, exempt: null, allow: "
		 "null, groups: null, deny: null}",
		 "DefaultDeny same dns [shop]", ""},
		{HEAD "allow: [{from: web, to: db, ports: [@0x50]}]}", DUMP "; web -> db TCP:80-80",
		 "@1 warning number-spelling [GroupPolicy shop] spec.allow[0].ports[0]: 0x50 is "
		 "read as 80 (write 80)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		const struct ward_grouppolicy *policy;
		struct fixture fixture;

		policy = spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, cases[i].diags);
		assert_non_null(policy);
		_cleanup_free_ char *dump = policy_dump(&fixture, policy);
		assert_string_equal(dump, cases[i].dump);
		fixture_done(&fixture);
	}
}

#define GP " [GroupPolicy shop] "
#define LATER ": not supported by this version of Ward"
#define LEAVE " (leave it out, if the policy means the same without it)"
#define PORT_RULE                                                                                  \
	" (write 8080, \"9000-9010\" or the name of a port, and after it /UDP or /SCTP if it is "  \
	"not TCP)"
#define NO_LABELS                                                                                  \
	": a group without labels would be every pod of the namespaces (write labels: {role: "     \
	"db}; for everyone, rules say any)"

static void refusals(void **state)
{
	static const struct {
		const char *spec, *diags;
	} cases[] = {
		/* Namespaces */
		{"@{}", "@1 error no-namespaces" GP "spec.namespaces: expected the namespaces that "
			"the policy governs, found none (write namespaces: [shop])"},
		{"{namespaces: @[]}",
		 "@1 error no-namespaces" GP "spec.namespaces: expected the namespaces that the "
		 "policy governs, found none (write namespaces: [shop])"},
		{"{namespaces: @shop}",
		 "@1 error wrong-type" GP "spec.namespaces: expected a list, found the string "
		 "\"shop\" (write a dash before each element)"},
		{"{namespaces: [@'*', @null, @7]}",
		 "@1 error bad-name" GP "spec.namespaces[0]: expected the name of a namespace, "
		 "found the string \"*\" (a pattern is not possible; list them all)\n"
		 "@2 error bad-name" GP "spec.namespaces[1]: expected the name of a namespace, "
		 "found null (a pattern is not possible; list them all)\n"
		 "@3 error wrong-type" GP "spec.namespaces[2]: expected a string, found the "
		 "integer 7 (put it in quotes: \"7\")"},
		/* Groups */
		{"{namespaces: [shop], groups: {a: @{}, b: @null, c: @{labels: {}}, d: "
		 "@{expressions: []}}}",
		 "@1 error empty-group" GP "spec.groups.a" NO_LABELS "\n"
		 "@2 error empty-group" GP "spec.groups.b" NO_LABELS "\n"
		 "@3 error empty-group" GP "spec.groups.c" NO_LABELS "\n"
		 "@4 error empty-group" GP "spec.groups.d" NO_LABELS},
		{"{namespaces: [shop], groups: {any: @{labels: {a: b}}, A: @{labels: {a: b}}}}",
		 "@1 error bad-name" GP "spec.groups.any: any means everyone and cannot be the "
		 "name of a group (choose another name)\n"
		 "@2 error bad-name" GP "spec.groups.A: this is not a name for a group (a group's "
		 "name has at most 253 of a-z, 0-9, '-' and '.')"},
		{"{namespaces: [shop], groups: {a: {members: @[{labels: {a: b}}]}, b: {labels: {a: "
		 "b}, exclude: @[{}]}}}",
		 "@1 error unsupported" GP "spec.groups.a.members" LATER LEAVE "\n"
		 "@2 error unsupported" GP "spec.groups.b.exclude" LATER LEAVE},
		{"{namespaces: [shop], groups: {a: {@label: {a: b}, labels: {a: b}}}}",
		 "@1 error unknown-field" GP "spec.groups.a: unknown field label (did you mean "
		 "labels? The API server would drop it, and the group would be larger)"},
		{"{namespaces: [shop], groups: {a: @[{labels: {a: b}}]}}",
		 "@1 error wrong-type" GP "spec.groups.a: expected a map, found a list"},
		{"{namespaces: [shop], groups: @[]}",
		 "@1 error wrong-type" GP "spec.groups: expected a map, found a list"},
		/* Rules */
		{HEAD "allow: [{from: @wep, to: @database}]}",
		 "@1 error undeclared-group" GP "spec.allow[0].from: expected a group of "
		 "spec.groups or any, found the string \"wep\" (did you mean web?)\n"
		 "@2 error undeclared-group" GP "spec.allow[0].to: expected a group of spec.groups "
		 "or any, found the string \"database\" (declare it under spec.groups, or write "
		 "any)"},
		{HEAD "allow: [@{to: web}, @{from: web, to: null}]}",
		 "@1 error no-group" GP "spec.allow[0].from: expected a group of spec.groups or "
		 "any, found nothing\n"
		 "@2 error no-group" GP "spec.allow[1].to: expected a group of spec.groups or any, "
		 "found nothing"},
		{HEAD "allow: [{from: @[web, db], to: web}]}",
		 "@1 error wrong-type" GP "spec.allow[0].from: expected a group of spec.groups or "
		 "any, found a list (write one rule for each group)"},
		{HEAD "allow: [@null, @web]}",
		 "@1 error wrong-type" GP "spec.allow[0]: expected a rule, found null (remove the "
		 "lone dash)\n"
		 "@2 error wrong-type" GP "spec.allow[1]: expected a map, found the string "
		 "\"web\""},
		{HEAD "allow: [{from: web, to: db, @port: 80}]}",
		 "@1 error unknown-field" GP "spec.allow[0]: unknown field port (did you mean "
		 "ports? The API server would drop it, and the rule would allow every port)"},
		{HEAD "allow: [{from: web, to: db, expires: @'2027-02-30', owner: @[me], reason: "
		      "@1}]}",
		 "@3 error wrong-type" GP "spec.allow[0].reason: expected a string, found the "
		 "integer 1 (put it in quotes: \"1\")\n"
		 "@2 error wrong-type" GP "spec.allow[0].owner: expected a string, found a list\n"
		 "@1 error bad-value" GP
		 "spec.allow[0].expires: expected a day such as 2027-01-31, "
		 "found the string \"2027-02-30\""},
		/* Ports */
		{HEAD "allow: [{from: web, to: db, ports: [@0, @65536, @'0', @65535-65536]}]}",
		 "@1 error out-of-range" GP "spec.allow[0].ports[0]: expected an integer 1–65535, "
		 "found the integer 0\n"
		 "@2 error out-of-range" GP "spec.allow[0].ports[1]: expected an integer 1–65535, "
		 "found the integer 65536\n"
		 "@3 error bad-port" GP "spec.allow[0].ports[2]: expected ports 1–65535, found the "
		 "string \"0\"" PORT_RULE "\n"
		 "@4 error bad-port" GP "spec.allow[0].ports[3]: expected ports 1–65535, found the "
		 "string \"65535-65536\"" PORT_RULE},
		{HEAD "allow: [{from: web, to: db, ports: [@9010-9000, @9000-, @-1-5, @Web]}]}",
		 "@1 error bad-port" GP
		 "spec.allow[0].ports[0]: expected a range FIRST-LAST, found "
		 "the string \"9010-9000\" (write the smaller one first)\n"
		 "@2 error bad-port" GP "spec.allow[0].ports[1]: expected a port, found the string "
		 "\"9000-\"" PORT_RULE "\n"
		 "@3 error bad-port" GP "spec.allow[0].ports[2]: expected a port, found the string "
		 "\"-1-5\"" PORT_RULE "\n"
		 "@4 error bad-port" GP "spec.allow[0].ports[3]: expected a port, found the string "
		 "\"Web\"" PORT_RULE},
		{HEAD "allow: [{from: web, to: db, ports: [@53/udp, @80/, @/UDP, @53/UDP/TCP, "
		      "@123456789012]}]}",
		 "@1 error bad-protocol" GP "spec.allow[0].ports[0]: expected TCP, UDP or SCTP "
		 "after the slash, found the string \"53/udp\" (write 53/UDP)\n"
		 "@2 error bad-protocol" GP "spec.allow[0].ports[1]: expected TCP, UDP or SCTP "
		 "after the slash, found the string \"80/\"" PORT_RULE "\n"
		 "@3 error bad-port" GP "spec.allow[0].ports[2]: expected a port, found the string "
		 "\"/UDP\"" PORT_RULE "\n"
		 "@4 error bad-protocol" GP "spec.allow[0].ports[3]: expected TCP, UDP or SCTP "
		 "after the slash, found the string \"53/UDP/TCP\"" PORT_RULE "\n"
		 "@5 error out-of-range" GP "spec.allow[0].ports[4]: expected an integer 1–65535, "
		 "found the integer 123456789012"},
		{HEAD "allow: [{from: web, to: db, ports: [@null, @yes, @1.5, @[], @'1234567']}]}",
		 "@1 error wrong-type" GP "spec.allow[0].ports[0]: expected a port, found "
		 "null" PORT_RULE "\n"
		 "@2 error wrong-type" GP "spec.allow[0].ports[1]: expected a port, found the "
		 "boolean yes" PORT_RULE "\n"
		 "@3 error wrong-type" GP "spec.allow[0].ports[2]: expected an integer 1–65535, "
		 "found the number 1.5\n"
		 "@4 error wrong-type" GP "spec.allow[0].ports[3]: expected a port, found a "
		 "list" PORT_RULE "\n"
		 "@5 error bad-port" GP "spec.allow[0].ports[4]: expected a port, found the string "
		 "\"1234567\"" PORT_RULE},
		{HEAD "allow: [{from: web, to: db, ports: @8080}]}",
		 "@1 error wrong-type" GP "spec.allow[0].ports: expected a list, found the integer "
		 "8080 (write [8080])"},
		/* Words */
		{"{namespaces: [shop], baseline: @defaultDeny}",
		 "@1 error bad-value" GP
		 "spec.baseline: expected DefaultDeny, IngressOnly or None, "
		 "found the string \"defaultDeny\" (did you mean DefaultDeny?)"},
		{"{namespaces: [shop], environment: @prod}",
		 "@1 error bad-value" GP "spec.environment: expected same or any, found the string "
		 "\"prod\""},
		{"{namespaces: [shop], environment: @[dev, prod]}",
		 "@1 error unsupported" GP "spec.environment" LATER " (write same or any)"},
		{"{namespaces: [shop], mode: @Stage}",
		 "@1 error bad-value" GP "spec.mode: expected Enforce or Staged, found the string "
		 "\"Stage\" (did you mean Staged?)"},
		{"{namespaces: [shop], tier: @Platform}",
		 "@1 error unsupported" GP "spec.tier: Platform is not supported by this version "
		 "of Ward"},
		{"{namespaces: [shop], tier: @Aplication}",
		 "@1 error bad-value" GP "spec.tier: expected Application, found the string "
		 "\"Aplication\" (did you mean Application?)"},
		{"{namespaces: [shop], exempt: [dns, @monitoring, @dsn, @null]}",
		 "@1 error unsupported" GP "spec.exempt[1]: monitoring is not supported by this "
		 "version of Ward\n"
		 "@2 error bad-value" GP "spec.exempt[2]: expected dns, found the string \"dsn\" "
		 "(did you mean dns?)\n"
		 "@3 error bad-value" GP "spec.exempt[3]: expected dns, found null (remove the "
		 "lone dash)"},
		/* Fields */
		{"{namespaces: [shop], order: @5, environments: @[], deny: @[{from: any, to: "
		 "any}]}",
		 "@1 error unsupported" GP "spec.order" LATER LEAVE "\n"
		 "@2 error unsupported" GP "spec.environments" LATER LEAVE "\n"
		 "@3 error unsupported" GP "spec.deny" LATER
		 " (there are no deny rules yet: what no line of allow opens is closed)"},
		{"{namespaces: [shop], @alow: []}",
		 "@1 error unknown-field" GP "spec: unknown field alow (did you mean allow?)"},
		{"@[]", "@1 error wrong-type" GP "spec: expected a map, found a list"},
		{"null", "1:1 error no-spec" GP "spec: expected a map, found nothing"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, cases[i].diags);
		assert_true(ward_diags_has_errors(&fixture.diags));
		assert_int_equal(fixture.snapshot.objects.n, 0);
		fixture_done(&fixture);
	}
}

/* No kind of ward.dev is passed over in silence. */
static void kinds(void **state)
{
	static const struct {
		const char *text, *diags;
	} cases[] = {
		{"apiVersion: ward.dev/v1alpha1\nkind: UserGroup\nmetadata: {name: db}\n",
		 "1:1 error unsupported [UserGroup db] UserGroup is not supported by this version "
		 "of Ward (declare the group under spec.groups of the GroupPolicy)"},
		{"apiVersion: ward.dev/v1\nkind: LabelStandard\n",
		 "1:1 error unsupported [LabelStandard] LabelStandard is not supported by this "
		 "version of Ward (take it out of the input)"},
		{"apiVersion: ward.dev/v1alpha1\nkind: PolicyTest\nmetadata: {name: t}\n",
		 "1:1 error unsupported [PolicyTest t] PolicyTest is not supported by this version "
		 "of Ward (take it out of the input)"},
		{"apiVersion: ward.dev/v1\nkind: GroupPolicy\nmetadata: {name: shop}\n",
		 "1:1 error unknown-kind [GroupPolicy shop] GroupPolicy of ward.dev/v1 is not "
		 "known "
		 "to this version of Ward (write apiVersion: ward.dev/v1alpha1)"},
		{"apiVersion: ward.dev/v1alpha1\nkind: GrupPolicy\n",
		 "1:1 error unknown-kind [GrupPolicy] ward.dev has no kind GrupPolicy (did you "
		 "mean kind: GroupPolicy?)"},
		{"apiVersion: ward.dev/v1alpha1\nkind: Firewall\n",
		 "1:1 error unknown-kind [Firewall] ward.dev has no kind Firewall (this version "
		 "knows GroupPolicy)"},
		{"apiVersion: v1\nkind: GroupPolicy\n",
		 "1:1 error unknown-kind [GroupPolicy] apiVersion v1 has no kind GroupPolicy "
		 "(write "
		 "apiVersion: ward.dev/v1alpha1)"},
		{"apiVersion: ward.def/v1alpha1\nkind: GroupPolicy\n",
		 "1:1 error unknown-kind [GroupPolicy] apiVersion ward.def/v1alpha1 has no kind "
		 "GroupPolicy (write apiVersion: ward.dev/v1alpha1)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", cases[i].text);
		assert_diags(&fixture, cases[i].diags);
		assert_int_equal(fixture.snapshot.objects.n, 0);
		assert_int_equal(fixture.snapshot.n_skipped, 0);
		fixture_done(&fixture);
	}
}

/* The file of the introduction, with its places; a namespace in its metadata means nothing. */
static void marks(void **state)
{
	const struct ward_grouppolicy *policy;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: ward.dev/v1alpha1\n"
		     "kind: GroupPolicy\n"
		     "metadata: {name: shop, namespace: @x}\n"
		     "spec:\n"
		     "  namespaces: [shop]\n"
		     "  groups:\n"
		     "    frontend: {labels: {role: frontend}}\n"
		     "    db:       {labels: {role: db}}\n"
		     "  allow:\n"
		     "  - {from: frontend, to: db, ports: [5432]}\n");
	assert_diags(&fixture,
		     "@1 warning cluster-scoped [GroupPolicy shop] metadata.namespace: a "
		     "GroupPolicy belongs to no namespace; this has no effect (remove it and list "
		     "spec.namespaces)");
	policy = fixture_find(&fixture, WARD_KIND_GROUPPOLICY, NULL, "shop");
	assert_non_null(policy);
	assert_int_equal(policy->groups[1].mark.line, 8);
	assert_int_equal(policy->groups[1].mark.col, 5);
	assert_int_equal(policy->rules[0].mark.line, 10);
	assert_int_equal(policy->rules[0].mark.col, 5);
	assert_int_equal(policy->rules[0].ports[0].mark.col, 38);
	assert_int_equal(policy->rules[0].name, WARD_NONE);
	assert_int_equal(policy->baseline_mark.line, 5);
	assert_int_equal(policy->exempt_mark.line, 5);
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meaning),
		cmocka_unit_test(refusals),
		cmocka_unit_test(kinds),
		cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
