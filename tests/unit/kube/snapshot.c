/* SPDX-License-Identifier: Apache-2.0 */
/* Dispatch, duplicates, and what is said when everything has been read. */
#include "fixture.h"

#include "kube/pod.h"

static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};

/* "Deployment x/web, Pod x/web-1": what is there, in order. */
static char *objects_dump(const struct fixture *fixture)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	const char *comma = "";

	for (uint32_t i = 0; i < fixture->snapshot.objects.n; i++) {
		const struct ward_object *object = fixture->snapshot.objects.items[i];

		if (!object || object->kind == WARD_KIND_NAMESPACE)
			continue;
		fprintf(out, "%s%s %s", comma, ward_kind_str(object->kind),
			fixture_str(fixture, object->name));
		comma = ", ";
	}
	fclose(out);
	return text;
}

static void dispatch(void **state)
{
	static const struct {
		const char *text, *diags;
		uint32_t n_skipped;
	} cases[] = {
		{"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n", "", 1},
		{"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n"
		 "metadata: {name: p, namespace: x}\n",
		 "1:1 warning foreign-policy [CiliumNetworkPolicy x/p] a policy of cilium.io/v2, "
		 "which "
		 "Ward does not judge: every answer is without it (where it is enforced, trust an "
		 "answer only if this policy changes nothing for it)",
		 1},
		{"apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\n",
		 "1:1 warning foreign-policy [NetworkPolicy] a policy of crd.projectcalico.org/v1, "
		 "which Ward does not judge: every answer is without it (where it is enforced, "
		 "trust "
		 "an answer only if this policy changes nothing for it)",
		 1},
		{"apiVersion: cilium.io/v2\nkind: CiliumIdentity\n", "", 1},
		{"apiVersion: serving.knative.dev/v1\nkind: Service\n", "", 1},
		{"apiVersion: apps.kruise.io/v1beta1\nkind: StatefulSet\n", "", 1},
		{"apiVersion: networking.k8s.io/v1\nkind: Ingress\n", "", 1},
		{"apiVersion: apps/v1\nkind: ControllerRevision\n", "", 1},
		{"apiVersion: v1\nkind: PodTemplate\n", "", 1},
		{"apiVersion: v1\nkind: Endpoints\n", "", 1},
		{"--- # nothing\n---\napiVersion: v1\nkind: Secret\n", "", 1},
		{"apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: p}\n",
		 "1:1 error old-version [NetworkPolicy default/p] extensions/v1beta1 NetworkPolicy "
		 "is gone since Kubernetes 1.16 (write apiVersion: networking.k8s.io/v1)",
		 0},
		{"apiVersion: v1\nkind: NetworkPolicy\nmetadata: {name: p}\n",
		 "1:1 error unknown-kind [NetworkPolicy] apiVersion v1 has no kind NetworkPolicy "
		 "(write apiVersion: networking.k8s.io/v1)",
		 0},
		{"apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy\n",
		 "1:1 error unknown-kind [NetworkPolicy] apiVersion networking.k8s.io/v1beta1 has "
		 "no kind NetworkPolicy (write apiVersion: networking.k8s.io/v1)",
		 0},
		{"apiVersion: networking.k8s.oi/v1\nkind: NetworkPolicy\n",
		 "1:1 error unknown-kind [NetworkPolicy] apiVersion networking.k8s.oi/v1 has no "
		 "kind NetworkPolicy (write apiVersion: networking.k8s.io/v1)",
		 0},
		{"apiVersion: v1\nkind: Deployment\n",
		 "1:1 error unknown-kind [Deployment] apiVersion v1 has no kind Deployment (write "
		 "apiVersion: apps/v1)",
		 0},
		{"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicies\n",
		 "1:1 error unknown-kind [NetworkPolicies] apiVersion networking.k8s.io/v1 has no "
		 "kind NetworkPolicies (did you mean kind: NetworkPolicy?)",
		 0},
		{"apiVersion: policy.networking.k8s.io/v1alpha1\nkind: ClusterNetworkPolicy\n",
		 "1:1 error unknown-kind [ClusterNetworkPolicy] apiVersion "
		 "policy.networking.k8s.io/v1alpha1 has no kind ClusterNetworkPolicy (write "
		 "apiVersion: policy.networking.k8s.io/v1alpha2)",
		 0},
		{"[a]\n",
		 "1:1 error not-an-object expected a Kubernetes object, found a list "
		 "(every Kubernetes object begins with apiVersion and kind)",
		 0},
		{"kind: Pod\n",
		 "1:1 error not-an-object expected a Kubernetes object, found a map without "
		 "apiVersion (every Kubernetes object begins with apiVersion and kind)",
		 0},
		{"apiVersion: v1\nkind: ''\n",
		 "1:1 error not-an-object expected a Kubernetes object, found a map without kind "
		 "(every Kubernetes object begins with apiVersion and kind)",
		 0},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", cases[i].text);
		assert_diags(&fixture, cases[i].diags);
		assert_int_equal(fixture.snapshot.n_skipped, cases[i].n_skipped);
		assert_int_equal(fixture.snapshot.objects.n, 0);
		fixture_done(&fixture);
	}
}

