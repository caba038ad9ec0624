/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>
#include <unistd.h>

#include "datapath/source.h"
#include "doc/json-writer.h"
#include "group/grouppolicy.h"
#include "lab/closes.h"
#include "lab/print.h"

uint32_t lab_count_skipped(const struct lab *lab)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		for (uint32_t k = 0; k < lab->pods.items[i]->servers.n; k++)
			n += lab->pods.items[i]->servers.items[k]->fd < 0;
	return n;
}

/* Reasons are few and static: told apart by their text. */
void lab_print_skipped(const struct lab *lab, const struct ward_text *text)
{
	_cleanup_(ward_intern_done) struct ward_intern reasons = {};
	uint32_t counts[16] = {};

	for (uint32_t i = 0; i < lab->pods.n; i++) {
		const struct lab_pod *pod = lab->pods.items[i];

		for (uint32_t k = 0; k < pod->servers.n; k++) {
			const struct lab_server *server = pod->servers.items[k];
			char reason[128];
			uint32_t number;

			if (server->fd >= 0)
				continue;
			snprintf(reason, sizeof(reason), "%s: %s", ward_proto_str(server->proto),
				 server->skipped);
			number = ward_intern(&reasons, reason, strlen(reason));
			if (number < WARD_ARRAY_SIZE(counts))
				counts[number]++;
		}
	}
	for (uint32_t i = 0; i < reasons.n && i < WARD_ARRAY_SIZE(counts); i++)
		fprintf(text->out, "%u port%s left out, %s\n", counts[i], lab_plural(counts[i]),
			(const char *)ward_intern_bytes(&reasons, i, NULL));
}

static struct ward_datapath_counters counters_sum(const struct lab *lab)
{
	struct ward_datapath_counters sum = {};

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_datapath_counters node = {};

		if (!lab->nodes[i].agent)
			continue;
		ward_agent_counters(lab->nodes[i].agent, &node);
		sum.accepted += node.accepted;
		sum.denied += node.denied;
		sum.spoofed += node.spoofed;
		sum.not_ready += node.not_ready;
		sum.malformed += node.malformed;
		sum.events_lost += node.events_lost;
		sum.untallied += node.untallied;
	}
	return sum;
}

/* Frames of pods that a guarded bridge did not take. */
static uint64_t frames_refused(const struct lab *lab)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		struct ward_source_counters node = {};

		if (lab->nodes[i].source)
			ward_source_counters(lab->nodes[i].source, &node);
		sum += node.spoofed + node.kind + node.astray;
	}
	return sum;
}

static bool is_policy(const struct ward_object *object)
{
	return object && ward_kind_is_policy(object->kind);
}

static uint32_t policies_count(const struct lab *lab)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->world.objects.n; i++)
		n += is_policy(lab->world.objects.items[i]);
	return n;
}

const char *ward_lab_network_str(enum ward_lab_network network)
{
	static const char *const names[] = {
		[WARD_LAB_ROUTED] = "routed",
		[WARD_LAB_VXLAN] = "vxlan",
		[WARD_LAB_BRIDGE] = "bridge",
	};

	static_assert(WARD_ARRAY_SIZE(names) == WARD_LAB_N_NETWORK, "one name per network");
	return names[network];
}

