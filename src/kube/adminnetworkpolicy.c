/* SPDX-License-Identifier: Apache-2.0 */
/* AdminNetworkPolicy and BaselineAdminNetworkPolicy v1alpha1 (B8): read into the type of their
 * successor.  Admin is its tier and Baseline the other, Allow is Accept, ports are protocols; the
 * limits stay their own (B8.14). */
#include <string.h>

#include "kube/cluster-rules.h"

static const struct ward_known top_known[] = {
	{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}, {},
};

static const struct ward_known admin_known[] = {
	{"priority"},
	{"subject"},
	{"ingress", "ingress would be left to other policies"},
	{"egress", "egress would be left to other policies"},
	{},
};
static const struct ward_known baseline_known[] = {
	{"subject"},
	{"ingress", "ingress would be open by default"},
	{"egress", "egress would be open by default"},
	{},
};

static const struct ward_known ingress_known[] = {
	{"name"}, {"action"}, {"from"}, {"ports", "the rule would be about every port"}, {}};
static const struct ward_known egress_known[] = {
	{"name"}, {"action"}, {"to"}, {"ports", "the rule would be about every port"}, {}};
static const struct ward_known ingress_peer_known[] = {{"namespaces"}, {"pods"}, {}};
static const struct ward_known admin_peer_known[] = {{"namespaces"}, {"pods"},	      {"networks"},
						     {"nodes"},	     {"domainNames"}, {}};
static const struct ward_known baseline_peer_known[] = {
	{"namespaces"}, {"pods"}, {"networks"}, {"nodes"}, {}};

/* TCP when absent; any other text is taken by the server (B8.10). */
static void proto_decode(struct ward_cnp_protocol *protocol, const struct ward_field *port)
{
	struct ward_field field = ward_field_get(port, "protocol");
	const char *text = ward_field_str(&field);

	protocol->proto = text ? ward_proto_parse(text) : WARD_TCP;
	if (protocol->proto < WARD_OTHER)
		return;
	protocol->unusable = true;
	ward_field_warn(&field, "unusable",
			"a rule with it fails closed: Allow matches nothing, Deny and Pass deny "
			"all",
			"expected TCP, UDP or SCTP in capitals, found %.60s", text);
}

static void number_decode(struct ward_cnp_protocol *protocol, const struct ward_field *port)
{
	static const struct ward_known known[] = {{"protocol"}, {"port"}, {}};
	struct ward_field number = ward_field_get(port, "port");
	int64_t value = 0;

	ward_field_only(port, known);
	proto_decode(protocol, port);
	if (ward_field_needed(&number, "a port"))
		ward_field_int(&number, 1, 65535, &value);
	protocol->low = protocol->high = (uint16_t)value;
}

static void range_decode(struct ward_cnp_protocol *protocol, const struct ward_field *port)
{
	static const struct ward_known known[] = {{"protocol"}, {"start"}, {"end"}, {}};
	struct ward_field start = ward_field_get(port, "start");
	struct ward_field end = ward_field_get(port, "end");

	ward_field_only(port, known);
	proto_decode(protocol, port);
	ward_field_ports(&start, &end, protocol);
	if (protocol->high && protocol->low > protocol->high)
		ward_field_warn(port, "inverted-range", "exchange start and end",
				"from %u to %u there is no port; this matches nothing",
				protocol->low, protocol->high);
}

static void port_decode(struct ward_cnp_protocol *protocol, const struct ward_field *item)
{
	static const struct ward_known known[] = {{"portNumber"}, {"portRange"}, {"namedPort"}, {}};
	struct ward_field one = ward_field_only_one(item, known, &protocol->unusable);

	protocol->proto = WARD_N_PROTO;
	if (!one.node)
		return;
	if (strcmp(one.name, "namedPort") == 0)
		protocol->name = ward_field_sym(&one);
	else if (ward_field_is_map(&one))
		(strcmp(one.name, "portRange") == 0 ? range_decode : number_decode)(protocol, &one);
}

/* Initialiser of what the two share; @last is the action Pass, @to the peers of egress. */
#define DIALECT(last, to)                                                                          \
	{                                                                                          \
		.max = 100, .actions = {"Allow", "Deny", last}, .protocols = "ports",              \
		.tenancy = true, .needs_namespaces = true, .refuses_named_with_nets = true,        \
		.rule = {[WARD_INGRESS] = ingress_known, [WARD_EGRESS] = egress_known},            \
		.peer = {[WARD_INGRESS] = ingress_peer_known, [WARD_EGRESS] = (to)},               \
		.protocol_decode = port_decode,                                                    \
	}

static const struct ward_dialect admin = DIALECT("Pass", admin_peer_known);
static const struct ward_dialect baseline = DIALECT(NULL, baseline_peer_known);

static void admin_spec_decode(struct ward_clusternetworkpolicy *policy,
			      const struct ward_field *spec)
{
	struct ward_field priority = ward_field_get(spec, "priority");
	int64_t value = 0;

	ward_field_only(spec, admin_known);
	if (ward_field_needed(&priority, "an integer 0–1000"))
		ward_field_int(&priority, 0, 1000, &value);
	policy->tier = WARD_CNP_ADMIN;
	policy->priority = (uint32_t)value;
	ward_dialect_decode(&admin, policy, spec);
}

/* B8.1: there is one, and its name is default. */
static void baseline_spec_decode(struct ward_clusternetworkpolicy *policy,
				 const struct ward_field *spec)
{
	struct ward_decoding *in = spec->in;
	struct ward_field name = ward_field_get(&in->metadata, "name");

	if (policy->object.name != WARD_NONE &&
	    strcmp(ward_symbol_str(in->symbols, policy->object.name), "default") != 0)
		ward_field_expected(&name, "bad-name", "a cluster has one of this kind",
				    "the name default");
	ward_field_only(spec, baseline_known);
	policy->tier = WARD_CNP_BASELINE;
	ward_dialect_decode(&baseline, policy, spec);
}

static struct ward_object *
policy_decode(struct ward_decode *decode, const struct ward_node *root, enum ward_kind kind,
	      void (*spec_decode)(struct ward_clusternetworkpolicy *, const struct ward_field *))
{
	struct ward_clusternetworkpolicy *policy =
		ward_arena_new(&decode->snapshot->arena, struct ward_clusternetworkpolicy);
	struct ward_decoding in;
	struct ward_field spec;

	ward_decoding_begin(&in, decode, root, kind, &policy->object);
	ward_decoding_only(&in, top_known);
	policy->api_rank = 1; /* after its successor (B8.15) */
	spec = ward_field_get(&in.root, "spec");
	if (ward_field_needed(&spec, "a map") && ward_field_is_map(&spec))
		spec_decode(policy, &spec);
	return in.failed ? NULL : &policy->object;
}

struct ward_object *ward_adminnetworkpolicy_decode(struct ward_decode *decode,
						   const struct ward_node *root)
{
	return policy_decode(decode, root, WARD_KIND_ADMINNETWORKPOLICY, admin_spec_decode);
}

struct ward_object *ward_baselineadminnetworkpolicy_decode(struct ward_decode *decode,
							   const struct ward_node *root)
{
	return policy_decode(decode, root, WARD_KIND_BASELINEADMINNETWORKPOLICY,
			     baseline_spec_decode);
}
