/* SPDX-License-Identifier: Apache-2.0 */
/* Services: what there is, and what became of ways through them. */
#include <string.h>

#include "doc/json-writer.h"
#include "lab/print.h"
#include "lab/service.h"

enum {
	ASTRAY_MAX = 20, /* shown to people; scripts get all */
};

static const char *state_str(bool open)
{
	return open ? "open" : "closed";
}

/* The frontend of a port in its first family: what is asked of it is the same in the other. */
static const struct lab_frontend *frontend_of(const struct lab *lab,
					      const struct lab_service *service,
					      const struct ward_service_port *port)
{
	for (uint32_t i = 0; i < lab->services->frontends.n; i++) {
		const struct lab_frontend *frontend = &lab->services->frontends.items[i];

		if (frontend->service == service && frontend->port == port)
			return frontend;
	}
	return NULL; /* it has no address: its name leads to the pods, or elsewhere */
}

static void port_json(struct ward_json *json, const struct lab *lab,
		      const struct lab_service *service, const struct ward_service_port *port)
{
	const struct lab_frontend *frontend = frontend_of(lab, service, port);

	ward_json_map(json, NULL);
	ward_json_int(json, "port", port->port);
	ward_json_str(json, "protocol", ward_proto_str(port->proto));
	if (frontend && frontend->node_port)
		ward_json_int(json, "nodePort", frontend->node_port);
	ward_json_list(json, "backends");
	for (uint32_t i = 0; frontend && i < frontend->backends.n; i++) {
		ward_json_map(json, NULL);
		ward_json_str(json, "pod", frontend->backends.items[i].pod->id);
		ward_json_int(json, "port", frontend->backends.items[i].port);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
	ward_json_end_map(json);
}

void lab_services_json(struct ward_json *json, const struct lab *lab)
{
	char ip[WARD_IP_TEXT];

	ward_json_list(json, "services");
	for (uint32_t i = 0; i < lab->services->list.n; i++) {
		const struct lab_service *service = lab->services->list.items[i];

		ward_json_map(json, NULL);
		ward_json_str(json, "namespace", ward_symbol_str(lab->symbols, service->ns));
		ward_json_str(json, "name", ward_symbol_str(lab->symbols, service->name));
		ward_json_str(json, "type", ward_symbol_str(lab->symbols, service->object->type));
		ward_json_list(json, "addresses");
		for (uint32_t f = 0; f < LAB_FAMILIES; f++)
			if (service->ip[f].family)
				ward_json_str(json, NULL, ward_ip_str(service->ip[f], ip));
		ward_json_end_list(json);
		ward_json_list(json, "ports");
		for (uint32_t k = 0; k < service->object->n_ports; k++)
			port_json(json, lab, service, &service->object->ports[k]);
		ward_json_end_list(json);
		ward_json_end_map(json);
	}
	ward_json_end_list(json);
}

/* "80:30080/TCP", as kubectl writes it, or "80/TCP" without node port. */
static void port_print(FILE *out, const struct lab_frontend *frontend)
{
	fprintf(out, "%u", frontend->port->port);
	if (frontend->node_port)
		fprintf(out, ":%u", frontend->node_port);
	fprintf(out, "/%s", ward_proto_str(frontend->port->proto));
}

/* The ports, and how many pods are behind each; the caller frees. */
static char *ports_str(const struct lab *lab, const struct lab_service *service, bool backends)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	uint32_t n = 0;

	for (uint32_t i = 0; i < service->object->n_ports; i++) {
		const struct lab_frontend *frontend =
			frontend_of(lab, service, &service->object->ports[i]);

		if (!frontend)
			continue;
		if (n++)
			fputc(' ', out);
		if (backends)
			fprintf(out, "%u", frontend->backends.n);
		else
			port_print(out, frontend);
	}
	fclose(out);
	return text;
}

