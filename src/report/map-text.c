/* SPDX-License-Identifier: Apache-2.0 */
/* The map as tables, for a terminal and for Markdown, and as lines for scripts. */
#include <string.h>

#include "analysis/ports.h"
#include "report/map.h"

/* The length of the prefix that is exactly this range, or -1. */
static int range_prefix(struct ward_ip_range range)
{
	for (int bits = range.first.family == WARD_FAMILY_4 ? 32 : 128; bits >= 0; bits--) {
		struct ward_cidr cidr = {range.first, (uint8_t)bits};

		if (ward_ip_eq(ward_cidr_range(cidr).last, range.last))
			return ward_cidr_has(cidr, range.first) ? bits : -1;
	}
	return -1;
}

static char *range_name(struct ward_ip_range range)
{
	char text[WARD_RANGE_TEXT];
	int bits = range_prefix(range);

	if (bits == 0)
		return ward_strdup(range.first.family == WARD_FAMILY_4 ? "any IPv4" : "any IPv6");
	if (bits < 0)
		return ward_strdup(ward_range_str(range, text));
	ward_ip_str(range.first, text);
	return ward_ip_eq(range.first, range.last) ? ward_strdup(text)
						   : ward_format("%s/%d", text, bits);
}

/* Is there another kind of the same name? */
static bool needs_kind(const struct ward_map *map, uint32_t place)
{
	const struct ward_place *this = &map->places[place];

	for (int step = -1; step <= 1; step += 2) {
		const struct ward_place *other = this + step;

		if ((step < 0 ? place > 0 : place + 1 < map->n_places) && !other->external &&
		    other->ns == this->ns && other->name == this->name)
			return true;
	}
	return false;
}

char *ward_report_place_name(const struct ward_map *map, uint32_t place)
{
	const struct ward_place *this = &map->places[place];

	if (this->external)
		return range_name(this->range);
	if (needs_kind(map, place))
		return ward_strdup(this->id);
	return ward_format("%s/%s", ward_symbol_str(map->symbols, this->ns),
			   ward_symbol_str(map->symbols, this->name));
}

static void table_add(struct ward_table *table, char *owned)
{
	ward_table_cell(table, owned);
	free(owned);
}

/* From is written once for all that begin there. */
static void links_table(const struct ward_map *map, bool repeat_from, struct ward_table *table)
{
	static const char *const header[] = {"FROM", "TO", "PORTS"};
	uint32_t before = WARD_NONE;

	ward_table_init(table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];

		if (link->from != before || repeat_from)
			table_add(table, ward_report_place_name(map, link->from));
		else
			ward_table_cell(table, "");
		table_add(table, ward_report_place_name(map, link->to));
		table_add(table, ward_port_set_text(link->allow));
		before = link->from;
	}
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

static void places_table(const struct ward_map *map, struct ward_table *table)
{
	static const char *const header[] = {"WORKLOAD", "INGRESS", "EGRESS", "GROUPS"};

	ward_table_init(table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < map->n_places; i++) {
		const struct ward_place *place = &map->places[i];

		if (place->external)
			continue;
		table_add(table, ward_report_place_name(map, i));
		ward_table_cell(table, place->isolated[WARD_INGRESS] ? "isolated" : "open");
		ward_table_cell(table, place->isolated[WARD_EGRESS] ? "isolated" : "open");
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

/* A cell must not end early, nor begin a link, an image, code or HTML. */
static void markdown_put(FILE *out, const char *cell)
{
	for (; *cell; cell++) {
		char one[] = {*cell, '\0'};

		if (strchr("|\\`*_[]<>&~", *cell))
			fputc('\\', out);
		if ((unsigned char)*cell < 0x80)
			ward_text_put(out, one);
		else
			fputc(*cell, out);
	}
}

static void markdown_table(const struct ward_table *table, FILE *out)
{
	uint32_t n = table->n_columns;

	for (uint32_t i = 0; i < table->cells.n; i++) {
		fputs(i % n ? " | " : "| ", out);
		markdown_put(out, table->cells.items[i]);
		if (i % n == n - 1)
			fputs(" |\n", out);
		for (uint32_t k = 0; i == n - 1 && k < n; k++)
			fputs(k + 1 < n ? "|---" : "|---|\n", out);
	}
}

void ward_report_map_markdown(const struct ward_map *map, FILE *out)
{
	struct ward_table table;

	places_table(map, &table);
	markdown_table(&table, out);
	ward_table_done(&table);
	fputc('\n', out);
	links_table(map, true, &table);
	markdown_table(&table, out);
	ward_table_done(&table);
}

void ward_report_map_list(const struct ward_map *map, FILE *out)
{
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];
		_cleanup_free_ char *ports = ward_port_set_text(link->allow);

		ward_text_put(out, map->places[link->from].id);
		fputc('\t', out);
		ward_text_put(out, map->places[link->to].id);
		fprintf(out, "\t%s\n", ports);
	}
}
