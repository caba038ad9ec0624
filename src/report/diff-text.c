/* SPDX-License-Identifier: Apache-2.0 */
/* The comparison for people: what is newly isolated first, because it breaks what works, then what
 * is no longer, because it opens, then connections. */
#include <string.h>

#include "analysis/ports.h"
#include "report/diff-words.h"
#include "report/witness-words.h"

enum {
	NAMES_MAX = 24,	   /* names of places in one list */
	POLICIES_MAX = 4,  /* policies that isolate the same workloads */
	CHANGES_MAX = 200, /* of one kind */
	INDENT = 2,
	LABEL = 9, /* columns of a label and the blanks after it */
};

static const char *const headings[] = {
	[WARD_CHANGE_ALLOWED] = "Becomes allowed",
	[WARD_CHANGE_DENIED] = "Becomes denied",
	[WARD_CHANGE_PORTS] = "Other ports",
};

static const enum ward_color colors[] = {
	[WARD_CHANGE_ALLOWED] = WARD_COLOR_GREEN,
	[WARD_CHANGE_DENIED] = WARD_COLOR_RED,
	[WARD_CHANGE_PORTS] = WARD_COLOR_YELLOW,
};

static void put_heading(const struct ward_text *text, bool *first, enum ward_color color,
			const char *heading)
{
	if (!*first)
		fputc('\n', text->out);
	*first = false;
	ward_text_color(text, color);
	fprintf(text->out, "%s:", heading);
	ward_text_color(text, WARD_COLOR_NONE);
	fputc('\n', text->out);
}

/* "  label    words", folded under itself; @label may be NULL. */
static void put_field(const struct ward_text *text, const char *label, const char *words)
{
	uint32_t indent = INDENT + (label ? LABEL : 0);
	uint32_t room = text->width > indent * 3 ? text->width - indent : 0;

	fprintf(text->out, "%*s%-*s", INDENT, "", label ? LABEL : 0, label ? label : "");
	do {
		size_t len = room ? ward_text_fold(words, room) : strlen(words);
		_cleanup_free_ char *part = ward_format("%.*s", (int)len, words);

		ward_text_put(text->out, part);
		fputc('\n', text->out);
		words += len;
		while (*words == ' ')
			words++;
		if (*words)
			fprintf(text->out, "%*s", (int)indent, "");
	} while (*words);
}

static void put_places(const struct ward_diff *diff, const struct ward_text *text,
		       const char *label, const uint32_t *places, uint32_t n)
{
	_cleanup_free_ char *names = ward_diff_names_text(diff, places, n, NAMES_MAX);

	put_field(text, label, names);
}

static void put_ports(const struct ward_text *text, const char *label,
		      const struct ward_port_set *set)
{
	_cleanup_free_ char *ports = ward_port_set_text(set);

	if (set->n || set->other)
		put_field(text, label, ports);
}

static void put_isolation(const struct ward_diff *diff, const struct ward_text *text,
			  const struct ward_diff_isolation *isolation)
{
	const struct ward_symbols *symbols =
		diff->symbols[isolation->isolated ? WARD_NEW : WARD_OLD];

	put_places(diff, text, ward_direction_str(isolation->direction), isolation->places,
		   isolation->n_places);
	for (uint32_t i = 0; i < isolation->n_policies && i < POLICIES_MAX; i++) {
		const struct ward_policy *policy = isolation->policies[i];
		_cleanup_free_ char *words =
			ward_diff_policy_text(symbols, policy, policy->origin.mark);

		put_field(text, i ? "" : isolation->isolated ? "by" : "was by", words);
	}
	if (isolation->n_policies > POLICIES_MAX) {
		_cleanup_free_ char *more =
			ward_format("and %u more", isolation->n_policies - POLICIES_MAX);

		put_field(text, "", more);
	}
}

static void put_isolations(const struct ward_diff *diff, const struct ward_text *text,
			   bool isolated, bool *first)
{
	bool any = false;

	for (uint32_t i = 0; i < diff->n_isolations; i++) {
		const struct ward_diff_isolation *isolation = &diff->isolations[i];

		if (isolation->isolated != isolated)
			continue;
		if (!any)
			put_heading(text, first, isolated ? WARD_COLOR_YELLOW : WARD_COLOR_RED,
				    isolated ? "Newly isolated" : "No longer isolated: open");
		any = true;
		put_isolation(diff, text, isolation);
	}
}

