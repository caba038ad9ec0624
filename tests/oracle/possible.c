/* SPDX-License-Identifier: Apache-2.0 */
/* What could be, against everything that there is.
 *
 * Two sets of policies over a small alphabet; then everyone whom the alphabet allows is made, and
 * the engine judges each with each under both.  What `ward diff` says of possible pods must be
 * exactly that, and its witnesses are brought before the oracle. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff.h"
#include "analysis/load.h"
#include "oracle/everyone.h"

static struct ward_engine *everyone_judge(struct run *run, int set)
{
	struct world world = {};
	struct ward_engine *engine;

	world_copy(&world, &run->everyone);
	for (uint32_t i = 0; i < run->sets[set].objects.n; i++)
		ward_vec_push(&world.objects, run->sets[set].objects.items[i]);
	if (run->has_given) {
		struct ward_namespace *ns = everyone_given(run, set);

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
	for (uint32_t i = 0; i < SMALL_PIECES; i++)
		crowd_add(crowd, engines, small_pieces[i]);
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
	for (uint32_t i = 0; i < SMALL_SERVICES; i++) {
		struct ward_verdict verdict[N_SETS];

		for (int set = 0; set < N_SETS; set++)
			ward_engine_judge(engines[set], &from->end[set], &to->end[set],
					  small_services[i].proto, small_services[i].port,
					  &verdict[set]);
		if (verdict[OLD].accept != verdict[NEW].accept)
			ret_found[verdict[NEW].accept ? WARD_GAINED : WARD_LOST] = true;
	}
}

/* What decides on one side: its cell, or WARD_NONE where nothing is judged. */
static uint32_t cell_of(const struct ward_engine *engine, const struct ward_end *subject,
			const struct ward_end *other, enum ward_direction direction)
{
	const struct ward_tables *tables = ward_engine_tables(engine);

	if (subject->kind != WARD_END_POD)
		return WARD_NONE;
	return ward_row_cell(&tables->rows[tables->endpoints[subject->endpoint].row[direction]],
			     tables->shape_identity[other->shape]);
}

/* Has a pair that the same four cells decide on been judged? */
static bool is_known(struct ward_intern *known, struct ward_engine *const *engines,
		     const struct somebody *from, const struct somebody *to)
{
	uint32_t cells[N_SETS][WARD_N_DIRECTION], before = known->n;

	for (int set = 0; set < N_SETS; set++) {
		const struct ward_end *source = &from->end[set], *target = &to->end[set];

		cells[set][WARD_EGRESS] = cell_of(engines[set], source, target, WARD_EGRESS);
		cells[set][WARD_INGRESS] = cell_of(engines[set], target, source, WARD_INGRESS);
	}
	return ward_intern(known, cells, sizeof(cells)) != before;
}

static void everyone_compare(struct run *run, bool *ret_found)
{
	struct ward_engine *engines[N_SETS] = {everyone_judge(run, OLD), everyone_judge(run, NEW)};
	struct ward_intern known = {};
	struct crowd crowd = {};

	crowd_gather(run, engines, &crowd);
	for (uint32_t a = 0; a < crowd.list.n; a++)
		for (uint32_t b = 0; b < crowd.list.n; b++)
			if (may_meet(&crowd.look.items[a], &crowd.look.items[b]) &&
			    !is_known(&known, engines, &crowd.list.items[a], &crowd.twins.items[b]))
				pair_judge(engines, &crowd.list.items[a], &crowd.twins.items[b],
					   ret_found);
	for (int set = 0; set < N_SETS; set++)
		ward_engine_free(engines[set]);
	ward_intern_done(&known);
	ward_intern_done(&crowd.looks);
	ward_vec_done(&crowd.list);
	ward_vec_done(&crowd.twins);
	ward_vec_done(&crowd.look);
}

/* ---- the witness before the oracle ---- */

static struct ward_labels witness_labels(struct run *run, const struct ward_witness_label *labels,
					 uint32_t n, const char *name)
{
	struct ward_label *items = run_new_n(run, struct ward_label, n + 1);
	uint32_t n_items = 0;

	if (name)
		items[n_items++] = (struct ward_label){WARD_SYM_METADATA_NAME, run_sym(run, name)};
	for (uint32_t i = 0; i < n; i++)
		items[n_items++] = (struct ward_label){run_sym(run, labels[i].key),
						       run_sym(run, labels[i].value)};
	return everyone_labels(items, n_items);
}

static const struct ward_pod *witness_pod(struct run *run, const struct ward_witness *witness,
					  int at)
{
	const struct ward_witness_end *end = &witness->end[at];
	struct ward_pod *pod = run_new_n(run, struct ward_pod, 1);
	struct ward_ip *ip = run_new_n(run, struct ward_ip, 1);
	struct ward_container_port *ports =
		run_new_n(run, struct ward_container_port, witness->n_names);

	*ip = end->ip;
	pod->object = (struct ward_object){
		WARD_KIND_POD, run_sym(run, end->ns), run_sym(run, at ? "to" : "from"), {}};
	pod->labels = witness_labels(run, end->labels, end->n_labels, NULL);
	pod->node = WARD_NONE;
	pod->n_ips = end->has_ip;
	pod->ips = ip;
	pod->ports = ports;
	pod->n_ports = at == WARD_TO ? witness->n_names : 0;
	for (uint32_t i = 0; i < witness->n_names; i++)
		ports[i] = (struct ward_container_port){run_sym(run, witness->names[i]),
							witness->proto, witness->port};
	return pod;
}

static struct conn_end witness_end(struct run *run, int set, const struct ward_witness *witness,
				   int at, struct world *world)
{
	const struct ward_witness_end *end = &witness->end[at];
	struct ward_node_object *node = run_new_n(run, struct ward_node_object, 1);
	struct ward_namespace *ns = run_new_n(run, struct ward_namespace, 1);
	struct ward_ip *ip = run_new_n(run, struct ward_ip, 1);

	*ip = end->ip;
	if (ward_space_is_pod(end->kind)) {
		const struct ward_pod *pod = witness_pod(run, witness, at);

		ns->object =
			(struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, pod->object.ns, {}};
		ns->labels = witness_labels(run, end->namespace_labels, end->n_namespace_labels,
					    end->ns);
		ward_vec_push(&world->objects, &pod->object);
		if (end->kind == WARD_SPACE_GIVEN)
			ns = everyone_given(run, set);
		ward_vec_push(&world->objects, &ns->object);
		return (struct conn_end){.pod = pod, .ip = end->has_ip ? *ip : (struct ward_ip){}};
	}
	if (end->kind == WARD_SPACE_NODE) {
		ip->lo = end->has_ip ? ip->lo : 1;
		ip->family = end->has_ip ? ip->family : WARD_FAMILY_4;
		node->object =
			(struct ward_object){WARD_KIND_NODE, WARD_NONE, run_sym(run, "node"), {}};
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
		ward_snapshot_add(snapshot, &everyone_given(run, set)->object);
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
		everyone_speak(run, ward_engine_tables(sides[set].engine));
	}
	everyone_add_namespaces(run);
	everyone_add_nodes(run);
	if (run->has_given)
		everyone_add_pods(run, run_sym(run, "x"));
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

	return n == 3 ? WARD_NONE : run_sym(run, environments[n]);
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
