/* SPDX-License-Identifier: Apache-2.0 */
#include "conformance/expect.h"

#include <errno.h>
#include <string.h>

typedef WARD_VEC(struct conn_end) end_list;

struct line {
	end_list from, to;
	bool pattern; /* a pod to itself is then not meant */
	const struct ward_node *port;
	enum ward_proto proto;
	enum ward_family family; /* NONE: every one that both ends have */
	bool service;
	enum hairpin hairpin;
	bool allow;
	uint32_t at;
};

static int fail(struct expectations *expectations, const struct ward_node *node, const char *what)
{
	snprintf(expectations->error, sizeof(expectations->error), "line %u: %s", node->line, what);
	return -EINVAL;
}

/* ---- ends ---- */

static bool pod_has_name(const struct world *world, const struct ward_pod *pod, const char *text,
			 size_t len)
{
	const char *ns = ward_symbol_str(world->symbols, pod->object.ns);
	const char *name = ward_symbol_str(world->symbols, pod->object.name);
	size_t ns_len = strlen(ns);

	if (len <= ns_len || strncmp(text, ns, ns_len) != 0 || text[ns_len] != '/')
		return false;
	return strcmp(text + ns_len, "/*") == 0 || strcmp(text + ns_len + 1, name) == 0;
}

static bool is_listed(const struct expectations *expectations, const struct ward_pod *pod)
{
	const struct ward_node *pods = expectations->pods;

	for (uint32_t i = 0; pods && i < pods->len; i++) {
		if (pod_has_name(expectations->world, pod, pods->items[i].text, pods->items[i].len))
			return true;
	}
	return !pods;
}

static void add_pods(struct expectations *expectations, const struct ward_node *node,
		     end_list *ends)
{
	const struct world *world = expectations->world;
	bool pattern = strchr(node->text, '*') != NULL;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		struct conn_end end = {.pod = (const struct ward_pod *)world->objects.items[i]};

		if (!ward_kind_is_pod(world->objects.items[i]->kind) ||
		    (pattern && !is_listed(expectations, end.pod)))
			continue;
		if (strcmp(node->text, "*") == 0 ||
		    pod_has_name(world, end.pod, node->text, node->len))
			ward_vec_push(ends, end);
	}
}

static int add_end(struct expectations *expectations, struct line *line,
		   const struct ward_node *node, end_list *ends)
{
	struct conn_end end = {};
	uint32_t before = ends->n;

	if (node->type != WARD_NODE_STRING)
		return fail(expectations, node, "expected a pod NS/NAME, NS/*, * or an address");
	line->pattern = line->pattern || strchr(node->text, '*');
	if (ward_ip_parse(node->text, &end.ip) == 0)
		ward_vec_push(ends, end);
	else
		add_pods(expectations, node, ends);
	return ends->n > before ? 0 : fail(expectations, node, "no such pod");
}

static int add_ends(struct expectations *expectations, struct line *line,
		    const struct ward_node *node, end_list *ends)
{
	if (ward_node_is_null(node))
		return -EINVAL;
	if (node->type != WARD_NODE_LIST)
		return add_end(expectations, line, node, ends);
	for (uint32_t i = 0; i < node->len; i++) {
		if (add_end(expectations, line, &node->items[i], ends) < 0)
			return -EINVAL;
	}
	return 0;
}

/* ---- connections ---- */

static bool same_end(const struct conn_end *a, const struct conn_end *b)
{
	return a->pod == b->pod && ward_ip_eq(a->ip, b->ip);
}

static void put(struct expectations *expectations, const struct expectation *new)
{
	for (uint32_t i = 0; i < expectations->list.n; i++) {
		struct expectation *old = &expectations->list.items[i];

		if (!same_end(&old->conn.from, &new->conn.from) ||
		    !same_end(&old->conn.to, &new->conn.to) || old->conn.proto != new->conn.proto ||
		    old->conn.port != new->conn.port ||
		    old->conn.via_service != new->conn.via_service ||
		    old->conn.hairpin != new->conn.hairpin)
			continue;
		*old = *new;
		return;
	}
	ward_vec_push(&expectations->list, *new);
}

/* The end by its address of a family; false when it has none. */
static bool end_of_family(const struct conn_end *end, enum ward_family family,
			  struct conn_end *ret_end)
{
	*ret_end = *end;
	if (!end->pod)
		return end->ip.family == family;
	for (uint32_t i = 0; i < end->pod->n_ips; i++) {
		ret_end->ip = end->pod->ips[i];
		if (ret_end->ip.family == family)
			return true;
	}
	return false;
}

/* Once for each family that both ends have; by labels alone when an end has no address. */
static bool put_families(struct expectations *expectations, const struct line *line,
			 const struct conn_end *from, const struct conn_end *to,
			 struct expectation *expectation)
{
	struct conn *conn = &expectation->conn;
	bool labels = (from->pod && !from->pod->n_ips) || (to->pod && !to->pod->n_ips);
	bool any = false;

