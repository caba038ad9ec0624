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

/* Links are told apart by places, but a person wants "world", not twice "any". */
static bool is_everything(const struct ward_map *map, uint32_t place, enum ward_family family)
{
	const struct ward_place *this = &map->places[place];

	return this->external && this->range.first.family == family &&
	       range_prefix(this->range) == 0;
}

/* Is @link to the whole of IPv4, and the next one the same to the whole of IPv6? */
static bool is_to_world(const struct ward_map *map, const struct ward_link *link)
{
	const struct ward_link *next = link + 1;

	return next < map->links + map->n_links && is_everything(map, link->to, WARD_FAMILY_4) &&
	       is_everything(map, next->to, WARD_FAMILY_6) && link->from == next->from &&
	       link->allow == next->allow;
}

/* How many links begin at @first's place? */
static uint32_t run_length(const struct ward_map *map, uint32_t first)
{
	uint32_t n = 0;

	while (first + n < map->n_links && map->links[first + n].from == map->links[first].from)
		n++;
	return n;
}

/* Are the links from @first all from the whole of IPv4, and those after them the same from IPv6? */
static bool is_from_world(const struct ward_map *map, uint32_t first)
{
	uint32_t n = run_length(map, first);
	const struct ward_link *v4 = &map->links[first], *v6 = v4 + n;

	if (!is_everything(map, v4->from, WARD_FAMILY_4) || first + n == map->n_links ||
	    !is_everything(map, v6->from, WARD_FAMILY_6) || run_length(map, first + n) != n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (v4[i].to != v6[i].to || v4[i].allow != v6[i].allow)
			return false;
	return true;
}

/* The links of one place; its name is written once, or on every line. */
static void run_add(const struct ward_map *map, uint32_t first, uint32_t n, const char *from,
		    bool repeat, struct ward_table *table)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct ward_link *link = &map->links[first + i];
		bool to_world = is_to_world(map, link);

		ward_table_cell(table, i && !repeat ? "" : from);
		table_add(table,
			  to_world ? ward_strdup("world") : ward_report_place_name(map, link->to));
		table_add(table, ward_port_set_text(link->allow));
		i += to_world;
	}
}

static void links_table(const struct ward_map *map, bool repeat, struct ward_table *table)
{
	static const char *const header[] = {"FROM", "TO", "PORTS"};

	ward_table_init(table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t first = 0; first < map->n_links;) {
		uint32_t n = run_length(map, first);
		bool world = is_from_world(map, first);
		_cleanup_free_ char *from =
			world ? ward_strdup("world")
			      : ward_report_place_name(map, map->links[first].from);

		run_add(map, first, n, from, repeat, table);
		first += world ? 2 * n : n;
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
