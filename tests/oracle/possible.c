/* SPDX-License-Identifier: Apache-2.0 */
/* What could be, against everything that there is.
 *
 * Two sets of policies over a small alphabet; then every pod, in every namespace, that the alphabet
 * allows (each value, another one, absence; with and without each port name at each port; in each
 * piece of the addresses), every node and outsider is made, and the engine judges each with each
 * under both.  What `ward diff` says of possible pods must be exactly that, and its witnesses are
 * brought before the oracle. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff.h"
#include "analysis/load.h"
#include "oracle/judges.h"
#include "oracle/small.h"

enum {
	OLD,
	NEW,
	N_SETS
};

static const struct service {
	enum ward_proto proto;
	uint16_t port;
} services[] = {
	{WARD_TCP, 1},	 {WARD_TCP, 80},  {WARD_TCP, 81},  {WARD_TCP, 91}, {WARD_UDP, 1},
	{WARD_UDP, 80},	 {WARD_UDP, 81},  {WARD_UDP, 91},  {WARD_SCTP, 1}, {WARD_SCTP, 80},
	{WARD_SCTP, 81}, {WARD_SCTP, 91}, {WARD_OTHER, 0},
};

/* The pieces that the blocks of small.c cut the addresses into; the first is all of IPv4. */
static const struct ward_ip pieces[] = {
	{.lo = 0x0a000000, .family = WARD_FAMILY_4},
	{.lo = 0x0a010000, .family = WARD_FAMILY_4},
	{.lo = 0x0b000000, .family = WARD_FAMILY_4},
	{.hi = UINT64_C(0xfd) << 56, .family = WARD_FAMILY_6},
	{.hi = UINT64_C(0x20) << 56, .family = WARD_FAMILY_6},
};

/* What the policies of a run speak of, so that nothing is made for what nobody asks. */
struct spoken {
	bool pod_key[SMALL_POD_KEYS], name[SMALL_NAMES], environment, nodes, blocks;
};

struct run {
	struct ward_symbols symbols;
	struct rng rng;
	struct world sets[N_SETS]; /* the policies */
	ward_sym given[N_SETS];	   /* env label of namespace x, which is given; NONE: absent */
	bool has_given;
	struct spoken spoken;
	struct world everyone; /* namespaces, nodes, pods */
	uint32_t n_addresses;
};

static ward_sym sym(struct run *run, const char *text)
{
	return ward_symbol(&run->symbols, text);
}

/* ---- what is spoken of ---- */

static void speak_selector(struct run *run, const struct ward_selector *selector, bool of_nodes)
{
	for (uint32_t i = 0; i < selector->n; i++) {
		run->spoken.environment |= selector->items[i].key == WARD_SYM_ENV;
		for (uint32_t k = 0; k < SMALL_POD_KEYS; k++)
			run->spoken.pod_key[k] |=
				selector->items[i].key == sym(run, small_pod_keys[k]);
	}
	run->spoken.nodes |= of_nodes;
}

static void speak_rule(struct run *run, const struct ward_rule *rule)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		for (uint32_t k = 0; k < SMALL_NAMES; k++)
			run->spoken.name[k] |= rule->ports[i].name == sym(run, small_port_names[k]);
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct ward_peer *peer = &rule->peers[i];

		run->spoken.blocks |= peer->n_cidrs > 0;
		run->spoken.environment |= peer->same_environment;
		speak_selector(run, &peer->scope.pods, false);
		speak_selector(run, &peer->scope.namespaces, false);
		if (peer->kind == WARD_PEER_NODES)
			speak_selector(run, &peer->nodes, true);
	}
}

static void speak(struct run *run, const struct ward_tables *tables)
{
	for (uint32_t p = 0; p < tables->n_policies; p++) {
		const struct ward_policy *policy = tables->policies[p];

		for (uint32_t i = 0; i < policy->n_subjects; i++) {
			speak_selector(run, &policy->subjects[i].pods, false);
			speak_selector(run, &policy->subjects[i].namespaces, false);
		}
		for (uint32_t r = 0; r < policy->n_rules; r++)
			speak_rule(run, &policy->rules[r]);
	}
}

