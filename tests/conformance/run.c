/* SPDX-License-Identifier: Apache-2.0 */
/* The cases (cases.h), put to those who judge: every expectation to the oracle, to every judge, and
 * to the images of the nodes. */
#include <stdlib.h>
#include <string.h>

#include "conformance/cases.h"
#include "conformance/images.h"
#include "oracle/judges.h"

struct tally {
	uint32_t n_cases, n_steps, n_expectations, n_of_images, n_failed;
};

struct run {
	struct cases cases;
	const char *print;  /* the case whose world is to be printed, and nothing else */
	struct tally tally; /* of the current file */
};

static bool step_fail(struct run *run, const struct step *step, const char *why)
{
	step_print(&run->cases, step, why);
	return false;
}

static bool has_finding(const struct ward_diags *diags, const char *code)
{
	for (uint32_t i = 0; i < diags->list.n; i++) {
		if (strcmp(diags->list.items[i].code, code) == 0)
			return true;
	}
	return false;
}

static bool findings_check(struct run *run, const struct step *step)
{
	const struct ward_node *valid = ward_node_get(step->root, "valid");
	const char *finding = ward_node_get_str(step->root, "finding");
	bool should_fail = valid && valid->type == WARD_NODE_BOOL && !valid->boolean;

	if (ward_diags_has_errors(&step->reading->diags) != should_fail) {
		reading_print_diags(step->reading, stdout);
		return step_fail(run, step, should_fail ? "expected to be refused" : "was refused");
	}
	if (finding && !has_finding(&step->reading->diags, finding)) {
		reading_print_diags(step->reading, stdout);
		return step_fail(run, step, "expected another finding");
	}
	return true;
}

static bool keys_are_known(const struct ward_node *root)
{
	static const char *const known[] = {"case",	   "with",    "without", "pods",
					    "expect",	   "valid",   "finding", "define",
					    "like_server", "subtests"};
	uint32_t n = 0;

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(known); i++)
		n += ward_node_get(root, known[i]) != NULL;
	return n == root->len;
}

/* ---- judging it ---- */

static bool judgement_expect(struct run *run, const struct world *world,
			     const struct expectation *expectation, const char *judge,
			     const struct judgement *got)
{
	if (got->accept == expectation->allow)
		return true;
	printf("%s:%u: expected %s: ", ward_symbol_str(run->cases.symbols, run->cases.file),
	       expectation->line, expectation->allow ? "allow" : "deny");
	conn_print(world, &expectation->conn, stdout);
	printf("  %s says ", judge);
	judgement_print(world, got, stdout);
	return false;
}

static bool images_expect(struct run *run, const struct world *world, struct images *images,
			  const struct expectation *expectation)
{
	struct judgement got = {};

	if (!images_judge(images, &expectation->conn, &got.accept))
		return true;
	run->tally.n_of_images++;
	return judgement_expect(run, world, expectation, "image", &got);
}

static bool expectations_check(struct run *run, const struct expectations *expectations)
{
	const struct world *world = expectations->world;
	struct images *images = images_new(world);
	void *selves[JUDGES_MAX] = {};
	bool holds = true;

	for (uint32_t j = 0; judges[j]; j++)
		selves[j] = judges[j]->open(world);
	for (uint32_t i = 0; i < expectations->list.n; i++) {
		const struct expectation *expectation = &expectations->list.items[i];
		struct judgement got = {};

		oracle_judge(world, &expectation->conn, &got);
		holds &= judgement_expect(run, world, expectation, "oracle", &got);
		for (uint32_t j = 0; judges[j]; j++) {
			judges[j]->judge(selves[j], &expectation->conn, &got);
			holds &= judgement_expect(run, world, expectation, judges[j]->name, &got);
			holds &= judgement_check(world, &expectation->conn, judges[j]->name, &got);
		}
		holds &= images_expect(run, world, images, expectation);
	}
	images_free(images);
	for (uint32_t j = 0; judges[j]; j++)
		judges[j]->close(selves[j]);
	run->tally.n_expectations += expectations->list.n;
	return holds;
}

static bool step_expect(struct run *run, const struct step *step)
{
	struct expectations expectations;
	const char *error = step_expectations(step, &expectations);
	bool holds = error ? step_fail(run, step, error) : expectations_check(run, &expectations);

	expectations_done(&expectations);
	return holds;
}

static bool step_check(struct run *run, const struct step *step)
{
	const struct ward_node *expect = ward_node_get(step->root, "expect");

	if (!keys_are_known(step->root) || (!expect && !ward_node_get(step->root, "valid")) ||
	    (expect && expect->type != WARD_NODE_LIST))
		return step_fail(run, step, "not a case: unknown or missing keys");
	return findings_check(run, step) && step_expect(run, step);
}

static void step_take(void *userdata, const struct step *step)
{
	struct run *run = userdata;

	if (run->print) {
		if (strcmp(ward_node_get_str(step->root, "case"), run->print) == 0)
			world_print(step->world, stdout);
		return;
	}
	if (step_check(run, step))
		return;
	run->tally.n_failed++;
	step_print(&run->cases, step, "FAILED");
}

static void tally_print(const char *what, const struct tally *tally)
{
	const char *name = strrchr(what, '/');

	printf("%s: %u cases in %u steps, %u expectations (%u also of images), %u failed\n",
	       name ? name + 1 : what, tally->n_cases, tally->n_steps, tally->n_expectations,
	       tally->n_of_images, tally->n_failed);
}

static void tally_add(struct tally *sum, const struct tally *tally)
{
	sum->n_cases += tally->n_cases;
	sum->n_steps += tally->n_steps;
	sum->n_expectations += tally->n_expectations;
	sum->n_of_images += tally->n_of_images;
	sum->n_failed += tally->n_failed;
}

static void run_file(struct run *run, const char *path)
{
	run->cases.n_cases = run->cases.n_steps = 0;
	run->tally = (struct tally){};
	if (!cases_read(&run->cases, path))
		run->tally.n_failed++;
	run->tally.n_cases = run->cases.n_cases;
	run->tally.n_steps = run->cases.n_steps;
	if (!run->print)
		tally_print(path, &run->tally);
}

/* run-conformance FILE … | --print CASE FILE … */
int main(int argc, char **argv)
{
	struct ward_symbols symbols;
	struct run run = {.cases = {.symbols = &symbols, .fn = step_take, .userdata = &run}};
	struct tally all = {};

	if (argc > 3 && strcmp(argv[1], "--print") == 0)
		run.print = argv[2];
	ward_symbols_init(&symbols);
	for (int i = run.print ? 3 : 1; i < argc; i++) {
		run_file(&run, argv[i]);
		tally_add(&all, &run.tally);
	}
	ward_symbols_done(&symbols);
	if (!run.print)
		tally_print("all", &all);
	return all.n_failed || !all.n_cases ? EXIT_FAILURE : EXIT_SUCCESS;
}