void lab_services_table(const struct lab *lab, const struct ward_text *text)
{
	static const char *const header[] = {"SERVICE", "ADDRESS", "PORTS", "PODS"};
	struct ward_table table;
	char ip[WARD_IP_TEXT];

	if (!lab->services->list.n)
		return;
	ward_table_init(&table, header, WARD_ARRAY_SIZE(header));
	for (uint32_t i = 0; i < lab->services->list.n; i++) {
		const struct lab_service *service = lab->services->list.items[i];
		_cleanup_free_ char *ports = ports_str(lab, service, false);
		_cleanup_free_ char *pods = ports_str(lab, service, true);
		_cleanup_free_ char *name =
			ward_format("%s/%s", ward_symbol_str(lab->symbols, service->ns),
				    ward_symbol_str(lab->symbols, service->name));
		struct ward_ip first = service->ip[service->ip[0].family ? 0 : 1];

		ward_table_cell(&table, name);
		ward_table_cell(&table, first.family ? ward_ip_str(first, ip) : "-");
		ward_table_cell(&table, *ports ? ports : "-");
		ward_table_cell(&table, *pods ? pods : "-");
	}
	fputc('\n', text->out);
	ward_table_print(&table, text);
	ward_table_done(&table);
}

/* The world is called by its address; the caller frees. */
static char *from_str(const struct lab_way *way)
{
	char ip[WARD_IP_TEXT];

	return ward_strdup(way->outside.family ? ward_ip_str(way->outside, ip) : way->from->id);
}

static char *service_str(const struct lab *lab, const struct lab_way *way)
{
	return ward_format("%s/svc/%s", ward_symbol_str(lab->symbols, way->frontend->service->ns),
			   ward_symbol_str(lab->symbols, way->frontend->service->name));
}

void lab_astray_json(struct ward_json *json, const struct lab *lab,
		     const struct lab_tour_report *report)
{
	char ip[WARD_IP_TEXT];

	for (uint32_t i = 0; i < report->astray.n; i++) {
		const struct lab_astray *astray = &report->astray.items[i];
		const struct lab_way *way = astray->way;
		_cleanup_free_ char *from = from_str(way), *service = service_str(lab, way);

		ward_json_map(json, NULL);
		ward_json_str(json, "from", from);
		ward_json_str(json, "to", astray->to ? astray->to->id : service);
		ward_json_str(json, "service", service);
		ward_json_str(json, "address", ward_ip_str(lab_way_ip(way), ip));
		ward_json_int(json, "port", lab_way_port(way));
		ward_json_str(json, "protocol", ward_proto_str(way->frontend->port->proto));
		ward_json_str(json, "family", way->frontend->family ? "IPv6" : "IPv4");
		ward_json_str(json, "expected", state_str(astray->expected_open));
		ward_json_str(json, "observed", state_str(!astray->expected_open));
		ward_json_end_map(json);
	}
}

void lab_tour_json(struct ward_json *json, const struct lab_tour_report *report)
{
	ward_json_map(json, "services");
	ward_json_int(json, "ways", report->n_ways);
	ward_json_int(json, "agree", report->n_agree);
	ward_json_int(json, "attempts", report->n_tries);
	ward_json_int(json, "leftOutPorts", report->n_left_out);
	ward_json_end_map(json);
}

static void astray_line(const struct lab *lab, const struct lab_astray *astray,
			const struct ward_text *text)
{
	const struct lab_way *way = astray->way;
	_cleanup_free_ char *from = from_str(way), *service = service_str(lab, way);
	char ip[WARD_IP_TEXT];

	fprintf(text->out, "wrong  %s → %s%s%s by %s port %u/%s: predicted %s, observed %s\n", from,
		service, astray->to ? " → " : "", astray->to ? astray->to->id : "",
		ward_ip_str(lab_way_ip(way), ip), lab_way_port(way),
		ward_proto_str(way->frontend->port->proto), state_str(astray->expected_open),
		state_str(!astray->expected_open));
}

void lab_print_tour(const struct lab *lab, const struct lab_tour_report *report,
		    const struct ward_text *text)
{
	if (!report->n_ways && !report->n_left_out)
		return;
	ward_text_color(text, WARD_COLOR_RED);
	for (uint32_t i = 0; i < report->astray.n && i < ASTRAY_MAX; i++)
		astray_line(lab, &report->astray.items[i], text);
	if (report->astray.n > ASTRAY_MAX)
		fprintf(text->out, "wrong  … and %u more (-o json lists all)\n",
			report->astray.n - ASTRAY_MAX);
	ward_text_color(text, WARD_COLOR_NONE);
	fprintf(text->out, "%u way%s through Services: %u attempts, %u not as predicted\n",
		report->n_ways, lab_plural(report->n_ways), report->n_tries,
		report->n_ways - report->n_agree);
	if (report->n_left_out)
		fprintf(text->out,
			"%u port%s of Services left out, SCTP: this kernel has no such protocol\n",
			report->n_left_out, lab_plural(report->n_left_out));
}
