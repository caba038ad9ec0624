/* SPDX-License-Identifier: Apache-2.0 */
/* The map and the explanations against the engine's verdicts, on random worlds: a link holds a port
 * just when the engine accepts it, and the rule that an explanation puts first is the one that the
 * tables say decided. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/explain.h"
#include "analysis/load.h"
#include "analysis/map.h"
#include "doc/read.h"
#include "group/grouppolicy.h"

enum {
	WORLDS = 60,
	N_NS = 3,
	N_PODS = 9,
	N_POLICIES = 7,
};

static const struct {
	enum ward_proto proto;
	uint16_t port;
} probes[] = {
	{WARD_TCP, 1},	   {WARD_TCP, 79},   {WARD_TCP, 80},  {WARD_TCP, 81}, {WARD_TCP, 90},
	{WARD_TCP, 91},	   {WARD_UDP, 53},   {WARD_UDP, 54},  {WARD_SCTP, 7}, {WARD_TCP, 65535},
	{WARD_UDP, 65535}, {WARD_TCP, 8080}, {WARD_OTHER, 0},
};

/* One world, judged. */
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
	switch (pick(seed, 4)) {
	case 0:
		fprintf(out, "{}");
		break;
	case 1:
		fprintf(out, "{matchLabels: {a: \"%u\"}}", pick(seed, 3));
		break;
	case 2:
		fprintf(out, "{matchExpressions: [{key: b, operator: NotIn, values: [\"%u\"]}]}",
			pick(seed, 3));
		break;
	default:
		fprintf(out, "{matchLabels: {a: \"%u\", b: \"%u\"}}", pick(seed, 3), pick(seed, 3));
	}
}

static void write_peers(FILE *out, uint64_t *seed)
{
	for (uint32_t i = pick(seed, 3) + 1; i > 0; i--) {
		uint32_t kind = pick(seed, 5);

		if (kind == 0) {
			fprintf(out, "    - ipBlock: {cidr: 10.0.0.0/8, except: [10.%u.0.0/16]}\n",
				pick(seed, 3));
			continue;
		}
		if (kind == 1) {
			fprintf(out, "    - ipBlock: {cidr: \"fd00::/%u\"}\n", 8 + pick(seed, 120));
			continue;
		}
		fprintf(out, "    - podSelector: ");
		write_selector(out, seed);
		if (kind == 2)
			fprintf(out, "\n      namespaceSelector: {matchLabels: {team: t%u}}",
				pick(seed, 2));
		fputc('\n', out);
	}
}

static void write_ports(FILE *out, uint64_t *seed)
{
	static const char *const ports[] = {
		"{port: 80}",
		"{port: http}",
		"{protocol: UDP, port: 53}",
		"{}",
		"{port: 81, endPort: 90}",
		"{protocol: SCTP}",
		"{protocol: UDP, port: http}",
	};

	if (pick(seed, 3) == 0)
		return;
	fprintf(out, "    ports: [%s, %s]\n", ports[pick(seed, 7)], ports[pick(seed, 7)]);
}

static void write_policy(FILE *out, uint64_t *seed, uint32_t i)
{
	fprintf(out,
		"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
		"metadata: {name: p%u, namespace: n%u}\nspec:\n  podSelector: ",
		i, pick(seed, N_NS));
	write_selector(out, seed);
	fputc('\n', out);
	for (uint32_t direction = 0; direction < 2; direction++) {
		if (pick(seed, 3) == 0)
			continue;
		fprintf(out, direction ? "  egress:\n" : "  ingress:\n");
		for (uint32_t rule = pick(seed, 2) + 1; rule > 0; rule--) {
			bool any = pick(seed, 4) == 0;

			fprintf(out, any ? "  - %s: []\n" : "  - %s:\n", direction ? "to" : "from");
			if (!any)
				write_peers(out, seed);
			write_ports(out, seed);
		}
	}
}

static void write_pod(FILE *out, uint64_t *seed, uint32_t i)
{
	fprintf(out,
		"---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod%u\n  namespace: n%u\n"
		"  labels: {a: \"%u\", b: \"%u\"}\nspec:\n  containers: [{name: c, ports: "
		"[{name: http, containerPort: %u}]}]\n",
		i, pick(seed, N_NS), pick(seed, 3), pick(seed, 3), pick(seed, 2) ? 80 : 8080);
	switch (pick(seed, 3)) {
	case 0:
		fprintf(out, "status: {podIP: 10.%u.0.%u}\n", pick(seed, 3), i + 1);
		break;
	case 1:
		fprintf(out, "status: {podIPs: [{ip: 10.%u.0.%u}, {ip: \"fd00::%u\"}]}\n",
			pick(seed, 3), i + 1, i + 1);
		break;
	}
}

static int decode(void *userdata, ward_sym file, const struct ward_node *root)
{
	static const struct ward_decoder *const tables[] = {ward_kube_decoders, NULL};
	struct world *world = userdata;
	struct ward_decode decode = {
		.snapshot = &world->snapshot,
		.file = file,
		.default_ns = ward_symbol(&world->symbols, "default"),
	};

	ward_snapshot_decode(&decode, tables, root);
	return 0;
}

