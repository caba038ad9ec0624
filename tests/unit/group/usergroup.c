/* SPDX-License-Identifier: Apache-2.0 */
/* UserGroup: what is understood, and that everything else is refused rather than ignored. */
#include "fixture.h"

#include "group/grouppolicy.h"
#include "group/usergroup.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders, NULL};

static const struct ward_usergroup *spec_read(struct fixture *fixture, const char *spec)
{
	_cleanup_free_ char *text = ward_format("apiVersion: ward.dev/v1alpha1\n"
						"kind: UserGroup\n"
						"metadata: {name: shop}\n"
						"spec: %s\n",
						spec);

	fixture_init(fixture, tables);
	fixture_read(fixture, "in.yaml", text);
	return fixture_find(fixture, WARD_KIND_USERGROUP, NULL, "shop");
}

static void names_dump(FILE *out, const struct fixture *fixture, const char *before,
		       const struct ward_group_name *names, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fprintf(out, "%s%s", i ? "," : before, fixture_str(fixture, names[i].name));
}

/* "team=a / role=db groups x,y", "2 blocks" */
static void entry_dump(FILE *out, const struct fixture *fixture,
		       const struct ward_member_entry *entry)
{
	char text[128];

	if (entry->namespaces.n) {
		ward_selector_print(&entry->namespaces, &fixture->symbols, text, sizeof(text));
		fprintf(out, "%s / ", text);
	}
	ward_selector_print(&entry->pods, &fixture->symbols, text, sizeof(text));
	fprintf(out, "%s", text);
	names_dump(out, fixture, " groups ", entry->groups, entry->n_groups);
	if (entry->n_blocks)
		fprintf(out, " %u blocks", entry->n_blocks);
}

static void entries_dump(FILE *out, const struct fixture *fixture, const char *before,
			 const struct ward_member_entry *entries, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		fprintf(out, "%s", i ? " | " : before);
		entry_dump(out, fixture, &entries[i]);
	}
}

static void rest_dump(FILE *out, const struct fixture *fixture, const struct ward_usergroup *group)
{
	static const char *const joins[] = {"", "; join warns", "; join denies"};

	for (uint32_t i = 0; i < group->membership.n_required; i++)
		fprintf(out, "%s%s", i ? "," : "; needs ",
			fixture_str(fixture, group->membership.required[i]));
	fprintf(out, "%s", group->membership.excludes_lacking ? " or not a member" : "");
	if (group->min_members)
		fprintf(out, "; min %u", group->min_members);
	if (group->max_members != UINT32_MAX)
		fprintf(out, "; max %u", group->max_members);
	names_dump(out, fixture, "; apart from ", group->disjoint, group->n_disjoint);
	fprintf(out, "%s", joins[group->join]);
	for (uint32_t i = 0; i < group->n_joins; i++)
		fprintf(out, " %s %s in %u", fixture_str(fixture, group->joins[i].kind),
			fixture_str(fixture, group->joins[i].name), group->joins[i].n_namespaces);
}

static char *group_dump(const struct fixture *fixture, const struct ward_usergroup *group)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	entries_dump(out, fixture, "", group->membership.entries, group->membership.n_entries);
	entries_dump(out, fixture, "; not ", group->membership.excludes,
		     group->membership.n_excludes);
	rest_dump(out, fixture, group);
	fclose(out);
	return text;
}

static void meaning(void **state)
{
	static const struct {
		const char *spec, *dump;
	} cases[] = {
		{"{}", ""},
		{"{members: []}", ""},
		{"{members: [{labels: {role: db}}]}", "role=db"},
		{"{members: [{labels: {role: db}, expressions: [{key: tier, operator: Exists}], "
		 "namespaces: {labels: {team: a}}}, {labels: {role: cache}}]}",
		 "team=a / role=db, tier | role=cache"},
		{"{members: [{labels: {role: db}, namespaces: {names: [b, a]}}]}",
		 "kubernetes.io/metadata.name in (b, a) / role=db"},
		{"{members: [{labels: {role: db}, namespaces: [a]}]}",
		 "kubernetes.io/metadata.name=a / role=db"},
		{"{members: [{serviceAccounts: [postgres]}]}", "service account=postgres"},
		{"{members: [{namespaces: [a], allPods: true}, {everything: true}]}",
		 "kubernetes.io/metadata.name=a / everything | everything"},
		{"{members: [{groups: [x, w]}, {groups: [z], labels: {a: b}}], exclude: [{groups: "
		 "[quarantine]}, {labels: {canary: \"true\"}}]}",
		 "everything groups x,w | a=b groups z; not everything groups quarantine | "
		 "canary=true"},
		{"{members: [{cidrs: [{cidr: 10.0.0.0/8, except: [10.1.0.0/16]}, {cidr: "
		 "\"fd00::/8\"}]}]}",
		 "everything 2 blocks"},
		{"{requiredLabels: [team, owner], lacking: Exclude}",
		 "; needs team,owner or not a member"},
		{"{requiredLabels: [team], lacking: Report}", "; needs team"},
		{"{expect: {minMembers: 1, maxMembers: 40, disjointWith: [web]}}",
		 "; min 1; max 40; apart from web"},
		{"{expect: {maxMembers: 0}}", "; max 0"},
		{"{join: {}}", "; join warns"},
		{"{join: {mode: Audit}}", ""},
		{"{join: {mode: Deny, allow: [{kind: Group, name: dba, namespaces: [a, b]}, {kind: "
		 "ServiceAccount, name: ci}]}}",
		 "; join denies Group dba in 2 ServiceAccount ci in 0"},
		{"{description: d, owners: [{team: a, contact: \"#a\"}], members: null}", ""},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		const struct ward_usergroup *group;
		struct fixture fixture;

		group = spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, "");
		assert_non_null(group);
		_cleanup_free_ char *dump = group_dump(&fixture, group);
		assert_string_equal(dump, cases[i].dump);
		fixture_done(&fixture);
	}
}

