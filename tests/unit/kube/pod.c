/* SPDX-License-Identifier: Apache-2.0 */
/* Pods, workloads, Services, nodes and namespaces. */
#include "fixture.h"

#include "kube/pod.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};

static void ips_dump(FILE *out, uint32_t n, const struct ward_ip *ips)
{
	char text[WARD_IP_TEXT];

	for (uint32_t i = 0; i < n; i++)
		fprintf(out, " %s", ward_ip_str(ips[i], text));
}

static void labels_dump(FILE *out, const struct fixture *fixture, struct ward_labels labels)
{
	for (uint32_t i = 0; i < labels.n; i++)
		fprintf(out, " %s=%s", fixture_str(fixture, labels.items[i].key),
			fixture_str(fixture, labels.items[i].value));
}

/* "x/w Pod of Deployment d ×1 a=b sa=default node=n host finished 10.0.0.1 TCP:80(http)" */
static char *pod_dump(const struct fixture *fixture, const struct ward_pod *pod)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "%s/%s %s", fixture_str(fixture, pod->object.ns),
		fixture_str(fixture, pod->object.name), ward_kind_str(pod->object.kind));
	if (pod->owner_kind != pod->object.kind || pod->owner != pod->object.name)
		fprintf(out, " of %s %s", ward_kind_str(pod->owner_kind),
			fixture_str(fixture, pod->owner));
	fprintf(out, " ×%u", pod->replicas);
	labels_dump(out, fixture, pod->labels);
	fprintf(out, " sa=%s node=%s%s%s", fixture_str(fixture, pod->service_account),
		fixture_str(fixture, pod->node), pod->host_network ? " host" : "",
		pod->finished ? " finished" : "");
	ips_dump(out, pod->n_ips, pod->ips);
	for (uint32_t i = 0; i < pod->n_ports; i++)
		fprintf(out, " %s:%u(%s)", ward_proto_str(pod->ports[i].proto),
			pod->ports[i].number, fixture_str(fixture, pod->ports[i].name));
	fclose(out);
	return text;
}

static const struct ward_pod *only_pod(const struct fixture *fixture)
{
	for (uint32_t i = 0; i < fixture->snapshot.objects.n; i++) {
		struct ward_object *object = fixture->snapshot.objects.items[i];

		if (object && ward_kind_is_pod(object->kind))
			return (struct ward_pod *)object;
	}
	return NULL;
}

