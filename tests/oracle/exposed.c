/* SPDX-License-Identifier: Apache-2.0 */
/* The exposure of a pod, against everyone there can be.
 *
 * For each pod that the alphabet allows beside it, and each service: if the engine lets it through
 * at both ends, some line of the exposure must say so; where a line says so, the pod's own side
 * must accept; and each line must be true, at both ends, of somebody, for each of its services.
 * Addresses must be told exactly.  The example of a line is brought before the oracle. */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/exposure.h"
#include "analysis/load.h"
#include "oracle/everyone.h"

/* A run with one workload. */
struct trial {
	struct run run;
	struct ward_pod *subject;
	struct ward_snapshot snapshot;
	struct ward_engine *everyone; /* and the subject */
	struct ward_exposure exposure;
	uint32_t n_lines;
};

/* ---- the workload ---- */

static ward_sym random_value(struct run *run)
{
	static const char *const values[] = {"a", "b", "else"};

	return run_sym(run, values[rng_below(&run->rng, 3)]);
}

static void subject_make(struct trial *trial)
{
	struct run *run = &trial->run;
	struct ward_pod *pod = run_new_n(run, struct ward_pod, 1);
	struct ward_label *labels = run_new_n(run, struct ward_label, SMALL_POD_KEYS);
	struct ward_container_port *port = run_new_n(run, struct ward_container_port, 1);
	struct ward_ip *ip = run_new_n(run, struct ward_ip, 1);
	uint32_t n = 0;

	for (uint32_t k = 0; k < SMALL_POD_KEYS; k++)
		if (rng_chance(&run->rng, 70))
			labels[n++] = (struct ward_label){run_sym(run, small_pod_keys[k]),
							  random_value(run)};
	*ip = small_pieces[rng_below(&run->rng, SMALL_PIECES)];
	ip->lo += 7;
	*port = (struct ward_container_port){run_sym(run, small_port_names[0]), WARD_TCP,
					     rng_chance(&run->rng, 50) ? 80 : 81};
	pod->object = (struct ward_object){WARD_KIND_POD,
					   run_sym(run, rng_chance(&run->rng, 60) ? "x" : "y"),
					   run_sym(run, "subject"),
					   {}};
	pod->owner_kind = WARD_KIND_POD;
	pod->owner = pod->object.name;
	pod->labels = everyone_labels(labels, n);
	pod->node = pod->service_account = WARD_NONE;
	pod->n_ips = rng_chance(&run->rng, 50);
	pod->ips = ip;
	pod->n_ports = rng_chance(&run->rng, 60);
	pod->ports = port;
	trial->subject = pod;
}

/* Its namespace as the snapshot knows it. */
static const struct ward_namespace *own_namespace(const struct trial *trial)
{
	return (const struct ward_namespace *)ward_snapshot_find(&trial->snapshot,
								 WARD_KIND_NAMESPACE, WARD_NONE,
								 trial->subject->object.ns);
}

/* Namespace y may be given too, in an environment of its own. */
static void given_y_make(struct run *run)
{
	struct ward_namespace *ns = run_new_n(run, struct ward_namespace, 1);
	struct ward_label *labels = run_new_n(run, struct ward_label, 2);

	labels[0] = (struct ward_label){WARD_SYM_METADATA_NAME, run_sym(run, "y")};
	labels[1] = (struct ward_label){WARD_SYM_ENV, run_sym(run, "prod")};
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, run_sym(run, "y"), {}};
	ns->labels = everyone_labels(labels, rng_chance(&run->rng, 50) ? 2 : 1);
	run->given_y = ns;
}

static void snapshot_make(struct trial *trial, struct ward_diags *diags)
{
	struct run *run = &trial->run;

	ward_snapshot_init(&trial->snapshot, &run->symbols, diags);
	for (uint32_t i = 0; i < run->sets[OLD].objects.n; i++)
		ward_snapshot_add(&trial->snapshot,
				  (struct ward_object *)run->sets[OLD].objects.items[i]);
	if (run->has_given)
		ward_snapshot_add(&trial->snapshot, &everyone_given(run, OLD)->object);
	if (run->given_y)
		ward_snapshot_add(&trial->snapshot, (struct ward_object *)&run->given_y->object);
	ward_snapshot_add(&trial->snapshot, &trial->subject->object);
	ward_snapshot_complete(&trial->snapshot);
}

