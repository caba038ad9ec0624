/* SPDX-License-Identifier: Apache-2.0 */
/* The cluster-wide policies: what a spec becomes, what is refused, and what is taken although
 * nobody can use it (B2, B7, B8). */
#include "fixture.h"

#include "kube/clusternetworkpolicy.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};

struct kind {
	enum ward_kind kind;
	const char *version, *name, *spec; /* how its spec begins */
};

static const struct kind cnp = {WARD_KIND_CLUSTERNETWORKPOLICY, "v1alpha2", "p",
				"tier: Admin, priority: 7, subject: {namespaces: {}}, "};
static const struct kind anp = {WARD_KIND_ADMINNETWORKPOLICY, "v1alpha1", "p",
				"priority: 7, subject: {namespaces: {}}, "};
static const struct kind banp = {WARD_KIND_BASELINEADMINNETWORKPOLICY, "v1alpha1", "default",
				 "subject: {namespaces: {}}, "};
static const struct kind bare = {WARD_KIND_CLUSTERNETWORKPOLICY, "v1alpha2", "p", ""};
static const struct kind bare_anp = {WARD_KIND_ADMINNETWORKPOLICY, "v1alpha1", "p", ""};
static const struct kind misnamed = {WARD_KIND_BASELINEADMINNETWORKPOLICY, "v1alpha1", "p",
				     "subject: {namespaces: {}}, "};

static void spec_read(struct fixture *fixture, const struct kind *kind, const char *rest)
{
	_cleanup_free_ char *text =
		ward_format("apiVersion: policy.networking.k8s.io/%s\n"
			    "kind: %s\n"
			    "metadata: {name: %s}\n"
			    "spec: {%s%s}\n",
			    kind->version, ward_kind_str(kind->kind), kind->name, kind->spec, rest);

	fixture_read(fixture, "in.yaml", text);
}

static void selector_dump(FILE *out, const struct fixture *fixture, const char *name,
			  const struct ward_selector *selector)
{
	char text[128];

	ward_selector_print(selector, &fixture->symbols, text, sizeof(text));
	fprintf(out, " %s(%s)", name, text);
}

static void peer_dump(FILE *out, const struct fixture *fixture, const struct ward_cnp_peer *peer)
{
	char text[WARD_CIDR_TEXT];

	if (peer->kind == WARD_CNP_PODS) {
		selector_dump(out, fixture, "namespaces", &peer->namespaces);
		selector_dump(out, fixture, "pods", &peer->pods);
	}
	if (peer->kind == WARD_CNP_NODES)
		selector_dump(out, fixture, "nodes", &peer->nodes);
	if (peer->kind == WARD_CNP_UNUSABLE)
		fprintf(out, " unusable");
	for (uint32_t i = 0; i < peer->n_networks; i++)
		fprintf(out, " %s", ward_cidr_str(peer->networks[i], text));
	for (uint32_t i = 0; i < peer->n_domains; i++)
		fprintf(out, " %s", fixture_str(fixture, peer->domains[i]));
}

static void protocol_dump(FILE *out, const struct fixture *fixture,
			  const struct ward_cnp_protocol *protocol)
{
	if (protocol->unusable)
		fprintf(out, " unusable");
	else if (protocol->name != WARD_NONE)
		fprintf(out, " %s%s", protocol->proto == WARD_N_PROTO ? "any:" : "",
			fixture_str(fixture, protocol->name));
	else
		fprintf(out, " %s:%u-%u", ward_proto_str(protocol->proto), protocol->low,
			protocol->high);
}

static void rule_dump(FILE *out, const struct fixture *fixture, const struct ward_cnp_rule *rule)
{
	static const char *const actions[] = {"accept", "deny", "pass", "unknown"};

	fprintf(out, " %s{", actions[rule->action]);
	for (uint32_t i = 0; i < rule->n_protocols; i++)
		protocol_dump(out, fixture, &rule->protocols[i]);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		peer_dump(out, fixture, &rule->peers[i]);
	fprintf(out, " }");
}

