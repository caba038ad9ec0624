/* SPDX-License-Identifier: Apache-2.0 */
#include "report/members.h"

#include <string.h>

#include "cli/cluster.h"

static void answer(const struct ward_cli *cli, const struct ward_rosters *rosters)
{
	const char *output = cli->args.output ? cli->args.output : "table";

	if (strcmp(output, "json") == 0)
		ward_report_members_json(rosters, stdout);
	else if (strcmp(output, "name") == 0)
		ward_report_members_names(rosters, stdout);
	else
		ward_report_members_text(rosters, &cli->out);
}

static int members_ask(struct ward_cli *cli, struct ward_cluster *cluster)
{
	_cleanup_free_ char *why = NULL;
	struct ward_rosters rosters;
	bool any;
	ward_sym ns;

	if (ward_cluster_namespace(cli, cluster, &ns))
		return WARD_EXIT_ERROR;
	if (ward_rosters_find(cluster->engine, &cluster->snapshot, ns,
			      cli->args.words.list.items[0], &rosters, &why) < 0)
		return ward_cli_error(cli, "%s", why);
	answer(cli, &rosters);
	any = ward_rosters_have_members(&rosters);
	ward_rosters_done(&rosters);
	return any ? WARD_EXIT_OK : WARD_EXIT_NO;
}

static int members_run(struct ward_cli *cli)
{
	struct ward_cluster cluster;
	int code;

	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	code = members_ask(cli, &cluster);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option members_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("only members there; objects without one are in it"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|json|name"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_members = {
	.name = "members",
	.arguments = "GROUP",
	.summary = "who is in a user group, by which line, and who is left out",
	.about =
		"GROUP is one of\n"
		"  NAME, group:NAME  a UserGroup, and every group that a GroupPolicy declares by\n"
		"                    this name\n"
		"  POLICY/NAME       only the one that this GroupPolicy declares\n"
		"  ENV/NAME          only the members in this environment\n"
		"\n"
		"Says which line makes each pod a member; which pods a line matches that are left\n"
		"out all the same, and why; which addresses belong to it; and the plain pairs of\n"
		"selectors, of namespaces and of pods, that nesting and exclusion come down to.\n",
	.examples = "  ward members db -f manifests/\n"
		    "  ward members shop/db -f manifests/  the one that GroupPolicy shop declares\n"
		    "  ward members prod/db -f manifests/ -o name\n"
		    "  kubectl get ns,pods -A -o json | ward members db -f - -f groups.yaml\n",
	.exits = "0 it has members, 1 it has none, 2 error",
	.min_words = 1,
	.max_words = 1,
	.options = members_options,
	.run = members_run,
};