/* A14.15: the later one wins, and both places are named. */
static void duplicates(void **state)
{
	static const char pod[] = "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\n"
				  "spec: {nodeName: %s}\n";
	_cleanup_free_ char *first = ward_format(pod, "one");
	_cleanup_free_ char *second = ward_format(pod, "two");
	struct ward_pod *found;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "a.yaml", first);
	fixture_read(&fixture, "b.yaml", second);
	fixture_read(&fixture, "c.yaml",
		     "apiVersion: v1\nkind: Pod\nmetadata: {name: w, namespace: other}\n");
	assert_diags(&fixture, "1:1 warning duplicate-object [Pod default/w] already defined in "
			       "a.yaml:1:1; this later one replaces it (remove one of the two)");
	found = fixture_find(&fixture, WARD_KIND_POD, "default", "w");
	assert_string_equal(fixture_str(&fixture, found->node), "two");
	assert_int_equal(fixture.snapshot.objects.n, 2);
	fixture_done(&fixture);
}

/* Objects that the server is to name are never the same object. */
static void generated_names(void **state)
{
	static const char job[] = "apiVersion: batch/v1\nkind: Job\nmetadata: {generateName: j-}\n"
				  "spec: {template: {}}\n";
	struct fixture fixture;

	fixture_init(&fixture, tables);
	for (int i = 0; i < 3; i++)
		fixture_read(&fixture, "in.yaml", job);
	assert_diags(&fixture, "");
	_cleanup_free_ char *dump = objects_dump(&fixture);
	assert_string_equal(dump, "Job j-*, Job j-*2, Job j-*3");
	fixture_done(&fixture);
}

static void removal(void **state)
{
	struct fixture fixture;
	ward_sym ns, name;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\n");
	ns = fixture_sym(&fixture, "default");
	name = fixture_sym(&fixture, "w");
	assert_false(ward_snapshot_remove(&fixture.snapshot, WARD_KIND_NODE, ns, name));
	assert_true(ward_snapshot_remove(&fixture.snapshot, WARD_KIND_POD, ns, name));
	assert_false(ward_snapshot_remove(&fixture.snapshot, WARD_KIND_POD, ns, name));
	assert_null(ward_snapshot_find(&fixture.snapshot, WARD_KIND_POD, ns, name));
	fixture_read(&fixture, "in.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: w}\n");
	assert_diags(&fixture, "");
	assert_non_null(ward_snapshot_find(&fixture.snapshot, WARD_KIND_POD, ns, name));
	fixture_done(&fixture);
}

static void default_namespace(void **state)
{
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture.decode.default_ns = ward_symbol(&fixture.symbols, "shop");
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n"
		     "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x}\n---\n"
		     "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n");
	assert_non_null(fixture_find(&fixture, WARD_KIND_POD, "shop", "a"));
	assert_non_null(fixture_find(&fixture, WARD_KIND_POD, "x", "b"));
	assert_non_null(fixture_find(&fixture, WARD_KIND_NODE, NULL, "n1"));
	fixture_done(&fixture);
}

/* A4.9 */
static void implied_namespaces(void **state)
{
	struct ward_namespace *ns;
	struct fixture fixture;

	fixture_init(&fixture, tables);
	fixture_read(&fixture, "in.yaml",
		     "apiVersion: v1\nkind: Namespace\nmetadata: {name: known}\n---\n"
		     "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: known}\n---\n"
		     "@apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: unknown}\n---\n"
		     "apiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: unknown}\n");
	ward_snapshot_complete(&fixture.snapshot);
	assert_diags(&fixture,
		     "@1 note implied-namespace [Namespace unknown] not in the input; taken to "
		     "exist with kubernetes.io/metadata.name as its only label (add the Namespace "
		     "if selectors or environments look at its labels)");
	ns = fixture_find(&fixture, WARD_KIND_NAMESPACE, NULL, "unknown");
	assert_non_null(ns);
	assert_int_equal(ns->labels.n, 1);
	assert_int_equal(ward_labels_get(ns->labels, WARD_SYM_METADATA_NAME), ns->object.name);
	fixture_done(&fixture);
}

#define META(name, more) "metadata: {name: " name ", namespace: x" more "}\n"
#define OWNED(version, kind, name)                                                                 \
	", ownerReferences: [{apiVersion: " version ", kind: " kind ", name: " name                \
	", controller: true}]"
#define DEPLOYMENT(name)                                                                           \
	"---\napiVersion: apps/v1\nkind: Deployment\n" META(name, "") "spec: {template: {}}\n"
#define REPLICASET(name, replicas, owner)                                                          \
	"---\napiVersion: apps/v1\nkind: ReplicaSet\n" META(                                       \
		name, OWNED("apps/v1", "Deployment", owner)) "spec: {replicas: " replicas          \
							     ", template: {}}\n"
#define POD(name, more) "---\napiVersion: v1\nkind: Pod\n" META(name, more) "spec: {}\n"
#define HASH(hash) ", labels: {pod-template-hash: " hash "}"