/* "admin 7.0 namespaces(everything) pods(everything) ingress accept{ … }". */
static char *policy_dump(const struct fixture *fixture,
			 const struct ward_clusternetworkpolicy *policy)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "%s %u.%u", policy->tier == WARD_CNP_ADMIN ? "admin" : "baseline",
		policy->priority, policy->api_rank);
	selector_dump(out, fixture, "namespaces", &policy->namespaces);
	selector_dump(out, fixture, "pods", &policy->pods);
	for (int d = 0; d < WARD_N_DIRECTION; d++) {
		if (policy->n_rules[d])
			fprintf(out, " %s", ward_direction_str(d));
		for (uint32_t i = 0; i < policy->n_rules[d]; i++)
			rule_dump(out, fixture, &policy->rules[d][i]);
	}
	fclose(out);
	return text;
}

struct a_case {
	const struct kind *kind;
	const char *spec, *dump, *diags; /* dump NULL: refused */
};

static void case_check(const struct a_case *a, bool like_server)
{
	struct ward_clusternetworkpolicy *policy;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture.decode.like_server = like_server;
	spec_read(&fixture, a->kind, a->spec);
	assert_diags(&fixture, a->diags);
	policy = fixture_find(&fixture, a->kind->kind, NULL, a->kind->name);
	assert_int_equal(policy != NULL, a->dump != NULL);
	if (policy) {
		_cleanup_free_ char *dump = policy_dump(&fixture, policy);

		assert_string_equal(dump, a->dump);
	}
	fixture_done(&fixture);
}

static void cases_check(const struct a_case *cases, size_t n, bool like_server)
{
	for (size_t i = 0; i < n; i++)
		case_check(&cases[i], like_server);
}

#define ALL "namespaces(everything) pods(everything)"

static void meaning(void **state)
{
	static const struct a_case cases[] = {
		{&cnp, "", "admin 7.0 " ALL, ""},
		{&bare,
		 "tier: Baseline, priority: 0, subject: {pods: {podSelector: {matchLabels: {a: "
		 "b}}}}",
		 "baseline 0.0 namespaces(everything) pods(a=b)", ""},
		{&bare,
		 "tier: Admin, priority: 1000, subject: {pods: {namespaceSelector: {matchLabels: "
		 "{c: "
		 "d}}, podSelector: {}}}",
		 "admin 1000.0 namespaces(c=d) pods(everything)", ""},
		{&anp, "", "admin 7.1 " ALL, ""},
		{&banp, "", "baseline 0.1 " ALL, ""},
		{&cnp, "ingress: [], egress: []", "admin 7.0 " ALL, ""},
		{&cnp,
		 "ingress: [{name: first, action: Accept, from: [{namespaces: {matchLabels: {a: "
		 "b}}}, "
		 "{pods: "
		 "{podSelector: {}}}]}, {action: Deny, from: [{namespaces: {}}]}, {action: Pass, "
		 "from: "
		 "[{namespaces: {}}]}]",
		 "admin 7.0 " ALL " ingress accept{ namespaces(a=b) pods(everything) " ALL
		 " } deny{ " ALL " } pass{ " ALL " }",
		 ""},
		{&cnp,
		 "egress: [{action: Deny, to: [{networks: [10.0.0.0/8, '::/0']}, {nodes: "
		 "{matchLabels: {a: "
		 "b}}}]}]",
		 "admin 7.0 " ALL " egress deny{ 10.0.0.0/8 ::/0 nodes(a=b) }", ""},
		{&cnp,
		 "egress: [{action: Deny, to: [{namespaces: {}}], protocols: [{tcp: "
		 "{destinationPort: "
		 "{number: 80}}}, {udp: {destinationPort: {range: {start: 1, end: 65535}}}}, "
		 "{sctp: "
		 "{destinationPort: {number: 65535}}}, {destinationNamedPort: WEB}]}]",
		 "admin 7.0 " ALL
		 " egress deny{ TCP:80-80 UDP:1-65535 SCTP:65535-65535 any:WEB " ALL " }",
		 ""},
		{&anp,
		 "egress: [{action: Allow, to: [{pods: {namespaceSelector: {}, podSelector: {}}}], "
		 "ports: "
		 "[{portNumber: {port: 80}}, {portNumber: {protocol: UDP, port: 53}}, {portRange: "
		 "{start: 8, "
		 "end: 8}}, {namedPort: web}]}]",
		 "admin 7.1 " ALL " egress accept{ TCP:80-80 UDP:53-53 TCP:8-8 any:web " ALL " }",
		 ""},
		{&banp,
		 "ingress: [{action: Deny, from: [{namespaces: {namespaceSelector: {matchLabels: "
		 "{a: b}}}}]}]",
		 "baseline 0.1 " ALL " ingress deny{ namespaces(a=b) pods(everything) }", ""},
		{&anp,
		 "ingress: [{action: Pass, from: [{pods: {namespaces: {namespaceSelector: {}}, "
		 "podSelector: "
		 "{matchLabels: {a: b}}}}]}]",
		 "admin 7.1 " ALL " ingress pass{ namespaces(everything) pods(a=b) }", ""},
	};

	cases_check(cases, WARD_ARRAY_SIZE(cases), false);
}

