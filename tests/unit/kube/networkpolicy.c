/* SPDX-License-Identifier: Apache-2.0 */
/* NetworkPolicy: what a spec becomes (A1, A2, H1–H11, H54) and what is refused (A3). */
#include "fixture.h"

#include "kube/networkpolicy.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};

static void spec_read(struct fixture *fixture, const char *spec)
{
	_cleanup_free_ char *text = ward_format("apiVersion: networking.k8s.io/v1\n"
						"kind: NetworkPolicy\n"
						"metadata: {name: p, namespace: x}\n"
						"spec: %s\n",
						spec);

	fixture_read(fixture, "in.yaml", text);
}

static void selector_dump(FILE *out, const struct fixture *fixture, bool present, const char *name,
			  const struct ward_selector *selector)
{
	char text[128];

	if (!present)
		return;
	ward_selector_print(selector, &fixture->symbols, text, sizeof(text));
	fprintf(out, " %s(%s)", name, text);
}

static void peer_dump(FILE *out, const struct fixture *fixture, const struct ward_np_peer *peer)
{
	char text[WARD_CIDR_TEXT];

	selector_dump(out, fixture, peer->has_namespaces, "namespaces", &peer->namespaces);
	selector_dump(out, fixture, peer->has_pods, "pods", &peer->pods);
	if (peer->has_block)
		fprintf(out, " %s%s", ward_cidr_str(peer->block, text),
			peer->block_is_nothing ? "(nothing)" : "");
	for (uint32_t i = 0; i < peer->n_excepts; i++)
		fprintf(out, "-%s", ward_cidr_str(peer->excepts[i].cidr, text));
}

static void rule_dump(FILE *out, const struct fixture *fixture, const struct ward_np_rule *rule)
{
	fprintf(out, " {");
	for (uint32_t i = 0; i < rule->n_ports; i++) {
		const struct ward_np_port *port = &rule->ports[i];

		fprintf(out, " %s:", ward_proto_str(port->proto));
		if (port->name != WARD_NONE)
			fprintf(out, "%s", fixture_str(fixture, port->name));
		else
			fprintf(out, "%u-%u", port->low, port->high);
	}
	for (uint32_t i = 0; i < rule->n_peers; i++)
		peer_dump(out, fixture, &rule->peers[i]);
	fprintf(out, " }");
}

/* "pods; closed: ingress; ingress { TCP:80-80 pods(a=b) }" */
static char *policy_dump(const struct fixture *fixture, const struct ward_networkpolicy *np)
{
	char *text = NULL, pods[128];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ward_selector_print(&np->pods, &fixture->symbols, pods, sizeof(pods));
	fprintf(out, "%s; closed:", pods);
	for (int d = 0; d < WARD_N_DIRECTION; d++)
		if (np->isolates[d])
			fprintf(out, " %s", ward_direction_str(d));
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (np->n_rules[d])
			fprintf(out, "; %s", ward_direction_str(d));
		for (uint32_t i = 0; i < np->n_rules[d]; i++)
			rule_dump(out, fixture, &np->rules[d][i]);
	}
	fclose(out);
	return text;
}

