/* SPDX-License-Identifier: Apache-2.0 */
/* The map for spreadsheets and databases, as RFC 4180 has it.
 *
 * A field that begins with = + - or @ would be a formula to a spreadsheet.  None does: names of
 * Kubernetes objects begin with a letter or a digit, and names that do not are refused before there
 * is a map; ranges begin with a digit or a colon. */
#include <string.h>

#include "report/map.h"

/* Quoted, with every quote doubled; control characters as in other text. */
static void field_put(FILE *out, const char *field)
{
	fputc('"', out);
	while (*field) {
		size_t len = strcspn(field, "\"");
		_cleanup_free_ char *part = ward_format("%.*s", (int)len, field);

		ward_text_put(out, part);
		field += len;
		if (*field == '"')
			fputs("\"\"", out);
		field += *field == '"';
	}
	fputc('"', out);
}

/* "80,8000-9000" */
static void ports_put(FILE *out, const struct ward_port_set *set, enum ward_proto proto)
{
	const char *separator = "";

	fputc('"', out);
	for (uint32_t i = 0; i < set->n; i++) {
		const struct ward_port_range *range = &set->ranges[i];

		if (range->proto != proto)
			continue;
		fprintf(out, "%s%u", separator, range->low);
		if (range->high != range->low)
			fprintf(out, "-%u", range->high);
		separator = ",";
	}
	fputs("\"\r\n", out);
}

static bool has_proto(const struct ward_port_set *set, enum ward_proto proto)
{
	if (proto == WARD_OTHER)
		return set->other;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ranges[i].proto == proto)
			return true;
	return false;
}

void ward_report_map_csv(const struct ward_map *map, FILE *out)
{
	fputs("from,to,protocol,ports\r\n", out);
	for (uint32_t i = 0; i < map->n_links; i++) {
		const struct ward_link *link = &map->links[i];

		for (int proto = 0; proto < WARD_N_PROTO; proto++) {
			if (!has_proto(link->allow, proto))
				continue;
			field_put(out, map->places[link->from].id);
			fputc(',', out);
			field_put(out, map->places[link->to].id);
			fprintf(out, ",%s,", ward_proto_str(proto));
			ports_put(out, link->allow, proto);
		}
	}
}
