/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/cases.h"

#include <stdio.h>
#include <string.h>

#include "doc/read.h"

static void case_without(const struct ward_node *root, struct reading *reading)
{
	const struct ward_node *without = ward_node_get(root, "without");
	struct ward_symbols *symbols = reading->snapshot.symbols;

	for (uint32_t i = 0; without && i < without->len; i++) {
		const struct ward_node *item = &without->items[i];
		const char *ns = ward_node_get_str(item, "namespace");

		ward_snapshot_remove(&reading->snapshot,
				     ward_kind_parse(ward_node_get_str(item, "kind")),
				     ns ? ward_symbol(symbols, ns) : WARD_NONE,
				     ward_symbol(symbols, ward_node_get_str(item, "name")));
	}
}

static void case_with(ward_sym file, const struct ward_node *root, struct reading *reading)
{
	const struct ward_node *with = ward_node_get(root, "with");

	for (uint32_t i = 0; with && i < with->len; i++)
		reading_add(reading, file, &with->items[i]);
	case_without(root, reading);
}

/* @outer: the case whose subtest @root is, or NULL. */
static void case_read(const struct cases *cases, const struct ward_node *outer,
		      const struct ward_node *root, struct reading *reading)
{
	const struct ward_node *like_server = ward_node_get(root, "like_server");
	const struct ward_snapshot *base = &cases->base->snapshot;

	reading->like_server = like_server && like_server->boolean;
	for (uint32_t i = 0; i < base->objects.n; i++) {
		if (base->objects.items[i])
			ward_snapshot_add(&reading->snapshot, base->objects.items[i]);
	}
	if (outer)
		case_with(cases->file, outer, reading);
	case_with(cases->file, root, reading);
}

static void step_read(struct cases *cases, const struct ward_node *outer,
		      const struct ward_node *root)
{
	struct reading reading;
	struct world world = {};
	struct step step = {cases->file, outer, root, &reading, &world};

	cases->n_steps++;
	reading_init(&reading, cases->symbols);
	case_read(cases, outer, root, &reading);
	reading_world(&reading, &world);
	cases->fn(cases->userdata, &step);
	world_done(&world);
	reading_done(&reading);
}

static int document(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct cases *cases = userdata;
	const struct ward_node *subtests;

	cases->file = file;
	if (!ward_node_get(root, "case")) {
		reading_add(cases->base, file, root);
		return 0;
	}
	cases->n_cases++;
	subtests = ward_node_get(root, "subtests");
	if (!subtests)
		step_read(cases, NULL, root);
	for (uint32_t i = 0; subtests && i < subtests->len; i++)
		step_read(cases, root, &subtests->items[i]);
	return 0;
}

bool cases_read(struct cases *cases, const char *path)
{
	struct ward_reader reader = {.symbols = cases->symbols, .fn = document, .userdata = cases};
	uint32_t before = cases->n_cases;
	struct reading base;
	bool readable;

	reading_init(&base, cases->symbols);
	cases->base = &base;
	reader.diags = &base.diags;
	ward_read_path(&reader, path);
	readable = !ward_diags_has_errors(&base.diags);
	if (!readable)
		reading_print_diags(&base, stdout);
	else if (cases->n_cases == before)
		printf("%s: no cases\n", path);
	reading_done(&base);
	return readable && cases->n_cases > before;
}

const char *step_expectations(const struct step *step, struct expectations *ret_expectations)
{
	const struct ward_node *expect = ward_node_get(step->root, "expect");

	*ret_expectations = (struct expectations){
		.world = step->world,
		.pods = ward_node_get(step->root, "pods"),
	};
	for (uint32_t i = 0; expect && i < expect->len; i++) {
		if (expectations_add(ret_expectations, &expect->items[i]) < 0)
			return ret_expectations->error;
	}
	return expect && !ret_expectations->list.n ? "expects nothing" : NULL;
}

void step_print(const struct cases *cases, const struct step *step, const char *why)
{
	printf("%s:%u: %s%s%s: %s\n", ward_symbol_str(cases->symbols, step->file), step->root->line,
	       step->outer ? ward_node_get_str(step->outer, "case") : "", step->outer ? ": " : "",
	       ward_node_get_str(step->root, "case"), why);
}
