/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/lab.h"

static int observe_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	struct ward_lab_filter filter = {
		.verdict = cli->args.verdict,
		.from = cli->args.from,
		.to = cli->args.to,
		.last = cli->args.last,
		.follow = !cli->args.no_follow,
	};
	char *why = NULL;
	int r = ward_lab_observe(&lab, &filter, &output, &why);

	return ward_cli_lab_exit(cli, r, why);
}

static const struct ward_option observe_options[] = {
	WARD_OPTION("verdict", 0, TEXT, verdict, "VERDICT", "allowed|denied",
		    "only flows with this verdict"),
	WARD_OPTION("from", 0, TEXT, from, "WHO", NULL, "only from these: as in `can`, or NS/"),
	WARD_OPTION("to", 0, TEXT, to, "WHO", NULL, "only to these"),
	WARD_OPTION("last", 0, NUMBER, last, "N", NULL,
		    "begin with the last N; else 0, or all with --no-follow"),
	WARD_OPTION("no-follow", 0, SWITCH, no_follow, NULL, NULL,
		    "end after the past instead of going on live"),
	WARD_OPTION_NAMESPACE("of names without one"),
	WARD_OPTION_LAB,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_observe = {
	.name = "observe",
	.summary = "the flows of a lab, with the rule that decided each",
	.about = "One line for each node that judged the packet.  Goes on until interrupted, or\n"
		 "until the lab ends.\n",
	.examples = "  ward observe\n"
		    "  ward observe --verdict denied --from shop/web\n"
		    "  ward observe --last 100 --no-follow -o json\n",
	.exits = "0; 2 error",
	.options = observe_options,
	.run = observe_run,
};
