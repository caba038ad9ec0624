/* SPDX-License-Identifier: Apache-2.0 */
/* LabelStandard: what is understood, and that everything else is refused. */
#include "fixture.h"

#include "group/grouppolicy.h"
#include "group/labelstandard.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders, NULL};

static const struct ward_labelstandard *spec_read(struct fixture *fixture, const char *spec)
{
	_cleanup_free_ char *text = ward_format("apiVersion: ward.dev/v1alpha1\n"
						"kind: LabelStandard\n"
						"metadata: {name: default}\n"
						"spec:\n%s",
						spec);

	fixture_init(fixture, tables);
	fixture_read(fixture, "test.yaml", text);
	return ward_labelstandard_of(&fixture->snapshot);
}

static void test_whole(void **state)
{
	const struct ward_labelstandard *standard;
	const struct ward_dimension *env, *team, *role, *app;
	struct fixture fixture;

	(void)state;
	standard = spec_read(
		&fixture,
		"  dimensions:\n"
		"  - {key: env, of: [Namespace], values: [dev, prod], required: true, "
		"immutable: true, guarded: true}\n"
		"  - {key: team, of: [Namespace, Workload], required: true, "
		"inheritFromNamespace: true}\n"
		"  - {key: role, values: [db, web], exclusive: true, aliases: {database: db}}\n"
		"  - {key: example.com/app, pattern: \"^[a-z]+$\"}\n"
		"  forbiddenKeys: [Role, enviroment]\n"
		"  nearDuplicates: Ignore\n"
		"  enforcement: Deny\n"
		"  extraTemplates: [{group: argoproj.io, resource: rollouts, path: "
		"spec.template}]\n"
		"  exemptNamespaces: [kube-system]\n"
		"  description: all of it\n"
		"  owners: [{team: platform}]\n");
	assert_diags(&fixture, "");
	assert_non_null(standard);
	assert_int_equal(standard->n_dimensions, 4);
	env = ward_labelstandard_find(standard, WARD_SYM_ENV);
	team = ward_labelstandard_find(standard, fixture_sym(&fixture, "team"));
	role = ward_labelstandard_find(standard, fixture_sym(&fixture, "role"));
	app = ward_labelstandard_find(standard, fixture_sym(&fixture, "example.com/app"));
	assert_true(env->on_namespaces && !env->on_workloads && env->required && env->immutable &&
		    env->guarded && !env->exclusive && !env->inherits);
	assert_true(team->on_namespaces && team->on_workloads && team->inherits);
	assert_true(role->on_workloads && !role->on_namespaces && role->exclusive);
	assert_true(ward_dimension_admits(role, &fixture.symbols, fixture_sym(&fixture, "db")));
	assert_false(
		ward_dimension_admits(role, &fixture.symbols, fixture_sym(&fixture, "database")));
	assert_true(ward_dimension_admits(team, &fixture.symbols, fixture_sym(&fixture, "db")));
	assert_true(ward_dimension_admits(app, &fixture.symbols, fixture_sym(&fixture, "db")));
	assert_false(ward_dimension_admits(app, &fixture.symbols, fixture_sym(&fixture, "Role")));
	assert_int_equal(ward_dimension_alias(role, fixture_sym(&fixture, "database")),
			 fixture_sym(&fixture, "db"));
	assert_int_equal(standard->n_forbidden, 2);
	assert_false(standard->reports_near);
	assert_int_equal(standard->enforcement, WARD_LABEL_DENY);
	assert_int_equal(standard->n_templates, 1);
	assert_string_equal(fixture_str(&fixture, standard->templates[0].path), "spec.template");
	assert_int_equal(standard->n_exempt, 1);
	fixture_done(&fixture);
}

static void test_defaults(void **state)
{
	const struct ward_labelstandard *standard;
	struct fixture fixture;

	(void)state;
	standard = spec_read(&fixture, "  dimensions: [{key: role}]\n");
	assert_diags(&fixture, "");
	assert_true(standard->dimensions[0].on_workloads);
	assert_false(standard->dimensions[0].on_namespaces);
	assert_true(standard->reports_near);
	assert_int_equal(standard->enforcement, WARD_LABEL_AUDIT);
	fixture_done(&fixture);
}

#define ERROR(PLACE, CODE, TEXT) "@" PLACE " error " CODE " [LabelStandard default] " TEXT

