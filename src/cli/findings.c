/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/findings.h"

#include <string.h>

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
void ward_cli_findings_sum_up(const struct ward_cli *cli, const struct ward_cluster *cluster,
			      const struct ward_findings *findings, const char *more)
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
	if (more)
		fprintf(out, "; %s", more);
	fputc('\n', out);
}

void ward_cli_findings_print(const struct ward_cli *cli, struct ward_cluster *cluster,
			     const struct ward_findings *findings)
{
	for (uint32_t i = 0; i < findings->list.n; i++)
		if (!findings->list.items[i].ignored)
			ward_diag_print(&findings->list.items[i].diag, &cluster->sources,
					&cli->out);
	if (findings->n_dropped)
		fprintf(cli->out.out, "… and %u more\n", findings->n_dropped);
}

bool ward_cli_findings_write(const struct ward_cli *cli, struct ward_cluster *cluster,
			     const struct ward_findings *findings)
{
	const char *form = cli->args.output ? cli->args.output : "";

	if (strcmp(form, "json") == 0)
		ward_report_findings_json(findings, &cluster->symbols, stdout);
	else if (strcmp(form, "sarif") == 0)
		ward_report_findings_sarif(findings, &cluster->symbols, WARD_VERSION, stdout);
	else if (strcmp(form, "junit") == 0)
		ward_report_findings_junit(findings, &cluster->symbols, cli->command->name,
					   fail_on(cli), stdout);
	else
		return false;
	return true;
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

int ward_cli_findings_exit(const struct ward_cli *cli, const struct ward_findings *findings)
{
	if (is_unread(findings))
		return WARD_EXIT_ERROR;
	for (int severity = (int)fail_on(cli); severity < WARD_N_SEVERITY; severity++)
		if (findings->n_of[severity])
			return WARD_EXIT_NO;
	return WARD_EXIT_OK;
}