static void everyone_make(struct trial *trial)
{
	struct run *run = &trial->run;
	const struct ward_namespace *own = own_namespace(trial);
	struct world world = {};

	run->without_addresses = true;
	everyone_add_namespaces(run);
	if (run->has_given)
		everyone_add_pods(run, run_sym(run, "x"));
	if (run->given_y)
		everyone_add_pods(run, run->given_y->object.name);
	if (own->implied)
		everyone_add_pods(run, own->object.name);
	world_copy(&world, &run->everyone);
	for (uint32_t i = 0; i < trial->snapshot.objects.n; i++)
		ward_vec_push(&world.objects, trial->snapshot.objects.items[i]);
	trial->everyone = engine_for_node(&world, WARD_NONE);
	world_done(&world);
}

/* ---- what a line says ---- */

static bool label_fits(const struct trial *trial, const struct ward_exposed_label *label,
		       struct ward_labels labels)
{
	ward_sym key = ward_symbol_find(&trial->run.symbols, label->key), value = WARD_NONE;

	for (uint32_t i = 0; i < labels.n; i++)
		if (labels.items[i].key == key)
			value = labels.items[i].value;
	if (value == WARD_NONE)
		return label->absent;
	for (uint32_t i = 0; i < label->n_values; i++)
		if (value == ward_symbol_find(&trial->run.symbols, label->values[i]))
			return !label->except;
	return label->except;
}

static bool labels_fit(const struct trial *trial, const struct ward_exposed_labels *wanted,
		       struct ward_labels labels)
{
	for (uint32_t i = 0; i < wanted->n; i++)
		if (!label_fits(trial, &wanted->items[i], labels))
			return false;
	return true;
}

static bool has_name(const struct trial *trial, const struct ward_pod *pod, const char *name)
{
	for (uint32_t i = 0; i < pod->n_ports; i++)
		if (strcmp(ward_symbol_str(&trial->run.symbols, pod->ports[i].name), name) == 0)
			return true;
	return false;
}

/* Pods of the crowd call every port by each of their names. */
static bool names_fit(const struct trial *trial, const struct ward_exposed_peer *peer,
		      const struct ward_pod *pod)
{
	for (uint32_t i = 0; i < peer->n_names; i++)
		if (!has_name(trial, pod, peer->names[i]))
			return false;
	for (uint32_t i = 0; i < peer->n_unnamed; i++)
		if (has_name(trial, pod, peer->unnamed[i]))
			return false;
	return true;
}

static bool ports_have(const struct ward_port_set *set, const struct small_service *service)
{
	if (service->proto == WARD_OTHER)
		return set->other;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ranges[i].proto == service->proto && set->ranges[i].low <= service->port &&
		    service->port <= set->ranges[i].high)
			return true;
	return false;
}

static bool peer_fits(const struct trial *trial, const struct ward_exposed_peer *peer,
		      const struct ward_pod *pod, struct ward_ip ip)
{
	if (!pod) {
		for (uint32_t i = 0; peer->kind == WARD_SPACE_OUTSIDE && i < peer->n_ranges; i++)
			if (ward_ip_cmp(peer->ranges[i].first, ip) <= 0 &&
			    ward_ip_cmp(ip, peer->ranges[i].last) <= 0)
				return true;
		return false;
	}
	return peer->kind == WARD_SPACE_NEW && labels_fit(trial, &peer->labels, pod->labels) &&
	       labels_fit(trial, &peer->namespaces,
			  ward_engine_namespace_labels(trial->everyone, pod->object.ns)) &&
	       names_fit(trial, peer, pod);
}

/* ---- somebody against the lines ---- */

struct somebody {
	const struct ward_pod *pod; /* NULL: from outside */
	struct ward_end end;
};

enum {
	LINES_MAX = 256
};

