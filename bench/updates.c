/* SPDX-License-Identifier: Apache-2.0 */
/* What one change costs a node, from the put to the store that switches its packets over, in
 * clusters of different size:
 *
 *     updates SMALL.json [LARGER.json]...
 *
 * written by synth --style tenants.  The node is node-3, the image is the kernel's, and all that
 * the agent of a node does in a commit is in it: lowering, engine, legend, image.  Each change is
 * made and taken back 250 times with no grace period pending; beside it, in the same run, stands
 * what one update of a BPF hash map with one element costs, which says nothing of how it got there.
 *
 * Then changes come without a pause, and at random moments at a rate: what is told is from the
 * moment that a change comes to the store, the grace period of the commit before included, which
 * is how late the last packet of the old version is.  Needs root; without it says so and exits 77.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>

#include "../tests/bpf/net.h"
#include "agent/agent.h"
#include "agent/legend.h"
#include "agent/put.h"
#include "analysis/load.h"
#include "cluster.h"
#include "datapath/datapath.h"
#include "datapath/grace.h"
#include "datapath/program.h"
#include "image/addresses.h"
#include "image/image.h"

enum {
	TIMES = 250,
	HEAP_LINES = 1 << 16,
	SECONDS = 3,
	LATE_MAX = 1 << 16,
};

#define POD_TEXT(node, name, role, ip)                                                             \
	"{apiVersion: v1, kind: Pod, metadata: {namespace: ns-3, name: " name ", labels: {app: "   \
	"app-3, role: " role ", tier: web, version: v1}}, spec: {nodeName: " node ", "             \
	"serviceAccountName: app-3, containers: [{name: main, ports: [{name: http, "               \
	"containerPort: 8080}]}]}, status: {phase: Running, podIP: " ip "}}"
#define POLICY_TEXT(ns, name, role, port)                                                          \
	"{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {namespace: " ns ", "   \
	"name: " name "}, spec: {podSelector: {matchLabels: {role: " role "}}, policyTypes: "      \
	"[Ingress], ingress: [{from: [{podSelector: {matchLabels: {role: frontend}}}], ports: "    \
	"[{port: " port "}]}]}}"

/* Two versions of an object, or one that is not always there. */
static const struct change {
	const char *name, *back; /* of the way there, and of the way back; NULL: like the former */
	const char *to, *from;	 /* from NULL: nothing */
} changes[] = {
	{"pod elsewhere added", "pod elsewhere removed",
	 POD_TEXT("node-4", "new-4", "backend", "10.99.0.1"), NULL},
	{"pod elsewhere relabelled", NULL, POD_TEXT("node-4", "pod-4", "db", "10.99.0.2"),
	 POD_TEXT("node-4", "pod-4", "backend", "10.99.0.2")},
	{"pod here added", "pod here removed", POD_TEXT("node-3", "new-3", "backend", "10.99.0.3"),
	 NULL},
	{"pod here relabelled", NULL, POD_TEXT("node-3", "pod-3", "db", "10.99.0.4"),
	 POD_TEXT("node-3", "pod-3", "backend", "10.99.0.4")},
	{"policy elsewhere added", "policy elsewhere removed",
	 POLICY_TEXT("elsewhere", "new", "cache", "6379"), NULL},
	{"policy of the node added", "policy of the node removed",
	 POLICY_TEXT("ns-3", "new", "backend", "6379"), NULL},
	{"policy of the node edited", NULL, POLICY_TEXT("ns-3", "policy", "backend", "6380"),
	 POLICY_TEXT("ns-3", "policy", "backend", "6379")},
};

enum {
	RELABELLED = 1,
	N_CHANGES = WARD_ARRAY_SIZE(changes)
};

/* A change as objects, and where it stands. */
struct toggle {
	struct ward_snapshot to, from;
	bool is_there;
};

struct bench {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot cluster;
	struct toggle toggles[N_CHANGES];
	struct ward_engine *engine;
	struct ward_legend *legend;
	struct ward_program program;
	struct ward_grace grace;
	struct ward_image_writer *writer;
	uint32_t rng;
};

static int grace_wait(void *userdata)
{
	return ward_grace_wait(userdata);
}

