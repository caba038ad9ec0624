/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "report/members.h"

static bool is_about_one(const struct ward_who *who)
{
	return who->kind != WARD_WHO_CIDR && who->kind != WARD_WHO_WORLD;
}

static int answer(const struct ward_cli *cli, const struct ward_cluster *cluster,
		  const struct ward_who *who)
{
	struct ward_profiles profiles;
	bool any;

	if (!is_about_one(who))
		return ward_cli_error(cli, "%s is many addresses: name a pod or one address",
				      who->text);
	ward_profiles_build(cluster->engine, &cluster->snapshot, who, &profiles);
	if (cli->args.output && strcmp(cli->args.output, "json") == 0)
		ward_report_whoami_json(&profiles, stdout);
	else
		ward_report_whoami_text(&profiles, &cli->out);
	any = ward_profiles_have_groups(&profiles);
	ward_profiles_done(&profiles);
	return any ? WARD_EXIT_OK : WARD_EXIT_NO;
}

static int whoami_ask(struct ward_cli *cli, struct ward_cluster *cluster)
{
	_cleanup_free_ char *why = NULL;
	struct ward_who who;
	ward_sym ns;
	int code;

	if (ward_cluster_namespace(cli, cluster, &ns))
		return WARD_EXIT_ERROR;
	if (ward_who_find(cluster->engine, &cluster->snapshot, ns, cli->args.words.list.items[0],
			  &who, &why) < 0)
		return ward_cli_error(cli, "%s", why);
	code = answer(cli, cluster, &who);
	ward_who_done(&who);
	return code;
}

static int whoami_run(struct ward_cli *cli)
{
	struct ward_cluster cluster;
	int code;

	cli->args.staged = true; /* a policy that is staged is told as such, and not left out */
	if (ward_cluster_open(cli, &cluster))
		return WARD_EXIT_ERROR;
	code = whoami_ask(cli, &cluster);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option whoami_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of a name without one, and of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|json"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_whoami = {
	.name = "whoami",
	.arguments = "ENDPOINT",
	.summary = "the groups of a pod, those that it just misses, and its policies",
	.about = "ENDPOINT is a pod or workload (NAME, NS/NAME, KIND/NAME), one IP address, or\n"
		 "node:NAME.\n"
		 "\n"
		 "Says in which groups it is and by which line of theirs; which groups it misses "
		 "by\n"
		 "a little, such as a label that is spelled otherwise, nearest first; and which\n"
		 "policies govern it, enforced or staged, in which direction.\n",
	.examples = "  ward whoami shop/web -f manifests/\n"
		    "  ward whoami deploy/web -n shop -f manifests/ -o json\n"
		    "  ward whoami 10.20.3.4 -f manifests/\n",
	.exits = "0 it is in a group, 1 it is in none, 2 error",
	.min_words = 1,
	.max_words = 1,
	.options = whoami_options,
	.run = whoami_run,
};
