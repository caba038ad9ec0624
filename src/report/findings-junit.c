/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "report/findings.h"
#include "report/xml.h"

/* The element inside a test case, with where, what and what to do. */
static void element_put(FILE *out, const char *name, const struct ward_symbols *symbols,
			const struct ward_diag *diag, bool attributes)
{
	fprintf(out, "      <%s", name);
	if (attributes) {
		ward_xml_attribute(out, "type", diag->code);
		ward_xml_attribute(out, "message", diag->message);
	}
	fputc('>', out);
	ward_xml_put(out, ward_symbol_str(symbols, diag->mark.file));
	fprintf(out, ":%" PRIu32 ":%" PRIu32 ": %s: ", diag->mark.line, diag->mark.col,
		ward_severity_str(diag->severity));
	ward_xml_put(out, diag->message);
	if (diag->hint) {
		fputs("\n", out);
		ward_xml_put(out, diag->hint);
	}
	fprintf(out, "</%s>\n", name);
}

static void case_put(FILE *out, const struct ward_symbols *symbols,
		     const struct ward_finding *finding, enum ward_severity least)
{
	const struct ward_diag *diag = &finding->diag;

	fputs("    <testcase", out);
	ward_xml_attribute(out, "classname", diag->object ? diag->object : "input");
	ward_xml_attribute(out, "name", diag->code);
	ward_xml_attribute(out, "file", ward_symbol_str(symbols, diag->mark.file));
	fprintf(out, " line=\"%" PRIu32 "\">\n", diag->mark.line);
	if (finding->ignored) {
		fputs("      <skipped", out);
		ward_xml_attribute(out, "message", finding->ignored);
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