static void die(const char *what, int error)
{
	fprintf(stderr, "updates: %s: %s\n", what, strerror(-error));
	exit(1);
}

static void toggle_make(struct bench *bench, struct toggle *toggle, const struct change *change)
{
	ward_snapshot_init(&toggle->to, &bench->symbols, &bench->diags);
	ward_snapshot_init(&toggle->from, &bench->symbols, &bench->diags);
	bench_read_text(&toggle->to, change->to);
	if (change->from)
		bench_read_text(&toggle->from, change->from);
}

/* Makes the change, or takes it back. */
static void toggle_put(struct bench *bench, struct toggle *toggle)
{
	const struct ward_object *to = toggle->to.objects.items[0];

	toggle->is_there = !toggle->is_there;
	if (toggle->is_there)
		ward_put(bench->engine, &bench->cluster, to);
	else if (toggle->from.objects.n)
		ward_put(bench->engine, &bench->cluster, toggle->from.objects.items[0]);
	else
		ward_engine_remove(bench->engine, to->kind, to->ns, to->name);
}

/* As an agent does; returns when the head word is stored. */
static void commit(struct bench *bench, double *ret_engine)
{
	const struct ward_tables *tables = ward_engine_commit(bench->engine);
	int r;

	if (ret_engine)
		*ret_engine = bench_now();
	if (!ward_legend_follow(bench->legend, bench->engine)) {
		ward_legend_free(bench->legend);
		bench->legend = ward_legend_new(bench->engine);
	}
	ward_legend_forget(bench->legend, tables->version - 1);
	r = ward_image_commit(bench->writer, tables, ward_engine_delta(bench->engine), NULL);
	if (r < 0)
		die("commit", r);
}

static int seconds_cmp(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile(double *seconds, uint32_t n, uint32_t percent)
{
	qsort(seconds, n, sizeof(*seconds), seconds_cmp);
	return n ? seconds[(uint64_t)(n - 1) * percent / 100] : 0;
}

/* Of one element in a hash map. */
static double map_update_seconds(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "bench", 4, 8, 1, NULL);
	double seconds[TIMES];
	uint32_t key = 0;
	uint64_t value = 0;

	if (fd < 0)
		die("a BPF map", fd);
	for (int i = 0; i < TIMES; i++) {
		double begin = bench_now();

		value++;
		bpf_map_update_elem(fd, &key, &value, BPF_ANY);
		seconds[i] = bench_now() - begin;
	}
	close(fd);
	return percentile(seconds, TIMES, 50);
}

struct timing {
	double all[TIMES], engine[TIMES];
};

static void timing_print(const char *name, struct timing *timing, double map_update)
{
	double median = percentile(timing->all, TIMES, 50);
	double engine = percentile(timing->engine, TIMES, 50);

	printf("  %-26s %7.1f us, engine %6.1f, image %6.1f; p99 %7.1f us; %5.1f map updates\n",
	       name, median * 1e6, engine * 1e6, (median - engine) * 1e6,
	       percentile(timing->all, TIMES, 99) * 1e6, median / map_update);
}

static void toggle_time(struct bench *bench, struct toggle *toggle, struct timing *timing, int i)
{
	double begin, engine;

	ward_image_settle(bench->writer);
	begin = bench_now();
	toggle_put(bench, toggle);
	commit(bench, &engine);
	timing->all[i] = bench_now() - begin;
	timing->engine[i] = engine - begin;
}

static void measure(struct bench *bench, int number, double map_update)
{
	const struct change *change = &changes[number];
	struct timing *there = ward_new(struct timing), *back = ward_new(struct timing);

	for (int i = 0; i < TIMES; i++) {
		toggle_time(bench, &bench->toggles[number], there, i);
		toggle_time(bench, &bench->toggles[number], back, i);
	}
	timing_print(change->name, there, map_update);
	if (change->back)
		timing_print(change->back, back, map_update);
	free(there);
	free(back);
}

static struct toggle *any_toggle(struct bench *bench)
{
	bench->rng = bench->rng * 1664525 + 1013904223;
	return &bench->toggles[(bench->rng >> 16) % N_CHANGES];
}

