/* SPDX-License-Identifier: Apache-2.0 */
/* Every judge against the oracle, on random worlds.
 *
 * World n of a run has the seed `--seed` + n, so that the world of a mismatch is made again, and
 * alone, by giving its seed. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#include "oracle/judges.h"

enum {
	VERDICTS_A_WORLD = 500
};

struct tally {
	uint64_t verdicts, worlds;
	uint64_t by[N_JUDGED_BY], denied; /* of the oracle: does the run see every case? */
};

static void tally_count(struct tally *tally, const struct world *world, const struct conn *conn)
{
	struct judgement judgement;

	oracle_judge(world, conn, &judgement);
	tally->denied += !judgement.accept;
	for (enum ward_direction dir = 0; dir < WARD_N_DIRECTION; dir++)
		tally->by[judgement.side[dir].by]++;
}

/* False at the first mismatch, which has been printed. */
static bool world_check(uint64_t seed, struct ward_symbols *symbols, struct tally *tally)
{
	struct rng rng = {.state = seed};
	void *selves[JUDGES_MAX] = {};
	struct world world = {};
	bool agrees = true;

	world_random(&world, symbols, &rng);
	for (uint32_t i = 0; judges[i]; i++)
		selves[i] = judges[i]->open(&world);
	for (uint32_t n = 0; agrees && n < VERDICTS_A_WORLD; n++) {
		struct conn conn;

		world_random_conn(&world, &rng, &conn);
		for (uint32_t i = 0; agrees && judges[i]; i++) {
			struct judgement got = {};

			judges[i]->judge(selves[i], &conn, &got);
			agrees = judgement_check(&world, &conn, judges[i]->name, &got);
			tally->verdicts++;
		}
		if (n % 16 == 0)
			tally_count(tally, &world, &conn);
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
	bool agrees = true;

	ward_symbols_init(&symbols);
	for (uint64_t n = 0; agrees && tally.verdicts < verdicts; n++)
		agrees = world_check(seed + n, &symbols, &tally);
	printf("seed %" PRIu64 ": %" PRIu64 " verdicts in %" PRIu64 " worlds: %s\n", seed,
	       tally.verdicts, tally.worlds, agrees ? "all agree" : "MISMATCH");
	printf("a sixteenth of them: %" PRIu64 " denied; sides %" PRIu64 " by rule, %" PRIu64
	       " isolated, %" PRIu64 " denied by rule, %" PRIu64 " open, %" PRIu64
	       " own node, %" PRIu64 " itself, %" PRIu64 " not judged\n",
	       tally.denied, tally.by[BY_RULE], tally.by[ISOLATED], tally.by[DENIED],
	       tally.by[OPEN], tally.by[OWN_NODE], tally.by[SELF], tally.by[NOT_JUDGED]);
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
