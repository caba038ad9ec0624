/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a synthetic cluster to stdout; the same arguments give the same bytes:
 *
 *     synth --workloads 1000 --policies 2000 >cluster.yaml
 *     synth --pods 100000 --json >pods.json
 *
 *     --pods N          live pods, ten of each workload, a hundred in each namespace
 *     --workloads N     instead: that many Deployments, twenty in each namespace
 *     --namespaces N    that many namespaces
 *     --nodes N         live pods are on that many nodes (100)
 *     --policies N      that many NetworkPolicies
 *     --style STYLE     what they say; see styles[]
 *     --json            one List, as `kubectl get -o json` writes it; else YAML
 *
 * A tenant is ten namespaces.  In the style "tenants" a policy speaks of its own namespace and of
 * its tenant only, so that a change concerns as much in a large cluster as in a small one. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "synth-out.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct synth {
	struct out out;
	uint64_t rng;
	uint32_t namespaces, nodes, workloads, pods, policies;
};

typedef void (*spec_fn)(struct synth *synth, uint32_t i);

static const char *const roles[] = {"frontend", "backend", "db",      "cache",
				    "queue",	"worker",  "gateway", "auth"};
static const char *const teams[] = {"shop", "pay", "search", "data", "ops", "mobile"};
static const char *const envs[] = {"prod", "staging", "dev"};
static const char *const tiers[] = {"web", "service", "storage"};
static const struct {
	const char *name;
	uint32_t number;
} ports[] = {{"http", 8080}, {"grpc", 9090}, {"metrics", 9100}, {"sql", 5432}, {"redis", 6379}};

