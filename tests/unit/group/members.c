/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a group: AND inside an entry, OR between entries, nesting, exclusion, circles. */
#include "fixture.h"

#include "group/members.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders, NULL};

/* "a: …" for each group that is described as NAME SPEC. */
static void groups_read(struct fixture *fixture, const char *const *specs)
{
	fixture_init(fixture, tables);
	for (uint32_t i = 0; specs[i]; i++) {
		int len = (int)strcspn(specs[i], " ");
		_cleanup_free_ char *text = ward_format("apiVersion: ward.dev/v1alpha1\n"
							"kind: UserGroup\n"
							"metadata: {name: %.*s}\n"
							"spec: %s\n",
							len, specs[i], specs[i] + len + 1);

		fixture_read(fixture, "in.yaml", text);
	}
	assert_diags(fixture, "");
}

/* "[ns / pods] [ns / pods] 10.0.0.0/8" */
static char *members_dump(const struct fixture *fixture, const struct ward_members *members)
{
	char *text = NULL, ns[128], pods[256], cidr[WARD_CIDR_TEXT];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct ward_arena arena = {};
	struct ward_cidrs cidrs = {};

	for (uint32_t i = 0; i < members->pods.list.n; i++) {
		struct ward_selector namespaces, of;

		ward_box_selectors(&arena, &members->pods.list.items[i], &namespaces, &of);
		ward_selector_print(&namespaces, &fixture->symbols, ns, sizeof(ns));
		ward_selector_print(&of, &fixture->symbols, pods, sizeof(pods));
		fprintf(out, "[%s / %s] ", namespaces.n ? ns : "*", of.n ? pods : "*");
	}
	ward_ranges_cidrs(&members->addresses, &cidrs);
	for (uint32_t i = 0; i < cidrs.list.n; i++)
		fprintf(out, "%s ", ward_cidr_str(cidrs.list.items[i], cidr));
	ward_vec_done(&cidrs.list);
	ward_arena_done(&arena);
	fclose(out);
	if (size)
		text[size - 1] = '\0';
	return text;
}

struct expected {
	const char *groups[4]; /* ended by NULL */
	const char *name, *members;
};

static void check(const struct expected *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		_cleanup_(ward_group_resolver_done) struct ward_group_resolver resolver;
		const struct ward_members *members;
		struct fixture fixture;

		groups_read(&fixture, cases[i].groups);
		ward_group_resolver_init(&resolver, &fixture.snapshot);
		members = ward_group_members(&resolver, fixture_sym(&fixture, cases[i].name));
		assert_non_null(members);
		_cleanup_free_ char *dump = members_dump(&fixture, members);
		assert_string_equal(dump, cases[i].members);
		fixture_done(&fixture);
	}
}

static void entries_are_or_and_what_is_in_one_is_and(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{labels: {a: x, b: v}}]}"}, "g", "[* / a=x, b=v]"},
		{{"g {members: [{labels: {a: x}}, {labels: {b: v}}]}"}, "g", "[* / a=x] [* / b=v]"},
		{{"g {members: [{labels: {a: x}, namespaces: {labels: {t: z}}}]}"},
		 "g",
		 "[t=z / a=x]"},
		{{"g {members: [{labels: {a: x}, serviceAccounts: [robot]}]}"},
		 "g",
		 "[* / service account=robot, a=x]"},
		/* What lies in another entry, and what nothing satisfies, is gone. */
		{{"g {members: [{labels: {a: x, b: v}}, {labels: {a: x}}]}"}, "g", "[* / a=x]"},
		{{"g {members: [{labels: {a: x}, expressions: [{key: a, operator: DoesNotExist}]}, "
		  "{labels: {c: z}}]}"},
		 "g",
		 "[* / c=z]"},
		{{"g {members: []}"}, "g", ""},
		{{"g {members: [{everything: true}]}"}, "g", "[* / *]"},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

static void groups_nest(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{groups: [h]}, {labels: {b: v}}]}", "h {members: [{groups: [i]}]}",
		  "i {members: [{labels: {a: x}}]}"},
		 "g",
		 "[* / a=x] [* / b=v]"},
		/* An entry of two groups is who is in both. */
		{{"g {members: [{groups: [h, i], labels: {c: z}}]}",
		  "h {members: [{labels: {b: v}}]}", "i {members: [{labels: {a: x}}]}"},
		 "g",
		 "[* / c=z, b=v, a=x]"},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

static void exclusion_is_exact(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{labels: {a: x}}], exclude: [{labels: {c: 't'}}]}"},
		 "g",
		 "[* / a=x, c!=t]"},
		{{"g {members: [{labels: {a: x}}], exclude: [{labels: {c: t}, namespaces: {labels: "
		  "{k: m}}}]}"},
		 "g",
		 "[k!=m / a=x] [* / a=x, c!=t]"},
		{{"g {members: [{labels: {a: x}}], exclude: [{groups: [h]}]}",
		  "h {members: [{labels: {a: x, q: w}}], exclude: [{labels: {r: s}}]}"},
		 "g",
		 "[* / a=x, q!=w] [* / a=x, r=s]"},
		{{"g {members: [{labels: {a: x}}], exclude: [{everything: true}]}"}, "g", ""},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