static void pods(void **state)
{
	static const struct {
		const char *text, *dump, *diags;
	} cases[] = {
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: x}\nspec: {}\n",
		 "x/w Pod ×1 sa=default node=-", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w, labels: {a: b}}\n"
		 "spec: {nodeName: n1, hostNetwork: true, serviceAccountName: robot, unheard: of}\n"
		 "status: {phase: Running, podIP: 10.0.0.1, podIPs: [{ip: 10.0.0.1}, {ip: "
		 "'fd00::1'}]}\n",
		 "default/w Pod ×1 a=b sa=robot node=n1 host 10.0.0.1 fd00::1", ""},
		/* A13.4 */
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {serviceAccount: old}\n"
		 "status: {phase: Succeeded, podIP: 10.0.0.1}\n",
		 "default/w Pod ×1 sa=old node=- finished 10.0.0.1", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {nodeName: ''}\n"
		 "status: {phase: Failed, podIP: '', podIPs: []}\n",
		 "default/w Pod ×1 sa=default node=- finished", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {}\n"
		 "status: {podIP: @nonsense}\n",
		 "default/w Pod ×1 sa=default node=-",
		 "@1 warning bad-address [Pod default/w] status.podIP: nonsense is no IP address, "
		 "left out"},
		/* A9.7, A9.9: all containers, sidecars too, plain init containers not */
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec:\n"
		 "  containers:\n"
		 "  - ports: [{name: web, containerPort: 80}, {containerPort: 53, protocol: UDP}]\n"
		 "  - ports: [{name: web, containerPort: 8080}, {name: web, containerPort: 80}]\n"
		 "  - {}\n"
		 "  initContainers:\n"
		 "  - {ports: [{name: init, containerPort: 1}]}\n"
		 "  - {restartPolicy: Always, ports: [{name: side, containerPort: 2}]}\n",
		 "default/w Pod ×1 sa=default node=- TCP:80(web) TCP:8080(web) TCP:2(side) "
		 "UDP:53(-)",
		 ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {generateName: w-}\nspec: {}\n",
		 "default/w-* Pod ×1 sa=default node=-", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w, ownerReferences: [{apiVersion: "
		 "v1, kind: Node, name: n, controller: true}]}\nspec: {}\n",
		 "default/w Pod ×1 sa=default node=-", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w, ownerReferences: [{apiVersion: "
		 "batch.example.com/v1, kind: Job, name: n, controller: true}]}\nspec: {}\n",
		 "default/w Pod ×1 sa=default node=-", ""},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w, ownerReferences: [{apiVersion: "
		 "batch/v1, kind: Job, name: n}, {apiVersion: apps/v1, kind: StatefulSet, name: s, "
		 "controller: true}]}\nspec: {}\n",
		 "default/w Pod of StatefulSet s ×1 sa=default node=-", ""},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", cases[i].text);
		assert_diags(&fixture, cases[i].diags);
		_cleanup_free_ char *dump = pod_dump(&fixture, only_pod(&fixture));
		assert_string_equal(dump, cases[i].dump);
		fixture_done(&fixture);
	}
}

#define TEMPLATE                                                                                   \
	"template: {metadata: {labels: {a: b}}, spec: {hostNetwork: true, containers: [{ports: "   \
	"[{containerPort: 80}]}]}}"

static void workloads(void **state)
{
	static const struct {
		const char *version, *kind, *spec, *replicas;
	} cases[] = {
		{"apps/v1", "Deployment", "{replicas: 3, " TEMPLATE "}", "3"},
		{"apps/v1", "Deployment", "{" TEMPLATE "}", "1"},
		{"apps/v1", "Deployment", "{replicas: 0, " TEMPLATE "}", "0"},
		{"apps/v1beta2", "StatefulSet", "{replicas: 2, " TEMPLATE "}", "2"},
		{"extensions/v1beta1", "DaemonSet", "{" TEMPLATE "}", "1"},
		{"apps/v1", "ReplicaSet", "{" TEMPLATE "}", "1"},
		{"v1", "ReplicationController", "{replicas: 4, selector: {a: b}, " TEMPLATE "}",
		 "4"},
		{"batch/v1", "Job", "{parallelism: 5, " TEMPLATE "}", "5"},
		{"batch/v1beta1", "CronJob",
		 "{jobTemplate: {spec: {parallelism: 6, " TEMPLATE "}}}", "6"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text =
			ward_format("apiVersion: %s\nkind: %s\n"
				    "metadata: {name: w, namespace: x, labels: {not: this}}\n"
				    "spec: %s\nstatus: {replicas: 9}\n",
				    cases[i].version, cases[i].kind, cases[i].spec);
		_cleanup_free_ char *expected =
			ward_format("x/w %s ×%s a=b sa=default node=- host TCP:80(-)",
				    cases[i].kind, cases[i].replicas);
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", text);
		assert_diags(&fixture, "");
		_cleanup_free_ char *dump = pod_dump(&fixture, only_pod(&fixture));
		assert_string_equal(dump, expected);
		fixture_done(&fixture);
	}
}

static void refusals(void **state)
{
	static const struct {
		const char *text, *diags;
	} cases[] = {
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\nspec: @{}\n",
		 "@1 error no-template [Deployment default/w] spec.template: expected a pod "
		 "template, found nothing"},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\n"
		 "spec: {template: {metadata: {labels: {version: @1.2}}}}\n",
		 "@1 error wrong-type [Deployment default/w] "
		 "spec.template.metadata.labels.version: "
		 "expected a string, found the number 1.2 (put it in quotes: \"1.2\")"},
		{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\n"
		 "spec: {replicas: @'3', template: {}}\n",
		 "@1 error wrong-type [Deployment default/w] spec.replicas: expected an integer "
		 "0–2147483647, found the string \"3\" (write replicas: 3 without quotes)"},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\nspec: {hostNetwork: @'true'}\n",
		 "@1 error wrong-type [Pod default/w] spec.hostNetwork: expected a boolean, found "
		 "the string \"true\" (remove the quotes)"},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\n"
		 "spec: {containers: [{ports: [{containerPort: @'80'}, @{name: http}]}]}\n",
		 "@1 error wrong-type [Pod default/w] spec.containers[0].ports[0].containerPort: "
		 "expected an integer 1–65535, found the string \"80\" (write containerPort: 80 "
		 "without quotes)\n"
		 "@2 error bad-port [Pod default/w] spec.containers[0].ports[1].containerPort: "
		 "expected an integer 1–65535, found nothing"},
		{"apiVersion: v1\nkind: Pod\nmetadata: {name: w}\n"
		 "spec: {containers: [{ports: [{containerPort: 80, name: @'80'}]}]}\n",
		 "@1 error bad-port-name [Pod default/w] spec.containers[0].ports[0].name: "
		 "expected "
		 "a port name, found the string \"80\" (a port name has at most 15 of a-z, 0-9 and "
		 "'-', at least one of them a letter)"},
		{"apiVersion: v1\nkind: Pod\nmetadata: @x\nspec: @[]\n",
		 "@1 error wrong-type [Pod] metadata: expected a map, found the string \"x\"\n"
		 "@1 error no-name [Pod] metadata.name: expected a name, found nothing (give the "
		 "object a name)\n"
		 "@2 error wrong-type [Pod] spec: expected a map, found a list"},
		{"apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
		 "spec: {selector: @[], ports: [@{targetPort: 80}, {port: @99999}]}\n",
		 "@1 error wrong-type [Service default/s] spec.selector: expected a map, found a "
		 "list\n"
		 "@2 error bad-port [Service default/s] spec.ports[0].port: expected an integer "
		 "1–65535, found nothing\n"
		 "@3 error out-of-range [Service default/s] spec.ports[1].port: expected an "
		 "integer 1–65535, found the integer 99999"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", cases[i].text);
		assert_diags(&fixture, cases[i].diags);
		assert_int_equal(fixture.snapshot.objects.n, 0);
		fixture_done(&fixture);
	}
}