#define CNP " [ClusterNetworkPolicy p] "
#define ANP " [AdminNetworkPolicy p] "
#define CLOSED                                                                                     \
	" (a rule with it fails closed: Accept matches nothing, Deny and Pass deny everything)"
#define PEER "spec.ingress[0].from[0]"
#define IN(peer) "ingress: [{action: Deny, from: [" peer "]}]"
#define OUT(peer) "egress: [{action: Deny, to: [" peer "]}]"
#define UNUSABLE_IN "admin 7.0 " ALL " ingress deny{ unusable }"

/* Taken by the server, of no use to anyone (B2.26, B7). */
static void unusable(void **state)
{
	static const struct a_case cases[] = {
		{&cnp, IN("{namespaces: {matchExpressions: [{key: k, operator: @Foo}]}}"),
		 UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ".namespaces.matchExpressions[0].operator: expected In, "
		 "NotIn, Exists or DoesNotExist, found the string \"Foo\"" CLOSED},
		{&cnp, IN("{namespaces: {matchExpressions: [@{key: k, operator: In}]}}"),
		 UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ".namespaces.matchExpressions[0].values: In needs values, found none" CLOSED},
		{&cnp,
		 IN("{namespaces: {matchExpressions: [{key: k, operator: Exists, values: @[a]}]}}"),
		 UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ".namespaces.matchExpressions[0].values: Exists takes no values" CLOSED},
		{&cnp, IN("{pods: {podSelector: {matchLabels: {a: @-b}}}}"), UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ".pods.podSelector.matchLabels.a: expected a label value, "
		 "found the string \"-b\"" CLOSED},
		{&anp, "egress: [{action: Deny, to: [{networks: [@10.0.0.0/99]}]}]",
		 "admin 7.1 " ALL " egress deny{ unusable }",
		 "@1 warning unusable" ANP
		 "spec.egress[0].to[0].networks[0]: expected an address block "
		 "such as 10.0.0.0/8, found 10.0.0.0/99" CLOSED},
		{&anp, IN("{namespaces: {sameLabels: @[a]}}"),
		 "admin 7.1 " ALL " ingress deny{ unusable }",
		 "@1 warning unusable" ANP PEER
		 ".namespaces.sameLabels: was taken out of the API and is not judged" CLOSED},
		{&anp,
		 "ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portNumber: "
		 "{protocol: @icmp, "
		 "port: 8}}]}]",
		 "admin 7.1 " ALL " ingress deny{ unusable " ALL " }",
		 "@1 warning unusable" ANP
		 "spec.ingress[0].ports[0].portNumber.protocol: expected TCP, UDP "
		 "or SCTP in capitals, found icmp (a rule with it fails closed: Allow matches "
		 "nothing, Deny "
		 "and Pass deny all)"},
		{&anp,
		 "ingress: [{action: Deny, from: [{namespaces: {}}], ports: [{portRange: @{start: "
		 "9, end: "
		 "8}}]}]",
		 "admin 7.1 " ALL " ingress deny{ TCP:9-8 " ALL " }",
		 "@1 warning inverted-range" ANP
		 "spec.ingress[0].ports[0].portRange: from 9 to 8 there is "
		 "no port; this matches nothing (exchange start and end)"},
		{&cnp, "egress: [@{action: Accept, to: [{domainNames: ['*.a.example.', '_b.c']}]}]",
		 "admin 7.0 " ALL " egress accept{ *.a.example. _b.c }",
		 "@1 warning domain-names" CNP
		 "spec.egress[0]: which addresses a name has is not known "
		 "here, so this rule is taken to match nothing (judge it by networks instead)"},
		{&cnp, OUT("{networks: [@10.1.2.3/8]}"),
		 "admin 7.0 " ALL " egress deny{ 10.0.0.0/8 }",
		 "@1 warning lenient-cidr" CNP
		 "spec.egress[0].to[0].networks[0]: 10.1.2.3/8 has bits set "
		 "below its mask, read as 10.0.0.0/8 (write 10.0.0.0/8)"},
	};

	cases_check(cases, WARD_ARRAY_SIZE(cases), false);
}