static void world_init(struct world *world, uint64_t seed)
{
	struct ward_reader reader = {
		.symbols = &world->symbols,
		.diags = &world->diags,
		.fn = decode,
		.userdata = world,
	};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	*world = (struct world){};
	for (uint32_t i = 0; i < N_NS; i++)
		fprintf(out,
			"---\napiVersion: v1\nkind: Namespace\n"
			"metadata: {name: n%u, labels: {team: t%u}}\n",
			i, i % 2);
	for (uint32_t i = 0; i < N_PODS; i++)
		write_pod(out, &seed, i);
	for (uint32_t i = 0; i < N_POLICIES; i++)
		write_policy(out, &seed, i);
	fclose(out);
	ward_symbols_init(&world->symbols);
	ward_snapshot_init(&world->snapshot, &world->symbols, &world->diags);
	ward_read_memory(&reader, "world", text, len);
	free(text);
	if (ward_diags_has_errors(&world->diags))
		fail_msg("%s", world->diags.list.items[0].message);
	ward_snapshot_complete(&world->snapshot);
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

/* What the engine says about two places of the map: in any family that both have. */
static bool engine_says(const struct world *world, const uint32_t endpoints[2],
			const struct ward_ip ips[2], enum ward_proto proto, uint16_t port)
{
	bool without = false;

	for (int i = 0; i < 2; i++)
		without |= endpoints[i] != WARD_NONE &&
			   !world->tables->endpoints[endpoints[i]].n_addresses;
	for (int f = without ? WARD_FAMILY_NONE : WARD_FAMILY_4;
	     f <= (without ? WARD_FAMILY_NONE : WARD_FAMILY_6); f++) {
		struct ward_end ends[2];
		struct ward_verdict verdict;
		bool fits = true;

		for (int i = 0; i < 2; i++) {
			if (endpoints[i] == WARD_NONE)
				ward_engine_resolve(world->engine, ips[i], &ends[i]);
			else
				ward_engine_end_of(world->engine, endpoints[i], f, &ends[i]);
			fits &= f == WARD_FAMILY_NONE || (int)ends[i].ip.family == f;
		}
		if (!fits)
			continue;
		ward_engine_judge(world->engine, &ends[0], &ends[1], proto, port, &verdict);
		if (verdict.accept)
			return true;
	}
	return false;
}

static bool set_has(const struct ward_port_set *set, enum ward_proto proto, uint16_t port)
{
	if (!set || proto == WARD_OTHER)
		return set && set->other;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ranges[i].proto == proto && port >= set->ranges[i].low &&
		    port <= set->ranges[i].high)
			return true;
	return false;
}

static const struct ward_port_set *link_of(const struct ward_map *map, uint32_t from, uint32_t to)
{
	for (uint32_t i = 0; i < map->n_links; i++)
		if (map->links[i].from == from && map->links[i].to == to)
			return map->links[i].allow;
	return NULL;
}

static bool is_pod(const struct world *world, struct ward_ip ip)
{
	struct ward_end end;

	ward_engine_resolve(world->engine, ip, &end);
	return end.kind == WARD_END_POD;
}

static void check_pair(const struct world *world, const struct ward_map *map, uint32_t from,
		       uint32_t to)
{
	const struct ward_place *places[] = {&map->places[from], &map->places[to]};
	const struct ward_port_set *set = link_of(map, from, to);
	uint32_t endpoints[2];
	struct ward_ip ips[2];

	for (int i = 0; i < 2; i++) {
		endpoints[i] = places[i]->external
				       ? WARD_NONE
				       : ward_engine_find(world->engine, places[i]->kind,
							  places[i]->ns, places[i]->name);
		ips[i] = places[i]->range.first;
	}
	/* Both ends of a range must say the same, unless a pod has that address. */
	for (int end = 0; end < 2; end++) {
		bool pods = false;

		for (int i = 0; i < 2; i++)
			pods |= places[i]->external && is_pod(world, ips[i]);
		for (size_t p = 0; p < WARD_ARRAY_SIZE(probes) && !pods; p++)
			assert_int_equal(set_has(set, probes[p].proto, probes[p].port),
					 engine_says(world, endpoints, ips, probes[p].proto,
						     probes[p].port));
		ips[0] = places[0]->range.last;
		ips[1] = places[1]->range.last;
	}
}

/* Every address that is in no range may do nothing. */
static void check_left_out(const struct world *world, const struct ward_map *map, struct ward_ip ip)
{
	if (is_pod(world, ip))
		return;
	for (uint32_t i = 0; i < map->n_places; i++) {
		const struct ward_place *place = &map->places[i];

		if (place->external && ward_ip_cmp(place->range.first, ip) <= 0 &&
		    ward_ip_cmp(ip, place->range.last) <= 0)
			return;
	}
	for (uint32_t e = 0; e < world->tables->n_endpoints; e++) {
		for (size_t p = 0; p < WARD_ARRAY_SIZE(probes); p++) {
			struct ward_ip ips[2] = {ip, ip};

			assert_false(engine_says(world, (uint32_t[]){e, WARD_NONE}, ips,
						 probes[p].proto, probes[p].port));
			assert_false(engine_says(world, (uint32_t[]){WARD_NONE, e}, ips,
						 probes[p].proto, probes[p].port));
		}
	}
}

