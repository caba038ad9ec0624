/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of kube-proxy's nftables mode.  A connection to a Service's address or a node port is
 * looked up in a map, which leads to a chain of the Service, which chooses by chance among chains
 * of the backends:
 *
 *	services → service-ips → [own-N] → service-N or local-N → to-N-B → dnat
 *	         → service-nodeports → outside-N → service-N or local-N → to-N-B → dnat
 *
 * N is the number of the frontend, B that of the backend.  The table is replaced in one
 * transaction: each packet sees the rules from before or from after. */
#include "lab/proxy.h"

/* What all functions here need. */
struct writer {
	FILE *out;
	const struct lab_node *node;
	const struct lab_services *services;
	uint32_t family;
	const char *ip; /* "ip" or "ip6" */
};

typedef void (*frontend_fn)(const struct writer *writer, const struct lab_frontend *frontend,
			    uint32_t number);

static void frontends_each(const struct writer *writer, frontend_fn fn)
{
	for (uint32_t i = 0; i < writer->services->frontends.n; i++)
		if (writer->services->frontends.items[i].family == writer->family)
			fn(writer, &writer->services->frontends.items[i], i);
}

static void frame_write(const struct writer *writer)
{
	char range[WARD_CIDR_TEXT], ip[WARD_IP_TEXT];
	const char *type = writer->family ? "ipv6_addr" : "ipv4_addr", *word = writer->ip;

	fprintf(writer->out,
		"add table %s kube-proxy\n"
		"delete table %s kube-proxy\n"
		"table %s kube-proxy {\n"
		"set cluster-ips { type %s; }\n"
		"set nodeport-ips { type %s; elements = { %s } }\n"
		"map service-ips { type %s . inet_proto . inet_service : verdict; }\n"
		"map service-nodeports { type inet_proto . inet_service : verdict; }\n"
		"map no-endpoint-services { type %s . inet_proto . inet_service : verdict; }\n"
		"map no-endpoint-nodeports { type inet_proto . inet_service : verdict; }\n",
		word, word, word, type, type, ward_ip_str(writer->node->ip[writer->family], ip),
		type, type);
	fprintf(writer->out,
		"chain mark-for-masquerade { meta mark set meta mark | %#x; }\n"
		"chain masquerading {\n"
		"meta mark & %#x == 0 return\n"
		"meta mark set meta mark ^ %#x\n"
		"masquerade fully-random\n"
		"}\n"
		"chain reject-chain { reject; }\n"
		"chain endpoints-check {\n"
		"%s daddr . meta l4proto . th dport vmap @no-endpoint-services\n"
		"%s daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports\n"
		"}\n",
		LAB_MASQUERADE_MARK, LAB_MASQUERADE_MARK, LAB_MASQUERADE_MARK, word, word);
	fprintf(writer->out,
		"chain cluster-ips-check {\n"
		"%s daddr @cluster-ips reject\n"
		"%s daddr %s drop\n"
		"}\n"
		"chain services {\n"
		"%s daddr . meta l4proto . th dport vmap @service-ips\n"
		"%s daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports\n"
		"}\n",
		word, word, ward_cidr_str(writer->services->range[writer->family], range), word,
		word);
	fputs("chain filter-input { type filter hook input priority filter;\n"
	      "ct state new jump endpoints-check\n"
	      "}\n"
	      "chain filter-forward { type filter hook forward priority filter;\n"
	      "ct state new jump endpoints-check\n"
	      "ct state new jump cluster-ips-check\n"
	      "}\n"
	      "chain filter-output { type filter hook output priority filter;\n"
	      "ct state new jump endpoints-check\n"
	      "ct state new jump cluster-ips-check\n"
	      "}\n"
	      "chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }\n"
	      "chain nat-output { type nat hook output priority -100; jump services; }\n"
	      "chain nat-postrouting { type nat hook postrouting priority srcnat;\n"
	      "jump masquerading\n"
	      "}\n",
	      writer->out);
}

static void backend_write(const struct writer *writer, const struct lab_frontend *frontend,
			  uint32_t number, uint32_t i)
{
	const struct lab_backend *backend = &frontend->backends.items[i];
	char ip[WARD_IP_TEXT];

	ward_ip_str(backend->pod->ip[writer->family], ip);
	fprintf(writer->out,
		"chain to-%u-%u {\n"
		"%s saddr %s jump mark-for-masquerade\n"
		"meta l4proto %s dnat to %s%s%s:%u\n"
		"}\n",
		number, i, writer->ip, ip, lab_proxy_proto(frontend), writer->family ? "[" : "", ip,
		writer->family ? "]" : "", backend->port);
}

