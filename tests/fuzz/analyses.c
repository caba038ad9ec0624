/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever is added to a small world, the questions that people ask of it have answers: findings,
 * maps, verdicts with their reasons, and a comparison with itself, which finds nothing.  What is
 * written as JSON is read as JSON. */
#include <stdlib.h>
#include <string.h>

#include "analysis/diff.h"
#include "analysis/load.h"
#include "doc/read.h"
#include "fuzz.h"
#include "oracle/world-read.h"
#include "report/diff.h"
#include "report/findings.h"
#include "report/labels.h"
#include "report/map.h"
#include "report/svg.h"
#include "report/verdict.h"
#include "small-world.h"

enum {
	SIZE_MAX_READ = 4096
};

/* What a rendering wrote. */
struct page {
	char *text;
	size_t size;
	FILE *out;
};

static FILE *page_open(struct page *page)
{
	*page = (struct page){};
	page->out = open_memstream(&page->text, &page->size);
	return page->out;
}

static int node_take(void *userdata, ward_sym file, const struct ward_node *root)
{
	return 0;
}

static void page_done(struct page *page, bool json)
{
	struct ward_diags diags = {};
	struct ward_symbols symbols;
	struct ward_reader reader = {.symbols = &symbols, .diags = &diags, .fn = node_take};

	fclose(page->out);
	ward_symbols_init(&symbols);
	if (json)
		ward_read_memory(&reader, "page.json", page->text, page->size);
	if (diags.list.n)
		abort();
	ward_symbols_done(&symbols);
	ward_diags_done(&diags);
	free(page->text);
}

static void findings_print(const struct ward_snapshot *snapshot, const struct ward_engine *engine)
{
	struct ward_findings findings;
	struct page page;

	ward_findings_init(&findings, snapshot, engine);
	ward_report_findings_json(&findings, snapshot->symbols, page_open(&page));
	page_done(&page, true);
	ward_report_findings_sarif(&findings, snapshot->symbols, "0", page_open(&page));
	page_done(&page, true);
	ward_report_findings_junit(&findings, snapshot->symbols, "check", WARD_ERROR,
				   page_open(&page));
	page_done(&page, false);
	ward_findings_done(&findings);
}

static void labels_print(const struct ward_snapshot *snapshot)
{
	struct ward_label_audit audit;
	struct page page;

	ward_label_audit_init(&audit, snapshot);
	ward_report_labels_json(&audit, snapshot->symbols, page_open(&page));
	page_done(&page, true);
	ward_report_labels_table(&audit, snapshot->symbols,
				 &(struct ward_text){.out = page_open(&page), .width = 80});
	page_done(&page, false);
	ward_report_labels_patch(&audit, snapshot->symbols, page_open(&page));
	page_done(&page, false);
	ward_label_audit_done(&audit);
}

static void map_print(const struct ward_snapshot *snapshot, const struct ward_engine *engine,
		      bool pods)
{
	const struct ward_map_options options = {.pods = pods, .ns = WARD_SYM_EMPTY};
	struct ward_map map;
	struct page page;

	ward_map_build(engine, snapshot, &options, &map);
	ward_report_map_json(&map, page_open(&page));
	page_done(&page, true);
	ward_report_map_table(&map, &(struct ward_text){.out = page_open(&page), .width = 80});
	page_done(&page, false);
	ward_report_map_list(&map, page_open(&page));
	page_done(&page, false);
	ward_report_svg(&map, page_open(&page));
	page_done(&page, false);
	ward_map_done(&map);
}

static void diff_print(const struct ward_snapshot *snapshot, const struct ward_engine *engine)
{
	const struct ward_diff_side sides[] = {{engine, snapshot}, {engine, snapshot}};
	const struct ward_diff_options options = {};
	struct ward_diff diff;
	struct page page;

	ward_diff_build(sides, &options, &diff);
	if (!ward_diff_is_same(&diff))
		abort();
	ward_report_diff_json(&diff, page_open(&page));
	page_done(&page, true);
	ward_diff_done(&diff);
}

static void answer_print(const struct ward_question *question, struct ward_sources *sources)
{
	struct ward_answer answer;
	struct page page;

	if (ward_explain(question, &answer) < 0)
		return;
	ward_report_verdict_text(question, &answer, sources,
				 &(struct ward_text){.out = page_open(&page)});
	page_done(&page, false);
	ward_report_verdict_json(question, &answer, page_open(&page));
	page_done(&page, true);
	ward_answer_done(&answer);
}

static void pair_ask(const struct ward_snapshot *snapshot, const struct ward_engine *engine,
		     struct ward_sources *sources, const char *from, const char *to)
{
	_cleanup_(ward_who_done) struct ward_who source = {}, target = {};
	_cleanup_free_ char *why = NULL;
	struct ward_question question = {
		.engine = engine,
		.snapshot = snapshot,
		.from = &source,
		.to = &target,
		.port = 80,
	};

	if (ward_who_find(engine, snapshot, WARD_NONE, from, &source, &why) < 0 ||
	    ward_who_find(engine, snapshot, WARD_NONE, to, &target, &why) < 0)
		return;
	for (int i = 0; i < 4; i++) {
		question.any_port = i & 1;
		question.any = i & 2;
		answer_print(&question, sources);
	}
}

static void all_ask(const struct ward_snapshot *snapshot, const struct ward_engine *engine)
{
	static const char *const whom[] = {"x/a", "x/b", "w/c", "world", "node:n1", "10.0.0.0/28"};
	struct ward_sources sources = {.symbols = snapshot->symbols};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(whom); i++)
		for (size_t k = 0; k < WARD_ARRAY_SIZE(whom); k++)
			pair_ask(snapshot, engine, &sources, whom[i], whom[k]);
	ward_sources_done(&sources);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct ward_symbols symbols;
	struct ward_engine *engine = NULL;
	struct reading reading;

	if (size > SIZE_MAX_READ)
		return 0;
	ward_symbols_init(&symbols);
	reading_init(&reading, &symbols);
	reading.like_server = true;
	reading_add_text(&reading, "world", small_world, strlen(small_world));
	reading_add_text(&reading, "fuzz", (const char *)bytes, size);
	ward_snapshot_complete(&reading.snapshot);
	if (!ward_diags_has_errors(&reading.diags))
		engine = ward_engine_load(&reading.snapshot, WARD_NONE);
	findings_print(&reading.snapshot, engine);
	labels_print(&reading.snapshot);
	if (engine) {
		map_print(&reading.snapshot, engine, false);
		map_print(&reading.snapshot, engine, true);
		diff_print(&reading.snapshot, engine);
		all_ask(&reading.snapshot, engine);
	}
	ward_engine_free(engine);
	reading_done(&reading);
	ward_symbols_done(&symbols);
	return 0;
}