/* What may be something newer fails closed; what the server drops is dropped (B7.1, B2.27). */
static void like_server(void **state)
{
	static const struct a_case cases[] = {
		{&cnp, IN("@{namespaces: {}, services: {}}"), UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ": has a field that is not known here, so that it cannot be used" CLOSED},
		{&cnp, IN("@{services: {}}"), UNUSABLE_IN,
		 "@1 warning unusable" CNP PEER
		 ": has a field that is not known here, so that it cannot be used" CLOSED},
		{&cnp, IN("{namespaces: {@namespaceSelector: {}}}"),
		 "admin 7.0 " ALL " ingress deny{ " ALL " }",
		 "@1 warning unknown-field" CNP PEER
		 ".namespaces: unknown field namespaceSelector, dropped "
		 "as the API server does (known here: matchLabels, matchExpressions)"},
		{&cnp, "ingress: [{action: @Log, from: [{namespaces: {}}]}]",
		 "admin 7.0 " ALL " ingress unknown{ " ALL " }",
		 "@1 warning unusable" CNP
		 "spec.ingress[0].action: expected Accept, Deny or Pass, found "
		 "Log (a rule of an action that is not known denies)"},
		{&bare, "tier: Admin, priority: 1, subject: @{serviceAccounts: {}}", NULL,
		 "@1 warning unusable" CNP "spec.subject: has a field that is not known here, so "
		 "that it cannot be used" CLOSED "\n@1 error unknown-field" CNP
		 "spec.subject: whom it is about cannot be told, so the policy has no place"},
		{&cnp, IN("@{}"), NULL,
		 "@1 error not-one-of" CNP PEER
		 ": expected exactly one of namespaces, pods, found nothing"},
	};

	cases_check(cases, WARD_ARRAY_SIZE(cases), true);
}

#define TO "spec.egress[0].to[0]"
#define NAME_101                                                                                   \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
	"aaaaa"                                                                                    \
	"aaaaaaaa"
#define PORTS(ports) "ingress: [{action: Deny, from: [{namespaces: {}}], protocols: [" ports "]}]"
#define PORT "spec.ingress[0].protocols[0]"

