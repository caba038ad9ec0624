/* SPDX-License-Identifier: Apache-2.0 */
#include "report/exposure.h"

#include "report/map.h"
#include "report/witness-words.h"

/* {"key": "role", "values": ["db"], "except": false, "absent": false}: only these values, or all
 * but these; and whether the label may be missing. */
static void labels_json(struct ward_json *json, const char *key,
			const struct ward_exposed_labels *labels)
{
	ward_json_list(json, key);
	for (uint32_t i = 0; i < labels->n; i++) {
		const struct ward_exposed_label *label = &labels->items[i];

		ward_json_line(json, NULL);
		ward_json_str(json, "key", label->key);
		ward_json_list(json, "values");
		for (uint32_t v = 0; v < label->n_values; v++)
			ward_json_str(json, NULL, label->values[v]);
		ward_json_end_list(json);
		ward_json_bool(json, "except", label->except);
		ward_json_bool(json, "absent", label->absent);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void peer_json(struct ward_json *json, const struct ward_exposed_peer *peer)
{
	char text[WARD_RANGE_TEXT];

	ward_json_line(json, NULL);
	ward_json_str(json, "kind",
		      peer->kind == WARD_SPACE_OUTSIDE ? "External"
		      : peer->kind == WARD_SPACE_NODE  ? "Node"
						       : "Pod");
	if (peer->kind == WARD_SPACE_NEW)
		labels_json(json, "namespaces", &peer->namespaces);
	if (peer->kind != WARD_SPACE_OUTSIDE)
		labels_json(json, "labels", &peer->labels);
	ward_json_list(json, "ranges");
	for (uint32_t i = 0; i < peer->n_ranges; i++)
		ward_json_str(json, NULL, ward_range_str(peer->ranges[i], text));
	ward_json_end_list(json);
	ward_json_list(json, "portNames");
	for (uint32_t i = 0; i < peer->n_names; i++)
		ward_json_str(json, NULL, peer->names[i]);
	ward_json_end_list(json);
	ward_json_list(json, "notPortNames");
	for (uint32_t i = 0; i < peer->n_unnamed; i++)
		ward_json_str(json, NULL, peer->unnamed[i]);
	ward_json_end_list(json);
	ward_report_ports_json(json, "allow", &peer->ports);
	ward_json_bool(json, "other", peer->ports.other);
	ward_json_map(json, "example");
	ward_witness_json(json, &peer->witness);
	ward_json_end_map(json);
	ward_json_end_map(json);
}

static void exposed_json(struct ward_json *json, const struct ward_map *map,
			 const struct ward_exposed *exposed)
{
	const struct ward_place *place = &map->places[exposed->place];

	ward_json_map(json, NULL);
	ward_json_str(json, "id", place->id);
	ward_json_bool(json, "complete", exposed->complete);
	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		ward_json_list(json, ward_direction_str(direction));
		for (uint32_t i = 0; i < exposed->n[direction]; i++)
			peer_json(json, &exposed->peers[direction][i]);
		ward_json_end_list(json);
	}
	ward_json_end_map(json);
}

void ward_report_exposure_json(const struct ward_exposure *exposure, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Exposure");
	ward_json_list(&json, "workloads");
	for (uint32_t i = 0; i < exposure->n; i++)
		exposed_json(&json, exposure->map, &exposure->list[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}
