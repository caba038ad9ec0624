/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of docs/semantics.md as data.
 *
 * A file is a sequence of documents: Kubernetes manifests, the world of all its cases; then the
 * cases.  A case looks like this:
 *
 *	case: H16 a policy that denies all, another that allows from b
 *	with: [ … ]              objects of this case alone; they replace those of the same name
 *	pods: [x/a, y/b]         what `*` stands for, alone or after a namespace; else all pods
 *	expect:
 *	- {from: x/b, to: x/a, port: 80, allow: true}
 *	- {from: [x/c, 203.0.113.10], to: x/a, port: [80, 81], protocol: UDP, allow: false}
 *
 * `protocol` is TCP when left out; ICMP stands for all protocols without ports.  `family: IPv6`
 * asks for one family only.  Where lines overlap the later one holds.  A pod to itself is expected
 * only where it is named.
 *
 * `service: true` is a connection through a Service, `hairpin` what a pod may ask of itself through
 * one (F7.1): spec, allow, evaluate.
 *
 * `valid: false` says that reading `with` must fail, `finding: CODE` that it says so;
 * `like_server: true` that unknown fields are read as the API server does.
 *
 * It is the 13th of December 2026 (WORLD_TODAY).
 *
 * A case of several steps has `subtests`, each a case of its own whose `with` comes on top, and
 * perhaps `without`, a list of {kind, namespace, name} to be taken away.  `define` is for anchors.
 *
 * Every expectation is put to the oracle, to every judge, and to the images of the nodes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/expect.h"
#include "conformance/images.h"
#include "doc/read.h"
#include "oracle/judges.h"
#include "oracle/world-read.h"

struct tally {
	uint32_t n_cases, n_steps, n_expectations, n_of_images, n_failed;
};

struct run {
	struct ward_symbols symbols;
	struct reading base; /* of the current file */
	ward_sym file;
	struct tally tally; /* the same */
};

static bool case_fail(struct run *run, const struct ward_node *root, const char *why)
{
	printf("%s:%u: %s: %s\n", ward_symbol_str(&run->symbols, run->file), root->line,
	       ward_node_get_str(root, "case"), why);
	return false;
}

/* ---- reading a case ---- */

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

static void case_with(struct run *run, const struct ward_node *root, struct reading *reading)
{
	const struct ward_node *with = ward_node_get(root, "with");

	for (uint32_t i = 0; with && i < with->len; i++)
		reading_add(reading, run->file, &with->items[i]);
	case_without(root, reading);
}

/* @outer: the case whose subtest @root is, or NULL. */
static void case_read(struct run *run, const struct ward_node *outer, const struct ward_node *root,
		      struct reading *reading)
{
	const struct ward_node *like_server = ward_node_get(root, "like_server");

	reading->like_server = like_server && like_server->boolean;
	for (uint32_t i = 0; i < run->base.snapshot.objects.n; i++) {
		if (run->base.snapshot.objects.items[i])
			ward_snapshot_add(&reading->snapshot, run->base.snapshot.objects.items[i]);
	}
	if (outer)
		case_with(run, outer, reading);
	case_with(run, root, reading);
}

static bool has_finding(const struct ward_diags *diags, const char *code)
{
	for (uint32_t i = 0; i < diags->list.n; i++) {
		if (strcmp(diags->list.items[i].code, code) == 0)
			return true;
	}
	return false;
}

static bool findings_check(struct run *run, const struct ward_node *root,
			   const struct reading *reading)
{
	const struct ward_node *valid = ward_node_get(root, "valid");
	const char *finding = ward_node_get_str(root, "finding");
	bool should_fail = valid && valid->type == WARD_NODE_BOOL && !valid->boolean;

	if (ward_diags_has_errors(&reading->diags) != should_fail) {
		reading_print_diags(reading, stdout);
		return case_fail(run, root, should_fail ? "expected to be refused" : "was refused");
	}
	if (finding && !has_finding(&reading->diags, finding)) {
		reading_print_diags(reading, stdout);
		return case_fail(run, root, "expected another finding");
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
	printf("%s:%u: expected %s: ", ward_symbol_str(&run->symbols, run->file), expectation->line,
	       expectation->allow ? "allow" : "deny");
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

static bool world_expect(struct run *run, const struct ward_node *root, const struct world *world)
{
	const struct ward_node *expect = ward_node_get(root, "expect");
	struct expectations expectations = {.world = world, .pods = ward_node_get(root, "pods")};
	bool holds = true;

	for (uint32_t i = 0; holds && i < expect->len; i++) {
		if (expectations_add(&expectations, &expect->items[i]) < 0)
			holds = case_fail(run, root, expectations.error);
	}
	if (holds && !expectations.list.n)
		holds = case_fail(run, root, "expects nothing");
	holds = holds && expectations_check(run, &expectations);
	expectations_done(&expectations);
	return holds;
}

static bool case_check(struct run *run, const struct ward_node *outer, const struct ward_node *root)
{
	const struct ward_node *expect = ward_node_get(root, "expect");
	struct world world = {};
	struct reading reading;
	bool holds;

	if (!keys_are_known(root) || (!expect && !ward_node_get(root, "valid")) ||
	    (expect && expect->type != WARD_NODE_LIST))
		return case_fail(run, root, "not a case: unknown or missing keys");
	reading_init(&reading, &run->symbols);
	case_read(run, outer, root, &reading);
	reading_world(&reading, &world);
	holds = findings_check(run, root, &reading) && (!expect || world_expect(run, root, &world));
	world_done(&world);
	reading_done(&reading);
	return holds;
}

static void step_count(struct run *run, const struct ward_node *outer, const struct ward_node *root)
{
	run->tally.n_steps++;
	if (case_check(run, outer, root))
		return;
	run->tally.n_failed++;
	printf("FAILED %s%s%s\n", outer ? ward_node_get_str(outer, "case") : "", outer ? ": " : "",
	       ward_node_get_str(root, "case"));
}

static int document(void *userdata, ward_sym file, const struct ward_node *root)
{
	struct run *run = userdata;
	const struct ward_node *subtests;

	run->file = file;
	if (!ward_node_get(root, "case")) {
		reading_add(&run->base, file, root);
		return 0;
	}
	run->tally.n_cases++;
	subtests = ward_node_get(root, "subtests");
	if (!subtests)
		step_count(run, NULL, root);
	for (uint32_t i = 0; subtests && i < subtests->len; i++)
		step_count(run, root, &subtests->items[i]);
	return 0;
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
	sum->n_failed += tally->n_failed + !tally->n_cases;
}

static void run_file(struct run *run, const char *path)
{
	struct ward_reader reader = {.symbols = &run->symbols, .fn = document, .userdata = run};

	run->tally = (struct tally){};
	reading_init(&run->base, &run->symbols);
	reader.diags = &run->base.diags;
	ward_read_path(&reader, path);
	if (ward_diags_has_errors(&run->base.diags)) {
		reading_print_diags(&run->base, stdout);
		run->tally.n_failed++;
	}
	reading_done(&run->base);
	tally_print(path, &run->tally);
}

int main(int argc, char **argv)
{
	struct run run = {};
	struct tally all = {};

	ward_symbols_init(&run.symbols);
	for (int i = 1; i < argc; i++) {
		run_file(&run, argv[i]);
		tally_add(&all, &run.tally);
	}
	ward_symbols_done(&run.symbols);
	tally_print("all", &all);
	return all.n_failed || !all.n_cases ? EXIT_FAILURE : EXIT_SUCCESS;
}