/* ---- everyone ---- */

#define make_n(run, type, n) ward_arena_new_n(&(run)->everyone.arena, type, n)

static int label_cmp(const void *a, const void *b)
{
	const struct ward_label *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

static struct ward_labels sorted(struct ward_label *labels, uint32_t n)
{
	if (n)
		qsort(labels, n, sizeof(*labels), label_cmp);
	return (struct ward_labels){n, labels};
}

static struct ward_ip next_ip(struct run *run, uint32_t piece)
{
	struct ward_ip ip = pieces[piece];

	ip.lo += 100 + run->n_addresses++;
	return ip;
}

/* The @n-th set of pod labels, or false. */
static bool pod_labels(struct run *run, uint32_t n, struct ward_labels *ret_labels)
{
	struct ward_label *labels = make_n(run, struct ward_label, SMALL_POD_KEYS);
	uint32_t n_labels = 0;

	for (uint32_t k = 0; k < SMALL_POD_KEYS; k++) {
		uint32_t choice = n % (SMALL_VALUES + 2);

		if (!run->spoken.pod_key[k])
			continue;
		n /= SMALL_VALUES + 2;
		if (choice <= SMALL_VALUES)
			labels[n_labels++] = (struct ward_label){
				sym(run, small_pod_keys[k]),
				sym(run, choice < SMALL_VALUES ? small_values[choice] : "else")};
	}
	*ret_labels = sorted(labels, n_labels);
	return n == 0;
}

static const struct ward_container_port *pod_ports(struct run *run, uint32_t names, uint32_t *ret_n)
{
	struct ward_container_port *ports =
		make_n(run, struct ward_container_port, SMALL_NAMES * WARD_ARRAY_SIZE(services));

	*ret_n = 0;
	for (uint32_t k = 0; k < SMALL_NAMES; k++)
		for (uint32_t i = 0; i < WARD_ARRAY_SIZE(services); i++)
			if (names >> k & 1 && services[i].proto != WARD_OTHER)
				ports[(*ret_n)++] =
					(struct ward_container_port){sym(run, small_port_names[k]),
								     services[i].proto,
								     services[i].port};
	return ports;
}

static void add_pods(struct run *run, ward_sym ns)
{
	struct ward_labels labels;

	for (uint32_t n = 0; pod_labels(run, n, &labels); n++)
		for (uint32_t names = 0; names < 1 << SMALL_NAMES; names++)
			for (uint32_t i = 0; i < 2 * WARD_ARRAY_SIZE(pieces); i++) {
				struct ward_pod *pod = make_n(run, struct ward_pod, 1);
				struct ward_ip *ip = make_n(run, struct ward_ip, 1);
				char name[32];

				if ((!run->spoken.blocks && i > 1) ||
				    (names & 1 && !run->spoken.name[0]) ||
				    (names & 2 && !run->spoken.name[1]))
					continue;
				*ip = next_ip(run, i / 2);
				snprintf(name, sizeof(name), "p%u", run->n_addresses);
				pod->object =
					(struct ward_object){WARD_KIND_POD, ns, sym(run, name), {}};
				pod->owner_kind = WARD_KIND_POD;
				pod->owner = pod->object.name;
				pod->labels = labels;
				pod->node = WARD_NONE;
				pod->service_account = WARD_NONE;
				pod->n_ips = 1;
				pod->ips = ip;
				pod->ports = pod_ports(run, names, &pod->n_ports);
				ward_vec_push(&run->everyone.objects, &pod->object);
			}
}

/* A namespace that says it is called @called; several may, but only one of them can be there. */
static struct ward_namespace *namespace_make(struct run *run, const char *called, const char *env,
					     uint32_t number)
{
	struct ward_namespace *ns = make_n(run, struct ward_namespace, 1);
	struct ward_label *labels = make_n(run, struct ward_label, 2);
	char name[32], other[32];

	snprintf(name, sizeof(name), "ns-%s-%s-%u", called ? called : "", env ? env : "none",
		 number);
	snprintf(other, sizeof(other), "other-%s-%u", env ? env : "none", number);
	labels[0] = (struct ward_label){WARD_SYM_METADATA_NAME, sym(run, called ? called : other)};
	if (env)
		labels[1] = (struct ward_label){WARD_SYM_ENV, sym(run, env)};
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, sym(run, name), {}};
	ns->labels = sorted(labels, env ? 2 : 1);
	return ns;
}

