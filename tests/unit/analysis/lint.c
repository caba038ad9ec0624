/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that `ward check` calls superfluous, taken out, all at once: on random worlds no
 * verdict changes.  Those that are so whatever pods there are, also under other pods. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/lint.h"
#include "analysis/load.h"
#include "base/bits.h"
#include "doc/read.h"
#include "group/grouppolicy.h"
#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "kube/pod.h"

enum {
	WORLDS = 150,
	N_NS = 2,
	N_PODS = 6,
	N_POLICIES = 8,
	N_CLUSTER = 3,
	N_GROUPS = 2,
};

static const struct {
	enum ward_proto proto;
	uint16_t port;
} probes[] = {
	{WARD_TCP, 79}, {WARD_TCP, 80},	  {WARD_TCP, 81},   {WARD_TCP, 90},  {WARD_TCP, 91},
	{WARD_UDP, 53}, {WARD_TCP, 8080}, {WARD_UDP, 8080}, {WARD_OTHER, 0},
};

static const char *const outside[] = {"10.0.9.9", "10.1.0.200", "10.1.2.3", "8.8.8.8", "fd00::9"};

struct world {
	struct ward_symbols symbols;
	struct ward_diags diags;
	struct ward_snapshot snapshot;
	struct ward_engine *engine;
	const struct ward_tables *tables;
};

/* xorshift: the same worlds on every machine. */
static uint32_t pick(uint64_t *seed, uint32_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 32) % n;
}

static void write_selector(FILE *out, uint64_t *seed)
{
	static const char *const selectors[] = {
		"{}",
		"{matchLabels: {a: \"0\"}}",
		"{matchLabels: {a: \"0\", b: \"1\"}}",
		"{matchExpressions: [{key: a, operator: In, values: [\"0\", \"1\"]}]}",
		"{matchExpressions: [{key: b, operator: NotIn, values: [\"0\"]}]}",
		"{matchExpressions: [{key: b, operator: NotIn, values: [\"0\", \"2\"]}]}",
		"{matchExpressions: [{key: b, operator: Exists}]}",
		"{matchExpressions: [{key: b, operator: DoesNotExist}]}",
		"{matchExpressions: [{key: a, operator: In, values: [\"0\"]}]}",
	};

	fputs(selectors[pick(seed, WARD_ARRAY_SIZE(selectors))], out);
}

static void write_peer(FILE *out, uint64_t *seed)
{
	static const char *const blocks[] = {
		"10.0.0.0/8",
		"10.1.0.0/16",
		"10.0.0.0/8, except: [10.1.0.0/16]",
		"10.1.0.0/16, except: [10.1.0.128/25]",
		"\"fd00::/8\"",
	};

	if (pick(seed, 4) == 0) {
		fprintf(out, "    - ipBlock: {cidr: %s}\n",
			blocks[pick(seed, WARD_ARRAY_SIZE(blocks))]);
		return;
	}
	fprintf(out, "    - podSelector: ");
	write_selector(out, seed);
	if (pick(seed, 3) == 0)
		fprintf(out, "\n      namespaceSelector: %s",
			pick(seed, 2) ? "{}" : "{matchLabels: {team: t0}}");
	fputc('\n', out);
}

static void write_rule(FILE *out, uint64_t *seed, bool egress)
{
	static const char *const ports[] = {
		"{port: 80}", "{port: http}",	 "{protocol: UDP, port: 53}",
		"{}",	      "{protocol: UDP}", "{port: 80, endPort: 90}",
		"{port: 81}",
	};
	bool any = pick(seed, 6) == 0;

	fprintf(out, any ? "  - %s: []\n" : "  - %s:\n", egress ? "to" : "from");
	for (uint32_t i = any ? 0 : pick(seed, 2) + 1; i > 0; i--)
		write_peer(out, seed);
	if (pick(seed, 3))
		fprintf(out, "    ports: [%s, %s]\n", ports[pick(seed, WARD_ARRAY_SIZE(ports))],
			ports[pick(seed, WARD_ARRAY_SIZE(ports))]);
}