static void meaning(void **state)
{
	static const struct {
		const char *spec, *dump;
	} cases[] = {
		/* H1–H7, A2, A6 */
		{"{}", "everything; closed: ingress"},
		{"{podSelector: null}", "everything; closed: ingress"},
		{"{podSelector: {matchLabels: {a: b}}}", "a=b; closed: ingress"},
		{"{egress: [{}]}", "everything; closed: ingress egress; egress { }"},
		{"{egress: []}", "everything; closed: ingress"},
		{"{egress: null, policyTypes: null}", "everything; closed: ingress"},
		{"{policyTypes: [], egress: [{}]}",
		 "everything; closed: ingress egress; egress { }"},
		{"{policyTypes: [Ingress], ingress: []}", "everything; closed: ingress"},
		{"{policyTypes: [Egress]}", "everything; closed: egress"},
		{"{policyTypes: [Egress], ingress: [{}]}",
		 "everything; closed: egress; ingress { }"},
		{"{policyTypes: [Ingress], egress: [{}]}",
		 "everything; closed: ingress; egress { }"},
		{"{policyTypes: [Ingress, Ingress]}", "everything; closed: ingress"},
		{"{policyTypes: [Egress, Ingress]}", "everything; closed: ingress egress"},
		{"{ingress: [{ports: [{}]}]}",
		 "everything; closed: ingress; ingress { TCP:0-65535 }"},
		{"{ingress: [{ports: [], from: []}]}", "everything; closed: ingress; ingress { }"},
		{"{ingress: [{ports: null, from: null}]}",
		 "everything; closed: ingress; ingress { }"},
		/* Ports: A1.7–A1.9, A3.3, A3.4, H10, H11 */
		{"{ingress: [{ports: [{port: 80, endPort: 80}]}]}",
		 "everything; closed: ingress; ingress { TCP:80-80 }"},
		{"{ingress: [{ports: [{port: 1, endPort: 65535, protocol: UDP}]}]}",
		 "everything; closed: ingress; ingress { UDP:1-65535 }"},
		{"{ingress: [{ports: [{protocol: SCTP}, {port: web}, {port: 8-a, protocol: "
		 "null}]}]}",
		 "everything; closed: ingress; ingress { SCTP:0-65535 TCP:web TCP:8-a }"},
		{"{ingress: [{ports: [{port: null, endPort: null}]}]}",
		 "everything; closed: ingress; ingress { TCP:0-65535 }"},
		/* Peers: A6.8–A6.17 */
		{"{ingress: [{from: [{podSelector: {}}]}]}",
		 "everything; closed: ingress; ingress { pods(everything) }"},
		{"{ingress: [{from: [{namespaceSelector: {}}]}]}",
		 "everything; closed: ingress; ingress { namespaces(everything) }"},
		{"{egress: [{to: [{podSelector: {matchLabels: {a: b}}, namespaceSelector: {}}]}]}",
		 "everything; closed: ingress egress; egress { namespaces(everything) pods(a=b) }"},
		{"{ingress: [{from: [{podSelector: {}, namespaceSelector: null, ipBlock: null}]}]}",
		 "everything; closed: ingress; ingress { pods(everything) }"},
		{"{ingress: [{from: [{podSelector: {}}, {namespaceSelector: {}}]}, {}]}",
		 "everything; closed: ingress; ingress { pods(everything) namespaces(everything) } "
		 "{ }"},
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, "
		 "10.1.0.0/16,"
		 " 10.1.2.0/24]}}]}]}",
		 "everything; closed: ingress; ingress { "
		 "10.0.0.0/8-10.1.0.0/16-10.1.0.0/16-10.1.2.0/24 }"},
		{"{ingress: [{from: [{ipBlock: {cidr: '::/0', except: null}}, {ipBlock: {cidr: "
		 "0.0.0.0/0, except: []}}]}]}",
		 "everything; closed: ingress; ingress { ::/0 0.0.0.0/0 }"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_networkpolicy *np;
		struct fixture fixture;

		fixture_init(&fixture, tables);
		spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, "");
		np = fixture_find(&fixture, WARD_KIND_NETWORKPOLICY, "x", "p");
		assert_non_null(np);
		_cleanup_free_ char *dump = policy_dump(&fixture, np);
		assert_string_equal(dump, cases[i].dump);
		fixture_done(&fixture);
	}
}

