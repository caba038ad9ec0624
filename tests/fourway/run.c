/* SPDX-License-Identifier: Apache-2.0 */
/* Oracle = engine = image = packets through the program in the kernel.
 *
 *	fourway FILE …        every expectation of the conformance data
 *	fourway --worlds N    N random worlds, and some changes of each
 *
 * also: --from SEED of the first world (1); --workers N, each with nodes and a CPU of its own. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance/cases.h"
#include "fourway/ask.h"

enum {
	WORKERS_MAX = 64,
	WORLD_QUESTIONS = 100,
	WORLD_STEPS = 5, /* of change */
};

struct run {
	char **files;
	uint64_t n_worlds, first_seed;
	uint32_t n_workers;
};

/* What one worker has done; shared with who started it. */
struct work {
	struct ask_tally tally;
	uint32_t n_cases, n_steps, n_silent;
	uint64_t n_worlds;
};

struct worker {
	const struct run *run;
	uint32_t index;
	struct work *work;
	struct ward_symbols symbols;
	struct asker *asker;
	struct cases cases;
	bool agrees;
};

/* ---- conformance ---- */

static void expectations_ask(struct worker *worker, const struct step *step,
			     const struct expectations *expectations)
{
	uint32_t n = expectations->list.n;
	struct question *questions = ward_new_n(struct question, n ? n : 1);

	for (uint32_t i = 0; i < n; i++)
		questions[i] = (struct question){
			.conn = expectations->list.items[i].conn,
			.allow = expectations->list.items[i].allow,
		};
	worker->work->n_silent += !n;
	if (n && !ask(worker->asker, step->world, false, questions, n)) {
		step_print(&worker->cases, step, "WRONG");
		worker->agrees = false;
	}
	free(questions);
}

static void step_take(void *userdata, const struct step *step)
{
	struct worker *worker = userdata;
	struct expectations expectations;
	const char *error;

	if (worker->cases.n_cases % worker->run->n_workers != worker->index)
		return;
	worker->work->n_steps++;
	error = step_expectations(step, &expectations);
	if (error) {
		step_print(&worker->cases, step, error);
		worker->agrees = false;
	} else {
		expectations_ask(worker, step, &expectations);
	}
	expectations_done(&expectations);
}

static void cases_work(struct worker *worker)
{
	worker->cases =
		(struct cases){.symbols = &worker->symbols, .fn = step_take, .userdata = worker};
	for (char **file = worker->run->files; *file; file++)
		worker->agrees = cases_read(&worker->cases, *file) && worker->agrees;
	worker->work->n_cases = worker->cases.n_cases;
}

/* ---- random worlds ---- */

static bool world_ask(struct worker *worker, const struct world *world, bool goes_on,
		      struct rng *rng)
{
	struct question questions[WORLD_QUESTIONS];

	for (uint32_t i = 0; i < WORLD_QUESTIONS; i++) {
		struct judgement judgement;

		world_random_conn(world, rng, &questions[i].conn);
		oracle_judge(world, &questions[i].conn, &judgement);
		questions[i].allow = judgement.accept;
	}
	return ask(worker->asker, world, goes_on, questions, WORLD_QUESTIONS);
}

/* Takes some object out of the world, or one of the other in. */
static void world_change(struct world *world, const struct world *other, struct rng *rng)
{
	const struct world *from = rng_chance(rng, 30) ? world : other;
	const struct ward_object *object = from->objects.items[rng_below(rng, from->objects.n)];
	uint32_t n = 0;

	for (uint32_t i = 0; i < world->objects.n; i++) {
		const struct ward_object *old = world->objects.items[i];

		if (old->kind != object->kind || old->ns != object->ns || old->name != object->name)
			world->objects.items[n++] = old;
	}
	world->objects.n = n;
	if (from == other)
		ward_vec_push(&world->objects, object);
}

/* A world, and then what becomes of it by small changes. */
static bool life_ask(struct worker *worker, uint64_t seed)
{
	struct world first = {}, other = {}, now;
	struct rng rng = {.state = seed};
	bool agrees;

	world_random(&first, &worker->symbols, &rng);
	world_random(&other, &worker->symbols, &rng);
	world_copy(&now, &first);
	agrees = world_ask(worker, &now, false, &rng);
	for (uint32_t step = 0; agrees && step < WORLD_STEPS && now.objects.n; step++) {
		world_change(&now, &other, &rng);
		agrees = world_ask(worker, &now, true, &rng);
	}
	if (!agrees)
		printf("WRONG in the world of seed %" PRIu64 "\n", seed);
	world_done(&now);
	world_done(&other);
	world_done(&first);
	worker->work->n_worlds++;
	return agrees;
}

