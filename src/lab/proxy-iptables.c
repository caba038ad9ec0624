/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of kube-proxy's iptables mode.  A connection runs down a list of Services until one
 * has its address and port, whose chain chooses by chance among chains of the backends:
 *
 *	KUBE-SERVICES → KUBE-SVC-N or KUBE-SVL-N → KUBE-SEP-N-B → DNAT
 *	              → KUBE-NODEPORTS → KUBE-EXT-N → KUBE-SVC-N or KUBE-SVL-N → …
 *
 * N is the number of the frontend, B that of the backend. */
#include "lab/proxy.h"

struct writer {
	FILE *out;
	const struct lab_node *node;
	const struct lab_services *services;
	uint32_t family;
};

typedef void (*frontend_fn)(const struct writer *writer, const struct lab_frontend *frontend,
			    uint32_t number);

static void frontends_each(const struct writer *writer, frontend_fn fn)
{
	for (uint32_t i = 0; i < writer->services->frontends.n; i++)
		if (writer->services->frontends.items[i].family == writer->family)
			fn(writer, &writer->services->frontends.items[i], i);
}

static const char *node_range(const struct writer *writer, char *buf)
{
	return ward_cidr_str(writer->node->range[writer->family], buf);
}

/* "-d ADDRESS -p tcp --dport PORT", to the Service's address. */
static void put_to_service(const struct writer *writer, const struct lab_frontend *frontend)
{
	char ip[WARD_IP_TEXT];

	fprintf(writer->out, " -d %s -p %s --dport %u", ward_ip_str(frontend->ip, ip),
		lab_proxy_proto(frontend), frontend->port->port);
}

static const char *refusal(enum lab_lack lack)
{
	return lack == LAB_LACK_ALL ? "REJECT" : "DROP";
}

static void filter_write(const struct writer *writer, const struct lab_frontend *frontend,
			 uint32_t number)
{
	enum lab_lack lack = lab_proxy_lack(frontend, writer->node, false);

	if (lack != LAB_LACK_NOTHING) {
		fputs("-A KUBE-SERVICES", writer->out);
		put_to_service(writer, frontend);
		fprintf(writer->out, " -j %s\n", refusal(lack));
	}
	lack = lab_proxy_lack(frontend, writer->node, true);
	if (frontend->node_port && lack != LAB_LACK_NOTHING)
		fprintf(writer->out,
			"-A KUBE-EXTERNAL-SERVICES -m addrtype --dst-type LOCAL -p %s --dport %u "
			"-j %s\n",
			lab_proxy_proto(frontend), frontend->node_port, refusal(lack));
}

static void chain_names_write(const struct writer *writer, const struct lab_frontend *frontend,
			      uint32_t number)
{
	fprintf(writer->out, ":KUBE-SVC-%u - [0:0]\n:KUBE-SVL-%u - [0:0]\n:KUBE-EXT-%u - [0:0]\n",
		number, number, number);
	for (uint32_t i = 0; i < frontend->backends.n; i++)
		fprintf(writer->out, ":KUBE-SEP-%u-%u - [0:0]\n", number, i);
}

static void backend_write(const struct writer *writer, const struct lab_frontend *frontend,
			  uint32_t number, uint32_t i)
{
	const struct lab_backend *backend = &frontend->backends.items[i];
	char ip[WARD_IP_TEXT];

	ward_ip_str(backend->pod->ip[writer->family], ip);
	fprintf(writer->out,
		"-A KUBE-SEP-%u-%u -s %s -j KUBE-MARK-MASQ\n"
		"-A KUBE-SEP-%u-%u -p %s -j DNAT --to-destination %s%s%s:%u\n",
		number, i, ip, number, i, lab_proxy_proto(frontend), writer->family ? "[" : "", ip,
		writer->family ? "]" : "", backend->port);
}

/* The first is taken with the chance of one in all, the next with that of one in the rest, … */
static void choice_write(const struct writer *writer, const struct lab_frontend *frontend,
			 uint32_t number, const char *chain, const struct lab_node *node)
{
	uint32_t n = node ? lab_frontend_count_on(frontend, node) : frontend->backends.n;

	for (uint32_t i = 0; i < frontend->backends.n; i++) {
		if (node && frontend->backends.items[i].pod->node != node)
			continue;
		fprintf(writer->out, "-A %s-%u", chain, number);
		if (n > 1)
			fprintf(writer->out, " -m statistic --mode random --probability %.10f",
				1.0 / n);
		fprintf(writer->out, " -j KUBE-SEP-%u-%u\n", number, i);
		n--;
	}
}