static bool complain(const struct trial *trial, const struct somebody *one, int direction,
		     const struct small_service *service, const char *what)
{
	const struct ward_symbols *symbols = &trial->run.symbols;
	struct ward_labels ns = {};

	printf("# %s %s/%u: %s\n", ward_direction_str(direction), ward_proto_str(service->proto),
	       service->port, what);
	if (!one->pod)
		return false;
	ns = ward_engine_namespace_labels(trial->everyone, one->pod->object.ns);
	for (uint32_t i = 0; i < one->pod->labels.n; i++)
		printf("# pod %s=%s\n", ward_symbol_str(symbols, one->pod->labels.items[i].key),
		       ward_symbol_str(symbols, one->pod->labels.items[i].value));
	for (uint32_t i = 0; i < ns.n; i++)
		printf("# ns %s=%s\n", ward_symbol_str(symbols, ns.items[i].key),
		       ward_symbol_str(symbols, ns.items[i].value));
	printf("# %u ports\n", one->pod->n_ports);
	return false;
}

/* Notes in @true_of which (line, service) hold for this one at both ends. */
static bool somebody_check(const struct trial *trial, const struct somebody *one,
			   const struct ward_end *own, int direction,
			   bool (*true_of)[SMALL_SERVICES])
{
	const struct ward_exposed *exposed = &trial->exposure.list[0];
	const struct ward_end *from = direction == WARD_EGRESS ? own : &one->end;
	const struct ward_end *to = direction == WARD_EGRESS ? &one->end : own;
	bool right = true;

	for (uint32_t s = 0; s < SMALL_SERVICES; s++) {
		const struct small_service *service = &small_services[s];
		struct ward_verdict verdict;
		bool said = false;

		ward_engine_judge(trial->everyone, from, to, service->proto, service->port,
				  &verdict);
		for (uint32_t i = 0; i < exposed->n[direction]; i++) {
			const struct ward_exposed_peer *peer = &exposed->peers[direction][i];

			if (!ports_have(&peer->ports, service) ||
			    !peer_fits(trial, peer, one->pod, one->end.ip))
				continue;
			said = true;
			true_of[i][s] |= verdict.accept;
		}
		if (right && verdict.accept && !said)
			right = complain(trial, one, direction, service, "is open, and not said");
		if (right && said && !verdict.side[direction].accept)
			right = complain(trial, one, direction, service, "is said, and not open");
	}
	return right;
}

/* Nobody else is in another namespace of the name that the workload's has. */
static bool may_meet(const struct trial *trial, const struct ward_pod *pod)
{
	ward_sym own = trial->subject->object.ns;

	return pod->object.ns == own ||
	       ward_labels_get(ward_engine_namespace_labels(trial->everyone, pod->object.ns),
			       WARD_SYM_METADATA_NAME) != own;
}

static bool lines_check(const struct trial *trial, int direction,
			const bool (*true_of)[SMALL_SERVICES])
{
	const struct ward_exposed *exposed = &trial->exposure.list[0];

	for (uint32_t i = 0; i < exposed->n[direction]; i++) {
		const struct ward_exposed_peer *peer = &exposed->peers[direction][i];

		for (uint32_t s = 0; s < SMALL_SERVICES && peer->kind != WARD_SPACE_NODE; s++)
			if (ports_have(&peer->ports, &small_services[s]) && !true_of[i][s]) {
				printf("# %s: line %u is true of nobody on %s/%u\n",
				       ward_direction_str(direction), i,
				       ward_proto_str(small_services[s].proto),
				       small_services[s].port);
				return false;
			}
	}
	return true;
}