/* A4.7 */
static void namespaces(void **state)
{
	static const struct {
		const char *labels, *diags;
	} cases[] = {
		{"{}", ""},
		{"{@kubernetes.io/metadata.name: prod}", ""},
		{"@{kubernetes.io/metadata.name: dev}",
		 "@1 warning metadata-name [Namespace prod] metadata.labels: "
		 "kubernetes.io/metadata.name is dev, but is always the namespace's own name, prod "
		 "(remove this label; the API server sets it)"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *text = ward_format(
			"apiVersion: v1\nkind: Namespace\nmetadata: {name: prod, labels: %s}\n",
			cases[i].labels);
		struct ward_namespace *ns;
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", text);
		assert_diags(&fixture, cases[i].diags);
		ns = fixture_find(&fixture, WARD_KIND_NAMESPACE, NULL, "prod");
		assert_non_null(ns);
		assert_int_equal(ns->labels.n, 1);
		assert_int_equal(ward_labels_get(ns->labels, WARD_SYM_METADATA_NAME),
				 fixture_sym(&fixture, "prod"));
		fixture_done(&fixture);
	}
}

/* E26: every address that parses; a namespace in the metadata of a node means nothing. */
static void nodes(void **state)
{
	struct ward_node_object *node;
	struct fixture fixture;
	char text[WARD_IP_TEXT];

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: v1\nkind: Node\nmetadata: {name: n1, namespace: x, labels: {a: "
		     "b}}\nstatus:\n  addresses:\n"
		     "  - {type: InternalIP, address: 192.168.0.1}\n"
		     "  - {type: Hostname, address: n1}\n"
		     "  - {type: ExternalIP, address: 'fd00::1'}\n");
	assert_diags(&fixture, "");
	node = fixture_find(&fixture, WARD_KIND_NODE, NULL, "n1");
	assert_non_null(node);
	assert_int_equal(node->labels.n, 1);
	assert_int_equal(node->n_ips, 2);
	assert_string_equal(ward_ip_str(node->ips[0], text), "192.168.0.1");
	assert_string_equal(ward_ip_str(node->ips[1], text), "fd00::1");
	fixture_done(&fixture);
}

static void services(void **state)
{
	struct ward_service *service;
	struct fixture fixture;
	char text[64];

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n"
		     "  selector: {app: web}\n  clusterIP: 10.96.0.1\n"
		     "  ports:\n  - {port: 80, targetPort: http, name: web}\n"
		     "  - {port: 53, protocol: UDP}\n  - {port: 81, targetPort: 8081}\n"
		     "---\n"
		     "apiVersion: v1\nkind: Service\nmetadata: {name: headless}\n"
		     "spec: {clusterIP: None, type: ClusterIP, selector: {}}\n");
	assert_diags(&fixture, "");
	service = fixture_find(&fixture, WARD_KIND_SERVICE, "default", "s");
	assert_non_null(service);
	assert_true(service->has_selector);
	ward_selector_print(&service->selector, &fixture.symbols, text, sizeof(text));
	assert_string_equal(text, "app=web");
	assert_string_equal(fixture_str(&fixture, service->type), "ClusterIP");
	assert_int_equal(service->n_ips, 1);
	assert_int_equal(service->n_ports, 3);
	assert_string_equal(fixture_str(&fixture, service->ports[0].target_name), "http");
	assert_int_equal(service->ports[1].target_name, WARD_NONE);
	assert_int_equal(service->ports[1].target_number, 53);
	assert_int_equal(service->ports[1].proto, WARD_UDP);
	assert_int_equal(service->ports[2].target_number, 8081);
	service = fixture_find(&fixture, WARD_KIND_SERVICE, "default", "headless");
	assert_int_equal(service->n_ips, 0);
	assert_false(service->has_selector);
	fixture_done(&fixture);
}

/* What a node does for a Service. */
static void service_ways(void **state)
{
	struct ward_service *service;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: v1\nkind: Service\nmetadata: {name: plain}\n"
		     "spec: {ports: [{port: 80}]}\n"
		     "---\n"
		     "apiVersion: v1\nkind: Service\nmetadata: {name: all}\nspec:\n"
		     "  type: NodePort\n  externalTrafficPolicy: Local\n"
		     "  internalTrafficPolicy: Local\n  ipFamilyPolicy: PreferDualStack\n"
		     "  ipFamilies: [IPv6, IPv4]\n  ports: [{port: 80, nodePort: 30080}]\n");
	assert_diags(&fixture, "");
	service = fixture_find(&fixture, WARD_KIND_SERVICE, "default", "plain");
	assert_false(service->by_nodes || service->keeps_source || service->keeps_to_node ||
		     service->prefers_dual);
	assert_int_equal(service->n_families, 0);
	assert_int_equal(service->ports[0].node_port, 0);
	service = fixture_find(&fixture, WARD_KIND_SERVICE, "default", "all");
	assert_true(service->by_nodes && service->keeps_source && service->keeps_to_node &&
		    service->prefers_dual);
	assert_int_equal(service->n_families, 2);
	assert_int_equal(service->families[0], WARD_FAMILY_6);
	assert_int_equal(service->families[1], WARD_FAMILY_4);
	assert_int_equal(service->ports[0].node_port, 30080);
	fixture_done(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pods),		cmocka_unit_test(workloads),
		cmocka_unit_test(refusals),	cmocka_unit_test(namespaces),
		cmocka_unit_test(nodes),	cmocka_unit_test(services),
		cmocka_unit_test(service_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
