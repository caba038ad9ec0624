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
	fprintf(out, "; %s%s%s%s -> %s", rule->denies ? "deny " : "",
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

/* "DefaultDeny same" */
static void words_dump(FILE *out, const struct fixture *fixture,
		       const struct ward_grouppolicy *policy)
{
	static const char *const tiers[] = {"Emergency ", "Platform ", "", "Baseline "};
	static const char *const baselines[] = {"DefaultDeny", "IngressOnly", "None"};
	static const char *const peers[] = {"same", "any", "of"};

	fprintf(out, "%s%s%s %s", policy->staged ? "Staged " : "", tiers[policy->tier],
		baselines[policy->baseline], peers[policy->peer_environment]);
	for (uint32_t i = 0; i < policy->n_peer_environments; i++)
		fprintf(out, "%c%s", i ? ',' : ' ',
			fixture_str(fixture, policy->peer_environments[i]));
	if (policy->order != 100)
		fprintf(out, " %d", policy->order);
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++)
		if (policy->exempts >> i & 1)
			fprintf(out, " %s", ward_exemptions[i].name);
}

/* " [shop]", " [team=a]", then " dev staging*" where * says that it is staged. */
static void scope_dump(FILE *out, const struct fixture *fixture,
		       const struct ward_grouppolicy *policy)
{
	char text[128] = "";

	if (policy->namespaces.n && !policy->n_names)
		ward_selector_print(&policy->namespaces, &fixture->symbols, text, sizeof(text));
	fprintf(out, " [%s", text);
	for (uint32_t i = 0; i < policy->n_names; i++)
		fprintf(out, "%s%s", i ? " " : "", fixture_str(fixture, policy->names[i]));
	fprintf(out, "]");
	for (uint32_t i = 0; i < policy->n_environments; i++)
		fprintf(out, " %s%s", fixture_str(fixture, policy->environments[i].name),
			policy->environments[i].staged ? "*" : "");
}

static void group_dump(FILE *out, const struct fixture *fixture, const struct ward_group *group)
{
	char text[128];

	fprintf(out, "; %s", fixture_str(fixture, group->name));
	if (group->is_named)
		return;
	for (uint32_t i = 0; i < group->membership.n_entries; i++) {
		ward_selector_print(&group->membership.entries[i].pods, &fixture->symbols, text,
				    sizeof(text));
		fprintf(out, "%s%s", i ? " | " : "(", text);
	}
	fprintf(out, group->membership.n_entries ? ")" : "()");
}