/* Owners are resolved; workloads give way to their pods. */
static void owners(void **state)
{
	static const struct {
		const char *text, *dump, *pod, *owner; /* owner of the pod named */
	} cases[] = {
		{DEPLOYMENT("web"), "Deployment web", NULL, NULL},
		{POD("lone", ""), "Pod lone", "lone", "Pod lone"},
		/* The ReplicaSet is here: through it. */
		{DEPLOYMENT("web") REPLICASET("web-1", "1", "web")
			 POD("web-1-a", OWNED("apps/v1", "ReplicaSet", "web-1")),
		 "Pod web-1-a", "web-1-a", "Deployment web"},
		/* In any order of reading. */
		{POD("web-1-a", OWNED("apps/v1", "ReplicaSet", "web-1"))
			 REPLICASET("web-1", "1", "web") DEPLOYMENT("web"),
		 "Pod web-1-a", "web-1-a", "Deployment web"},
		/* It is not: by the hash. */
		{DEPLOYMENT("web")
			 POD("web-5d9c-a", OWNED("apps/v1", "ReplicaSet", "web-5d9c") HASH("5d9c")),
		 "Pod web-5d9c-a", "web-5d9c-a", "Deployment web"},
		{POD("web-5d9c-a", OWNED("apps/v1", "ReplicaSet", "web-5d9c") HASH("9c")),
		 "Pod web-5d9c-a", "web-5d9c-a", "ReplicaSet web-5d9c"},
		{POD("5d9c-a", OWNED("apps/v1", "ReplicaSet", "-5d9c") HASH("5d9c")), "Pod 5d9c-a",
		 "5d9c-a", "ReplicaSet -5d9c"},
		{POD("web-a", OWNED("apps/v1", "ReplicaSet", "web")), "Pod web-a", "web-a",
		 "ReplicaSet web"},
		/* A ReplicaSet counts as its Deployment; old revisions stand for nothing. */
		{DEPLOYMENT("web") REPLICASET("web-1", "0", "web") REPLICASET("web-2", "1", "web"),
		 "Deployment web", NULL, NULL},
		{REPLICASET("web-1", "0", "web") REPLICASET("web-2", "1", "web"),
		 "ReplicaSet web-2", "web-2", "Deployment web"},
		/* Only the pods' own workload gives way. */
		{DEPLOYMENT("web") DEPLOYMENT("db")
			 POD("web-1-a", OWNED("apps/v1", "ReplicaSet", "web-1") HASH("\"1\"")),
		 "Deployment db, Pod web-1-a", "web-1-a", "Deployment web"},
		/* Finished pods are no live pods. */
		{"apiVersion: batch/v1\nkind: Job\n" META("j", "") "spec: {template: {}}\n" POD(
			 "j-a", OWNED("batch/v1", "Job", "j")) "status: {phase: Succeeded}\n",
		 "Job j, Pod j-a", "j-a", "Job j"},
		{"apiVersion: batch/v1\nkind: CronJob\n" META(
			 "c", "") "spec: {jobTemplate: {spec: {template: {}}}}\n"
				  "---\napiVersion: batch/v1\nkind: Job\n" META(
					  "c-1", OWNED("batch/v1", "CronJob", "c")) "spec: "
										    "{template: "
										    "{}}\n",
		 "CronJob c", NULL, NULL},
		/* An owner that names itself ends the walk. */
		{REPLICASET("loop", "1",
			    "loop") "---\napiVersion: apps/v1\nkind: "
				    "ReplicaSet\n" META("self",
							OWNED("apps/v1", "ReplicaSet",
							      "self")) "spec: {template: {}}\n",
		 "ReplicaSet loop, ReplicaSet self", "self", "ReplicaSet self"},
	};

	for (size_t i = 0; i < WARD_ARRAY_SIZE(cases); i++) {
		struct fixture fixture;

		fixture_init(&fixture, tables);
		fixture_read(&fixture, "in.yaml", cases[i].text);
		ward_snapshot_complete(&fixture.snapshot);
		assert_false(ward_diags_has_errors(&fixture.diags));
		_cleanup_free_ char *dump = objects_dump(&fixture);
		assert_string_equal(dump, cases[i].dump);
		for (uint32_t k = 0; cases[i].pod && k < fixture.snapshot.objects.n; k++) {
			struct ward_pod *pod = (void *)fixture.snapshot.objects.items[k];

			if (!pod || pod->object.name != fixture_sym(&fixture, cases[i].pod))
				continue;
			_cleanup_free_ char *owner =
				ward_format("%s %s", ward_kind_str(pod->owner_kind),
					    fixture_str(&fixture, pod->owner));
			assert_string_equal(owner, cases[i].owner);
		}
		fixture_done(&fixture);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dispatch),
		cmocka_unit_test(duplicates),
		cmocka_unit_test(generated_names),
		cmocka_unit_test(removal),
		cmocka_unit_test(default_namespace),
		cmocka_unit_test(implied_namespaces),
		cmocka_unit_test(owners),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
