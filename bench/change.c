/* SPDX-License-Identifier: Apache-2.0 */
/* What one change costs the engine, in clusters of different size:
 *
 *     change SMALL.json [LARGER.json]...
 *
 * written by synth --style tenants, where a change concerns as much in a large cluster as in a
 * small one.  Timed are the puts, removes and the commit; every pod is a subject of interest.  Each
 * change is made 250 times, or as often as a second
 * allows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/load.h"
#include "cluster.h"
#include "policy/lower.h"

#define SECONDS_MAX 1.0

enum {
	TIMES = 250,
};

enum thing {
	POD,
	POD_RELABELLED,
	POD_NEW,
	NAMESPACE,
	NAMESPACE_RELABELLED,
	POLICY,
	POLICY_EDITED,
	POLICY_NEW,
	N_THING,
};

/* A change, and what takes it back; nothing twice is a removal. */
static const struct change {
	const char *name;
	enum thing to, back;
	bool removes; /* timed is the removal of @to, after it was put */
} changes[] = {
	{"pod added", POD_NEW, N_THING, false},
	{"pod removed", POD_NEW, N_THING, true},
	{"pod relabelled", POD_RELABELLED, POD, false},
	{"namespace relabelled", NAMESPACE_RELABELLED, NAMESPACE, false},
	{"policy added", POLICY_NEW, N_THING, false},
	{"policy edited", POLICY_EDITED, POLICY, false},
	{"policy removed", POLICY_NEW, N_THING, true},
};

#define POD_TEXT(name, role, ip)                                                                   \
	"{apiVersion: v1, kind: Pod, metadata: {namespace: ns-3, name: " name ", labels: {app: "   \
	"app-3, role: " role ", tier: web, version: v1}}, spec: {nodeName: node-3, "               \
	"serviceAccountName: app-3, containers: [{name: main, ports: [{name: http, "               \
	"containerPort: 8080}]}]}, status: {phase: Running, podIP: " ip "}}"
#define NAMESPACE_TEXT(tenant)                                                                     \
	"{apiVersion: v1, kind: Namespace, metadata: {name: ns-3, labels: {env: prod, team: "      \
	"data, tenant: " tenant "}}}"
#define POLICY_TEXT(name, port)                                                                    \
	"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: ns-3, "     \
	"name: " name "}, spec: {podSelector: {matchLabels: {role: cache}}, policyTypes: "         \
	"[Ingress], ingress: [{from: [{podSelector: {matchLabels: {role: backend}}}], ports: "     \
	"[{port: " port "}]}]}}"

static const char *const texts[N_THING] = {
	[POD] = POD_TEXT("changing", "backend", "10.99.0.1"),
	[POD_RELABELLED] = POD_TEXT("changing", "db", "10.99.0.1"),
	[POD_NEW] = POD_TEXT("new", "backend", "10.99.0.2"),
	[NAMESPACE] = NAMESPACE_TEXT("t-0"),
	[NAMESPACE_RELABELLED] = NAMESPACE_TEXT("t-1"),
	[POLICY] = POLICY_TEXT("changing", "6379"),
	[POLICY_EDITED] = POLICY_TEXT("changing", "6380"),
	[POLICY_NEW] = POLICY_TEXT("new", "6381"),
};

struct bench {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot cluster, things[N_THING];
	struct ward_engine *engine;
};

static const struct ward_object *thing(const struct bench *bench, enum thing thing)
{
	return bench->things[thing].objects.items[0];
}

static void thing_remove(struct bench *bench, enum thing what)
{
	const struct ward_object *object = thing(bench, what);

	ward_engine_remove(bench->engine, object->kind, object->ns, object->name);
}

