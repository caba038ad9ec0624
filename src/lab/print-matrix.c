/* SPDX-License-Identifier: Apache-2.0 */
/* The matrix: predicted and observed side by side.
 *
 *	             1    2    3
 *	 1 frontend  · ·  ✓ ✓  · ·
 *	 2 backend   · ·  · ·  ✓ ✓
 *	 3 db        · ·  · ·  · ·
 *
 * Rows are sources, columns destinations.  A pod in two groups counts in both.  Where pods of one
 * group live in several environments, each environment is a line of its own: between them different
 * things are allowed. */
#include <string.h>

#include "base/alloc.h"
#include "lab/print.h"

enum {
	UNITS_PER_POD = 8,
	UNITS_FEW = 12, /* workloads are shown one by one up to so many, then namespaces */
	CELL_WIDE = 5,	/* "  ✓ ✓" */
	CELL_TIGHT = 4, /* "  ✓✓", when the wide ones do not fit */
};

struct units {
	struct ward_intern names;
	/* UNITS_PER_POD for each pod and for the world, WARD_NONE behind the last */
	WARD_VEC(uint32_t) of_pods;
};

struct cell {
	uint32_t n, predicted, observed; /* ports; how many of them are open */
	uint32_t n_echo, echo_predicted, echo_observed;
	uint32_t wrong;
};

typedef uint32_t (*units_fn)(const struct lab *lab, const struct lab_pod *pod,
			     struct ward_intern *names, uint32_t *units);

static uint32_t unit_number(struct ward_intern *names, const char *name)
{
	return ward_intern(names, name, strlen(name));
}

static const char *environment_of(const struct lab *lab, const struct lab_pod *pod)
{
	struct ward_labels labels = ward_engine_namespace_labels(lab->judge, pod->pod.object.ns);

	return ward_symbol_str(lab->symbols, ward_labels_get(labels, WARD_SYM_ENV));
}

static uint32_t units_by_group(const struct lab *lab, const struct lab_pod *pod,
			       struct ward_intern *names, uint32_t *units)
{
	const char *environment = environment_of(lab, pod);
	ward_sym groups[UNITS_PER_POD];
	uint32_t n = lab_pod_groups(lab, pod, groups, UNITS_PER_POD);

	for (uint32_t i = 0; i < n; i++) {
		_cleanup_free_ char *name =
			ward_format("%s%s%s", environment, *environment ? "/" : "",
				    ward_symbol_str(lab->symbols, groups[i]));

		units[i] = unit_number(names, name);
	}
	if (!n) {
		_cleanup_free_ char *name =
			ward_format("%s (no group)",
				    ward_symbol_str(lab->symbols, pod->pod.object.ns));

		units[n++] = unit_number(names, name);
	}
	return n;
}

static uint32_t units_by_workload(const struct lab *lab, const struct lab_pod *pod,
				  struct ward_intern *names, uint32_t *units)
{
	_cleanup_free_ char *name =
		ward_format("%s/%s", ward_symbol_str(lab->symbols, pod->pod.object.ns),
			    ward_symbol_str(lab->symbols, pod->pod.owner));

	units[0] = unit_number(names, name);
	return 1;
}

static uint32_t units_by_namespace(const struct lab *lab, const struct lab_pod *pod,
				   struct ward_intern *names, uint32_t *units)
{
	units[0] = unit_number(names, ward_symbol_str(lab->symbols, pod->pod.object.ns));
	return 1;
}

static void units_find(struct units *units, const struct lab *lab, units_fn fn)
{
	ward_vec_clear(&units->of_pods);
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		uint32_t numbers[UNITS_PER_POD];
		uint32_t n = fn(lab, lab->pods.items[i], &units->names, numbers);

		for (uint32_t k = 0; k < UNITS_PER_POD; k++)
			ward_vec_push(&units->of_pods, k < n ? numbers[k] : WARD_NONE);
	}
	for (uint32_t k = 0; k < UNITS_PER_POD; k++) /* behind the pods: the world */
		ward_vec_push(&units->of_pods,
			      k ? WARD_NONE : unit_number(&units->names, "(world)"));
}

static bool is_in(const struct lab *lab, const struct lab_pod *pod, ward_sym group)
{
	ward_sym groups[UNITS_PER_POD];
	uint32_t n = lab_pod_groups(lab, pod, groups, UNITS_PER_POD);

	while (n && groups[n - 1] != group)
		n--;
	return n;
}

/* Numbers for (environment, group) in the order in which the groups are declared; environments in
 * the order of their pods. */
static void units_number(struct units *units, const struct lab *lab)
{
	_cleanup_(ward_intern_done) struct ward_intern environments = {};

	for (uint32_t i = 0; i < lab->pods.n; i++)
		unit_number(&environments, environment_of(lab, lab->pods.items[i]));
	for (uint32_t e = 0; e < environments.n; e++)
		for (uint32_t g = 0; g < lab->groups.list.n; g++)
			for (uint32_t i = 0; i < lab->pods.n; i++) {
				const struct lab_pod *pod = lab->pods.items[i];
				uint32_t ignored[UNITS_PER_POD];

				if (unit_number(&environments, environment_of(lab, pod)) == e &&
				    is_in(lab, pod, lab->groups.list.items[g].name))
					units_by_group(lab, pod, &units->names, ignored);
			}
}

static void units_choose(struct units *units, const struct lab *lab)
{
	if (lab->groups.list.n) {
		units_number(units, lab);
		units_find(units, lab, units_by_group);
		return;
	}
	units_find(units, lab, units_by_workload);
	if (units->names.n <= UNITS_FEW)
		return;
	ward_intern_clear(&units->names);
	units_find(units, lab, units_by_namespace);
}

