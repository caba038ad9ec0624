/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "analysis/ports.h"
#include "report/verdict-parts.h"

enum {
	PAIRS_MAX = 20 /* pairs that are listed when they disagree */
};

/* "5432/TCP", "ICMP and others without ports". */
static char *port_text(const struct ward_question *question, uint16_t port)
{
	if (question->proto == WARD_OTHER)
		return ward_strdup("protocols without ports (ICMP)");
	return ward_format("%u/%s", port, ward_proto_str(question->proto));
}

/* What became of the port that was asked about. */
static void put_service(const struct ward_verdict_writer *writer)
{
	const struct ward_who *to = writer->question->to;
	const struct ward_symbols *symbols = writer->sources->symbols;
	FILE *out = writer->text->out;
	_cleanup_free_ char *name = NULL;
	bool alike = true;

	if (!to->service)
		return;
	name = ward_format("Service %s/%s", ward_symbol_str(symbols, to->service->object.ns),
			   ward_symbol_str(symbols, to->service->object.name));
	for (uint32_t i = 1; i < to->members.n; i++)
		alike &= to->members.items[i].port == to->members.items[0].port;
	if (!to->service_port)
		ward_text_printf(out,
				 "%s is headless: its name leads to the pods themselves, and "
				 "to their own ports",
				 name);
	else if (alike)
		ward_text_printf(out, "%s sends %u to %u of its pods", name, writer->question->port,
				 to->members.items[0].port);
	else
		ward_text_printf(out, "%s sends %u to %s, which its pods declare differently", name,
				 writer->question->port,
				 ward_symbol_str(symbols, to->service_port->target_name));
	fputc('\n', out);
	if (to->n_left_out)
		fprintf(out, "%u more of its pods do not declare it\n", to->n_left_out);
	if (ward_service_hides(to, writer->question->from))
		fputs("by a node's port its pods see that node, and their own always gets in\n",
		      out);
}

/* Perhaps the port of a Service was meant. */
static void put_detour(const struct ward_verdict_writer *writer)
{
	const struct ward_question *question = writer->question;
	const struct ward_detour *detour = &writer->answer->detour;
	const struct ward_symbols *symbols = writer->sources->symbols;
	_cleanup_free_ char *name = NULL, *port = NULL;

	if (!detour->service)
		return;
	name = ward_format("%s/svc/%s", ward_symbol_str(symbols, detour->service->object.ns),
			   ward_symbol_str(symbols, detour->service->object.name));
	port = question->proto == WARD_TCP
		       ? ward_format("%u", question->port)
		       : ward_format("%u/%s", question->port, ward_proto_str(question->proto));
	ward_text_printf(writer->text->out,
			 "Service %s sends %u to %u of this pod: if that is meant, ask `ward can "
			 "%s %s %s`",
			 ward_symbol_str(symbols, detour->service->object.name), question->port,
			 detour->port, question->from->text, name, port);
	fputc('\n', writer->text->out);
}

static void put_verdict_open(const struct ward_verdict_writer *writer, const struct ward_pair *pair)
{
	_cleanup_free_ char *ports = ward_port_set_text(&pair->ports);
	FILE *out = writer->text->out;

	if (!pair->allowed)
		ward_text_printf(out, "%s may not connect to %s on any port", pair->from->id,
				 pair->to->id);
	else if (strcmp(ports, "all") == 0)
		ward_text_printf(out, "%s may connect to %s on all ports and protocols",
				 pair->from->id, pair->to->id);
	else
		ward_text_printf(out, "%s may connect to %s on %s, nothing else", pair->from->id,
				 pair->to->id, ports);
}

/* The verdict on one pair, or on all when they agree. */
static void put_verdict(const struct ward_verdict_writer *writer, const char *from, const char *to)
{
	const struct ward_pair *pair = writer->answer->explained;
	bool is_pair = strcmp(to, pair->to->id) == 0;
	_cleanup_free_ char *port =
		port_text(writer->question, is_pair ? pair->port : writer->question->port);
	_cleanup_free_ char *another = pair->verdict.reason == WARD_REASON_RULES &&
						       strcmp(from, to) == 0 &&
						       !writer->question->to->service
					       ? ward_format("another pod of %s", to)
					       : NULL;
	struct ward_member from_member = *pair->from, to_member = *pair->to;
	struct ward_pair named = *pair;

	ward_text_color(writer->text, pair->allowed ? WARD_COLOR_GREEN : WARD_COLOR_RED);
	fputs(pair->allowed ? "yes: " : "no: ", writer->text->out);
	ward_text_color(writer->text, WARD_COLOR_NONE);
	from_member.id = from;
	to_member.id = to = another ? another : to;
	named.from = &from_member;
	named.to = &to_member;
	if (writer->question->any_port)
		put_verdict_open(writer, &named);
	else
		ward_text_printf(writer->text->out, "%s may %sconnect to %s on %s", from,
				 pair->allowed ? "" : "not ", to, port);
	fputc('\n', writer->text->out);
}

static bool sets_equal(const struct ward_port_set *a, const struct ward_port_set *b)
{
	return a->other == b->other && a->n == b->n &&
	       memcmp(a->ranges, b->ranges, a->n * sizeof(*a->ranges)) == 0;
}

static bool pairs_agree(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;

	for (uint32_t i = 1; i < answer->pairs.n; i++) {
		const struct ward_pair *pair = &answer->pairs.items[i];

		if (pair->allowed != answer->pairs.items[0].allowed ||
		    (writer->question->any_port &&
		     !sets_equal(&pair->ports, &answer->pairs.items[0].ports)))
			return false;
	}
	return true;
}