static void thing_put(struct bench *bench, enum thing what)
{
	_cleanup_(ward_policies_done) struct ward_policies policies = {};
	const struct ward_object *object = thing(bench, what);
	const struct ward_lowering lowering = {.symbols = &bench->symbols};

	ward_lower(&lowering, object, &policies);
	if (!policies.list.n) {
		ward_engine_put(bench->engine, object);
		return;
	}
	thing_remove(bench, what);
	for (uint32_t i = 0; i < policies.list.n; i++)
		ward_engine_put_policy(bench->engine, TAKE_PTR(policies.list.items[i]));
}

static double put_seconds(struct bench *bench, enum thing what)
{
	double begin = bench_now();

	thing_put(bench, what);
	ward_engine_commit(bench->engine);
	return bench_now() - begin;
}

static double remove_seconds(struct bench *bench, enum thing what)
{
	double begin = bench_now();

	thing_remove(bench, what);
	ward_engine_commit(bench->engine);
	return bench_now() - begin;
}

/* Makes the change, takes it back, and returns what is to be timed. */
static double change_seconds(struct bench *bench, const struct change *change)
{
	double there = put_seconds(bench, change->to), back;

	if (change->back == N_THING)
		back = remove_seconds(bench, change->to);
	else
		back = put_seconds(bench, change->back);
	return change->removes ? back : there;
}

static int seconds_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Prints a line and returns the median. */
static double measure(struct bench *bench, const struct change *change, double first)
{
	double begin = bench_now(), seconds[TIMES];
	uint32_t n = 0;

	change_seconds(bench, change);
	while (n < TIMES && (n < 3 || bench_now() - begin < SECONDS_MAX))
		seconds[n++] = change_seconds(bench, change);
	qsort(seconds, n, sizeof(*seconds), seconds_cmp);
	printf("  %-22s %10.1f us, p99 %10.1f us, %3u times", change->name, seconds[n / 2] * 1e6,
	       seconds[n * 99 / 100] * 1e6, n);
	if (first > 0)
		printf(", %.2f x", seconds[n / 2] / first);
	printf("\n");
	return seconds[n / 2];
}

static void bench_begin(struct bench *bench, const char *path)
{
	*bench = (struct bench){};
	ward_symbols_init(&bench->symbols);
	ward_snapshot_init(&bench->cluster, &bench->symbols, &bench->diags);
	bench_read_file(&bench->cluster, path);
	for (int i = 0; i < N_THING; i++) {
		ward_snapshot_init(&bench->things[i], &bench->symbols, &bench->diags);
		bench_read_text(&bench->things[i], texts[i]);
	}
	bench->engine = ward_engine_load(&bench->cluster, WARD_NONE);
	thing_put(bench, POD);
	thing_put(bench, NAMESPACE);
	thing_put(bench, POLICY);
	ward_engine_commit(bench->engine);
}

static void bench_end(struct bench *bench)
{
	ward_engine_free(bench->engine);
	for (int i = 0; i < N_THING; i++)
		ward_snapshot_done(&bench->things[i]);
	ward_snapshot_done(&bench->cluster);
	ward_diags_done(&bench->diags);
	ward_symbols_done(&bench->symbols);
}

/* @medians are those of the first cluster, and filled by it. */
static void cluster_measure(const char *path, bool is_first, double *medians)
{
	const struct ward_tables *tables;
	struct bench bench;

	bench_begin(&bench, path);
	tables = ward_engine_tables(bench.engine);
	printf("%u pods, %u policies, %u identities:\n", tables->n_endpoints, tables->n_policies,
	       tables->n_identities);
	for (size_t i = 0; i < WARD_ARRAY_SIZE(changes); i++) {
		double median = measure(&bench, &changes[i], is_first ? 0 : medians[i]);

		if (is_first)
			medians[i] = median;
		fflush(stdout);
	}
	bench_end(&bench);
}

int main(int argc, char **argv)
{
	double medians[WARD_ARRAY_SIZE(changes)];

	if (argc < 2) {
		fprintf(stderr, "usage: change SMALL.json [LARGER.json]...\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		cluster_measure(argv[i], i == 1, medians);
	return 0;
}