static void write_policy(FILE *out, uint64_t *seed, uint32_t i)
{
	fprintf(out,
		"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
		"metadata: {name: p%u, namespace: n%u}\nspec:\n  policyTypes: [Ingress, Egress]\n"
		"  podSelector: ",
		i, pick(seed, N_NS));
	write_selector(out, seed);
	fputc('\n', out);
	for (uint32_t egress = 0; egress < 2; egress++) {
		fprintf(out, egress ? "  egress:\n" : "  ingress:\n");
		for (uint32_t rule = pick(seed, 3) + 1; rule > 0; rule--)
			write_rule(out, seed, egress);
	}
}

/* Policies of the cluster: subject, peers by labels or networks, ports, in two tiers. */
static void write_cluster_rule(FILE *out, uint64_t *seed, bool egress)
{
	static const char *const actions[] = {"Accept", "Deny", "Pass"};
	static const char *const ports[] = {
		"tcp: {destinationPort: {number: 80}}",
		"tcp: {destinationPort: {range: {start: 80, end: 90}}}",
		"udp: {destinationPort: {number: 53}}",
		"destinationNamedPort: http",
	};

	fprintf(out, "  - action: %s\n    %s:\n", actions[pick(seed, 3)], egress ? "to" : "from");
	if (egress && pick(seed, 4) == 0) {
		fprintf(out, "    - networks: [%s]\n",
			pick(seed, 2) ? "10.0.0.0/8" : "10.1.0.0/16");
	} else if (pick(seed, 3) == 0) {
		fprintf(out, "    - namespaces: %s\n",
			pick(seed, 2) ? "{}" : "{matchLabels: {team: t0}}");
	} else {
		fprintf(out, "    - pods:\n        namespaceSelector: {}\n        podSelector: ");
		write_selector(out, seed);
		fputc('\n', out);
	}
	if (pick(seed, 3))
		fprintf(out, "    protocols: [{%s}]\n", ports[pick(seed, WARD_ARRAY_SIZE(ports))]);
}

static void write_cluster_policy(FILE *out, uint64_t *seed, uint32_t i)
{
	fprintf(out,
		"---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
		"metadata: {name: c%u}\nspec:\n  tier: %s\n  priority: %u\n  subject:\n"
		"    pods:\n      namespaceSelector: {}\n      podSelector: ",
		i, pick(seed, 2) ? "Admin" : "Baseline", pick(seed, 3));
	write_selector(out, seed);
	fputc('\n', out);
	for (uint32_t egress = 0; egress < 2; egress++) {
		fprintf(out, egress ? "  egress:\n" : "  ingress:\n");
		for (uint32_t rule = pick(seed, 3) + 1; rule > 0; rule--)
			write_cluster_rule(out, seed, egress);
	}
}

static void write_group_policy(FILE *out, uint64_t *seed, uint32_t i)
{
	static const char *const baselines[] = {"DefaultDeny", "IngressOnly", "None"};
	static const char *const ends[] = {"zero", "one", "both", "any"};
	static const char *const ports[] = {"", ", ports: [80]", ", ports: [\"80-90\"]",
					    ", ports: [http]"};

	fprintf(out,
		"---\napiVersion: ward.dev/v1alpha1\nkind: GroupPolicy\nmetadata: {name: g%u}\n"
		"spec:\n  namespaces: [n0, n1]\n  baseline: %s\n  environment: %s\n  groups:\n"
		"    zero: {labels: {a: \"0\"}}\n    one: {labels: {a: \"1\"}}\n"
		"    both: {expressions: [{key: a, operator: In, values: [\"0\", \"1\"]}]}\n"
		"  allow:\n",
		i, baselines[pick(seed, 3)], pick(seed, 2) ? "any" : "same");
	for (uint32_t line = pick(seed, 4) + 1; line > 0; line--)
		fprintf(out, "  - {from: %s, to: %s%s}\n", ends[pick(seed, 4)], ends[pick(seed, 4)],
			ports[pick(seed, 4)]);
}