static bool direction_check(const struct trial *trial, int direction)
{
	const struct ward_object *subject = &trial->subject->object;
	uint32_t own = ward_engine_find(trial->everyone, subject->kind, subject->ns, subject->name);
	bool true_of[LINES_MAX][SMALL_SERVICES] = {};
	struct somebody one = {};
	struct ward_end end;
	bool right = trial->exposure.list[0].n[direction] <= LINES_MAX;

	ward_engine_end_of(trial->everyone, own, WARD_FAMILY_NONE, &end);
	for (uint32_t i = 0; right && i < trial->run.everyone.objects.n; i++) {
		const struct ward_object *object = trial->run.everyone.objects.items[i];

		one.pod = (const struct ward_pod *)object;
		if (object->kind != WARD_KIND_POD || !may_meet(trial, one.pod))
			continue;
		ward_engine_end_of(trial->everyone,
				   ward_engine_find(trial->everyone, object->kind, object->ns,
						    object->name),
				   WARD_FAMILY_NONE, &one.end);
		right = somebody_check(trial, &one, &end, direction, true_of);
	}
	one.pod = NULL;
	for (uint32_t i = 0; right && i < SMALL_PIECES; i++) {
		if (trial->subject->n_ips &&
		    trial->subject->ips[0].family != small_pieces[i].family)
			continue;
		ward_engine_resolve(trial->everyone, small_pieces[i], &one.end);
		right = somebody_check(trial, &one, &end, direction, true_of);
	}
	return right && lines_check(trial, direction, (const bool(*)[SMALL_SERVICES])true_of);
}

/* ---- the examples before the oracle ---- */

static struct ward_labels example_labels(struct run *run, const struct ward_witness_label *labels,
					 uint32_t n, const char *name)
{
	struct ward_label *items = run_new_n(run, struct ward_label, n + 1);

	for (uint32_t i = 0; i < n; i++)
		items[i] = (struct ward_label){run_sym(run, labels[i].key),
					       run_sym(run, labels[i].value)};
	if (name)
		items[n] = (struct ward_label){WARD_SYM_METADATA_NAME, run_sym(run, name)};
	return everyone_labels(items, n + (name != NULL));
}

static struct conn_end example_end(struct trial *trial, const struct ward_witness *witness,
				   const struct ward_witness_end *end, struct world *world)
{
	struct run *run = &trial->run;
	struct ward_pod *pod = run_new_n(run, struct ward_pod, 1);
	struct ward_namespace *ns = run_new_n(run, struct ward_namespace, 1);
	struct ward_container_port *ports =
		run_new_n(run, struct ward_container_port, witness->n_names);

	if (!ward_space_is_pod(end->kind))
		return (struct conn_end){.ip = end->ip};
	for (uint32_t i = 0; i < witness->n_names; i++)
		ports[i] = (struct ward_container_port){run_sym(run, witness->names[i]),
							witness->proto, witness->port};
	pod->object = (struct ward_object){
		WARD_KIND_POD, run_sym(run, end->ns), run_sym(run, "example"), {}};
	pod->labels = example_labels(run, end->labels, end->n_labels, NULL);
	pod->node = WARD_NONE;
	pod->n_ports = witness->n_names;
	pod->ports = ports;
	ns->object = (struct ward_object){WARD_KIND_NAMESPACE, WARD_NONE, pod->object.ns, {}};
	ns->labels = example_labels(run, end->namespace_labels, end->n_namespace_labels, end->ns);
	if (!ward_snapshot_find(&trial->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, pod->object.ns) ||
	    ((const struct ward_namespace *)ward_snapshot_find(
		     &trial->snapshot, WARD_KIND_NAMESPACE, WARD_NONE, pod->object.ns))
		    ->implied)
		ward_vec_push(&world->objects, &ns->object);
	ward_vec_push(&world->objects, &pod->object);
	return (struct conn_end){.pod = pod};
}

static bool example_check(struct trial *trial, int direction, const struct ward_exposed_peer *peer)
{
	const struct ward_witness *witness = &peer->witness;
	enum ward_end_at other = direction == WARD_EGRESS ? WARD_TO : WARD_FROM;
	struct conn conn = {.proto = witness->proto, .port = witness->port};
	struct conn_end own = {.pod = trial->subject}, theirs;
	struct judgement judgement;
	struct world world = {};

	if (peer->kind == WARD_SPACE_NODE)
		return true;
	if (trial->subject->n_ips)
		own.ip = trial->subject->ips[0];
	world.symbols = &trial->run.symbols;
	for (uint32_t i = 0; i < trial->snapshot.objects.n; i++) {
		const struct ward_object *object = trial->snapshot.objects.items[i];

		if (object->kind != WARD_KIND_NAMESPACE ||
		    !((const struct ward_namespace *)object)->implied)
			ward_vec_push(&world.objects, object);
	}
	theirs = example_end(trial, witness, &witness->end[other], &world);
	conn.from = direction == WARD_EGRESS ? own : theirs;
	conn.to = direction == WARD_EGRESS ? theirs : own;
	oracle_judge(&world, &conn, &judgement);
	if (!judgement.accept) {
		printf("# an example does not get through: ");
		judgement_print(&world, &judgement, stdout);
		world_print(&world, stdout);
	}
	world_done(&world);
	return judgement.accept;
}

