/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "report/trial.h"

static void print(const struct ward_cli *cli, const struct ward_trials *trials)
{
	const char *output = cli->args.output ? cli->args.output : "table";

	if (strcmp(output, "json") == 0)
		ward_report_trials_json(trials, stdout);
	else if (strcmp(output, "junit") == 0)
		ward_report_trials_junit(trials, stdout);
	else if (strcmp(output, "tap") == 0)
		ward_report_trials_tap(trials, stdout);
	else
		ward_report_trials_text(trials, &cli->out);
}

static int test_judge(const struct ward_cli *cli, const struct ward_cluster *cluster)
{
	const struct ward_words *words = &cli->args.words;
	const char *name = words->list.n ? words->list.items[0] : NULL;
	struct ward_trials trials;
	int code = WARD_EXIT_OK;

	ward_trials_run(cluster->engine, &cluster->snapshot, name, 0, &trials);
	if (!trials.list.n)
		code = name ? ward_cli_error(cli, "the input has no PolicyTest \"%s\"", name)
			    : ward_cli_error(cli, "the input has no PolicyTest");
	else
		print(cli, &trials);
	if (trials.n_of[WARD_OUTCOME_ERROR])
		code = WARD_EXIT_ERROR;
	else if (trials.n_of[WARD_OUTCOME_FAIL] + trials.n_of[WARD_OUTCOME_UNDECIDED])
		code = WARD_EXIT_NO;
	ward_trials_done(&trials);
	return code;
}

static int test_run(struct ward_cli *cli)
{
	struct ward_cluster cluster;
	int code;

	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	code = test_judge(cli, &cluster);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option test_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|json|junit|tap"),
	WARD_OPTION_STAGED("as if what is staged were enforced"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_test = {
	.name = "test",
	.arguments = "[NAME]",
	.summary = "do the policies say what is expected of them",
	.about = "Judges every PolicyTest of the input, or the one called NAME: for the pods that\n"
		 "are given, and for every pod, namespace and address that could be.  What breaks\n"
		 "an expectation is shown: who, to whom, on which port, and the line that "
		 "decides.\n",
	.examples = "  ward test -f manifests/\n"
		    "  ward test shop-paths -f manifests/ -o junit\n"
		    "  helm template . | ward test -f - -f tests.yaml --staged\n",
	.exits = "0 all hold, 1 some do not, 2 error",
	.max_words = 1,
	.options = test_options,
	.run = test_run,
};