/* One of the backends, each as likely as the others; @node: only of those on it. */
static void choice_write(const struct writer *writer, const struct lab_frontend *frontend,
			 uint32_t number, const struct lab_node *node)
{
	uint32_t n = node ? lab_frontend_count_on(frontend, node) : frontend->backends.n, k = 0;

	if (!n)
		return;
	fprintf(writer->out, "numgen random mod %u vmap {", n);
	for (uint32_t i = 0; i < frontend->backends.n; i++)
		if (!node || frontend->backends.items[i].pod->node == node)
			fprintf(writer->out, "%s %u : goto to-%u-%u", k ? "," : "", k, number, i),
				k++;
	fputs(" }\n", writer->out);
}

static void outside_write(const struct writer *writer, const struct lab_frontend *frontend,
			  uint32_t number)
{
	char range[WARD_CIDR_TEXT];

	fprintf(writer->out, "chain outside-%u {\n", number);
	if (!frontend->service->object->keeps_source) {
		fprintf(writer->out, "jump mark-for-masquerade\ngoto service-%u\n}\n", number);
		return;
	}
	fprintf(writer->out,
		"%s saddr %s goto service-%u\n"
		"fib saddr type local jump mark-for-masquerade\n"
		"fib saddr type local goto service-%u\n"
		"goto local-%u\n"
		"}\n",
		writer->ip, ward_cidr_str(writer->node->range[writer->family], range), number,
		number, number);
}

/* From anywhere else than the node's pods it is masqueraded. */
static void own_write(const struct writer *writer, const struct lab_frontend *frontend,
		      uint32_t number)
{
	char range[WARD_CIDR_TEXT];

	fprintf(writer->out,
		"chain own-%u {\n"
		"%s saddr != %s jump mark-for-masquerade\n"
		"goto %s-%u\n"
		"}\n",
		number, writer->ip, ward_cidr_str(writer->node->range[writer->family], range),
		frontend->service->object->keeps_to_node ? "local" : "service", number);
}

static void chains_write(const struct writer *writer, const struct lab_frontend *frontend,
			 uint32_t number)
{
	for (uint32_t i = 0; i < frontend->backends.n; i++)
		backend_write(writer, frontend, number, i);
	if (lab_proxy_has_all(frontend)) {
		fprintf(writer->out, "chain service-%u {\n", number);
		choice_write(writer, frontend, number, NULL);
		fputs("}\n", writer->out);
	}
	if (lab_proxy_has_local(frontend)) {
		fprintf(writer->out, "chain local-%u {\n", number);
		choice_write(writer, frontend, number, writer->node);
		fputs("}\n", writer->out);
	}
	own_write(writer, frontend, number);
	if (frontend->node_port)
		outside_write(writer, frontend, number);
}

static const char *refusal(enum lab_lack lack)
{
	return lack == LAB_LACK_ALL ? "goto reject-chain" : "drop";
}

static void elements_write(const struct writer *writer, const struct lab_frontend *frontend,
			   uint32_t number)
{
	enum lab_lack lack = lab_proxy_lack(frontend, writer->node, false);
	const char *proto = lab_proxy_proto(frontend);
	char ip[WARD_IP_TEXT];

	ward_ip_str(frontend->ip, ip);
	fprintf(writer->out, "add element %s kube-proxy cluster-ips { %s }\n", writer->ip, ip);
	if (lack == LAB_LACK_NOTHING)
		fprintf(writer->out,
			"add element %s kube-proxy service-ips { %s . %s . %u : goto own-%u }\n",
			writer->ip, ip, proto, frontend->port->port, number);
	else
		fprintf(writer->out,
			"add element %s kube-proxy no-endpoint-services { %s . %s . %u : %s }\n",
			writer->ip, ip, proto, frontend->port->port, refusal(lack));
	if (!frontend->node_port)
		return;
	fprintf(writer->out,
		"add element %s kube-proxy service-nodeports { %s . %u : goto outside-%u }\n",
		writer->ip, proto, frontend->node_port, number);
	lack = lab_proxy_lack(frontend, writer->node, true);
	if (lack != LAB_LACK_NOTHING)
		fprintf(writer->out,
			"add element %s kube-proxy no-endpoint-nodeports { %s . %u : %s }\n",
			writer->ip, proto, frontend->node_port, refusal(lack));
}

void lab_proxy_nftables(const struct lab_node *node, uint32_t family, FILE *out)
{
	const struct writer writer = {
		.out = out,
		.node = node,
		.services = node->lab->services,
		.family = family,
		.ip = family ? "ip6" : "ip",
	};

	frame_write(&writer);
	frontends_each(&writer, chains_write);
	fputs("}\n", out);
	frontends_each(&writer, elements_write);
}
