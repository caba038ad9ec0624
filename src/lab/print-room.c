/* SPDX-License-Identifier: Apache-2.0 */
/* What can be full on a node, and how full it is: its image, and its kernel's table of connections.
 * People are told of the fullest, and of what is wrong with any. */
#include <errno.h>
#include <string.h>

#include "lab/print.h"

enum {
	MB = 1 << 20
};

static uint32_t percent(uint64_t used, uint64_t max)
{
	return max ? used * 100 / max : 0;
}

static uint32_t image_percent(const struct ward_datapath_status *status)
{
	uint32_t fullest = percent(status->heap_used, status->heap);

	for (int six = 0; six < 2; six++) {
		uint32_t addresses = percent(status->addresses[six], status->addresses_max[six]);

		fullest = addresses > fullest ? addresses : fullest;
	}
	return fullest;
}

static void image_json(struct ward_json *json, const struct ward_datapath_status *status)
{
	ward_json_map(json, "image");
	ward_json_int(json, "bytes", status->image_bytes);
	ward_json_int(json, "maxBytes", status->max_bytes);
	ward_json_int(json, "lines", status->heap);
	ward_json_int(json, "linesUsed", status->heap_used);
	ward_json_int(json, "ipv4Addresses", status->addresses[0]);
	ward_json_int(json, "ipv4AddressesMax", status->addresses_max[0]);
	ward_json_int(json, "ipv6Addresses", status->addresses[1]);
	ward_json_int(json, "ipv6AddressesMax", status->addresses_max[1]);
	ward_json_end_map(json);
}

void lab_room_json(struct ward_json *json, const struct lab_node *node)
{
	struct ward_agent_status status;

	if (!node->agent)
		return;
	ward_agent_status(node->agent, &status);
	ward_json_map(json, "enforcement");
	ward_json_int(json, "generation", status.datapath.generation);
	ward_json_int(json, "grown", status.datapath.n_grown);
	if (status.datapath.error)
		ward_json_str(json, "error", strerror(-status.datapath.error));
	image_json(json, &status.datapath);
	ward_json_map(json, "connections");
	ward_json_int(json, "entries", status.connections.entries);
	ward_json_int(json, "max", status.connections.max);
	ward_json_int(json, "dropped", status.connections.dropped);
	ward_json_int(json, "evicted", status.connections.evicted);
	ward_json_end_map(json);
	ward_json_end_map(json);
}

static void troubles_print(const char *node, const struct ward_agent_status *status, FILE *out)
{
	if (status->datapath.error == -ENOSPC)
		fprintf(out,
			"%s: the last change needs an image of more than %lu MB: what was before "
			"it\n  is in force\n",
			node, status->datapath.max_bytes / MB);
	else if (status->datapath.error)
		fprintf(out, "%s: the last change failed: %s: what was before it is in force\n",
			node, strerror(-status->datapath.error));
	if (status->connections.dropped)
		fprintf(out,
			"%s: the kernel's table of connections was full (%u): it dropped %lu "
			"packet%s;\n  raise net.netfilter.nf_conntrack_max\n",
			node, status->connections.max, status->connections.dropped,
			status->connections.dropped == 1 ? "" : "s");
}

void lab_print_room(const struct lab *lab, const struct ward_text *text)
{
	uint32_t images = 0, connections = 0;

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_agent_status status;
		uint32_t image, table;

		if (!lab->nodes[i].agent)
			continue;
		ward_agent_status(lab->nodes[i].agent, &status);
		image = image_percent(&status.datapath);
		table = percent(status.connections.entries, status.connections.max);
		images = image > images ? image : images;
		connections = table > connections ? table : connections;
		troubles_print(ward_symbol_str(lab->symbols, lab->nodes[i].name), &status,
			       text->out);
	}
	fprintf(text->out, "fullest node: image %u %%, table of connections %u %%\n", images,
		connections);
}
