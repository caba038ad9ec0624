/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cluster.h"
#include "cli/diag.h"
#include "doc/json-writer.h"

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

static void diag_json(struct ward_json *json, const struct ward_symbols *symbols,
		      const struct ward_diag *diag)
{
	ward_json_map(json, NULL);
	ward_json_str(json, "code", diag->code);
	ward_json_str(json, "severity", ward_severity_str(diag->severity));
	ward_json_str(json, "file", ward_symbol_str(symbols, diag->mark.file));
	ward_json_int(json, "line", diag->mark.line);
	ward_json_int(json, "col", diag->mark.col);
	ward_json_str(json, "object", diag->object);
	ward_json_str(json, "message", diag->message);
	ward_json_str(json, "hint", diag->hint);
	ward_json_end_map(json);
}

static void findings_json(const struct ward_cluster *cluster)
{
	struct ward_json json;

	ward_json_init(&json, stdout, false);
	ward_json_map(&json, NULL);
	ward_json_str(&json, "apiVersion", "ward.dev/v1");
	ward_json_str(&json, "kind", "Findings");
	ward_json_list(&json, "findings");
	for (uint32_t i = 0; i < cluster->diags.list.n; i++)
		diag_json(&json, &cluster->symbols, &cluster->diags.list.items[i]);
	ward_json_end_list(&json);
	ward_json_end_map(&json);
}

/* Input that could not be read is no finding about it. */
static bool is_unread(const struct ward_cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->diags.list.n; i++) {
		const char *code = cluster->diags.list.items[i].code;

		if (strcmp(code, "unreadable") == 0 || strcmp(code, "empty-folder") == 0)
			return true;
	}
	return false;
}

static int check_run(struct ward_cli *cli)
{
	enum ward_severity least = fail_on(cli);
	struct ward_cluster cluster;
	uint32_t n_failing = 0;
	bool unread;

	if (ward_cluster_read(cli, &cluster))
		return WARD_EXIT_ERROR;
	if (cli->args.output && strcmp(cli->args.output, "json") == 0)
		findings_json(&cluster);
	else
		ward_diags_print(&cluster.diags, &cluster.sources, &cli->out, WARD_NOTE);
	for (int severity = (int)least; severity < WARD_N_SEVERITY; severity++)
		n_failing += cluster.diags.n_of[severity];
	unread = is_unread(&cluster);
	ward_cluster_done(&cluster);
	if (unread)
		return WARD_EXIT_ERROR;
	return n_failing ? WARD_EXIT_NO : WARD_EXIT_OK;
}

static const struct ward_option check_options[] = {
	WARD_OPTION_FILES,
	WARD_OPTION_NAMESPACE("of objects without one"),
	WARD_OPTIONS_CLUSTER,
	WARD_OPTION_OUTPUT("text|json"),
	WARD_OPTION("fail-on", 0, TEXT, fail_on, "SEVERITY", "error|warning|note|never",
		    "from which severity on the exit status is 1"),
	WARD_OPTION_LIKE_SERVER,
	WARD_OPTIONS_COMMON,
};

const struct ward_command ward_command_check = {
	.name = "check",
	.summary = "what is wrong or doubtful in the files",
	.about = "Reads everything strictly and lists what it finds, notes included.\n",
	.examples = "  ward check -f manifests/\n"
		    "  kustomize build | ward check -f - --fail-on warning\n",
	.exits = "0 nothing at or above --fail-on, 1 something found, 2 error",
	.options = check_options,
	.run = check_run,
};