static void map_agrees(void **state)
{
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct ward_map_options options = {.pods = true};
		struct ward_map map;
		struct world world;

		world_init(&world, seed * 0x9e3779b97f4a7c15);
		ward_map_build(world.engine, &world.snapshot, &options, &map);
		for (uint32_t from = 0; from < map.n_places; from++)
			for (uint32_t to = 0; to < map.n_places; to++)
				if (from != to &&
				    !(map.places[from].external && map.places[to].external))
					check_pair(&world, &map, from, to);
		for (uint32_t i = 0; i < world.tables->n_prefixes; i++)
			check_left_out(&world, &map, world.tables->prefixes[i].first);
		ward_map_done(&map);
		world_done(&world);
	}
}

/* The first rule that matches by itself, in the order of evaluation. */
static const struct ward_rule *first_match(const struct world *world,
					   const struct ward_question *question,
					   const struct ward_pair *pair, int direction)
{
	const struct ward_row *row = &world->tables->rows[pair->verdict.side[direction].row];
	bool out = direction == WARD_EGRESS;
	const struct ward_end *subject = out ? &pair->from_end : &pair->to_end;
	const struct ward_end *other = out ? &pair->to_end : &pair->from_end;

	for (uint32_t i = 0; i < row->n_policies; i++) {
		const struct ward_policy *policy = world->tables->policies[row->policies[i]];

		for (uint32_t r = 0; r < policy->n_rules; r++) {
			const struct ward_rule *rule = &policy->rules[r];

			if ((int)rule->direction == direction &&
			    ward_rule_matches_peer(world->engine, rule, subject, other) &&
			    ward_rule_matches_port(world->engine, rule, &pair->to_end,
						   question->proto, question->port))
				return rule;
		}
	}
	return NULL;
}

static void check_why(const struct world *world, const struct ward_question *question,
		      const struct ward_answer *answer)
{
	const struct ward_verdict *verdict = &answer->explained->verdict;

	for (int direction = 0; direction < WARD_N_DIRECTION; direction++) {
		const struct ward_why *why = &answer->why[direction];
		const struct ward_side *side = &verdict->side[direction];
		const struct ward_decision *decision;

		assert_int_equal(why->judged, side->judged);
		if (!side->judged)
			continue;
		decision = &world->tables->decisions[side->decision];
		assert_int_equal(why->accept, decision->accept);
		if (decision->policy == WARD_NONE) {
			assert_int_equal(why->n_deciding, 0);
			assert_null(first_match(world, question, answer->explained, direction));
			assert_int_equal(why->n_isolating > 0,
					 side->decision == WARD_DECISION_ISOLATED);
			continue;
		}
		assert_true(why->n_deciding > 0);
		assert_ptr_equal(why->deciding[0].policy,
				 world->tables->policies[decision->policy]);
		assert_ptr_equal(why->deciding[0].rule,
				 first_match(world, question, answer->explained, direction));
		assert_null(why->nearest);
	}
}

static void explain_pair(const struct world *world, uint32_t from, uint32_t to)
{
	const char *names[2];
	char texts[2][64];
	struct ward_who who[2];
	uint32_t endpoints[] = {from, to};

	for (int i = 0; i < 2; i++) {
		const struct ward_object *object = &world->tables->endpoints[endpoints[i]].object;
		char *why = NULL;

		names[0] = ward_symbol_str(&world->symbols, object->ns);
		names[1] = ward_symbol_str(&world->symbols, object->name);
		snprintf(texts[i], sizeof(texts[i]), "%s/%s", names[0], names[1]);
		assert_int_equal(ward_who_find(world->engine, &world->snapshot, WARD_NONE, texts[i],
					       &who[i], &why),
				 0);
	}
	for (size_t p = 0; p < WARD_ARRAY_SIZE(probes); p++) {
		struct ward_question question = {
			.engine = world->engine,
			.snapshot = &world->snapshot,
			.from = &who[0],
			.to = &who[1],
			.proto = probes[p].proto,
			.port = probes[p].port,
		};
		struct ward_answer answer;

		if (ward_explain(&question, &answer) < 0)
			continue;
		check_why(world, &question, &answer);
		assert_true(answer.n_allowed == answer.pairs.n || answer.n_fixes > 0);
		ward_answer_done(&answer);
	}
	ward_who_done(&who[0]);
	ward_who_done(&who[1]);
}

static void explanations_agree(void **state)
{
	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		struct world world;

		world_init(&world, seed * 0x9e3779b97f4a7c15);
		for (uint32_t from = 0; from < world.tables->n_endpoints; from++)
			for (uint32_t to = 0; to < world.tables->n_endpoints; to++)
				if (from != to)
					explain_pair(&world, from, to);
		world_done(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(map_agrees),
		cmocka_unit_test(explanations_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
