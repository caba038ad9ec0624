/* SPDX-License-Identifier: Apache-2.0 */
/* The map in its forms but the picture (see svg.h). */
#pragma once

#include "analysis/map.h"
#include "report/text.h"

void ward_report_map_table(const struct ward_map *map, const struct ward_text *text);
void ward_report_map_markdown(const struct ward_map *map, FILE *out);

/* One connection a line: from, to and ports, separated by tabs. */
void ward_report_map_list(const struct ward_map *map, FILE *out);

/* One line for each pair and protocol: from, to, protocol, ports. */
void ward_report_map_csv(const struct ward_map *map, FILE *out);

/* A graph for Graphviz. */
void ward_report_map_dot(const struct ward_map *map, FILE *out);

/* One self-contained page: the picture and a matrix to explore. */
void ward_report_map_html(const struct ward_map *map, FILE *out);

/* Kind ConnectivityMap. */
void ward_report_map_json(const struct ward_map *map, FILE *out);

/* {"TCP": ["80", "8000-9000"], "UDP": [], "SCTP": []} under @key. */
struct ward_json;
void ward_report_ports_json(struct ward_json *json, const char *key,
			    const struct ward_port_set *set);

/* A range as people call it: "10.0.0.0/8", "any IPv4", "10.0.0.0-10.0.3.9"; the caller frees. */
char *ward_report_range_name(struct ward_ip_range range);

/* A place as people call it: "shop/web", "10.0.0.0/8", "any IPv4"; the caller frees. */
char *ward_report_place_name(const struct ward_map *map, uint32_t place);
