/* SPDX-License-Identifier: Apache-2.0 */
/* A world as manifests, one flow-style line for each part: to be read by people who look for the
 * reason of a mismatch, and by Ward itself. */
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "oracle/oracle.h"
#include "oracle/printer.h"

static const char *const op_names[] = {
	[WARD_OP_IN] = "In",
	[WARD_OP_NOT_IN] = "NotIn",
	[WARD_OP_EXISTS] = "Exists",
	[WARD_OP_NOT_EXISTS] = "DoesNotExist",
};

const char *printed(const struct printer *printer, ward_sym sym)
{
	return ward_symbol_str(printer->symbols, sym);
}

static void print_header(const struct printer *printer, const char *version,
			 const struct ward_object *object)
{
	fprintf(printer->out, "---\napiVersion: %s\nkind: %s\nmetadata:\n  name: \"%s\"\n", version,
		ward_kind_str(object->kind), printed(printer, object->name));
	if (object->ns != WARD_NONE)
		fprintf(printer->out, "  namespace: \"%s\"\n", printed(printer, object->ns));
}

static void print_labels(const struct printer *printer, const char *indent,
			 struct ward_labels labels)
{
	fprintf(printer->out, "%slabels: {", indent);
	for (uint32_t i = 0; i < labels.n; i++)
		fprintf(printer->out, "%s%s: \"%s\"", i ? ", " : "",
			printed(printer, labels.items[i].key),
			printed(printer, labels.items[i].value));
	fprintf(printer->out, "}\n");
}

void print_requirements(const struct printer *printer, const struct ward_selector *selector)
{
	fprintf(printer->out, "[");
	for (uint32_t i = 0; i < selector->n; i++) {
		const struct ward_requirement *requirement = &selector->items[i];

		fprintf(printer->out, "%s{key: %s, operator: %s", i ? ", " : "",
			printed(printer, requirement->key), op_names[requirement->op]);
		for (uint32_t j = 0; j < requirement->n_values; j++)
			fprintf(printer->out, "%s\"%s\"", j ? ", " : ", values: [",
				printed(printer, requirement->values[j]));
		fprintf(printer->out, "%s}", requirement->n_values ? "]" : "");
	}
	fprintf(printer->out, "]");
}

static void print_selector(const struct printer *printer, const char *before, const char *name,
			   const struct ward_selector *selector)
{
	fprintf(printer->out, "%s%s: {", before, name);
	if (selector->n) {
		fprintf(printer->out, "matchExpressions: ");
		print_requirements(printer, selector);
	}
	fprintf(printer->out, "}");
}

static void print_ips(const struct printer *printer, const char *key, const struct ward_ip *ips,
		      uint32_t n)
{
	char buf[WARD_IP_TEXT];

	for (uint32_t i = 0; i < n; i++)
		fprintf(printer->out, "%s{%s: \"%s\"}", i ? ", " : "", key,
			ward_ip_str(ips[i], buf));
}

/* ---- namespaces, nodes, pods ---- */

static void print_node(const struct printer *printer, const struct ward_node_object *node)
{
	print_labels(printer, "  ", node->labels);
	fprintf(printer->out, "status:\n  addresses: [");
	print_ips(printer, "type: InternalIP, address", node->ips, node->n_ips);
	fprintf(printer->out, "]\n");
}

/* Each port in a container of its own, so that names may repeat (A9.7). */
static void print_pod_spec(const struct printer *printer, const char *indent,
			   const struct ward_pod *pod)
{
	fprintf(printer->out, "%sspec:\n", indent);
	if (pod->node != WARD_NONE)
		fprintf(printer->out, "%s  nodeName: %s\n", indent, printed(printer, pod->node));
	fprintf(printer->out, "%s  serviceAccountName: %s\n", indent,
		printed(printer, pod->service_account));
	if (pod->host_network)
		fprintf(printer->out, "%s  hostNetwork: true\n", indent);
	fprintf(printer->out, "%s  containers:\n%s  - {name: main, image: app}\n", indent, indent);
	for (uint32_t i = 0; i < pod->n_ports; i++) {
		const struct ward_container_port *port = &pod->ports[i];

		fprintf(printer->out, "%s  - {name: c%u, image: app, ports: [{", indent, i);
		if (port->name != WARD_NONE)
			fprintf(printer->out, "name: %s, ", printed(printer, port->name));
		fprintf(printer->out, "containerPort: %u, protocol: %s}]}\n", port->number,
			ward_proto_str(port->proto));
	}
}