/* "DefaultDeny same dns [shop]; db(role=db); web -> db TCP:5432-5432" */
static char *policy_dump(const struct fixture *fixture, const struct ward_grouppolicy *policy)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	words_dump(out, fixture, policy);
	scope_dump(out, fixture, policy);
	for (uint32_t i = 0; i < policy->n_groups; i++)
		group_dump(out, fixture, &policy->groups[i]);
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
		{"{namespaces: [shop], exempt: [dns, ingress-controllers, monitoring, "
		 "apiserver-webhooks]}",
		 "DefaultDeny same dns ingress-controllers monitoring apiserver-webhooks [shop]",
		 ""},
		/* Where */
		{"{namespaces: {names: [shop, bank]}}", "DefaultDeny same dns [shop bank]", ""},
		{"{namespaces: {labels: {team: a}, expressions: [{key: b, operator: Exists}]}}",
		 "DefaultDeny same dns [team=a, b]", ""},
		{"{namespaces: [shop], mode: Staged, environments: [{name: dev, mode: Enforce}, "
		 "{name: prod}]}",
		 "Staged DefaultDeny same dns [shop] dev prod*", ""},
		{"{environments: [{name: dev}, {name: prod, mode: Staged}]}",
		 "DefaultDeny same dns [] dev prod*", ""},
		{"{namespaces: [shop], environment: [prod, dev, prod]}",
		 "DefaultDeny of prod,dev dns [shop]", ""},
		/* Tiers */
		{"{namespaces: [shop], tier: Emergency, order: 199, " GROUPS
		 ", deny: [{from: any, to: db}], allow: [{from: web, to: db}]}",
		 "Emergency None same 199 [shop]; web(role=web); db(role=db); deny any -> db; "
		 "web -> db",
		 ""},
		{"{namespaces: [shop], tier: Platform, order: 799, baseline: None, exempt: []}",
		 "Platform None same 799 [shop]", ""},
		{"{namespaces: [shop], tier: Baseline, order: 0}",
		 "Baseline DefaultDeny same 0 dns [shop]", ""},
		{"{namespaces: [shop], tier: Application, order: 7}",
		 "DefaultDeny same 7 dns [shop]", ""},
		/* Groups: declared here, or UserGroups */
		{HEAD "allow: [{from: web, to: vendor}, {from: vendor, to: db}]}",
		 DUMP "; vendor; web -> vendor; vendor -> db", ""},
		{"{allow: [{from: web, to: vendor}]}",
		 "DefaultDeny same dns []; web; vendor; web -> vendor", ""},
		{"{groups: {a: {labels: {b: c}, namespaces: [shop]}, d: {groups: [ops]}, "
		 "e: {cidrs: [{cidr: 10.0.0.0/8}]}}}",
		 "DefaultDeny same dns []; a(b=c); d(everything); e(everything)", ""},
		{"{namespaces: [shop], groups: {a: {members: [{labels: {b: c}}, {labels: {d: "
		 "e}}], exclude: [{labels: {f: g}}], requiredLabels: [h], lacking: Exclude}}}",
		 "DefaultDeny same dns [shop]; a(b=c | d=e)", ""},
		{"{namespaces: [shop], groups: {a: {members: []}}}",
		 "DefaultDeny same dns [shop]; a()", ""},
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
	": an entry without a condition would be every pod (write labels: {role: db}; for every "  \
	"pod, everything: true)"
#define NO_NAMESPACES                                                                              \
	"spec.namespaces: expected the namespaces that the policy governs, found none (write "     \
	"namespaces: [shop])"