static void add_namespaces(struct run *run)
{
	static const char *const environments[] = {NULL, "prod", "", "dev", "fresh", "fresher"};
	static const char *const called[] = {"x", "y", NULL, NULL};

	for (uint32_t n = 0; n < WARD_ARRAY_SIZE(called); n++)
		for (uint32_t e = 0; e < (run->spoken.environment ? 6u : 1u); e++) {
			struct ward_namespace *ns;

			if (n == 0 && run->has_given)
				continue;
			ns = namespace_make(run, called[n], environments[e], n);
			ward_vec_push(&run->everyone.objects, &ns->object);
			add_pods(run, ns->object.name);
		}
}

static void add_nodes(struct run *run)
{
	struct ward_labels labels;

	for (uint32_t n = 0; run->spoken.nodes && pod_labels(run, n, &labels); n++) {
		struct ward_node_object *node = make_n(run, struct ward_node_object, 1);
		struct ward_ip *ips = make_n(run, struct ward_ip, WARD_ARRAY_SIZE(pieces));
		char name[32];

		for (uint32_t i = 0; i < WARD_ARRAY_SIZE(pieces); i++)
			ips[i] = next_ip(run, i);
		snprintf(name, sizeof(name), "node%u", n);
		node->object = (struct ward_object){WARD_KIND_NODE, WARD_NONE, sym(run, name), {}};
		node->labels = labels;
		node->n_ips = run->spoken.blocks ? WARD_ARRAY_SIZE(pieces) : 1;
		node->ips = ips;
		ward_vec_push(&run->everyone.objects, &node->object);
	}
}

/* Namespace x as it is given on that side. */
static struct ward_namespace *given_namespace(struct run *run, int set)
{
	struct ward_namespace *ns = make_n(run, struct ward_namespace, 1);
	struct ward_label *labels = make_n(run, struct ward_label, 2);
	ward_sym env = run->given[set];

	labels[0] = (struct ward_label){WARD_SYM_METADATA_NAME, sym(run, "x")};
	labels[1] = (struct ward_label){WARD_SYM_ENV, env};
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, sym(run, "x"), {}};
	ns->labels = sorted(labels, env == WARD_NONE ? 1 : 2);
	return ns;
}

static struct ward_engine *everyone_judge(struct run *run, int set)
{
	struct world world = {};
	struct ward_engine *engine;

	world_copy(&world, &run->everyone);
	for (uint32_t i = 0; i < run->sets[set].objects.n; i++)
		ward_vec_push(&world.objects, run->sets[set].objects.items[i]);
	if (run->has_given) {
		struct ward_namespace *ns = given_namespace(run, set);

		ward_vec_push(&world.objects, &ns->object);
	}
	engine = engine_for_node(&world, WARD_NONE);
	world_done(&world);
	return engine;
}

/* ---- each with each ---- */

struct somebody {
	struct ward_end end[N_SETS];
};

/* All that both engines see of an end, and the name that its namespace goes by. */
struct looks {
	uint32_t row[N_SETS][WARD_N_DIRECTION], identity[N_SETS];
	uint32_t called, ns, family;
};

struct crowd {
	struct ward_intern looks;
	WARD_VEC(struct somebody) list, twins; /* of equal looks, if there is another */
	WARD_VEC(struct looks) look;
};

