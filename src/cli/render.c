/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "cli/diag.h"
#include "render/render.h"

/* What is refused decides over all: what is left would not be what was written. */
static int rendering_write(struct ward_cli *cli, struct ward_cluster *cluster,
			   const struct ward_rendering *rendering, const struct ward_diags *diags)
{
	bool json = cli->args.output && strcmp(cli->args.output, "json") == 0;

	ward_diags_print(diags, &cluster->sources, &cli->err, WARD_NOTE);
	if (!rendering->n_policies)
		return ward_cli_error(cli, "there is no GroupPolicy in the input");
	if (ward_diags_has_errors(diags)) {
		fputs("nothing is written: the rest alone would not mean the same\n", cli->err.out);
		return WARD_EXIT_NO;
	}
	ward_rendering_write(rendering, json, stdout);
	return WARD_EXIT_OK;
}

/* NetworkPolicies unless it says otherwise. */
static int target_read(const struct ward_cli *cli, enum ward_render_target *ret_target)
{
	const char *to = cli->args.to;

	if (!to)
		return ward_cli_error(cli, "say what to render to: --to networkpolicy or --to cnp");
	if (strcmp(to, "admission") == 0)
		return ward_cli_error(cli, "--to admission is not in this version");
	if (strcmp(to, "cnp") == 0)
		*ret_target = WARD_RENDER_CNP;
	return 0;
}

static int render_run(struct ward_cli *cli)
{
	struct ward_rendering rendering;
	enum ward_render_target target = WARD_RENDER_NETWORKPOLICY;
	struct ward_diags diags = {};
	struct ward_cluster cluster;
	int code = WARD_EXIT_ERROR;

	if (target_read(cli, &target) || ward_cluster_read(cli, &cluster))
		return WARD_EXIT_ERROR;
	ward_cluster_complain(cli, &cluster, WARD_WARNING);
	if (!ward_diags_has_errors(&cluster.diags)) {
		ward_render(&cluster.snapshot, target, &diags, &rendering);
		code = rendering_write(cli, &cluster, &rendering, &diags);
		ward_rendering_done(&rendering);
	}
	ward_diags_done(&diags);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option render_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION("to", 0, TEXT, to, "KIND", "networkpolicy|cnp|admission",
		    "what to write, must be given; admission comes later"),
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("yaml|json"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_render = {
	.name = "render",
	.summary = "GroupPolicies as plain Kubernetes objects",
	.about =
		"Writes NetworkPolicies that mean what the GroupPolicies mean, for the namespaces\n"
		"in the input: give the Namespace objects too.  With --to cnp policies of tiers\n"
		"Emergency, Platform and Baseline become ClusterNetworkPolicies; those of tier\n"
		"Application stay NetworkPolicies.\n"
		"\n"
		"What such objects cannot say is refused with the line that says it, and then\n"
		"nothing is written.  Lines that have expired are left out, and so is what is\n"
		"staged.  The same input gives the same bytes, in whatever order it is read.\n",
	.examples = "  kubectl get ns -o yaml | ward render -f groups/ -f - --to networkpolicy\n"
		    "  ward render -f groups/ -f namespaces.yaml --to cnp > policies.yaml\n"
		    "  ward diff groups/ policies.yaml -f namespaces.yaml\n",
	.exits = "0; 1 something cannot be expressed, 2 error",
	.options = render_options,
	.run = render_run,
};