/* One change a commit, and no pause: only the grace period holds it up. */
static void churn(struct bench *bench)
{
	double begin = bench_now(), waited = 0;
	uint32_t n = 0;

	for (; bench_now() - begin < SECONDS; n++) {
		double before = bench_now();

		ward_image_settle(bench->writer);
		waited += bench_now() - before;
		toggle_put(bench, any_toggle(bench));
		commit(bench, NULL);
	}
	printf("  without a pause: %.0f commits a second; %.2f ms a grace period, %.1f %% of the "
	       "time\n",
	       n / (bench_now() - begin), waited / n * 1e3, waited / (bench_now() - begin) * 1e2);
}

static double exponential(struct bench *bench, double mean)
{
	bench->rng = bench->rng * 1664525 + 1013904223;
	return -mean * log((bench->rng + 1.0) / 4294967297.0);
}

static void sleep_until(double when)
{
	double left = when - bench_now();
	struct timespec time = {.tv_sec = (time_t)left, .tv_nsec = (long)(left * 1e9) % 1000000000};

	if (left > 0)
		nanosleep(&time, NULL);
}

/* Changes come when they come; what has come is one commit; then the grace period is waited for. */
static void arrivals(struct bench *bench, double rate)
{
	double begin = bench_now(), next = begin, *late = ward_new_n(double, LATE_MAX);
	uint32_t n = 0, first = 0, n_commits = 0;

	while (next - begin < SECONDS && n < LATE_MAX) {
		sleep_until(next);
		for (first = n; next <= bench_now() && n < LATE_MAX; n++) {
			toggle_put(bench, any_toggle(bench));
			late[n] = next;
			next += exponential(bench, 1 / rate);
		}
		commit(bench, NULL);
		n_commits++;
		for (uint32_t i = first; i < n; i++)
			late[i] = bench_now() - late[i];
		ward_image_settle(bench->writer);
	}
	printf("  %4.0f changes a second: p50 %.2f ms, p99 %.2f ms, most %.2f ms; %.1f a commit\n",
	       rate, percentile(late, n, 50) * 1e3, percentile(late, n, 99) * 1e3,
	       percentile(late, n, 100) * 1e3, (double)n / n_commits);
	free(late);
}

static void image_make(struct bench *bench, uint32_t n_addresses)
{
	struct ward_image_config config = {
		.geometry = ward_geometry_for(n_addresses + n_addresses / 8 + 64, 64, HEAP_LINES),
		.node = ward_symbol(&bench->symbols, "node-3"),
		.grace = grace_wait,
		.userdata = &bench->grace,
		.is_lazy = true,
	};
	const struct ward_program_config program = {.geometry = config.geometry};
	_cleanup_free_ char *why = NULL;
	int r = ward_grace_open(&bench->grace);

	if (r < 0)
		die("grace periods", r);
	if (ward_program_load(&bench->program, &program, &why) < 0)
		net_skip(why);
	config.bytes = bench->program.image;
	bench->writer = ward_image_writer_new(&config);
}

static void bench_begin(struct bench *bench, const char *path)
{
	ward_symbols_init(&bench->symbols);
	ward_snapshot_init(&bench->cluster, &bench->symbols, &bench->diags);
	bench_read_file(&bench->cluster, path);
	for (int i = 0; i < N_CHANGES; i++)
		toggle_make(bench, &bench->toggles[i], &changes[i]);
	bench->engine = ward_engine_load(&bench->cluster, ward_symbol(&bench->symbols, "node-3"));
	bench->legend = ward_legend_new(bench->engine);
	image_make(bench, ward_engine_tables(bench->engine)->n_addresses);
}

static void bench_end(struct bench *bench)
{
	ward_image_writer_free(bench->writer);
	ward_program_unload(&bench->program);
	ward_grace_close(&bench->grace);
	ward_legend_free(bench->legend);
	ward_engine_free(bench->engine);
	for (int i = 0; i < N_CHANGES; i++) {
		ward_snapshot_done(&bench->toggles[i].to);
		ward_snapshot_done(&bench->toggles[i].from);
	}
	ward_snapshot_done(&bench->cluster);
	ward_diags_done(&bench->diags);
	ward_symbols_done(&bench->symbols);
}

