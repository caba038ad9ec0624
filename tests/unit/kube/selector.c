/* SPDX-License-Identifier: Apache-2.0 */
/* Selectors are written as YAML here and pass through the real decoder. */
#include "fixture.h"

#include "kube/networkpolicy.h"
#include "kube/pod.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};

static const struct ward_selector *selector_read(struct fixture *fixture, const char *selector)
{
	_cleanup_free_ char *text = ward_format("apiVersion: networking.k8s.io/v1\n"
						"kind: NetworkPolicy\n"
						"metadata: {name: p, namespace: x}\n"
						"spec: {podSelector: %s}\n",
						selector);
	struct ward_networkpolicy *np;

	fixture_read(fixture, "in.yaml", text);
	np = fixture_find(fixture, WARD_KIND_NETWORKPOLICY, "x", "p");
	return np ? &np->pods : NULL;
}

static struct ward_labels labels_read(struct fixture *fixture, const char *labels)
{
	_cleanup_free_ char *text = ward_format("apiVersion: v1\n"
						"kind: Pod\n"
						"metadata: {name: w, namespace: x, labels: %s}\n"
						"spec: {}\n",
						labels);
	struct ward_pod *pod;

	fixture_read(fixture, "in.yaml", text);
	pod = fixture_find(fixture, WARD_KIND_POD, "x", "w");
	assert_non_null(pod);
	return pod->labels;
}

/* A4.3, A4.4, A4.6, H17, H18: the whole operator table, with the key absent, empty, in the values
 * and not in them. */
static void matching(void **state)
{
	static const struct {
		const char *selector, *labels;
		bool matches;
	} cases[] = {
		{"{}", "{}", true},
		{"{}", "{a: b}", true},
		{"null", "{a: b}", true},
		{"{matchLabels: {}, matchExpressions: []}", "{a: b}", true},
		{"{matchLabels: {a: b}}", "{a: b}", true},
		{"{matchLabels: {a: b}}", "{a: b, c: d}", true},
		{"{matchLabels: {a: b}}", "{a: c}", false},
		{"{matchLabels: {a: b}}", "{b: a}", false},
		{"{matchLabels: {a: b}}", "{A: b}", false},
		{"{matchLabels: {a: b}}", "{}", false},
		{"{matchLabels: {a: b, c: d}}", "{a: b}", false},
		{"{matchLabels: {a: ''}}", "{a: ''}", true},
		{"{matchLabels: {a: ''}}", "{}", false},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", "{a: b}", true},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", "{a: c}", true},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", "{a: d}", false},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", "{}", false},
		{"{matchExpressions: [{key: a, operator: In, values: ['']}]}", "{}", false},
		{"{matchExpressions: [{key: a, operator: In, values: ['']}]}", "{a: ''}", true},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", "{a: b}",
		 false},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", "{a: c}",
		 false},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", "{a: d}", true},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}", "{}", true},
		{"{matchExpressions: [{key: a, operator: NotIn, values: ['']}]}", "{a: ''}", false},
		{"{matchExpressions: [{key: a, operator: Exists}]}", "{a: ''}", true},
		{"{matchExpressions: [{key: a, operator: Exists, values: []}]}", "{a: b}", true},
		{"{matchExpressions: [{key: a, operator: Exists}]}", "{b: a}", false},
		{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{a: ''}", false},
		{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{b: a}", true},
		{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{}", true},
		/* Repeated keys and contradictions just AND together (A4.5). */
		{"{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: "
		 "DoesNotExist}]}",
		 "{a: b}", false},
		{"{matchLabels: {a: b}, matchExpressions: [{key: a, operator: In, values: [c]}]}",
		 "{a: b}", false},
		{"{matchLabels: {a: b}, matchExpressions: [{key: c, operator: NotIn, values: "
		 "[d]}]}",
		 "{a: b}", true},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c, b]}]}", "{a: b}", true},
		{"{matchExpressions: [{key: a, operator: In, values: [f, b, e, c, d]}]}", "{a: f}",
		 true},
		{"{matchExpressions: [{key: a, operator: In, values: [f, b, e, c, d]}]}", "{a: e}",
		 true},
		{"{matchExpressions: [{key: a, operator: In, values: [f, b, e, c, d]}]}", "{a: d}",
		 true},
		{"{matchExpressions: [{key: a, operator: In, values: [f, b, e, c, d]}]}", "{a: c}",
		 true},
		{"{matchExpressions: [{key: a, operator: In, values: [f, b, e, c, d]}]}", "{a: b}",
		 true},
	};

	/* Either may be interned first: nothing may hang on the order of symbols. */
	for (size_t i = 0; i < 2 * WARD_ARRAY_SIZE(cases); i++) {
		const char *text = cases[i / 2].selector;
		const struct ward_selector *selector;
		struct ward_labels labels;
		struct fixture fixture;

		fixture_init(&fixture, tables);
		if (i % 2)
			labels = labels_read(&fixture, cases[i / 2].labels);
		selector = selector_read(&fixture, text);
		assert_non_null(selector);
		if (i % 2 == 0)
			labels = labels_read(&fixture, cases[i / 2].labels);
		if (ward_selector_matches(selector, labels) != cases[i / 2].matches)
			fail_msg("%s on %s", text, cases[i / 2].labels);
		fixture_done(&fixture);
	}
}