static void crowd_add(struct crowd *crowd, struct ward_engine *const *engines, struct ward_ip ip)
{
	struct somebody one;
	struct looks looks = {.called = WARD_NONE, .ns = WARD_NONE, .family = ip.family};
	uint32_t id;

	memset(looks.row, 0xff, sizeof(looks.row));
	for (int set = 0; set < N_SETS; set++) {
		const struct ward_tables *tables = ward_engine_tables(engines[set]);
		struct ward_end *end = &one.end[set];

		ward_engine_resolve(engines[set], ip, end);
		looks.identity[set] = tables->shape_identity[end->shape];
		if (end->kind != WARD_END_POD)
			continue;
		memcpy(looks.row[set], tables->endpoints[end->endpoint].row,
		       sizeof(looks.row[set]));
		looks.ns = tables->endpoints[end->endpoint].object.ns;
		looks.called = ward_labels_get(ward_engine_namespace_labels(engines[set], looks.ns),
					       WARD_SYM_METADATA_NAME);
	}
	id = ward_intern(&crowd->looks, &looks, sizeof(looks));
	if (id == crowd->list.n) {
		ward_vec_push(&crowd->list, one);
		ward_vec_push(&crowd->twins, one);
		ward_vec_push(&crowd->look, looks);
	}
	crowd->twins.items[id] = one;
}

static void crowd_gather(struct run *run, struct ward_engine *const *engines, struct crowd *crowd)
{
	for (uint32_t i = 0; i < run->everyone.objects.n; i++) {
		const struct ward_object *object = run->everyone.objects.items[i];
		const struct ward_pod *pod = (const void *)object;
		const struct ward_node_object *node = (const void *)object;
		const struct ward_ip *ips = object->kind == WARD_KIND_POD    ? pod->ips
					    : object->kind == WARD_KIND_NODE ? node->ips
									     : NULL;

		for (uint32_t k = 0; ips && k < (object->kind == WARD_KIND_POD ? 1 : node->n_ips);
		     k++)
			crowd_add(crowd, engines, ips[k]);
	}
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(pieces); i++)
		crowd_add(crowd, engines, pieces[i]);
}

/* Not two namespaces of one name, not two families. */
static bool may_meet(const struct looks *a, const struct looks *b)
{
	return a->family == b->family &&
	       (a->called == WARD_NONE || a->called != b->called || a->ns == b->ns);
}

static void pair_judge(struct ward_engine *const *engines, const struct somebody *from,
		       const struct somebody *to, bool *ret_found)
{
	for (uint32_t i = 0; i < WARD_ARRAY_SIZE(services); i++) {
		struct ward_verdict verdict[N_SETS];

		for (int set = 0; set < N_SETS; set++)
			ward_engine_judge(engines[set], &from->end[set], &to->end[set],
					  services[i].proto, services[i].port, &verdict[set]);
		if (verdict[OLD].accept != verdict[NEW].accept)
			ret_found[verdict[NEW].accept ? WARD_GAINED : WARD_LOST] = true;
	}
}

static void everyone_compare(struct run *run, bool *ret_found)
{
	struct ward_engine *engines[N_SETS] = {everyone_judge(run, OLD), everyone_judge(run, NEW)};
	struct crowd crowd = {};

	crowd_gather(run, engines, &crowd);
	for (uint32_t a = 0; a < crowd.list.n; a++)
		for (uint32_t b = 0; b < crowd.list.n; b++)
			if (may_meet(&crowd.look.items[a], &crowd.look.items[b]))
				pair_judge(engines, &crowd.list.items[a], &crowd.twins.items[b],
					   ret_found);
	for (int set = 0; set < N_SETS; set++)
		ward_engine_free(engines[set]);
	ward_intern_done(&crowd.looks);
	ward_vec_done(&crowd.list);
	ward_vec_done(&crowd.twins);
	ward_vec_done(&crowd.look);
}

/* ---- the witness before the oracle ---- */

static struct ward_labels witness_labels(struct run *run, const struct ward_witness_label *labels,
					 uint32_t n, const char *name)
{
	struct ward_label *items = make_n(run, struct ward_label, n + 1);
	uint32_t n_items = 0;

	if (name)
		items[n_items++] = (struct ward_label){WARD_SYM_METADATA_NAME, sym(run, name)};
	for (uint32_t i = 0; i < n; i++)
		items[n_items++] =
			(struct ward_label){sym(run, labels[i].key), sym(run, labels[i].value)};
	return sorted(items, n_items);
}