static void refusals(void **state)
{
	static const struct a_case cases[] = {
		{&bare, "", NULL,
		 "4:7 error missing-field" CNP
		 "spec.tier: expected Admin or Baseline, found nothing\n"
		 "4:7 error missing-field" CNP
		 "spec.priority: expected an integer 0–1000, found nothing\n"
		 "4:7 error missing-field" CNP
		 "spec.subject: expected namespaces or pods, found nothing"},
		{&bare_anp, "", NULL,
		 "4:7 error missing-field" ANP
		 "spec.priority: expected an integer 0–1000, found nothing\n"
		 "4:7 error missing-field" ANP
		 "spec.subject: expected namespaces or pods, found nothing"},
		{&bare,
		 "tier: @admin, priority: @1001, subject: @{namespaces: {}, pods: {podSelector: "
		 "{}}}",
		 NULL,
		 "@1 error bad-tier" CNP
		 "spec.tier: expected Admin or Baseline, found the string \"admin\"\n"
		 "@2 error out-of-range" CNP
		 "spec.priority: expected an integer 0–1000, found the integer 1001\n"
		 "@3 error not-one-of" CNP
		 "spec.subject: expected exactly one of namespaces, pods, found "
		 "namespaces, pods (keep one of them)"},
		{&bare,
		 "tier: Admin, priority: 1, subject: {namespaces: {matchExpressions: [{key: k, "
		 "operator: "
		 "@Foo}]}}",
		 NULL,
		 "@1 error bad-operator" CNP
		 "spec.subject.namespaces.matchExpressions[0].operator: expected "
		 "In, NotIn, Exists or DoesNotExist, found the string \"Foo\""},
		{&misnamed, "", NULL,
		 "3:18 error bad-name [BaselineAdminNetworkPolicy p] metadata.name: expected the "
		 "name "
		 "default, found the string \"p\" (a cluster has one of this kind)"},
		{&cnp, "ingress: [{action: @Allow, from: @[]}]", NULL,
		 "@1 error bad-action" CNP "spec.ingress[0].action: expected Accept, Deny or "
		 "Pass, found the string \"Allow\"\n"
		 "@2 error wrong-length" CNP
		 "spec.ingress[0].from: expected 1 to 25 elements, found 0"},
		{&banp, "ingress: [{action: @Pass, from: [{namespaces: {}}]}]", NULL,
		 "@1 error bad-action [BaselineAdminNetworkPolicy default] spec.ingress[0].action: "
		 "expected "
		 "Allow or Deny, found the string \"Pass\""},
		{&cnp, "ingress: [{action: Deny, from: [{namespaces: {}}], name: @" NAME_101 "}]",
		 NULL,
		 "@1 error too-long" CNP
		 "spec.ingress[0].name: expected at most 100 characters, found 101"},
		{&cnp, IN("@{}"), NULL,
		 "@1 error not-one-of" CNP PEER
		 ": expected exactly one of namespaces, pods, found nothing"},
		{&cnp, IN("{@networks: [10.0.0.0/8]}"), NULL,
		 "@1 error unknown-field" CNP PEER
		 ": unknown field networks (known here: namespaces, pods)"},
		{&cnp, IN("{namespaces: @{namespaceSelector: {}}}"), NULL,
		 "@1 error unknown-field" CNP PEER ".namespaces: expected a selector, found a "
		 "selector inside another (write the selector itself: namespaces: {matchLabels: "
		 "…}. The API server would drop this, and the peer would be every namespace)"},
		{&cnp, IN("{pods: @{}}"), NULL,
		 "@1 error missing-field" CNP PEER
		 ".pods.podSelector: expected a selector, perhaps {}, found nothing"},
		{&anp, IN("{pods: @{podSelector: {}}}"), NULL,
		 "@1 error missing-field" ANP PEER
		 ".pods.namespaceSelector: expected a selector, perhaps {}, found nothing"},
		{&cnp, PORTS("{tcp: @{}}"), NULL,
		 "@1 error not-one-of" CNP PORT ".tcp: expected destinationPort, found nothing"},
		{&cnp, PORTS("{tcp: {destinationPort: {range: @{start: 80, end: 80}}}}"), NULL,
		 "@1 error bad-range" CNP PORT
		 ".tcp.destinationPort.range: expected start below end, found "
		 "80 and 80 (write number for one port)"},
		{&cnp, PORTS("{tcp: {destinationPort: {number: @0}}}"), NULL,
		 "@1 error out-of-range" CNP PORT
		 ".tcp.destinationPort.number: expected an integer 1–65535, found the integer 0"},
		{&cnp, OUT("{networks: [10.0.0.0/8, @10.0.0.0/8]}"), NULL,
		 "@1 error duplicate-item" CNP TO
		 ".networks[1]: 10.0.0.0/8 is in the list already (remove one of the two)"},
		{&cnp, OUT("{networks: [@010.0.0.0/8, @'::ffff:10.0.0.0/104', @10.0.0.1]}"), NULL,
		 "@1 error bad-cidr" CNP TO
		 ".networks[0]: expected an address block, found the string "
		 "\"010.0.0.0/8\" (such as 10.0.0.0/8 or 2001:db8::/32)\n"
		 "@2 error bad-cidr" CNP TO
		 ".networks[1]: expected an address block, found the string "
		 "\"::ffff:10.0.0.0/104\" (such as 10.0.0.0/8 or 2001:db8::/32)\n"
		 "@3 error bad-cidr" CNP TO
		 ".networks[2]: expected an address block, found the string "
		 "\"10.0.0.1\" (such as 10.0.0.0/8 or 2001:db8::/32)"},
		{&anp, OUT("{networks: [@'::ffff:10.0.0.0/104']}"), NULL,
		 "@1 error bad-cidr" ANP TO
		 ".networks[0]: expected an address block, found the string "
		 "\"::ffff:10.0.0.0/104\" (such as 10.0.0.0/8 or 2001:db8::/32)"},
		{&cnp,
		 "egress: [@{action: Accept, to: [{domainNames: [@a, @a..b, @-a.b, @'*a.b', "
		 "a.b]}]}]",
		 NULL,
		 "@2 error bad-domain" CNP TO
		 ".domainNames[0]: expected the name of a domain, found the "
		 "string \"a\" (such as example.com, or *.example.com for all below)\n"
		 "@3 error bad-domain" CNP TO
		 ".domainNames[1]: expected the name of a domain, found the "
		 "string \"a..b\" (such as example.com, or *.example.com for all below)\n"
		 "@4 error bad-domain" CNP TO
		 ".domainNames[2]: expected the name of a domain, found the "
		 "string \"-a.b\" (such as example.com, or *.example.com for all below)\n"
		 "@5 error bad-domain" CNP TO
		 ".domainNames[3]: expected the name of a domain, found the "
		 "string \"*a.b\" (such as example.com, or *.example.com for all below)\n"
		 "@1 warning domain-names" CNP
		 "spec.egress[0]: which addresses a name has is not known "
		 "here, so this rule is taken to match nothing (judge it by networks instead)"},
		{&cnp,
		 "egress: [@{action: Deny, to: [{nodes: {}}], protocols: [{destinationNamedPort: "
		 "web}]}]",
		 NULL,
		 "@1 error named-port-outside" CNP
		 "spec.egress[0]: a named port cannot go with networks, "
		 "nodes or domainNames (give the number, or make two rules)"},
	};

	cases_check(cases, WARD_ARRAY_SIZE(cases), false);
}