static void put_gone(const struct ward_diff *diff, const struct ward_text *text,
		     enum ward_diff_version version, bool *first)
{
	if (!diff->n_gone[version])
		return;
	put_heading(text, first, WARD_COLOR_BOLD,
		    version == WARD_NEW ? "Workloads that are new" : "Workloads that are gone");
	put_places(diff, text, NULL, diff->gone[version], diff->n_gone[version]);
}

static void put_change(const struct ward_diff *diff, const struct ward_text *text,
		       const struct ward_diff_change *change)
{
	_cleanup_free_ char *old = ward_diff_why_text(diff, change, WARD_OLD);
	_cleanup_free_ char *new = ward_diff_why_text(diff, change, WARD_NEW);
	bool ports = change->kind == WARD_CHANGE_PORTS;

	put_places(diff, text, "from", change->from, change->n_from);
	put_places(diff, text, "to", change->to, change->n_to);
	put_ports(text, ports ? "gains" : "ports", &change->gained);
	put_ports(text, ports ? "loses" : "ports", &change->lost);
	if (old)
		put_field(text, "old", old);
	if (new)
		put_field(text, "new", new);
}

static void put_changes(const struct ward_diff *diff, const struct ward_text *text,
			enum ward_change_kind kind, bool *first)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < diff->n_changes; i++) {
		const struct ward_diff_change *change = &diff->changes[i];

		if (change->kind != kind || n++ >= CHANGES_MAX)
			continue;
		if (n > 1)
			fputc('\n', text->out);
		else
			put_heading(text, first, colors[kind], headings[kind]);
		put_change(diff, text, change);
	}
	if (n > CHANGES_MAX)
		fprintf(text->out, "\n  … and %u more; -o json has all\n", n - CHANGES_MAX);
}

/* One that could be, where none of those given shows it. */
static void put_possible(const struct ward_diff *diff, const struct ward_text *text,
			 enum ward_diff_way way, bool *first)
{
	static const char *const ways[] = {
		[WARD_GAINED] = "Would become allowed, for pods that are not given; for example",
		[WARD_LOST] = "Would become denied, for pods that are not given; for example",
	};
	const struct ward_diff_possible *possible = &diff->possible[way];
	_cleanup_free_ char *from = NULL, *to = NULL, *port = NULL, *old = NULL, *new = NULL;

	if (possible->found != WARD_FOUND || ward_diff_goes(diff, way))
		return;
	from = ward_witness_end_text(&possible->witness.end[WARD_FROM]);
	to = ward_witness_end_text(&possible->witness.end[WARD_TO]);
	port = ward_witness_port_text(&possible->witness);
	old = ward_why_text(diff->symbols[WARD_OLD], &possible->why[WARD_OLD]);
	new = ward_why_text(diff->symbols[WARD_NEW], &possible->why[WARD_NEW]);
	put_heading(text, first,
		    colors[way == WARD_GAINED ? WARD_CHANGE_ALLOWED : WARD_CHANGE_DENIED],
		    ways[way]);
	put_field(text, "from", from);
	put_field(text, "to", to);
	put_field(text, "port", port);
	put_field(text, "old", old);
	put_field(text, "new", new);
}

static void put_sum(const struct ward_diff *diff, const struct ward_text *text)
{
	uint64_t n_pairs[WARD_N_CHANGE] = {};

	for (uint32_t i = 0; i < diff->n_changes; i++)
		n_pairs[diff->changes[i].kind] += ward_diff_change_pairs(diff, &diff->changes[i]);
	if (diff->n_changes)
		fprintf(text->out, "\nPairs: %lu allowed, %lu denied, %lu with other ports\n",
			n_pairs[WARD_CHANGE_ALLOWED], n_pairs[WARD_CHANGE_DENIED],
			n_pairs[WARD_CHANGE_PORTS]);
}

void ward_report_diff_text(const struct ward_diff *diff, const struct ward_text *text)
{
	_cleanup_free_ char *proof = ward_diff_proof(diff);
	bool first = true;

	put_isolations(diff, text, true, &first);
	put_isolations(diff, text, false, &first);
	for (int version = WARD_NEW; version >= WARD_OLD; version--)
		put_gone(diff, text, version, &first);
	for (int kind = 0; kind < WARD_N_CHANGE; kind++)
		put_changes(diff, text, kind, &first);
	put_sum(diff, text);
	for (int way = 0; way < WARD_N_WAY; way++)
		put_possible(diff, text, way, &first);
	if (*proof)
		fprintf(text->out, "%s%s\n", first ? "" : "\n", proof);
}