static void print_pod(const struct printer *printer, const struct ward_pod *pod)
{
	print_labels(printer, "  ", pod->labels);
	print_pod_spec(printer, "", pod);
	fprintf(printer->out, "status:\n  phase: %s\n", pod->finished ? "Succeeded" : "Running");
	if (pod->started)
		fprintf(printer->out, "  startTime: \"1970-01-01T00:00:%02uZ\"\n",
			(unsigned)pod->started);
	fprintf(printer->out, "  podIPs: [");
	print_ips(printer, "ip", pod->ips, pod->n_ips);
	fprintf(printer->out, "]\n");
}

static void print_workload(const struct printer *printer, const struct ward_pod *pod)
{
	fprintf(printer->out, "spec:\n  replicas: %u\n", pod->replicas);
	fprintf(printer->out, "  selector: {matchLabels: {}}\n  template:\n    metadata:\n");
	print_labels(printer, "      ", pod->labels);
	print_pod_spec(printer, "    ", pod);
}

/* ---- policies ---- */

static void print_cidr(const struct printer *printer, struct ward_cidr cidr)
{
	char buf[WARD_CIDR_TEXT];

	fprintf(printer->out, "\"%s\"", ward_cidr_str(cidr, buf));
}

static void print_block(const struct printer *printer, const struct ward_np_peer *peer)
{
	fprintf(printer->out, "ipBlock: {cidr: ");
	if (peer->block_is_nothing)
		fprintf(printer->out, "\"::ffff:10.0.0.0/90\"");
	else
		print_cidr(printer, peer->block);
	for (uint32_t i = 0; i < peer->n_excepts; i++) {
		fprintf(printer->out, i ? ", " : ", except: [");
		print_cidr(printer, peer->excepts[i].cidr);
	}
	fprintf(printer->out, peer->n_excepts ? "]}" : "}");
}

static void print_np_port(const struct printer *printer, const struct ward_np_port *port)
{
	fprintf(printer->out, "{protocol: %s", ward_proto_str(port->proto));
	if (port->name != WARD_NONE)
		fprintf(printer->out, ", port: %s", printed(printer, port->name));
	else if (port->low || port->high != 65535)
		fprintf(printer->out, ", port: %u", port->low);
	if (port->name == WARD_NONE && port->low && port->high != port->low)
		fprintf(printer->out, ", endPort: %u", port->high);
	fprintf(printer->out, "}");
}

static void print_np_peer(const struct printer *printer, const struct ward_np_peer *peer)
{
	fprintf(printer->out, "{");
	if (peer->has_block)
		print_block(printer, peer);
	if (peer->has_pods)
		print_selector(printer, "", "podSelector", &peer->pods);
	if (peer->has_namespaces)
		print_selector(printer, peer->has_pods ? ", " : "", "namespaceSelector",
			       &peer->namespaces);
	fprintf(printer->out, "}");
}

static void print_np_rule(const struct printer *printer, const char *peers,
			  const struct ward_np_rule *rule)
{
	fprintf(printer->out, "  - %s: [", peers);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		fprintf(printer->out, i ? ",\n      " : "");
		print_np_peer(printer, &rule->peers[i]);
	}
	fprintf(printer->out, "]\n    ports: [");
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		fprintf(printer->out, i ? ", " : "");
		print_np_port(printer, &rule->ports[i]);
	}
	fprintf(printer->out, "]\n");
}

static void print_networkpolicy(const struct printer *printer, const struct ward_networkpolicy *np)
{
	bool both = np->isolates[WARD_INGRESS] && np->isolates[WARD_EGRESS];

	fprintf(printer->out, "spec:\n");
	print_selector(printer, "  ", "podSelector", &np->pods);
	fprintf(printer->out, "\n  policyTypes: [%s%s%s]\n",
		np->isolates[WARD_INGRESS] ? "Ingress" : "", both ? ", " : "",
		np->isolates[WARD_EGRESS] ? "Egress" : "");
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		fprintf(printer->out, "  %s:%s\n", ward_direction_str(dir),
			np->n_rules[dir] ? "" : " []");
		for (uint32_t i = 0; i < np->n_rules[dir]; i++)
			print_np_rule(printer, dir == WARD_INGRESS ? "from" : "to",
				      &np->rules[dir][i]);
	}
}

