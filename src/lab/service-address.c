/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and node ports of Services.  As in Kubernetes the lower part of each range is left to
 * those who ask for a certain one, so that what is given out is rarely in their way.  What a
 * Service asks for and cannot have, because it is another cluster's or another Service's, it gets
 * another for. */
#include <string.h>

#include "lab/service.h"

enum {
	ADDRESSES_KEPT = 256, /* at the lower end of a range of 65,536 */
	N_GIVEN = 65536 - ADDRESSES_KEPT - 1,
	NODE_PORT_FIRST = 30000,
	NODE_PORTS_KEPT = 86,
	NODE_PORT_LAST = 32767,
};

static bool asks_for_family(const struct ward_service *service, enum ward_family family)
{
	for (uint32_t i = 0; i < service->n_families; i++)
		if (service->families[i] == family)
			return true;
	for (uint32_t i = 0; !service->n_families && i < service->n_ips; i++)
		if (service->ips[i].family == family)
			return true;
	return false;
}

/* Not of a headless one, nor of a name for something elsewhere (A11.5). */
static bool has_family(const struct lab *lab, const struct ward_service *service, uint32_t family)
{
	bool says = service->n_families || service->n_ips;

	if (service->headless ||
	    strcmp(ward_symbol_str(lab->symbols, service->type), "ExternalName") == 0)
		return false;
	if (service->prefers_dual || (!says && family == 0))
		return true;
	return asks_for_family(service, lab->services->range[family].ip.family);
}

static bool address_is_free(const struct lab_services *services, struct ward_ip ip)
{
	for (uint32_t i = 0; i < services->list.n; i++)
		for (uint32_t f = 0; f < LAB_FAMILIES; f++)
			if (ward_ip_eq(services->list.items[i]->ip[f], ip))
				return false;
	return true;
}

/* The one that its object asks for, unless it has that. */
static void address_wish(const struct lab_services *services, struct lab_service *service,
			 uint32_t family)
{
	const struct ward_service *object = service->object;

	for (uint32_t i = 0; i < object->n_ips; i++)
		if (ward_cidr_has(services->range[family], object->ips[i]) &&
		    address_is_free(services, object->ips[i])) {
			service->ip[family] = object->ips[i];
			return;
		}
}

/* The next after the one that was given last, round and round.  With 65,000 Services there is none
 * left: then it has none. */
static void address_give(struct lab_services *services, struct lab_service *service,
			 uint32_t family)
{
	uint32_t *given = &services->given[family];
	struct ward_ip ip = services->range[family].ip;

	if (service->ip[family].family != WARD_FAMILY_NONE)
		return;
	for (uint32_t i = 0; i < N_GIVEN; i++) {
		*given = (*given + 1) % N_GIVEN;
		ip.lo = services->range[family].ip.lo + ADDRESSES_KEPT + *given;
		if (address_is_free(services, ip)) {
			service->ip[family] = ip;
			return;
		}
	}
}

static struct lab_node_port *node_port_find(const struct lab_service *service,
					    enum ward_proto proto, uint16_t port)
{
	for (uint32_t i = 0; i < service->node_ports.n; i++)
		if (service->node_ports.items[i].proto == proto &&
		    service->node_ports.items[i].port == port)
			return &service->node_ports.items[i];
	return NULL;
}

uint16_t lab_service_node_port(const struct lab_service *service, enum ward_proto proto,
			       uint16_t port)
{
	const struct lab_node_port *found = node_port_find(service, proto, port);

	return found ? found->number : 0;
}

static bool node_port_is_free(const struct lab_services *services, enum ward_proto proto,
			      uint16_t number)
{
	for (uint32_t i = 0; i < services->list.n; i++) {
		const struct lab_service *service = services->list.items[i];

		for (uint32_t k = 0; k < service->node_ports.n; k++)
			if (service->node_ports.items[k].proto == proto &&
			    service->node_ports.items[k].number == number)
				return false;
	}
	return number >= NODE_PORT_FIRST && number <= NODE_PORT_LAST;
}

static void node_port_set(struct lab_service *service, const struct ward_service_port *port,
			  uint16_t number)
{
	struct lab_node_port *found = node_port_find(service, port->proto, port->port);

	if (found)
		found->number = number;
	else
		ward_vec_push(&service->node_ports,
			      ((struct lab_node_port){port->proto, port->port, number}));
}

static void node_port_give(const struct lab_services *services, struct lab_service *service,
			   const struct ward_service_port *port)
{
	if (node_port_find(service, port->proto, port->port))
		return;
	for (uint16_t i = NODE_PORT_FIRST + NODE_PORTS_KEPT; i <= NODE_PORT_LAST; i++)
		if (node_port_is_free(services, port->proto, i)) {
			node_port_set(service, port, i);
			return;
		}
}

static void wishes_grant(struct lab *lab, struct lab_service *service)
{
	const struct ward_service *object = service->object;

	for (uint32_t f = 0; f < LAB_FAMILIES; f++) {
		if (f < lab->n_families && has_family(lab, object, f))
			address_wish(lab->services, service, f);
		else
			service->ip[f] = (struct ward_ip){};
	}
	if (!object->by_nodes)
		ward_vec_clear(&service->node_ports);
	for (uint32_t i = 0; object->by_nodes && i < object->n_ports; i++)
		if (node_port_is_free(lab->services, object->ports[i].proto,
				      object->ports[i].node_port))
			node_port_set(service, &object->ports[i], object->ports[i].node_port);
}

static void rest_give(struct lab *lab, struct lab_service *service)
{
	const struct ward_service *object = service->object;

	for (uint32_t f = 0; f < lab->n_families; f++)
		if (has_family(lab, object, f))
			address_give(lab->services, service, f);
	for (uint32_t i = 0; object->by_nodes && i < object->n_ports; i++)
		node_port_give(lab->services, service, &object->ports[i]);
}

void lab_services_address(struct lab *lab)
{
	for (uint32_t i = 0; i < lab->services->list.n; i++)
		wishes_grant(lab, lab->services->list.items[i]);
	for (uint32_t i = 0; i < lab->services->list.n; i++)
		rest_give(lab, lab->services->list.items[i]);
}
