/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/json-writer.h"
#include "report/map.h"

void ward_report_ports_json(struct ward_json *json, const char *key,
			    const struct ward_port_set *set)
{
	ward_json_map(json, key);
	for (enum ward_proto proto = WARD_TCP; proto < WARD_OTHER; proto++) {
		ward_json_list(json, ward_proto_str(proto));
		for (uint32_t i = 0; i < set->n; i++) {
			const struct ward_port_range *range = &set->ranges[i];
			char text[sizeof("65535-65535")];

			if (range->proto != proto)
				continue;
			if (range->low == range->high)
				snprintf(text, sizeof(text), "%u", range->low);
			else
				snprintf(text, sizeof(text), "%u-%u", range->low, range->high);
			ward_json_str(json, NULL, text);
		}
		ward_json_end_list(json);
	}
	ward_json_end_map(json);
}

static void place_json(struct ward_json *json, const struct ward_map *map,
		       const struct ward_place *place)
{
	const struct ward_symbols *symbols = map->symbols;

	ward_json_line(json, NULL);
	ward_json_str(json, "id", place->id);
	ward_json_str(json, "namespace", ward_symbol_str(symbols, place->ns));
	ward_json_str(json, "name",
		      place->external ? place->id : ward_symbol_str(symbols, place->name));
	ward_json_str(json, "kind", place->external ? "External" : ward_kind_str(place->kind));
	ward_json_list(json, "groups");
	for (uint32_t i = 0; i < place->n_groups; i++)
		ward_json_str(json, NULL, ward_symbol_str(symbols, place->groups[i]));
	ward_json_end_list(json);
	ward_json_map(json, "isolated");
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		ward_json_bool(json, ward_direction_str(direction), place->isolated[direction]);
	ward_json_end_map(json);
	if (place->differs)
		ward_json_str(json, "workload", place->differs);
	ward_json_end_map(json);
}

/* A large map names the same places and says the same ports hundreds of thousands of times: each
 * is put into JSON once. */
struct phrases {
	char **ids;   /* by place */
	char **ports; /* by set of the map */
};

/* The JSON that @write makes, on one line. */
static char *phrase(void (*write)(struct ward_json *json, const void *what), const void *what)
{
	struct ward_json json;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ward_json_init(&json, out, false);
	json.flat_depth = 0;
	write(&json, what);
	fclose(out);
	text[size - 1] = '\0'; /* the line's end */
	return text;
}

static void phrase_id(struct ward_json *json, const void *what)
{
	ward_json_str(json, NULL, what);
}

static void phrase_ports(struct ward_json *json, const void *what)
{
	ward_report_ports_json(json, NULL, what);
}

static void phrases_init(struct phrases *phrases, const struct ward_map *map)
{
	phrases->ids = ward_new_n(char *, map->n_places);
	phrases->ports = ward_new_n(char *, map->n_sets);
	for (uint32_t i = 0; i < map->n_places; i++)
		phrases->ids[i] = phrase(phrase_id, map->places[i].id);
	for (uint32_t i = 0; i < map->n_sets; i++)
		phrases->ports[i] = phrase(phrase_ports, &map->sets[i]);
}

static void phrases_done(struct phrases *phrases, const struct ward_map *map)
{
	for (uint32_t i = 0; i < map->n_places; i++)
		free(phrases->ids[i]);
	for (uint32_t i = 0; i < map->n_sets; i++)
		free(phrases->ports[i]);
	free(phrases->ids);
	free(phrases->ports);
}

static void links_json(struct ward_json *json, const struct ward_map *map)
{
	struct phrases phrases;

	phrases_init(&phrases, map);
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];

		ward_json_line(json, NULL);
		ward_json_raw(json, "from", phrases.ids[link->from]);
		ward_json_raw(json, "to", phrases.ids[link->to]);
		ward_json_raw(json, "allow", phrases.ports[link->allow - map->sets]);
		ward_json_bool(json, "other", link->allow->other);
		ward_json_end_map(json);
	}
	phrases_done(&phrases, map);
}

void ward_report_map_json(const struct ward_map *map, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "ConnectivityMap");
	ward_json_list(&json, "endpoints");
	for (uint32_t i = 0; i < map->n_places; i++)
		place_json(&json, map, &map->places[i]);
	ward_json_end_list(&json);
	ward_json_list(&json, "connections");
	links_json(&json, map);
	ward_json_end_list(&json);
	ward_json_list(&json, "skipped");
	for (uint32_t i = 0; i < map->n_skipped; i++) {
		ward_json_map(&json, NULL);
		ward_json_str(&json, "id", map->skipped[i].id);
		ward_json_str(&json, "why", map->skipped[i].why);
		ward_json_end_map(&json);
	}
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}