/* An operator that there is not: the server takes it, and nobody can use it (B2.26). */
static const char unusable_peer[] = "{namespaces: {matchExpressions: [{key: k, operator: Foo}]}}";

static void print_cnp_pods(const struct printer *printer, const struct ward_selector *namespaces,
			   const struct ward_selector *pods)
{
	if (!pods->n) {
		print_selector(printer, "{", "namespaces", namespaces);
		fprintf(printer->out, "}");
		return;
	}
	print_selector(printer, "{pods: {", "namespaceSelector", namespaces);
	print_selector(printer, ", ", "podSelector", pods);
	fprintf(printer->out, "}}");
}

static void print_cnp_peer(const struct printer *printer, const struct ward_cnp_peer *peer)
{
	switch (peer->kind) {
	case WARD_CNP_PODS:
		print_cnp_pods(printer, &peer->namespaces, &peer->pods);
		break;
	case WARD_CNP_NODES:
		print_selector(printer, "{", "nodes", &peer->nodes);
		fprintf(printer->out, "}");
		break;
	case WARD_CNP_NETWORKS:
		for (uint32_t i = 0; i < peer->n_networks; i++) {
			fprintf(printer->out, i ? ", " : "{networks: [");
			print_cidr(printer, peer->networks[i]);
		}
		fprintf(printer->out, "]}");
		break;
	case WARD_CNP_DOMAINS:
		fprintf(printer->out, "{domainNames: [\"%s\"]}",
			printed(printer, peer->domains[0]));
		break;
	default:
		fprintf(printer->out, "%s", unusable_peer);
		break;
	}
}

static void print_cnp_protocol(const struct printer *printer,
			       const struct ward_cnp_protocol *protocol)
{
	static const char *const names[] = {"tcp", "udp", "sctp"};

	if (protocol->name != WARD_NONE)
		fprintf(printer->out, "{destinationNamedPort: %s}",
			printed(printer, protocol->name));
	else if (protocol->low == protocol->high)
		fprintf(printer->out, "{%s: {destinationPort: {number: %u}}}",
			names[protocol->proto], protocol->low);
	else
		fprintf(printer->out, "{%s: {destinationPort: {range: {start: %u, end: %u}}}}",
			names[protocol->proto], protocol->low, protocol->high);
}

static void print_anp_port(const struct printer *printer, const struct ward_cnp_protocol *protocol)
{
	if (protocol->name != WARD_NONE)
		fprintf(printer->out, "{namedPort: %s}", printed(printer, protocol->name));
	else
		fprintf(printer->out, "{portRange: {protocol: %s, start: %u, end: %u}}",
			ward_proto_str(protocol->proto), protocol->low, protocol->high);
}

/* What cannot be written down so that the server would take it, an unknown action or protocol, is
 * written as something else that cannot be used and comes to the same. */
static void print_cnp_rule(const struct printer *printer, const char *peers, bool younger,
			   const struct ward_cnp_rule *rule)
{
	bool unusable = rule->action == WARD_CNP_UNKNOWN_ACTION;
	const char *actions[] = {younger ? "Accept" : "Allow", "Deny", "Pass", "Deny"};
	const char *separator = "";

	for (uint32_t i = 0; i < rule->n_protocols; i++)
		unusable = unusable || rule->protocols[i].unusable;
	fprintf(printer->out, "  - action: %s\n    %s: [%s", actions[rule->action], peers,
		unusable ? unusable_peer : "");
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		fprintf(printer->out, i || unusable ? ",\n      " : "");
		print_cnp_peer(printer, &rule->peers[i]);
	}
	fprintf(printer->out, "]\n");
	for (uint32_t i = 0; i < rule->n_protocols && !unusable; i++) {
		fprintf(printer->out, "%s",
			i	  ? separator
			: younger ? "    protocols: ["
				  : "    ports: [");
		(younger ? print_cnp_protocol : print_anp_port)(printer, &rule->protocols[i]);
		separator = ", ";
	}
	if (rule->n_protocols && !unusable)
		fprintf(printer->out, "]\n");
}

