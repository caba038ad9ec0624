/* SPDX-License-Identifier: Apache-2.0 */
/* The exposure as tables, for a terminal and for Markdown, and as lines for scripts. */
#include "report/exposure-words.h"
#include "report/map.h"

static void cell_take(struct ward_table *table, char *owned)
{
	ward_table_cell(table, owned);
	free(owned);
}

static void exposed_rows(const struct ward_exposure *exposure, const struct ward_exposed *exposed,
			 bool repeat, struct ward_table *table)
{
	bool first = true;

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		for (uint32_t i = 0; i < exposed->n[direction]; i++) {
			const struct ward_exposed_peer *peer = &exposed->peers[direction][i];
			bool same = i && !repeat;

			cell_take(table, first || repeat ? ward_report_place_name(exposure->map,
										  exposed->place)
							 : ward_strdup(""));
			ward_table_cell(table, same			   ? ""
					       : direction == WARD_INGRESS ? "from"
									   : "to");
			cell_take(table, ward_exposed_ports_text(peer));
			cell_take(table, ward_exposed_peer_text(peer));
			first = false;
		}
	if (!first)
		return;
	cell_take(table, ward_report_place_name(exposure->map, exposed->place));
	ward_table_cell(table, "");
	ward_table_cell(table, "none");
	ward_table_cell(table, "nobody");
}

static void exposure_table(const struct ward_exposure *exposure, bool repeat,
			   struct ward_table *table)
{
	static const char *const header[] = {"WORKLOAD", "", "PORTS", "PEER"};

	ward_table_init(table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < exposure->n; i++)
		exposed_rows(exposure, &exposure->list[i], repeat, table);
}

void ward_report_exposure_table(const struct ward_exposure *exposure, const struct ward_text *text)
{
	struct ward_table table;

	exposure_table(exposure, false, &table);
	ward_table_print(&table, text);
	ward_table_done(&table);
}

void ward_report_exposure_markdown(const struct ward_exposure *exposure, FILE *out)
{
	struct ward_table table;

	exposure_table(exposure, true, &table);
	ward_table_markdown(&table, out);
	ward_table_done(&table);
}

void ward_report_exposure_list(const struct ward_exposure *exposure, FILE *out)
{
	for (uint32_t i = 0; i < exposure->n; i++) {
		const struct ward_exposed *exposed = &exposure->list[i];

		for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
			for (uint32_t k = 0; k < exposed->n[direction]; k++) {
				const struct ward_exposed_peer *peer =
					&exposed->peers[direction][k];
				_cleanup_free_ char *text = ward_exposed_peer_text(peer);
				_cleanup_free_ char *ports = ward_exposed_ports_text(peer);

				ward_text_put(out, exposure->map->places[exposed->place].id);
				fprintf(out, "\t%s\t", ward_direction_str(direction));
				ward_text_put(out, text);
				fprintf(out, "\t%s\n", ports);
			}
	}
}
