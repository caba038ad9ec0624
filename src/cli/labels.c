/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "analysis/labels.h"
#include "cli/findings.h"
#include "report/labels.h"

static bool has_form(const struct ward_cli *cli, const char *form)
{
	return cli->args.output && strcmp(cli->args.output, form) == 0;
}

/* What the script does; a Job it only names. */
static uint32_t n_mended(const struct ward_label_audit *audit)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < audit->fixes.n; i++)
		n += audit->fixes.items[i].kind != WARD_KIND_JOB;
	return n;
}

static void sum_up(const struct ward_cli *cli, const struct ward_cluster *cluster,
		   const struct ward_label_audit *audit)
{
	_cleanup_free_ char *more = NULL;

	if (!audit->complete)
		more = ward_strdup("labels are looked at when the input has no errors");
	else if (n_mended(audit))
		more = ward_format("-o patch mends %u label%s", n_mended(audit),
				   n_mended(audit) == 1 ? "" : "s");
	ward_cli_findings_sum_up(cli, cluster, &audit->findings, more);
}

static void audit_print(const struct ward_cli *cli, struct ward_cluster *cluster,
			const struct ward_label_audit *audit)
{
	ward_cli_findings_print(cli, cluster, &audit->findings);
	if (audit->findings.list.n > audit->findings.n_ignored && audit->rows.n)
		fputc('\n', cli->out.out);
	ward_report_labels_table(audit, &cluster->symbols, &cli->out);
	sum_up(cli, cluster, audit);
}

static void audit_write(const struct ward_cli *cli, struct ward_cluster *cluster,
			const struct ward_label_audit *audit)
{
	if (has_form(cli, "json")) {
		ward_report_labels_json(audit, &cluster->symbols, stdout);
	} else if (has_form(cli, "patch")) {
		ward_report_labels_patch(audit, &cluster->symbols, stdout);
		sum_up(cli, cluster, audit);
	} else if (!ward_cli_findings_write(cli, cluster, &audit->findings)) {
		audit_print(cli, cluster, audit);
	}
}

static int labels_run(struct ward_cli *cli)
{
	struct ward_label_audit audit;
	struct ward_cluster cluster;
	int code;

	if (ward_cluster_read(cli, &cluster))
		return WARD_EXIT_ERROR;
	ward_label_audit_init(&audit, &cluster.snapshot);
	audit_write(cli, &cluster, &audit);
	code = ward_cli_findings_exit(cli, &audit.findings);
	ward_label_audit_done(&audit);
	ward_cluster_done(&cluster);
	return code;
}

static const struct ward_option labels_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("table|json|sarif|junit|patch"),
	WARD_OPTION("fail-on", 0, TEXT, fail_on, "SEVERITY", "error|warning|note|never",
		    "from which severity on the exit status is 1"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTION_NOW,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_labels = {
	.name = "labels",
	.summary = "labels against the LabelStandard, groups and selectors",
	.about =
		"Looks at the labels of namespaces and pods: which are missing, unknown or "
		"forbidden\n"
		"by the LabelStandard, which differ from their template or namespace, which are\n"
		"nearly others; and at selectors: which can never match, which match nothing now;\n"
		"and at groups: who is in none, and who in two that should share no pod.\n"
		"-o patch prints kubectl commands that apply what is suggested.\n",
	.examples = "  ward labels -f manifests/ -f standard.yaml\n"
		    "  kubectl get ns,pods,deploy,ug,ugp,netpol -A -o json |\n"
		    "    ward labels -f - -f standard.yaml\n"
		    "  ward labels -f manifests/ -o patch >mend.sh\n",
	.exits = "0 nothing at or above --fail-on, 1 something found, 2 error",
	.options = labels_options,
	.run = labels_run,
};