static void print_clusterpolicy(const struct printer *printer,
				const struct ward_clusternetworkpolicy *policy)
{
	bool younger = policy->object.kind == WARD_KIND_CLUSTERNETWORKPOLICY;

	fprintf(printer->out, "spec:\n");
	if (younger)
		fprintf(printer->out, "  tier: %s\n",
			policy->tier == WARD_CNP_ADMIN ? "Admin" : "Baseline");
	if (policy->object.kind != WARD_KIND_BASELINEADMINNETWORKPOLICY)
		fprintf(printer->out, "  priority: %u\n", policy->priority);
	fprintf(printer->out, "  subject: ");
	print_cnp_pods(printer, &policy->namespaces, &policy->pods);
	fprintf(printer->out, "\n");
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		fprintf(printer->out, "  %s:%s\n", ward_direction_str(dir),
			policy->n_rules[dir] ? "" : " []");
		for (uint32_t i = 0; i < policy->n_rules[dir]; i++)
			print_cnp_rule(printer, dir == WARD_INGRESS ? "from" : "to", younger,
				       &policy->rules[dir][i]);
	}
}

static void print_object(const struct printer *printer, const struct ward_object *object)
{
	switch (object->kind) {
	case WARD_KIND_NAMESPACE:
		print_header(printer, "v1", object);
		print_labels(printer, "  ", ((const struct ward_namespace *)object)->labels);
		break;
	case WARD_KIND_NODE:
		print_header(printer, "v1", object);
		print_node(printer, (const struct ward_node_object *)object);
		break;
	case WARD_KIND_POD:
		print_header(printer, "v1", object);
		print_pod(printer, (const struct ward_pod *)object);
		break;
	case WARD_KIND_DEPLOYMENT:
		print_header(printer, "apps/v1", object);
		print_workload(printer, (const struct ward_pod *)object);
		break;
	case WARD_KIND_NETWORKPOLICY:
		print_header(printer, "networking.k8s.io/v1", object);
		print_networkpolicy(printer, (const struct ward_networkpolicy *)object);
		break;
	case WARD_KIND_GROUPPOLICY:
		print_header(printer, "ward.dev/v1alpha1", object);
		print_grouppolicy(printer, (const struct ward_grouppolicy *)object);
		break;
	case WARD_KIND_USERGROUP:
		print_header(printer, "ward.dev/v1alpha1", object);
		print_usergroup(printer, (const struct ward_usergroup *)object);
		break;
	case WARD_KIND_CLUSTERNETWORKPOLICY:
		print_header(printer, "policy.networking.k8s.io/v1alpha2", object);
		print_clusterpolicy(printer, (const struct ward_clusternetworkpolicy *)object);
		break;
	case WARD_KIND_ADMINNETWORKPOLICY:
	case WARD_KIND_BASELINEADMINNETWORKPOLICY:
		print_header(printer, "policy.networking.k8s.io/v1alpha1", object);
		print_clusterpolicy(printer, (const struct ward_clusternetworkpolicy *)object);
		break;
	default:
		break;
	}
}

void world_print(const struct world *world, FILE *out)
{
	const struct printer printer = {.symbols = world->symbols, .out = out};

	for (uint32_t i = 0; i < world->objects.n; i++)
		print_object(&printer, world->objects.items[i]);
}

static void print_end(const struct world *world, const struct conn_end *end, FILE *out)
{
	char buf[WARD_IP_TEXT];

	if (end->pod)
		fprintf(out, "%s/%s ", ward_symbol_str(world->symbols, end->pod->object.ns),
			ward_symbol_str(world->symbols, end->pod->object.name));
	if (end->ip.family != WARD_FAMILY_NONE)
		fprintf(out, "%s ", ward_ip_str(end->ip, buf));
}

void conn_print(const struct world *world, const struct conn *conn, FILE *out)
{
	print_end(world, &conn->from, out);
	fprintf(out, "to ");
	print_end(world, &conn->to, out);
	fprintf(out, "port %u/%s", conn->port, ward_proto_str(conn->proto));
	fprintf(out, conn->via_service ? " through a Service, hairpin %u\n" : "\n", conn->hairpin);
}