/* ---- one trial ---- */

static bool trial_check(struct trial *trial)
{
	const struct ward_exposed *exposed = &trial->exposure.list[0];
	bool right = trial->exposure.n == 1 && exposed->complete;

	for (int direction = 0; direction < WARD_N_DIRECTION && right; direction++) {
		right = direction_check(trial, direction);
		trial->n_lines += exposed->n[direction];
		for (uint32_t i = 0; i < exposed->n[direction] && right; i++)
			right = example_check(trial, direction, &exposed->peers[direction][i]);
	}
	return right;
}

static bool trial_run(struct trial *trial)
{
	struct ward_map_options options = {};
	struct ward_diags diags = {};
	struct ward_engine *engine;
	struct ward_map map;
	bool right;

	subject_make(trial);
	if (rng_chance(&trial->run.rng, 50))
		given_y_make(&trial->run);
	snapshot_make(trial, &diags);
	engine = ward_engine_load(&trial->snapshot, WARD_NONE);
	everyone_speak(&trial->run, ward_engine_tables(engine));
	everyone_make(trial);
	ward_map_build(engine, &trial->snapshot, &options, &map);
	ward_exposure_build(engine, &trial->snapshot, &map, NULL, &trial->exposure);
	right = trial_check(trial);
	ward_exposure_done(&trial->exposure);
	ward_map_done(&map);
	ward_engine_free(engine);
	ward_engine_free(trial->everyone);
	if (!right) {
		ward_vec_push(&trial->run.sets[OLD].objects, &trial->subject->object);
		if (trial->run.has_given)
			ward_vec_push(&trial->run.sets[OLD].objects,
				      &everyone_given(&trial->run, OLD)->object);
		world_print(&trial->run.sets[OLD], stdout);
	}
	ward_snapshot_done(&trial->snapshot);
	ward_diags_done(&diags);
	return right;
}

static bool run_one(uint64_t seed, uint64_t *n_lines)
{
	static const char *const environments[] = {"prod", "dev", ""};
	struct trial trial = {.run = {.rng = {.state = seed}}};
	struct run *run = &trial.run;
	uint32_t environment;
	bool right;

	ward_symbols_init(&run->symbols);
	run->everyone.symbols = run->sets[OLD].symbols = &run->symbols;
	small_policies(&run->sets[OLD], &run->rng);
	run->has_given = rng_chance(&run->rng, 50);
	environment = rng_below(&run->rng, 4);
	run->given[OLD] = environment == 3 ? WARD_NONE : run_sym(run, environments[environment]);
	right = trial_run(&trial);
	*n_lines += trial.n_lines;
	if (!right)
		printf("# seed %" PRIu64 "\n", seed);
	world_done(&run->sets[OLD]);
	world_done(&run->everyone);
	ward_symbols_done(&run->symbols);
	return right;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"trials", required_argument, NULL, 't'},
		{"seed", required_argument, NULL, 's'},
		{},
	};
	uint64_t trials = 20000, seed = 1, n = 0, n_lines = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?') {
			fprintf(stderr, "usage: %s [--trials N] [--seed S]\n", argv[0]);
			return 2;
		}
		*(option == 't' ? &trials : &seed) = strtoull(optarg, NULL, 10);
	}
	while (n < trials && run_one(seed + n, &n_lines))
		n++;
	printf("%" PRIu64 " of %" PRIu64 " workloads, %" PRIu64 " lines\n", n, trials, n_lines);
	return n == trials ? EXIT_SUCCESS : EXIT_FAILURE;
}
