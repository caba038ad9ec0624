/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

/* What policies do is not looked for in half of the input: a peer that was not read would be one
 * that matches nobody. */
static int check_run(struct ward_cli *cli)
{
	struct ward_cluster cluster;
	struct ward_findings findings;
	int code;

	if (ward_cluster_read(cli, &cluster))
		return WARD_EXIT_ERROR;
	if (!ward_diags_has_errors(&cluster.diags))
		cluster.engine = cli->args.staged
					 ? ward_engine_load_staged(&cluster.snapshot, WARD_NONE)
					 : ward_engine_load(&cluster.snapshot, WARD_NONE);
	ward_findings_init(&findings, &cluster.snapshot, cluster.engine);
	if (!ward_cli_findings_write(cli, &cluster, &findings)) {
		ward_cli_findings_print(cli, &cluster, &findings);
		ward_cli_findings_sum_up(cli, &cluster, &findings,
					 cluster.engine ? NULL
							: "the policies are judged when the input "
							  "has no errors");
	}
	code = ward_cli_findings_exit(cli, &findings);
	ward_findings_done(&findings);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option check_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("text|json|sarif|junit"),
	WARD_OPTION("fail-on", 0, TEXT, fail_on, "SEVERITY", "error|warning|note|never",
		    "from which severity on the exit status is 1"),
	WARD_OPTION_STAGED("as if what is staged were enforced"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_check = {
	.name = "check",
	.summary = "what is wrong or doubtful in the files",
	.about =
		"Reads everything strictly, judges it, and lists known mistakes: what is invalid,\n"
		"what does nothing, what does more or less than it seems to.  Each finding has a\n"
		"code; docs/findings/CODE.md explains it.  The annotation\n"
		"  ward.dev/ignore: \"CODE: reason; CODE2: reason\"\n"
		"on an object takes findings about it out.\n",
	.examples = "  ward check -f manifests/\n"
		    "  kustomize build | ward check -f - --fail-on warning\n"
		    "  ward check -f manifests/ -o sarif > ward.sarif\n",
	.exits = "0 nothing at or above --fail-on, 1 something found, 2 error",
	.options = check_options,
	.run = check_run,
};
