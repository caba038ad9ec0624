/* SPDX-License-Identifier: Apache-2.0 */
/* Every judge against the oracle, on random worlds.  A verdict is one connection on which the
 * oracle and all of them agree.
 *
 * World n of a run has the seed `--seed` + n, so that the world of a mismatch is made again, and
 * alone, by giving its seed. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "oracle/census.h"
#include "oracle/judges.h"

enum {
	VERDICTS_A_WORLD = 500,
	ENOUGH = 100000 /* to have met everything */
};

struct tally {
	uint64_t verdicts, worlds;
	struct census census;
};

/* All judges about one connection. */
static bool conn_check(const struct world *world, void *const *selves, const struct conn *conn,
		       struct judgement *ret_of_first)
{
	for (uint32_t i = 0; judges[i]; i++) {
		struct judgement got = {};

		judges[i]->judge(selves[i], conn, &got);
		if (!judgement_check(world, conn, judges[i]->name, &got))
			return false;
		if (!i)
			*ret_of_first = got;
	}
	return true;
}

/* False at the first mismatch, which has been printed. */
static bool world_check(uint64_t seed, struct ward_symbols *symbols, struct tally *tally)
{
	struct rng rng = {.state = seed};
	void *selves[JUDGES_MAX] = {};
	struct world world = {};
	bool agrees = true;

	world_random(&world, symbols, &rng);
	world.rehearses = rng_chance(&rng, 50);
	for (uint32_t i = 0; judges[i]; i++)
		selves[i] = judges[i]->open(&world);
	for (uint32_t n = 0; agrees && n < VERDICTS_A_WORLD; n++) {
		struct judgement judgement = {};
		struct conn conn;

		world_random_conn(&world, &rng, &conn);
		agrees = conn_check(&world, selves, &conn, &judgement);
		tally->verdicts++;
		if (n % 16 == 0)
			census_take(&tally->census, &world, &conn, &judgement);
	}
	for (uint32_t i = 0; judges[i]; i++)
		judges[i]->close(selves[i]);
	world_done(&world);
	tally->worlds++;
	if (!agrees)
		printf("# mismatch in the world of seed %" PRIu64 "\n", seed);
	return agrees;
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s [--verdicts N] [--seed S]\n", program);
	return 2;
}

static bool parse_u64(const char *text, uint64_t *ret_value)
{
	char *end;

	errno = 0;
	*ret_value = strtoull(text, &end, 10);
	return !errno && end != text && !*end;
}

static bool run(uint64_t seed, uint64_t verdicts)
{
	struct ward_symbols symbols;
	struct tally tally = {};
	uint32_t n_judges = 0;
	bool agrees = true;

	ward_symbols_init(&symbols);
	for (uint64_t n = 0; agrees && tally.verdicts < verdicts; n++)
		agrees = world_check(seed + n, &symbols, &tally);
	for (uint32_t i = 0; judges[i]; i++)
		n_judges++;
	printf("seed %" PRIu64 ": %" PRIu64 " verdicts of %u judges in %" PRIu64 " worlds: %s\n",
	       seed, tally.verdicts, n_judges, tally.worlds, agrees ? "all agree" : "MISMATCH");
	agrees = (census_print(&tally.census, stdout) || verdicts < ENOUGH) && agrees;
	ward_symbols_done(&symbols);
	return agrees;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"verdicts", required_argument, NULL, 'v'},
		{"seed", required_argument, NULL, 's'},
		{},
	};
	uint64_t verdicts = 1000000, seed = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'v' && parse_u64(optarg, &verdicts))
			continue;
		if (option == 's' && parse_u64(optarg, &seed))
			continue;
		return usage(argv[0]);
	}
	return run(seed, verdicts) ? EXIT_SUCCESS : EXIT_FAILURE;
}