/* splitmix64 */
static uint64_t random_bits(struct synth *synth)
{
	uint64_t z = (synth->rng += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t below(struct synth *synth, uint32_t n)
{
	return (uint32_t)(random_bits(synth) % n);
}

static void pair(struct synth *synth, const char *map, const char *key, const char *value)
{
	out_map(&synth->out, map);
	out_text(&synth->out, key, "%s", value);
	out_close(&synth->out);
}

static void begin_object(struct synth *synth, const char *version, const char *kind)
{
	out_map(&synth->out, NULL);
	out_text(&synth->out, "apiVersion", "%s", version);
	out_text(&synth->out, "kind", "%s", kind);
}

static void put_namespace_name(struct synth *synth, const char *key, uint32_t i)
{
	out_text(&synth->out, key, "ns-%u", i);
}

static void put_namespace(struct synth *synth, uint32_t i)
{
	struct out *out = &synth->out;

	begin_object(synth, "v1", "Namespace");
	out_map(out, "metadata");
	out_map(out, "labels");
	out_text(out, "env", "%s", envs[i / LENGTH(teams) % LENGTH(envs)]);
	put_namespace_name(synth, "kubernetes.io/metadata.name", i);
	out_text(out, "team", "%s", teams[i % LENGTH(teams)]);
	out_text(out, "tenant", "t-%u", i / 10);
	out_close(out);
	put_namespace_name(synth, "name", i);
	out_close(out);
	out_close(out);
}

static void put_labels(struct synth *synth, uint32_t app)
{
	struct out *out = &synth->out;

	out_map(out, "labels");
	out_text(out, "app", "app-%u", app);
	out_text(out, "role", "%s", roles[app / synth->namespaces % LENGTH(roles)]);
	out_text(out, "tier", "%s", tiers[app % LENGTH(tiers)]);
	out_text(out, "version", "v%u", app % 3 + 1);
	out_close(out);
}

static void put_env(struct synth *synth, const char *name, const char *value)
{
	out_map(&synth->out, NULL);
	out_text(&synth->out, "name", "%s", name);
	out_text(&synth->out, "value", "%s", value);
	out_close(&synth->out);
}

static void put_resources(struct synth *synth)
{
	struct out *out = &synth->out;

	out_map(out, "resources");
	out_map(out, "limits");
	out_text(out, "cpu", "1");
	out_text(out, "memory", "512Mi");
	out_close(out);
	out_map(out, "requests");
	out_text(out, "cpu", "100m");
	out_text(out, "memory", "128Mi");
	out_close(out);
	out_close(out);
}

static void put_container(struct synth *synth, uint32_t app)
{
	struct out *out = &synth->out;
	char id[16];

	snprintf(id, sizeof(id), "%u", app);
	out_list(out, "containers");
	out_map(out, NULL);
	out_list(out, "env");
	put_env(synth, "LOG_LEVEL", "info");
	put_env(synth, "APP_ID", id);
	out_close(out);
	out_text(out, "image", "registry.example.com/app-%u:1.%u.%u", app, app % 40, app % 9);
	out_text(out, "name", "main");
	out_list(out, "ports");
	for (uint32_t i = 0; i < app % 3 + 1; i++) {
		uint32_t port = (app + i) % LENGTH(ports);

		out_map(out, NULL);
		out_number(out, "containerPort", ports[port].number);
		out_text(out, "name", "%s", ports[port].name);
		out_close(out);
	}
	out_close(out);
	put_resources(synth);
	out_close(out);
	out_close(out);
}

static void put_workload(struct synth *synth, uint32_t i)
{
	struct out *out = &synth->out;
	char app[16];

	snprintf(app, sizeof(app), "app-%u", i);
	begin_object(synth, "apps/v1", "Deployment");
	out_map(out, "metadata");
	put_labels(synth, i);
	out_text(out, "name", "%s", app);
	put_namespace_name(synth, "namespace", i % synth->namespaces);
	out_close(out);
	out_map(out, "spec");
	out_number(out, "replicas", i % 5 + 1);
	out_map(out, "selector");
	pair(synth, "matchLabels", "app", app);
	out_close(out);
	out_map(out, "template");
	out_map(out, "metadata");
	put_labels(synth, i);
	out_close(out);
	out_map(out, "spec");
	put_container(synth, i);
	out_text(out, "serviceAccountName", "%s", app);
	out_close(out);
	out_close(out);
	out_close(out);
	out_close(out);
}

static void put_status(struct synth *synth, uint32_t i)
{
	static const char *const kinds[] = {"Initialized", "Ready", "ContainersReady",
					    "PodScheduled"};
	struct out *out = &synth->out;
	char ip[20];

	snprintf(ip, sizeof(ip), "10.%u.%u.%u", i >> 16 & 255, i >> 8 & 255, i & 255);
	out_map(out, "status");
	out_list(out, "conditions");
	for (size_t k = 0; k < LENGTH(kinds); k++) {
		out_map(out, NULL);
		out_text(out, "status", "True");
		out_text(out, "type", "%s", kinds[k]);
		out_close(out);
	}
	out_close(out);
	out_text(out, "phase", "Running");
	out_text(out, "podIP", "%s", ip);
	out_list(out, "podIPs");
	pair(synth, NULL, "ip", ip);
	out_close(out);
	out_close(out);
}

static void put_pod(struct synth *synth, uint32_t i)
{
	uint32_t app = i % synth->workloads;
	struct out *out = &synth->out;

	begin_object(synth, "v1", "Pod");
	out_map(out, "metadata");
	out_map(out, "annotations");
	out_text(out, "checksum/config", "%016lx%016lx", random_bits(synth), random_bits(synth));
	out_close(out);
	out_text(out, "creationTimestamp", "2025-03-01T12:00:00Z");
	put_labels(synth, app);
	out_text(out, "name", "app-%u-%08x-%u", app, below(synth, UINT32_MAX), i);
	put_namespace_name(synth, "namespace", app % synth->namespaces);
	out_text(out, "resourceVersion", "%u", 100000 + i);
	out_text(out, "uid", "%016lx%016lx", random_bits(synth), random_bits(synth));
	out_close(out);
	out_map(out, "spec");
	put_container(synth, app);
	out_text(out, "nodeName", "node-%u", i % synth->nodes);
	out_text(out, "serviceAccountName", "app-%u", app);
	out_close(out);
	put_status(synth, i);
	out_close(out);
}

static void put_expression(struct synth *synth, const char *key, const char *op, uint32_t n)
{
	struct out *out = &synth->out;

	out_list(out, "matchExpressions");
	out_map(out, NULL);
	out_text(out, "key", "%s", key);
	out_text(out, "operator", "%s", op);
	out_list(out, "values");
	for (uint32_t i = 0; i < n; i++)
		out_text(out, NULL, "%s", roles[below(synth, LENGTH(roles))]);
	out_close(out);
	out_close(out);
	out_close(out);
}

/* A selector of pods: by workload, by role, and both kinds of expressions. */
static void put_selector(struct synth *synth, const char *key)
{
	uint32_t pick = below(synth, 4);
	char app[16];

	snprintf(app, sizeof(app), "app-%u", below(synth, synth->workloads));
	out_map(&synth->out, key);
	if (pick < 2)
		pair(synth, "matchLabels", pick ? "role" : "app",
		     pick ? roles[below(synth, LENGTH(roles))] : app);
	else
		put_expression(synth, "role", pick == 2 ? "In" : "NotIn", pick == 2 ? 2 : 1);
	out_close(&synth->out);
}

static void put_label_selector(struct synth *synth, const char *key, const char *label,
			       const char *value)
{
	out_map(&synth->out, key);
	pair(synth, "matchLabels", label, value);
	out_close(&synth->out);
}

static void put_block(struct synth *synth, uint32_t i)
{
	struct out *out = &synth->out;

	out_map(out, "ipBlock");
	out_text(out, "cidr", "%u.%u.0.0/16", 11 + i / 256 % 100, i % 256);
	if (i % 2) {
		out_list(out, "except");
		out_text(out, NULL, "%u.%u.%u.0/24", 11 + i / 256 % 100, i % 256, i / 7 % 256);
		out_close(out);
	}
	out_close(out);
}

static void put_mixed_peer(struct synth *synth)
{
	uint32_t pick = below(synth, 8);

	out_map(&synth->out, NULL);
	if (pick < 4) {
		put_selector(synth, "podSelector");
	} else if (pick < 6) {
		put_label_selector(synth, "namespaceSelector", "team",
				   teams[below(synth, LENGTH(teams))]);
	} else if (pick < 7) {
		put_label_selector(synth, "namespaceSelector", "env",
				   envs[below(synth, LENGTH(envs))]);
		put_selector(synth, "podSelector");
	} else {
		put_block(synth, below(synth, 25600));
	}
	out_close(&synth->out);
}

static void put_ports(struct synth *synth, uint32_t first, uint32_t n)
{
	struct out *out = &synth->out;

	out_list(out, "ports");
	for (uint32_t i = 0; i < n; i++) {
		out_map(out, NULL);
		out_number(out, "port", ports[(first + i) % LENGTH(ports)].number);
		out_close(out);
	}
	if (first % 16 == 15) {
		out_map(out, NULL);
		out_number(out, "endPort", 32767);
		out_number(out, "port", 30000);
		out_close(out);
	}
	out_close(out);
}

static void put_types(struct synth *synth, bool ingress, bool egress)
{
	out_list(&synth->out, "policyTypes");
	if (ingress)
		out_text(&synth->out, NULL, "Ingress");
	if (egress)
		out_text(&synth->out, NULL, "Egress");
	out_close(&synth->out);
}

/* Opens the peers of one rule; close_rule() ends it. */
static void open_rule(struct synth *synth, const char *direction)
{
	out_list(&synth->out, direction);
	out_map(&synth->out, NULL);
	out_list(&synth->out, *direction == 'i' ? "from" : "to");
}

static void close_rule(struct synth *synth, uint32_t first, uint32_t n)
{
	out_close(&synth->out);
	put_ports(synth, first, n);
	out_close(&synth->out);
	out_close(&synth->out);
}

static void mixed_rule(struct synth *synth, const char *direction)
{
	open_rule(synth, direction);
	for (uint32_t n = 1 + below(synth, 3); n > 0; n--)
		put_mixed_peer(synth);
	close_rule(synth, below(synth, 64), 1 + below(synth, 2));
}

static void mixed_spec(struct synth *synth, uint32_t i)
{
	mixed_rule(synth, "ingress");
	if (i % 3 == 0)
		mixed_rule(synth, "egress");
	if (i % 10)
		put_selector(synth, "podSelector");
	else
		out_empty(&synth->out, "podSelector");
	put_types(synth, true, i % 3 == 0);
}

/* One rule of one peer that @peer writes. */
static void simple_spec(struct synth *synth, const char *role, const char *direction,
			void (*peer)(struct synth *synth, uint32_t i), uint32_t i)
{
	open_rule(synth, direction);
	out_map(&synth->out, NULL);
	peer(synth, i);
	out_close(&synth->out);
	close_rule(synth, i % 16, 1);
	if (role)
		put_label_selector(synth, "podSelector", "role", role);
	else
		out_empty(&synth->out, "podSelector");
	put_types(synth, *direction == 'i', *direction == 'e');
}

static void role_peer(struct synth *synth, uint32_t i)
{
	put_label_selector(synth, "podSelector", "role", roles[i % LENGTH(roles)]);
}

static void tenant_peer(struct synth *synth, uint32_t i)
{
	char tenant[16];

	snprintf(tenant, sizeof(tenant), "t-%u", i % synth->namespaces / 10);
	put_label_selector(synth, "namespaceSelector", "tenant", tenant);
	role_peer(synth, i);
}

static void world_peer(struct synth *synth, uint32_t i)
{
	out_map(&synth->out, "ipBlock");
	out_text(&synth->out, "cidr", "0.0.0.0/0");
	out_list(&synth->out, "except");
	out_text(&synth->out, NULL, "10.0.0.0/8");
	out_close(&synth->out);
	out_close(&synth->out);
}

static void anyone_peer(struct synth *synth, uint32_t i)
{
	out_empty(&synth->out, "podSelector");
}

static void notin_peer(struct synth *synth, uint32_t i)
{
	out_map(&synth->out, "podSelector");
	put_expression(synth, i % 2 ? "role" : "app", "NotIn", 1);
	out_close(&synth->out);
}

/* Of each namespace: closed; backend from frontend; db from backend; from the tenant; to the world.
 */
static void tenants_spec(struct synth *synth, uint32_t i)
{
	switch (i / synth->namespaces % 5) {
	case 0:
		out_empty(&synth->out, "podSelector");
		put_types(synth, true, false);
		break;
	case 1:
		simple_spec(synth, "backend", "ingress", role_peer, 0);
		break;
	case 2:
		simple_spec(synth, "gateway", "ingress", tenant_peer, i);
		break;
	case 3:
		simple_spec(synth, "db", "ingress", role_peer, 1);
		break;
	default:
		simple_spec(synth, "worker", "egress", world_peer, i);
	}
}

static void everything_spec(struct synth *synth, uint32_t i)
{
	simple_spec(synth, NULL, i % 2 ? "egress" : "ingress", anyone_peer, i);
}

static void cidrs_spec(struct synth *synth, uint32_t i)
{
	simple_spec(synth, roles[i % LENGTH(roles)], "ingress", put_block, i);
}

static void notin_spec(struct synth *synth, uint32_t i)
{
	simple_spec(synth, roles[i % LENGTH(roles)], "ingress", notin_peer, i);
}

static void subjects_spec(struct synth *synth, uint32_t i)
{
	mixed_rule(synth, "ingress");
	put_label_selector(synth, "podSelector", "role", roles[i % 5]);
	put_types(synth, true, false);
}

static const struct style {
	const char *name;
	spec_fn fn;
} styles[] = {
	{"mixed", mixed_spec},		 /* a bit of all, across the cluster */
	{"tenants", tenants_spec},	 /* each within its namespace and tenant */
	{"everything", everything_spec}, /* all pods of the namespace, from or to all of them */
	{"cidrs", cidrs_spec},		 /* a block each */
	{"notin", notin_spec},		 /* a NotIn peer each */
	{"subjects", subjects_spec},	 /* five subject selectors in all */
};

static void put_policy(struct synth *synth, const struct style *style, uint32_t i)
{
	struct out *out = &synth->out;

	begin_object(synth, "networking.k8s.io/v1", "NetworkPolicy");
	out_map(out, "metadata");
	out_text(out, "name", "policy-%u", i);
	put_namespace_name(synth, "namespace", i % synth->namespaces);
	out_close(out);
	out_map(out, "spec");
	style->fn(synth, i);
	out_close(out);
	out_close(out);
}

static void put_cluster(struct synth *synth, const struct style *style)
{
	for (uint32_t i = 0; i < synth->namespaces; i++)
		put_namespace(synth, i);
	for (uint32_t i = 0; i < synth->pods; i++)
		put_pod(synth, i);
	for (uint32_t i = 0; !synth->pods && i < synth->workloads; i++)
		put_workload(synth, i);
	for (uint32_t i = 0; i < synth->policies; i++)
		put_policy(synth, style, i);
}

static uint32_t at_least_one(uint32_t n)
{
	return n ? n : 1;
}

static const struct style *style_find(const char *name)
{
	for (size_t i = 0; i < LENGTH(styles); i++)
		if (strcmp(styles[i].name, name) == 0)
			return &styles[i];
	fprintf(stderr, "synth: no style %s\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pods", 1, NULL, 'p'},	      {"workloads", 1, NULL, 'w'},
		{"namespaces", 1, NULL, 'n'}, {"nodes", 1, NULL, 'o'},
		{"policies", 1, NULL, 'r'},   {"style", 1, NULL, 's'},
		{"json", 0, NULL, 'j'},	      {},
	};
	struct synth synth = {.rng = 1, .nodes = 100};
	const struct style *style = &styles[0];
	bool yaml = true;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		uint32_t n = optarg ? (uint32_t)strtoul(optarg, NULL, 10) : 0;

		if (c == '?')
			return 2;
		if (c == 's')
			style = style_find(optarg);
		else if (c == 'j')
			yaml = false;
		else
			*(c == 'p'   ? &synth.pods
			  : c == 'w' ? &synth.workloads
			  : c == 'n' ? &synth.namespaces
			  : c == 'o' ? &synth.nodes
				     : &synth.policies) = n;
	}
	synth.workloads = at_least_one(synth.workloads ? synth.workloads : synth.pods / 10);
	if (!synth.namespaces)
		synth.namespaces =
			at_least_one(synth.pods ? synth.pods / 100 : synth.workloads / 20);
	synth.nodes = at_least_one(synth.nodes);
	out_begin(&synth.out, yaml);
	put_cluster(&synth, style);
	out_end(&synth.out);
	return 0;
}
