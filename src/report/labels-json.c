/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"
#include "report/findings.h"
#include "report/labels.h"

static void row_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_label_row *row)
{
	ward_json_line(json, NULL);
	ward_json_str(json, "dimension", ward_symbol_str(symbols, row->key));
	ward_json_str(json, "namespace", ward_symbol_str(symbols, row->ns));
	ward_json_int(json, "checked", row->n_checked);
	ward_json_int(json, "right", row->n_right);
	ward_json_int(json, "missing", row->n_missing);
	ward_json_int(json, "unknown", row->n_unknown);
	ward_json_int(json, "drift", row->n_drift);
	ward_json_end_map(json);
}

static void fix_json(struct ward_json *json, const struct ward_symbols *symbols,
		     const struct ward_label_fix *fix)
{
	ward_json_line(json, NULL);
	ward_json_str(json, "kind", ward_kind_str(fix->kind));
	ward_json_str(json, "namespace",
		      fix->ns == WARD_NONE ? NULL : ward_symbol_str(symbols, fix->ns));
	ward_json_str(json, "name", ward_symbol_str(symbols, fix->name));
	ward_json_str(json, "label", ward_symbol_str(symbols, fix->key));
	ward_json_str(json, "value",
		      fix->value == WARD_NONE ? NULL : ward_symbol_str(symbols, fix->value));
	ward_json_end_map(json);
}

void ward_report_labels_json(const struct ward_label_audit *audit,
			     const struct ward_symbols *symbols, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "LabelAudit");
	ward_report_findings_list(&json, &audit->findings, symbols);
	ward_json_list(&json, "summary");
	for (uint32_t i = 0; i < audit->rows.n; i++)
		row_json(&json, symbols, &audit->rows.items[i]);
	ward_json_end_list(&json);
	ward_json_list(&json, "suggestions");
	for (uint32_t i = 0; i < audit->fixes.n; i++)
		fix_json(&json, symbols, &audit->fixes.items[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}
