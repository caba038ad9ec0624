/* SPDX-License-Identifier: Apache-2.0 */
/* The map as tables, for a terminal and for Markdown, and as lines for scripts. */
#include <string.h>

#include "analysis/ports.h"
#include "report/map-rows.h"
#include "report/map.h"

static void table_add(struct ward_table *table, char *owned)
{
	ward_table_cell(table, owned);
	free(owned);
}

static void links_table(const struct ward_map *map, bool repeat, struct ward_table *table)
{
	static const char *const header[] = {"FROM", "TO", "PORTS"};
	struct ward_map_rows rows = {};

	ward_map_rows_init(&rows, map);
	ward_table_init(table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < rows.list.n; i++) {
		const struct ward_map_row *row = &rows.list.items[i];
		bool same = i && strcmp(row->from, row[-1].from) == 0;

		ward_table_cell(table, same && !repeat ? "" : row->from);
		ward_table_cell(table, row->to);
		table_add(table, ward_port_set_text(row->allow));
	}
	ward_map_rows_done(&rows);
}

static char *group_names(const struct ward_map *map, const struct ward_place *place)
{
	char *names = ward_strdup("");

	for (uint32_t i = 0; i < place->n_groups; i++) {
		char *more = ward_format("%s%s%s", names, i ? "," : "",
					 ward_symbol_str(map->symbols, place->groups[i]));

		free(names);
		names = more;
	}
	return names;
}

/* Who is isolated, and in which groups, if there are any. */
static void places_table(const struct ward_map *map, struct ward_table *table)
{
	static const char *const header[] = {"WORKLOAD", "INGRESS", "EGRESS", "GROUPS"};
	uint32_t n_groups = 0;

	for (uint32_t i = 0; i < map->n_places; i++)
		n_groups += map->places[i].n_groups;
	ward_table_init(table, header, WARD_ARRAY_SIZE(header) - !n_groups);
	for (uint32_t i = 0; i < map->n_places; i++) {
		const struct ward_place *place = &map->places[i];

		if (place->external)
			continue;
		table_add(table, ward_report_place_name(map, i));
		ward_table_cell(table, place->isolated[WARD_INGRESS] ? "isolated" : "open");
		ward_table_cell(table, place->isolated[WARD_EGRESS] ? "isolated" : "open");
		if (n_groups)
			table_add(table, group_names(map, place));
	}
}

void ward_report_map_table(const struct ward_map *map, const struct ward_text *text)
{
	struct ward_table table;

	places_table(map, &table);
	ward_table_print(&table, text);
	ward_table_done(&table);
	fputc('\n', text->out);
	if (!map->n_links) {
		fputs("No connection is allowed.\n", text->out);
		return;
	}
	links_table(map, false, &table);
	ward_table_print(&table, text);
	ward_table_done(&table);
}

void ward_report_map_markdown(const struct ward_map *map, FILE *out)
{
	struct ward_table table;

	places_table(map, &table);
	ward_table_markdown(&table, out);
	ward_table_done(&table);
	fputc('\n', out);
	links_table(map, true, &table);
	ward_table_markdown(&table, out);
	ward_table_done(&table);
}

/* A piece of a line that comes again and again, ready to be written. */
struct piece {
	char *text;
	size_t size;
};

static struct piece *places_pieces(const struct ward_map *map)
{
	struct piece *pieces = ward_new_n(struct piece, map->n_places);

	for (uint32_t i = 0; i < map->n_places; i++) {
		FILE *out = open_memstream(&pieces[i].text, &pieces[i].size);

		ward_text_put(out, map->places[i].id);
		fputc('\t', out);
		fclose(out);
	}
	return pieces;
}

static struct piece *sets_pieces(const struct ward_map *map)
{
	struct piece *pieces = ward_new_n(struct piece, map->n_sets);

	for (uint32_t i = 0; i < map->n_sets; i++) {
		_cleanup_free_ char *ports = ward_port_set_text(&map->sets[i]);

		pieces[i].text = ward_format("%s\n", ports);
		pieces[i].size = strlen(pieces[i].text);
	}
	return pieces;
}

static void pieces_free(struct piece *pieces, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(pieces[i].text);
	free(pieces);
}

/* Pieces are short and many: they are put together before they are written. */
struct pile {
	FILE *out;
	size_t n;
	char bytes[1 << 16];
};

static void pile_write(struct pile *pile)
{
	fwrite_unlocked(pile->bytes, 1, pile->n, pile->out);
	pile->n = 0;
}

static void piece_put(const struct piece *piece, struct pile *pile)
{
	if (pile->n + piece->size > sizeof(pile->bytes))
		pile_write(pile);
	if (piece->size > sizeof(pile->bytes)) {
		fwrite_unlocked(piece->text, 1, piece->size, pile->out);
		return;
	}
	memcpy(pile->bytes + pile->n, piece->text, piece->size);
	pile->n += piece->size;
}

void ward_report_map_list(const struct ward_map *map, FILE *out)
{
	struct piece *places = places_pieces(map), *sets = sets_pieces(map);
	struct pile pile = {.out = out};

	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];

		piece_put(&places[link->from], &pile);
		piece_put(&places[link->to], &pile);
		piece_put(&sets[link->allow - map->sets], &pile);
	}
	pile_write(&pile);
	pieces_free(places, map->n_places);
	pieces_free(sets, map->n_sets);
}