static void canonical(void **state)
{
	const struct ward_selector *selector;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	ward_symbol(&fixture.symbols, "z");
	selector = selector_read(&fixture,
				 "{matchLabels: {b: x}, matchExpressions: [{key: z, operator: "
				 "NotIn, values: [q, z, q]}, {key: b, operator: Exists}]}");
	assert_int_equal(selector->n, 3);
	assert_int_equal(selector->items[0].key, fixture_sym(&fixture, "z"));
	assert_int_equal(selector->items[0].n_values, 2);
	assert_true(selector->items[0].values[0] < selector->items[0].values[1]);
	assert_int_equal(selector->items[1].key, fixture_sym(&fixture, "b"));
	assert_int_equal(selector->items[1].op, WARD_OP_IN);
	assert_int_equal(selector->items[2].op, WARD_OP_EXISTS);
	assert_int_equal(selector->items[1].mark.line, 4);
	assert_int_equal(selector->items[1].mark.col, 36);
	fixture_done(&fixture);
}

/* A4.1, A4.2, A4.4, A4.5 */
static void refusals(void **state)
{
	static const struct {
		const char *selector, *diags;
	} cases[] = {
		{"{matchLabels: {a: @1}}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchLabels.a: "
		 "expected a string, found the integer 1 (put it in quotes: \"1\")"},
		{"{matchLabels: {a: @yes}}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchLabels.a: "
		 "expected a string, found the boolean yes (put it in quotes: \"yes\")"},
		{"{matchLabels: {a: @[b]}}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchLabels.a: "
		 "expected a string, found a list"},
		{"{matchLabels: {a.b/c: @null}}",
		 "@1 warning null-value [NetworkPolicy x/p] "
		 "spec.podSelector.matchLabels[a.b/c]: null is read as the empty string "
		 "(write \"\" if the empty value is meant)"},
		{"{matchLabels: {@a b: c}}",
		 "@1 error bad-label [NetworkPolicy x/p] spec.podSelector.matchLabels: expected "
		 "a "
		 "label key, found the string \"a b\" (a label key is NAME or PREFIX/NAME, the "
		 "name 1–63 letters, digits, '-', '_', '.', with a letter or digit at both ends)"},
		{"{matchLabels: {a: @-b}}",
		 "@1 error bad-label [NetworkPolicy x/p] spec.podSelector.matchLabels.a: "
		 "expected "
		 "a label value, found the string \"-b\" (a label value is at most 63 letters, "
		 "digits, '-', '_', '.', with a letter or digit at both ends)"},
		{"@[]", "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector: expected a map, "
			"found a list"},
		{"{matchLabels: @[]}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchLabels: expected "
		 "a map, found a list"},
		{"{matchExpressions: @{}}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchExpressions: "
		 "expected a list, found a map (write a dash before each element)"},
		{"{matchExpressions: [{key: a, operator: @in, values: [b]}]}",
		 "@1 error bad-operator [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].operator: expected In, NotIn, Exists or "
		 "DoesNotExist, found the string \"in\" (did you mean In?)"},
		{"{matchExpressions: [{key: a, operator: @Gt, values: ['1']}]}",
		 "@1 error bad-operator [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].operator: expected In, NotIn, Exists or "
		 "DoesNotExist, found the string \"Gt\""},
		{"{matchExpressions: [@{key: a}]}",
		 "@1 error bad-operator [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].operator: expected In, NotIn, Exists or "
		 "DoesNotExist, found nothing"},
		{"{matchExpressions: [@{operator: Exists}]}",
		 "@1 error bad-label [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].key: "
		 "expected a label key, found nothing (a label key is NAME or PREFIX/NAME, the "
		 "name 1–63 letters, digits, '-', '_', '.', with a letter or digit at both ends)"},
		{"{matchExpressions: [{key: a, operator: In, values: @[]}]}",
		 "@1 error bad-values [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].values: In needs values, found none "
		 "(list at least one value)"},
		{"{matchExpressions: [@{key: a, operator: NotIn}]}",
		 "@1 error bad-values [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].values: NotIn needs values, found none "
		 "(list at least one value)"},
		{"{matchExpressions: [{key: a, operator: Exists, values: @[b]}]}",
		 "@1 error bad-values [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].values: Exists takes no values (remove "
		 "values, or use In or NotIn)"},
		{"{matchExpressions: [{key: a, operator: DoesNotExist, values: @[b]}]}",
		 "@1 error bad-values [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].values: DoesNotExist takes no values "
		 "(remove values, or use In or NotIn)"},
		{"{matchExpressions: [{key: a, operator: In, values: [b, @2]}]}",
		 "@1 error wrong-type [NetworkPolicy x/p] "
		 "spec.podSelector.matchExpressions[0].values[1]: expected a string, found the "
		 "integer 2 (put it in quotes: \"2\")"},
		{"{matchExpressions: [@a]}",
		 "@1 error wrong-type [NetworkPolicy x/p] spec.podSelector.matchExpressions[0]: "
		 "expected a map, found the string \"a\""},
		{"{@matchlabels: {a: b}}",
		 "@1 error unknown-field [NetworkPolicy x/p] spec.podSelector: unknown field "
		 "matchlabels (did you mean matchLabels? The API server would drop it, and the "
		 "selector would match more pods than meant)"},
		{"{@app: web}",
		 "@1 error unknown-field [NetworkPolicy x/p] spec.podSelector: unknown field app "
		 "(known here: matchLabels, matchExpressions)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;
		bool taken;

		fixture_init(&fixture, tables);
		taken = selector_read(&fixture, cases[i].selector);
		assert_diags(&fixture, cases[i].diags);
		assert_int_equal(taken, !ward_diags_has_errors(&fixture.diags));
		fixture_done(&fixture);
	}
}

static void printing(void **state)
{
	static const struct {
		const char *selector, *text;
	} cases[] = {
		{"{}", "everything"},
		{"{matchLabels: {role: db}}", "role=db"},
		{"{matchLabels: {role: ''}}", "role="},
		{"{matchExpressions: [{key: a, operator: In, values: [b, c]}]}", "a in (b, c)"},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "a!=b"},
		{"{matchExpressions: [{key: a, operator: NotIn, values: [b, c]}]}",
		 "a notin (b, c)"},
		{"{matchExpressions: [{key: a, operator: Exists}, {key: canary, operator: "
		 "DoesNotExist}]}",
		 "a, !canary"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		const struct ward_selector *selector;
		struct fixture fixture;
		char text[64], little[6];

		fixture_init(&fixture, tables);
		selector = selector_read(&fixture, cases[i].selector);
		ward_selector_print(selector, &fixture.symbols, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		ward_selector_print(selector, &fixture.symbols, little, sizeof(little));
		assert_int_equal(strncmp(little, text, sizeof(little) - 1), 0);
		fixture_done(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matching),
		cmocka_unit_test(canonical),
		cmocka_unit_test(refusals),
		cmocka_unit_test(printing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
