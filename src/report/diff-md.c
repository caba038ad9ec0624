/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for a pull request. */
#include "analysis/ports.h"
#include "report/diff-words.h"
#include "report/witness-words.h"

enum {
	NAMES_MAX = 40
};

static void cell_take(struct ward_table *table, char *owned)
{
	ward_table_cell(table, owned ? owned : "");
	free(owned);
}

static void cell_places(struct ward_table *table, const struct ward_diff *diff,
			const uint32_t *places, uint32_t n)
{
	cell_take(table, ward_diff_names_text(diff, places, n, NAMES_MAX));
}

static void table_finish(struct ward_table *table, const char *heading, bool *first, FILE *out)
{
	if (table->cells.n > table->n_columns) {
		fprintf(out, "%s**%s**\n\n", *first ? "" : "\n", heading);
		ward_table_markdown(table, out);
		*first = false;
	}
	ward_table_done(table);
}

static void isolations_table(const struct ward_diff *diff, bool isolated, bool *first, FILE *out)
{
	static const char *const header[] = {"Workloads", "Direction", "Policies"};
	const struct ward_symbols *symbols = diff->symbols[isolated ? WARD_NEW : WARD_OLD];
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < diff->n_isolations; i++) {
		const struct ward_diff_isolation *isolation = &diff->isolations[i];
		char *policies = ward_strdup("");

		for (uint32_t k = 0; k < isolation->n_policies; k++) {
			const struct ward_policy *policy = isolation->policies[k];
			_cleanup_free_ char *before = policies;
			_cleanup_free_ char *name =
				ward_diff_policy_text(symbols, policy, policy->origin.mark);

			policies = ward_format("%s%s%s", before, k ? ", " : "", name);
		}
		if (isolation->isolated == isolated) {
			cell_places(&table, diff, isolation->places, isolation->n_places);
			ward_table_cell(&table, ward_direction_str(isolation->direction));
			ward_table_cell(&table, policies);
		}
		free(policies);
	}
	table_finish(&table, isolated ? "Newly isolated" : "No longer isolated: open", first, out);
}

static void gone_table(const struct ward_diff *diff, enum ward_diff_version version, bool *first,
		       FILE *out)
{
	static const char *const header[] = {"Workloads"};
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	if (diff->n_gone[version])
		cell_places(&table, diff, diff->gone[version], diff->n_gone[version]);
	table_finish(&table, version == WARD_NEW ? "New" : "Gone", first, out);
}

/* "TCP 443", "+TCP 443 −TCP 80" */
static char *ports_text(const struct ward_diff_change *change)
{
	_cleanup_free_ char *gained = ward_port_set_text(&change->gained);
	_cleanup_free_ char *lost = ward_port_set_text(&change->lost);
	bool gains = change->gained.n || change->gained.other;
	bool loses = change->lost.n || change->lost.other;

	if (change->kind != WARD_CHANGE_PORTS)
		return TAKE_PTR(*(change->kind == WARD_CHANGE_ALLOWED ? &gained : &lost));
	return ward_format("%s%s%s%s", gains ? "gains " : "", gains ? gained : "",
			   loses ? (gains ? ", loses " : "loses ") : "", loses ? lost : "");
}

static void changes_table(const struct ward_diff *diff, enum ward_change_kind kind, bool *first,
			  FILE *out)
{
	static const char *const header[] = {"From", "To", "Ports", "Old", "New"};
	static const char *const headings[] = {
		[WARD_CHANGE_ALLOWED] = "Becomes allowed",
		[WARD_CHANGE_DENIED] = "Becomes denied",
		[WARD_CHANGE_PORTS] = "Other ports",
	};
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < diff->n_changes; i++) {
		const struct ward_diff_change *change = &diff->changes[i];

		if (change->kind != kind)
			continue;
		cell_places(&table, diff, change->from, change->n_from);
		cell_places(&table, diff, change->to, change->n_to);
		cell_take(&table, ports_text(change));
		cell_take(&table, ward_diff_why_text(diff, change, WARD_OLD));
		cell_take(&table, ward_diff_why_text(diff, change, WARD_NEW));
	}
	table_finish(&table, headings[kind], first, out);
}

/* Where no pod given shows it. */
static void possible_table(const struct ward_diff *diff, enum ward_diff_way way, bool *first,
			   FILE *out)
{
	static const char *const header[] = {"From", "To", "Port", "Old", "New"};
	static const char *const headings[] = {
		[WARD_GAINED] = "Would become allowed, for pods that are not given; for example",
		[WARD_LOST] = "Would become denied, for pods that are not given; for example",
	};
	const struct ward_diff_possible *possible = &diff->possible[way];
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	if (possible->found == WARD_FOUND && !ward_diff_goes(diff, way)) {
		for (int end = 0; end < WARD_N_END_AT; end++)
			cell_take(&table, ward_witness_end_text(&possible->witness.end[end]));
		cell_take(&table, ward_witness_port_text(&possible->witness));
		for (int version = 0; version < WARD_N_VERSION; version++)
			cell_take(&table,
				  ward_why_text(diff->symbols[version], &possible->why[version]));
	}
	table_finish(&table, headings[way], first, out);
}

void ward_report_diff_markdown(const struct ward_diff *diff, FILE *out)
{
	_cleanup_free_ char *proof = ward_diff_proof(diff);
	bool first = true;

	isolations_table(diff, true, &first, out);
	isolations_table(diff, false, &first, out);
	for (int version = WARD_NEW; version >= WARD_OLD; version--)
		gone_table(diff, version, &first, out);
	for (int kind = 0; kind < WARD_N_CHANGE; kind++)
		changes_table(diff, kind, &first, out);
	for (int way = 0; way < WARD_N_WAY; way++)
		possible_table(diff, way, &first, out);
	if (*proof)
		fprintf(out, "%s%s\n", first ? "" : "\n", proof);
}
