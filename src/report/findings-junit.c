/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "report/findings.h"

/* XML 1.0 has no way at all to write most control characters: they become U+FFFD. */
static void xml_put(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		switch (c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\n':
		case '\t':
		case '\r':
			fprintf(out, "&#%u;", c);
			break;
		default:
			if (c < 0x20)
				fputs("\xef\xbf\xbd", out);
			else
				fputc(c, out);
		}
	}
}

static void attribute_put(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	xml_put(out, value ? value : "");
	fputc('"', out);
}

/* The element inside a test case, with where, what and what to do. */
static void element_put(FILE *out, const char *name, const struct ward_symbols *symbols,
			const struct ward_diag *diag, bool attributes)
{
	fprintf(out, "      <%s", name);
	if (attributes) {
		attribute_put(out, "type", diag->code);
		attribute_put(out, "message", diag->message);
	}
	fputc('>', out);
	xml_put(out, ward_symbol_str(symbols, diag->mark.file));
	fprintf(out, ":%" PRIu32 ":%" PRIu32 ": %s: ", diag->mark.line, diag->mark.col,
		ward_severity_str(diag->severity));
	xml_put(out, diag->message);
	if (diag->hint) {
		fputs("\n", out);
		xml_put(out, diag->hint);
	}
	fprintf(out, "</%s>\n", name);
}

static void case_put(FILE *out, const struct ward_symbols *symbols,
		     const struct ward_finding *finding, enum ward_severity least)
{
	const struct ward_diag *diag = &finding->diag;

	fputs("    <testcase", out);
	attribute_put(out, "classname", diag->object ? diag->object : "input");
	attribute_put(out, "name", diag->code);
	attribute_put(out, "file", ward_symbol_str(symbols, diag->mark.file));
	fprintf(out, " line=\"%" PRIu32 "\">\n", diag->mark.line);
	if (finding->ignored) {
		fputs("      <skipped", out);
		attribute_put(out, "message", finding->ignored);
		fputs("/>\n", out);
	} else if (diag->severity >= least) {
		element_put(out, "failure", symbols, diag, true);
	} else {
		element_put(out, "system-out", symbols, diag, false);
	}
	fputs("    </testcase>\n", out);
}

void ward_report_findings_junit(const struct ward_findings *findings,
				const struct ward_symbols *symbols, const char *command,
				enum ward_severity least, FILE *out)
{
	uint32_t n = findings->list.n, n_failures = 0;

	for (int severity = (int)least; severity < WARD_N_SEVERITY; severity++)
		n_failures += findings->n_of[severity];
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n", out);
	fprintf(out,
		"  <testsuite name=\"ward %s\" tests=\"%" PRIu32 "\" failures=\"%" PRIu32
		"\" errors=\"0\" skipped=\"%" PRIu32 "\">\n",
		command, n ? n : 1, n_failures, findings->n_ignored);
	for (uint32_t i = 0; i < n; i++)
		case_put(out, symbols, &findings->list.items[i], least);
	if (!n)
		fputs("    <testcase classname=\"input\" name=\"no findings\"/>\n", out);
	fputs("  </testsuite>\n</testsuites>\n", out);
}
