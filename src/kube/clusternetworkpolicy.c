/* SPDX-License-Identifier: Apache-2.0 */
/* ClusterNetworkPolicy v1alpha2 as the API server takes it (B2), of the experimental channel, which
 * has everything that the standard one has (B1.4). */
#include "kube/clusternetworkpolicy.h"

#include <string.h>

#include "kube/cluster-rules.h"
#include "kube/names.h"

static const struct ward_known top_known[] = {
	{"apiVersion"}, {"kind"}, {"metadata"}, {"spec"}, {"status"}, {},
};

static const struct ward_known spec_known[] = {
	{"tier"},
	{"priority"},
	{"subject"},
	{"ingress", "ingress would be left to other policies"},
	{"egress", "egress would be left to other policies"},
	{},
};

static const struct ward_known ingress_known[] = {
	{"name"}, {"action"}, {"from"}, {"protocols", "the rule would be about every port"}, {}};
static const struct ward_known egress_known[] = {
	{"name"}, {"action"}, {"to"}, {"protocols", "the rule would be about every port"}, {}};
static const struct ward_known ingress_peer_known[] = {{"namespaces"}, {"pods"}, {}};
static const struct ward_known egress_peer_known[] = {{"namespaces"}, {"pods"},	       {"networks"},
						      {"nodes"},      {"domainNames"}, {}};

/* B2.20: one port is `number`. */
static void range_decode(struct ward_cnp_protocol *protocol, const struct ward_field *range)
{
	static const struct ward_known known[] = {{"start"}, {"end"}, {}};
	struct ward_field start = ward_field_get(range, "start");
	struct ward_field end = ward_field_get(range, "end");

	if (!ward_field_is_map(range))
		return;
	ward_field_only(range, known);
	ward_field_ports(&start, &end, protocol);
	if (protocol->low && protocol->high && protocol->low >= protocol->high)
		ward_field_error(range, "bad-range",
				 protocol->low == protocol->high ? "write number for one port"
								 : "exchange start and end",
				 "expected start below end, found %u and %u", protocol->low,
				 protocol->high);
}

static void destination_decode(struct ward_cnp_protocol *protocol,
			       const struct ward_field *destination)
{
	static const struct ward_known known[] = {{"number"}, {"range"}, {}};
	struct ward_field one = ward_field_only_one(destination, known, &protocol->unusable);
	int64_t number = 0;

	if (!one.node)
		return;
	if (strcmp(one.name, "range") == 0) {
		range_decode(protocol, &one);
		return;
	}
	ward_field_int(&one, 1, 65535, &number);
	protocol->low = protocol->high = (uint16_t)number;
}

static void protocol_decode(struct ward_cnp_protocol *protocol, const struct ward_field *item)
{
	static const struct ward_known known[] = {
		{"tcp"}, {"udp"}, {"sctp"}, {"destinationNamedPort"}, {}};
	static const struct ward_known port_known[] = {{"destinationPort"}, {}};
	struct ward_field one = ward_field_only_one(item, known, &protocol->unusable), port;

	protocol->proto = WARD_N_PROTO;
	if (!one.node)
		return;
	if (strcmp(one.name, "destinationNamedPort") == 0) {
		protocol->name = ward_field_sym(&one);
		return;
	}
	for (enum ward_proto proto = 0; proto < WARD_OTHER; proto++)
		if (strcmp(one.name, known[proto].name) == 0)
			protocol->proto = proto;
	port = ward_field_only_one(&one, port_known, &protocol->unusable);
	if (port.node)
		destination_decode(protocol, &port);
}

static const struct ward_dialect dialect = {
	.max = 25,
	.actions = {"Accept", "Deny", "Pass"},
	.protocols = "protocols",
	.checks_cidrs = true,
	.rule = {[WARD_INGRESS] = ingress_known, [WARD_EGRESS] = egress_known},
	.peer = {[WARD_INGRESS] = ingress_peer_known, [WARD_EGRESS] = egress_peer_known},
	.protocol_decode = protocol_decode,
};

static void spec_decode(struct ward_clusternetworkpolicy *policy, const struct ward_field *spec)
{
	static const char *const tiers[] = {
		[WARD_CNP_ADMIN] = "Admin",
		[WARD_CNP_BASELINE] = "Baseline",
	};
	struct ward_field tier = ward_field_get(spec, "tier");
	struct ward_field priority = ward_field_get(spec, "priority");
	int64_t value = 0;

	if (!ward_field_needed(spec, "a map") || !ward_field_is_map(spec))
		return;
	ward_field_only(spec, spec_known);
	policy->tier = ward_field_choice(&tier, "bad-tier", tiers, WARD_N_CNP_TIER, false);
	if (ward_field_needed(&priority, "an integer 0–1000"))
		ward_field_int(&priority, 0, 1000, &value);
	policy->priority = (uint32_t)value;
	ward_dialect_decode(&dialect, policy, spec);
}

struct ward_object *ward_clusternetworkpolicy_decode(struct ward_decode *decode,
						     const struct ward_node *root)
{
	struct ward_clusternetworkpolicy *policy =
		ward_arena_new(&decode->snapshot->arena, struct ward_clusternetworkpolicy);
	struct ward_decoding in;
	struct ward_field spec;

	ward_decoding_begin(&in, decode, root, WARD_KIND_CLUSTERNETWORKPOLICY, &policy->object);
	ward_decoding_only(&in, top_known);
	spec = ward_field_get(&in.root, "spec");
	spec_decode(policy, &spec);
	return in.failed ? NULL : &policy->object;
}
