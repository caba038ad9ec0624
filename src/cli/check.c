/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "cli/diag.h"
#include "report/findings.h"

/* The severity that fails, WARD_N_SEVERITY for "never". */
static enum ward_severity fail_on(const struct ward_cli *cli)
{
	if (!cli->args.fail_on)
		return WARD_ERROR;
	for (int severity = 0; severity < WARD_N_SEVERITY; severity++)
		if (strcmp(cli->args.fail_on, ward_severity_str(severity)) == 0)
			return severity;
	return WARD_N_SEVERITY;
}

static void count_print(FILE *out, const char **separator, uint32_t n, const char *what,
			const char *plural)
{
	if (n)
		fprintf(out, "%s%u %s%s", *separator, n, what, n == 1 ? "" : plural);
	if (n)
		*separator = ", ";
}

/* Talk, so that what is piped on is findings only. */
static void summary_print(const struct ward_cli *cli, const struct ward_cluster *cluster,
			  const struct ward_findings *findings)
{
	FILE *out = cli->err.out;
	const char *separator = "";

	fflush(cli->out.out);
	for (int severity = WARD_ERROR; severity >= WARD_NOTE; severity--)
		count_print(out, &separator, findings->n_of[severity], ward_severity_str(severity),
			    "s");
	if (!*separator)
		fputs("nothing found", out);
	if (cluster->n_files)
		fprintf(out, " in %u file%s", cluster->n_files, cluster->n_files == 1 ? "" : "s");
	if (findings->n_ignored)
		fprintf(out, "; %u ignored with a reason", findings->n_ignored);
	if (!cluster->engine)
		fputs("; the policies are judged when the input has no errors", out);
	fputc('\n', out);
}

static void findings_print(const struct ward_cli *cli, struct ward_cluster *cluster,
			   const struct ward_findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n; i++)
		if (!findings->list.items[i].ignored)
			ward_diag_print(&findings->list.items[i].diag, &cluster->sources,
					&cli->out);
	if (findings->n_dropped)
		fprintf(cli->out.out, "… and %u more\n", findings->n_dropped);
	summary_print(cli, cluster, findings);
}

static void findings_write(const struct ward_cli *cli, struct ward_cluster *cluster,
			   const struct ward_findings *findings)
{
	const char *form = cli->args.output ? cli->args.output : "text";

	if (strcmp(form, "json") == 0)
		ward_report_findings_json(findings, &cluster->symbols, stdout);
	else if (strcmp(form, "sarif") == 0)
		ward_report_findings_sarif(findings, &cluster->symbols, WARD_VERSION, stdout);
	else if (strcmp(form, "junit") == 0)
		ward_report_findings_junit(findings, &cluster->symbols, fail_on(cli), stdout);
	else
		findings_print(cli, cluster, findings);
}

/* Input that could not be read is no finding about it. */
static bool is_unread(const struct ward_findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n; i++) {
		const char *code = findings->list.items[i].diag.code;

		if (strcmp(code, "unreadable") == 0 || strcmp(code, "empty-folder") == 0)
			return true;
	}
	return false;
}

static int findings_exit(const struct ward_cli *cli, const struct ward_findings *findings)
{
	if (is_unread(findings))
		return WARD_EXIT_ERROR;
	for (int severity = (int)fail_on(cli); severity < WARD_N_SEVERITY; severity++)
		if (findings->n_of[severity])
			return WARD_EXIT_NO;
	return WARD_EXIT_OK;
}

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
	findings_write(cli, &cluster, &findings);
	code = findings_exit(cli, &findings);
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