/* Taken, but not without a word: A2.6, A3.7, A3.12, A8.6, H54. */
static void warnings(void **state)
{
	static const struct {
		const char *spec, *dump, *diags;
	} cases[] = {
		{"@null", "everything; closed: ingress",
		 "1:1 warning no-spec [NetworkPolicy x/p] spec: absent, which closes every pod of "
		 "the namespace for ingress (write spec: {podSelector: {}} if that is meant)"},
		{"{ingress: [@null]}", "everything; closed: ingress; ingress { }",
		 "@1 warning null-element [NetworkPolicy x/p] spec.ingress[0]: a null element "
		 "means a rule that allows everyone every port (remove the lone dash, or write "
		 "what is meant)"},
		{"{ingress: [{ports: [@null]}]}",
		 "everything; closed: ingress; ingress { TCP:0-65535 }",
		 "@1 warning null-element [NetworkPolicy x/p] spec.ingress[0].ports[0]: a null "
		 "element means every TCP port (remove the lone dash, or write what is meant)"},
		{"{ingress: [{ports: [{port: @080}]}]}",
		 "everything; closed: ingress; ingress { TCP:80-80 }",
		 "@1 warning number-spelling [NetworkPolicy x/p] spec.ingress[0].ports[0].port: "
		 "080 is read as 80 (write 80)"},
		{"{ingress: [{ports: [{port: @0x50}]}]}",
		 "everything; closed: ingress; ingress { TCP:80-80 }",
		 "@1 warning number-spelling [NetworkPolicy x/p] spec.ingress[0].ports[0].port: "
		 "0x50 is read as 80 (write 80)"},
		{"{ingress: [{ports: [{port: @0120}]}]}",
		 "everything; closed: ingress; ingress { TCP:80-80 }",
		 "@1 warning number-spelling [NetworkPolicy x/p] spec.ingress[0].ports[0].port: "
		 "0120 is read as 80 (write 80)"},
		{"{ingress: [{ports: [{port: @1e2}]}]}",
		 "everything; closed: ingress; ingress { TCP:100-100 }",
		 "@1 warning number-spelling [NetworkPolicy x/p] spec.ingress[0].ports[0].port: "
		 "1e2 is read as 100 (write 100)"},
		{"{egress: [{to: [{ipBlock: {cidr: @10.1.2.3/8, except: [@10.1.0.1/16]}}]}]}",
		 "everything; closed: ingress egress; egress { 10.0.0.0/8-10.1.0.0/16 }",
		 "@1 warning lenient-cidr [NetworkPolicy x/p] spec.egress[0].to[0].ipBlock.cidr: "
		 "10.1.2.3/8 has bits set below its mask, read as 10.0.0.0/8 (write 10.0.0.0/8; "
		 "recent API servers refuse the other form)\n"
		 "@2 warning lenient-cidr [NetworkPolicy x/p] "
		 "spec.egress[0].to[0].ipBlock.except[0]: 10.1.0.1/16 has bits set below its mask, "
		 "read as 10.1.0.0/16 (write 10.1.0.0/16; recent API servers refuse the other "
		 "form)"},
		{"{ingress: [{from: [{ipBlock: {cidr: @010.0.0.0/8}}]}]}",
		 "everything; closed: ingress; ingress { 10.0.0.0/8 }",
		 "@1 warning lenient-cidr [NetworkPolicy x/p] "
		 "spec.ingress[0].from[0].ipBlock.cidr: "
		 "010.0.0.0/8 has leading zeros, read as 10.0.0.0/8 (write 10.0.0.0/8; recent API "
		 "servers refuse the other form)"},
		{"{ingress: [{from: [{ipBlock: {cidr: @'::ffff:10.0.0.0/104'}}]}]}",
		 "everything; closed: ingress; ingress { 10.0.0.0/8 }",
		 "@1 warning lenient-cidr [NetworkPolicy x/p] "
		 "spec.ingress[0].from[0].ipBlock.cidr: "
		 "::ffff:10.0.0.0/104 is an IPv4 block in IPv6 form, read as 10.0.0.0/8 (write "
		 "10.0.0.0/8; recent API servers refuse the other form)"},
		{"{ingress: [{from: [{ipBlock: {cidr: @'::ffff:10.0.0.0/90'}}]}]}",
		 "everything; closed: ingress; ingress { ::ffc0:0:0/90(nothing) }",
		 "@1 warning lenient-cidr [NetworkPolicy x/p] "
		 "spec.ingress[0].from[0].ipBlock.cidr: "
		 "::ffff:10.0.0.0/90, an IPv4-mapped block wider than /96, matches nothing (write "
		 "the IPv4 block, or an IPv6 one)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_networkpolicy *np;
		struct fixture fixture;

		fixture_init(&fixture, tables);
		spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, cases[i].diags);
		np = fixture_find(&fixture, WARD_KIND_NETWORKPOLICY, "x", "p");
		assert_non_null(np);
		_cleanup_free_ char *dump = policy_dump(&fixture, np);
		assert_string_equal(dump, cases[i].dump);
		fixture_done(&fixture);
	}
}