static void nodes_json(struct ward_json *json, const struct lab *lab)
{
	char ip[WARD_IP_TEXT], range[WARD_CIDR_TEXT];

	ward_json_list(json, "nodes");
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = &lab->nodes[i];

		ward_json_map(json, NULL);
		ward_json_str(json, "name", ward_symbol_str(lab->symbols, node->name));
		ward_json_str(json, "address", ward_ip_str(node->ip[0], ip));
		ward_json_str(json, "podRange", ward_cidr_str(node->range[0], range));
		lab_room_json(json, node);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void pod_json(struct ward_json *json, const struct lab *lab, const struct lab_pod *pod)
{
	ward_sym groups[16];
	uint32_t n = lab_pod_groups(lab, pod, groups, WARD_ARRAY_SIZE(groups));
	char ip[WARD_IP_TEXT];

	ward_json_map(json, NULL);
	ward_json_str(json, "namespace", ward_symbol_str(lab->symbols, pod->pod.object.ns));
	ward_json_str(json, "name", ward_symbol_str(lab->symbols, pod->pod.object.name));
	ward_json_str(json, "address", ward_ip_str(pod->ip[0], ip));
	ward_json_str(json, "node", ward_symbol_str(lab->symbols, pod->node->name));
	ward_json_bool(json, "hostNetwork", pod->pod.host_network);
	ward_json_map(json, "labels");
	for (uint32_t i = 0; i < pod->pod.labels.n; i++)
		ward_json_str(json, ward_symbol_str(lab->symbols, pod->pod.labels.items[i].key),
			      ward_symbol_str(lab->symbols, pod->pod.labels.items[i].value));
	ward_json_end_map(json);
	ward_json_list(json, "groups");
	for (uint32_t i = 0; i < n; i++)
		ward_json_str(json, NULL, ward_symbol_str(lab->symbols, groups[i]));
	ward_json_end_list(json);
	ward_json_list(json, "ports");
	for (uint32_t i = 0; i < pod->servers.n; i++) {
		const struct lab_server *server = pod->servers.items[i];

		ward_json_map(json, NULL);
		ward_json_int(json, "port", server->port);
		ward_json_str(json, "protocol", ward_proto_str(server->proto));
		if (server->fd < 0)
			ward_json_str(json, "skipped", server->skipped);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
	ward_json_end_map(json);
}

static void policies_json(struct ward_json *json, const struct lab *lab)
{
	ward_json_list(json, "policies");
	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];

		if (!is_policy(object))
			continue;
		ward_json_map(json, NULL);
		ward_json_str(json, "kind", ward_kind_str(object->kind));
		if (object->ns != WARD_NONE)
			ward_json_str(json, "namespace", ward_symbol_str(lab->symbols, object->ns));
		ward_json_str(json, "name", ward_symbol_str(lab->symbols, object->name));
		ward_json_str(json, "file", ward_symbol_str(lab->symbols, object->mark.file));
		ward_json_int(json, "line", object->mark.line);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

static void counters_json(struct ward_json *json, const struct lab *lab)
{
	struct ward_datapath_counters counters = counters_sum(lab);

	ward_json_map(json, "packets");
	ward_json_int(json, "accepted", counters.accepted);
	ward_json_int(json, "denied", counters.denied);
	ward_json_int(json, "spoofed", counters.spoofed);
	ward_json_int(json, "notReady", counters.not_ready);
	ward_json_int(json, "malformed", counters.malformed);
	ward_json_int(json, "eventsLost", counters.events_lost);
	ward_json_int(json, "untallied", counters.untallied);
	ward_json_int(json, "closesLost", lab_closes_lost(lab));
	ward_json_int(json, "framesRefused", frames_refused(lab));
	ward_json_end_map(json);
}

static void status_json(const struct lab *lab, FILE *out)
{
	struct ward_json json;

	ward_json_init(&json, out, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "LabStatus");
	ward_json_str(&json, "name", lab->name);
	ward_json_int(&json, "pid", getpid());
	ward_json_bool(&json, "enforced", lab->enforce);
	ward_json_str(&json, "network", ward_lab_network_str(lab->network));
	nodes_json(&json, lab);
	ward_json_list(&json, "pods");
	for (uint32_t i = 0; i < lab->pods.n; i++)
		pod_json(&json, lab, lab->pods.items[i]);
	ward_json_end_list(&json);
	lab_services_json(&json, lab);
	policies_json(&json, lab);
	counters_json(&json, lab);
	lab_json_bypasses(&json, lab);
	ward_json_end_map(&json);
}

/* "80/TCP 53/UDP"; the caller frees. */
static char *ports_str(const struct lab_pod *pod)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod->servers.n; i++)
		if (pod->servers.items[i]->fd >= 0)
			fprintf(out, "%s%u/%s", n++ ? " " : "", pod->servers.items[i]->port,
				ward_proto_str(pod->servers.items[i]->proto));
	fclose(out);
	return text;
}

static void pods_table(const struct lab *lab, const struct ward_text *text)
{
	static const char *const header[] = {"POD", "GROUPS", "NODE", "ADDRESS", "PORTS"};
	struct ward_table table;
	char ip[WARD_IP_TEXT];

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < lab->pods.n; i++) {
		const struct lab_pod *pod = lab->pods.items[i];
		_cleanup_free_ char *groups = lab_pod_groups_str(lab, pod);
		_cleanup_free_ char *ports = ports_str(pod);

		ward_table_cell(&table, pod->id);
		ward_table_cell(&table, *groups ? groups : "-");
		ward_table_cell(&table, ward_symbol_str(lab->symbols, pod->node->name));
		ward_table_cell(&table, ward_ip_str(pod->ip[0], ip));
		ward_table_cell(&table, *ports ? ports : "-");
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

static uint32_t pods_count(const struct lab *lab, const struct lab_node *node)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		n += lab->pods.items[i]->node == node;
	return n;
}