/* What comes to the Service's address from anywhere else than the node's pods is masqueraded. */
static void service_write(const struct writer *writer, const struct lab_frontend *frontend,
			  uint32_t number)
{
	const char *chain = frontend->service->object->keeps_to_node ? "KUBE-SVL" : "KUBE-SVC";
	char range[WARD_CIDR_TEXT];

	if (lab_proxy_lack(frontend, writer->node, false) != LAB_LACK_NOTHING)
		return;
	fputs("-A KUBE-SERVICES", writer->out);
	put_to_service(writer, frontend);
	fprintf(writer->out, " -j %s-%u\n-A %s-%u ! -s %s", chain, number, chain, number,
		node_range(writer, range));
	put_to_service(writer, frontend);
	fputs(" -j KUBE-MARK-MASQ\n", writer->out);
}

static void outside_write(const struct writer *writer, const struct lab_frontend *frontend,
			  uint32_t number)
{
	char range[WARD_CIDR_TEXT];

	fprintf(writer->out, "-A KUBE-NODEPORTS -p %s --dport %u -j KUBE-EXT-%u\n",
		lab_proxy_proto(frontend), frontend->node_port, number);
	if (!frontend->service->object->keeps_source) {
		fprintf(writer->out,
			"-A KUBE-EXT-%u -j KUBE-MARK-MASQ\n"
			"-A KUBE-EXT-%u -j KUBE-SVC-%u\n",
			number, number, number);
		return;
	}
	fprintf(writer->out,
		"-A KUBE-EXT-%u -s %s -j KUBE-SVC-%u\n"
		"-A KUBE-EXT-%u -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ\n"
		"-A KUBE-EXT-%u -m addrtype --src-type LOCAL -j KUBE-SVC-%u\n"
		"-A KUBE-EXT-%u -j KUBE-SVL-%u\n",
		number, node_range(writer, range), number, number, number, number, number, number);
}

static void nat_write(const struct writer *writer, const struct lab_frontend *frontend,
		      uint32_t number)
{
	for (uint32_t i = 0; i < frontend->backends.n; i++)
		backend_write(writer, frontend, number, i);
	service_write(writer, frontend, number);
	if (frontend->node_port)
		outside_write(writer, frontend, number);
	if (lab_proxy_has_all(frontend))
		choice_write(writer, frontend, number, "KUBE-SVC", NULL);
	if (lab_proxy_has_local(frontend))
		choice_write(writer, frontend, number, "KUBE-SVL", writer->node);
}

static void filter_table(const struct writer *writer)
{
	fputs("*filter\n"
	      ":INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
	      ":KUBE-SERVICES - [0:0]\n:KUBE-EXTERNAL-SERVICES - [0:0]\n:KUBE-FORWARD - [0:0]\n"
	      "-A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES\n"
	      "-A FORWARD -j KUBE-FORWARD\n"
	      "-A FORWARD -m conntrack --ctstate NEW -j KUBE-SERVICES\n"
	      "-A FORWARD -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES\n"
	      "-A OUTPUT -m conntrack --ctstate NEW -j KUBE-SERVICES\n"
	      "-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP\n",
	      writer->out);
	frontends_each(writer, filter_write);
	fputs("COMMIT\n", writer->out);
}

static void nat_table(const struct writer *writer)
{
	fputs("*nat\n"
	      ":PREROUTING ACCEPT [0:0]\n:INPUT ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n"
	      ":POSTROUTING ACCEPT [0:0]\n"
	      ":KUBE-SERVICES - [0:0]\n:KUBE-NODEPORTS - [0:0]\n:KUBE-POSTROUTING - [0:0]\n"
	      ":KUBE-MARK-MASQ - [0:0]\n",
	      writer->out);
	frontends_each(writer, chain_names_write);
	fprintf(writer->out,
		"-A PREROUTING -j KUBE-SERVICES\n"
		"-A OUTPUT -j KUBE-SERVICES\n"
		"-A POSTROUTING -j KUBE-POSTROUTING\n"
		"-A KUBE-MARK-MASQ -j MARK --or-mark %#x\n"
		"-A KUBE-POSTROUTING -m mark ! --mark %#x/%#x -j RETURN\n"
		"-A KUBE-POSTROUTING -j MARK --xor-mark %#x\n"
		"-A KUBE-POSTROUTING -j MASQUERADE --random-fully\n",
		LAB_MASQUERADE_MARK, LAB_MASQUERADE_MARK, LAB_MASQUERADE_MARK, LAB_MASQUERADE_MARK);
	frontends_each(writer, nat_write);
	fprintf(writer->out,
		"-A KUBE-SERVICES ! -d %s -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS\n"
		"COMMIT\n",
		writer->family ? "::1/128" : "127.0.0.0/8");
}

void lab_proxy_iptables(const struct lab_node *node, uint32_t family, FILE *out)
{
	const struct writer writer = {
		.out = out,
		.node = node,
		.services = node->lab->services,
		.family = family,
	};

	filter_table(&writer);
	nat_table(&writer);
}