/* The limits of each kind are its own (B8.14). */
static void limits(void **state)
{
	static const struct {
		const struct kind *kind;
		uint32_t max;
	} kinds[] = {{&cnp, 25}, {&anp, 100}, {&banp, 100}};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(kinds); i++) {
		for (uint32_t n = kinds[i].max; n <= kinds[i].max + 1; n++) {
			char *text = NULL;
			size_t size;
			FILE *out = open_memstream(&text, &size);
			struct fixture fixture;

			fprintf(out, "ingress: [");
			for (uint32_t r = 0; r < n; r++)
				fprintf(out, "%s{action: Deny, from: [{namespaces: {}}]}",
					r ? ", " : "");
			fprintf(out, "]");
			fclose(out);
			fixture_init(&fixture, tables);
			spec_read(&fixture, kinds[i].kind, text);
			assert_int_equal(fixture_find(&fixture, kinds[i].kind->kind, NULL,
						      kinds[i].kind->name) != NULL,
					 n == kinds[i].max);
			fixture_done(&fixture);
			free(text);
		}
	}
}

/* Policies of one tier with one priority (B8.15, B9.8). */
static void ties(void **state)
{
	static const char text[] =
		"apiVersion: policy.networking.k8s.io/v1alpha2\n"
		"kind: ClusterNetworkPolicy\n"
		"metadata: {name: a}\n"
		"spec: {tier: Admin, priority: 7, subject: {namespaces: {}}}\n"
		"---\n"
		"apiVersion: policy.networking.k8s.io/v1alpha2\n"
		"kind: ClusterNetworkPolicy\n"
		"metadata: {name: b}\n"
		"spec: {tier: Baseline, priority: 7, subject: {namespaces: {}}}\n"
		"---\n"
		"@apiVersion: policy.networking.k8s.io/v1alpha1\n"
		"kind: AdminNetworkPolicy\n"
		"metadata: {name: c}\n"
		"spec: {priority: 7, subject: {namespaces: {}}}\n";
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml", text);
	ward_snapshot_complete(&fixture.snapshot);
	assert_diags(
		&fixture,
		"@1 warning tied-priority [AdminNetworkPolicy c] has priority 7, as "
		"ClusterNetworkPolicy a of the same tier; which of them goes first is not defined "
		"(give each policy of a tier a priority of its own; here the newer API goes first, "
		"then the name)");
	fixture_done(&fixture);
}

static void namespace(void **state)
{
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: policy.networking.k8s.io/v1alpha2\n"
		     "kind: ClusterNetworkPolicy\n"
		     "metadata: {name: p, namespace: @x}\n"
		     "spec: {tier: Admin, priority: 7, subject: {namespaces: {}}}\n");
	assert_diags(&fixture, "@1 warning cluster-scoped" CNP "metadata.namespace: a "
			       "ClusterNetworkPolicy belongs to no namespace; this has no effect "
			       "(remove it)");
	assert_non_null(fixture_find(&fixture, WARD_KIND_CLUSTERNETWORKPOLICY, NULL, "p"));
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(meaning),     cmocka_unit_test(unusable),
		cmocka_unit_test(like_server), cmocka_unit_test(refusals),
		cmocka_unit_test(limits),      cmocka_unit_test(ties),
		cmocka_unit_test(namespace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