#define UG " [UserGroup shop] "

static void refusals(void **state)
{
	static const struct {
		const char *spec, *diags;
	} cases[] = {
		/* More than it seems */
		{"{members: [@{}, @null, @{namespaces: [shop]}, {namespaces: @{}, everything: "
		 "true}]}",
		 "@1 error empty-group" UG
		 "spec.members[0]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@2 error wrong-type" UG
		 "spec.members[1]: expected a map, found null (remove the lone dash)\n"
		 "@3 error namespaces-alone" UG
		 "spec.members[2]: an entry of namespaces alone is every pod of them (put the "
		 "labels into the same entry, without a dash; for all of their pods, allPods: "
		 "true)\n"
		 "@4 error empty-group" UG "spec.members[3].namespaces: this is every namespace "
		 "(write {names: [shop]} or {labels: {…}})"},
		{"{members: [@{everything: false}, @{allPods: true}, @{labels: {}}, @{groups: "
		 "[]}, @{cidrs: []}]}",
		 "@1 error empty-group" UG
		 "spec.members[0]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@2 error empty-group" UG
		 "spec.members[1]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@3 error empty-group" UG
		 "spec.members[2]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@4 error empty-group" UG
		 "spec.members[3]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@5 error empty-group" UG
		 "spec.members[4]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)"},
		{"{members: [{labels: {a: b}, serviceAccounts: @[]}, {labels: {a: b}, namespaces: "
		 "@[]}]}",
		 "@1 error bad-values" UG
		 "spec.members[0].serviceAccounts: expected the names of service accounts, found "
		 "none (list one, or leave it out)\n"
		 "@2 error no-namespaces" UG "spec.members[1].namespaces: expected the names of "
		 "namespaces, found none (list one, or leave it out)"},
		{"{exclude: [@{}, @{namespaces: {names: [a]}}]}",
		 "@1 error empty-group" UG
		 "spec.exclude[0]: an entry without a condition would be every pod (write labels: "
		 "{role: db}; for every pod, everything: true)\n"
		 "@2 error namespaces-alone" UG
		 "spec.exclude[1]: an entry of namespaces alone is every pod of them (put the "
		 "labels into the same entry, without a dash; for all of their pods, allPods: "
		 "true)"},
		/* Addresses */
		{"{members: [@{cidrs: [{cidr: 10.0.0.0/8}], labels: {a: b}}, @{cidrs: [{cidr: "
		 "10.0.0.0/8}], namespaces: [a]}, @{cidrs: [{cidr: 10.0.0.0/8}], groups: [a]}]}",
		 "@1 error mixed-entry" UG "spec.members[0]: addresses have no labels and no "
		 "namespace: nothing is both (make them two entries)\n"
		 "@2 error mixed-entry" UG "spec.members[1]: addresses have no labels and no "
		 "namespace: nothing is both (make them two entries)\n"
		 "@3 error mixed-entry" UG "spec.members[2]: addresses have no labels and no "
		 "namespace: nothing is both (make them two entries)"},
		{"{members: [{cidrs: [@null, @10.0.0.0/8, {cidr: @10.0.0.0/33}, {cidr: "
		 "10.0.0.0/8, except: [@11.0.0.0/16]}]}]}",
		 "@1 error wrong-type" UG
		 "spec.members[0].cidrs[0]: expected a map, found null (write {cidr: 10.0.0.0/8})\n"
		 "@2 error wrong-type" UG
		 "spec.members[0].cidrs[1]: expected a map, found the string \"10.0.0.0/8\"\n"
		 "@3 error bad-cidr" UG
		 "spec.members[0].cidrs[2].cidr: expected an address block, found the string "
		 "\"10.0.0.0/33\" (such as 10.0.0.0/8 or 2001:db8::/32)\n"
		 "@4 error bad-except" UG
		 "spec.members[0].cidrs[3].except[0]: expected a smaller block inside 10.0.0.0/8, "
		 "found the string \"11.0.0.0/16\" (an exception has a longer prefix and lies "
		 "inside cidr)"},
		/* Names */
		{"{members: [{groups: [@A, @null, @7]}, {serviceAccounts: [@null, @A_B]}, "
		 "{namespaces: [@\"*\"], labels: {a: b}}]}",
		 "@1 error bad-name" UG "spec.members[0].groups[0]: expected the name of a "
		 "UserGroup, found the string \"A\"\n"
		 "@2 error bad-name" UG
		 "spec.members[0].groups[1]: expected the name of a UserGroup, found null\n"
		 "@3 error wrong-type" UG "spec.members[0].groups[2]: expected a string, found the "
		 "integer 7 (put it in quotes: \"7\")\n"
		 "@4 error bad-name" UG
		 "spec.members[1].serviceAccounts[0]: expected the name of a service account, "
		 "found null (a pattern is not possible)\n"
		 "@5 error bad-name" UG
		 "spec.members[1].serviceAccounts[1]: expected the name of a service account, "
		 "found the string \"A_B\" (a pattern is not possible)\n"
		 "@6 error bad-name" UG
		 "spec.members[2].namespaces[0]: expected the name of a namespace, found the "
		 "string \"*\" (a pattern is not possible)"},
		{"{requiredLabels: [@\"a b\", @null], lacking: @exclude}",
		 "@1 error bad-name" UG "spec.requiredLabels[0]: expected a label key, found the "
		 "string \"a b\" (a pattern is not possible)\n"
		 "@2 error bad-name" UG "spec.requiredLabels[1]: expected a label key, found null "
		 "(a pattern is not possible)\n"
		 "@3 error bad-value" UG
		 "spec.lacking: expected Report or Exclude, found the string \"exclude\""},
		/* Fields */
		{"{@member: [], members: [{@label: {a: b}, labels: {a: b}}]}",
		 "@1 error unknown-field" UG
		 "spec: unknown field member (did you mean members? The API server would drop it, "
		 "and the group would be another one)\n"
		 "@2 error unknown-field" UG
		 "spec.members[0]: unknown field label (did you mean labels? The API server would "
		 "drop it, and the group would be another one)"},
		{"{members: @{labels: {a: b}}}",
		 "@1 error wrong-type" UG
		 "spec.members: expected a list, found a map (write a dash before each element)"},
		{"{members: [{labels: {a: b}, namespaces: {@namespaces: [a], names: [a]}}]}",
		 "@1 error unknown-field" UG "spec.members[0].namespaces: unknown field namespaces "
		 "(known here: names, labels, expressions)"},
		/* Joining, expectations */
		{"{join: {mode: @deny, allow: [@null, {kind: @Robot, name: @''}, @{}]}}",
		 "@1 error bad-value" UG
		 "spec.join.mode: expected Audit, Warn or Deny, found the string \"deny\"\n"
		 "@2 error wrong-type" UG
		 "spec.join.allow[0]: expected a map, found null (remove the lone dash)\n"
		 "@3 error bad-value" UG "spec.join.allow[1].kind: expected User, Group or "
		 "ServiceAccount, found the string \"Robot\"\n"
		 "@4 error no-name" UG "spec.join.allow[1].name: expected whom RBAC knows by this "
		 "name, found the string \"\"\n"
		 "@5 error bad-value" UG
		 "spec.join.allow[2].kind: expected User, Group or ServiceAccount, found nothing\n"
		 "@5 error no-name" UG
		 "spec.join.allow[2].name: expected whom RBAC knows by this name, found nothing"},
		{"{join: @true, expect: @[]}",
		 "@2 error wrong-type" UG "spec.expect: expected a map, found a list\n"
		 "@1 error wrong-type" UG "spec.join: expected a map, found the boolean true"},
		{"{expect: {minMembers: 4, maxMembers: @3, disjointWith: [@A]}}",
		 "@1 error out-of-range" UG "spec.expect.maxMembers: no number of members is at "
		 "least 4 and at most 3 (make it at least minMembers)\n"
		 "@2 error bad-name" UG "spec.expect.disjointWith[0]: expected the name of a "
		 "UserGroup, found the string \"A\""},
		{"{expect: {minMembers: @-1, @min: 2}}",
		 "@2 error unknown-field" UG
		 "spec.expect: unknown field min (did you mean minMembers?)\n"
		 "@1 error out-of-range" UG
		 "spec.expect.minMembers: expected an integer 0–4294967294, found the integer -1"},
		{"null", "1:1 error no-spec" UG "spec: expected a map, found nothing"},
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

static void any_is_no_name(void **state)
{
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: ward.dev/v1alpha1\nkind: UserGroup\nmetadata: @{name: any}\n"
		     "spec: {members: []}\n");
	assert_diags(&fixture, "@1 error bad-name [UserGroup any] metadata: any means everyone and "
			       "cannot be the name of a group (choose another name)");
	assert_int_equal(fixture.snapshot.objects.n, 0);
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meaning),
		cmocka_unit_test(refusals),
		cmocka_unit_test(any_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
