/* SPDX-License-Identifier: Apache-2.0 */
/* Every small world of a kind: one fixed cast of pods, nodes and outsiders; every NetworkPolicy
 * with one rule of at most two peers and two ports out of an alphabet in which every form of A6,
 * A8 and A9 is present; and every pair of policies with at most one of each.  Then the tiers: every
 * cluster-wide rule of one peer and at most one protocol, usable or not, before each of a few
 * others, in each tier, with and without policies in the other tiers.  Every connection between any
 * two of the cast is judged in each. */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "kube/clusternetworkpolicy.h"
#include "kube/networkpolicy.h"
#include "oracle/judges.h"

enum {
	WEB = WARD_N_SYM, /* symbols are given in this order */
	APP,
	A,
	B,
	X,
	Y,
	NODE_1,
	NODE_2,
	TEAM,
	P,
	Q,
	N_SYMBOLS,
};

static const char *const symbol_names[] = {"web",    "app",    "a",    "b", "x", "y",
					   "node-1", "node-2", "team", "p", "q"};
static_assert(WARD_ARRAY_SIZE(symbol_names) == N_SYMBOLS - WARD_N_SYM, "one name each");

/* ---- the cast ---- */

#define IP4(n)                                                                                     \
	{                                                                                          \
		.lo = (10u << 24) + (n), .family = WARD_FAMILY_4                                   \
	}
#define IP6(n)                                                                                     \
	{                                                                                          \
		.hi = UINT64_C(0xfd) << 56, .lo = (n), .family = WARD_FAMILY_6                     \
	}
