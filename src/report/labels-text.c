/* SPDX-License-Identifier: Apache-2.0 */
#include "report/labels.h"

static void number_cell(struct ward_table *table, uint32_t number)
{
	_cleanup_free_ char *text = ward_format("%u", number);

	ward_table_cell(table, text);
}

static void row_cells(struct ward_table *table, const char *dimension, const char *ns,
		      const struct ward_label_row *row)
{
	ward_table_cell(table, dimension);
	number_cell(table, row->n_checked);
	number_cell(table, row->n_right);
	number_cell(table, row->n_missing);
	number_cell(table, row->n_unknown);
	number_cell(table, row->n_drift);
	ward_table_cell(table, ns);
}

/* The sum of the rows of one dimension, which begin at @first; returns where they end. */
static uint32_t rows_sum(const struct ward_label_audit *audit, uint32_t first,
			 struct ward_label_row *ret_sum)
{
	uint32_t i = first;

	*ret_sum = (struct ward_label_row){.key = audit->rows.items[first].key};
	for (; i < audit->rows.n && audit->rows.items[i].key == ret_sum->key; i++) {
		const struct ward_label_row *row = &audit->rows.items[i];

		ret_sum->n_checked += row->n_checked;
		ret_sum->n_right += row->n_right;
		ret_sum->n_missing += row->n_missing;
		ret_sum->n_unknown += row->n_unknown;
		ret_sum->n_drift += row->n_drift;
	}
	return i;
}

/* The column that can be long is the last, which is folded. */
void ward_report_labels_table(const struct ward_label_audit *audit,
			      const struct ward_symbols *symbols, const struct ward_text *text)
{
	static const char *const header[] = {"DIMENSION", "CHECKED", "RIGHT",	 "MISSING",
					     "UNKNOWN",	  "DRIFT",   "NAMESPACE"};
	struct ward_table table;

	if (!audit->rows.n)
		return;
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0, end; i < audit->rows.n; i = end) {
		struct ward_label_row sum;

		end = rows_sum(audit, i, &sum);
		row_cells(&table, ward_symbol_str(symbols, sum.key), "all", &sum);
		for (uint32_t k = i; k < end; k++) {
			const struct ward_label_row *row = &audit->rows.items[k];

			if (row->n_right < row->n_checked)
				row_cells(&table, "", ward_symbol_str(symbols, row->ns), row);
		}
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}
