/* SPDX-License-Identifier: Apache-2.0 */
/* The map as one page that needs nothing else: the picture, and a matrix to explore.
 *
 * Names are strangers' text.  In the picture they are escaped as XML; to the matrix they come as
 * JSON in which no "<" is left, so nothing in it can end the element, and the script puts them only
 * into text nodes and onto the canvas.  Besides, the page's policy allows no script but ours (by
 * its hash, see page/embed.py), no connection and no image. */
#include <string.h>

#include "analysis/ports.h"
#include "doc/json-writer.h"
#include "report/map-page.h"
#include "report/map.h"
#include "report/svg.h"

/* @text with its control characters visible, as JSON. */
static void json_clean(struct ward_json *json, const char *key, const char *text)
{
	char *clean;
	size_t size;
	FILE *out = open_memstream(&clean, &size);

	ward_text_put(out, text);
	fclose(out);
	ward_json_str(json, key, clean);
	free(clean);
}

/* How `ward can` is asked about the place: a range by its first address. */
static void ask_json(struct ward_json *json, const struct ward_place *place)
{
	char text[WARD_IP_TEXT];

	json_clean(json, "ask",
		   place->external ? ward_ip_str(place->range.first, text) : place->id);
}

static void place_json(struct ward_json *json, const struct ward_map *map, uint32_t index)
{
	const struct ward_place *place = &map->places[index];
	_cleanup_free_ char *name = ward_report_place_name(map, index);

	ward_json_line(json, NULL);
	json_clean(json, "name", name);
	ask_json(json, place);
	json_clean(json, "ns", ward_symbol_str(map->symbols, place->ns));
	ward_json_str(json, "kind",
		      place->external ? "addresses outside" : ward_kind_str(place->kind));
	ward_json_bool(json, "external", place->external);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
		ward_json_bool(json, ward_direction_str(direction), place->isolated[direction]);
	ward_json_list(json, "groups");
	for (uint32_t i = 0; i < place->n_groups; i++)
		json_clean(json, NULL, ward_symbol_str(map->symbols, place->groups[i]));
	ward_json_end_list(json);
	ward_json_end_map(json);
}

/* For every place a list of distance to the next target, port set, distance, … */
static void rows_json(struct ward_json *json, const struct ward_map *map)
{
	const struct ward_link *link = map->links, *end = link + map->n_links;

	ward_json_list(json, "rows");
	for (uint32_t place = 0; place < map->n_places; place++) {
		char *row;
		size_t size;
		FILE *out = open_memstream(&row, &size);
		uint32_t before = WARD_NONE; /* one before the first */

		fputc('[', out);
		for (; link < end && link->from == place; link++) {
			fprintf(out, "%s%u,%u", before == WARD_NONE ? "" : ",", link->to - before,
				(uint32_t)(link->allow - map->sets));
			before = link->to;
		}
		fputc(']', out);
		fclose(out);
		ward_json_raw(json, NULL, row);
		free(row);
	}
	ward_json_end_list(json);
}

static void data_json(const struct ward_map *map, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_list(&json, "places");
	for (uint32_t i = 0; i < map->n_places; i++)
		place_json(&json, map, i);
	ward_json_end_list(&json);
	ward_json_list(&json, "sets");
	for (uint32_t i = 0; i < map->n_sets; i++) {
		_cleanup_free_ char *text = ward_port_set_text(&map->sets[i]);

		ward_json_str(&json, NULL, text);
	}
	ward_json_end_list(&json);
	rows_json(&json, map);
	ward_json_end_map(&json);
}

/* JSON inside of HTML: "<" only stands in strings, where it can be written otherwise. */
static void put_data(const struct ward_map *map, FILE *out)
{
	char *data;
	size_t size;
	FILE *memory = open_memstream(&data, &size);

	data_json(map, memory);
	fclose(memory);
	fputs("<script type=\"application/json\" id=\"ward-data\">\n", out);
	for (const char *c = data, *next; *c; c = next) {
		next = c + strcspn(c, "<");
		fwrite(c, 1, (size_t)(next - c), out);
		if (*next) {
			fputs("\\u003c", out);
			next++;
		}
	}
	fputs("</script>\n", out);
	free(data);
}

