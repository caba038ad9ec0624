/* SPDX-License-Identifier: Apache-2.0 */
/* Services.  Policies never speak of them (A11.1); they lead to pods. */
#include <string.h>

#include "kube/decode.h"
#include "kube/pod.h"

static void target_decode(struct ward_service_port *port, const struct ward_field *field)
{
	int64_t value = port->port;

	port->target_name = WARD_NONE;
	if (field->node && field->node->type == WARD_NODE_STRING)
		port->target_name = ward_field_sym(field);
	else
		ward_field_int(field, 0, 65535, &value);
	port->target_number = value ? (uint16_t)value : port->port;
}

static void port_decode(struct ward_service_port *port, const struct ward_field *item)
{
	struct ward_field name = ward_field_get(item, "name");
	struct ward_field proto = ward_field_get(item, "protocol");
	struct ward_field number = ward_field_get(item, "port");
	struct ward_field target = ward_field_get(item, "targetPort");
	struct ward_field node = ward_field_get(item, "nodePort");
	int64_t value = 0, node_port = 0;

	if (!ward_field_is_map(item))
		return;
	if (!number.node)
		ward_field_expected(&number, "bad-port", NULL, "an integer 1–65535");
	ward_field_int(&number, 1, 65535, &value);
	port->name = ward_field_sym(&name);
	port->proto = ward_field_proto(&proto);
	port->port = (uint16_t)value;
	target_decode(port, &target);
	ward_field_int(&node, 0, 65535, &node_port);
	port->node_port = (uint16_t)node_port;
}

static void ports_decode(struct ward_service *service, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "ports");
	uint32_t n = ward_field_list(&list);
	struct ward_service_port *ports =
		ward_arena_new_n(spec->in->arena, struct ward_service_port, n);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		port_decode(&ports[i], &item);
	}
	service->n_ports = n;
	service->ports = ports;
}

/* "None" and "" are no addresses. */
static void ip_decode(struct ward_service *service, struct ward_ip *ips,
		      const struct ward_field *field)
{
	const char *text = ward_field_str(field);

	service->headless |= text && !strcmp(text, "None");
	if (!text || !*text || !strcmp(text, "None"))
		return;
	if (ward_ip_parse(text, &ips[service->n_ips]) == 0)
		service->n_ips++;
	else
		ward_field_warn(field, "bad-address", NULL, "%.60s is no IP address, left out",
				text);
}

static void ips_decode(struct ward_service *service, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "clusterIPs");
	struct ward_field single = ward_field_get(spec, "clusterIP");
	uint32_t n = ward_field_list(&list);
	struct ward_ip *ips = ward_arena_new_n(spec->in->arena, struct ward_ip, n + 1);

	for (uint32_t i = 0; i < n; i++) {
		struct ward_field item = ward_field_at(&list, i);

		ip_decode(service, ips, &item);
	}
	if (!n)
		ip_decode(service, ips, &single);
	service->ips = ips;
}

static void families_decode(struct ward_service *service, const struct ward_field *spec)
{
	struct ward_field list = ward_field_get(spec, "ipFamilies");
	struct ward_field policy = ward_field_get(spec, "ipFamilyPolicy");
	const char *text = ward_field_str(&policy);
	uint32_t n = ward_field_list(&list);

	service->prefers_dual = text && strcmp(text, "SingleStack") != 0;
	for (uint32_t i = 0; i < n && i < WARD_ARRAY_SIZE(service->families); i++) {
		struct ward_field item = ward_field_at(&list, i);
		const char *family = ward_field_str(&item);

		if (family)
			service->families[service->n_families++] =
				strcmp(family, "IPv6") == 0 ? WARD_FAMILY_6 : WARD_FAMILY_4;
	}
}

static void type_decode(struct ward_service *service, const struct ward_field *spec)
{
	struct ward_field type = ward_field_get(spec, "type");
	struct ward_field external = ward_field_get(spec, "externalTrafficPolicy");
	struct ward_field internal = ward_field_get(spec, "internalTrafficPolicy");
	const char *text = ward_field_str(&type), *from_outside = ward_field_str(&external),
		   *from_pods = ward_field_str(&internal);

	service->type = ward_symbol(spec->in->symbols, text ? text : "ClusterIP");
	service->by_nodes = text && (!strcmp(text, "NodePort") || !strcmp(text, "LoadBalancer"));
	service->keeps_source = from_outside && !strcmp(from_outside, "Local");
	service->keeps_to_node = from_pods && !strcmp(from_pods, "Local");
}

struct ward_object *ward_service_decode(struct ward_decode *decode, const struct ward_node *root)
{
	struct ward_service *service =
		ward_arena_new(&decode->snapshot->arena, struct ward_service);
	struct ward_requirements requirements = {};
	struct ward_field spec, selector;
	struct ward_decoding in;

	ward_decoding_begin(&in, decode, root, WARD_KIND_SERVICE, &service->object);
	spec = ward_field_get(&in.root, "spec");
	selector = ward_field_get(&spec, "selector");
	ward_field_is_map(&spec);
	type_decode(service, &spec);
	ward_requirements_add_labels(&requirements, &selector);
	service->has_selector = requirements.list.n > 0;
	service->selector = ward_requirements_take(&requirements, in.arena);
	ports_decode(service, &spec);
	ips_decode(service, &spec);
	families_decode(service, &spec);
	return in.failed ? NULL : &service->object;
}