static void worlds_work(struct worker *worker)
{
	const struct run *run = worker->run;

	for (uint64_t i = worker->index; worker->agrees && i < run->n_worlds; i += run->n_workers)
		worker->agrees = life_ask(worker, run->first_seed + i);
}

/* ---- workers ---- */

/* Takes the @index-th of the CPUs that we may use. */
static void cpu_take(uint32_t index)
{
	cpu_set_t all, one;
	int cpu = -1;

	sched_getaffinity(0, sizeof(all), &all);
	index %= CPU_COUNT(&all);
	do
		cpu++;
	while (!CPU_ISSET(cpu, &all) || index--);
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}

static bool work(const struct run *run, uint32_t index, struct work *ret_work)
{
	struct worker worker = {.run = run, .index = index, .work = ret_work, .agrees = true};

	cpu_take(index);
	ward_symbols_init(&worker.symbols);
	worker.asker = asker_new(&worker.symbols, &ret_work->tally);
	cases_work(&worker);
	worlds_work(&worker);
	asker_free(worker.asker);
	ward_symbols_done(&worker.symbols);
	return worker.agrees;
}

static void work_add(struct work *sum, const struct work *work)
{
	const uint64_t *from = (const uint64_t *)&work->tally;
	uint64_t *to = (uint64_t *)&sum->tally;

	for (size_t i = 0; i < sizeof(work->tally) / sizeof(*from); i++)
		to[i] += from[i];
	sum->n_cases = work->n_cases; /* each has read them all */
	sum->n_steps += work->n_steps;
	sum->n_silent += work->n_silent;
	sum->n_worlds += work->n_worlds;
}

/* All of it, in processes of their own. */
static bool run_all(const struct run *run, struct work *works)
{
	bool agrees = true;
	int status;

	for (uint32_t i = 0; i < run->n_workers; i++) {
		pid_t pid = fork();

		fabric_check(pid < 0 ? -errno : 0, "a process");
		if (pid == 0)
			exit(work(run, i, &works[i]) ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	while (wait(&status) > 0)
		agrees = agrees && WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
	return agrees;
}

static void usage(void)
{
	fprintf(stderr, "usage: fourway [--worlds N] [--from SEED] [--workers N] [FILE…]\n");
	exit(2);
}

static void options_read(int argc, char **argv, struct run *run)
{
	static const struct option options[] = {
		{"worlds", required_argument, NULL, 'w'},
		{"from", required_argument, NULL, 'f'},
		{"workers", required_argument, NULL, 'n'},
		{},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 'w')
			run->n_worlds = strtoull(optarg, NULL, 10);
		else if (option == 'f')
			run->first_seed = strtoull(optarg, NULL, 10);
		else if (option == 'n')
			run->n_workers = strtoul(optarg, NULL, 10);
		else
			usage();
	}
	run->files = argv + optind;
	if ((!run->n_worlds && !*run->files) || !run->n_workers || run->n_workers > WORKERS_MAX)
		usage();
}

int main(int argc, char **argv)
{
	struct run run = {.first_seed = 1, .n_workers = sysconf(_SC_NPROCESSORS_ONLN)};
	struct work all = {}, *works;
	_cleanup_free_ char *why = NULL;
	bool agrees;

	options_read(argc, argv, &run);
	if (ward_datapath_probe(&why) < 0) {
		printf("skipped: %s\n", why);
		return 77;
	}
	works = mmap(NULL, WORKERS_MAX * sizeof(*works), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (works == MAP_FAILED)
		fabric_check(-errno, "shared memory");
	setvbuf(stdout, NULL, _IOLBF, 0);
	agrees = run_all(&run, works);
	for (uint32_t i = 0; i < run.n_workers; i++)
		work_add(&all, &works[i]);
	if (*run.files)
		printf("%u cases in %u steps, %u of which expect nothing; ", all.n_cases,
		       all.n_steps, all.n_silent);
	if (run.n_worlds)
		printf("%" PRIu64 " worlds from seed %" PRIu64 ", each with %u changes; ",
		       all.n_worlds, run.first_seed, WORLD_STEPS);
	ask_tally_print(&all.tally, stdout);
	return agrees && all.tally.packets.n_packets ? EXIT_SUCCESS : EXIT_FAILURE;
}