static const struct {
	const char *spec, *expected;
} refused[] = {
	{"  @enforcement: Audit\n",
	 ERROR("1", "missing-field",
	       "spec.dimensions: expected the labels that there are to be, found none (write "
	       "dimensions: [{key: role}])")},
	{"  dimensions: [@{of: [Workload]}]\n",
	 ERROR("1", "bad-label",
	       "spec.dimensions[0].key: expected a label key, found nothing (a label key is NAME "
	       "or PREFIX/NAME, as in team or example.com/team)")},
	{"  dimensions: [@{key: role, on: [Workload]}]\n",
	 ERROR("1", "unknown-field",
	       "spec.dimensions[0]: unknown field on (write of; to YAML an unquoted on is the "
	       "boolean true)")},
	{"  dimensions: [{key: role, of: [@Pod]}]\n",
	 ERROR("1", "bad-value",
	       "spec.dimensions[0].of[0]: expected Namespace or Workload, found the string "
	       "\"Pod\"")},
	{"  dimensions: [{key: role, values: [a], pattern: @a}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].pattern: a dimension has values or a pattern (remove one of "
	       "them)")},
	{"  dimensions: [{key: role, values: @[]}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].values: expected values, found none (list them, or leave it "
	       "out)")},
	{"  dimensions: [{key: role, pattern: @\"a\\\\d\"}]\n",
	 ERROR("1", "bad-pattern",
	       "spec.dimensions[0].pattern: at character 3: this escape is not known here (write "
	       "[0-9] for \\d, [A-Za-z0-9_] for \\w; ^ and $ are implied)")},
	{"  dimensions: [{key: role, values: [db], aliases: {database: @bd}}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].aliases.database: expected one of the values of this dimension, "
	       "found the string \"bd\" (add it to values)")},
	{"  dimensions: [{key: role, values: [db, sql], aliases: {sql: @db}}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].aliases.sql: sql is a value itself (remove it from one of the "
	       "two)")},
	{"  dimensions: [{key: team, inheritFromNamespace: @true}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].inheritFromNamespace: pods inherit what both namespaces and "
	       "workloads have (write of: [Namespace, Workload])")},
	{"  dimensions: [{key: env, of: [Namespace], exclusive: @true}]\n",
	 ERROR("1", "bad-dimension",
	       "spec.dimensions[0].exclusive: only a label of workloads can tell groups apart "
	       "(write of: [Workload])")},
	{"  dimensions: [{key: role}, @{key: role}]\n",
	 ERROR("1", "duplicate-entry",
	       "spec.dimensions[1]: role has a dimension already (make them one)")},
	{"  dimensions: [{key: role}]\n  forbiddenKeys: @[role]\n",
	 ERROR("1", "bad-dimension",
	       "spec.forbiddenKeys: role is forbidden and a dimension (remove it from one of the "
	       "two)")},
	{"  dimensions: [{key: role}]\n  enforcement: @Enforce\n",
	 ERROR("1", "bad-value",
	       "spec.enforcement: expected Audit, Warn or Deny, found the string \"Enforce\"")},
	{"  dimensions: [{key: role}]\n"
	 "  extraTemplates: [{group: argoproj.io, resource: rollouts, path: @spec..template}]\n",
	 ERROR("1", "bad-template",
	       "spec.extraTemplates[0].path: expected the path of a field, found the string "
	       "\"spec..template\" (write {group: argoproj.io, resource: rollouts, path: "
	       "spec.template})")},
	{"  dimensions: [{key: role}]\n  exemptNamespaces: [@kube-*]\n",
	 ERROR("1", "bad-name",
	       "spec.exemptNamespaces[0]: expected the name of a namespace, found the string "
	       "\"kube-*\" (a pattern is not possible)")},
	{"  dimensions: [{key: role, @valeus: [db]}]\n",
	 ERROR("1", "unknown-field",
	       "spec.dimensions[0]: unknown field valeus (did you mean values? The API server "
	       "would drop it, and every value would be right)")},
};

static void test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < WARD_ARRAY_SIZE(refused); i++) {
		struct fixture fixture;

		assert_null(spec_read(&fixture, refused[i].spec));
		assert_diags(&fixture, refused[i].expected);
		fixture_done(&fixture);
	}
}

static void test_only_default(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_init(&fixture, tables);
	fixture_read(&fixture, "test.yaml",
		     "apiVersion: ward.dev/v1alpha1\n"
		     "kind: LabelStandard\n"
		     "metadata: {name: @mine}\n"
		     "spec: {dimensions: [{key: role}]}\n");
	assert_diags(&fixture,
		     "@1 error bad-name [LabelStandard mine] metadata.name: expected default, "
		     "found the string \"mine\" (there is one for a cluster: two that disagree "
		     "would be none)");
	assert_null(ward_labelstandard_of(&fixture.snapshot));
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_only_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