/* Is it judged in both families, and differently perhaps? */
static bool pair_has_twin(const struct ward_answer *answer, uint32_t i)
{
	const struct ward_pair *pair = &answer->pairs.items[i];

	return (i > 0 && pair[-1].from == pair->from && pair[-1].to == pair->to) ||
	       (i + 1 < answer->pairs.n && pair[1].from == pair->from && pair[1].to == pair->to);
}

static const char *family_text(const struct ward_pair *pair)
{
	return pair->from_end.ip.family == WARD_FAMILY_4 ? " over IPv4" : " over IPv6";
}

static void put_pairs(const struct ward_verdict_writer *writer)
{
	static const char *const header[] = {"FROM", "TO", "VERDICT"};
	const struct ward_answer *answer = writer->answer;
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < answer->pairs.n && i < PAIRS_MAX; i++) {
		const struct ward_pair *pair = &answer->pairs.items[i];
		_cleanup_free_ char *ports = writer->question->any_port
						     ? ward_port_set_text(&pair->ports)
						     : ward_strdup(pair->allowed ? "yes" : "no");
		_cleanup_free_ char *port = writer->question->to->service_port
						    ? ward_format(":%u", pair->port)
						    : ward_strdup("");
		_cleanup_free_ char *to =
			ward_format("%s%s%s", pair->to->id, port,
				    pair_has_twin(answer, i) ? family_text(pair) : "");

		ward_table_cell(&table, pair->from->id);
		ward_table_cell(&table, to);
		ward_table_cell(&table, ports);
	}
	ward_table_print(&table, writer->text);
	ward_table_done(&table);
	if (answer->pairs.n > PAIRS_MAX)
		fprintf(writer->text->out, "… and %u more (-o json has all)\n",
			answer->pairs.n - PAIRS_MAX);
}

/* What there is to say about the question. */
static void put_notes(const struct ward_verdict_writer *writer)
{
	put_service(writer);
	put_detour(writer);
}

static void put_headline(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;
	const struct ward_question *question = writer->question;
	const struct ward_pair *pair = answer->explained;
	FILE *out = writer->text->out;

	if (answer->pairs.n == 1 ||
	    (answer->pairs.n == 2 && pair_has_twin(answer, 0) && pairs_agree(writer))) {
		put_verdict(writer, pair->from->id, pair->to->id);
		put_notes(writer);
		return;
	}
	if (pairs_agree(writer)) {
		put_verdict(writer, question->from->text, question->to->text);
		put_notes(writer);
		fprintf(out, "\nall %u pairs are alike; ", answer->pairs.n);
		ward_text_printf(out, "%s and %s for example:", pair->from->id, pair->to->id);
		fputc('\n', out);
		return;
	}
	ward_text_color(writer->text, WARD_COLOR_YELLOW);
	fputs(answer->n_allowed == answer->pairs.n ? "yes, but " : "some: ", out);
	ward_text_color(writer->text, WARD_COLOR_NONE);
	if (answer->n_allowed == answer->pairs.n)
		fputs("not on the same ports\n", out);
	else
		fprintf(out, "%u of %u pairs may connect\n", answer->n_allowed, answer->pairs.n);
	put_notes(writer);
	fputc('\n', out);
	put_pairs(writer);
	if (answer->n_allowed == answer->pairs.n)
		fputs("\nthe first of them, ", out);
	else
		fputs(pair->allowed ? "\nthe first that may, " : "\nthe first that is denied, ",
		      out);
	ward_text_printf(out, "%s to %s:", pair->from->id, pair->to->id);
	fputc('\n', out);
}

static void put_explanation(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;
	const struct ward_pair *pair = answer->explained;

	if (pair->verdict.reason == WARD_REASON_SELF) {
		ward_verdict_put_line(writer, "a pod always reaches itself");
		return;
	}
	if (pair->verdict.reason == WARD_REASON_NO_POD) {
		ward_verdict_put_line(writer,
				      "neither end is a pod that policies see: nothing is judged");
		return;
	}
	ward_verdict_put_side(writer, WARD_EGRESS);
	ward_verdict_put_side(writer, WARD_INGRESS);
	if (writer->question->any_port && !pair->allowed && answer->why[WARD_EGRESS].accept &&
	    answer->why[WARD_INGRESS].accept)
		ward_verdict_put_line(writer, "what one end opens, the other does not");
}

/* What is staged is news where it would change the answer. */
static void put_rehearsal(const struct ward_verdict_writer *writer)
{
	const struct ward_answer *answer = writer->answer;
	bool yes = ward_report_verdict_is_yes(writer->question, answer);

	if (!answer->is_rehearsed || answer->rehearsed_yes == yes)
		return;
	fprintf(writer->text->out,
		"\nif what is staged were enforced, the answer would be %s: --staged says why\n",
		answer->rehearsed_yes ? "yes" : "no");
}

void ward_report_verdict_text(const struct ward_question *question,
			      const struct ward_answer *answer, struct ward_sources *sources,
			      const struct ward_text *text)
{
	struct ward_verdict_writer writer = {question, answer, sources, text};

	put_headline(&writer);
	fputc('\n', text->out);
	put_explanation(&writer);
	ward_verdict_put_fixes(&writer);
	put_rehearsal(&writer);
}
