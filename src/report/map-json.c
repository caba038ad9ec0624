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
	ward_json_end_map(json);
}

static void link_json(struct ward_json *json, const struct ward_map *map,
		      const struct ward_link *link)
{
	ward_json_line(json, NULL);
	ward_json_str(json, "from", map->places[link->from].id);
	ward_json_str(json, "to", map->places[link->to].id);
	ward_report_ports_json(json, "allow", link->allow);
	ward_json_bool(json, "other", link->allow->other);
	ward_json_end_map(json);
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
	for (uint32_t i = 0; i < map->n_links; i++)
		link_json(&json, map, &map->links[i]);
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