static void refusals(void **state)
{
	static const struct {
		const char *spec, *diags;
	} cases[] = {
		/* Namespaces */
		{"@{}", "@1 error no-namespaces" GP NO_NAMESPACES},
		{"@{groups: {web: {labels: {role: web}}}}",
		 "@1 error no-namespaces" GP NO_NAMESPACES},
		{"@{groups: {a: {members: [{groups: [b]}, {labels: {role: web}}]}}}",
		 "@1 error no-namespaces" GP NO_NAMESPACES},
		{"{namespaces: @[]}",
		 "@1 error no-namespaces" GP "spec.namespaces: expected the names of namespaces, "
		 "found none (list one, or leave it out)"},
		{"{namespaces: {names: @[]}}",
		 "@1 error no-namespaces" GP "spec.namespaces.names: expected the names of "
		 "namespaces, found none (list one, or leave it out)"},
		{"{namespaces: @{}}",
		 "@1 error empty-group" GP "spec.namespaces: this is every namespace (write "
		 "{names: [shop]} or {labels: {…}})"},
		{"{namespaces: @{@label: {a: b}}}",
		 "@2 error unknown-field" GP
		 "spec.namespaces: unknown field label (did you mean labels? The API server would "
		 "drop it, and it would be about other namespaces)\n"
		 "@1 error empty-group" GP "spec.namespaces: this is every namespace (write "
		 "{names: [shop]} or {labels: {…}})"},
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
		 "@2 error wrong-type" GP "spec.groups.b: expected a map, found null\n"
		 "@3 error empty-group" GP "spec.groups.c" NO_LABELS "\n"
		 "@4 error empty-group" GP "spec.groups.d" NO_LABELS},
		{"{namespaces: [shop], groups: {any: @{labels: {a: b}}, A: @{labels: {a: b}}}}",
		 "@1 error bad-name" GP "spec.groups.any: any means everyone and cannot be the "
		 "name of a group (choose another name)\n"
		 "@2 error bad-name" GP "spec.groups.A: this is not a name for a group (a group's "
		 "name has at most 253 of a-z, 0-9, '-' and '.')"},
		{"{namespaces: [shop], groups: {a: {labels: {a: b}, members: @[]}}}",
		 "@1 error mixed-entry" GP "spec.groups.a.members: a group has members, or is one "
		 "entry itself (put all of it under members)"},
		{"{namespaces: [shop], groups: {a: {@label: {a: b}, labels: {a: b}}}}",
		 "@1 error unknown-field" GP "spec.groups.a: unknown field label (did you mean "
		 "labels? The API server would drop it, and the group would be another one)"},
		{"{namespaces: [shop], groups: {a: @[{labels: {a: b}}]}}",
		 "@1 error wrong-type" GP "spec.groups.a: expected a map, found a list"},
		{"{namespaces: [shop], groups: @[]}",
		 "@1 error wrong-type" GP "spec.groups: expected a map, found a list"},
		/* Rules */
		{HEAD "allow: [{from: @Web, to: web}]}",
		 "@1 error bad-name" GP "spec.allow[0].from: expected the name of a group, or any, "
		 "found the string \"Web\" (declare it under spec.groups, or write any)"},
		{HEAD "allow: [@{to: web}, @{from: web, to: null}]}",
		 "@1 error no-group" GP "spec.allow[0].from: expected the name of a group, or "
		 "any, found nothing\n"
		 "@2 error no-group" GP "spec.allow[1].to: expected the name of a group, or any, "
		 "found nothing"},
		{HEAD "allow: [{from: @[web, db], to: web}]}",
		 "@1 error wrong-type" GP "spec.allow[0].from: expected the name of a group, or "
		 "any, found a list (write one rule for each group)"},
		{HEAD "allow: [@null, @web]}",
		 "@1 error wrong-type" GP "spec.allow[0]: expected a rule, found null (remove the "
		 "lone dash)\n"
		 "@2 error wrong-type" GP "spec.allow[1]: expected a map, found the string "
		 "\"web\""},
		{HEAD "allow: [{from: web, to: db, @port: 80}]}",
		 "@1 error unknown-field" GP "spec.allow[0]: unknown field port (did you mean "
		 "ports? The API server would drop it, and the rule would be about every port)"},
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
		{"{namespaces: [shop], environment: @[]}",
		 "@1 error bad-values" GP "spec.environment: expected environments, found none "
		 "(list one, or write same or any)"},
		{"{namespaces: [shop], environment: [@null, @'', @'a b', dev]}",
		 "@1 error bad-label" GP
		 "spec.environment[0]: expected a value of the label env, found null\n"
		 "@2 error bad-label" GP
		 "spec.environment[1]: expected a value of the label env, found the string \"\"\n"
		 "@3 error bad-label" GP "spec.environment[2]: expected a value of the label env, "
		 "found the string \"a b\""},
		{"{namespaces: [shop], environments: @[]}",
		 "@1 error bad-values" GP "spec.environments: expected environments, found none "
		 "(list one, or leave it out)"},
		{"{namespaces: [shop], environments: [{name: dev}, @{name: dev, mode: Staged}]}",
		 "@1 error duplicate-entry" GP "spec.environments[1]: the environment is listed "
		 "twice (remove one of them)"},
		{"{namespaces: [shop], environments: [@{mode: Staged}, {name: @''}, @dev, @null]}",
		 "@1 error bad-label" GP
		 "spec.environments[0].name: expected a value of the label env, found nothing\n"
		 "@2 error bad-label" GP "spec.environments[1].name: expected a value of the label "
		 "env, found the string \"\"\n"
		 "@3 error wrong-type" GP
		 "spec.environments[2]: expected a map, found the string \"dev\"\n"
		 "@4 error wrong-type" GP "spec.environments[3]: expected a map, found null"},
		{"{namespaces: [shop], environments: [{name: dev, mode: @staged, @modes: x}]}",
		 "@2 error unknown-field" GP
		 "spec.environments[0]: unknown field modes (did you mean mode? The API server "
		 "would drop it, and it would be enforced)\n"
		 "@1 error bad-value" GP "spec.environments[0].mode: expected Enforce or Staged, "
		 "found the string \"staged\" (did you mean Staged?)"},
		{"{namespaces: [shop], mode: @Stage}",
		 "@1 error bad-value" GP "spec.mode: expected Enforce or Staged, found the string "
		 "\"Stage\" (did you mean Staged?)"},
		{"{namespaces: [shop], tier: @Aplication}",
		 "@1 error bad-value" GP "spec.tier: expected Emergency, Platform, Application or "
		 "Baseline, found the string \"Aplication\" (did you mean Application?)"},
		{"{namespaces: [shop], exempt: [dns, @ingress, @dsn, @null]}",
		 "@1 error bad-value" GP
		 "spec.exempt[1]: expected the name of an exemption, found the string \"ingress\" "
		 "(did you mean ingress-controllers?)\n"
		 "@2 error bad-value" GP "spec.exempt[2]: expected the name of an exemption, found "
		 "the string \"dsn\" (did you mean dns?)\n"
		 "@3 error bad-value" GP "spec.exempt[3]: expected the name of an exemption, found "
		 "null (`ward help exemptions` lists them)"},
		/* Tiers */
		{"{namespaces: [shop], tier: Platform, order: @800}",
		 "@1 error out-of-range" GP "spec.order: expected an integer 0–799, found the "
		 "integer 800"},
		{"{namespaces: [shop], tier: Emergency, order: @200}",
		 "@1 error out-of-range" GP "spec.order: expected an integer 0–199, found the "
		 "integer 200"},
		{"{namespaces: [shop], tier: Platform, baseline: @IngressOnly, exempt: @[dns]}",
		 "@1 error closes-above" GP "spec.baseline: in this tier it would close what every "
		 "NetworkPolicy opens (leave it out, and close by deny rules or in tier "
		 "Application)\n"
		 "@2 error closes-above" GP "spec.exempt: in this tier nothing is closed, so there "
		 "is nothing to exempt (leave it out)"},
		{HEAD "deny: @[{from: any, to: db}]}",
		 "@1 error deny-below" GP "spec.deny: deny rules are for the tiers Emergency and "
		 "Platform (write tier: Platform; in tier Application what no line of allow opens "
		 "is closed anyway)"},
		{HEAD "tier: Baseline, deny: @[{from: any, to: db}]}",
		 "@1 error deny-below" GP "spec.deny: deny rules are for the tiers Emergency and "
		 "Platform (write tier: Platform; in tier Application what no line of allow opens "
		 "is closed anyway)"},
		{"{namespaces: [shop], tier: Emergency, deny: [@{from: any, to: any}]}",
		 "@1 error no-group" GP "spec.deny[0]: from any to any denies nothing: a line is "
		 "about the pods of the groups that it names (name a group at one end at least)"},
		/* Fields */
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
		{"apiVersion: ward.dev/v1\nkind: LabelStandard\nmetadata: {name: default}\n",
		 "1:1 error unknown-kind [LabelStandard default] LabelStandard of ward.dev/v1 is "
		 "not known to this version of Ward (write apiVersion: ward.dev/v1alpha1)"},
		{"apiVersion: ward.dev/v1\nkind: GroupPolicy\nmetadata: {name: shop}\n",
		 "1:1 error unknown-kind [GroupPolicy shop] GroupPolicy of ward.dev/v1 is not "
		 "known "
		 "to this version of Ward (write apiVersion: ward.dev/v1alpha1)"},
		{"apiVersion: ward.dev/v1alpha1\nkind: GrupPolicy\n",
		 "1:1 error unknown-kind [GrupPolicy] ward.dev has no kind GrupPolicy (did you "
		 "mean kind: GroupPolicy?)"},
		{"apiVersion: ward.dev/v1alpha1\nkind: Firewall\n",
		 "1:1 error unknown-kind [Firewall] ward.dev has no kind Firewall (there are "
		 "GroupPolicy, LabelStandard, PolicyTest and UserGroup)"},
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
	assert_diags(&fixture, "@1 warning cluster-scoped [GroupPolicy shop] metadata.namespace: a "
			       "GroupPolicy belongs to no namespace (remove it; it has no effect)");
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