static const struct ward_pod *witness_pod(struct run *run, const struct ward_witness *witness,
					  int at)
{
	const struct ward_witness_end *end = &witness->end[at];
	struct ward_pod *pod = make_n(run, struct ward_pod, 1);
	struct ward_ip *ip = make_n(run, struct ward_ip, 1);
	struct ward_container_port *ports =
		make_n(run, struct ward_container_port, witness->n_names);

	*ip = end->ip;
	pod->object = (struct ward_object){
		WARD_KIND_POD, sym(run, end->ns), sym(run, at ? "to" : "from"), {}};
	pod->labels = witness_labels(run, end->labels, end->n_labels, NULL);
	pod->node = WARD_NONE;
	pod->n_ips = end->has_ip;
	pod->ips = ip;
	pod->ports = ports;
	pod->n_ports = at == WARD_TO ? witness->n_names : 0;
	for (uint32_t i = 0; i < witness->n_names; i++)
		ports[i] = (struct ward_container_port){sym(run, witness->names[i]), witness->proto,
							witness->port};
	return pod;
}

static struct conn_end witness_end(struct run *run, int set, const struct ward_witness *witness,
				   int at, struct world *world)
{
	const struct ward_witness_end *end = &witness->end[at];
	struct ward_node_object *node = make_n(run, struct ward_node_object, 1);
	struct ward_namespace *ns = make_n(run, struct ward_namespace, 1);
	struct ward_ip *ip = make_n(run, struct ward_ip, 1);

	*ip = end->ip;
	if (ward_space_is_pod(end->kind)) {
		const struct ward_pod *pod = witness_pod(run, witness, at);

		ns->object =
			(struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, pod->object.ns, {}};
		ns->labels = witness_labels(run, end->namespace_labels, end->n_namespace_labels,
					    end->ns);
		ward_vec_push(&world->objects, &pod->object);
		if (end->kind == WARD_SPACE_GIVEN)
			ns = given_namespace(run, set);
		ward_vec_push(&world->objects, &ns->object);
		return (struct conn_end){.pod = pod, .ip = end->has_ip ? *ip : (struct ward_ip){}};
	}
	if (end->kind == WARD_SPACE_NODE) {
		ip->lo = end->has_ip ? ip->lo : 1;
		ip->family = end->has_ip ? ip->family : WARD_FAMILY_4;
		node->object =
			(struct ward_object){WARD_KIND_NODE, WARD_NONE, sym(run, "node"), {}};
		node->labels = witness_labels(run, end->labels, end->n_labels, NULL);
		node->n_ips = 1;
		node->ips = ip;
		ward_vec_push(&world->objects, &node->object);
	}
	return (struct conn_end){.ip = *ip};
}

/* OLD and NEW must say what the difference says that they do. */
static bool witness_check(struct run *run, int way, const struct ward_diff_possible *possible)
{
	const struct ward_witness *witness = &possible->witness;
	bool right = true;

	for (int set = 0; set < N_SETS; set++) {
		struct conn conn = {.proto = witness->proto, .port = witness->port};
		struct judgement judgement;
		struct world world = {};

		world_copy(&world, &run->sets[set]);
		conn.from = witness_end(run, set, witness, WARD_FROM, &world);
		conn.to = witness_end(run, set, witness, WARD_TO, &world);
		oracle_judge(&world, &conn, &judgement);
		if (judgement.accept != ((set == NEW) == (way == WARD_GAINED)) ||
		    judgement.accept != possible->why[set].accept) {
			printf("# the witness of what is %s is no witness: %s says ",
			       way == WARD_GAINED ? "gained" : "lost", set == NEW ? "NEW" : "OLD");
			judgement_print(&world, &judgement, stdout);
			conn_print(&world, &conn, stdout);
			world_print(&world, stdout);
			right = false;
		}
		world_done(&world);
	}
	return right;
}

/* ---- one run ---- */

static void side_open(struct run *run, int set, struct ward_diags *diags,
		      struct ward_snapshot *snapshot, struct ward_diff_side *side)
{
	ward_snapshot_init(snapshot, &run->symbols, diags);
	for (uint32_t i = 0; i < run->sets[set].objects.n; i++)
		ward_snapshot_add(snapshot, (struct ward_object *)run->sets[set].objects.items[i]);
	if (run->has_given)
		ward_snapshot_add(snapshot, &given_namespace(run, set)->object);
	*side = (struct ward_diff_side){ward_engine_load(snapshot, WARD_NONE), snapshot};
}