#define NP " [NetworkPolicy x/p] "
#define PORT "spec.ingress[0].ports[0]"
#define PEER "spec.ingress[0].from[0]"
#define PORT_NAME " (a port name has at most 15 of a-z, 0-9 and '-', at least one of them a letter)"
#define LATENT " (other protocols, such as ICMP, are allowed only by rules without ports)"
#define CIDR_FORM " (such as 10.0.0.0/8 or 2001:db8::/32)"
#define EXCEPT_RULE " (an exception has a longer prefix and lies inside cidr)"

static void refusals(void **state)
{
	static const struct {
		const char *spec, *diags;
	} cases[] = {
		/* Types */
		{"@[]", "@1 error wrong-type" NP "spec: expected a map, found a list"},
		{"{ingress: @{}}",
		 "@1 error wrong-type" NP "spec.ingress: expected a list, found a "
		 "map (write a dash before each element)"},
		{"{ingress: [@80]}",
		 "@1 error wrong-type" NP "spec.ingress[0]: expected a map, found the integer 80"},
		{"{ingress: [{ports: @80}]}",
		 "@1 error wrong-type" NP "spec.ingress[0].ports: expected a list, found the "
		 "integer 80 (write a dash before each element)"},
		{"{ingress: [{ports: [@80]}]}",
		 "@1 error wrong-type" NP PORT ": expected a map, found the integer 80"},
		{"{ingress: [{from: [@x]}]}",
		 "@1 error wrong-type" NP PEER ": expected a map, found the string \"x\""},
		/* A3.2 */
		{"{policyTypes: [@ingress]}",
		 "@1 error bad-policy-type" NP "spec.policyTypes[0]: expected Ingress or Egress, "
		 "found the string \"ingress\" (write Ingress)"},
		{"{policyTypes: [@null]}", "@1 error bad-policy-type" NP "spec.policyTypes[0]: "
					   "expected Ingress or Egress, found null"},
		{"{policyTypes: @[Ingress, Egress, Ingress]}",
		 "@1 error bad-policy-type" NP "spec.policyTypes: expected at most two entries, "
		 "found 3 (write each direction once)"},
		{"{policyTypes: @Ingress}",
		 "@1 error wrong-type" NP "spec.policyTypes: expected a list, found the string "
		 "\"Ingress\" (write a dash before each element)"},
		/* A3.3, H9 */
		{"{ingress: [{ports: [{port: @0}]}]}",
		 "@1 error out-of-range" NP PORT ".port: expected an integer 1–65535, found the "
		 "integer 0"},
		{"{ingress: [{ports: [{port: @65536}]}]}",
		 "@1 error out-of-range" NP PORT ".port: expected an integer 1–65535, found the "
		 "integer 65536"},
		{"{ingress: [{ports: [{port: @-1}]}]}",
		 "@1 error out-of-range" NP PORT ".port: expected an integer 1–65535, found the "
		 "integer -1"},
		{"{ingress: [{ports: [{port: @80.5}]}]}",
		 "@1 error wrong-type" NP PORT ".port: expected an integer 1–65535, found the "
		 "number 80.5"},
		{"{ingress: [{ports: [{port: @yes}]}]}",
		 "@1 error wrong-type" NP PORT ".port: expected an integer 1–65535, found the "
		 "boolean yes"},
		{"{ingress: [{ports: [{endPort: @90}]}]}",
		 "@1 error bad-end-port" NP PORT ".endPort: endPort needs a port to start from "
		 "(add port, the first of the range)"},
		{"{ingress: [{ports: [{port: http, endPort: @90}]}]}",
		 "@1 error bad-end-port" NP PORT ".endPort: endPort cannot go with the named port "
		 "http (use numbers for a range)"},
		{"{ingress: [{ports: [{port: 80, endPort: @79}]}]}",
		 "@1 error bad-end-port" NP PORT ".endPort: expected at least port, which is 80, "
		 "found 79 (write the smaller one as port)"},
		{"{ingress: [{ports: [{port: 80, endPort: @65536}]}]}",
		 "@1 error out-of-range" NP PORT ".endPort: expected an integer 1–65535, found "
		 "the integer 65536"},
		{"{ingress: [{ports: [{port: 80, endPort: @'90'}]}]}",
		 "@1 error wrong-type" NP PORT ".endPort: expected an integer 1–65535, found the "
		 "string \"90\" (write endPort: 90 without quotes)"},
		/* A3.4, H8 */
		{"{ingress: [{ports: [{port: @\"80\"}]}]}",
		 "@1 error bad-port" NP PORT ".port: expected an integer 1–65535 or a port name, "
		 "found the string \"80\" (write port: 80 without quotes)"},
		{"{ingress: [{ports: [{port: @80-90}]}]}",
		 "@1 error bad-port" NP PORT ".port: expected an integer 1–65535 or a port name, "
		 "found the string \"80-90\" (a range is written port: 80 and endPort: 90)"},
		{"{ingress: [{ports: [{port: @HTTP}]}]}",
		 "@1 error bad-port" NP PORT ".port: expected an integer 1–65535 or a port name, "
		 "found the string \"HTTP\"" PORT_NAME},
		{"{ingress: [{ports: [{port: @''}]}]}",
		 "@1 error bad-port" NP PORT ".port: expected an integer 1–65535 or a port name, "
		 "found the string \"\"" PORT_NAME},
		/* A3.5 */
		{"{ingress: [{ports: [{protocol: @tcp}]}]}",
		 "@1 error bad-protocol" NP PORT ".protocol: expected TCP, UDP or SCTP in "
		 "capitals, found the string \"tcp\" (write TCP)"},
		{"{ingress: [{ports: [{protocol: @ICMP}]}]}",
		 "@1 error bad-protocol" NP PORT ".protocol: expected TCP, UDP or SCTP in "
		 "capitals, found the string \"ICMP\"" LATENT},
		{"{ingress: [{ports: [{protocol: @''}]}]}",
		 "@1 error bad-protocol" NP PORT ".protocol: expected TCP, UDP or SCTP in "
		 "capitals, found the string \"\"" LATENT},
		{"{ingress: [{ports: [{protocol: @6}]}]}",
		 "@1 error wrong-type" NP PORT ".protocol: expected a string, found the integer 6 "
		 "(put it in quotes: \"6\")"},
		/* A3.6, A2.6 */
		{"{ingress: [{from: [@{}]}]}",
		 "@1 error empty-peer" NP PEER ": a peer without any selector or block is refused "
		 "(name podSelector, namespaceSelector or ipBlock; for everyone leave the whole "
		 "list out)"},
		{"{ingress: [{from: [@null]}]}",
		 "@1 error empty-peer" NP PEER ": a peer without any selector or block is refused "
		 "(name podSelector, namespaceSelector or ipBlock; for everyone leave the whole "
		 "list out)"},
		{"{ingress: [{from: [@{podSelector: null}]}]}",
		 "@1 error empty-peer" NP PEER ": a peer without any selector or block is refused "
		 "(name podSelector, namespaceSelector or ipBlock; for everyone leave the whole "
		 "list out)"},
		{"{ingress: [{from: [@{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}",
		 "@1 error mixed-peer" NP PEER ": ipBlock cannot go with a selector in one peer "
		 "(make them two peers: put a dash before ipBlock)"},
		{"{ingress: [{from: [@{namespaceSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}",
		 "@1 error mixed-peer" NP PEER ": ipBlock cannot go with a selector in one peer "
		 "(make them two peers: put a dash before ipBlock)"},
		/* A3.7 */
		{"{ingress: [{from: [{ipBlock: @{}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.cidr: expected an address block, found "
		 "nothing" CIDR_FORM},
		{"{ingress: [{from: [{ipBlock: {cidr: @10.0.0.1}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.cidr: expected an address block, found the "
		 "string \"10.0.0.1\" (one address is written 10.0.0.1/32)"},
		{"{ingress: [{from: [{ipBlock: {cidr: @'2001:db8::1'}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.cidr: expected an address block, found the "
		 "string \"2001:db8::1\" (one address is written 2001:db8::1/128)"},
		{"{ingress: [{from: [{ipBlock: {cidr: @10.0.0.0/33}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.cidr: expected an address block, found the "
		 "string \"10.0.0.0/33\"" CIDR_FORM},
		{"{ingress: [{from: [{ipBlock: {cidr: @''}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.cidr: expected an address block, found the "
		 "string \"\"" CIDR_FORM},
		{"{ingress: [{from: [{ipBlock: @10.0.0.0/8}]}]}",
		 "@1 error wrong-type" NP PEER ".ipBlock: expected a map, found the string "
		 "\"10.0.0.0/8\""},
		/* A3.8 */
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [@10.0.0.0/8]}}]}]}",
		 "@1 error bad-except" NP PEER ".ipBlock.except[0]: expected a smaller block "
		 "inside 10.0.0.0/8, found the string \"10.0.0.0/8\"" EXCEPT_RULE},
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [@11.0.0.0/16]}}]}]}",
		 "@1 error bad-except" NP PEER ".ipBlock.except[0]: expected a smaller block "
		 "inside 10.0.0.0/8, found the string \"11.0.0.0/16\"" EXCEPT_RULE},
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [@0.0.0.0/0]}}]}]}",
		 "@1 error bad-except" NP PEER ".ipBlock.except[0]: expected a smaller block "
		 "inside 10.0.0.0/8, found the string \"0.0.0.0/0\"" EXCEPT_RULE},
		{"{ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [@'::/64']}}]}]}",
		 "@1 error bad-except" NP PEER ".ipBlock.except[0]: expected a smaller block "
		 "inside 0.0.0.0/0, found the string \"::/64\"" EXCEPT_RULE},
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [@x, @null]}}]}]}",
		 "@1 error bad-cidr" NP PEER ".ipBlock.except[0]: expected an address block, found "
		 "the string \"x\"" CIDR_FORM "\n"
		 "@2 error wrong-type" NP PEER ".ipBlock.except[1]: expected a string, found null"},
		/* A3.11 */
		{"{@podselector: {}}",
		 "@1 error unknown-field" NP "spec: unknown field podselector (did you mean "
		 "podSelector? The API server would drop it, and every pod of the namespace would "
		 "be selected)"},
		{"{ingress: [{@form: []}]}",
		 "@1 error unknown-field" NP "spec.ingress[0]: unknown field form (did you mean "
		 "from? The API server would drop it, and the rule would allow everyone)"},
		{"{egress: [{@port: []}]}",
		 "@1 error unknown-field" NP "spec.egress[0]: unknown field port (did you mean "
		 "ports? The API server would drop it, and the rule would allow every port)"},
		{"{ingress: [{@to: []}]}", "@1 error unknown-field" NP "spec.ingress[0]: unknown "
					   "field to (known here: from, ports)"},
		{"{egress: [{@from: []}]}", "@1 error unknown-field" NP "spec.egress[0]: unknown "
					    "field from (known here: to, ports)"},
		{"{ingress: [{from: [{podSelector: {}, @namespaceSelecter: {}}]}]}",
		 "@1 error unknown-field" NP PEER ": unknown field namespaceSelecter (did you mean "
		 "namespaceSelector? The API server would drop it, and the peer would be another "
		 "one)"},
		{"{ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, @excepts: []}}]}]}",
		 "@1 error unknown-field" NP PEER ".ipBlock: unknown field excepts (did you mean "
		 "except? The API server would drop it, and the addresses excepted would be "
		 "allowed)"},
		{"{ingress: [{ports: [{port: 80, @endport: 90}]}]}",
		 "@1 error unknown-field" NP PORT ": unknown field endport (did you mean endPort? "
		 "The API server would drop it, and only the first port would be allowed)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, cases[i].diags);
		assert_true(ward_diags_has_errors(&fixture.diags));
		assert_int_equal(fixture.snapshot.objects.n, 0);
		fixture_done(&fixture);
	}
}

