/* SPDX-License-Identifier: Apache-2.0 */
/* What one end says, the way through the tiers, and the lines that decide. */
#include <string.h>

#include "report/verdict-parts.h"

enum {
	QUOTE_MAX = 12, /* lines of a rule that are shown */
	DECIDING_MAX = 4
};

static void put(const struct ward_verdict_writer *writer, const char *text)
{
	ward_text_put(writer->text->out, text);
}

void ward_verdict_put_line(const struct ward_verdict_writer *writer, const char *line)
{
	put(writer, line);
	fputc('\n', writer->text->out);
}

/* Several lines, with something before the first and the others. */
void ward_verdict_put_lines(const struct ward_verdict_writer *writer, const char *first,
			    const char *next, const char *text)
{
	const char *prefix = first;

	while (*text) {
		size_t len = strcspn(text, "\n");
		_cleanup_free_ char *line = ward_format("%.*s", (int)len, text);

		put(writer, prefix);
		ward_verdict_put_line(writer, line);
		prefix = next;
		text += len + (text[len] == '\n');
	}
}

static void put_mark(const struct ward_verdict_writer *writer, struct ward_mark mark)
{
	if (mark.file != WARD_NONE && mark.line)
		ward_text_printf(writer->text->out, " (%s:%u)",
				 ward_symbol_str(writer->sources->symbols, mark.file), mark.line);
	fputc('\n', writer->text->out);
}

/* "NetworkPolicy shop/web" */
static void put_policy(const struct ward_verdict_writer *writer, const struct ward_object *origin)
{
	const struct ward_symbols *symbols = writer->sources->symbols;

	ward_text_printf(writer->text->out, "%s %s%s%s", ward_kind_str(origin->kind),
			 ward_symbol_str(symbols, origin->ns), origin->ns == WARD_NONE ? "" : "/",
			 ward_symbol_str(symbols, origin->name));
}

/* "  by GroupPolicy city "calls" (city.yaml:39)", or its place within the policy. */
static void put_rule(const struct ward_verdict_writer *writer, const char *label,
		     const struct ward_rule_ref *at)
{
	_cleanup_free_ char *path = ward_rule_ref_path(at);

	put(writer, label);
	put_policy(writer, &at->policy->origin);
	if (at->name)
		ward_text_printf(writer->text->out, " \"%s\"", at->name);
	else
		ward_text_printf(writer->text->out, " %s", path);
	put_mark(writer, at->rule->mark);
	if (at->exempts)
		ward_text_printf(writer->text->out, "         exempts %s: %s\n", at->exempts,
				 at->exempts_what);
	else
		ward_sources_quote(writer->sources, at->rule->mark, writer->text, 2, QUOTE_MAX);
}

static void put_isolating(const struct ward_verdict_writer *writer, const struct ward_why *why)
{
	for (uint32_t i = 0; i < why->n_isolating; i++) {
		const struct ward_policy *policy = why->isolating[i];

		put(writer, i ? "              " : "  isolated by ");
		put_policy(writer, &policy->origin);
		put_mark(writer, policy->origin.mark);
	}
}

/* The tiers that let it through to the one that decides; NetworkPolicies alone are no path. */
static void put_path(const struct ward_verdict_writer *writer, const struct ward_why *why)
{
	static const char *const passing[] = {
		[WARD_TIER_ADMIN] = "  Admin tier: no rule matches\n",
		[WARD_TIER_NETWORKPOLICY] = "  NetworkPolicy tier: no policy isolates it\n",
		[WARD_TIER_BASELINE] = "  Baseline tier: no rule matches\n",
	};
	FILE *out = writer->text->out;

	if (!why->n_steps || (why->n_steps == 1 && why->path[0].tier == WARD_TIER_NETWORKPOLICY))
		return;
	for (uint32_t i = 0; i < why->n_steps; i++) {
		const struct ward_step *step = &why->path[i];
		_cleanup_free_ char *label =
			ward_format("  %s tier passes it on, by ", ward_tier_str(step->tier));

		if (step->says == WARD_SAYS_NOTHING)
			fputs(passing[step->tier], out);
		else if (step->says == WARD_SAYS_PASS)
			put_rule(writer, label, &step->at);
		else
			fprintf(out, "  %s tier decides\n", ward_tier_str(step->tier));
	}
}

static void put_deciding(const struct ward_verdict_writer *writer, const struct ward_why *why)
{
	bool any_port = writer->question->any_port;

	for (uint32_t i = 0; i < why->n_deciding && i < DECIDING_MAX; i++)
		put_rule(writer,
			 any_port ? why->accept ? "  opened by " : "  closed by "
			 : i	  ? "  also by "
				  : "  by ",
			 &why->deciding[i]);
	if (why->n_deciding > DECIDING_MAX)
		fprintf(writer->text->out, "  and by %u rules more\n",
			why->n_deciding - DECIDING_MAX);
}

static void put_denial(const struct ward_verdict_writer *writer, const struct ward_why *why)
{
	put_isolating(writer, why);
	if (!why->nearest) {
		ward_verdict_put_line(writer, "  no rule opens anything there");
		return;
	}
	put_rule(writer, "  nearest rule: ", &why->nearest->at);
	ward_verdict_put_lines(writer, "  it does not match: ", "                     ",
			       why->nearest->because);
}

void ward_verdict_put_side(const struct ward_verdict_writer *writer, enum ward_direction direction)
{
	const struct ward_why *why = &writer->answer->why[direction];
	const struct ward_pair *pair = writer->answer->explained;
	const struct ward_member *member = direction == WARD_EGRESS ? pair->from : pair->to;
	FILE *out = writer->text->out;

	ward_text_printf(out, "%s %s %s: ", ward_direction_str(direction),
			 direction == WARD_EGRESS ? "of" : "to", member->id);
	if (!why->judged) {
		ward_verdict_put_line(writer, "not judged (no pod that policies see)");
		return;
	}
	ward_text_color(writer->text, why->accept ? WARD_COLOR_GREEN : WARD_COLOR_RED);
	fputs(why->accept ? "allowed" : "denied", out);
	ward_text_color(writer->text, WARD_COLOR_NONE);
	if (why->node_exempt)
		fputs(", a node always reaches its own pods", out);
	else if (why->self_exempt)
		fputs(", isolation does not keep a pod from itself", out);
	else if (why->accept && !why->n_deciding)
		fputs(", no policy isolates it", out);
	fputc('\n', out);
	put_path(writer, why);
	if (why->accept || why->n_deciding)
		put_deciding(writer, why);
	else
		put_denial(writer, why);
}
