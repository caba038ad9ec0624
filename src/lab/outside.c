/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/outside.h"

#include <string.h>

#include "base/alloc.h"
#include "lab/service.h"
#include "lab/service.h"

enum {
	OUTSIDERS_MAX = 64, /* of each family */
	PORTS_MAX = 16,
};

/* What everybody asks the world for. */
static const struct ward_container_port usual_ports[] = {
	{.name = WARD_NONE, .proto = WARD_UDP, .number = 53},
	{.name = WARD_NONE, .proto = WARD_TCP, .number = 80},
	{.name = WARD_NONE, .proto = WARD_TCP, .number = 443},
};

int lab_outside_open(struct lab *lab)
{
	struct lab_pod *outside = ward_new(struct lab_pod);

	*outside = (struct lab_pod){
		.id = ward_strdup("world"),
		.ns = -1,
		/* 192.0.2.1, 2001:db8::1: of its link; it has all others as well */
		.ip = {{.lo = 0xc0000201, .family = WARD_FAMILY_4},
		       {UINT64_C(0x20010db8) << 32, 1, WARD_FAMILY_6}},
		.pod.n_ips = lab->n_families,
	};
	outside->pod.ips = outside->ip;
	lab->outside = outside;
	return lab_outside_wire(lab);
}

struct ports {
	struct ward_container_port list[PORTS_MAX];
	uint32_t n;
};

static void port_add(struct ports *ports, enum ward_proto proto, uint16_t number)
{
	for (uint32_t i = 0; i < ports->n; i++)
		if (ports->list[i].proto == proto && ports->list[i].number == number)
			return;
	if (ports->n < PORTS_MAX && number)
		ports->list[ports->n++] = (struct ward_container_port){.name = WARD_NONE,
								       .proto = proto,
								       .number = number};
}

/* The ends of what a rule says by number of the world's ports. */
static void ports_of_rule(struct ports *ports, const struct ward_rule *rule)
{
	bool is_about = rule->any_peer;

	for (uint32_t i = 0; i < rule->n_peers; i++)
		is_about |= rule->peers[i].kind == WARD_PEER_BLOCKS;
	for (uint32_t i = 0; is_about && i < rule->n_ports; i++) {
		const struct ward_port *port = &rule->ports[i];

		if (port->name != WARD_NONE || port->low > port->high)
			continue;
		port_add(ports, port->proto, port->low);
		port_add(ports, port->proto, port->high);
	}
}

static void ports_of_rules(struct ports *ports, const struct ward_tables *tables)
{
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(usual_ports); i++)
		port_add(ports, usual_ports[i].proto, usual_ports[i].number);
	for (uint32_t i = 0; i < tables->n_policies; i++) {
		const struct ward_policy *policy = tables->policies[i];

		for (uint32_t k = 0; policy && k < policy->n_rules; k++)
			if (policy->rules[k].direction == WARD_EGRESS)
				ports_of_rule(ports, &policy->rules[k]);
	}
}

static bool are_served(const struct ward_pod *pod, const struct ports *ports)
{
	for (uint32_t i = 0; i < pod->n_ports && i < ports->n; i++)
		if (pod->ports[i].proto != ports->list[i].proto ||
		    pod->ports[i].number != ports->list[i].number)
			return false;
	return pod->n_ports == ports->n;
}

void lab_outside_serve(struct lab *lab)
{
	struct ward_pod *pod = &lab->outside->pod;
	struct ward_container_port *list;
	struct ports ports = {};

	ports_of_rules(&ports, ward_engine_tables(lab->judge));
	if (are_served(pod, &ports))
		return;
	list = ward_new_n(struct ward_container_port, ports.n);
	memcpy(list, ports.list, ports.n * sizeof(*list));
	free((void *)pod->ports);
	pod->ports = list;
	pod->n_ports = ports.n;
	lab_pod_silence(lab, lab->outside);
	lab_pod_serve(lab, lab->outside);
}