/* A reference that leads back counts for nothing, wherever one begins; so does one to nobody. */
static void circles_and_missing_groups_are_empty(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{groups: [g]}, {labels: {a: x}}]}"}, "g", "[* / a=x]"},
		{{"g {members: [{groups: [h]}, {labels: {a: x}}]}",
		  "h {members: [{groups: [g]}, {labels: {b: v}}]}"},
		 "g",
		 "[* / a=x]"},
		{{"g {members: [{groups: [h]}, {labels: {a: x}}]}",
		  "h {members: [{groups: [g]}, {labels: {b: v}}]}"},
		 "h",
		 "[* / b=v]"},
		/* From outside the circle. */
		{{"i {members: [{groups: [g]}]}", "g {members: [{groups: [h]}, {labels: {a: x}}]}",
		  "h {members: [{groups: [g]}, {labels: {b: v}}]}"},
		 "i",
		 "[* / a=x]"},
		{{"g {members: [{labels: {a: x}}], exclude: [{groups: [g]}]}"}, "g", "[* / a=x]"},
		{{"g {members: [{groups: [nobody]}, {labels: {a: x}}], exclude: [{groups: "
		  "[gone]}]}"},
		 "g",
		 "[* / a=x]"},
		{{"g {members: [{groups: [h, nobody]}]}", "h {members: [{labels: {a: x}}]}"},
		 "g",
		 ""},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

static void addresses_have_no_labels(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{cidrs: [{cidr: 10.0.0.0/8, except: [10.128.0.0/9]}]}, {labels: "
		  "{a: x}}]}"},
		 "g",
		 "[* / a=x] 10.0.0.0/9"},
		{{"g {members: [{cidrs: [{cidr: 10.0.0.0/8}]}], exclude: [{cidrs: [{cidr: "
		  "10.0.0.0/9}]}]}"},
		 "g",
		 "10.128.0.0/9"},
		/* Nested they stay, until somebody asks for labels. */
		{{"g {members: [{groups: [h]}]}", "h {members: [{cidrs: [{cidr: 10.0.0.0/8}]}]}"},
		 "g",
		 "10.0.0.0/8"},
		{{"g {members: [{groups: [h], labels: {a: x}}]}",
		  "h {members: [{cidrs: [{cidr: 10.0.0.0/8}]}, {labels: {b: v}}]}"},
		 "g",
		 "[* / a=x, b=v]"},
		{{"g {members: [{groups: [h, i]}]}", "h {members: [{cidrs: [{cidr: 10.0.0.0/8}]}]}",
		  "i {members: [{cidrs: [{cidr: 10.1.0.0/16}, {cidr: 11.0.0.0/8}]}]}"},
		 "g",
		 "10.1.0.0/16"},
		/* Everything is every pod. */
		{{"g {members: [{cidrs: [{cidr: 10.0.0.0/8}]}], exclude: [{everything: true}]}"},
		 "g",
		 "10.0.0.0/8"},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

static void labels_may_be_required(void **state)
{
	static const struct expected cases[] = {
		{{"g {members: [{labels: {a: x}}], requiredLabels: [o], lacking: Exclude}"},
		 "g",
		 "[* / a=x, o]"},
		{{"g {members: [{labels: {a: x}}], requiredLabels: [o], lacking: Report}"},
		 "g",
		 "[* / a=x]"},
		{{"g {members: [{labels: {a: x}}], requiredLabels: [o]}"}, "g", "[* / a=x]"},
		{{"g {members: [{cidrs: [{cidr: 10.0.0.0/8}]}], requiredLabels: [o], lacking: "
		  "Exclude}"},
		 "g",
		 "10.0.0.0/8"},
	};

	check(cases, WARD_ARRAY_SIZE(cases));
}

/* A group that a policy declares is in the namespaces of the policy unless it says otherwise, also
 * where it excludes; one that it only names is where its members are. */
static void declared_groups_are_at_home(void **state)
{
	static const char *const usergroups[] = {"far {members: [{labels: {f: g}}]}", NULL};
	static const char *const expected[] = {"[kubernetes.io/metadata.name=shop / a=x, q!=w]",
					       "[k=m / a=x]", "[* / f=g]", "[* / f=g]"};
	_cleanup_(ward_group_resolver_done) struct ward_group_resolver resolver;
	const struct ward_grouppolicy *policy;
	struct fixture fixture;

	groups_read(&fixture, usergroups);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: ward.dev/v1alpha1\n"
		     "kind: GroupPolicy\n"
		     "metadata: {name: p}\n"
		     "spec:\n"
		     "  namespaces: [shop]\n"
		     "  groups:\n"
		     "    here: {labels: {a: x}, exclude: [{labels: {q: w}}]}\n"
		     "    there: {labels: {a: x}, namespaces: {labels: {k: m}}}\n"
		     "    nested: {groups: [far]}\n"
		     "  allow: [{from: here, to: far}]\n");
	assert_diags(&fixture, "");
	policy = fixture_find(&fixture, WARD_KIND_GROUPPOLICY, NULL, "p");
	ward_group_resolver_init(&resolver, &fixture.snapshot);
	assert_int_equal(policy->n_groups, 4);
	for (uint32_t i = 0; i < policy->n_groups; i++) {
		_cleanup_(ward_members_done) struct ward_members members;
		_cleanup_free_ char *dump = NULL;

		ward_grouppolicy_members(&resolver, policy, i, &members);
		dump = members_dump(&fixture, &members);
		assert_string_equal(dump, expected[i]);
	}
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_or_and_what_is_in_one_is_and),
		cmocka_unit_test(groups_nest),
		cmocka_unit_test(exclusion_is_exact),
		cmocka_unit_test(circles_and_missing_groups_are_empty),
		cmocka_unit_test(addresses_have_no_labels),
		cmocka_unit_test(labels_may_be_required),
		cmocka_unit_test(declared_groups_are_at_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