static void write_pod(FILE *out, uint64_t *seed, uint32_t i)
{
	fprintf(out,
		"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod%u\n  namespace: n%u\n"
		"  labels: {a: \"%u\"%s}\nspec:\n  containers: [{name: c, ports: "
		"[{name: http, containerPort: %u}]}]\nstatus: {podIP: 10.%u.0.%u}\n",
		i, pick(seed, N_NS), pick(seed, 3),
		(const char *[]){"", ", b: \"0\"", ", b: \"1\"", ", b: \"2\""}[pick(seed, 4)],
		pick(seed, 2) ? 80 : 8080, pick(seed, 2), i + 1);
}

static int decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {ward_kube_decoders, ward_group_decoders,
							    NULL};
	struct world *world = userdata;
	struct ward_decode decode = {.snapshot = &world->snapshot, .file = file};

	ward_snapshot_decode(&decode, tables, root);
	return 0;
}

/* The policies come first, so that a rule has the same line whatever the pods. */
static char *world_text(uint64_t policies, uint64_t pods)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	for (uint32_t i = 0; i < N_POLICIES; i++)
		write_policy(out, &policies, i);
	for (uint32_t i = 0; i < N_CLUSTER; i++)
		write_cluster_policy(out, &policies, i);
	for (uint32_t i = 0; i < N_GROUPS; i++)
		write_group_policy(out, &policies, i);
	for (uint32_t i = 0; i < N_NS; i++)
		fprintf(out,
			"---\napiVersion: v1\nkind: Namespace\n"
			"metadata: {name: n%u, labels: {team: t%u, env: e%u}}\n",
			i, i, i ? pick(&pods, 2) : 0);
	for (uint32_t i = 0; i < N_PODS; i++)
		write_pod(out, &pods, i);
	fclose(out);
	return text;
}

/* A rule for nobody: one peer, a block that is nothing. */
static void rules_remove(struct ward_networkpolicy *np, const struct ward_bits *lines)
{
	static const struct ward_np_peer nobody = {.has_block = true, .block_is_nothing = true};

	for (int d = 0; d < WARD_N_DIRECTION; d++)
		for (uint32_t r = 0; r < np->n_rules[d]; r++) {
			struct ward_np_rule *rule = (struct ward_np_rule *)&np->rules[d][r];

			if (!ward_bits_has(lines, rule->mark.line))
				continue;
			rule->n_peers = 1;
			rule->peers = &nobody;
		}
}

/* An Accept with a peer that nobody can use is no rule (B7.2). */
static void cluster_rules_remove(struct ward_clusternetworkpolicy *cnp,
				 const struct ward_bits *lines)
{
	static const struct ward_cnp_peer nobody = {.kind = WARD_CNP_UNUSABLE};

	for (int d = 0; d < WARD_N_DIRECTION; d++)
		for (uint32_t r = 0; r < cnp->n_rules[d]; r++) {
			struct ward_cnp_rule *rule = (struct ward_cnp_rule *)&cnp->rules[d][r];

			if (!ward_bits_has(lines, rule->mark.line))
				continue;
			rule->action = WARD_CNP_ACCEPT;
			rule->n_peers = 1;
			rule->peers = &nobody;
		}
}

/* A line between anyone and anyone opens nothing. */
static void lines_remove(struct ward_grouppolicy *gp, const struct ward_bits *lines)
{
	for (uint32_t r = 0; r < gp->n_rules; r++) {
		struct ward_group_rule *rule = (struct ward_group_rule *)&gp->rules[r];

		if (ward_bits_has(lines, rule->mark.line))
			rule->from = rule->to = WARD_GROUP_ANY;
	}
}

static void world_remove(struct world *world, const struct ward_bits *lines)
{
	for (uint32_t i = 0; i < world->snapshot.objects.n; i++) {
		struct ward_object *object = world->snapshot.objects.items[i];

		if (object->kind == WARD_KIND_NETWORKPOLICY)
			rules_remove((struct ward_networkpolicy *)object, lines);
		if (object->kind == WARD_KIND_CLUSTERNETWORKPOLICY)
			cluster_rules_remove((struct ward_clusternetworkpolicy *)object, lines);
		if (object->kind == WARD_KIND_GROUPPOLICY)
			lines_remove((struct ward_grouppolicy *)object, lines);
	}
}

