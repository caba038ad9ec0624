/* SPDX-License-Identifier: Apache-2.0 */
/* `ward help exemptions`: what the names in `exempt` of a GroupPolicy stand for, in full. */
#include "group/exemptions.h"

#include <string.h>

#include "cli/command.h"

enum {
	WIDTH = 80,
	INDENT = 14,
};

/* "  namespaces  a, b, c", goes on under the first. */
static void print_words(const char *title, const char *const *words, FILE *out)
{
	size_t col = INDENT;

	fprintf(out, "  %-*s", INDENT - 2, title);
	for (uint32_t i = 0; i < WARD_EXEMPTION_WORDS && words[i]; i++) {
		bool wraps = i && col + strlen(", ") + strlen(words[i]) + 1 > WIDTH;

		if (wraps)
			fprintf(out, ",\n%*s", INDENT, "");
		else if (i)
			fputs(", ", out);
		fputs(words[i], out);
		col = (wraps ? INDENT : i ? col + strlen(", ") : col) + strlen(words[i]);
	}
	fputc('\n', out);
}

static void print_ports(const struct ward_exemption_def *def, FILE *out)
{
	fprintf(out, "  %-*s", INDENT - 2, "ports");
	for (uint32_t i = 0; i < def->n_ports; i++) {
		const struct ward_exemption_port *port = &def->ports[i];
		const char *proto = ward_proto_str(port->proto);

		fputs(i ? ", " : "", out);
		if (port->low == port->high)
			fprintf(out, "%u/%s", port->low, proto);
		else if (port->low == 1 && port->high == UINT16_MAX)
			fprintf(out, "every %s port", proto);
		else
			fprintf(out, "%u-%u/%s", port->low, port->high, proto);
	}
	fputc('\n', out);
}

static void print_exemption(const struct ward_exemption_def *def, FILE *out)
{
	bool out_of = def->direction == WARD_EGRESS;

	fprintf(out, "\n%s\n  %s\n", def->name, def->summary);
	fprintf(out, "  %-*s%s\n", INDENT - 2, "opens",
		out_of ? "the way out of the pods that the policy closes, to:"
		       : "the way in to the pods that the policy closes, from:");
	if (def->key) {
		fprintf(out, "  %-*spods with both:\n", INDENT - 2, "peers");
		print_words("namespaces", def->namespaces, out);
		fprintf(out, "  %-*s%s, one of:\n", INDENT - 2, "label", def->key);
		print_words("", def->values, out);
	} else {
		fprintf(out, "  %-*snodes that carry the label\n%*s%s\n", INDENT - 2, "peers",
			INDENT, "", def->nodes);
	}
	print_ports(def, out);
}

void ward_help_exemptions(FILE *out)
{
	fprintf(out, "What a GroupPolicy can leave open by name, with `exempt: [NAME, ...]`.\n"
		     "Without `exempt` it is [dns].\n");
	for (uint32_t i = 0; i < WARD_N_EXEMPTION; i++)
		print_exemption(&ward_exemptions[i], out);
}
