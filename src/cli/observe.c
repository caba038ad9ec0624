/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "cli/lab.h"
#include "cli/since.h"

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

static int since_parse(const struct ward_cli *cli, int64_t *ret_us)
{
	const char *since = cli->args.since, *since_time = cli->args.since_time;
	int64_t ago;

	*ret_us = 0;
	if (since && since_time)
		return ward_cli_error(cli, "--since and --since-time say the same: give one");
	if (since_time && !ward_instant_parse(since_time, ret_us))
		return ward_cli_error(cli,
				      "--since-time wants a time such as 2026-11-23T09:14:02Z, not "
				      "\"%s\"",
				      since_time);
	if (since && !ward_duration_parse(since, &ago))
		return ward_cli_error(cli,
				      "--since wants a duration such as 5s, 2m or 1h30m, not "
				      "\"%s\"",
				      since);
	if (since)
		*ret_us = now_us() - ago;
	return 0;
}

/* What contradicts itself. */
static int args_check(const struct ward_cli *cli)
{
	const struct ward_args *args = &cli->args;

	if (args->follow && args->no_follow)
		return ward_cli_error(cli, "--follow and --no-follow: give one");
	if (args->summary && args->counters)
		return ward_cli_error(cli, "--summary and --counters: give one");
	if (args->summary && args->follow)
		return ward_cli_error(cli, "--summary is about the past: it cannot --follow");
	if (args->counters && (args->follow || args->last || args->since || args->since_time))
		return ward_cli_error(cli, "--counters are about all of the past, up to now");
	if (args->summary && args->last)
		return ward_cli_error(cli, "--summary counts all of the past, not the --last: give "
					   "--since");
	if (args->summary && args->verdict && strcmp(args->verdict, "denied") != 0)
		return ward_cli_error(cli, "--summary is about what was denied");
	return 0;
}

static int observe_run(struct ward_cli *cli)
{
	struct ward_lab lab = ward_cli_lab(cli);
	struct ward_lab_output output = ward_cli_lab_output(cli);
	struct ward_lab_filter filter = {
		.verdict = cli->args.verdict,
		.from = cli->args.from,
		.to = cli->args.to,
		.group = cli->args.group,
		.last = cli->args.last,
		.follow = !cli->args.no_follow && !cli->args.summary && !cli->args.counters,
		.summary = cli->args.summary,
		.counters = cli->args.counters,
		.closed = cli->args.closed,
	};
	char *why = NULL;
	int r;

	if (args_check(cli) || since_parse(cli, &filter.since_us))
		return WARD_EXIT_ERROR;
	r = ward_lab_observe(&lab, &filter, &output, &why);
	return ward_cli_lab_exit(cli, r, why);
}

static const struct ward_option observe_options[] = {
	WARD_OPTION("verdict", 0, TEXT, verdict, "VERDICT", "allowed|denied|staged",
		    "only flows with this verdict, or that staging would change"),
	WARD_OPTION("from", 0, TEXT, from, "WHO", NULL, "only from these: as in `can`, or NS/"),
	WARD_OPTION("to", 0, TEXT, to, "WHO", NULL, "only to these"),
	WARD_OPTION("group", 0, TEXT, group, "GROUP", NULL, "only from or to this user group"),
	WARD_OPTION("since", 0, TEXT, since, "DURATION", NULL,
		    "begin with what is not older: 5s, 2m, 1h30m"),
	WARD_OPTION("since-time", 0, TEXT, since_time, "TIME", NULL,
		    "begin there: 2026-11-23T09:14:02Z"),
	WARD_OPTION("last", 0, NUMBER, last, "N", NULL,
		    "begin with the last N; else 0, or all with --no-follow"),
	WARD_OPTION("follow", 'f', SWITCH, follow, NULL, NULL,
		    "go on live, which it does anyway but with --summary"),
	WARD_OPTION("no-follow", 0, SWITCH, no_follow, NULL, NULL,
		    "end after the past instead of going on live"),
	WARD_OPTION("closed", 0, SWITCH, closed, NULL, NULL,
		    "flows that end too, with packets and bytes"),
	WARD_OPTION("summary", 0, SWITCH, summary, NULL, NULL,
		    "who was denied most, by what, and what would allow it"),
	WARD_OPTION("counters", 0, SWITCH, counters, NULL, NULL,
		    "packets and bytes of every pod, by rule"),
	WARD_OPTION_NAMESPACE("of names without one"),
	WARD_OPTION_LAB,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_observe = {
	.name = "observe",
	.summary = "the flows of a lab, with the rule that decided each",
	.about = "One line for each node that judged the packet.  Goes on until interrupted, or\n"
		 "until the lab ends.  Of what repeats within a second, a line says how often.\n"
		 "\n"
		 "Where something is staged, a flow that it would change says so.\n"
		 "\n"
		 "With --summary, the denied packets of the past, counted by workload: by which\n"
		 "rule, or isolated by which policies, and the line that would allow it.\n"
		 "With --counters, all packets, by pod and rule; --from then means what left a\n"
		 "pod, --to what came in.\n",
	.examples = "  ward observe\n"
		    "  ward observe --verdict denied --from shop/web\n"
		    "  ward observe --summary --since 10m --group frontend\n"
		    "  ward observe --last 100 --no-follow -o json\n",
	.exits = "0; 2 error",
	.options = observe_options,
	.run = observe_run,
};