static void world_init(struct world *world, const char *text, const struct ward_bits *without)
{
	struct ward_reader reader = {
		.symbols = &world->symbols,
		.diags = &world->diags,
		.fn = decode,
		.userdata = world,
	};

	*world = (struct world){};
	ward_symbols_init(&world->symbols);
	ward_snapshot_init(&world->snapshot, &world->symbols, &world->diags);
	ward_read_memory(&reader, "world", text, strlen(text));
	if (ward_diags_has_errors(&world->diags))
		fail_msg("%s", world->diags.list.items[0].message);
	ward_snapshot_complete(&world->snapshot);
	world_remove(world, without);
	world->engine = ward_engine_load(&world->snapshot, WARD_NONE);
	world->tables = ward_engine_tables(world->engine);
}

static void world_done(struct world *world)
{
	ward_engine_free(world->engine);
	ward_snapshot_done(&world->snapshot);
	ward_diags_done(&world->diags);
	ward_symbols_done(&world->symbols);
}

/* The lines of rules with this finding. */
static uint32_t lines_collect(const struct ward_findings *findings, const char *code,
			      struct ward_bits *lines)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < findings->list.n; i++)
		if (strcmp(findings->list.items[i].diag.code, code) == 0) {
			ward_bits_add(lines, findings->list.items[i].diag.mark.line);
			n++;
		}
	return n;
}

static struct ward_end end_of(const struct world *world, uint32_t i)
{
	struct ward_end end;
	struct ward_ip ip;

	if (i < world->tables->n_endpoints) {
		ward_engine_end_of(world->engine, i, WARD_FAMILY_NONE, &end);
		return end;
	}
	assert_int_equal(ward_ip_parse(outside[i - world->tables->n_endpoints], &ip), 0);
	ward_engine_resolve(world->engine, ip, &end);
	return end;
}

static void compare(const struct world *a, const struct world *b)
{
	uint32_t n = a->tables->n_endpoints + WARD_ARRAY_SIZE(outside);

	for (uint32_t from = 0; from < n; from++)
		for (uint32_t to = 0; to < n; to++)
			for (size_t p = 0; p < WARD_ARRAY_SIZE(probes); p++) {
				struct ward_end ends_a[] = {end_of(a, from), end_of(a, to)};
				struct ward_end ends_b[] = {end_of(b, from), end_of(b, to)};
				struct ward_verdict x, y;

				ward_engine_judge(a->engine, &ends_a[0], &ends_a[1],
						  probes[p].proto, probes[p].port, &x);
				ward_engine_judge(b->engine, &ends_b[0], &ends_b[1],
						  probes[p].proto, probes[p].port, &y);
				assert_int_equal(x.accept, y.accept);
			}
}

/* No verdict of the world depends on the rules of these lines. */
static void check_without(const char *text, const struct ward_bits *lines)
{
	static const struct ward_bits nothing;
	struct world whole, less;

	world_init(&whole, text, &nothing);
	world_init(&less, text, lines);
	compare(&whole, &less);
	world_done(&whole);
	world_done(&less);
}

static void superfluous_rules_decide_nothing(void **state)
{
	static const struct ward_bits nothing;
	uint32_t n_always = 0, n_given = 0;

	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		uint64_t policies = seed * 0x9e3779b97f4a7c15, pods = seed * 0xd1342543de82ef95;
		_cleanup_free_ char *text = world_text(policies, pods);
		_cleanup_free_ char *others = world_text(policies, ~pods);
		struct ward_bits lines = {};
		struct ward_findings findings;
		struct world world;

		world_init(&world, text, &nothing);
		ward_findings_init(&findings, &world.snapshot, world.engine);
		n_always += lines_collect(&findings, "duplicate-rule", &lines);
		n_always += lines_collect(&findings, "shadowed-rule", &lines);
		check_without(others, &lines);
		n_given += lines_collect(&findings, "redundant-rule", &lines);
		check_without(text, &lines);
		ward_findings_done(&findings);
		world_done(&world);
		ward_bits_done(&lines);
	}
	/* Or the test says nothing. */
	assert_true(n_always > WORLDS);
	assert_true(n_given > WORLDS / 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(superfluous_rules_decide_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