static void cell_add(struct cell *cell, const struct lab_attempt *attempt)
{
	if (attempt->proto == WARD_OTHER) {
		cell->n_echo++;
		cell->echo_predicted += attempt->expected == LAB_OPEN;
		cell->echo_observed += attempt->answered;
	} else {
		cell->n++;
		cell->predicted += attempt->expected == LAB_OPEN;
		cell->observed += attempt->answered;
	}
	cell->wrong += lab_attempt_is_wrong(attempt);
}

/* The world has the number behind all pods. */
static uint32_t pod_number(const struct lab *lab, const struct lab_pod *pod)
{
	uint32_t i = 0;

	while (i < lab->pods.n && lab->pods.items[i] != pod)
		i++;
	return i;
}

static struct cell *cells_count(const struct lab_report *report, const struct units *units)
{
	struct cell *cells = ward_alloc((size_t)units->names.n * units->names.n * sizeof(*cells));
	const struct lab_pod *from = NULL, *to = NULL;
	const uint32_t *rows = NULL, *columns = NULL;

	for (uint32_t i = 0; i < report->n; i++) {
		const struct lab_attempt *attempt = &report->attempts[i];

		if (attempt->from != from) {
			from = attempt->from;
			rows = units->of_pods.items + pod_number(report->lab, from) * UNITS_PER_POD;
		}
		if (attempt->to != to) {
			to = attempt->to;
			columns =
				units->of_pods.items + pod_number(report->lab, to) * UNITS_PER_POD;
		}
		for (int r = 0; r < UNITS_PER_POD && rows[r] != WARD_NONE; r++)
			for (int c = 0; c < UNITS_PER_POD && columns[c] != WARD_NONE; c++)
				cell_add(&cells[rows[r] * units->names.n + columns[c]], attempt);
	}
	return cells;
}

static const char *sign(uint32_t open, uint32_t n)
{
	return open == 0 ? "·" : open == n ? "✓" : "◐";
}

/* Ports say more than echoes; where a group has no ports there are only echoes. */
static void cell_print(const struct cell *cell, uint32_t width, const struct ward_text *text)
{
	const char *predicted =
		cell->n ? sign(cell->predicted, cell->n) : sign(cell->echo_predicted, cell->n_echo);
	const char *observed =
		cell->n ? sign(cell->observed, cell->n) : sign(cell->echo_observed, cell->n_echo);
	const char *between = cell->wrong ? "✗" : width == CELL_WIDE ? " " : "";

	fputs(width == CELL_TIGHT && cell->wrong ? " " : "  ", text->out);
	ward_text_color(text, cell->wrong	      ? WARD_COLOR_RED
			      : strcmp(observed, "·") ? WARD_COLOR_GREEN
						      : WARD_COLOR_DIM);
	fprintf(text->out, "%s%s%s", predicted, between, observed);
	ward_text_color(text, WARD_COLOR_NONE);
}

static uint32_t label_width(const struct units *units)
{
	uint32_t width = 8;

	for (uint32_t i = 0; i < units->names.n; i++) {
		uint32_t w = ward_text_width(ward_intern_bytes(&units->names, i, NULL));

		width = w > width ? w : width;
	}
	return width;
}

/* Columns @first up to @end, each so wide. */
static void block_print(const struct units *units, const struct cell *cells, uint32_t first,
			uint32_t end, uint32_t cell_width, const struct ward_text *text)
{
	uint32_t width = label_width(units);
	int blanks = (int)width + 3; /* due, unless the line ends */

	for (uint32_t c = first; c < end; c++) {
		fprintf(text->out, "%*s", blanks + 2, "");
		blanks = (int)cell_width - 2 - fprintf(text->out, "%u", c + 1);
	}
	fputc('\n', text->out);
	for (uint32_t r = 0; r < units->names.n; r++) {
		const char *name = ward_intern_bytes(&units->names, r, NULL);

		fprintf(text->out, "%2u ", r + 1);
		ward_text_put(text->out, name);
		blanks = (int)(width - ward_text_width(name));
		for (uint32_t c = first; c < end; c++) {
			const struct cell *cell = &cells[r * units->names.n + c];

			if (!cell->n && !cell->n_echo) {
				blanks += (int)cell_width;
				continue;
			}
			fprintf(text->out, "%*s", blanks, "");
			blanks = 0;
			cell_print(cell, cell_width, text);
		}
		fputc('\n', text->out);
	}
	fputc('\n', text->out);
}

void lab_print_matrix(const struct lab_report *report, const struct ward_text *text)
{
	_cleanup_free_ struct cell *cells = NULL;
	struct units units = {};
	uint32_t room, cell_width, per_block;

	units_choose(&units, report->lab);
	cells = cells_count(report, &units);
	room = (text->width ? text->width : 80) - 3;
	room = room > label_width(&units) + CELL_WIDE ? room - label_width(&units) : CELL_WIDE;
	cell_width = units.names.n * CELL_WIDE <= room ? CELL_WIDE : CELL_TIGHT;
	per_block = room / cell_width;
	fputs("from row to column: predicted, observed   ✓ open  ◐ some  · closed  ✗ differs\n\n",
	      text->out);
	for (uint32_t first = 0; first < units.names.n; first += per_block)
		block_print(&units, cells, first,
			    first + per_block < units.names.n ? first + per_block : units.names.n,
			    cell_width, text);
	ward_intern_done(&units.names);
	ward_vec_done(&units.of_pods);
}