/* A3.11: what the API server makes of a policy whose unknown fields it drops. */
static void like_server(void **state)
{
	static const struct {
		const char *spec, *dump, *diags; /* dump NULL: refused */
	} cases[] = {
		{"{ingress: [{@form: [{podSelector: {}}]}]}",
		 "everything; closed: ingress; ingress { }",
		 "@1 warning unknown-field" NP "spec.ingress[0]: unknown field form, dropped as "
		 "the API server does (did you mean from? Without it the rule would allow "
		 "everyone)"},
		{"{ingress: [{@prots: [{port: 80}]}]}", "everything; closed: ingress; ingress { }",
		 "@1 warning unknown-field" NP "spec.ingress[0]: unknown field prots, dropped as "
		 "the API server does (did you mean ports? Without it the rule would allow every "
		 "port)"},
		{"{@podselector: {matchLabels: {a: b}}}", "everything; closed: ingress",
		 "@1 warning unknown-field" NP "spec: unknown field podselector, dropped as the "
		 "API server does (did you mean podSelector? Without it every pod of the "
		 "namespace would be selected)"},
		{"{ingress: [{from: [@{@podselector: {}}]}]}", NULL,
		 "@2 warning unknown-field" NP PEER ": unknown field podselector, dropped as the "
		 "API server does (did you mean podSelector? Without it the peer would be another "
		 "one)\n"
		 "@1 error empty-peer" NP PEER ": a peer without any selector or block is refused "
		 "(name podSelector, namespaceSelector or ipBlock; for everyone leave the whole "
		 "list out)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct ward_networkpolicy *np;
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture.decode.like_server = true;
		spec_read(&fixture, cases[i].spec);
		assert_diags(&fixture, cases[i].diags);
		np = fixture_find(&fixture, WARD_KIND_NETWORKPOLICY, "x", "p");
		assert_int_equal(!np, !cases[i].dump);
		if (np) {
			_cleanup_free_ char *dump = policy_dump(&fixture, np);
			assert_string_equal(dump, cases[i].dump);
		}
		fixture_done(&fixture);
	}
}

/* In JSON a number is what it looks like: 80.0 is no integer to the server (A3.12). */
static void json(void **state)
{
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(
		&fixture, "in.json",
		"{\"apiVersion\": \"networking.k8s.io/v1\", \"kind\": \"NetworkPolicy\",\n"
		"\"metadata\": {\"name\": \"p\", \"namespace\": \"x\"},\n"
		"\"spec\": {\"ingress\": [{\"ports\": [{\"port\": 80}, {\"port\": @80.0}]}]}}\n");
	assert_diags(&fixture, "@1 error wrong-type" NP "spec.ingress[0].ports[1].port: expected "
			       "an integer 1–65535, found the number 80.0");
	fixture_done(&fixture);
}

/* A3.1 and the top of the object. */
static void metadata(void **state)
{
	static const struct {
		const char *text, *diags;
	} cases[] = {
		{"metadata: {name: a.b-c, labels: {a: b}, annotations: {x: y}}\nspec: {}\n"
		 "status: {anything: goes}\n",
		 ""},
		{"metadata: {name: @A, namespace: x}\nspec: {}\n",
		 "@1 error bad-name [NetworkPolicy x/A] metadata.name: expected a lower-case name "
		 "that begins and ends with a letter or digit, found the string \"A\" (a name has "
		 "at most 253 of a-z, 0-9, '-' and '.')"},
		{"metadata: {name: a, namespace: @x.y}\nspec: {}\n",
		 "@1 error bad-name [NetworkPolicy] metadata.namespace: expected the name of a "
		 "namespace, found the string \"x.y\" (a namespace's name has at most 63 of a-z, "
		 "0-9 and '-')"},
		{"metadata: @{namespace: x}\nspec: {}\n",
		 "@1 error no-name [NetworkPolicy] metadata.name: expected a name, found nothing "
		 "(give the object a name)"},
		{"metadata: {name: @1}\nspec: {}\n",
		 "@1 error wrong-type [NetworkPolicy] metadata.name: expected a string, found the "
		 "integer 1 (put it in quotes: \"1\")"},
		{"spec: {}\n", "1:1 error no-name [NetworkPolicy] metadata.name: expected a name, "
			       "found nothing (give the object a name)"},
		{"metadata: {name: a, @namspace: x}\nspec: {}\n",
		 "@1 error unknown-field [NetworkPolicy default/a] metadata: unknown field "
		 "namspace "
		 "(did you mean namespace? The API server would drop it, and the object would be "
		 "in the default namespace)"},
		{"metadata: {name: a}\n@sepc: {}\n",
		 "@1 error unknown-field [NetworkPolicy default/a] unknown field sepc (did you "
		 "mean spec? The API server would drop it, and every pod of the namespace would "
		 "be closed for ingress and nothing else)\n"
		 "1:1 warning no-spec [NetworkPolicy default/a] spec: absent, which closes every "
		 "pod of the namespace for ingress (write spec: {podSelector: {}} if that is "
		 "meant)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text =
			ward_format("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n%s",
				    cases[i].text);
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", text);
		assert_diags(&fixture, cases[i].diags);
		assert_int_equal(fixture.snapshot.objects.n, !*cases[i].diags);
		fixture_done(&fixture);
	}
}

/* Every rule, port, peer and exception knows its place. */
static void marks(void **state)
{
	struct ward_networkpolicy *np;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: networking.k8s.io/v1\n"
		     "kind: NetworkPolicy\n"
		     "metadata: {name: p, namespace: x}\n"
		     "spec:\n"
		     "  podSelector: {}\n"
		     "  ingress:\n"
		     "  - ports:\n"
		     "    - port: 80\n"
		     "    from:\n"
		     "    - ipBlock:\n"
		     "        cidr: 10.0.0.0/8\n"
		     "        except:\n"
		     "        - 10.1.0.0/16\n");
	np = fixture_find(&fixture, WARD_KIND_NETWORKPOLICY, "x", "p");
	assert_non_null(np);
	assert_int_equal(np->object.mark.line, 1);
	assert_int_equal(np->object.mark.file, fixture_sym(&fixture, "in.yaml"));
	assert_int_equal(np->spec_mark.line, 5);
	assert_int_equal(np->rules[WARD_INGRESS][0].mark.line, 7);
	assert_int_equal(np->rules[WARD_INGRESS][0].mark.col, 5);
	assert_int_equal(np->rules[WARD_INGRESS][0].ports[0].mark.line, 8);
	assert_int_equal(np->rules[WARD_INGRESS][0].peers[0].mark.line, 10);
	assert_int_equal(np->rules[WARD_INGRESS][0].peers[0].excepts[0].mark.line, 13);
	assert_int_equal(np->rules[WARD_INGRESS][0].peers[0].excepts[0].mark.col, 11);
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meaning),  cmocka_unit_test(warnings),
		cmocka_unit_test(refusals), cmocka_unit_test(like_server),
		cmocka_unit_test(json),	    cmocka_unit_test(metadata),
		cmocka_unit_test(marks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