static void nodes_table(const struct lab *lab, const struct ward_text *text)
{
	static const char *const header[] = {"NODE", "ADDRESS", "POD ADDRESSES", "PODS"};
	char ip[WARD_IP_TEXT], range[WARD_CIDR_TEXT], n_pods[16];
	struct ward_table table;

	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < lab->n_nodes; i++) {
		const struct lab_node *node = &lab->nodes[i];

		snprintf(n_pods, sizeof(n_pods), "%u", pods_count(lab, node));
		ward_table_cell(&table, ward_symbol_str(lab->symbols, node->name));
		ward_table_cell(&table, ward_ip_str(node->ip[0], ip));
		ward_table_cell(&table, ward_cidr_str(node->range[0], range));
		ward_table_cell(&table, n_pods);
	}
	ward_table_print(&table, text);
	ward_table_done(&table);
}

static void policies_table(const struct lab *lab, const struct ward_text *text)
{
	static const char *const header[] = {"POLICY", "FROM"};
	struct ward_table table;

	if (!policies_count(lab))
		return;
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];
		_cleanup_free_ char *name = NULL, *mark = NULL;

		if (!is_policy(object))
			continue;
		name = ward_format("%s %s%s%s", ward_kind_str(object->kind),
				   ward_symbol_str(lab->symbols, object->ns),
				   object->ns == WARD_NONE ? "" : "/",
				   ward_symbol_str(lab->symbols, object->name));
		mark = ward_format("%s:%u", ward_symbol_str(lab->symbols, object->mark.file),
				   object->mark.line);
		ward_table_cell(&table, name);
		ward_table_cell(&table, mark);
	}
	fputc('\n', text->out);
	ward_table_print(&table, text);
	ward_table_done(&table);
}

static void counters_print(const struct lab *lab, const struct ward_text *text)
{
	struct ward_datapath_counters counters = counters_sum(lab);
	struct {
		uint64_t n;
		const char *what;
	} rare[] = {
		{counters.spoofed, "spoofed"},
		{counters.not_ready, "to or from pods not ready"},
		{counters.malformed, "malformed"},
		{counters.events_lost, "events lost"},
		{counters.untallied, "not counted by rule"},
		{lab_closes_lost(lab), "times ends of flows lost"},
		{frames_refused(lab), "frames refused at bridges"},
	};

	fprintf(text->out, "packets: %lu accepted, %lu denied", counters.accepted, counters.denied);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(rare); i++)
		if (rare[i].n)
			fprintf(text->out, ", %lu %s", rare[i].n, rare[i].what);
	fputc('\n', text->out);
	lab_print_room(lab, text);
}

static void status_table(const struct lab *lab, const struct ward_text *text)
{
	uint32_t n_policies = policies_count(lab);

	nodes_table(lab, text);
	if (lab->pods.n) {
		fputc('\n', text->out);
		pods_table(lab, text);
	}
	lab_services_table(lab, text);
	policies_table(lab, text);
	fprintf(text->out, "\nlab %s: %u node%s, %u pod%s, %u polic%s, process %d\n", lab->name,
		lab->n_nodes, lab_plural(lab->n_nodes), lab->pods.n, lab_plural(lab->pods.n),
		n_policies, n_policies == 1 ? "y" : "ies", getpid());
	if (lab->enforce)
		counters_print(lab, text);
	else
		fputs("nothing is enforced (--no-enforce)\n", text->out);
	lab_print_bypasses(lab, text);
	lab_print_skipped(lab, text);
	if (lab->finished.n)
		fprintf(text->out, "%u finished pod%s left out\n", lab->finished.n,
			lab_plural(lab->finished.n));
}

void lab_print_status(const struct lab *lab, enum ward_lab_format format,
		      const struct ward_text *text)
{
	if (format == WARD_LAB_JSON)
		status_json(lab, text->out);
	else
		status_table(lab, text);
}