/* Nobody can be asked at these, whatever a policy says of them: "this" host, the host itself, its
 * link, groups, and what is reserved. */
static const struct ward_cidr nobodys[] = {
	{{.lo = 0x00000000, .family = WARD_FAMILY_4}, 8},
	{{.lo = 0x7f000000, .family = WARD_FAMILY_4}, 8},
	{{.lo = 0xa9fe0000, .family = WARD_FAMILY_4}, 16},
	{{.lo = 0xe0000000, .family = WARD_FAMILY_4}, 3},
	{{0, 0, WARD_FAMILY_6}, 8},
	{{UINT64_C(0xfe80) << 48, 0, WARD_FAMILY_6}, 10},
	{{UINT64_C(0xff00) << 48, 0, WARD_FAMILY_6}, 8},
};

/* Is the address not the world's, or nobody's to ask?  Those of Services are translated on their
 * way.  Then neither are those of @ret. */
static bool is_taken(const struct lab *lab, struct ward_ip ip, struct ward_ip_range *ret)
{
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(nobodys); i++) {
		*ret = ward_cidr_range(nobodys[i]);
		if (ward_cidr_has(nobodys[i], ip))
			return true;
	}
	for (uint32_t f = 0; f < lab->n_families; f++) {
		*ret = ward_cidr_range(lab->services->range[f]);
		if (ward_cidr_has(lab->services->range[f], ip))
			return true;
	}
	for (uint32_t f = 0; f < lab->n_families; f++) {
		*ret = ward_cidr_range(lab->services->range[f]);
		if (ward_cidr_has(lab->services->range[f], ip))
			return true;
	}
	for (uint32_t i = 0; i < lab->n_nodes; i++)
		for (uint32_t f = 0; f < lab->n_families; f++) {
			const struct lab_node *node = &lab->nodes[i];

			*ret = (struct ward_ip_range){node->ip[f], node->ip[f]};
			if (ward_ip_eq(node->ip[f], ip))
				return true;
			*ret = ward_cidr_range(node->range[f]);
			if (ward_cidr_has(node->range[f], ip))
				return true;
		}
	return false;
}

/* The range without what is taken at its ends; false when nothing is left. */
static bool range_trim(const struct lab *lab, struct ward_ip_range *range)
{
	struct ward_ip_range taken;

	while (is_taken(lab, range->first, &taken)) {
		if (ward_ip_cmp(taken.last, range->last) >= 0)
			return false;
		range->first = ward_ip_next(taken.last);
	}
	while (is_taken(lab, range->last, &taken))
		range->last = ward_ip_prev(taken.first);
	return true;
}

static void outsider_add(struct lab_outsiders *outsiders, struct ward_ip ip, uint32_t *n)
{
	if ((*n)++ < OUTSIDERS_MAX)
		ward_vec_push(&outsiders->list, ip);
	else
		outsiders->n_left_out++;
}

void lab_outsiders_find(const struct lab *lab, struct lab_outsiders *ret)
{
	const struct ward_tables *tables = ward_engine_tables(lab->judge);
	uint32_t n[WARD_FAMILY_6 + 1] = {};

	*ret = (struct lab_outsiders){};
	for (uint32_t i = 0; i < tables->n_prefixes; i++) {
		const struct ward_prefix *prefix = &tables->prefixes[i];
		enum ward_family family = prefix->first.family;
		bool is_last = i + 1 == tables->n_prefixes || prefix[1].first.family != family;
		struct ward_ip_range range = {prefix->first,
					      is_last ? ward_ip_max(family)
						      : ward_ip_prev(prefix[1].first)};

		if (family - WARD_FAMILY_4 >= lab->n_families || !range_trim(lab, &range))
			continue;
		outsider_add(ret, range.first, &n[family]);
		if (!ward_ip_eq(range.first, range.last))
			outsider_add(ret, range.last, &n[family]);
	}
}

void lab_outsiders_done(struct lab_outsiders *outsiders)
{
	ward_vec_done(&outsiders->list);
}