#define LABELS(name, ...)                                                                          \
	static const struct ward_label name##_items[] = {__VA_ARGS__};                             \
	static const struct ward_labels name = {WARD_ARRAY_SIZE(name##_items), name##_items}

LABELS(x_labels, {WARD_SYM_METADATA_NAME, X});
LABELS(y_labels, {WARD_SYM_METADATA_NAME, Y}, {TEAM, A});
LABELS(a_labels, {APP, A});
LABELS(b_labels, {APP, B});

static const struct ward_namespace namespaces[] = {
	{{.kind = WARD_KIND_NAMESPACE, .ns = WARD_NONE, .name = X}, x_labels},
	{{.kind = WARD_KIND_NAMESPACE, .ns = WARD_NONE, .name = Y}, y_labels},
};
static const struct ward_ip node_ips[][2] = {{IP4(0x900), IP6(0x900)}, {IP4(0x901), IP6(0x901)}};
static const struct ward_node_object nodes[] = {
	{.object = {.kind = WARD_KIND_NODE, .ns = WARD_NONE, .name = NODE_1},
	 .n_ips = 2,
	 .ips = node_ips[0]},
	{.object = {.kind = WARD_KIND_NODE, .ns = WARD_NONE, .name = NODE_2},
	 .n_ips = 2,
	 .ips = node_ips[1]},
};
static const struct ward_container_port web_80[] = {{WEB, WARD_TCP, 80}};
static const struct ward_container_port web_81[] = {{WEB, WARD_TCP, 81}, {WEB, WARD_UDP, 80}};
static const struct ward_ip pod_ips[][2] = {{IP4(1), IP6(1)}, {IP4(2), IP6(2)}, {IP4(4), IP6(4)}};
static const struct ward_pod pods[] = {
	{.object = {.kind = WARD_KIND_POD, .ns = X, .name = A},
	 .labels = a_labels,
	 .node = NODE_1,
	 .n_ips = 2,
	 .ips = pod_ips[0],
	 .n_ports = 1,
	 .ports = web_80},
	{.object = {.kind = WARD_KIND_POD, .ns = X, .name = B},
	 .labels = b_labels,
	 .node = NODE_2,
	 .n_ips = 2,
	 .ips = pod_ips[1]},
	{.object = {.kind = WARD_KIND_POD, .ns = Y, .name = A},
	 .labels = a_labels,
	 .node = NODE_2,
	 .n_ips = 2,
	 .ips = pod_ips[2],
	 .n_ports = 2,
	 .ports = web_81},
	{.object = {.kind = WARD_KIND_POD, .ns = Y, .name = B},
	 .labels = b_labels,
	 .node = NODE_1,
	 .host_network = true,
	 .n_ips = 2,
	 .ips = node_ips[0]},
};
/* The pods, the nodes (and with them the pod of node-1's network), two outsiders. */
static const struct ward_ip addresses[][2] = {
	{IP4(1), IP6(1)},	  {IP4(2), IP6(2)},	    {IP4(4), IP6(4)},
	{IP4(0x900), IP6(0x900)}, {IP4(0x901), IP6(0x901)}, {IP4(0x100), IP6(0x100)},
	{IP4(3), IP6(3)},
};
static const struct {
	enum ward_proto proto;
	uint16_t port;
} services[] = {{WARD_TCP, 80}, {WARD_TCP, 81}, {WARD_UDP, 80}, {WARD_SCTP, 80}, {WARD_OTHER, 0}};

/* ---- the alphabets ---- */

#define SELECTOR(name, ...)                                                                        \
	static const struct ward_requirement name##_items[] = {__VA_ARGS__};                       \
	static const struct ward_selector name = {WARD_ARRAY_SIZE(name##_items), name##_items}

static const ward_sym value_a[] = {A}, value_x[] = {X};
SELECTOR(is_a, {.key = APP, .op = WARD_OP_IN, .n_values = 1, .values = value_a});
SELECTOR(is_not_a, {.key = APP, .op = WARD_OP_NOT_IN, .n_values = 1, .values = value_a});
SELECTOR(is_not_x,
	 {.key = WARD_SYM_METADATA_NAME, .op = WARD_OP_NOT_IN, .n_values = 1, .values = value_x});
SELECTOR(has_no_team, {.key = TEAM, .op = WARD_OP_NOT_EXISTS});

static const struct ward_np_except excepts[] = {
	{.cidr = {.ip = IP4(2), .bits = 31}},
	{.cidr = {.ip = IP6(2), .bits = 127}},
};
static const struct ward_np_peer peers[] = {
	{.has_pods = true},
	{.has_namespaces = true},
	{.has_block = true, .block.ip.family = WARD_FAMILY_4},
	{.has_pods = true, .pods = is_a},
	{.has_namespaces = true, .namespaces = is_not_x},
	{.has_block = true, .block = {IP4(0), 29}, .n_excepts = 1, .excepts = &excepts[0]},
	{.has_block = true, .block = {IP6(0), 125}, .n_excepts = 1, .excepts = &excepts[1]},
	{.has_pods = true, .pods = is_not_a, .has_namespaces = true, .namespaces = has_no_team},
	{.has_block = true, .block_is_nothing = true, .block = {IP4(0), 28}},
};
static const struct ward_np_port ports[] = {
	{.proto = WARD_TCP, .name = WEB},
	{.proto = WARD_TCP, .name = WARD_NONE, .low = 80, .high = 80},
	{.proto = WARD_UDP, .name = WARD_NONE, .high = 65535},
	{.proto = WARD_UDP, .name = WEB},
	{.proto = WARD_TCP, .name = WARD_NONE, .low = 80, .high = 81},
	{.proto = WARD_SCTP, .name = WARD_NONE, .low = 1, .high = 65535},
};
static const struct ward_selector everyone = {};
static const struct ward_selector *const subjects[] = {&everyone, &is_a};

enum {
	N_PEERS = WARD_ARRAY_SIZE(peers),
	N_PORTS = WARD_ARRAY_SIZE(ports),
	N_SUBJECTS = WARD_ARRAY_SIZE(subjects),
	N_TYPES = 3
};

/* The lists of at most @most of @n letters, one after the other: () (0) (1) … (0 1) (0 2) … */
static uint32_t n_lists(uint32_t n, uint32_t most)
{
	return most == 1 ? 1 + n : 1 + n + n * (n - 1) / 2;
}

/* The @at-th of them, as indices; its length is returned. */
static uint32_t nth_list(uint32_t n, uint32_t at, uint32_t ret_letters[static 2])
{
	if (!at)
		return 0;
	if (at <= n) {
		ret_letters[0] = at - 1;
		return 1;
	}
	at -= n + 1;
	for (ret_letters[0] = 0; at >= n - 1 - ret_letters[0]; ret_letters[0]++)
		at -= n - 1 - ret_letters[0];
	ret_letters[1] = ret_letters[0] + 1 + at;
	return 2;
}

struct policy {
	struct ward_networkpolicy np;
	struct ward_np_rule rule;
	struct ward_np_peer peers[2];
	struct ward_np_port ports[2];
};

static uint32_t take(uint32_t *number, uint32_t base)
{
	uint32_t digit = *number % base;

	*number /= base;
	return digit;
}

static uint32_t n_policies(uint32_t most)
{
	return N_SUBJECTS * N_TYPES * (n_lists(N_PEERS, most) * n_lists(N_PORTS, most) + 1);
}

/* The @at-th policy with at most @most peers and ports, in namespace x.  Each direction that it
 * isolates has the same one rule; the last ones have none. */
static void policy_make(struct policy *policy, uint32_t most, uint32_t at, ward_sym name)
{
	uint32_t n_peer_lists = n_lists(N_PEERS, most), letters[2];
	uint32_t subject = take(&at, N_SUBJECTS), types = take(&at, N_TYPES);

	*policy = (struct policy){};
	policy->np.object =
		(struct ward_object){.kind = WARD_KIND_NETWORKPOLICY, .ns = X, .name = name};
	policy->np.pods = *subjects[subject];
	policy->np.isolates[WARD_INGRESS] = types != 1;
	policy->np.isolates[WARD_EGRESS] = types != 0;
	if (at == n_peer_lists * n_lists(N_PORTS, most))
		return;
	policy->rule.n_peers = nth_list(N_PEERS, take(&at, n_peer_lists), letters);
	for (uint32_t i = 0; i < policy->rule.n_peers; i++)
		policy->peers[i] = peers[letters[i]];
	policy->rule.n_ports = nth_list(N_PORTS, at, letters);
	for (uint32_t i = 0; i < policy->rule.n_ports; i++)
		policy->ports[i] = ports[letters[i]];
	policy->rule.peers = policy->peers;
	policy->rule.ports = policy->ports;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++) {
		policy->np.n_rules[dir] = 1;
		policy->np.rules[dir] = &policy->rule;
	}
}

/* ---- the run ---- */

static bool conns_check(const struct world *world, const struct judge *judge, void *self,
			uint64_t *n_verdicts)
{
	const uint32_t n = WARD_ARRAY_SIZE(addresses);

	for (uint32_t i = 0; i < n * n * 2 * WARD_ARRAY_SIZE(services); i++) {
		uint32_t at = i, family = take(&at, 2), from = take(&at, n), to = take(&at, n);
		struct conn conn = {
			.from.ip = addresses[from][family],
			.to.ip = addresses[to][family],
			.proto = services[at].proto,
			.port = services[at].port,
		};
		struct judgement got = {};

		judge->judge(self, &conn, &got);
		if (!judgement_check(world, &conn, judge->name, &got))
			return false;
		++*n_verdicts;
	}
	return true;
}

static bool judge_check(const struct world *world, const struct judge *judge, uint64_t *n_verdicts)
{
	void *self = judge->open(world);
	bool agrees = conns_check(world, judge, self, n_verdicts);

	judge->close(self);
	return agrees;
}

static bool singles_check(struct world *world, uint64_t *n_verdicts)
{
	for (uint32_t i = 0; i < n_policies(2); i++) {
		struct policy policy;

		policy_make(&policy, 2, i, P);
		ward_vec_push(&world->objects, &policy.np.object);
		for (uint32_t j = 0; judges[j]; j++) {
			if (!judge_check(world, judges[j], n_verdicts))
				return false;
		}
		world->objects.n--;
	}
	return true;
}

/* By the engine alone: how policies add up is settled there, whoever reads its tables. */
static bool pairs_check(struct world *world, uint64_t *n_verdicts)
{
	for (uint32_t i = 0; i < n_policies(1); i++) {
		for (uint32_t j = 0; j < i; j++) {
			struct policy p, q;

			policy_make(&p, 1, i, P);
			policy_make(&q, 1, j, Q);
			ward_vec_push(&world->objects, &p.np.object);
			ward_vec_push(&world->objects, &q.np.object);
			if (!judge_check(world, &engine_judge, n_verdicts))
				return false;
			world->objects.n -= 2;
		}
	}
	return true;
}

/* ---- tiers ---- */

static const struct ward_cidr every_4 = {.ip.family = WARD_FAMILY_4};
static const struct ward_cidr few[] = {{IP4(2), 31}, {IP6(2), 127}, {IP4(0x900), 32}};
static const ward_sym domains[] = {WEB};
/* The first two are those of the rules that follow. */
static const struct ward_cnp_peer cnp_peers[] = {
	{.kind = WARD_CNP_PODS},
	{.kind = WARD_CNP_NETWORKS, .n_networks = 1, .networks = &every_4},
	{.kind = WARD_CNP_PODS, .pods = is_a},
	{.kind = WARD_CNP_PODS, .namespaces = is_not_x, .pods = is_not_a},
	{.kind = WARD_CNP_NETWORKS, .n_networks = 3, .networks = few},
	{.kind = WARD_CNP_NODES},
	{.kind = WARD_CNP_NODES, .nodes = is_a},
	{.kind = WARD_CNP_DOMAINS, .n_domains = 1, .domains = domains},
	{.kind = WARD_CNP_UNUSABLE},
};
static const struct ward_cnp_protocol cnp_protocols[] = {
	{.proto = WARD_TCP, .name = WARD_NONE, .low = 80, .high = 80},
	{.proto = WARD_N_PROTO, .name = WEB},
	{.proto = WARD_UDP, .name = WARD_NONE, .low = 1, .high = 65535},
	{.unusable = true, .name = WARD_NONE},
};
static const struct ward_np_rule np_web = {.n_ports = 1, .ports = &ports[1]};
static const struct ward_networkpolicy np_tiers[] = {
	{.object = {.kind = WARD_KIND_NETWORKPOLICY, .ns = X, .name = P}, .isolates = {true, true}},
	{.object = {.kind = WARD_KIND_NETWORKPOLICY, .ns = X, .name = P},
	 .isolates = {true, true},
	 .n_rules = {1, 1},
	 .rules = {&np_web, &np_web}},
};

enum {
	N_FIRST = WARD_N_CNP_ACTION * WARD_ARRAY_SIZE(cnp_peers) *
		  (1 + WARD_ARRAY_SIZE(cnp_protocols)),
	N_SECOND = 3 * 2 * 2, /* and none */
	N_NP = 1 + WARD_ARRAY_SIZE(np_tiers),
	N_TIERS = N_FIRST * (N_SECOND + 1) * WARD_N_CNP_TIER * N_NP * 2,
};

static void cnp_rule_make(struct ward_cnp_rule *rule, uint32_t n_actions, uint32_t n_peers,
			  uint32_t at)
{
	*rule = (struct ward_cnp_rule){.action = take(&at, n_actions), .n_peers = 1};
	rule->peers = &cnp_peers[take(&at, n_peers)];
	rule->n_protocols = at != 0;
	rule->protocols = at ? &cnp_protocols[at - 1] : NULL;
}

static void cnp_make(struct ward_clusternetworkpolicy *cnp, enum ward_cnp_tier tier, ward_sym name,
		     uint32_t n_rules, const struct ward_cnp_rule *rules)
{
	*cnp = (struct ward_clusternetworkpolicy){
		.object = {.kind = WARD_KIND_CLUSTERNETWORKPOLICY, .ns = WARD_NONE, .name = name},
		.tier = tier,
		.n_rules = {n_rules, n_rules},
		.rules = {rules, rules},
	};
}

static bool tier_check(struct world *world, uint32_t at, uint64_t *n_verdicts)
{
	static const struct ward_cnp_rule deny = {.action = WARD_CNP_DENY,
						  .n_peers = 1,
						  .peers = &cnp_peers[0]};
	struct ward_clusternetworkpolicy cnp, other;
	struct ward_cnp_rule rules[2];
	uint32_t n = world->objects.n, first = take(&at, N_FIRST), second = take(&at, N_SECOND + 1);
	enum ward_cnp_tier tier = take(&at, WARD_N_CNP_TIER);
	uint32_t np = take(&at, N_NP);
	bool agrees;

	cnp_rule_make(&rules[0], WARD_N_CNP_ACTION, WARD_ARRAY_SIZE(cnp_peers), first);
	if (second)
		cnp_rule_make(&rules[1], 3, 2, second - 1);
	cnp_make(&cnp, tier, P, second ? 2 : 1, rules);
	cnp.pods = is_a;
	cnp_make(&other, !tier, Q, 1, &deny);
	ward_vec_push(&world->objects, &cnp.object);
	if (np)
		ward_vec_push(&world->objects, &np_tiers[np - 1].object);
	if (at)
		ward_vec_push(&world->objects, &other.object);
	agrees = judge_check(world, &engine_judge, n_verdicts);
	world->objects.n = n;
	return agrees;
}

static bool tiers_check(struct world *world, uint64_t *n_verdicts)
{
	for (uint32_t i = 0; i < N_TIERS; i++) {
		if (!tier_check(world, i, n_verdicts))
			return false;
	}
	return true;
}

static void cast_make(struct world *world, struct ward_symbols *symbols)
{
	*world = (struct world){.symbols = symbols};
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(symbol_names); i++)
		ward_symbol(symbols, symbol_names[i]);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(namespaces); i++)
		ward_vec_push(&world->objects, &namespaces[i].object);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(nodes); i++)
		ward_vec_push(&world->objects, &nodes[i].object);
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(pods); i++)
		ward_vec_push(&world->objects, &pods[i].object);
}

int main(void)
{
	struct ward_symbols symbols;
	struct world world;
	uint64_t n_verdicts = 0;
	uint32_t n = n_policies(1);
	bool agrees;

	ward_symbols_init(&symbols);
	cast_make(&world, &symbols);
	agrees = singles_check(&world, &n_verdicts) && pairs_check(&world, &n_verdicts) &&
		 tiers_check(&world, &n_verdicts);
	printf("%u single policies, %u pairs, %u of tiers: %" PRIu64 " verdicts, %s\n",
	       n_policies(2), n * (n - 1) / 2, N_TIERS, n_verdicts,
	       agrees ? "all agree" : "MISMATCH");
	world_done(&world);
	ward_symbols_done(&symbols);
	return agrees ? EXIT_SUCCESS : EXIT_FAILURE;
}