	for (enum ward_family family = WARD_FAMILY_4; family <= WARD_FAMILY_6; family++) {
		bool has_from = end_of_family(from, family, &conn->from);
		bool has_to = end_of_family(to, family, &conn->to);

		if (line->family != WARD_FAMILY_NONE && line->family != family)
			continue;
		if (labels ? !has_from && !has_to && family == WARD_FAMILY_4 : !has_from || !has_to)
			continue;
		put(expectations, expectation);
		any = true;
	}
	return any;
}

static int put_port(struct expectations *expectations, const struct line *line, uint16_t port)
{
	struct expectation expectation = {
		.conn = {.proto = line->proto,
			 .port = port,
			 .via_service = line->service,
			 .hairpin = line->hairpin},
		.allow = line->allow,
		.line = line->at,
	};

	for (uint32_t f = 0; f < line->from.n; f++) {
		for (uint32_t t = 0; t < line->to.n; t++) {
			const struct conn_end *from = &line->from.items[f];
			const struct conn_end *to = &line->to.items[t];

			if (line->pattern && same_end(from, to))
				continue;
			if (!put_families(expectations, line, from, to, &expectation))
				return -EINVAL;
		}
	}
	return 0;
}

static int put_ports(struct expectations *expectations, const struct line *line)
{
	const struct ward_node *port = line->port;
	bool list = port && port->type == WARD_NODE_LIST;

	if (line->proto == WARD_OTHER)
		return port ? -EINVAL : put_port(expectations, line, 0);
	for (uint32_t i = 0; port && i < (list ? port->len : 1); i++) {
		const struct ward_node *number = list ? &port->items[i] : port;

		if (number->type != WARD_NODE_INT || number->integer < 1 ||
		    number->integer > 65535 ||
		    put_port(expectations, line, (uint16_t)number->integer) < 0)
			return -EINVAL;
	}
	return port ? 0 : -EINVAL;
}

/* ---- lines ---- */

static enum ward_proto read_proto(const struct ward_node *line)
{
	const char *text = ward_node_get_str(line, "protocol");

	if (!text)
		return ward_node_get(line, "protocol") ? WARD_N_PROTO : WARD_TCP;
	return strcmp(text, "ICMP") == 0 ? WARD_OTHER : ward_proto_parse(text);
}

static bool read_family(const struct ward_node *line, enum ward_family *ret_family)
{
	const char *text = ward_node_get_str(line, "family");

	*ret_family = WARD_FAMILY_NONE;
	if (text && strcmp(text, "IPv4") == 0)
		*ret_family = WARD_FAMILY_4;
	else if (text && strcmp(text, "IPv6") == 0)
		*ret_family = WARD_FAMILY_6;
	else
		return !ward_node_get(line, "family");
	return true;
}

static bool read_service(const struct ward_node *node, struct line *line)
{
	static const char *const names[N_HAIRPIN] = {"spec", "allow", "evaluate"};
	const struct ward_node *service = ward_node_get(node, "service");
	const char *hairpin = ward_node_get_str(node, "hairpin");

	line->service = service && service->type == WARD_NODE_BOOL && service->boolean;
	for (int i = 0; hairpin && i < N_HAIRPIN; i++) {
		if (strcmp(names[i], hairpin) != 0)
			continue;
		line->hairpin = i;
		return line->service;
	}
	return !hairpin;
}

static bool keys_are_known(const struct ward_node *line)
{
	static const char *const known[] = {"from",   "to",	 "port",    "protocol",
					    "family", "service", "hairpin", "allow"};
	uint32_t n = 0;

	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(known); i++)
		n += ward_node_get(line, known[i]) != NULL;
	return line->type == WARD_NODE_MAP && n == line->len;
}

int expectations_add(struct expectations *expectations, const struct ward_node *node)
{
	const struct ward_node *allow = ward_node_get(node, "allow");
	struct line line = {
		.port = ward_node_get(node, "port"),
		.proto = read_proto(node),
		.at = node->line,
	};
	int r = -EINVAL;

	fail(expectations, node, "not an expectation: no such key, end, port or family");
	if (!keys_are_known(node) || !allow || allow->type != WARD_NODE_BOOL ||
	    line.proto == WARD_N_PROTO || !read_family(node, &line.family) ||
	    !read_service(node, &line))
		return r;
	line.allow = allow->boolean;
	r = add_ends(expectations, &line, ward_node_get(node, "from"), &line.from);
	if (r == 0)
		r = add_ends(expectations, &line, ward_node_get(node, "to"), &line.to);
	if (r == 0)
		r = put_ports(expectations, &line);
	ward_vec_done(&line.from);
	ward_vec_done(&line.to);
	return r;
}

void expectations_done(struct expectations *expectations)
{
	ward_vec_done(&expectations->list);
}
