/* SPDX-License-Identifier: Apache-2.0 */
/* Pods, and the pods that workloads would make: both are a pod template with something around it.
 * Of their hundreds of fields only those that decide about connections are read. */
#include "kube/pod.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kube/decode.h"
#include "kube/names.h"

struct ports {
	WARD_VEC(struct ward_container_port) list;
};

static int port_cmp(const void *a, const void *b)
{
	const struct ward_container_port *x = a, *y = b;

	if (x->name != y->name)
		return x->name < y->name ? -1 : 1;
	if (x->proto != y->proto)
		return (int)x->proto - (int)y->proto;
	return (int)x->number - (int)y->number;
}

static void port_decode(struct ports *ports, const struct ward_field *item)
{
	struct ward_field number = ward_field_get(item, "containerPort");
	struct ward_field name = ward_field_get(item, "name");
	struct ward_field proto = ward_field_get(item, "protocol");
	struct ward_container_port port = {
		.name = ward_field_sym(&name),
		.proto = ward_field_proto(&proto),
	};
	int64_t value = 0;

	if (!ward_field_is_map(item))
		return;
	if (!number.node)
		ward_field_expected(&number, "bad-port", NULL, "an integer 1–65535");
	ward_field_int(&number, 1, 65535, &value);
	if (port.name == WARD_SYM_EMPTY)
		port.name = WARD_NONE;
	if (port.name != WARD_NONE && !ward_is_port_name(name.node->text))
		ward_field_expected(&name, "bad-port-name", WARD_PORT_NAME_RULE, "a port name");
	port.number = (uint16_t)value;
	ward_vec_push(&ports->list, port);
}

/* Init containers count only as sidecars: those that keep running (A9.9). */
static void containers_decode(struct ports *ports, const struct ward_field *spec, const char *name,
			      bool init)
{
	struct ward_field list = ward_field_get(spec, name);
	uint32_t n = ward_field_list(&list);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field container = ward_field_at(&list, i);
		struct ward_field items = ward_field_get(&container, "ports");
		const char *restart = ward_node_get_str(container.node, "restartPolicy");
		uint32_t n_items;

		if (init && (!restart || strcmp(restart, "Always") != 0))
			continue;
		n_items = ward_field_list(&items);
		for (uint32_t k = 0; k < n_items; k++) {
			struct ward_field item = ward_field_at(&items, k);

			port_decode(ports, &item);
		}
	}
}

static void ports_decode(struct ward_pod *pod, const struct ward_field *spec)
{
	struct ports ports = {};
	struct ward_container_port *sorted;

	containers_decode(&ports, spec, "containers", false);
	containers_decode(&ports, spec, "initContainers", true);
	if (ports.list.n) {
		qsort(ports.list.items, ports.list.n, sizeof(*sorted), port_cmp);
		sorted = ward_arena_copy(spec->in->arena, ports.list.items,
					 ports.list.n * sizeof(*sorted));
		for (uint32_t i = 0; i < ports.list.n; i++)
			if (!i || port_cmp(&sorted[pod->n_ports - 1], &sorted[i]) != 0)
				sorted[pod->n_ports++] = sorted[i];
		pod->ports = sorted;
	}
	ward_vec_done(&ports.list);
}

static void spec_decode(struct ward_pod *pod, const struct ward_field *spec)
{
	struct ward_field account = ward_field_get(spec, "serviceAccountName");
	struct ward_field old_account = ward_field_get(spec, "serviceAccount");
	struct ward_field node = ward_field_get(spec, "nodeName");
	struct ward_field host = ward_field_get(spec, "hostNetwork");

	if (!ward_field_is_map(spec))
		return;
	pod->service_account = ward_field_sym(account.node ? &account : &old_account);
	if (pod->service_account == WARD_NONE || pod->service_account == WARD_SYM_EMPTY)
		pod->service_account = ward_symbol(spec->in->symbols, "default");
	pod->node = ward_field_sym(&node);
	if (pod->node == WARD_SYM_EMPTY)
		pod->node = WARD_NONE;
	pod->host_network = ward_field_bool(&host);
	ports_decode(pod, spec);
}

static void ip_decode(struct ward_ip *ips, struct ward_pod *pod, const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	if (!text || !*text)
		return;
	if (ward_ip_parse(text, &ips[pod->n_ips]) == 0)
		pod->n_ips++;
	else
		ward_field_warn(field, "bad-address", NULL, "%.60s is no IP address, left out",
				text);
}

/* "2026-01-02T03:04:05Z", as the API server writes every time; what is not, counts as unknown. */
static int64_t time_decode(const struct ward_field *field)
{
	const char *text = ward_field_str(field);
	struct tm tm = {};
	const char *end = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;

	return end && strcmp(end, "Z") == 0 ? timegm(&tm) : 0;
}

static void started_decode(struct ward_pod *pod, const struct ward_field *metadata,
			   const struct ward_field *status)
{
	struct ward_field created = ward_field_get(metadata, "creationTimestamp");
	struct ward_field started = ward_field_get(status, "startTime");

	pod->started = time_decode(started.node ? &started : &created);
}