static bool run_compare(struct run *run, uint32_t *n_found)
{
	struct ward_diags diags[N_SETS] = {};
	struct ward_snapshot snapshots[N_SETS];
	struct ward_diff_side sides[N_SETS];
	struct ward_diff_options options = {};
	bool found[WARD_N_WAY] = {}, right = true;
	struct ward_diff diff;

	for (int set = 0; set < N_SETS; set++) {
		side_open(run, set, &diags[set], &snapshots[set], &sides[set]);
		speak(run, ward_engine_tables(sides[set].engine));
	}
	add_namespaces(run);
	add_nodes(run);
	if (run->has_given)
		add_pods(run, sym(run, "x"));
	ward_diff_build(sides, &options, &diff);
	everyone_compare(run, found);
	for (int way = 0; way < WARD_N_WAY; way++) {
		bool says = diff.possible[way].found == WARD_FOUND;

		n_found[way] += says;
		if (says != found[way] || diff.possible[way].found == WARD_FOUND_UNKNOWN) {
			printf("# %s: %s, should be %s\n", way == WARD_GAINED ? "gained" : "lost",
			       says ? "found" : "none", found[way] ? "found" : "none");
			right = false;
		} else if (says) {
			right = witness_check(run, way, &diff.possible[way]) && right;
		}
	}
	ward_diff_done(&diff);
	for (int set = 0; set < N_SETS; set++) {
		ward_engine_free((struct ward_engine *)sides[set].engine);
		ward_snapshot_done(&snapshots[set]);
		ward_diags_done(&diags[set]);
	}
	return right;
}

static ward_sym random_environment(struct run *run)
{
	static const char *const environments[] = {"prod", "dev", ""};
	uint32_t n = rng_below(&run->rng, 4);

	return n == 3 ? WARD_NONE : sym(run, environments[n]);
}

static bool run_one(uint64_t seed, uint32_t *n_found)
{
	struct run run = {.rng = {.state = seed}};
	bool right;

	ward_symbols_init(&run.symbols);
	run.everyone.symbols = &run.symbols;
	for (int set = 0; set < N_SETS; set++)
		run.sets[set].symbols = &run.symbols;
	small_policies(&run.sets[OLD], &run.rng);
	small_variation(&run.sets[NEW], &run.sets[OLD], &run.rng);
	run.has_given = rng_chance(&run.rng, 50);
	run.given[OLD] = run.given[NEW] = random_environment(&run);
	if (rng_chance(&run.rng, 20))
		run.given[NEW] = random_environment(&run);
	right = run_compare(&run, n_found);
	if (!right) {
		for (int set = 0; set < N_SETS; set++) {
			printf("# %s\n", set == NEW ? "NEW" : "OLD");
			world_print(&run.sets[set], stdout);
		}
		printf("# seed %" PRIu64 "\n", seed);
	}
	for (int set = 0; set < N_SETS; set++)
		world_done(&run.sets[set]);
	world_done(&run.everyone);
	ward_symbols_done(&run.symbols);
	return right;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"pairs", required_argument, NULL, 'p'},
		{"seed", required_argument, NULL, 's'},
		{},
	};
	uint64_t pairs = 20000, seed = 1, n = 0;
	uint32_t n_found[WARD_N_WAY] = {};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: %s [--pairs N] [--seed S]\n", argv[0]);
			return 2;
		}
		*(option == 'p' ? &pairs : &seed) = strtoull(optarg, NULL, 10);
	}
	while (n < pairs && run_one(seed + n, n_found))
		n++;
	printf("%" PRIu64 " of %" PRIu64 " pairs; %u gain something, %u lose something\n", n, pairs,
	       n_found[WARD_GAINED], n_found[WARD_LOST]);
	return n == pairs ? EXIT_SUCCESS : EXIT_FAILURE;
}
