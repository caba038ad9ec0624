/* SPDX-License-Identifier: Apache-2.0 */
/* The map for Graphviz: a cluster for every namespace, dashed what is not isolated. */
#include "analysis/ports.h"
#include "report/map.h"

/* A quoted string: nothing ends it early, and nothing in it is an escape of Graphviz. */
static void string_put(FILE *out, const char *text)
{
	char *clean;
	size_t size;
	FILE *memory = open_memstream(&clean, &size);

	ward_text_put(memory, text);
	fclose(memory);
	fputc('"', out);
	for (const char *c = clean; *c; c++) {
		if (*c == '"' || *c == '\\')
			fputc('\\', out);
		fputc(*c, out);
	}
	fputc('"', out);
	free(clean);
}

static void node_put(const struct ward_map *map, uint32_t place, const char *indent, FILE *out)
{
	const struct ward_place *this = &map->places[place];
	_cleanup_free_ char *whole = ward_report_place_name(map, place);

	fprintf(out, "%sp%u [label=", indent, place);
	string_put(out, this->external ? whole : ward_symbol_str(map->symbols, this->name));
	if (this->external)
		fputs(", shape=ellipse", out);
	else if (!this->isolated[WARD_INGRESS] || !this->isolated[WARD_EGRESS])
		fputs(", style=dashed", out);
	fputs(", tooltip=", out);
	string_put(out, this->id);
	fputs("];\n", out);
}

/* The workloads of one namespace, from @place on; the index behind them. */
static uint32_t cluster_put(const struct ward_map *map, uint32_t place, FILE *out)
{
	ward_sym ns = map->places[place].ns;

	fprintf(out, "  subgraph cluster_%u {\n    label=", place);
	string_put(out, ward_symbol_str(map->symbols, ns));
	fputs(";\n", out);
	for (; place < map->n_places && !map->places[place].external && map->places[place].ns == ns;
	     place++)
		node_put(map, place, "    ", out);
	fputs("  }\n", out);
	return place;
}

void ward_report_map_dot(const struct ward_map *map, FILE *out)
{
	uint32_t place = 0;

	fputs("digraph ward {\n  rankdir=LR;\n  node [shape=box];\n", out);
	while (place < map->n_places && !map->places[place].external)
		place = cluster_put(map, place, out);
	for (; place < map->n_places; place++)
		node_put(map, place, "  ", out);
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];
		_cleanup_free_ char *ports = ward_port_set_text(link->allow);

		fprintf(out, "  p%u -> p%u [label=", link->from, link->to);
		string_put(out, ports);
		fputs("];\n", out);
	}
	fputs("}\n", out);
}