/* All of podIPs, else podIP (A13.4). */
static void status_decode(struct ward_pod *pod, const struct ward_field *status)
{
	struct ward_field list = ward_field_get(status, "podIPs");
	struct ward_field single = ward_field_get(status, "podIP");
	struct ward_field phase = ward_field_get(status, "phase");
	uint32_t n = ward_field_list(&list);
	struct ward_ip *ips = ward_arena_new_n(status->in->arena, struct ward_ip, n ? n : 1);
	const char *text = ward_field_str(&phase);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);
		struct ward_field ip = ward_field_get(&item, "ip");

		ip_decode(ips, pod, &ip);
	}
	if (!pod->n_ips)
		ip_decode(ips, pod, &single);
	pod->ips = ips;
	pod->finished = text && (!strcmp(text, "Succeeded") || !strcmp(text, "Failed"));
}

/* The workload kind of an owner, or WARD_N_KIND; a custom resource may be called Job as well. */
static enum ward_kind owner_kind(const struct ward_field *reference)
{
	const char *kind = ward_node_get_str(reference->node, "kind");
	const char *version = ward_node_get_str(reference->node, "apiVersion");
	const struct ward_decoder *row = ward_kube_decoders;

	if (!kind || !version)
		return WARD_N_KIND;
	while (row->kind &&
	       (row->fn != ward_pod_decode || !ward_decoder_matches(row, version, kind)))
		row++;
	return row->kind ? ward_kind_parse(kind) : WARD_N_KIND;
}

static void owner_decode(struct ward_pod *pod, const struct ward_field *metadata)
{
	struct ward_field list = ward_field_get(metadata, "ownerReferences");
	uint32_t n = ward_field_list(&list);

	pod->owner_kind = pod->object.kind;
	pod->owner = pod->object.name;
	for (uint32_t i = 0; i < n; i++) {
		struct ward_field reference = ward_field_at(&list, i);
		struct ward_field controller = ward_field_get(&reference, "controller");
		struct ward_field name = ward_field_get(&reference, "name");
		enum ward_kind kind = owner_kind(&reference);

		if (kind == WARD_N_KIND || !ward_field_bool(&controller) || !name.node)
			continue;
		pod->owner_kind = kind;
		pod->owner = ward_field_sym(&name);
	}
}

/* Where a workload keeps the number of its pods, and whether its template is one level down. */
static void replicas_decode(struct ward_pod *pod, const struct ward_field *spec)
{
	bool job = pod->object.kind == WARD_KIND_JOB || pod->object.kind == WARD_KIND_CRONJOB;
	struct ward_field field = ward_field_get(spec, job ? "parallelism" : "replicas");
	int64_t value = 1;

	ward_field_int(&field, 0, INT32_MAX, &value);
	pod->replicas = (uint32_t)value;
}

static void template_decode(struct ward_pod *pod, const struct ward_field *spec)
{
	struct ward_field template = ward_field_get(spec, "template");
	struct ward_field metadata = ward_field_get(&template, "metadata");
	struct ward_field labels = ward_field_get(&metadata, "labels");
	struct ward_field pod_spec = ward_field_get(&template, "spec");

	if (!template.node)
		ward_field_expected(&template, "no-template", NULL, "a pod template");
	ward_field_is_map(&template);
	ward_field_is_map(&metadata);
	replicas_decode(pod, spec);
	pod->labels = ward_labels_decode(&labels);
	spec_decode(pod, &pod_spec);
}

static void workload_decode(struct ward_pod *pod, const struct ward_field *spec)
{
	struct ward_field job = ward_field_get(spec, "jobTemplate");
	struct ward_field job_spec = ward_field_get(&job, "spec");

	template_decode(pod, pod->object.kind == WARD_KIND_CRONJOB ? &job_spec : spec);
}

struct ward_object *ward_pod_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_pod *pod = ward_arena_new(&decode->snapshot->arena, struct ward_pod);
	struct ward_decoding in;
	struct ward_field spec, status, labels;

	ward_decoding_begin(&in, decode, root, ward_kind_parse(ward_node_get_str(root, "kind")),
			    &pod->object);
	pod->node = WARD_NONE;
	pod->replicas = 1;
	pod->service_account = ward_symbol(in.symbols, "default");
	spec = ward_field_get(&in.root, "spec");
	owner_decode(pod, &in.metadata);
	if (pod->object.kind == WARD_KIND_POD) {
		status = ward_field_get(&in.root, "status");
		labels = ward_field_get(&in.metadata, "labels");
		pod->labels = ward_labels_decode(&labels);
		spec_decode(pod, &spec);
		status_decode(pod, &status);
		started_decode(pod, &in.metadata, &status);
	} else if (!spec.node || ward_field_is_map(&spec)) {
		workload_decode(pod, &spec);
	}
	return in.failed ? NULL : &pod->object;
}
