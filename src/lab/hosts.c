/* SPDX-License-Identifier: Apache-2.0 */
/* The names of Services as a file /etc/hosts: there is no DNS in a lab.  As a cluster's DNS has
 * them, "web", "web.shop", "web.shop.svc" and "web.shop.svc.cluster.local"; the first only for who
 * is in the namespace.  That of a headless Service leads to its pods (A11.5). */
#include <string.h>

#include "lab/service.h"

struct writer {
	FILE *out;
	const struct lab *lab;
	ward_sym ns; /* of who reads it */
};

static void line_write(const struct writer *writer, struct ward_ip ip,
		       const struct lab_service *service)
{
	const char *name = ward_symbol_str(writer->lab->symbols, service->name);
	const char *ns = ward_symbol_str(writer->lab->symbols, service->ns);
	char text[WARD_IP_TEXT];

	fprintf(writer->out, "%s %s.%s.svc.cluster.local %s.%s.svc %s.%s", ward_ip_str(ip, text),
		name, ns, name, ns, name, ns);
	if (service->ns == writer->ns)
		fprintf(writer->out, " %s", name);
	fputc('\n', writer->out);
}

static void pods_write(const struct writer *writer, const struct lab_service *service)
{
	const struct lab *lab = writer->lab;

	for (uint32_t i = 0; i < lab->pods.n; i++)
		if (lab_service_finds(service->object, lab->pods.items[i]))
			for (uint32_t f = 0; f < lab->n_families; f++)
				line_write(writer, lab->pods.items[i]->ip[f], service);
}

void lab_hosts_write(const struct lab *lab, ward_sym ns, FILE *out)
{
	const struct writer writer = {.out = out, .lab = lab, .ns = ns};

	fputs("127.0.0.1 localhost\n::1 localhost\n", out);
	for (uint32_t i = 0; i < lab->services->list.n; i++) {
		const struct lab_service *service = lab->services->list.items[i];

		for (uint32_t f = 0; f < LAB_FAMILIES; f++)
			if (service->ip[f].family)
				line_write(&writer, service->ip[f], service);
		if (service->object->headless)
			pods_write(&writer, service);
	}
}