static void cluster_print(struct bench *bench)
{
	const struct ward_tables *tables = ward_engine_tables(bench->engine);
	struct ward_image_usage usage;
	uint32_t n_local = 0;
	double begin;

	ward_image_settle(bench->writer);
	begin = bench_now();
	commit(bench, NULL);
	begin = bench_now() - begin;
	ward_image_usage(bench->writer, &usage);
	for (uint32_t i = 0; i < tables->n_endpoints; i++)
		n_local += tables->endpoints[i].row[0] != WARD_NONE;
	printf("%u addresses, %u pods of the node, %u shapes, %u identities, %u rows\n",
	       usage.addresses4, n_local, tables->n_shapes, tables->n_identities, tables->n_rows);
	printf("  an address: %.1f bytes in both views' tables, %zu in the writer; all else %u "
	       "KB\n",
	       (double)WARD_N_VIEWS * WARD_LINE / WARD_BUCKET4_SLOTS / 0.9,
	       sizeof(struct ward_entry), usage.lines_used * WARD_LINE / 1024);
	printf("  from nothing               %7.1f us\n", begin * 1e6);
}

/* The same by an agent that is attached to a network namespace. */
static void agent_measure(struct bench *bench, const struct toggle *toggle, double map_update)
{
	const struct ward_agent_config config = {
		.symbols = &bench->symbols,
		.node = ward_symbol(&bench->symbols, "node-3"),
	};
	_cleanup_free_ char *why = NULL;
	struct ward_agent *agent;
	double seconds[TIMES], begin;
	int r;

	if (ward_agent_open(&config, &agent, &why) < 0)
		net_skip(why);
	for (uint32_t i = 0; i < bench->cluster.objects.n; i++)
		ward_agent_put(agent, &bench->cluster, bench->cluster.objects.items[i]);
	r = ward_agent_commit(agent);
	for (int i = 0; i < TIMES && r == 0; i++) {
		const struct ward_snapshot *now = i % 2 ? &toggle->from : &toggle->to;

		ward_agent_settle(agent);
		begin = bench_now();
		ward_agent_put(agent, &bench->cluster, now->objects.items[0]);
		r = ward_agent_commit(agent);
		seconds[i] = bench_now() - begin;
	}
	if (r < 0)
		printf("  by the agent: left out, it says: %s\n", strerror(-r));
	else
		printf("  pod elsewhere relabelled, by the agent %7.1f us, p99 %7.1f us; %5.1f map "
		       "updates\n",
		       percentile(seconds, TIMES, 50) * 1e6, percentile(seconds, TIMES, 99) * 1e6,
		       percentile(seconds, TIMES, 50) / map_update);
	ward_agent_close(agent);
}

static void cluster_measure(const char *path)
{
	struct bench *bench = ward_new(struct bench);
	double map_update;

	bench->rng = 1;
	bench_begin(bench, path);
	cluster_print(bench);
	for (int i = 0; i < N_CHANGES; i++) /* the first times of each */
		for (int k = 0; k < 4; k++) {
			toggle_put(bench, &bench->toggles[i]);
			commit(bench, NULL);
		}
	map_update = map_update_seconds();
	printf("  one map update             %7.1f us\n", map_update * 1e6);
	for (int i = 0; i < N_CHANGES; i++)
		measure(bench, i, map_update);
	agent_measure(bench, &bench->toggles[RELABELLED], map_update);
	churn(bench);
	arrivals(bench, 10);
	arrivals(bench, 100);
	arrivals(bench, 1000);
	fflush(stdout);
	bench_end(bench);
	free(bench);
}

int main(int argc, char **argv)
{
	_cleanup_free_ char *why = NULL;

	if (argc < 2) {
		fprintf(stderr, "usage: updates SMALL.json [LARGER.json]...\n");
		return 2;
	}
	if (ward_datapath_probe(&why) < 0)
		net_skip(why);
	net_enter(net_new());
	for (int i = 1; i < argc; i++)
		cluster_measure(argv[i]);
	return 0;
}
