/* SPDX-License-Identifier: Apache-2.0 */
/* The model of Services follows the lab's objects and pods: after every change it is computed anew,
 * but for the addresses and node ports, which a Service keeps as long as it is there. */
#include "lab/service.h"

#include <string.h>

#include "lab/proxy.h"

void lab_services_open(struct lab *lab)
{
	lab->services = ward_new(struct lab_services);
	/* 10.96.0.0/16, fd00:10:96::/112 */
	lab->services->range[0] =
		(struct ward_cidr){{.lo = 0x0a600000, .family = WARD_FAMILY_4}, 16};
	lab->services->range[1] = (struct ward_cidr){{0xfd00001000960000, 0, WARD_FAMILY_6}, 112};
}

static struct lab_service *service_get(struct lab_services *services, ward_sym ns, ward_sym name)
{
	struct lab_service *service;

	for (uint32_t i = 0; i < services->list.n; i++) {
		service = services->list.items[i];
		if (service->ns == ns && service->name == name)
			return service;
	}
	service = ward_new(struct lab_service);
	service->ns = ns;
	service->name = name;
	ward_vec_push(&services->list, service);
	return service;
}

static int service_cmp(const void *a, const void *b, void *userdata)
{
	const struct ward_symbols *symbols = userdata;
	const struct lab_service *x = *(struct lab_service *const *)a,
				 *y = *(struct lab_service *const *)b;
	int c = strcmp(ward_symbol_str(symbols, x->ns), ward_symbol_str(symbols, y->ns));

	return c ? c : strcmp(ward_symbol_str(symbols, x->name), ward_symbol_str(symbols, y->name));
}

/* Those that are in the world now, and no others. */
static void list_update(struct lab *lab)
{
	struct lab_services *services = lab->services;
	uint32_t n = 0;

	for (uint32_t i = 0; i < services->list.n; i++)
		services->list.items[i]->object = NULL;
	for (uint32_t i = 0; i < lab->world.objects.n; i++) {
		const struct ward_object *object = lab->world.objects.items[i];

		if (object && object->kind == WARD_KIND_SERVICE)
			service_get(services, object->ns, object->name)->object =
				(const struct ward_service *)object;
	}
	for (uint32_t i = 0; i < services->list.n; i++) {
		struct lab_service *service = services->list.items[i];

		if (service->object) {
			services->list.items[n++] = service;
			continue;
		}
		ward_vec_done(&service->node_ports);
		free(service);
	}
	services->list.n = n;
	if (n)
		qsort_r(services->list.items, n, sizeof(*services->list.items), service_cmp,
			lab->symbols);
}

/* Where the port leads to at a pod; 0 when the pod lacks its name. */
static uint16_t target_at(const struct ward_service_port *port, const struct ward_pod *pod)
{
	if (port->target_name == WARD_NONE)
		return port->target_number;
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (pod->ports[i].name == port->target_name && pod->ports[i].proto == port->proto)
			return pod->ports[i].number;
	return 0;
}

bool lab_service_finds(const struct ward_service *service, const struct lab_pod *pod)
{
	return service->has_selector && pod->pod.object.ns == service->object.ns &&
	       ward_selector_matches(&service->selector, pod->pod.labels);
}

static void backends_find(const struct lab *lab, struct lab_frontend *frontend)
{
	const struct ward_service *service = frontend->service->object;

	for (uint32_t i = 0; i < lab->pods.n; i++) {
		const struct lab_pod *pod = lab->pods.items[i];
		struct lab_backend backend = {pod, target_at(frontend->port, &pod->pod)};

		if (backend.port && lab_service_finds(service, pod))
			ward_vec_push(&frontend->backends, backend);
	}
}

/* Kubernetes takes no Service that says a port twice; here it is the first that counts. */
static bool is_repeated(const struct ward_service *service, uint32_t i)
{
	const struct ward_service_port *port = &service->ports[i];

	for (uint32_t k = 0; k < i; k++)
		if (service->ports[k].port == port->port && service->ports[k].proto == port->proto)
			return true;
	return false;
}

static void frontends_of(struct lab *lab, const struct lab_service *service)
{
	for (uint32_t i = 0; i < service->object->n_ports; i++) {
		if (is_repeated(service->object, i))
			continue;
		for (uint32_t f = 0; f < lab->n_families; f++) {
			const struct ward_service_port *port = &service->object->ports[i];
			struct lab_frontend frontend = {
				.service = service,
				.port = port,
				.family = f,
				.ip = service->ip[f],
				.node_port =
					lab_service_node_port(service, port->proto, port->port),
			};

			if (frontend.ip.family == WARD_FAMILY_NONE)
				continue;
			backends_find(lab, &frontend);
			ward_vec_push(&lab->services->frontends, frontend);
		}
	}
}

static void frontends_update(struct lab *lab)
{
	struct lab_services *services = lab->services;

	for (uint32_t i = 0; i < services->frontends.n; i++)
		ward_vec_done(&services->frontends.items[i].backends);
	ward_vec_clear(&services->frontends);
	for (uint32_t i = 0; i < services->list.n; i++)
		frontends_of(lab, services->list.items[i]);
}

int lab_services_follow(struct lab *lab, char **ret_why)
{
	list_update(lab);
	lab_services_address(lab);
	frontends_update(lab);
	return lab_proxy_follow(lab, ret_why);
}

uint32_t lab_frontend_count_on(const struct lab_frontend *frontend, const struct lab_node *node)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < frontend->backends.n; i++)
		n += frontend->backends.items[i].pod->node == node;
	return n;
}