static void put_head(FILE *out)
{
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		"script-src '%s'; style-src 'unsafe-inline'; base-uri 'none'; "
		"form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n"
		"<title>Who may talk to whom</title>\n<style>\n%s</style>\n</head>\n",
		page_script_hash, page_style);
}

static void put_facts(const struct ward_map *map, FILE *out)
{
	uint32_t n_external = 0, n_open[WARD_N_DIRECTION] = {};

	for (uint32_t i = 0; i < map->n_places; i++) {
		const struct ward_place *place = &map->places[i];

		n_external += place->external;
		for (int direction = 0; direction < WARD_N_DIRECTION; direction++)
			n_open[direction] += !place->external && !place->isolated[direction];
	}
	fprintf(out,
		"<h1>Connectivity map</h1>\n<p class=\"muted\">Workloads: %u · ranges of external "
		"addresses: %u · connections: %u · not isolated: %u for ingress, %u for egress.",
		map->n_places - n_external, n_external, map->n_links, n_open[WARD_INGRESS],
		n_open[WARD_EGRESS]);
	if (map->undetermined)
		fputs(" Pods without addresses are taken to be in no ipBlock.", out);
	if (map->n_skipped)
		fprintf(out, " Not on the map, because policies do not see them: %u.",
			map->n_skipped);
	fputs("</p>\n", out);
}

static const char explorer[] =
	"<div class=\"filters\" role=\"search\">\n"
	"<label>From<input type=\"search\" id=\"ward-from\" placeholder=\"name, "
	"group:name\"></label>\n"
	"<label>To<input type=\"search\" id=\"ward-to\" placeholder=\"name, group:name\"></label>\n"
	"<label>Port<input type=\"search\" id=\"ward-port\" placeholder=\"443, udp 53, "
	"icmp\"></label>\n"
	"<label>Namespace<select id=\"ward-ns\"><option value=\"\">all</option></select></label>\n"
	"<label class=\"check\"><input type=\"checkbox\" id=\"ward-external\" checked>external "
	"addresses</label>\n"
	"<label class=\"check\"><input type=\"checkbox\" id=\"ward-empty\">only what "
	"connects</label>\n"
	"<span class=\"muted\" id=\"ward-count\" role=\"status\"></span>\n</div>\n"
	"<div class=\"explorer\">\n"
	"<div><div class=\"matrix\" id=\"ward-matrix\" tabindex=\"0\" role=\"application\" "
	"aria-label=\"Matrix of connections; arrow keys choose a cell\" "
	"aria-describedby=\"ward-details\">"
	"<div class=\"matrix-size\" id=\"ward-size\"></div><canvas "
	"id=\"ward-canvas\"></canvas></div>\n"
	"<p class=\"legend\"><span><i class=\"legend-some\"></i>some ports</span>"
	"<span><i class=\"legend-all\"></i>all ports</span><span><i></i>nothing</span>"
	"<span class=\"is-open\">name: not isolated</span></p></div>\n"
	"<div class=\"details\" id=\"ward-details\" aria-live=\"polite\"><h2>Choose</h2>"
	"<p class=\"muted\">Click a cell for the ports and who is isolated, or a name for all its "
	"connections.</p></div>\n</div>\n"
	"<noscript><p>The matrix needs JavaScript; the picture does not.</p></noscript>\n";

void ward_report_map_html(const struct ward_map *map, FILE *out)
{
	put_head(out);
	fputs("<body>\n", out);
	put_facts(map, out);
	fputs("<details class=\"picture\" open><summary>The picture</summary>"
	      "<div class=\"picture-frame\">\n",
	      out);
	ward_report_svg(map, out);
	fputs("</div></details>\n", out);
	fputs(explorer, out);
	put_data(map, out);
	fprintf(out, "<script>%s</script>\n</body>\n</html>\n", page_script);
}
