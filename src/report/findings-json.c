/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"
#include "report/findings.h"

static void finding_json(struct ward_json *json, const struct ward_symbols *symbols,
			 const struct ward_finding *finding)
{
	const struct ward_diag *diag = &finding->diag;

	ward_json_map(json, NULL);
	ward_json_str(json, "code", diag->code);
	ward_json_str(json, "severity", ward_severity_str(diag->severity));
	ward_json_str(json, "file", ward_symbol_str(symbols, diag->mark.file));
	ward_json_int(json, "line", diag->mark.line);
	ward_json_int(json, "col", diag->mark.col);
	ward_json_str(json, "object", diag->object);
	ward_json_str(json, "message", diag->message);
	ward_json_str(json, "hint", diag->hint);
	if (finding->ignored)
		ward_json_str(json, "ignored", finding->ignored);
	ward_json_end_map(json);
}

void ward_report_findings_list(struct ward_json *json, const struct ward_findings *findings,
			       const struct ward_symbols *symbols)
{
	ward_json_list(json, "findings");
	for (uint32_t i = 0; i < findings->list.n; i++)
		finding_json(json, symbols, &findings->list.items[i]);
	ward_json_end_list(json);
}

void ward_report_findings_json(const struct ward_findings *findings,
			       const struct ward_symbols *symbols, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Findings");
	ward_report_findings_list(&json, findings, symbols);
	ward_json_end_map(&json);
}
